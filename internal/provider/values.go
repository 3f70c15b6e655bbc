package provider

import (
	"context"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/tfsdk"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/rds-migrate/terraform-provider-alicloud/internal/migration"
)

const timeDescription = "RFC 3339 such as `2026-11-20T10:00:00Z`, or in minutes as the service writes it, `2026-11-20T10:00Z`."

// taskAttributes are the attributes of an element of tasks.
func taskAttributes() map[string]schema.Attribute {
	attributes := newestAttributes()
	attributes["db_name"] = schema.StringAttribute{
		Computed: true, MarkdownDescription: "Name of the database.",
	}
	attributes["is_db_replaced"] = schema.BoolAttribute{
		Computed: true, MarkdownDescription: "Whether the import overwrites existing data. Null when the service does not say.",
	}
	return attributes
}

// databaseAttributes are the attributes of an element of databases.
func databaseAttributes() map[string]schema.Attribute {
	attributes := newestAttributes()
	attributes["succeeded"] = schema.BoolAttribute{
		Computed: true, MarkdownDescription: "Whether this newest task is a `Success`.",
	}
	return attributes
}

// newestAttributes are those that tasks and databases share.
func newestAttributes() map[string]schema.Attribute {
	text := func(description string) schema.Attribute {
		return schema.StringAttribute{Computed: true, MarkdownDescription: description}
	}
	return map[string]schema.Attribute{
		"migrate_task_id": text("ID of the task."),
		"status":          text("Status of the task, one of " + statusList() + "."),
		"backup_mode":     text("`FULL` restores full backup files, `UPDF` incremental or log backup files."),
		"create_time":     text("When the task was created: RFC 3339 in UTC."),
		"end_time":        text("When the task ended: RFC 3339 in UTC. Null until it has."),
		"description":     text("What the service says of the task: the reason when it failed."),
	}
}

// results are what a read adds to the configuration.
type results struct {
	tasks        []migration.Task
	dbs          map[string]migration.Database
	allSucceeded bool
}

// set puts the results into a state that holds the configuration. They are
// built as they go over the wire: the framework would turn its own values into
// these and back, which costs more than all the rest of a read.
func (r results) set(state *tfsdk.State) error {
	var attributes map[string]tftypes.Value
	if err := state.Raw.As(&attributes); err != nil {
		return err
	}
	attributes["ids"] = idsValue(attributes["ids"].Type(), r.tasks)
	attributes["tasks"] = tasksValue(attributes["tasks"].Type(), r.tasks)
	attributes["databases"] = databasesValue(attributes["databases"].Type(), r.dbs)
	attributes["all_succeeded"] = tftypes.NewValue(tftypes.Bool, r.allSucceeded)
	state.Raw = tftypes.NewValue(state.Raw.Type(), attributes)
	return nil
}

func idsValue(t tftypes.Type, tasks []migration.Task) tftypes.Value {
	values := make([]tftypes.Value, len(tasks))
	for i, task := range tasks {
		values[i] = stringValue(task.ID)
	}
	return tftypes.NewValue(t, values)
}

func tasksValue(t tftypes.Type, tasks []migration.Task) tftypes.Value {
	list, _ := t.(tftypes.List)
	values := make([]tftypes.Value, len(tasks))
	for i, task := range tasks {
		v := newestValues(task)
		v["db_name"] = stringValue(task.Database)
		v["is_db_replaced"] = tftypes.NewValue(tftypes.Bool, task.Replaced)
		values[i] = tftypes.NewValue(list.ElementType, v)
	}
	return tftypes.NewValue(t, values)
}

func databasesValue(t tftypes.Type, dbs map[string]migration.Database) tftypes.Value {
	m, _ := t.(tftypes.Map)
	values := make(map[string]tftypes.Value, len(dbs))
	for name, db := range dbs {
		v := newestValues(db.Newest)
		v["succeeded"] = tftypes.NewValue(tftypes.Bool, db.Succeeded())
		values[name] = tftypes.NewValue(m.ElementType, v)
	}
	return tftypes.NewValue(t, values)
}

// newestValues are those that tasks and databases share.
func newestValues(t migration.Task) map[string]tftypes.Value {
	return map[string]tftypes.Value{
		"migrate_task_id": stringValue(t.ID),
		"status":          stringValue(string(t.Status)),
		"backup_mode":     stringValue(t.BackupMode),
		"create_time":     stringValue(t.Created.String()),
		"end_time":        endTimeValue(t.Ended),
		"description":     stringValue(t.Description),
	}
}

func endTimeValue(s migration.Stamp) tftypes.Value {
	if s.Empty() {
		return tftypes.NewValue(tftypes.String, nil)
	}
	return stringValue(s.String())
}

func stringValue(s string) tftypes.Value { return tftypes.NewValue(tftypes.String, s) }

// gateDatabasesValue is the attribute databases of a gate.
func gateDatabasesValue(dbs map[string]migration.Database) types.Map {
	t := map[string]attr.Type{
		"migrate_task_id": types.StringType,
		"backup_mode":     types.StringType,
		"create_time":     types.StringType,
		"end_time":        types.StringType,
	}
	values := make(map[string]attr.Value, len(dbs))
	for name, db := range dbs {
		end := types.StringNull()
		if !db.Newest.Ended.Empty() {
			end = types.StringValue(db.Newest.Ended.String())
		}
		values[name] = types.ObjectValueMust(t, map[string]attr.Value{
			"migrate_task_id": types.StringValue(db.Newest.ID),
			"backup_mode":     types.StringValue(db.Newest.BackupMode),
			"create_time":     types.StringValue(db.Newest.Created.String()),
			"end_time":        end,
		})
	}
	return types.MapValueMust(types.ObjectType{AttrTypes: t}, values)
}

// collection is a list or a set.
type collection interface {
	ElementsAs(ctx context.Context, target any, allowUnhandled bool) diag.Diagnostics
	IsNull() bool
}

// stringsOf returns the strings in a list or a set, none where it is null.
func stringsOf(ctx context.Context, c collection, diags *diag.Diagnostics) []string {
	if c.IsNull() {
		return nil
	}
	var s []string
	diags.Append(c.ElementsAs(ctx, &s, false)...)
	return s
}

func statusNames() []string {
	var names []string
	for _, s := range migration.Statuses() {
		names = append(names, string(s))
	}
	return names
}

// statusList names the statuses in a sentence.
func statusList() string {
	return "`" + strings.Join(statusNames(), "`, `") + "`"
}
