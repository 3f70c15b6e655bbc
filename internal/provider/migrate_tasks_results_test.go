// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"errors"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/providerserver"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/rds-migrate/terraform-provider-alicloud/internal/migration"
	"github.com/rds-migrate/terraform-provider-alicloud/internal/rds"
)

// TestResults_Encoding decodes a response as Terraform does, by the types of the
// schema, and compares it value by value.
func TestResults_Encoding(t *testing.T) {
	t.Parallel()
	full := migration.Task{
		ID: "2", Database: "Größe 訂單", Status: migration.Success, BackupMode: "FULL",
		CreateTime: migration.ParseTimestamp("2026-11-20T10:00Z"),
		EndTime:    migration.ParseTimestamp("2026-11-20T10:05:09Z"),
		Replaced:   new(true), Description: "said \"done\"\n",
	}
	unreadableEnd := migration.Task{ID: "3", Database: "c", EndTime: migration.ParseTimestamp("later")}
	sparse := migration.Task{ID: "1", Database: "b", Status: "Odd", CreateTime: migration.ParseTimestamp("soon")}
	for name, test := range map[string]struct {
		tasks []migration.Task
		want  map[string]tftypes.Value
	}{
		"no task": {nil, map[string]tftypes.Value{
			"ids":           tftypes.NewValue(tftypes.List{ElementType: tftypes.String}, []tftypes.Value{}),
			"tasks":         tftypes.NewValue(tftypes.List{ElementType: taskType}, []tftypes.Value{}),
			"databases":     tftypes.NewValue(tftypes.Map{ElementType: databaseType}, map[string]tftypes.Value{}),
			"all_succeeded": boolValue(false),
		}},
		"a task whose end cannot be read": {[]migration.Task{unreadableEnd}, map[string]tftypes.Value{
			"tasks": tftypes.NewValue(tftypes.List{ElementType: taskType}, []tftypes.Value{
				tftypes.NewValue(taskType, map[string]tftypes.Value{
					"migrate_task_id": stringValue("3"),
					"db_name":         stringValue("c"),
					"status":          stringValue(""),
					"backup_mode":     stringValue(""),
					"create_time":     stringValue(""),
					"end_time":        stringValue("later"),
					"is_db_replaced":  boolValue(nil),
					"description":     stringValue(""),
				}),
			}),
		}},
		"a task with every field, and one with few": {[]migration.Task{full, sparse}, map[string]tftypes.Value{
			"ids": tftypes.NewValue(
				tftypes.List{ElementType: tftypes.String}, []tftypes.Value{stringValue("2"), stringValue("1")}),
			"tasks": tftypes.NewValue(tftypes.List{ElementType: taskType}, []tftypes.Value{
				tftypes.NewValue(taskType, map[string]tftypes.Value{
					"migrate_task_id": stringValue("2"),
					"db_name":         stringValue("Größe 訂單"),
					"status":          stringValue("Success"),
					"backup_mode":     stringValue("FULL"),
					"create_time":     stringValue("2026-11-20T10:00:00Z"),
					"end_time":        stringValue("2026-11-20T10:05:09Z"),
					"is_db_replaced":  boolValue(true),
					"description":     stringValue("said \"done\"\n"),
				}),
				tftypes.NewValue(taskType, map[string]tftypes.Value{
					"migrate_task_id": stringValue("1"),
					"db_name":         stringValue("b"),
					"status":          stringValue("Odd"),
					"backup_mode":     stringValue(""),
					"create_time":     stringValue("soon"),
					"end_time":        stringValue(nil),
					"is_db_replaced":  boolValue(nil),
					"description":     stringValue(""),
				}),
			}),
			"databases": tftypes.NewValue(tftypes.Map{ElementType: databaseType}, map[string]tftypes.Value{
				"Größe 訂單": tftypes.NewValue(databaseType, map[string]tftypes.Value{
					"migrate_task_id": stringValue("2"),
					"status":          stringValue("Success"),
					"backup_mode":     stringValue("FULL"),
					"create_time":     stringValue("2026-11-20T10:00:00Z"),
					"end_time":        stringValue("2026-11-20T10:05:09Z"),
					"description":     stringValue("said \"done\"\n"),
					"succeeded":       boolValue(true),
					"reason":          stringValue(nil),
				}),
				"b": tftypes.NewValue(databaseType, map[string]tftypes.Value{
					"migrate_task_id": stringValue("1"),
					"status":          stringValue("Odd"),
					"backup_mode":     stringValue(""),
					"create_time":     stringValue("soon"),
					"end_time":        stringValue(nil),
					"description":     stringValue(""),
					"succeeded":       boolValue(false),
					"reason":          stringValue("task 1 is Odd and its creation time cannot be read"),
				}),
			}),
			"all_succeeded": boolValue(false),
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := newServerWithLister(t, memoryTaskLister(test.tasks))
			resp := readTasksDataSource(t, server, tasksDataSourceConfig(t))
			if d := resp.Diagnostics; len(d) > 0 && d[0].Severity != tfprotov6.DiagnosticSeverityWarning {
				t.Fatal(d[0])
			}
			got := decodeState(t, resp.State)
			for attribute, want := range test.want {
				if diff := cmp.Diff(want, got[attribute]); diff != "" {
					t.Errorf("%s, want (-) and got (+):\n%s", attribute, diff)
				}
			}
			if id := got["db_instance_id"]; !id.Equal(stringValue(TestInstanceID)) {
				t.Errorf("db_instance_id is %s, want the configured one", id)
			}
		})
	}
}

