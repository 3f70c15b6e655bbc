package provider

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"

	"github.com/rds-migrate/terraform-provider-alicloud/internal/migration"
	"github.com/rds-migrate/terraform-provider-alicloud/internal/openapi"
	"github.com/rds-migrate/terraform-provider-alicloud/internal/rds"
)

// All wording of errors and warnings stands in this file: what happened, what
// to do, then the facts for whoever asks further.

func addMissingRegion(diags *diag.Diagnostics) {
	diags.AddAttributeError(path.Root("region"), "No region",
		"The provider does not know in which region to look for the instances, and does not guess one.\n\n"+
			"Set region in the provider block, such as region = \"cn-hangzhou\", or one of the environment variables "+
			"ALICLOUD_REGION and ALIBABA_CLOUD_REGION, or the region of the profile in use.")
}

func addInvalidEndpoint(diags *diag.Diagnostics, variables, endpoint string) {
	diags.AddError("Not an endpoint",
		fmt.Sprintf("The environment (%s) gives the endpoint %q. It must be a host or host:port, such as "+
			"\"rds.aliyuncs.com\", without https:// before it or a path behind it.", variables, endpoint))
}

func addInvalidNumber(diags *diag.Diagnostics, variable, got string) {
	diags.AddError("Not a number",
		fmt.Sprintf("The environment variable %s must be a whole number, zero or more; got: %q.", variable, got))
}

func addInvalidProxy(diags *diag.Diagnostics, variable string) {
	diags.AddError("Not a proxy",
		fmt.Sprintf("The environment variable %s must be the address of a proxy, such as \"http://proxy.example.com:3128\". "+
			"It is not shown here, because it may hold a password.", variable))
}

func addPlainHTTP(diags *diag.Diagnostics) {
	diags.AddAttributeWarning(path.Root("protocol"), "Requests are sent unencrypted",
		"With protocol = \"HTTP\", everyone on the way can read the requests and change the answers, so that a "+
			"migration may seem to have succeeded that has not.\n\n"+
			"Remove protocol or set it to \"HTTPS\", unless the endpoint is on this machine.")
}

// addUnknownProvider says why a read cannot happen yet.
func addUnknownProvider(diags *diag.Diagnostics, unknown []string) {
	diags.AddError("The provider's configuration is not known yet",
		fmt.Sprintf("This is read while planning, but the provider block takes values from resources that are not "+
			"there until apply: %s.\n\n"+
			"Add depends_on with those resources to the data block, and it is read at apply. Or apply those resources "+
			"first, with -target.", strings.Join(unknown, ", ")))
}

func addImportNotSupported(diags *diag.Diagnostics) {
	diags.AddError("A gate cannot be imported",
		"There is nothing in the cloud to import, and an imported gate would be open without having looked.\n\n"+
			"Create it: it opens at once where the databases have been migrated within the last 7 days.")
}

func addInvalidTime(diags *diag.Diagnostics, at path.Path, err error) {
	diags.AddAttributeError(at, "Not a time", fmt.Sprintf("Attribute %s: %s.", at, err))
}

func addEndNotAfterStart(diags *diag.Diagnostics, start, end string) {
	diags.AddAttributeError(path.Root("end_time"), "The window ends before it begins",
		fmt.Sprintf("Attribute end_time must be later than start_time, compared as instants; got start_time %q and "+
			"end_time %q.", start, end))
}

func addStartInFuture(diags *diag.Diagnostics, start, now time.Time) {
	diags.AddAttributeError(path.Root("start_time"), "The window begins in the future",
		fmt.Sprintf("Attribute start_time is %s. It is %s, and without end_time the window ends now.\n\n"+
			"Set an earlier start_time, or remove it for the last 7 days.", utc(start), utc(now)))
}

func warnStartBeyondRetention(diags *diag.Diagnostics, start, now time.Time) {
	diags.AddAttributeWarning(path.Root("start_time"), "The service remembers only 7 days",
		fmt.Sprintf("The window begins at %s. Of the tasks in it, only those created after %s are still there to be read.",
			utc(start), utc(now.Add(-migration.Retention))))
}

func warnWindowBeyondRetention(diags *diag.Diagnostics, end, now time.Time) {
	diags.AddAttributeWarning(path.Root("end_time"), "The service has forgotten the whole window",
		fmt.Sprintf("The window ends at %s, and the service remembers only tasks created after %s, 7 days ago. "+
			"There will be no tasks, whatever happened then, and all_succeeded will be false.\n\n"+
			"Set a later end_time, or remove it to read up to now.", utc(end), utc(now.Add(-migration.Retention))))
}

