package provider

import (
	"context"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/providerserver"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
	"github.com/jonboulle/clockwork"

	"github.com/rds-migrate/terraform-provider-alicloud/internal/migration"
)

// TestResults_Encoding decodes an answer as Terraform does, by
// the schema's types, and compares it value by value.
func TestResults_Encoding(t *testing.T) {
	t.Parallel()
	full := migration.Task{
		ID: "2", Database: "Größe 訂單", Status: migration.Success, BackupMode: "FULL",
		CreateTime: migration.ParseTimestamp("2026-11-20T10:00Z"), EndTime: migration.ParseTimestamp("2026-11-20T10:05:09Z"),
		Replaced: new(true), Description: "said \"done\"\n",
	}
	odd := migration.Task{ID: "3", Database: "c", EndTime: migration.ParseTimestamp("later")}
	bare := migration.Task{ID: "1", Database: "b", Status: "Odd", CreateTime: migration.ParseTimestamp("soon")}
	for name, test := range map[string]struct {
		tasks []migration.Task
		want  map[string]tftypes.Value
	}{
		"no task": {nil, map[string]tftypes.Value{
			"ids":           tftypes.NewValue(tftypes.List{ElementType: tftypes.String}, []tftypes.Value{}),
			"tasks":         tftypes.NewValue(tftypes.List{ElementType: taskType}, []tftypes.Value{}),
			"databases":     tftypes.NewValue(tftypes.Map{ElementType: databaseType}, map[string]tftypes.Value{}),
			"all_succeeded": tftypes.NewValue(tftypes.Bool, false),
		}},
		"a task whose end cannot be read": {[]migration.Task{odd}, map[string]tftypes.Value{
			"tasks": tftypes.NewValue(tftypes.List{ElementType: taskType}, []tftypes.Value{
				tftypes.NewValue(taskType, map[string]tftypes.Value{
					"migrate_task_id": stringValue("3"), "db_name": stringValue("c"), "status": stringValue(""), "backup_mode": stringValue(""),
					"create_time": stringValue(""), "end_time": stringValue("later"),
					"is_db_replaced": tftypes.NewValue(tftypes.Bool, nil), "description": stringValue(""),
				}),
			}),
		}},
		"a task that says all, and one that says little": {[]migration.Task{full, bare}, map[string]tftypes.Value{
			"ids": tftypes.NewValue(tftypes.List{ElementType: tftypes.String}, []tftypes.Value{stringValue("2"), stringValue("1")}),
			"tasks": tftypes.NewValue(tftypes.List{ElementType: taskType}, []tftypes.Value{
				tftypes.NewValue(taskType, map[string]tftypes.Value{
					"migrate_task_id": stringValue("2"), "db_name": stringValue("Größe 訂單"), "status": stringValue("Success"), "backup_mode": stringValue("FULL"),
					"create_time": stringValue("2026-11-20T10:00:00Z"), "end_time": stringValue("2026-11-20T10:05:09Z"),
					"is_db_replaced": tftypes.NewValue(tftypes.Bool, true), "description": stringValue("said \"done\"\n"),
				}),
				tftypes.NewValue(taskType, map[string]tftypes.Value{
					"migrate_task_id": stringValue("1"), "db_name": stringValue("b"), "status": stringValue("Odd"), "backup_mode": stringValue(""),
					"create_time": stringValue("soon"), "end_time": stringValue(nil),
					"is_db_replaced": tftypes.NewValue(tftypes.Bool, nil), "description": stringValue(""),
				}),
			}),
			"databases": tftypes.NewValue(tftypes.Map{ElementType: databaseType}, map[string]tftypes.Value{
				"Größe 訂單": tftypes.NewValue(databaseType, map[string]tftypes.Value{
					"migrate_task_id": stringValue("2"), "status": stringValue("Success"), "backup_mode": stringValue("FULL"),
					"create_time": stringValue("2026-11-20T10:00:00Z"), "end_time": stringValue("2026-11-20T10:05:09Z"),
					"description": stringValue("said \"done\"\n"), "succeeded": tftypes.NewValue(tftypes.Bool, true),
				}),
				"b": tftypes.NewValue(databaseType, map[string]tftypes.Value{
					"migrate_task_id": stringValue("1"), "status": stringValue("Odd"), "backup_mode": stringValue(""),
					"create_time": stringValue("soon"), "end_time": stringValue(nil),
					"description": stringValue(""), "succeeded": tftypes.NewValue(tftypes.Bool, false),
				}),
			}),
			"all_succeeded": tftypes.NewValue(tftypes.Bool, false),
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			resp := readTasksDataSource(t, newServerWithLister(t, memoryTaskLister(test.tasks)), tasksDataSourceConfig(t))
			if d := resp.Diagnostics; len(d) > 0 && d[0].Severity != tfprotov6.DiagnosticSeverityWarning {
				t.Fatal(d[0])
			}
			answered := decodeState(t, resp.State)
			for attribute, want := range test.want {
				if diff := cmp.Diff(want, answered[attribute]); diff != "" {
					t.Errorf("%s, wanted (-) and answered (+):\n%s", attribute, diff)
				}
			}
			if id := answered["db_instance_id"]; !id.Equal(stringValue("rm-orders")) {
				t.Errorf("the configured db_instance_id has become %s", id)
			}
		})
	}
}

