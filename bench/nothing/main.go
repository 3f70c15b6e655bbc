// Command nothing is a provider whose data source does nothing.
package main

import (
	"context"
	"log"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"

	"github.com/rds-migrate/terraform-provider-alicloud/bench/floor"
)

func main() {
	if err := floor.Serve(func() datasource.DataSource { return nothing{} }); err != nil {
		log.Fatal(err)
	}
}

type nothing struct{}

func (nothing) Metadata(_ context.Context, _ datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = floor.TypeName
}

func (nothing) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	resp.Schema = schema.Schema{Attributes: map[string]schema.Attribute{
		"db_instance_id": schema.StringAttribute{Required: true},
	}}
}

func (nothing) Read(context.Context, datasource.ReadRequest, *datasource.ReadResponse) {}