func addInvalidTimeout(diags *diag.Diagnostics, at path.Path, got string) {
	diags.AddAttributeError(at, "Not a usable duration",
		fmt.Sprintf("Attribute %s must be a duration longer than zero, such as \"30s\", \"5m\" or \"2h\"; got: %q.", at, got))
}

func addInvalidRegexp(diags *diag.Diagnostics, at path.Path, err error) {
	diags.AddAttributeError(at, "Not a regular expression",
		fmt.Sprintf("Attribute %s: %s. The syntax is RE2: https://github.com/google/re2/wiki/Syntax.", at, err))
}

func addNameCollision(diags *diag.Diagnostics, a, b string) {
	diags.AddError("Two databases have one name in Terraform",
		fmt.Sprintf("Terraform cannot tell the databases %+q and %+q apart: their names are written with different characters "+
			"and are the same in Unicode.\n\nRename one of them, or leave one out with name_regex.", a, b))
}

// warnUnreadable warns of times that cannot be read.
func warnUnreadable(tasks []migration.Task, diags *diag.Diagnostics) {
	created := func(t migration.Task) (migration.Timestamp, bool) { return t.CreateTime, !t.CreateTime.Readable() }
	if list := unreadable(tasks, created); list != "" {
		diags.AddWarning("A creation time cannot be read", "The service gives creation times that are no times:\n"+list+
			"\n\nNobody can tell which task of such a database is the newest, so it does not count as succeeded.")
	}
	ended := func(t migration.Task) (migration.Timestamp, bool) {
		return t.EndTime, !t.EndTime.Readable() && !t.EndTime.Empty()
	}
	if list := unreadable(tasks, ended); list != "" {
		diags.AddWarning("An end time cannot be read", "The service gives end times that are no times:\n"+list+
			"\n\nThey are passed on as they are.")
	}
}

// unreadable is a line for each of the first tasks with a time that cannot be
// read. stamp returns a task's time, and whether it is such a one.
func unreadable(tasks []migration.Task, stamp func(migration.Task) (migration.Timestamp, bool)) string {
	const most = 10
	var b strings.Builder
	n := 0
	for _, t := range tasks {
		s, bad := stamp(t)
		if !bad {
			continue
		}
		n++
		if n <= most {
			fmt.Fprintf(&b, "\n  - task %s of database %q: %q", openapi.Printable(t.ID), openapi.Printable(t.Database), openapi.Printable(s.String()))
		}
	}
	if n > most {
		fmt.Fprintf(&b, "\n  - and %d more", n-most)
	}
	return b.String()
}

// addMigrationFailed says which of a gate's databases have failed.
func addMigrationFailed(diags *diag.Diagnostics, w *gateWaiter, s gateStatus) {
	for _, name := range s.failed() {
		t := s.dbs[name].Newest
		reason := "The service gives no reason."
		if t.Description != "" {
			reason = "The service says: " + openapi.Printable(t.Description)
		}
		diags.AddError(fmt.Sprintf("The migration of database %q has failed", name), fmt.Sprintf(
			"The newest migration task of %q on the instance %s is %s. It has failed.\n\n%s\n\n"+
				"The gate stays shut, and nothing that depends on it has been touched. Remove the cause, start the migration "+
				"of this database again, then run apply again: the gate goes by the newest task.",
			name, w.query.InstanceID, openapi.Printable(fmt.Sprintf("task %s (%s), created %s and ended %s",
				t.ID, t.BackupMode, t.CreateTime, timeOrUnknown(t.EndTime))), reason))
	}
}

func timeOrUnknown(s migration.Timestamp) string {
	if s.Empty() {
		return "at a time that the service does not give"
	}
	return s.String()
}

