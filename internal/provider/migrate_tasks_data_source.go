// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/hashicorp/terraform-plugin-framework-validators/listvalidator"
	"github.com/hashicorp/terraform-plugin-framework-validators/setvalidator"
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/jonboulle/clockwork"
	"golang.org/x/text/unicode/norm"

	"github.com/rds-migrate/terraform-provider-alicloud/internal/migration"
	"github.com/rds-migrate/terraform-provider-alicloud/internal/rds"
)

// defaultReadTimeout limits a read if timeouts.read is omitted.
const defaultReadTimeout = 5 * time.Minute

var (
	_ datasource.DataSourceWithConfigure      = (*migrateTasksDataSource)(nil)
	_ datasource.DataSourceWithValidateConfig = (*migrateTasksDataSource)(nil)
)

// migrateTasksDataSource is the data source alicloud_rds_migrate_tasks.
type migrateTasksDataSource struct {
	clock        clockwork.Clock
	providerData providerData // zero until Configure
}

// NewMigrateTasksDataSource returns the data source. Clock provides the time and
// all waiting.
func NewMigrateTasksDataSource(clock clockwork.Clock) datasource.DataSource {
	return &migrateTasksDataSource{clock: clock}
}

// migrateTasksModel is the configuration of a data block. The framework requires
// a field for each attribute, so the results have fields too; they are null,
// except for ids, which is also an argument.
type migrateTasksModel struct {
	DBInstanceID    types.String `tfsdk:"db_instance_id"`
	StartTime       types.String `tfsdk:"start_time"`
	EndTime         types.String `tfsdk:"end_time"`
	ResourceGroupID types.String `tfsdk:"resource_group_id"`
	DBNames         types.Set    `tfsdk:"db_names"`
	NameRegex       types.String `tfsdk:"name_regex"`
	IDs             types.List   `tfsdk:"ids"`
	Status          types.String `tfsdk:"status"`
	BackupMode      types.String `tfsdk:"backup_mode"`
	Timeouts        types.Object `tfsdk:"timeouts"`
	Tasks           types.List   `tfsdk:"tasks"`
	Databases       types.Map    `tfsdk:"databases"`
	AllSucceeded    types.Bool   `tfsdk:"all_succeeded"`
}

func (d *migrateTasksDataSource) Metadata(
	_ context.Context, req datasource.MetadataRequest, resp *datasource.MetadataResponse,
) {
	resp.TypeName = req.ProviderTypeName + "_rds_migrate_tasks"
}

func (d *migrateTasksDataSource) Schema(
	_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse,
) {
	attributes := map[string]schema.Attribute{
		"timeouts": schema.SingleNestedAttribute{
			Optional: true,
			Attributes: map[string]schema.Attribute{"read": schema.StringAttribute{
				Optional:            true,
				MarkdownDescription: "Timeout of the read, including retries. A duration such as `2m`. Default: `5m`.",
				Validators:          []validator.String{newTimeoutValidator()},
			}},
		},
	}
	maps.Copy(attributes, queryAttributes())
	maps.Copy(attributes, filterAttributes())
	maps.Copy(attributes, resultAttributes())
	resp.Schema = schema.Schema{
		MarkdownDescription: "Lists the tasks that migrate backup files from OSS to an ApsaraDB RDS for SQL Server " +
			"instance. Reports for each database whether its migration succeeded, and the reason if it did not.",
		Attributes: attributes,
	}
}

func queryAttributes() map[string]schema.Attribute {
	return map[string]schema.Attribute{
		"db_instance_id": schema.StringAttribute{
			Required:            true,
			MarkdownDescription: "ID of the RDS instance.",
			Validators:          []validator.String{stringvalidator.LengthAtLeast(1)},
		},
		"start_time": schema.StringAttribute{
			Optional: true,
			MarkdownDescription: "Earliest creation time of the tasks: " + timeDescription + " Default: 7 days " +
				"before the read, because the API does not return older tasks. Rounded down to the minute. Also " +
				"limits `databases` and `all_succeeded`: if it is later than the default, only `FULL` tasks prove a " +
				"success.",
		},
		"end_time": schema.StringAttribute{
			Optional: true,
			MarkdownDescription: "Latest creation time of the tasks: " + timeDescription + " Default: the time of " +
				"the read. Must be later than `start_time`. Rounded up to the minute. Also limits `databases` and " +
				"`all_succeeded`: a later task that failed is not read.",
		},
		"resource_group_id": schema.StringAttribute{
			Optional:            true,
			MarkdownDescription: "ID of the resource group of the instance.",
			Validators:          []validator.String{stringvalidator.LengthAtLeast(1)},
		},
	}
}

