// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"errors"
	"fmt"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"

	"github.com/rds-migrate/terraform-provider-alicloud/internal/migration"
	"github.com/rds-migrate/terraform-provider-alicloud/internal/openapi"
	"github.com/rds-migrate/terraform-provider-alicloud/internal/rds"
)

func addImportNotSupported(diags *diag.Diagnostics) {
	diags.AddError("A gate cannot be imported",
		"There is nothing in the cloud to import, and an imported gate would be open without having looked.\n\n"+
			"Create it: it opens at once where the databases have been migrated within the last 7 days.")
}

// addInvalidDuration reports a duration that is invalid or too short. Its
// requirement follows the attribute's name in the sentence.
func addInvalidDuration(diags *diag.Diagnostics, attribute path.Path, requirement, got string) {
	diags.AddAttributeError(attribute, "Not a usable duration",
		fmt.Sprintf("Attribute %s %s; got: %q.", attribute, requirement, got))
}

// addMigrationFailed reports each of a gate's databases that has failed.
func addMigrationFailed(diags *diag.Diagnostics, w *gateWaiter, status gateStatus) {
	for _, name := range status.failedDatabases() {
		t := status.databases[name].Newest
		reason := "The service gives no reason."
		if t.Description != "" {
			reason = "The service says: " + openapi.Printable(t.Description)
		}
		diags.AddError(fmt.Sprintf("The migration of database %q has failed", name), fmt.Sprintf(
			"The newest migration task of %q on the instance %s is %s. It has failed.\n\n%s\n\n"+
				"The gate stays shut, and nothing that depends on it has been touched. Remove the cause, start the "+
				"migration of this database again, then run apply again: the gate goes by the newest task.",
			name, w.query.InstanceID, openapi.Printable(fmt.Sprintf("task %s (%s), created %s and ended %s",
				t.ID, t.BackupMode, t.CreateTime, timeOrUnknown(t.EndTime))), reason))
	}
}

// timeOrUnknown returns a time for a sentence.
func timeOrUnknown(t migration.Timestamp) string {
	if t.Empty() {
		return "at a time that the service does not give"
	}
	return t.String()
}

// addWaitTimedOut reports that a gate's timeout has passed, and the status of
// each database.
func addWaitTimedOut(diags *diag.Diagnostics, w *gateWaiter, status gateStatus) {
	var b strings.Builder
	fmt.Fprintf(&b, "Within %s (timeouts.create), the databases did not all succeed on the instance %s:\n%s",
		w.timeout, w.query.InstanceID, statusLines(status))
	if missing := status.missingDatabases(); status.polled && len(missing) > 0 {
		fmt.Fprintf(&b, "\n\nNo migration task has appeared for %s since %s. Check that the migration has been "+
			"started, and the spelling in db_names: upper and lower case count.",
			quoteJoined(missing), formatUTC(w.query.Window.Start))
		if len(status.otherDatabases) > 0 {
			fmt.Fprintf(&b, " There are tasks of %s.", quoteJoined(status.otherDatabases))
		}
	}
	waiting := status.databasesWhere(func(d migration.Database, _ bool) bool {
		return d.Newest.Status == migration.Waiting
	})
	if len(waiting) > 0 {
		fmt.Fprintf(&b, "\n\n%s: the service waits for somebody to import the next backup file or to open "+
			"the database.", quoteJoined(waiting))
	}
	b.WriteString(lastErrorText(status))
	b.WriteString("\n\nThe gate stays shut, and nothing that depends on it has been touched. Run apply again to go " +
		"on waiting, or set a longer timeouts.create.")
	diags.AddError("The migrations did not succeed in time", b.String())
}

// lastErrorText returns a paragraph about the error of the latest poll, or "".
func lastErrorText(status gateStatus) string {
	if status.lastError == nil {
		return ""
	}
	text := fmt.Sprintf("\n\nThe last look at the tasks failed: %s.", strings.TrimSuffix(status.lastError.Error(), "."))
	if errors.Is(status.lastError, rds.InvalidInstanceState) {
		text += " " + instanceStateAdvice
	}
	return text
}

// statusLines returns a line for each of a gate's databases.
func statusLines(status gateStatus) string {
	var b strings.Builder
	for _, name := range status.databaseNames {
		fmt.Fprintf(&b, "\n  - %s: %s", name, status.describe(name))
	}
	return b.String()
}

// quoteJoined returns the names in quotes, separated by commas.
func quoteJoined(names []string) string {
	quoted := make([]string, len(names))
	for i, name := range names {
		quoted[i] = fmt.Sprintf("%q", name)
	}
	return strings.Join(quoted, ", ")
}

// addWaitInterrupted reports that the user interrupted a wait, and the status of
// each database.
func addWaitInterrupted(diags *diag.Diagnostics, w *gateWaiter, status gateStatus) {
	diags.AddError("The wait was interrupted", fmt.Sprintf(
		"The gate on the instance %s is not open, and is not in the state. The databases stood so:\n%s%s\n\n"+
			"Run apply again to go on waiting.", w.query.InstanceID, statusLines(status), lastErrorText(status)))
}
