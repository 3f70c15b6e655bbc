package provider

import (
	"context"
	"maps"
	"time"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/resource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework-validators/setvalidator"
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/mapplanmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/setplanmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringdefault"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringplanmodifier"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/jonboulle/clockwork"

	"github.com/rds-migrate/terraform-provider-alicloud/internal/migration"
)

const (
	// defaultCreateTimeout bounds the wait where timeouts.create does not.
	defaultCreateTimeout = 2 * time.Hour

	defaultPollInterval = 15 * time.Second
	minPollInterval     = time.Second

	// finalPollTimeout bounds the look at the end of the wait, when no time is left.
	finalPollTimeout = 15 * time.Second
)

var (
	_ resource.ResourceWithConfigure      = (*migrateGateResource)(nil)
	_ resource.ResourceWithValidateConfig = (*migrateGateResource)(nil)
	_ resource.ResourceWithModifyPlan     = (*migrateGateResource)(nil)
	_ resource.ResourceWithImportState    = (*migrateGateResource)(nil)
)

// migrateGateResource is the resource alicloud_rds_migrate_gate.
type migrateGateResource struct {
	clock        clockwork.Clock
	providerData *providerData
}

// migrateGateModel is its configuration and its state.
type migrateGateModel struct {
	DBInstanceID    types.String   `tfsdk:"db_instance_id"`
	DBNames         types.Set      `tfsdk:"db_names"`
	StartTime       types.String   `tfsdk:"start_time"`
	ResourceGroupID types.String   `tfsdk:"resource_group_id"`
	Triggers        types.Map      `tfsdk:"triggers"`
	PollInterval    types.String   `tfsdk:"poll_interval"`
	Timeouts        timeouts.Value `tfsdk:"timeouts"`
	ID              types.String   `tfsdk:"id"`
	OpenedAt        types.String   `tfsdk:"opened_at"`
	Databases       types.Map      `tfsdk:"databases"`
}

func (g *migrateGateResource) Metadata(_ context.Context, req resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_rds_migrate_gate"
}

func (g *migrateGateResource) Schema(ctx context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	attributes := gateArguments()
	attributes["timeouts"] = timeouts.Attributes(ctx, timeouts.Opts{
		Create: true,
		CreateDescription: "How long to wait for the databases, all of them together. A duration such as `30m` or `6h`. " +
			"Default: `2h`.",
	})
	maps.Copy(attributes, gateResults())
	resp.Schema = schema.Schema{
		MarkdownDescription: "Waits, when it is created, until the newest migration task of every database has succeeded. " +
			"What depends on it is not touched before that. It then stays open for good, and asks the service for nothing more.",
		Attributes: attributes,
	}
}

func gateArguments() map[string]schema.Attribute {
	notEmpty := []validator.String{stringvalidator.LengthAtLeast(1)}
	replace := []planmodifier.String{stringplanmodifier.RequiresReplace()}
	return map[string]schema.Attribute{
		"db_instance_id": schema.StringAttribute{
			Required:            true,
			MarkdownDescription: "ID of the RDS instance. A change makes a new gate, which waits again.",
			Validators:          notEmpty,
			PlanModifiers:       replace,
		},
		"db_names": schema.SetAttribute{
			ElementType:         types.StringType,
			Required:            true,
			MarkdownDescription: "The databases to wait for, at least one. A change makes a new gate, which waits again.",
			Validators: []validator.Set{
				setvalidator.SizeAtLeast(1), setvalidator.NoNullValues(), setvalidator.ValueStringsAre(notEmpty...),
			},
			PlanModifiers: []planmodifier.Set{setplanmodifier.RequiresReplace()},
		},
		"start_time": schema.StringAttribute{
			Optional: true,
			MarkdownDescription: "Only tasks created at this time or later count. " + timeDescription + " Default: 7 days before " +
				"the gate is created. A change makes a new gate, so do not compute it from `timestamp()` or `plantimestamp()`.",
			PlanModifiers: replace,
		},
		"resource_group_id": schema.StringAttribute{
			Optional:            true,
			MarkdownDescription: "ID of the resource group that the instance is in. A change makes a new gate.",
			Validators:          notEmpty,
			PlanModifiers:       replace,
		},
		"triggers": schema.MapAttribute{
			ElementType: types.StringType,
			Optional:    true,
			MarkdownDescription: "Any strings. A change makes a new gate, which waits again: put in what stands for the " +
				"migration, such as the name of the backup file.",
			PlanModifiers: []planmodifier.Map{mapplanmodifier.RequiresReplace()},
		},
		"poll_interval": schema.StringAttribute{
			Optional:            true,
			Computed:            true,
			Default:             stringdefault.StaticString(defaultPollInterval.String()),
			MarkdownDescription: "The pause between two looks at the tasks, at least `1s`. Default: `15s`.",
			Validators:          []validator.String{newDurationValidator(minPollInterval)},
		},
	}
}

