// Package provider is Terraform's side: schemas, models, validators and
// diagnostics.
package provider

import (
	"context"
	"slices"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/provider"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
	"github.com/hashicorp/terraform-plugin-log/tflog"
	"github.com/jonboulle/clockwork"

	"github.com/rds-migrate/terraform-provider-alicloud/internal/credentials"
	"github.com/rds-migrate/terraform-provider-alicloud/internal/migration"
	"github.com/rds-migrate/terraform-provider-alicloud/internal/rds"
)

// Address is the provider's address in the registry.
const Address = "registry.terraform.io/rds-migrate/alicloud"

// typeName begins the name of each of the provider's types.
const typeName = "alicloud"

// taskLister is what the data source and the gate need of the service.
type taskLister interface {
	MigrateTasks(ctx context.Context, q migration.Query) ([]migration.Task, error)
}

// service is what a configured provider hands to its data source and its
// resource.
type providerData struct {
	taskLister
	region   string
	endpoint string // as it is configured, empty where the SDK knows one

	// unknownArguments names the arguments of the provider block whose values are
	// not known yet. Where there are any, lister is nil.
	unknownArguments []string
}

// requireConfigured reports whether the service can be asked, and says what is missing
// where it cannot.
func (s *providerData) requireConfigured(diags *diag.Diagnostics) bool {
	if len(s.unknownArguments) > 0 {
		addUnknownProvider(diags, s.unknownArguments)
	}
	return len(s.unknownArguments) == 0
}

var _ provider.Provider = (*alicloudProvider)(nil)

// New returns the provider. All waiting and every time of day comes from clock.
// The options replace parts of the world around logins, for tests.
func New(version string, clock clockwork.Clock, logins ...credentials.Option) provider.Provider {
	return &alicloudProvider{version: version, clock: clock, credentialOptions: append(logins, credentials.WithClock(clock))}
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
		func() datasource.DataSource { return &migrateTasksDataSource{clock: p.clock} },
	}
}

func (p *alicloudProvider) Resources(context.Context) []func() resource.Resource {
	return []func() resource.Resource{
		func() resource.Resource { return &migrateGateResource{clock: p.clock} },
	}
}

// Configure builds the client. It makes no call and no login.
func (p *alicloudProvider) Configure(ctx context.Context, req provider.ConfigureRequest, resp *provider.ConfigureResponse) {
	s := &providerData{unknownArguments: unknownArguments(req.Config.Raw)}
	resp.DataSourceData, resp.ResourceData = s, s
	if len(s.unknownArguments) > 0 {
		return
	}
	var m providerModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &m)...)
	if resp.Diagnostics.HasError() {
		return
	}
	c := m.clientConfig(ctx, p.credentialOptions, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	c.UserAgent = m.userAgent(req.TerraformVersion, p.version)
	c.Clock = p.clock
	c.Log = tflog.Warn
	s.region, s.endpoint, s.taskLister = c.Region, c.Endpoint, rds.New(c)
}

// unknownArguments returns the names of the arguments of a provider block
// that are not known yet, in order.
func unknownArguments(block tftypes.Value) []string {
	var arguments map[string]tftypes.Value
	if err := block.As(&arguments); err != nil {
		return []string{"the whole block"}
	}
	var unknown []string
	for name, value := range arguments {
		if !value.IsFullyKnown() {
			unknown = append(unknown, name)
		}
	}
	slices.Sort(unknown)
	return unknown
}