// TestMigrateTasksDataSource_NameCollision: of two databases, Terraform would keep
// the one that comes last.
func TestMigrateTasksDataSource_NameCollision(t *testing.T) {
	t.Parallel()
	server := newServerWithLister(t, memoryTaskLister{
		{ID: "1", Database: "caf\u00e9", Status: migration.Success, CreateTime: migration.ParseTimestamp("2026-11-20T10:00Z")},
		{ID: "2", Database: "cafe\u0301", Status: migration.Failed, CreateTime: migration.ParseTimestamp("2026-11-20T10:00Z")},
	})
	resp := readTasksDataSource(t, server, tasksDataSourceConfig(t))
	if len(resp.Diagnostics) != 1 || !isError(resp.Diagnostics[0]) || !strings.Contains(resp.Diagnostics[0].Detail, `"cafe\u0301" and "caf\u00e9"`) {
		t.Errorf("answered %v, want an error that names both", resp.Diagnostics)
	}
}

// TestResults_WithoutServer: no list is better than an empty one.
func TestResults_WithoutServer(t *testing.T) {
	t.Parallel()
	bare := providerserver.NewProtocol6(providerWithLister{&alicloudProvider{clock: clockwork.NewFakeClock()}, newMemoryTaskLister(1)})()
	configureServer(t, bare)
	resp := readTasksDataSource(t, bare, tasksDataSourceConfig(t))
	if len(resp.Diagnostics) != 1 || !isError(resp.Diagnostics[0]) || !strings.Contains(resp.Diagnostics[0].Detail, "NewServer") {
		t.Errorf("answered %v, want an error that names NewServer", resp.Diagnostics)
	}
}

// silentDataSource is a data source that forgets to hand its results on.
type silentDataSource struct{ *migrateTasksDataSource }

func (silentDataSource) Read(context.Context, datasource.ReadRequest, *datasource.ReadResponse) {}

type silentProvider struct{ providerWithLister }

func (silentProvider) DataSources(context.Context) []func() datasource.DataSource {
	return []func() datasource.DataSource{func() datasource.DataSource { return silentDataSource{&migrateTasksDataSource{}} }}
}

func TestResults_NotDelivered(t *testing.T) {
	t.Parallel()
	server := NewServer(silentProvider{providerWithLister{&alicloudProvider{clock: clockwork.NewFakeClock()}, newMemoryTaskLister(1)}})
	configureServer(t, server)
	resp := readTasksDataSource(t, server, tasksDataSourceConfig(t))
	if len(resp.Diagnostics) != 1 || !isError(resp.Diagnostics[0]) || !strings.Contains(resp.Diagnostics[0].Detail, "without results") {
		t.Errorf("answered %v, want an error", resp.Diagnostics)
	}
}

var taskType = tftypes.Object{AttributeTypes: map[string]tftypes.Type{
	"migrate_task_id": tftypes.String, "db_name": tftypes.String, "status": tftypes.String, "backup_mode": tftypes.String,
	"create_time": tftypes.String, "end_time": tftypes.String, "is_db_replaced": tftypes.Bool, "description": tftypes.String,
}}

var databaseType = tftypes.Object{AttributeTypes: map[string]tftypes.Type{
	"migrate_task_id": tftypes.String, "status": tftypes.String, "backup_mode": tftypes.String,
	"create_time": tftypes.String, "end_time": tftypes.String, "description": tftypes.String, "succeeded": tftypes.Bool,
}}

// stringValue is a string, or null.
func stringValue(s any) tftypes.Value { return tftypes.NewValue(tftypes.String, s) }

// decodeState decodes a state of the data source.
func decodeState(t *testing.T, state *tfprotov6.DynamicValue) map[string]tftypes.Value {
	t.Helper()
	v, err := state.Unmarshal(tasksDataSourceType(t))
	if err != nil {
		t.Fatal(err)
	}
	var attributes map[string]tftypes.Value
	if err := v.As(&attributes); err != nil {
		t.Fatal(err)
	}
	return attributes
}
