// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework-validators/setvalidator"
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/action"
	"github.com/hashicorp/terraform-plugin-framework/action/schema"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/jonboulle/clockwork"
)

var (
	_ action.ActionWithConfigure      = (*migrateWaitAction)(nil)
	_ action.ActionWithValidateConfig = (*migrateWaitAction)(nil)
	_ action.ActionWithModifyPlan     = (*migrateWaitAction)(nil)
)

// actionWait is the wait of an action.
var actionWait = waitKind{timeout: "invoke", start: "Invoke the action", repeat: "invoke the action again"}

// migrateWaitAction is the action alicloud_rds_migrate_wait.
type migrateWaitAction struct {
	clock        clockwork.Clock
	providerData providerData // zero until Configure
}

// NewMigrateWaitAction returns the action. Clock provides the time and all waiting.
func NewMigrateWaitAction(clock clockwork.Clock) action.Action {
	return &migrateWaitAction{clock: clock}
}

// migrateWaitModel is the configuration of the action.
type migrateWaitModel struct {
	waitArguments

	Timeouts types.Object `tfsdk:"timeouts"`
}

// waitConfig returns the configuration of the action's wait.
func (m *migrateWaitModel) waitConfig() waitConfig {
	return waitConfig{m.waitArguments, actionWait, m.Timeouts}
}

func (a *migrateWaitAction) Metadata(_ context.Context, req action.MetadataRequest, resp *action.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_rds_migrate_wait"
}

func (a *migrateWaitAction) Schema(_ context.Context, _ action.SchemaRequest, resp *action.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Waits until the migration of every database has succeeded, and reports the progress. " +
			"It blocks no resource: use the resource `alicloud_rds_migrate_gate` for that.",
		Attributes: map[string]schema.Attribute{
			"db_instance_id": schema.StringAttribute{
				Required:            true,
				MarkdownDescription: "ID of the RDS instance.",
				Validators:          []validator.String{stringvalidator.LengthAtLeast(1)},
			},
			"db_names": schema.SetAttribute{
				ElementType: types.StringType,
				Required:    true,
				MarkdownDescription: "Names of the databases to wait for, at least one. Names are compared exactly, " +
					"including case.",
				Validators: []validator.Set{
					setvalidator.SizeAtLeast(1), setvalidator.NoNullValues(),
					setvalidator.ValueStringsAre(stringvalidator.LengthAtLeast(1)),
				},
			},
			"start_time": schema.StringAttribute{
				Optional: true,
				MarkdownDescription: "Earliest creation time of tasks that prove a success: " + timeDescription +
					" Default: every task that the API returns can prove a success. The API returns a task for 7 " +
					"days. Tasks created before `start_time` are also read, and the action waits while one of them " +
					"is `NoStart` or `Running`.",
			},
			"resource_group_id": schema.StringAttribute{
				Optional:            true,
				MarkdownDescription: "ID of the resource group of the instance.",
				Validators:          []validator.String{stringvalidator.LengthAtLeast(1)},
			},
			"poll_interval": schema.StringAttribute{
				Optional:            true,
				MarkdownDescription: "Time between two polls. A duration such as `30s`. Default: `15s`. Minimum: `1s`.",
				Validators:          []validator.String{newDurationValidator(minPollInterval)},
			},
			"timeouts": schema.SingleNestedAttribute{
				Optional: true,
				Attributes: map[string]schema.Attribute{"invoke": schema.StringAttribute{
					Optional: true,
					MarkdownDescription: "Timeout of the wait for all databases together. A duration such as `30m` " +
						"or `6h`. Default: `2h`.",
					Validators: []validator.String{newTimeoutValidator()},
				}},
			},
		},
	}
}

// Configure saves the provider's data. During validation, there is none yet.
func (a *migrateWaitAction) Configure(
	_ context.Context, req action.ConfigureRequest, resp *action.ConfigureResponse,
) {
	if req.ProviderData == nil {
		return
	}
	data, ok := req.ProviderData.(*providerData)
	if !ok {
		addUnexpectedConfigureType(&resp.Diagnostics, "Action", req.ProviderData)
		return
	}
	a.providerData = *data
}

// ValidateConfig checks the start time and the timeout.
func (a *migrateWaitAction) ValidateConfig(
	ctx context.Context, req action.ValidateConfigRequest, resp *action.ValidateConfigResponse,
) {
	var m migrateWaitModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &m)...)
	if resp.Diagnostics.HasError() {
		return
	}
	m.waitConfig().validate(&resp.Diagnostics)
}

// ModifyPlan warns if start_time is before the retention period.
func (a *migrateWaitAction) ModifyPlan(
	ctx context.Context, req action.ModifyPlanRequest, resp *action.ModifyPlanResponse,
) {
	var start types.String
	resp.Diagnostics.Append(req.Config.GetAttribute(ctx, path.Root("start_time"), &start)...)
	times := parseTimeRange(start, types.StringNull(), &resp.Diagnostics)
	times.warnStartBeyondRetention(a.clock.Now(), &resp.Diagnostics)
}

// Invoke waits until every database has succeeded, and sends progress messages.
func (a *migrateWaitAction) Invoke(ctx context.Context, req action.InvokeRequest, resp *action.InvokeResponse) {
	var m migrateWaitModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &m)...)
	if resp.Diagnostics.HasError() {
		return
	}
	client, ok := a.providerData.requireConfigured(&resp.Diagnostics)
	if !ok {
		return
	}
	w := newGateWaiter(ctx, client, a.clock, m.waitConfig(), &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	p := startProgress(a.clock, func(message string) {
		resp.SendProgress(action.InvokeProgressEvent{Message: message})
	})
	w.onPoll = p.recordPoll
	status, succeeded := w.run(withFailures(ctx, p.recordFailure), &resp.Diagnostics)
	p.end(status)
	if succeeded {
		warnFailedChecks(&resp.Diagnostics, path.Root("db_names"), actionWait, status)
	}
}
