// SPDX-License-Identifier: MPL-2.0

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

	"github.com/rds-migrate/terraform-provider-alicloud/internal/clocktest"
	"github.com/rds-migrate/terraform-provider-alicloud/internal/migration"
	"github.com/rds-migrate/terraform-provider-alicloud/internal/rds"
)

// The IDs of the tests, also of those in package provider_test.
const (
	TestInstanceID = "rm-orders"
	TestRegion     = "cn-hangzhou"
)

// memoryTaskLister lists tasks from memory.
type memoryTaskLister []migration.Task

func (l memoryTaskLister) MigrateTasks(context.Context, migration.Query) (rds.List, error) {
	return newList(slices.Clone(l)...), nil
}

// newList returns a complete list of tasks, newest first.
func newList(tasks ...migration.Task) rds.List {
	migration.SortNewestFirst(tasks)
	window, _ := migration.Range{}.At(clocktest.Start)
	return rds.List{Tasks: tasks, Window: window}
}

// listLister returns the same list at every read.
type listLister rds.List

func (l listLister) MigrateTasks(context.Context, migration.Query) (rds.List, error) {
	list := rds.List(l)
	list.Tasks = slices.Clone(l.Tasks)
	return list, nil
}

// newMemoryTaskLister returns a lister of n tasks, four for each database, newest
// first.
func newMemoryTaskLister(n int) memoryTaskLister {
	l := make(memoryTaskLister, n)
	for i := range l {
		created := clocktest.Start.Add(-time.Duration(i) * time.Second)
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

// providerWithLister is the provider with another client, which needs no
// configuration.
type providerWithLister struct {
	*alicloudProvider

	lister taskLister
}

func newProviderWithLister(lister taskLister) providerWithLister {
	return providerWithLister{&alicloudProvider{clock: clockwork.NewRealClock()}, lister}
}

func (p providerWithLister) Configure(
	_ context.Context, _ provider.ConfigureRequest, resp *provider.ConfigureResponse,
) {
	data := &providerData{client: apiClient{taskLister: p.lister}}
	resp.DataSourceData, resp.ActionData = data, data
}

// newServerWithLister returns a configured server that reads tasks from lister.
func newServerWithLister(tb testing.TB, lister taskLister) tfprotov6.ProviderServer {
	tb.Helper()
	server := NewServer(newProviderWithLister(lister))
	configureServer(tb, server)
	return server
}

// configureServer configures the server of a provider that needs no
// configuration.
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

// tasksDataSourceType returns the type of the data source's state.
func tasksDataSourceType(tb testing.TB) tftypes.Type {
	tb.Helper()
	var s datasource.SchemaResponse
	(&migrateTasksDataSource{}).Schema(tb.Context(), datasource.SchemaRequest{}, &s)
	return s.Schema.Type().TerraformType(tb.Context())
}

// tasksDataSourceConfig returns a data block with an instance and nothing else.
func tasksDataSourceConfig(tb testing.TB) *tfprotov6.DynamicValue {
	tb.Helper()
	values := nullAttributes(tb, tasksDataSourceType(tb))
	values["db_instance_id"] = tftypes.NewValue(tftypes.String, TestInstanceID)
	return dynamicValue(tb, tftypes.NewValue(tasksDataSourceType(tb), values))
}

// readTasksDataSource reads a data block.
func readTasksDataSource(
	tb testing.TB, server tfprotov6.ProviderServer, config *tfprotov6.DynamicValue,
) *tfprotov6.ReadDataSourceResponse {
	tb.Helper()
	resp, err := server.ReadDataSource(tb.Context(), &tfprotov6.ReadDataSourceRequest{
		TypeName: "alicloud_rds_migrate_tasks", Config: config,
	})
	if err != nil {
		tb.Fatal(err)
	}
	return resp
}

// nullObject returns an object whose attributes are all null.
func nullObject(tb testing.TB, objectType tftypes.Type) tftypes.Value {
	tb.Helper()
	return tftypes.NewValue(objectType, nullAttributes(tb, objectType))
}

// nullAttributes returns a null for each attribute of an object.
func nullAttributes(tb testing.TB, objectType tftypes.Type) map[string]tftypes.Value {
	tb.Helper()
	object, ok := objectType.(tftypes.Object)
	if !ok {
		tb.Fatalf("%s is not an object", objectType)
	}
	values := make(map[string]tftypes.Value, len(object.AttributeTypes))
	for name, attributeType := range object.AttributeTypes {
		values[name] = tftypes.NewValue(attributeType, nil)
	}
	return values
}

// dynamicValue encodes a value for the protocol.
func dynamicValue(tb testing.TB, v tftypes.Value) *tfprotov6.DynamicValue {
	tb.Helper()
	d, err := tfprotov6.NewDynamicValue(v.Type(), v)
	if err != nil {
		tb.Fatal(err)
	}
	return &d
}
