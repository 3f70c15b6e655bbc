// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"maps"

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

var (
	_ resource.ResourceWithConfigure      = (*migrateGateResource)(nil)
	_ resource.ResourceWithValidateConfig = (*migrateGateResource)(nil)
	_ resource.ResourceWithModifyPlan     = (*migrateGateResource)(nil)
	_ resource.ResourceWithImportState    = (*migrateGateResource)(nil)
)

// migrateGateResource is the resource alicloud_rds_migrate_gate.
type migrateGateResource struct {
	clock        clockwork.Clock
	providerData providerData // zero until Configure
}

// NewMigrateGateResource returns the resource. Clock provides the time and all
// waiting.
func NewMigrateGateResource(clock clockwork.Clock) resource.Resource {
	return &migrateGateResource{clock: clock}
}

// migrateGateModel is the configuration and the state of a gate.
type migrateGateModel struct {
	waitArguments

	Triggers  types.Map    `tfsdk:"triggers"`
	Timeouts  types.Object `tfsdk:"timeouts"`
	ID        types.String `tfsdk:"id"`
	OpenedAt  types.String `tfsdk:"opened_at"`
	Databases types.Map    `tfsdk:"databases"`
}

// waitConfig returns the configuration of the gate's wait.
func (m *migrateGateModel) waitConfig() waitConfig {
	return waitConfig{m.waitArguments, gateWait, m.Timeouts}
}

func (r *migrateGateResource) Metadata(
	_ context.Context, req resource.MetadataRequest, resp *resource.MetadataResponse,
) {
	resp.TypeName = req.ProviderTypeName + "_rds_migrate_gate"
}

func (r *migrateGateResource) Schema(
	_ context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse,
) {
	attributes := gateArguments()
	attributes["timeouts"] = schema.SingleNestedAttribute{
		Optional: true,
		Attributes: map[string]schema.Attribute{"create": schema.StringAttribute{
			Optional: true,
			MarkdownDescription: "Timeout of the wait for all databases together. A duration such as `30m` or `6h`. " +
				"Default: `2h`. The last poll can take up to 15 seconds longer. A change does not replace the gate.",
			Validators: []validator.String{newTimeoutValidator()},
		}},
	}
	maps.Copy(attributes, gateResults())
	resp.Schema = schema.Schema{
		MarkdownDescription: "Waits during its creation until the migration of every database in `db_names` has " +
			"succeeded. Resources that depend on the gate are not created or updated before that. An open gate " +
			"never calls the API again.",
		Attributes: attributes,
	}
}

// replacesGate is the part of a description about a change of the argument.
const replacesGate = "A change replaces the gate, and the new gate polls the tasks again."

