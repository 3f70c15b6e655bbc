// Command memory is a provider whose data source answers a list of BENCH_TASKS
// tasks from memory, in the shape of the real one's results. Every value is
// built directly as the framework keeps a state, without reflection.
package main

import (
	"context"
	"log"
	"os"
	"strconv"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/rds-migrate/terraform-provider-alicloud/bench/floor"
	"github.com/rds-migrate/terraform-provider-alicloud/bench/list"
)

func main() {
	n, err := strconv.Atoi(os.Getenv("BENCH_TASKS"))
	if err != nil {
		log.Fatal(err)
	}
	if err := floor.Serve(func() datasource.DataSource { return memory{n} }); err != nil {
		log.Fatal(err)
	}
}

type memory struct{ n int }

func (memory) Metadata(_ context.Context, _ datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = floor.TypeName
}

func (memory) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	resp.Schema = schema.Schema{Attributes: map[string]schema.Attribute{
		"db_instance_id": schema.StringAttribute{Required: true},
		"ids":            schema.ListAttribute{Computed: true, ElementType: types.StringType},
		"tasks":          schema.ListNestedAttribute{Computed: true, NestedObject: object("is_db_replaced", "db_name")},
		"databases":      schema.MapNestedAttribute{Computed: true, NestedObject: object("succeeded")},
		"all_succeeded":  schema.BoolAttribute{Computed: true},
	}}
}

// object has the attributes that a task and a database share, a truth and more
// texts.
func object(truth string, texts ...string) schema.NestedAttributeObject {
	attributes := map[string]schema.Attribute{truth: schema.BoolAttribute{Computed: true}}
	for _, name := range append(texts, "migrate_task_id", "status", "backup_mode", "create_time", "end_time", "description") {
		attributes[name] = schema.StringAttribute{Computed: true}
	}
	return schema.NestedAttributeObject{Attributes: attributes}
}

func (m memory) Read(ctx context.Context, _ datasource.ReadRequest, resp *datasource.ReadResponse) {
	taskType := object("is_db_replaced", "db_name").Type().TerraformType(ctx)
	databaseType := object("succeeded").Type().TerraformType(ctx)
	ids, tasks, databases := make([]tftypes.Value, m.n), make([]tftypes.Value, m.n), map[string]tftypes.Value{}
	all := m.n > 0
	for i := range m.n {
		t := list.At(i, m.n)
		ids[i] = text(t.ID)
		v := values(t)
		v["db_name"], v["is_db_replaced"] = text(t.Database), tftypes.NewValue(tftypes.Bool, false)
		tasks[i] = tftypes.NewValue(taskType, v)
		if list.Newest(i) {
			succeeded := t.Status == "Success"
			v := values(t)
			v["succeeded"] = tftypes.NewValue(tftypes.Bool, succeeded)
			databases[t.Database] = tftypes.NewValue(databaseType, v)
			all = all && succeeded
		}
	}
	var attributes map[string]tftypes.Value
	if err := resp.State.Raw.As(&attributes); err != nil {
		resp.Diagnostics.AddError("The configuration cannot be read", err.Error())
		return
	}
	for name, value := range map[string]any{"ids": ids, "tasks": tasks, "databases": databases, "all_succeeded": all} {
		attributes[name] = tftypes.NewValue(attributes[name].Type(), value)
	}
	resp.State.Raw = tftypes.NewValue(resp.State.Raw.Type(), attributes)
}

func values(t list.Task) map[string]tftypes.Value {
	return map[string]tftypes.Value{
		"migrate_task_id": text(t.ID),
		"status":          text(t.Status),
		"backup_mode":     text(t.BackupMode),
		"create_time":     text(t.Created),
		"end_time":        text(t.Ended),
		"description":     text(t.Description),
	}
}

func text(s string) tftypes.Value { return tftypes.NewValue(tftypes.String, s) }