func filterAttributes() map[string]schema.Attribute {
	return map[string]schema.Attribute{
		"db_names": schema.SetAttribute{
			ElementType: types.StringType,
			Optional:    true,
			MarkdownDescription: "Names of the databases to include. Default: all databases. Names are compared " +
				"exactly, including case. While one of these databases has no task, `all_succeeded` is `false`. The " +
				"provider warns if only another spelling of a name has tasks.",
			Validators: []validator.Set{
				setvalidator.SizeAtLeast(1), setvalidator.NoNullValues(),
				setvalidator.ValueStringsAre(stringvalidator.LengthAtLeast(1)),
			},
		},
		"name_regex": schema.StringAttribute{
			Optional: true,
			MarkdownDescription: "Regular expression (RE2) that matches the names of the databases to include. " +
				"Default: all databases.",
			Validators: []validator.String{newRegexpValidator(), stringvalidator.LengthAtLeast(1)},
		},
		"ids": schema.ListAttribute{
			ElementType: types.StringType,
			Optional:    true,
			Computed:    true,
			MarkdownDescription: "IDs of the tasks to include in `tasks`. Default: all tasks. After the read, the " +
				"IDs of `tasks` in the same order. Does not affect `databases` and `all_succeeded`.",
			Validators: []validator.List{
				listvalidator.SizeAtLeast(1), listvalidator.NoNullValues(),
				listvalidator.ValueStringsAre(stringvalidator.LengthAtLeast(1)),
			},
		},
		"status": schema.StringAttribute{
			Optional: true,
			MarkdownDescription: "Status of the tasks to include in `tasks`: " + statusList() + ". Default: all " +
				"tasks. Does not affect `databases` and `all_succeeded`.",
			Validators: []validator.String{stringvalidator.OneOf(statusNames()...)},
		},
		"backup_mode": schema.StringAttribute{
			Optional: true,
			MarkdownDescription: "Backup mode of the tasks to include in `tasks`, such as `FULL` or `UPDF`. Default: " +
				"all tasks. Does not affect `databases` and `all_succeeded`.",
			Validators: []validator.String{stringvalidator.LengthAtLeast(1)},
		},
	}
}

func resultAttributes() map[string]schema.Attribute {
	return map[string]schema.Attribute{
		"tasks": schema.ListNestedAttribute{
			Computed:            true,
			MarkdownDescription: "Tasks, newest first. Empty if there are none, never null.",
			NestedObject:        schema.NestedAttributeObject{Attributes: taskAttributes()},
		},
		"databases": schema.MapNestedAttribute{
			Computed: true,
			MarkdownDescription: "Newest task of each database and whether its migration succeeded, as a map by " +
				"database name.",
			NestedObject: schema.NestedAttributeObject{Attributes: databaseAttributes()},
		},
		"all_succeeded": schema.BoolAttribute{
			Computed: true,
			MarkdownDescription: "Whether all migrations succeeded: there is at least one database, every database " +
				"in `db_names` has a task, and `succeeded` is `true` for each database. Always `false` if the API " +
				"counts more tasks than it returns.",
		},
	}
}

// taskAttributes returns the attributes of an element of tasks.
func taskAttributes() map[string]schema.Attribute {
	attributes := sharedTaskAttributes()
	attributes["db_name"] = schema.StringAttribute{
		Computed: true, MarkdownDescription: "Name of the database. Empty if the API returned none.",
	}
	attributes["is_db_replaced"] = schema.BoolAttribute{
		Computed:            true,
		MarkdownDescription: "Whether the import overwrites existing data. Null if the API does not return this.",
	}
	return attributes
}

