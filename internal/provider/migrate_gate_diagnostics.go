// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"

	"github.com/rds-migrate/terraform-provider-alicloud/internal/migration"
	"github.com/rds-migrate/terraform-provider-alicloud/internal/openapi"
	"github.com/rds-migrate/terraform-provider-alicloud/internal/rds"
)

func addImportNotSupported(diags *diag.Diagnostics) {
	diags.AddError("Unable to Import Gate",
		"A gate has no remote object that can be imported, and an imported gate would be open although no migration "+
			"task was read.\n\n"+
			"Remove the import and apply the resource to create the gate. It opens at once if the databases were "+
			"migrated within the last 7 days.")
}

// addMigrationFailed reports each of a gate's databases that has failed.
func addMigrationFailed(diags *diag.Diagnostics, w *gateWaiter, status gateStatus) {
	for _, name := range status.failedDatabases() {
		t := status.databases[name].Newest
		cause := "The API returned no description of the failure."
		if t.Description != "" {
			cause = "The API describes the failure as follows: " + openapi.Printable(t.Description)
		}
		diags.AddError("Migration Failed", fmt.Sprintf(
			"The migration of the database %q on the instance %s failed: %s, and no other task can still succeed.\n\n"+
				"%s\n\n%sFix the cause, start the migration of this database again, and then %s again: if you "+
				"%[6]s first, the same failure is reported.%[7]s",
			name, w.query.InstanceID, describeEndedTask(t), cause, w.kind.closed, strings.ToLower(w.kind.start),
			unlistedText(status)))
	}
}

// describeEndedTask returns a clause about a task and its times.
func describeEndedTask(t migration.Task) string {
	ended := "ended at an unknown time"
	if !t.EndTime.Empty() {
		ended = "ended " + t.EndTime.String()
	}
	return openapi.Printable(fmt.Sprintf(
		"task %s (%s), created %s and %s, is %s", t.ID, t.BackupMode, t.CreateTime, ended, t.Status))
}

// addMisspelledDatabases reports the databases without a task for which a migration
// under a name that differs in case has started.
func addMisspelledDatabases(diags *diag.Diagnostics, w *gateWaiter, status gateStatus) {
	for _, m := range status.misspelledDatabases(w.began) {
		diags.AddAttributeError(path.Root("db_names"), "Database Name Not Found", fmt.Sprintf(
			"The instance %s has no migration task of the database %q, but task %s, which was created at %s during "+
				"the wait, is of the database %q. Names in db_names must have the same case as in the task.\n\n"+
				"%sTo wait for %q, correct the name in db_names. If %q is another database, start its migration "+
				"first, and then %s again.%s",
			w.query.InstanceID, m.name, openapi.Printable(m.task.ID), m.task.CreateTime, m.task.Database,
			w.kind.closed, m.task.Database, m.name, strings.ToLower(w.kind.start), unlistedText(status)))
	}
}

// addStartAfterDeadline reports a start_time after the end of the wait.
func addStartAfterDeadline(diags *diag.Diagnostics, w *gateWaiter) {
	diags.AddAttributeError(path.Root("start_time"), "Invalid start_time", fmt.Sprintf(
		"The attribute start_time is %s, but the wait ends at %s, which is %s (%s) from now. No task that is created "+
			"by then can prove a success.\n\nSet an earlier start_time or a longer %[4]s.",
		formatUTC(w.evidence.Since), formatUTC(w.deadline), w.timeout, w.kind.timeoutPath()))
}

// addWaitFailed reports a failure that ends a wait, the number of polls in which it
// occurred, and what follows from it.
func addWaitFailed(diags *diag.Diagnostics, w *gateWaiter, status gateStatus, err error) {
	r := readErrorContext{
		client: w.client, instanceID: w.query.InstanceID,
		ending: fmt.Sprintf("\n\n%sCorrect the cause, and then %s again.",
			w.kind.closed, strings.ToLower(w.kind.start)),
	}
	if run := status.failures; run.polls > 1 {
		r.polls = fmt.Sprintf("%d in a row, for %s", run.polls, w.clock.Since(run.began).Round(time.Second))
	}
	addReadError(diags, err, r)
}

// addWaitTimedOut reports that a gate's timeout has passed, and the status of
// each database.
func addWaitTimedOut(diags *diag.Diagnostics, w *gateWaiter, status gateStatus) {
	diags.AddError("Timeout Waiting for Migration", fmt.Sprintf(
		"The migrations to the instance %s did not all succeed within %s (%s):\n%s%s\n\n"+
			"%s%s again to continue waiting, or set a longer %[3]s.%[8]s%[9]s",
		w.query.InstanceID, w.timeout, w.kind.timeoutPath(), statusLines(status), missingText(status), w.kind.closed,
		w.kind.start, unlistedText(status), lastErrorText(status)))
}

