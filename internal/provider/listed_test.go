package provider

import (
	"context"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/provider"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
	"github.com/jonboulle/clockwork"

	"github.com/rds-migrate/terraform-provider-alicloud/internal/migration"
)

// memoryList is a service that has its tasks in memory.
type memoryList []migration.Task

func (l memoryList) MigrateTasks(context.Context, migration.Query) ([]migration.Task, error) {
	return slices.Clone(l), nil
}

// newMemoryList returns n tasks, four of each database, the newest first.
func newMemoryList(n int) memoryList {
	newest := time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)
	l := make(memoryList, n)
	for i := range l {
		created := newest.Add(-time.Duration(i) * time.Second)
		l[i] = migration.Task{
			ID:          strconv.Itoa(n - i),
			Database:    "database_" + strconv.Itoa(i/4),
			Status:      migration.Success,
			BackupMode:  "FULL",
			Created:     migration.ParseStamp(created.Format(time.RFC3339)),
			Ended:       migration.ParseStamp(created.Add(time.Minute).Format(time.RFC3339)),
			Replaced:    new(false),
			Description: "The migration task has succeeded.",
		}
	}
	return l
}

// listed is the provider with a service of its own.
type listed struct {
	*alicloud

	list lister
}

func (p listed) Configure(_ context.Context, _ provider.ConfigureRequest, resp *provider.ConfigureResponse) {
	resp.DataSourceData = &service{lister: p.list}
}

// listServer returns a configured server in front of a list, and the
// configuration of a data block.
func listServer(tb testing.TB, list lister) (tfprotov6.ProviderServer, *tfprotov6.DynamicValue) {
	tb.Helper()
	server := NewServer(listed{&alicloud{clock: clockwork.NewRealClock()}, list})
	schemas, err := server.GetProviderSchema(tb.Context(), &tfprotov6.GetProviderSchemaRequest{})
	if err != nil {
		tb.Fatal(err)
	}
	configure(tb, server)
	return server, dynamicValue(tb, listConfig(tb, schemas.DataSourceSchemas["alicloud_rds_migrate_tasks"].ValueType()))
}

// configure configures a server of a provider that needs no configuration.
func configure(tb testing.TB, server tfprotov6.ProviderServer) {
	tb.Helper()
	schemas, err := server.GetProviderSchema(tb.Context(), &tfprotov6.GetProviderSchemaRequest{})
	if err != nil {
		tb.Fatal(err)
	}
	resp, err := server.ConfigureProvider(tb.Context(), &tfprotov6.ConfigureProviderRequest{
		Config: dynamicValue(tb, null(tb, schemas.Provider.ValueType())),
	})
	if err != nil || len(resp.Diagnostics) > 0 {
		tb.Fatal(err, resp)
	}
}

// listConfig is the value of a data block that names an instance, and nothing
// else.
func listConfig(tb testing.TB, object tftypes.Type) tftypes.Value {
	tb.Helper()
	var values map[string]tftypes.Value
	if err := null(tb, object).As(&values); err != nil {
		tb.Fatal(err)
	}
	values["db_instance_id"] = tftypes.NewValue(tftypes.String, "rm-orders")
	return tftypes.NewValue(object, values)
}

// null is an object whose attributes are all null.
func null(tb testing.TB, of tftypes.Type) tftypes.Value {
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
