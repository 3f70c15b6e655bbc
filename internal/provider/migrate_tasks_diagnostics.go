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
	diags.AddAttributeError(attribute, "Invalid Time Format", fmt.Sprintf(
		"The attribute %s is invalid: %s.\n\nSet it to a time in the years 1970 to 9999, in %s.",
		attribute, err, migration.AcceptedTimeFormats))
}

func addEndNotAfterStart(diags *diag.Diagnostics, start, end string) {
	diags.AddAttributeError(path.Root("end_time"), "Invalid Time Range", fmt.Sprintf(
		"The attribute end_time is %q, which is not after start_time, %q.\n\n"+
			"Set end_time to a time after start_time. Times with different UTC offsets are compared in "+
			"UTC.", end, start))
}

func addStartInFuture(diags *diag.Diagnostics, start, now time.Time) {
	diags.AddAttributeError(path.Root("start_time"), "Invalid Time Range", fmt.Sprintf(
		"The attribute start_time is %s, which is in the future: the time is %s. Without end_time, the time range "+
			"ends now.\n\nSet an earlier start_time, or remove it to read the tasks of the last 7 days.",
		formatUTC(start), formatUTC(now)))
}

func warnStartBeyondRetention(diags *diag.Diagnostics, start, now time.Time) {
	diags.AddAttributeWarning(path.Root("start_time"), "Time Range Exceeds Retention Period", fmt.Sprintf(
		"The attribute start_time is %s, but the API retains tasks for 7 days: it does not return tasks that were "+
			"created before %s.\n\nSet a later start_time, or remove it to read all tasks that the API returns.",
		formatUTC(start), formatUTC(now.Add(-migration.Retention))))
}

// warnRangeBeyondRetention warns that no request was sent, because no task that the
// API returns can be in the range. start may be zero.
func warnRangeBeyondRetention(diags *diag.Diagnostics, start, end, now time.Time) {
	startText := "omitted"
	if !start.IsZero() {
		startText = formatUTC(start)
	}
	diags.AddAttributeWarning(path.Root("end_time"), "Time Range Outside Retention Period", fmt.Sprintf(
		"The API retains tasks for 7 days: it returns only those created between %s and now. The time range "+
			"(start_time is %s, end_time is %s) does not include any of that time. No request was sent: tasks is "+
			"empty, and all_succeeded is false.\n\n"+
			"Change start_time and end_time, or remove both to read all tasks that the API returns.",
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
			fmt.Fprintf(&b, "\n- db_names has %+q; the API returns tasks of %s", name, quoteASCII(spellings))
		}
	}
	if b.Len() > 0 {
		diags.AddAttributeWarning(path.Root("db_names"), "Database Name Not Found",
			"A name in db_names has no migration task, but another spelling of the name has one:\n"+b.String()+
				"\n\nCorrect the name in db_names if it is the same database. Names are compared exactly, including "+
				"case.")
	}
}

// addInvalidDuration reports a duration that is invalid or too short. The message
// states the requirement as what the attribute is not.
func addInvalidDuration(diags *diag.Diagnostics, attribute path.Path, requirement, got string) {
	diags.AddAttributeError(attribute, "Invalid Duration", fmt.Sprintf(
		"The attribute %s is %q, which is not %s.\n\nSet it to a duration such as \"30s\", \"5m\", or \"2h\". The "+
			"largest unit is h (hours).",
		attribute, got, requirement))
}

// addInvalidRegexp reports a regular expression. err is from package regexp and quotes
// the part that is wrong.
func addInvalidRegexp(diags *diag.Diagnostics, attribute path.Path, got string, err error) {
	diags.AddAttributeError(attribute, "Invalid Regular Expression", fmt.Sprintf(
		"The attribute %s is %q, which is not a regular expression: %s.\n\n"+
			"Use the syntax of RE2: https://github.com/google/re2/wiki/Syntax",
		attribute, got, strings.TrimPrefix(err.Error(), "error parsing regexp: ")))
}

func addNameCollision(diags *diag.Diagnostics, a, b string) {
	diags.AddError("Duplicate Database Name", fmt.Sprintf(
		"The names of the databases %+q and %+q have different characters, but Terraform treats them as equal: it "+
			"normalizes strings to Unicode NFC. The attribute databases cannot have both.\n\n"+
			"Rename one of the databases, or exclude one with name_regex.", a, b))
}

// warnUnreadableTimes warns of creation and end times that are not times.
func warnUnreadableTimes(tasks []migration.Task, diags *diag.Diagnostics) {
	lines := unreadableTimeLines(tasks, func(t migration.Task) (migration.Timestamp, bool) {
		return t.CreateTime, !t.CreateTime.Readable()
	})
	if lines != "" {
		diags.AddWarning("Invalid Creation Time",
			"The API returned tasks whose create_time is not a time, so that their order is unknown:\n"+lines+
				"\n\nThe migration of a database counts as succeeded only if each of its tasks with such a value is "+
				"Success.\n\nReport this to the provider developers.")
	}
	lines = unreadableTimeLines(tasks, func(t migration.Task) (migration.Timestamp, bool) {
		return t.EndTime, !t.EndTime.Readable() && !t.EndTime.Empty()
	})
	if lines != "" {
		diags.AddWarning("Invalid End Time",
			"The API returned tasks whose end_time is not a time:\n"+lines+
				"\n\nThe attribute end_time of these tasks has the value that the API returned.\n\n"+
				"Report this to the provider developers.")
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
			fmt.Fprintf(&b, "\n- task %s of database %q: %q",
				openapi.Printable(t.ID), openapi.Printable(t.Database), openapi.Printable(timestamp.String()))
		}
	}
	if n > maxLines {
		fmt.Fprintf(&b, "\n- and %d more", n-maxLines)
	}
	return b.String()
}

// addUndeliveredResults reports results that cannot be passed to the server.
func addUndeliveredResults(diags *diag.Diagnostics, err error) {
	diags.AddError(unwrittenSummary, unwrittenDetail(err))
}

// unencodedResults reports results that cannot be added to the state. It returns a
// diagnostic of the protocol, because the framework has already converted its own.
func unencodedResults(err error) *tfprotov6.Diagnostic {
	return &tfprotov6.Diagnostic{
		Severity: tfprotov6.DiagnosticSeverityError, Summary: unwrittenSummary, Detail: unwrittenDetail(err),
	}
}

const unwrittenSummary = "Unable to Write State"

func unwrittenDetail(err error) string {
	return fmt.Sprintf("The migration tasks were read, but cannot be written to the state: %s. This is a bug in the "+
		"provider.\n\nReport it to the provider developers.", err)
}