// missingText returns paragraphs about the databases without a task, or "".
func missingText(status gateStatus) string {
	missing := status.missingDatabases()
	if len(missing) == 0 {
		return ""
	}
	var b strings.Builder
	fmt.Fprintf(&b, "\n\nFor a database without a task, check each of these causes:\n"+
		"\n- The migration has not been started."+
		"\n- The task has another spelling of the name. Names in db_names must have the same case as in the task."+
		"\n- The task was created before %s. The API returns a task for 7 days.", formatUTC(status.list.Window.Start))
	var names []string // sentences about names of the list
	others := status.otherDatabases()
	for _, name := range missing {
		if spellings := otherSpellings(status.list.Tasks, name); len(spellings) > 0 {
			names = append(names,
				fmt.Sprintf("db_names has %+q; the API returns tasks of %s.", name, quoteASCII(spellings)))
			others = slices.DeleteFunc(others, func(other string) bool { return slices.Contains(spellings, other) })
		}
	}
	if len(others) > 0 {
		names = append(names,
			fmt.Sprintf("Databases that have tasks and are not in db_names: %s.", quoteJoined(others)))
	}
	if len(names) > 0 {
		b.WriteString("\n\n" + strings.Join(names, " "))
	}
	return b.String()
}

// otherSpellings returns the other spellings of a database name that have tasks.
func otherSpellings(tasks []migration.Task, name string) []string {
	return slices.Concat(migration.OtherSpellings(tasks, name))
}

// unlistedText returns a paragraph about tasks that are missing from the list, or
// "".
func unlistedText(status gateStatus) string {
	if status.list.Unlisted == 0 {
		return ""
	}
	return fmt.Sprintf("\n\nThe list of tasks is incomplete: the API counts %d more than it returns, and repeated "+
		"requests return the same. The wait cannot succeed while a task may be missing. Check the tasks in the RDS "+
		"console. If none is missing there, report this to the provider developers.", status.list.Unlisted)
}

// lastErrorText returns a paragraph about the error of the latest poll, or "".
func lastErrorText(status gateStatus) string {
	if status.lastError == nil {
		return ""
	}
	text := fmt.Sprintf("\n\nThe latest poll failed: %s.", strings.TrimSuffix(status.lastError.Error(), "."))
	advice := connectionAdvice(status.lastError)
	if errors.Is(status.lastError, rds.InvalidInstanceState) {
		advice = instanceRequirement
	}
	if advice != "" {
		text += " " + advice
	}
	return text
}

// statusLines returns a line for each of a gate's databases.
func statusLines(status gateStatus) string {
	var b strings.Builder
	for _, name := range status.databaseNames {
		fmt.Fprintf(&b, "\n- %s: %s", name, status.describe(name))
	}
	return b.String()
}

// quoteJoined returns the names in quotes, separated by commas.
func quoteJoined(names []string) string { return joinFormatted("%q", names) }

// quoteASCII is quoteJoined with escapes for all characters that are not ASCII,
// because two spellings of a name may look the same.
func quoteASCII(names []string) string { return joinFormatted("%+q", names) }

func joinFormatted(format string, names []string) string {
	quoted := make([]string, len(names))
	for i, name := range names {
		quoted[i] = fmt.Sprintf(format, name)
	}
	return strings.Join(quoted, ", ")
}

// addWaitInterrupted reports that the user interrupted a wait, and the status of
// each database.
func addWaitInterrupted(diags *diag.Diagnostics, w *gateWaiter, status gateStatus) {
	diags.AddError("Wait Interrupted", fmt.Sprintf(
		"The wait for the migrations to the instance %s was interrupted:\n%s%s\n\n"+
			"%s%s again to continue waiting.%s%s",
		w.query.InstanceID, statusLines(status), missingText(status), w.kind.closed, w.kind.start,
		unlistedText(status), lastErrorText(status)))
}

// warnFailedChecks warns, on an attribute, of the databases whose consistency check
// failed although their migration succeeded.
func warnFailedChecks(diags *diag.Diagnostics, attribute path.Path, k waitKind, status gateStatus) {
	var b strings.Builder
	for _, name := range status.databaseNames {
		for _, t := range migration.FailedChecks(status.list.Tasks, name) {
			fmt.Fprintf(&b, "\n- %s: the description of task %s is %q",
				name, openapi.Printable(t.ID), openapi.Printable(t.Description))
		}
	}
	if b.Len() > 0 {
		diags.AddAttributeWarning(attribute, "Consistency Check Failed", fmt.Sprintf(
			"The databases are online, but a consistency check after the migration failed:\n%s\n\n"+
				"Check the data with DBCC CHECKDB before you use it. To migrate it again, create a backup file "+
				"without this error, start the migration, and then %s.", b.String(), k.repeat))
	}
}
