// SPDX-License-Identifier: MPL-2.0

// Package migration defines migration tasks, the query window, and the status of
// a database. It is pure: it does no I/O, and callers pass the time.
package migration

import (
	"cmp"
	"regexp"
	"slices"
	"strings"
	"sync"
)

// Status is the status of a task. The API may return values other than the
// documented ones; such a value never counts as a success.
type Status string

// The documented statuses of a task.
const (
	NoStart Status = "NoStart" // not started
	Running Status = "Running"
	Success Status = "Success"
	Failed  Status = "Failed"
	Waiting Status = "Waiting" // until the next incremental backup file is imported
)

// Terminated is the status of a task that was stopped. An error text of the API
// names it; the documented statuses do not include it. It is treated like Failed.
const Terminated Status = "Terminated"

// fullMode is the backup mode of a task that brings the database online.
const fullMode = "FULL"

// Statuses returns the documented statuses in the order in which a task passes
// through them.
func Statuses() []Status {
	return []Status{NoStart, Running, Waiting, Success, Failed}
}

// isUnfinished reports whether a task with this status may still take the database
// offline or bring it online.
func (s Status) isUnfinished() bool { return s == NoStart || s == Running }

// isFailed reports whether a task with this status has ended without success.
func (s Status) isFailed() bool { return s == Failed || s == Terminated }

// Task is one migration of a backup file into a database.
type Task struct {
	ID          string
	Database    string
	Status      Status
	BackupMode  string // such as FULL or UPDF; other values are possible
	CreateTime  Timestamp
	EndTime     Timestamp // empty until the task has ended
	Replaced    *bool     // whether the import overwrites existing data; nil if unknown
	Description string
}

var (
	// checkPattern matches the name of the consistency check of SQL Server.
	checkPattern = lazyRegexp(`(?i)\bdbcc\b|checkdb|consistency`)

	// noErrorPattern matches a count of zero errors, such as "0 allocation errors".
	noErrorPattern = lazyRegexp(`(?i)\b(0|no|without)\s+(\w+\s+)?(errors?|failures?)\b`)

	// errorPattern matches a word for an error, unless it is a part of a file name.
	errorPattern = lazyRegexp(`(?i)\b(fail(s|ed|ure|ures)?|errors?)([^\w./-]|[./-]*(\s|$))`)
)

// HasFailedCheck reports whether the description says that a consistency check
// (DBCC CHECKDB) failed, such as "asynchronously DBCC checkdb failed: … 2
// consistency errors". The API runs the check after it has opened the database, so
// a task that is Success can have one.
func (t *Task) HasFailedCheck() bool {
	return checkPattern().MatchString(t.Description) &&
		errorPattern().MatchString(noErrorPattern().ReplaceAllString(t.Description, ""))
}

// lazyRegexp returns a function that compiles an expression on its first call: most
// runs of the provider need none.
func lazyRegexp(expression string) func() *regexp.Regexp {
	return sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(expression) })
}

// FailedChecks returns the tasks of exactly this database name that are Success
// although their consistency check failed, newest first. It stops at the last full
// migration: an earlier check was of data that has been replaced.
func FailedChecks(tasks []Task, name string) []Task {
	var failed []Task
	for _, t := range newestFirst(tasks) {
		if t.Database != name || t.Status != Success {
			continue
		}
		if t.HasFailedCheck() {
			failed = append(failed, *t)
		}
		if t.BackupMode == fullMode {
			break
		}
	}
	return failed
}

// SortNewestFirst sorts tasks by creation time, then by ID as a number, newest
// first. Tasks with an unreadable creation time come last.
func SortNewestFirst(tasks []Task) {
	slices.SortFunc(tasks, func(a, b Task) int { return compareNewestFirst(&a, &b) })
}

func compareNewestFirst(a, b *Task) int {
	if c := b.CreateTime.Time().Compare(a.CreateTime.Time()); c != 0 {
		return c
	}
	// The rest makes the order of the list independent of that of the response.
	return cmp.Or(
		compareIDs(b.ID, a.ID),
		strings.Compare(b.ID, a.ID),
		strings.Compare(a.Database, b.Database),
		strings.Compare(a.BackupMode, b.BackupMode),
		strings.Compare(string(a.Status), string(b.Status)),
	)
}

// compareIDs compares IDs as decimal numbers of any length. An ID that is not a
// number sorts below every number and equal to another such ID.
func compareIDs(a, b string) int {
	a, aok := digits(a)
	b, bok := digits(b)
	switch {
	case aok && bok:
		return cmp.Or(cmp.Compare(len(a), len(b)), strings.Compare(a, b))
	case aok:
		return 1
	case bok:
		return -1
	}
	return 0
}

// digits returns the digits of a decimal number without leading zeros; ok is
// false if s is not a decimal number.
func digits(s string) (number string, ok bool) {
	if s == "" || strings.Trim(s, "0123456789") != "" {
		return "", false
	}
	return strings.TrimLeft(s, "0"), true
}
