// SPDX-License-Identifier: MPL-2.0

package migration

import (
	"fmt"
	"slices"
)

// Database is the migration status of one database.
type Database struct {
	// Newest is the task with the latest creation time, then the largest ID as a
	// number.
	Newest Task

	// Ambiguity states why Newest may not be the newest task. It is empty if Newest
	// is certain.
	Ambiguity string
}

// Succeeded reports whether the newest task is certain and is a Success.
func (d Database) Succeeded() bool { return d.Ambiguity == "" && d.Newest.Status == Success }

// Failed reports whether the newest task is certain and has Failed.
func (d Database) Failed() bool { return d.Ambiguity == "" && d.Newest.Status == Failed }

// Databases returns the status of each database in tasks, by name.
func Databases(tasks []Task) map[string]Database {
	sorted := slices.Clone(tasks)
	SortNewestFirst(sorted)
	dbs := make(map[string]Database)
	for _, t := range sorted {
		d, seen := dbs[t.Database]
		if !seen {
			d.Newest = t
		}
		if d.Ambiguity == "" {
			d.Ambiguity = ambiguity(d.Newest, t)
		}
		dbs[t.Database] = d
	}
	return dbs
}

// ambiguity states why t, a task of the same database, makes it uncertain that
// newest is the newest task. It is empty if it does not.
func ambiguity(newest, t Task) string {
	switch {
	case !t.CreateTime.Readable():
		return fmt.Sprintf("the creation time %q of task %s cannot be read, so the newest task cannot be told", t.CreateTime, t.ID)
	case isOrderUnknown(newest, t) && newest.Status != t.Status:
		return fmt.Sprintf("tasks %s and %s were created at the same time, so the newer cannot be told", newest.ID, t.ID)
	}
	return ""
}

// AllSucceeded reports whether there is at least one database, every name in
// names is among them, and each of them has succeeded.
func AllSucceeded(dbs map[string]Database, names []string) bool {
	for _, name := range names {
		if _, ok := dbs[name]; !ok {
			return false
		}
	}
	for _, d := range dbs {
		if !d.Succeeded() {
			return false
		}
	}
	return len(dbs) > 0
}