// databaseAttributes returns the attributes of an element of databases.
func databaseAttributes() map[string]schema.Attribute {
	attributes := sharedTaskAttributes()
	attributes["succeeded"] = schema.BoolAttribute{
		Computed: true, MarkdownDescription: "Whether the migration of the database succeeded.",
	}
	attributes["reason"] = schema.StringAttribute{
		Computed: true,
		MarkdownDescription: "Reason why the migration did not succeed, in one sentence that names the task. Null if " +
			"it succeeded.",
	}
	return attributes
}

// sharedTaskAttributes returns the attributes that the elements of tasks and of
// databases share.
func sharedTaskAttributes() map[string]schema.Attribute {
	return map[string]schema.Attribute{
		"migrate_task_id": schema.StringAttribute{
			Computed: true, MarkdownDescription: "ID of the task.",
		},
		"status": schema.StringAttribute{
			Computed:            true,
			MarkdownDescription: "Status of the task: " + statusList() + ", or another value that the API returned.",
		},
		"backup_mode": schema.StringAttribute{
			Computed: true,
			MarkdownDescription: "Backup mode of the task, such as `FULL` for full backup files, or `UPDF` for " +
				"incremental or log backup files.",
		},
		"create_time": schema.StringAttribute{
			Computed: true, MarkdownDescription: "Time at which the task was created: RFC 3339 in UTC.",
		},
		"end_time": schema.StringAttribute{
			Computed:            true,
			MarkdownDescription: "Time at which the task ended: RFC 3339 in UTC. Null until it has ended.",
		},
		"description": schema.StringAttribute{
			Computed:            true,
			MarkdownDescription: "Description of the task from the API. It states the reason if the task failed.",
		},
	}
}

// statusNames returns the documented statuses as strings.
func statusNames() []string {
	var names []string
	for _, status := range migration.Statuses() {
		names = append(names, string(status))
	}
	return names
}

// statusList returns the documented statuses as a list in Markdown.
func statusList() string {
	return "`" + strings.Join(statusNames(), "`, `") + "`"
}

// Configure saves the provider's data. During validation, there is none yet.
func (d *migrateTasksDataSource) Configure(
	_ context.Context, req datasource.ConfigureRequest, resp *datasource.ConfigureResponse,
) {
	if req.ProviderData == nil {
		return
	}
	data, ok := req.ProviderData.(*providerData)
	if !ok {
		addUnexpectedConfigureType(&resp.Diagnostics, "Data Source", req.ProviderData)
		return
	}
	d.providerData = *data
}

// ValidateConfig checks the times and their order.
func (d *migrateTasksDataSource) ValidateConfig(
	ctx context.Context, req datasource.ValidateConfigRequest, resp *datasource.ValidateConfigResponse,
) {
	var m migrateTasksModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &m)...)
	if resp.Diagnostics.HasError() {
		return
	}
	start, end := unknownIfPlantimestamp(m.StartTime), unknownIfPlantimestamp(m.EndTime)
	parseTimeRange(start, end, &resp.Diagnostics).warnStartBeyondRetention(d.clock.Now(), &resp.Diagnostics)
}

// Read lists the tasks once. A failed migration is data, not an error.
func (d *migrateTasksDataSource) Read(
	ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse,
) {
	var m migrateTasksModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &m)...)
	if resp.Diagnostics.HasError() {
		return
	}
	client, ok := d.providerData.requireConfigured(&resp.Diagnostics)
	if !ok {
		return
	}
	times := parseTimeRange(m.StartTime, m.EndTime, &resp.Diagnostics)
	query := migration.Query{
		InstanceID:      m.DBInstanceID.ValueString(),
		ResourceGroupID: m.ResourceGroupID.ValueString(),
		Range:           migration.Range{Start: times.start, End: times.end},
	}
	timeout := timeoutFromConfig(m.Timeouts, "read", defaultReadTimeout)
	if resp.Diagnostics.HasError() {
		return
	}
	readCtx, cancel := withTimeout(ctx, d.clock, timeout)
	defer cancel()
	list, err := client.MigrateTasks(readCtx, query)
	if err != nil {
		addReadError(&resp.Diagnostics, err, readErrorContext{
			client: client, instanceID: query.InstanceID,
			timeout: timeout, timeoutPath: path.Root("timeouts").AtName("read"),
		})
		return
	}
	if list.Window == (migration.Window{}) {
		times.reportEmpty(d.clock.Now(), &resp.Diagnostics)
	}
	r := m.buildResults(ctx, list, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	if err := r.deliver(ctx); err != nil {
		addUndeliveredResults(&resp.Diagnostics, err)
	}
}

