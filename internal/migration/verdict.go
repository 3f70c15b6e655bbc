package migration

import (
	"fmt"
	"slices"
)

// Database is what became of one database.
type Database struct {
	// Newest is the newest task: the latest creation time, then the largest
	// ID as a number.
	Newest Task

	// Doubt says why Newest cannot be trusted to be the newest. It is empty
	// where it can.
	Doubt string
}

// Succeeded reports whether the newest task is known and is a Success.
func (d Database) Succeeded() bool { return d.Doubt == "" && d.Newest.Status == Success }

// Failed reports whether the newest task is known and has Failed.
func (d Database) Failed() bool { return d.Doubt == "" && d.Newest.Status == Failed }

// Databases returns what became of each database that tasks name.
func Databases(tasks []Task) map[string]Database {
	sorted := slices.Clone(tasks)
	Sort(sorted)
	dbs := make(map[string]Database)
	for _, t := range sorted {
		d, seen := dbs[t.Database]
		if !seen {
			d.Newest = t
		}
		if d.Doubt == "" {
			d.Doubt = doubt(d.Newest, t)
		}
		dbs[t.Database] = d
	}
	return dbs
}

// doubt says why t, a task of the same database, keeps newest from being
// called the newest.
func doubt(newest, t Task) string {
	switch {
	case !t.Created.Readable():
		return fmt.Sprintf("the creation time %q of task %s cannot be read, so the newest task cannot be told", t.Created, t.ID)
	case tied(newest, t) && newest.Status != t.Status:
		return fmt.Sprintf("tasks %s and %s were created at the same time, so the newer cannot be told", newest.ID, t.ID)
	}
	return ""
}

// AllSucceeded reports whether there is at least one database, every one of
// names is among them, and each has succeeded.
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
