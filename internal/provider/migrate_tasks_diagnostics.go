// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"fmt"
	"slices"
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

// warnRangeBeyondRetention warns that no request was sent, because no task that the
// API returns can be in the range. start may be zero.
func warnRangeBeyondRetention(diags *diag.Diagnostics, start, end, now time.Time) {
	startText := "omitted"
	if !start.IsZero() {
		startText = formatUTC(start)
	}
	diags.AddAttributeWarning(path.Root("end_time"), "Time Range Outside Retention Period", fmt.Sprintf(
		"The API returns tasks for 7 days, so only those created between %s and now. The time range (start_time is "+
			"%s, end_time is %s) does not include any of that time. No request was sent: tasks is empty, and "+
			"all_succeeded is false.\n\nChange start_time and end_time, or remove both to read all tasks.",
		formatUTC(now.Add(-migration.Retention)), startText, formatUTC(end)))
}

// warnUnlisted warns of an incomplete list.
func warnUnlisted(diags *diag.Diagnostics, unlisted int) {
	if unlisted == 0 {
		return
	}
	diags.AddWarning("Incomplete List of Tasks", fmt.Sprintf(
		"The API counts %d more migration tasks than it returns, and a second request returned the same. "+
			"all_succeeded is false, because a task that is missing may have failed.\n\n"+
			"Check the tasks in the RDS console. If none is missing there, report this to the provider developers.",
		unlisted))
}

// warnOtherSpellings warns of names that have no task, although another spelling has
// one.
func warnOtherSpellings(diags *diag.Diagnostics, names []string, tasks []migration.Task) {
	var b strings.Builder
	for _, name := range slices.Sorted(slices.Values(names)) {
		hasTask := slices.ContainsFunc(tasks, func(t migration.Task) bool { return t.Database == name })
		if spellings := otherSpellings(tasks, name); !hasTask && len(spellings) > 0 {
			fmt.Fprintf(&b, "\n  - db_names has %+q; the API returns tasks of %s", name, quoteASCII(spellings))
		}
	}
	if b.Len() > 0 {
		diags.AddAttributeWarning(path.Root("db_names"), "Database Name Not Found",
			"A name in db_names has no migration task, but another spelling of the name has one:\n"+b.String()+
				"\n\nCorrect the name in db_names if it is the same database. Names are compared exactly, including "+
				"case.")
	}
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
		diags.AddWarning("Unreadable Creation Time",
			"The API returned values of create_time that are not times:\n"+lines+
				"\n\nThe order of these tasks is unknown. A database succeeds only if each of its tasks with such a "+
				"value is Success.")
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
