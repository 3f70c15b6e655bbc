// SPDX-License-Identifier: MPL-2.0

// Command noop is a provider whose data source does nothing.
package main

import (
	"context"
	"log"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"

	"github.com/rds-migrate/terraform-provider-alicloud/bench/baseline"
)

func main() {
	if err := baseline.Serve(func() datasource.DataSource { return dataSource{} }); err != nil {
		log.Fatal(err)
	}
}

type dataSource struct{}

func (dataSource) Metadata(_ context.Context, _ datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = baseline.TypeName
}

func (dataSource) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	resp.Schema = schema.Schema{Attributes: map[string]schema.Attribute{
		"db_instance_id": schema.StringAttribute{Required: true},
	}}
}

func (dataSource) Read(context.Context, datasource.ReadRequest, *datasource.ReadResponse) {}
