// Package migration holds the domain: migration tasks, the window they are
// asked for in, and the verdict over them. It is pure: no I/O, and the time
// comes from the caller.
package migration

import (
	"cmp"
	"slices"
	"strings"
)

// Status is what a task says of itself. The service may send values beside
// the documented ones; those are data, and never a success.
type Status string

// The documented statuses of a task.
const (
	NoStart Status = "NoStart" // not started
	Running Status = "Running"
	Success Status = "Success"
	Failed  Status = "Failed"
	Waiting Status = "Waiting" // waits for an incremental backup file to be imported
)

// Statuses returns the documented statuses in the order in which a task goes
// through them.
func Statuses() []Status {
	return []Status{NoStart, Running, Waiting, Success, Failed}
}

// Task is one migration of a backup file into a database.
type Task struct {
	ID          string
	Database    string
	Status      Status
	BackupMode  string // FULL, UPDF or whatever else the service writes
	Created     Stamp
	Ended       Stamp // empty until the task has ended
	Replaced    *bool // whether the import overwrites existing data; nil when the service does not say
	Description string
}

// Sort puts the newest task first: by creation time, then by ID as a number.
// Tasks whose creation time cannot be read come last.
func Sort(tasks []Task) {
	slices.SortFunc(tasks, func(a, b Task) int {
		return cmp.Or(
			b.Created.Time().Compare(a.Created.Time()),
			compareIDs(b.ID, a.ID),
			strings.Compare(b.ID, a.ID),
		)
	})
}

// tied reports whether it cannot be told which of two tasks is the newer.
func tied(a, b Task) bool {
	_, aok := digits(a.ID)
	_, bok := digits(b.ID)
	return a.Created.Time().Equal(b.Created.Time()) && (!aok || !bok || compareIDs(a.ID, b.ID) == 0)
}

// compareIDs compares IDs as numbers of any length. One that is no number is
// below every number, and two of those are equal.
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

// digits returns a number's digits without leading zeros, and whether s is a
// number at all.
func digits(s string) (string, bool) {
	if s == "" || strings.Trim(s, "0123456789") != "" {
		return "", false
	}
	return strings.TrimLeft(s, "0"), true
}
