// Package list is the list of tasks that the benchmarks read: the simulator
// serves it, and the provider with the list in memory holds it.
package list

import (
	"strconv"
	"time"
)

// perDatabase is how many tasks each database has.
const perDatabase = 4

// newest is when the newest task was created.
const newest = 1_763_600_000 // seconds since 1970

// Task is one task as the provider shows it.
type Task struct {
	ID, Database, Status, BackupMode, Created, Ended, Description string
}

// At returns the ith of n tasks, the newest first. Each is a second older than
// the one before.
func At(i, n int) Task {
	created := time.Unix(newest-int64(i), 0).UTC()
	t := Task{
		ID:          strconv.Itoa(n - i),
		Database:    "database_" + strconv.Itoa(i/perDatabase),
		Status:      "Success",
		BackupMode:  "FULL",
		Created:     created.Format(time.RFC3339),
		Ended:       created.Add(time.Minute).Format(time.RFC3339),
		Description: "The migration task has succeeded.",
	}
	if i%perDatabase > 0 {
		t.Status, t.Description = "Failed", "The backup file cannot be restored: it was made by a newer version of the server."
	}
	return t
}

// Newest reports whether the ith task is the newest of its database.
func Newest(i int) bool { return i%perDatabase == 0 }
