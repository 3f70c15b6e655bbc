// SPDX-License-Identifier: MPL-2.0

// Package provider implements the Terraform provider: schemas, models,
// validators, diagnostics, and the wait of a gate. HTTP and the SDK are in
// packages openapi, rds, and credentials.
package provider

import (
	"context"
	"slices"

	"github.com/hashicorp/terraform-plugin-framework/action"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/provider"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
	"github.com/jonboulle/clockwork"

	"github.com/rds-migrate/terraform-provider-alicloud/internal/credentials"
	"github.com/rds-migrate/terraform-provider-alicloud/internal/migration"
	"github.com/rds-migrate/terraform-provider-alicloud/internal/rds"
)

// Address is the provider's address in the registry.
const Address = "registry.terraform.io/rds-migrate/alicloud"

// typeName is the prefix of the names of the data source, the resource, and the action.
const typeName = "alicloud"

// taskLister lists migration tasks. *rds.Client implements it.
type taskLister interface {
	MigrateTasks(ctx context.Context, q migration.Query) (rds.List, error)
}

// apiClient lists migration tasks. Messages name its region and endpoint.
type apiClient struct {
	taskLister
	region   string
	endpoint string // as configured; empty if the SDK determines it from the region
}

// providerData is what the provider passes to its data source, its resource and its action.
// Its zero value is that of a provider that is not configured.
type providerData struct {
	client apiClient // zero if there are unknown arguments

	// unknownArguments names the arguments of the provider block whose values
	// are needed but not known yet.
	unknownArguments []string
}

// requireConfigured returns the client. If the provider is not configured, it
// adds an error that names the unknown arguments, and returns false.
func (d providerData) requireConfigured(diags *diag.Diagnostics) (client apiClient, ok bool) {
	if d.client.taskLister == nil {
		addUnknownProvider(diags, d.unknownArguments)
		return apiClient{}, false
	}
	return d.client, true
}

var _ provider.ProviderWithActions = (*alicloudProvider)(nil)

// New returns the provider. Clock provides the time and all waiting. Tests use
// options to replace the services that issue credentials.
func New(version string, clock clockwork.Clock, options ...credentials.Option) provider.Provider {
	return &alicloudProvider{
		version: version, clock: clock, credentialOptions: append(options, credentials.WithClock(clock)),
	}
}

type alicloudProvider struct {
	version           string
	clock             clockwork.Clock
	credentialOptions []credentials.Option
}

func (p *alicloudProvider) Metadata(_ context.Context, _ provider.MetadataRequest, resp *provider.MetadataResponse) {
	resp.TypeName = typeName
	resp.Version = p.version
}

func (p *alicloudProvider) DataSources(context.Context) []func() datasource.DataSource {
	return []func() datasource.DataSource{
		func() datasource.DataSource { return NewMigrateTasksDataSource(p.clock) },
	}
}

func (p *alicloudProvider) Resources(context.Context) []func() resource.Resource {
	return []func() resource.Resource{
		func() resource.Resource { return NewMigrateGateResource(p.clock) },
	}
}

func (p *alicloudProvider) Actions(context.Context) []func() action.Action {
	return []func() action.Action{func() action.Action { return NewMigrateWaitAction(p.clock) }}
}

// Configure creates the client. It sends no request.
func (p *alicloudProvider) Configure(
	ctx context.Context, req provider.ConfigureRequest, resp *provider.ConfigureResponse,
) {
	data := &providerData{unknownArguments: unknownArguments(req.Config.Raw)}
	resp.DataSourceData, resp.ResourceData, resp.ActionData = data, data, data
	if len(data.unknownArguments) > 0 {
		return
	}
	var m providerModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &m)...)
	if resp.Diagnostics.HasError() {
		return
	}
	config := m.clientConfig(ctx, p.credentialOptions, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	config.UserAgent = m.userAgent(req.TerraformVersion, p.version)
	config.Clock = p.clock
	config.OnFailure = logFailure
	data.client = apiClient{taskLister: rds.New(config), region: config.Region, endpoint: config.Endpoint}
}

// unknownArguments returns the sorted names of the arguments of a provider block
// whose values are needed but not known yet.
func unknownArguments(block tftypes.Value) []string {
	var arguments map[string]tftypes.Value
	if err := block.As(&arguments); err != nil {
		return []string{"all"}
	}
	attributes, blocks := ignoredAttributes(), ignoredBlocks()
	var unknown []string
	for name, value := range arguments {
		isIgnored := attributes[name] != nil || blocks[name] != nil
		if !value.IsFullyKnown() && !isIgnored {
			unknown = append(unknown, name)
		}
	}
	slices.Sort(unknown)
	return unknown
}
