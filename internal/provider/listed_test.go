package provider

import (
	"context"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/provider"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
	"github.com/jonboulle/clockwork"

	"github.com/rds-migrate/terraform-provider-alicloud/internal/migration"
)

// memoryTaskLister is a service that has its tasks in memory.
type memoryTaskLister []migration.Task

func (l memoryTaskLister) MigrateTasks(context.Context, migration.Query) ([]migration.Task, error) {
	return slices.Clone(l), nil
}

// newMemoryTaskLister returns n tasks, four of each database, the newest first.
func newMemoryTaskLister(n int) memoryTaskLister {
	newest := time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)
	l := make(memoryTaskLister, n)
	for i := range l {
		created := newest.Add(-time.Duration(i) * time.Second)
		l[i] = migration.Task{
			ID:          strconv.Itoa(n - i),
			Database:    "database_" + strconv.Itoa(i/4),
			Status:      migration.Success,
			BackupMode:  "FULL",
			CreateTime:  migration.ParseTimestamp(created.Format(time.RFC3339)),
			EndTime:     migration.ParseTimestamp(created.Add(time.Minute).Format(time.RFC3339)),
			Replaced:    new(false),
			Description: "The migration task has succeeded.",
		}
	}
	return l
}

// providerWithLister is the provider with a service of its own.
type providerWithLister struct {
	*alicloudProvider

	lister taskLister
}

func (p providerWithLister) Configure(_ context.Context, _ provider.ConfigureRequest, resp *provider.ConfigureResponse) {
	resp.DataSourceData = &providerData{client: apiClient{taskLister: p.lister}}
}

// newServerWithLister returns a configured server in front of a list.
func newServerWithLister(tb testing.TB, list taskLister) tfprotov6.ProviderServer {
	tb.Helper()
	server := NewServer(providerWithLister{&alicloudProvider{clock: clockwork.NewRealClock()}, list})
	configureServer(tb, server)
	return server
}

// configureServer configures a server of a provider that needs no configuration.
func configureServer(tb testing.TB, server tfprotov6.ProviderServer) {
	tb.Helper()
	var s provider.SchemaResponse
	(&alicloudProvider{}).Schema(tb.Context(), provider.SchemaRequest{}, &s)
	resp, err := server.ConfigureProvider(tb.Context(), &tfprotov6.ConfigureProviderRequest{
		Config: dynamicValue(tb, nullObject(tb, s.Schema.Type().TerraformType(tb.Context()))),
	})
	if err != nil || len(resp.Diagnostics) > 0 {
		tb.Fatal(err, resp)
	}
}

// tasksDataSourceType is the type of the data source.
func tasksDataSourceType(tb testing.TB) tftypes.Type {
	tb.Helper()
	var s datasource.SchemaResponse
	(&migrateTasksDataSource{}).Schema(tb.Context(), datasource.SchemaRequest{}, &s)
	return s.Schema.Type().TerraformType(tb.Context())
}

// tasksDataSourceConfig is a data block that names an instance, and nothing else.
func tasksDataSourceConfig(tb testing.TB) *tfprotov6.DynamicValue {
	tb.Helper()
	var values map[string]tftypes.Value
	if err := nullObject(tb, tasksDataSourceType(tb)).As(&values); err != nil {
		tb.Fatal(err)
	}
	values["db_instance_id"] = tftypes.NewValue(tftypes.String, "rm-orders")
	return dynamicValue(tb, tftypes.NewValue(tasksDataSourceType(tb), values))
}

// readTasksDataSource has a server read what config says.
func readTasksDataSource(tb testing.TB, server tfprotov6.ProviderServer, config *tfprotov6.DynamicValue) *tfprotov6.ReadDataSourceResponse {
	tb.Helper()
	resp, err := server.ReadDataSource(tb.Context(), &tfprotov6.ReadDataSourceRequest{
		TypeName: "alicloud_rds_migrate_tasks", Config: config,
	})
	if err != nil {
		tb.Fatal(err)
	}
	return resp
}

// nullObject is an object whose attributes are all null.
func nullObject(tb testing.TB, of tftypes.Type) tftypes.Value {
	tb.Helper()
	object, ok := of.(tftypes.Object)
	if !ok {
		tb.Fatalf("%s is no object", of)
	}
	values := make(map[string]tftypes.Value, len(object.AttributeTypes))
	for name, at := range object.AttributeTypes {
		values[name] = tftypes.NewValue(at, nil)
	}
	return tftypes.NewValue(of, values)
}

func dynamicValue(tb testing.TB, v tftypes.Value) *tfprotov6.DynamicValue {
	tb.Helper()
	d, err := tfprotov6.NewDynamicValue(v.Type(), v)
	if err != nil {
		tb.Fatal(err)
	}
	return &d
}
