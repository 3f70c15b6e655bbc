// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"fmt"
	"strings"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"

	"github.com/rds-migrate/terraform-provider-alicloud/internal/migration"
	"github.com/rds-migrate/terraform-provider-alicloud/internal/openapi"
)

func addInvalidTime(diags *diag.Diagnostics, attribute path.Path, err error) {
	diags.AddAttributeError(attribute, "Not a time", fmt.Sprintf("Attribute %s: %s.", attribute, err))
}

func addEndNotAfterStart(diags *diag.Diagnostics, start, end string) {
	diags.AddAttributeError(path.Root("end_time"), "The window ends before it begins",
		fmt.Sprintf("Attribute end_time must be later than start_time, compared as instants; got start_time %q and "+
			"end_time %q.", start, end))
}

func addStartInFuture(diags *diag.Diagnostics, start, now time.Time) {
	diags.AddAttributeError(path.Root("start_time"), "The window begins in the future",
		fmt.Sprintf("Attribute start_time is %s. It is %s, and without end_time the window ends now.\n\n"+
			"Set an earlier start_time, or remove it for the last 7 days.", formatUTC(start), formatUTC(now)))
}

func warnStartBeyondRetention(diags *diag.Diagnostics, start, now time.Time) {
	diags.AddAttributeWarning(path.Root("start_time"), "The service remembers only 7 days",
		fmt.Sprintf("The window begins at %s. Of the tasks in it, only those created after %s are still there "+
			"to be read.", formatUTC(start), formatUTC(now.Add(-migration.Retention))))
}

func warnWindowBeyondRetention(diags *diag.Diagnostics, end, now time.Time) {
	diags.AddAttributeWarning(path.Root("end_time"), "The service has forgotten the whole window",
		fmt.Sprintf("The window ends at %s, and the service remembers only tasks created after %s, 7 days ago. "+
			"There will be no tasks, whatever happened then, and all_succeeded will be false.\n\n"+
			"Set a later end_time, or remove it to read up to now.",
			formatUTC(end), formatUTC(now.Add(-migration.Retention))))
}

func addInvalidTimeout(diags *diag.Diagnostics, attribute path.Path, got string) {
	diags.AddAttributeError(attribute, "Not a usable duration",
		fmt.Sprintf("Attribute %s must be a duration longer than zero, such as \"30s\", \"5m\" or \"2h\"; got: %q.",
			attribute, got))
}

func addInvalidRegexp(diags *diag.Diagnostics, attribute path.Path, err error) {
	diags.AddAttributeError(attribute, "Not a regular expression",
		fmt.Sprintf("Attribute %s: %s. The syntax is RE2: https://github.com/google/re2/wiki/Syntax.",
			attribute, err))
}

func addNameCollision(diags *diag.Diagnostics, a, b string) {
	diags.AddError("Two databases have one name in Terraform",
		fmt.Sprintf("Terraform cannot tell the databases %+q and %+q apart: their names are written with different "+
			"characters and are the same in Unicode.\n\nRename one of them, or leave one out with name_regex.", a, b))
}

// warnUnreadableTimes warns of creation and end times that are not times.
func warnUnreadableTimes(tasks []migration.Task, diags *diag.Diagnostics) {
	lines := unreadableTimeLines(tasks, func(t migration.Task) (migration.Timestamp, bool) {
		return t.CreateTime, !t.CreateTime.Readable()
	})
	if lines != "" {
		diags.AddWarning("A creation time cannot be read",
			"The service gives creation times that are no times:\n"+lines+
				"\n\nNobody can tell which task of such a database is the newest, so it does not count as succeeded.")
	}
	lines = unreadableTimeLines(tasks, func(t migration.Task) (migration.Timestamp, bool) {
		return t.EndTime, !t.EndTime.Readable() && !t.EndTime.Empty()
	})
	if lines != "" {
		diags.AddWarning("An end time cannot be read",
			"The service gives end times that are no times:\n"+lines+"\n\nThey are passed on as they are.")
	}
}

// unreadableTimeLines returns a line for each of the first 10 tasks with an
// unreadable time, and the number of further ones. timeOf returns one of a
// task's times and whether it is unreadable.
func unreadableTimeLines(tasks []migration.Task, timeOf func(migration.Task) (migration.Timestamp, bool)) string {
	const maxLines = 10
	var b strings.Builder
	n := 0
	for _, t := range tasks {
		timestamp, isUnreadable := timeOf(t)
		if !isUnreadable {
			continue
		}
		n++
		if n <= maxLines {
			fmt.Fprintf(&b, "\n  - task %s of database %q: %q",
				openapi.Printable(t.ID), openapi.Printable(t.Database), openapi.Printable(timestamp.String()))
		}
	}
	if n > maxLines {
		fmt.Fprintf(&b, "\n  - and %d more", n-maxLines)
	}
	return b.String()
}

// addUndeliveredResults reports results that cannot reach the state.
func addUndeliveredResults(diags *diag.Diagnostics, err error) {
	diags.AddError("The results cannot be handed on", err.Error())
}

// unencodedResults reports results that cannot be written into the state. It is
// a diagnostic of the protocol, because the framework's have been converted by
// then.
func unencodedResults(err error) *tfprotov6.Diagnostic {
	return &tfprotov6.Diagnostic{
		Severity: tfprotov6.DiagnosticSeverityError,
		Summary:  "The results cannot be put into the state",
		Detail:   "This is a fault of the provider: " + err.Error() + ". Please report it.",
	}
}