func gateArguments() map[string]schema.Attribute {
	return map[string]schema.Attribute{
		"db_instance_id": schema.StringAttribute{
			Required:            true,
			MarkdownDescription: "ID of the RDS instance. " + replacesGate,
			Validators:          []validator.String{stringvalidator.LengthAtLeast(1)},
			PlanModifiers:       []planmodifier.String{stringplanmodifier.RequiresReplace()},
		},
		"db_names": schema.SetAttribute{
			ElementType: types.StringType,
			Required:    true,
			MarkdownDescription: "Names on the RDS instance of the databases to wait for, at least one. Names are " +
				"compared exactly, including case. " + replacesGate,
			Validators: []validator.Set{
				setvalidator.SizeAtLeast(1), setvalidator.NoNullValues(),
				setvalidator.ValueStringsAre(stringvalidator.LengthAtLeast(1)),
			},
			PlanModifiers: []planmodifier.Set{setplanmodifier.RequiresReplace()},
		},
		"start_time": schema.StringAttribute{
			Optional: true,
			MarkdownDescription: "Earliest creation time of tasks that prove a success: " + timeDescription +
				" Default: every task that the API returns, which are those of the last 7 days. Tasks created before " +
				"`start_time` are also read, and one that is `NoStart` or `Running` keeps the gate closed. " +
				replacesGate + " Do not use `timestamp()` or `plantimestamp()`: they change in every plan, so every " +
				"apply would replace the gate.",
			PlanModifiers: []planmodifier.String{stringplanmodifier.RequiresReplace()},
		},
		"resource_group_id": schema.StringAttribute{
			Optional:            true,
			MarkdownDescription: "ID of the resource group of the instance. " + replacesGate,
			Validators:          []validator.String{stringvalidator.LengthAtLeast(1)},
			PlanModifiers:       []planmodifier.String{stringplanmodifier.RequiresReplace()},
		},
		"triggers": schema.MapAttribute{
			ElementType: types.StringType,
			Optional:    true,
			MarkdownDescription: "Values of your choice, such as the name of the backup file. They do not select a " +
				"migration. " + replacesGate,
			PlanModifiers: []planmodifier.Map{mapplanmodifier.RequiresReplace()},
		},
		"poll_interval": schema.StringAttribute{
			Optional: true,
			Computed: true,
			Default:  stringdefault.StaticString(defaultPollInterval.String()),
			MarkdownDescription: "Time between two polls. A duration such as `30s`. Default: `15s`. Minimum: `1s`. " +
				"A change does not replace the gate.",
			Validators: []validator.String{newDurationValidator(minPollInterval)},
		},
	}
}

func gateResults() map[string]schema.Attribute {
	return map[string]schema.Attribute{
		"id": schema.StringAttribute{
			Computed:            true,
			MarkdownDescription: "ID of the gate: the ID of the instance and the time at which the gate opened.",
			PlanModifiers:       []planmodifier.String{stringplanmodifier.UseStateForUnknown()},
		},
		"opened_at": schema.StringAttribute{
			Computed:            true,
			MarkdownDescription: "Time at which the gate opened: RFC 3339 in UTC.",
			PlanModifiers:       []planmodifier.String{stringplanmodifier.UseStateForUnknown()},
		},
		"databases": schema.MapNestedAttribute{
			Computed: true,
			MarkdownDescription: "Newest task of each database when the gate opened, which is `Success`, as a map by " +
				"database name.",
			PlanModifiers: []planmodifier.Map{mapplanmodifier.UseStateForUnknown()},
			NestedObject: schema.NestedAttributeObject{Attributes: map[string]schema.Attribute{
				"migrate_task_id": schema.StringAttribute{
					Computed: true, MarkdownDescription: "ID of the task.",
				},
				"backup_mode": schema.StringAttribute{
					Computed: true,
					MarkdownDescription: "Backup mode of the task, such as `FULL` for full backup files, or `UPDF` " +
						"for incremental or log backup files.",
				},
				"create_time": schema.StringAttribute{
					Computed: true, MarkdownDescription: "Time at which the task was created: RFC 3339 in UTC.",
				},
				"end_time": schema.StringAttribute{
					Computed: true, MarkdownDescription: "Time at which the task ended: RFC 3339 in UTC.",
				},
				"description": schema.StringAttribute{
					Computed: true,
					MarkdownDescription: "Description of the task from the API, such as the result of its " +
						"consistency check. Null for a gate that was created by a version of the provider " +
						"without this attribute.",
				},
			}},
		},
	}
}

// Configure saves the provider's data. During validation, there is none yet.
func (r *migrateGateResource) Configure(
	_ context.Context, req resource.ConfigureRequest, resp *resource.ConfigureResponse,
) {
	if req.ProviderData == nil {
		return
	}
	data, ok := req.ProviderData.(*providerData)
	if !ok {
		addUnexpectedConfigureType(&resp.Diagnostics, "Resource", req.ProviderData)
		return
	}
	r.providerData = *data
}