// TestMigrateTasksDataSource_Evaluation has lists that the API of a test cannot return,
// and filters that hide the task that determines the result.
func TestMigrateTasksDataSource_Evaluation(t *testing.T) {
	t.Parallel()
	nameless := gateTask("2", "", migration.Running)
	increment := gateTask("3", "orders", migration.Success)
	increment.BackupMode = "UPDF"
	unlisted, late := newList(successTask()), newList(increment)
	unlisted.Unlisted, late.StartsLate = 1, true
	lateFull := late
	lateFull.Tasks = []migration.Task{successTask()}
	outside := newList()
	outside.Window = migration.Window{}
	started := map[string]tftypes.Value{"start_time": stringValue("2026-11-20T10:00Z")}
	named := map[string]tftypes.Value{"db_names": tftypes.NewValue(
		tftypes.Set{ElementType: tftypes.String}, []tftypes.Value{stringValue("orders")})}
	for name, test := range map[string]struct {
		list      rds.List
		arguments map[string]tftypes.Value
		succeeded bool
		reason    any // of orders
		tasks     []string
		warning   string
	}{
		"a success": {list: newList(successTask()), succeeded: true, tasks: []string{"9 orders"}},
		"a task without a name is listed, and no database succeeds": {
			list:   newList(successTask(), nameless),
			reason: "task 2 without a database name is still Running",
			tasks:  []string{"9 orders", "2 "},
		},
		"a task without a name matters although db_names hides it": {
			list: newList(successTask(), nameless), arguments: named,
			reason: "task 2 without a database name is still Running",
			tasks:  []string{"9 orders"},
		},
		"another spelling matters although db_names hides it": {
			list: newList(successTask(), gateTask("10", "ORDERS", migration.NoStart)), arguments: named,
			reason: `task 10 of the database "ORDERS" is still NoStart`,
			tasks:  []string{"9 orders"},
		},
		"another spelling matters although status hides it": {
			list:      newList(successTask(), gateTask("10", "ORDERS", migration.NoStart)),
			arguments: map[string]tftypes.Value{"status": stringValue("Success")},
			reason:    `task 10 of the database "ORDERS" is still NoStart`,
			tasks:     []string{"9 orders"},
		},
		"an incomplete list": {
			list: unlisted, tasks: []string{"9 orders"}, warning: "Incomplete List of Tasks",
		},
		"an increment after a start_time": {
			list: late, arguments: started, tasks: []string{"3 orders"},
			reason: "task 3 (UPDF) may belong to an incremental migration that started before start_time",
		},
		"a full migration after a start_time": {
			list: lateFull, arguments: started, succeeded: true, tasks: []string{"9 orders"},
		},
		"an increment without a start_time": {list: late, succeeded: true, tasks: []string{"3 orders"}},
		"a range outside the retention period": {
			list:      outside,
			arguments: map[string]tftypes.Value{"end_time": stringValue("2026-01-01T00:00Z")},
			warning:   "Time Range Outside Retention Period",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			values := nullAttributes(t, tasksDataSourceType(t))
			values["db_instance_id"] = stringValue(TestInstanceID)
			maps.Copy(values, test.arguments)
			config := dynamicValue(t, tftypes.NewValue(tasksDataSourceType(t), values))
			resp := readTasksDataSource(t, newServerWithLister(t, listLister(test.list)), config)
			checkWarning(t, resp.Diagnostics, test.warning)
			got := decodeState(t, resp.State)
			if !got["all_succeeded"].Equal(boolValue(test.succeeded)) {
				t.Errorf("all_succeeded is %s, want %t", got["all_succeeded"], test.succeeded)
			}
			if diff := cmp.Diff(test.tasks, decodeTasks(t, got["tasks"])); diff != "" {
				t.Errorf("tasks, want (-) and got (+):\n%s", diff)
			}
			checkOrders(t, got["databases"], len(test.tasks) > 0, test.reason)
		})
	}
}

// checkWarning reports diagnostics other than one warning with this summary; none if
// it is empty.
func checkWarning(t *testing.T, diags []*tfprotov6.Diagnostic, summary string) {
	t.Helper()
	var summaries []string
	for _, d := range diags {
		summaries = append(summaries, d.Summary)
	}
	if got := strings.Join(summaries, ", "); got != summary || slices.ContainsFunc(diags, isError) {
		t.Errorf("the warnings are %q, want %q", got, summary)
	}
}

