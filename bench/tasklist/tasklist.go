// SPDX-License-Identifier: MPL-2.0

// Package tasklist generates the list of tasks that the benchmarks read, both
// from the simulator and from the fixture.
package tasklist

import (
	"strconv"
	"time"
)

const (
	tasksPerDatabase = 4

	newestCreated = 1_763_600_000 // creation time of the newest task, in seconds since 1970
)

// Task is a task with the values that the provider returns.
type Task struct {
	ID, Database, Status, BackupMode, Created, Ended, Description string
}

// At returns the task at index i of a list of n, newest first. Each task is one
// second older than the one before it.
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
		t.Status = "Failed"
		t.Description = "The backup file cannot be restored: it was made by a newer version of the server."
	}
	return t
}

// IsNewest reports whether the task at index i is the newest of its database.
func IsNewest(i int) bool { return i%tasksPerDatabase == 0 }
