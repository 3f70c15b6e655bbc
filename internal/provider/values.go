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

const timeDescription = "RFC 3339 such as `2026-11-20T10:00:00Z`, or in minutes as the service writes it, `2026-11-20T10:00Z`."

// taskAttributes are the attributes of an element of tasks.
func taskAttributes() map[string]schema.Attribute {
	attributes := sharedTaskAttributes()
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
	attributes := sharedTaskAttributes()
	attributes["succeeded"] = schema.BoolAttribute{
		Computed: true, MarkdownDescription: "Whether this newest task is a `Success`.",
	}
	return attributes
}

// sharedTaskAttributes are those that tasks and databases share.
func sharedTaskAttributes() map[string]schema.Attribute {
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
		n := newTaskFields(db.Newest)
		values[name] = types.ObjectValueMust(t, map[string]attr.Value{
			"migrate_task_id": types.StringValue(n.ID),
			"backup_mode":     types.StringValue(n.BackupMode),
			"create_time":     types.StringValue(n.CreateTime),
			"end_time":        types.StringPointerValue(n.EndTime),
		})
	}
	return types.MapValueMust(types.ObjectType{AttrTypes: t}, values)
}

// collection is a list or a set.
type collection interface {
	ElementsAs(ctx context.Context, target any, allowUnhandled bool) diag.Diagnostics
	IsNull() bool
}

// stringsFrom returns the strings in a list or a set, none where it is null.
func stringsFrom(ctx context.Context, c collection, diags *diag.Diagnostics) []string {
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