// ValidateConfig checks the start time and the timeout.
func (r *migrateGateResource) ValidateConfig(
	ctx context.Context, req resource.ValidateConfigRequest, resp *resource.ValidateConfigResponse,
) {
	var m migrateGateModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &m)...)
	if resp.Diagnostics.HasError() {
		return
	}
	m.waitConfig().validate(&resp.Diagnostics)
}

// ModifyPlan warns if a new or changed start_time is before the retention period.
// An open gate does not call the API again, so its start_time no longer matters.
func (r *migrateGateResource) ModifyPlan(
	ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse,
) {
	if req.Plan.Raw.IsNull() {
		return
	}
	var planned, prior types.String
	resp.Diagnostics.Append(req.Plan.GetAttribute(ctx, path.Root("start_time"), &planned)...)
	if !req.State.Raw.IsNull() {
		resp.Diagnostics.Append(req.State.GetAttribute(ctx, path.Root("start_time"), &prior)...)
	}
	if planned.Equal(prior) {
		return
	}
	times := parseTimeRange(planned, types.StringNull(), &resp.Diagnostics)
	times.warnStartBeyondRetention(r.clock.Now(), &resp.Diagnostics)
}

// Create waits until every database has succeeded. If it returns an error,
// nothing is saved in the state.
func (r *migrateGateResource) Create(
	ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse,
) {
	var m migrateGateModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &m)...)
	if resp.Diagnostics.HasError() {
		return
	}
	client, ok := r.providerData.requireConfigured(&resp.Diagnostics)
	if !ok {
		return
	}
	w := newGateWaiter(ctx, client, r.clock, m.waitConfig(), &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	status, open := w.run(ctx, &resp.Diagnostics)
	if !open {
		return
	}
	warnFailedChecks(&resp.Diagnostics, path.Root("databases"), gateWait, status)
	openedAt := formatUTC(r.clock.Now())
	m.ID = types.StringValue(m.DBInstanceID.ValueString() + "/" + openedAt)
	m.OpenedAt = types.StringValue(openedAt)
	m.Databases = gateDatabasesValue(status.databases)
	resp.Diagnostics.Append(resp.State.Set(ctx, &m)...)
}

// Read calls nothing: the API retains tasks for 7 days, an open gate remains
// open.
func (r *migrateGateResource) Read(context.Context, resource.ReadRequest, *resource.ReadResponse) {}

// Update saves the arguments that can change without replacing the gate:
// poll_interval and timeouts.
func (r *migrateGateResource) Update(
	ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse,
) {
	var m migrateGateModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &m)...)
	resp.Diagnostics.Append(resp.State.Set(ctx, &m)...)
}

// Delete calls nothing: a gate has no remote object.
func (r *migrateGateResource) Delete(context.Context, resource.DeleteRequest, *resource.DeleteResponse) {
}

// ImportState adds an error: an imported gate would be open although no task has
// been read.
func (r *migrateGateResource) ImportState(
	_ context.Context, _ resource.ImportStateRequest, resp *resource.ImportStateResponse,
) {
	addImportNotSupported(&resp.Diagnostics)
}

// gateDatabasesValue returns the value of a gate's attribute databases.
func gateDatabasesValue(databases map[string]migration.Database) types.Map {
	attributeTypes := map[string]attr.Type{
		"migrate_task_id": types.StringType,
		"backup_mode":     types.StringType,
		"create_time":     types.StringType,
		"end_time":        types.StringType,
		"description":     types.StringType,
	}
	values := make(map[string]attr.Value, len(databases))
	for name, database := range databases {
		fields := newTaskFields(database.Newest)
		values[name] = types.ObjectValueMust(attributeTypes, map[string]attr.Value{
			"migrate_task_id": types.StringValue(fields.ID),
			"backup_mode":     types.StringValue(fields.BackupMode),
			"create_time":     types.StringValue(fields.CreateTime),
			"end_time":        types.StringPointerValue(fields.EndTime),
			"description":     types.StringValue(fields.Description),
		})
	}
	return types.MapValueMust(types.ObjectType{AttrTypes: attributeTypes}, values)
}