// addWaitTimedOut says where each of a gate's databases stood in the end.
func addWaitTimedOut(diags *diag.Diagnostics, w *gateWaiter, s gateStatus) {
	var b strings.Builder
	fmt.Fprintf(&b, "Within %s (timeouts.create), the databases did not all succeed on the instance %s:\n%s",
		w.timeout, w.query.InstanceID, statusLines(s))
	if missing := s.missing(); s.polled && len(missing) > 0 {
		fmt.Fprintf(&b, "\n\nNo migration task has appeared for %s since %s. Check that the migration has been started, "+
			"and the spelling in db_names: upper and lower case count.", quoteJoined(missing), utc(w.query.Window.Start))
		if len(s.others) > 0 {
			fmt.Fprintf(&b, " There are tasks of %s.", quoteJoined(s.others))
		}
	}
	if waiting := s.databasesWhere(func(d migration.Database, _ bool) bool { return d.Newest.Status == migration.Waiting }); len(waiting) > 0 {
		fmt.Fprintf(&b, "\n\n%s: the service waits for somebody to import the next backup file or to open the database.", quoteJoined(waiting))
	}
	b.WriteString(lastFailure(s))
	b.WriteString("\n\nThe gate stays shut, and nothing that depends on it has been touched. Run apply again to go on " +
		"waiting, or set a longer timeouts.create.")
	diags.AddError("The migrations did not succeed in time", b.String())
}

// lastFailure is a paragraph about a look that failed, or nothing.
func lastFailure(s gateStatus) string {
	if s.failure == nil {
		return ""
	}
	text := fmt.Sprintf("\n\nThe last look at the tasks failed: %s.", strings.TrimSuffix(s.failure.Error(), "."))
	if errors.Is(s.failure, rds.InvalidInstanceState) {
		text += " " + stateAdvice
	}
	return text
}

// stateAdvice says which instances can be asked.
const stateAdvice = "It must be an ApsaraDB RDS for SQL Server instance, not of SQL Server 2017 Cluster Edition, and running."

// statusLines is a line for each of a gate's databases.
func statusLines(s gateStatus) string {
	var b strings.Builder
	for _, name := range s.names {
		fmt.Fprintf(&b, "\n  - %s: %s", name, s.describe(name))
	}
	return b.String()
}

func quoteJoined(names []string) string {
	q := make([]string, len(names))
	for i, name := range names {
		q[i] = fmt.Sprintf("%q", name)
	}
	return strings.Join(q, ", ")
}

func addWaitInterrupted(diags *diag.Diagnostics, w *gateWaiter, s gateStatus) {
	diags.AddError("The wait was interrupted", fmt.Sprintf(
		"The gate on the instance %s is not open, and is not in the state. The databases stood so:\n%s%s\n\n"+
			"Run apply again to go on waiting.", w.query.InstanceID, statusLines(s), lastFailure(s)))
}

// readErrorContext is what was asked of the service when it failed.
type readErrorContext struct {
	service    *providerData
	instanceID string
	timeout    time.Duration
	timeoutAt  path.Path
}

// addReadError puts an error of the client on the argument at fault.
func addReadError(diags *diag.Diagnostics, err error, r readErrorContext) {
	var e *rds.Error
	if !errors.As(err, &e) {
		diags.AddError("The read was interrupted",
			fmt.Sprintf("The migration tasks of %s were not read to the end (%s). Run the command again.", r.instanceID, err))
		return
	}
	if e.Kind == rds.Credentials && e.Err != nil {
		addCredentialsError(diags, e.Err)
		return
	}
	w := r.text(e)
	detail := w.detail + apiErrorDetails(e)
	if w.at.Equal(path.Empty()) {
		diags.AddError(w.summary, detail)
		return
	}
	diags.AddAttributeError(w.at, w.summary, detail)
}

// text is one error for people, at the attribute where it belongs.
type diagnosticText struct {
	at              path.Path
	summary, detail string
}

func (r readErrorContext) text(e *rds.Error) diagnosticText {
	switch e.Kind {
	case rds.NotFound:
		return diagnosticText{path.Root("db_instance_id"), "No such instance", fmt.Sprintf(
			"This account has no RDS instance %q in the region %s.\n\n"+
				"Check the ID, the region of the provider, the resource group if one is given, and whose credentials are in use.",
			r.instanceID, r.service.region)}
	case rds.Denied:
		return diagnosticText{path.Empty(), "No permission to read migration tasks", fmt.Sprintf(
			"The credentials in use may not read the migration tasks of %s.\n\n"+
				"Grant the RAM user or role the action rds:DescribeMigrateTasks on this instance.", r.instanceID)}
	case rds.Credentials:
		return diagnosticText{path.Empty(), "The service refuses the credentials", credentialsAdvice(e.Code)}
	case rds.InvalidWindow:
		return diagnosticText{
			path.Root("start_time"), "The service refuses the window",
			"The service does not take the start or the end time. Check start_time and end_time.",
		}
	case rds.InvalidInstanceState:
		return diagnosticText{path.Root("db_instance_id"), "The instance cannot be asked now", fmt.Sprintf(
			"The state of the instance %s does not support reading its migration tasks. %s\n\n"+
				"If it is being created, restarted or upgraded, try again when it is done.", r.instanceID, stateAdvice)}
	case rds.TimedOut:
		return diagnosticText{r.timeoutAt, "No complete answer in time", fmt.Sprintf(
			"The migration tasks of %s could not be read within %s. What went wrong last stands below.\n\n"+
				"If it was throttling, fewer reads at a time help (terraform plan -parallelism=4); if the service only "+
				"takes long, set a longer %s.", r.instanceID, r.timeout, r.timeoutAt)}
	default:
		return r.transportErrorText(e.Kind)
	}
}

