// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"context"
	"os"
	"path/filepath"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/provider"
	providerschema "github.com/hashicorp/terraform-plugin-framework/provider/schema"
	"github.com/hashicorp/terraform-plugin-framework/providerserver"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

// officialSource is the official provider's source in a configuration.
const officialSource = "aliyun/alicloud"

// serveOfficial serves the stand-in if this program was started as the official
// provider, from the plugin directory of pluginDir. It reports whether it was.
func serveOfficial() (bool, error) {
	if !strings.Contains(filepath.ToSlash(os.Args[0]), "/"+officialSource+"/") {
		return false, nil
	}
	newProvider := func() provider.Provider { return officialProvider{} }
	return true, providerserver.Serve(context.Background(), newProvider, providerserver.ServeOpts{
		Address: "registry.terraform.io/" + officialSource,
	})
}

// officialProvider is a stand-in for the official provider, which tests cannot
// download: the resources that the examples use, with the arguments and results
// that they use. It has no API.
type officialProvider struct{}

// addNoService reports that a resource of the stand-in was used for real.
func addNoService(diags *diag.Diagnostics) {
	diags.AddError("No service", "The stand-in for the official provider has no API.")
}

func (officialProvider) Metadata(_ context.Context, _ provider.MetadataRequest, resp *provider.MetadataResponse) {
	resp.TypeName = "alicloud"
}

func (officialProvider) Schema(_ context.Context, _ provider.SchemaRequest, resp *provider.SchemaResponse) {
	argument := providerschema.StringAttribute{Optional: true}
	resp.Schema = providerschema.Schema{
		Attributes: map[string]providerschema.Attribute{"region": argument, "protocol": argument},
	}
}

func (officialProvider) Configure(context.Context, provider.ConfigureRequest, *provider.ConfigureResponse) {
}

func (officialProvider) DataSources(context.Context) []func() datasource.DataSource { return nil }

func (officialProvider) Resources(context.Context) []func() resource.Resource {
	argument, number := schema.StringAttribute{Required: true}, schema.Int64Attribute{Required: true}
	secret := schema.StringAttribute{Required: true, Sensitive: true}
	names := schema.SetAttribute{Required: true, ElementType: types.StringType}
	flag, result := schema.BoolAttribute{Optional: true}, schema.StringAttribute{Computed: true}
	timeouts := schema.SingleNestedBlock{
		Attributes: map[string]schema.Attribute{"create": schema.StringAttribute{Optional: true}},
	}
	var resources []func() resource.Resource
	for name, attributes := range map[string]map[string]schema.Attribute{
		"alicloud_db_instance": {
			"engine": argument, "engine_version": argument, "instance_type": argument, "instance_storage": number,
			"vswitch_id": argument, "connection_string": result,
		},
		"alicloud_rds_account": {"db_instance_id": argument, "account_name": argument, "account_password": secret},
		"alicloud_db_account_privilege": {
			"instance_id": argument, "account_name": argument, "privilege": argument, "db_names": names,
		},
		"alicloud_rds_backup": {"db_instance_id": argument, "backup_type": argument, "remove_from_state": flag},
		"alicloud_alidns_record": {
			"domain_name": argument, "rr": argument, "type": argument, "value": argument,
		},
		"alicloud_oos_parameter": {"parameter_name": argument, "type": argument, "value": argument},
	} {
		attributes["id"] = result
		r := officialResource{name, schema.Schema{
			Attributes: attributes, Blocks: map[string]schema.Block{"timeouts": timeouts},
		}}
		resources = append(resources, func() resource.Resource { return r })
	}
	return resources
}

type officialResource struct {
	name   string
	schema schema.Schema
}

func (r officialResource) Metadata(_ context.Context, _ resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = r.name
}

func (r officialResource) Schema(_ context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	resp.Schema = r.schema
}

func (officialResource) Create(_ context.Context, _ resource.CreateRequest, resp *resource.CreateResponse) {
	addNoService(&resp.Diagnostics)
}

func (officialResource) Read(_ context.Context, _ resource.ReadRequest, resp *resource.ReadResponse) {
	addNoService(&resp.Diagnostics)
}

func (officialResource) Update(_ context.Context, _ resource.UpdateRequest, resp *resource.UpdateResponse) {
	addNoService(&resp.Diagnostics)
}

func (officialResource) Delete(_ context.Context, _ resource.DeleteRequest, resp *resource.DeleteResponse) {
	addNoService(&resp.Diagnostics)
}
