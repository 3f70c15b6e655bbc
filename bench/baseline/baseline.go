// SPDX-License-Identifier: MPL-2.0

// Package baseline is a provider that has one data source and nothing else: no
// arguments, no client, no descriptions.
package baseline

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/provider"
	"github.com/hashicorp/terraform-plugin-framework/providerserver"
	"github.com/hashicorp/terraform-plugin-framework/resource"
)

// TypeName is the name of the data source.
const TypeName = "alicloud_rds_migrate_tasks"

// Serve serves the provider with a data source, at the address of the measured
// provider so that both run with the same configuration.
func Serve(newDataSource func() datasource.DataSource) error {
	newProvider := func() provider.Provider { return baselineProvider{newDataSource} }
	return providerserver.Serve(context.Background(), newProvider, providerserver.ServeOpts{
		Address: "registry.terraform.io/rds-migrate/alicloud",
	})
}

type baselineProvider struct {
	newDataSource func() datasource.DataSource
}

func (baselineProvider) Metadata(_ context.Context, _ provider.MetadataRequest, resp *provider.MetadataResponse) {
	resp.TypeName = "alicloud"
}

func (baselineProvider) Schema(context.Context, provider.SchemaRequest, *provider.SchemaResponse) {}

func (baselineProvider) Configure(context.Context, provider.ConfigureRequest, *provider.ConfigureResponse) {
}

func (baselineProvider) Resources(context.Context) []func() resource.Resource { return nil }

func (p baselineProvider) DataSources(context.Context) []func() datasource.DataSource {
	return []func() datasource.DataSource{p.newDataSource}
}