// transportErrorText is the wording of the errors that are nobody's argument's fault.
func (r readErrorContext) transportErrorText(kind rds.Kind) diagnosticText {
	switch kind {
	case rds.Unreachable:
		if r.service.endpoint != "" {
			return diagnosticText{path.Empty(), "The service cannot be reached", fmt.Sprintf(
				"The endpoint %s cannot be used.\n\n"+
					"Check endpoints.rds of the provider, or ALIBABA_CLOUD_ENDPOINT_RDS and RDS_ENDPOINT in the environment; "+
					"protocol, which must be \"HTTP\" where the endpoint speaks no TLS; the network, and HTTPS_PROXY.",
				r.service.endpoint)}
		}
		return diagnosticText{path.Empty(), "The service cannot be reached", fmt.Sprintf(
			"There is no usable endpoint of RDS for the region %s.\n\n"+
				"Check region and endpoints.rds of the provider, the network, and HTTPS_PROXY.", r.service.region)}
	case rds.UnexpectedResponse:
		return diagnosticText{path.Empty(), "The answer is not a list of migration tasks", fmt.Sprintf(
			"Something answered the question for the migration tasks of %s, but it was no complete list, and the "+
				"provider does not guess. A proxy, a login page or a wrong endpoint may stand between.\n\n"+
				"Check endpoints.rds of the provider and HTTPS_PROXY, then try again.", r.instanceID)}
	case rds.Throttled, rds.Unavailable:
		return diagnosticText{path.Empty(), "The service does not answer", fmt.Sprintf(
			"The migration tasks of %s could not be read, although it was tried again for as long as max_retry_timeout of "+
				"the provider allows.\n\nTry again later, or set a longer max_retry_timeout, or none: then timeouts.read alone counts.",
			r.instanceID)}
	case rds.Unstable:
		return diagnosticText{path.Empty(), "The list of migration tasks keeps changing", fmt.Sprintf(
			"Tasks of %s came or went each time its pages were read, so that they never made up one list.\n\n"+
				"Try again, or narrow the window with start_time and end_time.", r.instanceID)}
	default:
		return diagnosticText{path.Empty(), "The service does not list the migration tasks", fmt.Sprintf(
			"The service refuses to list the migration tasks of %s.\n\nWhat it says stands below.", r.instanceID)}
	}
}

// credentialsAdvice says what to do about a refusal of the credentials.
func credentialsAdvice(code string) string {
	switch {
	case strings.HasPrefix(code, "InvalidAccessKeyId"):
		return "The access key is unknown or disabled.\n\nCheck access_key, and that the key is active in the RAM console."
	case strings.HasPrefix(code, "InvalidSecurityToken"), strings.HasPrefix(code, "MissingSecurityToken"):
		return "The security token of the session has expired, or does not belong to the access key.\n\n" +
			"Get new session credentials: access key, secret and token belong together."
	case strings.Contains(code, "imeStamp"), strings.Contains(code, "imestamp"):
		return "The time in the request is off by more than 15 minutes.\n\nSet the clock of this machine."
	default:
		return "The signature does not match the access key.\n\n" +
			"Check secret_key: it must belong to access_key, without spaces or line breaks around it."
	}
}

// apiErrorDetails are the lines for whoever asks further.
func apiErrorDetails(e *rds.Error) string {
	var b strings.Builder
	line := func(name, value string) {
		if value != "" {
			fmt.Fprintf(&b, "\n%s: %s", name, value)
		}
	}
	if e.Err != nil {
		line("Cause", e.Err.Error())
	}
	line("Message", e.Message)
	line("Code", e.Code)
	line("Request ID", e.RequestID)
	if e.Status != 0 {
		line("HTTP status", strconv.Itoa(e.Status))
	}
	if b.Len() == 0 {
		return ""
	}
	return "\n" + b.String()
}

func utc(t time.Time) string { return t.UTC().Format(time.RFC3339) }