func gateResults() map[string]schema.Attribute {
	keep := []planmodifier.String{stringplanmodifier.UseStateForUnknown()}
	text := func(description string) schema.Attribute {
		return schema.StringAttribute{Computed: true, MarkdownDescription: description}
	}
	return map[string]schema.Attribute{
		"id": schema.StringAttribute{
			Computed: true, MarkdownDescription: "The instance and the time at which the gate opened.", PlanModifiers: keep,
		},
		"opened_at": schema.StringAttribute{
			Computed: true, MarkdownDescription: "When the gate opened: RFC 3339 in UTC.", PlanModifiers: keep,
		},
		"databases": schema.MapNestedAttribute{
			Computed:            true,
			MarkdownDescription: "The successful task of each database, by the database's name.",
			PlanModifiers:       []planmodifier.Map{mapplanmodifier.UseStateForUnknown()},
			NestedObject: schema.NestedAttributeObject{Attributes: map[string]schema.Attribute{
				"migrate_task_id": text("ID of the task."),
				"backup_mode":     text("Backup mode of the task, such as `FULL` or `UPDF`."),
				"create_time":     text("When the task was created: RFC 3339 in UTC."),
				"end_time":        text("When the task ended: RFC 3339 in UTC."),
			}},
		},
	}
}

func (g *migrateGateResource) Configure(_ context.Context, req resource.ConfigureRequest, _ *resource.ConfigureResponse) {
	g.providerData, _ = req.ProviderData.(*providerData)
}

// ValidateConfig checks the start time and the timeout.
func (g *migrateGateResource) ValidateConfig(ctx context.Context, req resource.ValidateConfigRequest, resp *resource.ValidateConfigResponse) {
	var m migrateGateModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &m)...)
	if resp.Diagnostics.HasError() {
		return
	}
	parseTime(path.Root("start_time"), unknownIfPlantimestamp(m.StartTime), &resp.Diagnostics)
	timeoutFromConfig(m.Timeouts.Object, "create", defaultCreateTimeout, &resp.Diagnostics)
}

// ModifyPlan warns of a start time that is too early where it is new: a gate
// that is open no longer cares.
func (g *migrateGateResource) ModifyPlan(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	if req.Plan.Raw.IsNull() {
		return
	}
	at := path.Root("start_time")
	var start, was types.String
	resp.Diagnostics.Append(req.Plan.GetAttribute(ctx, at, &start)...)
	if !req.State.Raw.IsNull() {
		resp.Diagnostics.Append(req.State.GetAttribute(ctx, at, &was)...)
	}
	if start.Equal(was) {
		return
	}
	parseTimeRange(start, types.StringNull(), &resp.Diagnostics).warnBeyondRetention(g.clock.Now(), &resp.Diagnostics)
}

// Create waits until the gate opens. Where it does not, nothing is kept in
// the state.
func (g *migrateGateResource) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	var m migrateGateModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &m)...)
	if resp.Diagnostics.HasError() || !g.providerData.requireConfigured(&resp.Diagnostics) {
		return
	}
	w := newGateWaiter(ctx, g.providerData, g.clock, &m, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	dbs := w.run(ctx, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	opened := formatUTC(g.clock.Now())
	m.ID = types.StringValue(m.DBInstanceID.ValueString() + "/" + opened)
	m.OpenedAt = types.StringValue(opened)
	m.Databases = gateDatabasesValue(dbs)
	resp.Diagnostics.Append(resp.State.Set(ctx, &m)...)
}

// Read calls nothing: the service forgets after a week, the gate does not.
func (g *migrateGateResource) Read(context.Context, resource.ReadRequest, *resource.ReadResponse) {}

// Update keeps what can change without another wait: how a gate would wait.
func (g *migrateGateResource) Update(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	var m migrateGateModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &m)...)
	resp.Diagnostics.Append(resp.State.Set(ctx, &m)...)
}

// Delete calls nothing: there is no gate in the cloud.
func (g *migrateGateResource) Delete(context.Context, resource.DeleteRequest, *resource.DeleteResponse) {
}

// ImportState refuses: a gate that was imported would be open without having
// looked.
func (g *migrateGateResource) ImportState(_ context.Context, _ resource.ImportStateRequest, resp *resource.ImportStateResponse) {
	addImportNotSupported(&resp.Diagnostics)
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
