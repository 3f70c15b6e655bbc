// Package tasklist is the list of tasks that the benchmarks read: the simulator
// serves it, and the provider with the list in memory holds it.
package tasklist

import (
	"strconv"
	"time"
)

// tasksPerDatabase is how many tasks each database has.
const tasksPerDatabase = 4

// newestCreated is when the newest task was created.
const newestCreated = 1_763_600_000 // seconds since 1970

// Task is one task as the provider shows it.
type Task struct {
	ID, Database, Status, BackupMode, Created, Ended, Description string
}

// At returns the ith of n tasks, the newest first. Each is a second older than
// the one before.
func At(i, n int) Task {
	created := time.Unix(newestCreated-int64(i), 0).UTC()
	t := Task{
		ID:          strconv.Itoa(n - i),
		Database:    "database_" + strconv.Itoa(i/tasksPerDatabase),
		Status:      "Success",
		BackupMode:  "FULL",
		Created:     created.Format(time.RFC3339),
		Ended:       created.Add(time.Minute).Format(time.RFC3339),
		Description: "The migration task has succeeded.",
	}
	if i%tasksPerDatabase > 0 {
		t.Status, t.Description = "Failed", "The backup file cannot be restored: it was made by a newer version of the server."
	}
	return t
}

// IsNewest reports whether the ith task is the newest of its database.
func IsNewest(i int) bool { return i%tasksPerDatabase == 0 }
