// Package baseline is a provider with one data source, whatever that does, and
// nothing else: no argument of its own, no client, no description.
package baseline

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/provider"
	"github.com/hashicorp/terraform-plugin-framework/providerserver"
	"github.com/hashicorp/terraform-plugin-framework/resource"
)

// Serve serves the provider under the address of the real one, so that a
// configuration may be the same.
func Serve(newDataSource func() datasource.DataSource) error {
	return providerserver.Serve(context.Background(), func() provider.Provider { return baselineProvider{newDataSource} }, providerserver.ServeOpts{
		Address: "registry.terraform.io/rds-migrate/alicloud",
	})
}

// TypeName is the name of the data source.
const TypeName = "alicloud_rds_migrate_tasks"

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

func (f baselineProvider) DataSources(context.Context) []func() datasource.DataSource {
	return []func() datasource.DataSource{f.newDataSource}
}