// buildResults returns the results of a read, or zero after an error. Whether a
// database succeeded is determined from all tasks of the list, including those of other
// spellings and those without a name. Then db_names and name_regex select databases.
// ids, status, and backup_mode only filter tasks.
func (m *migrateTasksModel) buildResults(ctx context.Context, list rds.List, diags *diag.Diagnostics) results {
	filter := m.taskFilter(ctx, diags)
	if diags.HasError() {
		return results{}
	}
	databases := migration.Evaluate(list.Tasks, nil, migration.Evidence{
		Narrowed: list.StartsLate && !m.StartTime.IsNull(),
	})
	maps.DeleteFunc(databases, func(name string, _ migration.Database) bool { return !filter.hasDatabase(name) })
	if a, b, ok := findNameCollision(databases); ok {
		addNameCollision(diags, a, b)
		return results{}
	}
	warnOtherSpellings(diags, filter.databaseNames, list.Tasks)
	warnUnlisted(diags, list.Unlisted)
	tasks := slices.DeleteFunc(list.Tasks, func(t migration.Task) bool { return !filter.hasDatabase(t.Database) })
	warnUnreadableTimes(tasks, diags)
	return results{
		tasks:        slices.DeleteFunc(tasks, func(t migration.Task) bool { return !filter.hasTask(t) }),
		databases:    databases,
		allSucceeded: list.Unlisted == 0 && migration.AllSucceeded(databases, filter.databaseNames),
	}
}

// taskFilter holds the filters of a data block.
type taskFilter struct {
	databaseNames, ids []string // nil for all
	nameRegex          *regexp.Regexp
	status, backupMode types.String // null for all
}

func (m *migrateTasksModel) taskFilter(ctx context.Context, diags *diag.Diagnostics) taskFilter {
	f := taskFilter{status: m.Status, backupMode: m.BackupMode}
	diags.Append(m.DBNames.ElementsAs(ctx, &f.databaseNames, false)...)
	diags.Append(m.IDs.ElementsAs(ctx, &f.ids, false)...)
	var err error
	if f.nameRegex, err = regexp.Compile(m.NameRegex.ValueString()); err != nil {
		addInvalidRegexp(diags, path.Root("name_regex"), m.NameRegex.ValueString(), err)
	}
	return f
}

// hasDatabase reports whether the filters select the database.
func (f taskFilter) hasDatabase(name string) bool {
	return (f.databaseNames == nil || slices.Contains(f.databaseNames, name)) && f.nameRegex.MatchString(name)
}

// hasTask reports whether the filters select a task of a selected database.
func (f taskFilter) hasTask(t migration.Task) bool {
	return (f.ids == nil || slices.Contains(f.ids, t.ID)) &&
		(f.status.IsNull() || f.status.ValueString() == string(t.Status)) &&
		(f.backupMode.IsNull() || f.backupMode.ValueString() == t.BackupMode)
}

// findNameCollision returns two databases whose names are equal in Terraform,
// which normalizes strings to Unicode NFC. ok is false if there are none.
func findNameCollision(databases map[string]migration.Database) (a, b string, ok bool) {
	names := make(map[string]string, len(databases)) // by their normalized form
	for name := range databases {
		normalized := norm.NFC.String(name)
		if other, ok := names[normalized]; ok {
			return min(name, other), max(name, other), true
		}
		names[normalized] = name
	}
	return "", "", false
}
