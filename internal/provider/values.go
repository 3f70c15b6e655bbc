package provider

import (
	"context"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/rds-migrate/terraform-provider-alicloud/internal/migration"
)

// Values are built here directly: for a list of structs, the framework's
// reflection costs more than all the rest of a read.

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

// attrTypes returns the types that belong to attributes.
func attrTypes(attributes map[string]schema.Attribute) map[string]attr.Type {
	t := make(map[string]attr.Type, len(attributes))
	for name, a := range attributes {
		t[name] = a.GetType()
	}
	return t
}

func tasksValue(tasks []migration.Task) types.List {
	t := attrTypes(taskAttributes())
	values := make([]attr.Value, len(tasks))
	for i, task := range tasks {
		v := newestValues(task)
		v["db_name"] = types.StringValue(task.Database)
		v["is_db_replaced"] = types.BoolPointerValue(task.Replaced)
		values[i] = types.ObjectValueMust(t, v)
	}
	return types.ListValueMust(types.ObjectType{AttrTypes: t}, values)
}

func databasesValue(dbs map[string]migration.Database) types.Map {
	t := attrTypes(databaseAttributes())
	values := make(map[string]attr.Value, len(dbs))
	for name, db := range dbs {
		v := newestValues(db.Newest)
		v["succeeded"] = types.BoolValue(db.Succeeded())
		values[name] = types.ObjectValueMust(t, v)
	}
	return types.MapValueMust(types.ObjectType{AttrTypes: t}, values)
}

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
		v := newestValues(db.Newest)
		delete(v, "status")
		delete(v, "description")
		values[name] = types.ObjectValueMust(t, v)
	}
	return types.MapValueMust(types.ObjectType{AttrTypes: t}, values)
}

func newestValues(t migration.Task) map[string]attr.Value {
	return map[string]attr.Value{
		"migrate_task_id": types.StringValue(t.ID),
		"status":          types.StringValue(string(t.Status)),
		"backup_mode":     types.StringValue(t.BackupMode),
		"create_time":     types.StringValue(t.Created.String()),
		"end_time":        endTimeValue(t.Ended),
		"description":     types.StringValue(t.Description),
	}
}

func endTimeValue(s migration.Stamp) types.String {
	if s.Empty() {
		return types.StringNull()
	}
	return types.StringValue(s.String())
}

func idsValue(tasks []migration.Task) types.List {
	values := make([]attr.Value, len(tasks))
	for i, t := range tasks {
		values[i] = types.StringValue(t.ID)
	}
	return types.ListValueMust(types.StringType, values)
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