// decodeTasks returns the ID and the name of each task.
func decodeTasks(t *testing.T, v tftypes.Value) []string {
	t.Helper()
	var tasks []tftypes.Value
	if err := v.As(&tasks); err != nil {
		t.Fatal(err)
	}
	var decoded []string
	for _, task := range tasks {
		var id, name string
		var fields map[string]tftypes.Value
		err := errors.Join(task.As(&fields), fields["migrate_task_id"].As(&id), fields["db_name"].As(&name))
		if err != nil {
			t.Fatal(err)
		}
		decoded = append(decoded, id+" "+name)
	}
	return decoded
}

// checkOrders reports an error unless databases has orders with this reason, and no
// database without a name.
func checkOrders(t *testing.T, v tftypes.Value, exists bool, reason any) {
	t.Helper()
	var databases, orders map[string]tftypes.Value
	if err := v.As(&databases); err != nil {
		t.Fatal(err)
	}
	if _, found := databases[""]; found {
		t.Error("a database has no name")
	}
	if value, found := databases["orders"]; found != exists {
		t.Fatalf("orders exists: %t, want %t", found, exists)
	} else if !found {
		return
	} else if err := value.As(&orders); err != nil {
		t.Fatal(err)
	}
	if !orders["reason"].Equal(stringValue(reason)) || !orders["succeeded"].Equal(boolValue(reason == nil)) {
		t.Errorf("orders is %v, want the reason %v", orders, reason)
	}
}

// TestMigrateTasksDataSource_NameCollision: of two databases, Terraform would only
// have the last one in its state.
func TestMigrateTasksDataSource_NameCollision(t *testing.T) {
	t.Parallel()
	created := migration.ParseTimestamp("2026-11-20T10:00Z")
	server := newServerWithLister(t, memoryTaskLister{
		{ID: "1", Database: "caf\u00e9", Status: migration.Success, CreateTime: created},
		{ID: "2", Database: "cafe\u0301", Status: migration.Failed, CreateTime: created},
	})
	resp := readTasksDataSource(t, server, tasksDataSourceConfig(t))
	checkOneError(t, resp.Diagnostics, `"cafe\u0301" and "caf\u00e9"`)
}

// TestResults_WithoutServer: an error is better than a list that is always empty.
func TestResults_WithoutServer(t *testing.T) {
	t.Parallel()
	server := providerserver.NewProtocol6(newProviderWithLister(newMemoryTaskLister(1)))()
	configureServer(t, server)
	resp := readTasksDataSource(t, server, tasksDataSourceConfig(t))
	checkOneError(t, resp.Diagnostics, "NewServer")
}

// silentDataSource is a data source that delivers no results.
type silentDataSource struct{ *migrateTasksDataSource }

func (silentDataSource) Read(context.Context, datasource.ReadRequest, *datasource.ReadResponse) {}

type silentProvider struct{ providerWithLister }

func (silentProvider) DataSources(context.Context) []func() datasource.DataSource {
	return []func() datasource.DataSource{
		func() datasource.DataSource { return silentDataSource{&migrateTasksDataSource{}} },
	}
}

func TestResults_NotDelivered(t *testing.T) {
	t.Parallel()
	server := NewServer(silentProvider{newProviderWithLister(newMemoryTaskLister(1))})
	configureServer(t, server)
	resp := readTasksDataSource(t, server, tasksDataSourceConfig(t))
	checkOneError(t, resp.Diagnostics, "the read returned no results")
}

// checkOneError reports diagnostics other than one error with this part of a
// detail.
func checkOneError(t *testing.T, diags []*tfprotov6.Diagnostic, detail string) {
	t.Helper()
	if len(diags) != 1 || !isError(diags[0]) || !strings.Contains(diags[0].Detail, detail) {
		t.Errorf("diagnostics are %v, want one error with %q", diags, detail)
	}
}

var taskType = tftypes.Object{AttributeTypes: map[string]tftypes.Type{
	"migrate_task_id": tftypes.String, "db_name": tftypes.String, "status": tftypes.String,
	"backup_mode": tftypes.String, "create_time": tftypes.String, "end_time": tftypes.String,
	"is_db_replaced": tftypes.Bool, "description": tftypes.String,
}}

var databaseType = tftypes.Object{AttributeTypes: map[string]tftypes.Type{
	"migrate_task_id": tftypes.String, "status": tftypes.String, "backup_mode": tftypes.String,
	"create_time": tftypes.String, "end_time": tftypes.String, "description": tftypes.String, "succeeded": tftypes.Bool,
	"reason": tftypes.String,
}}

// stringValue returns a string, or null for nil.
func stringValue(s any) tftypes.Value { return tftypes.NewValue(tftypes.String, s) }

// boolValue returns a boolean, or null for nil.
func boolValue(b any) tftypes.Value { return tftypes.NewValue(tftypes.Bool, b) }

// decodeState returns the attributes in a state of the data source.
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
