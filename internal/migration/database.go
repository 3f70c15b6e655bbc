// SPDX-License-Identifier: MPL-2.0

package migration

import (
	"cmp"
	"slices"
	"time"
)

// Database is the migration status of one database. The zero value is that of a
// database without tasks.
type Database struct {
	// Newest is the task of exactly this name with the latest creation time, then
	// the largest ID as a number. It is zero if the database has no task.
	Newest Task

	// Reason states in one sentence why the migration did not succeed. It contains
	// IDs, names, backup modes and statuses as the API returned them. It is empty if
	// the migration succeeded.
	Reason string

	failed bool
}

// HasTask reports whether the database has a task of exactly its name.
func (d Database) HasTask() bool { return d.Newest.Database != "" }

// Succeeded reports whether the migration succeeded.
func (d Database) Succeeded() bool { return d.Reason == "" && d.Newest.Status == Success }

// Failed reports whether the migration failed and only a new run can succeed.
func (d Database) Failed() bool { return d.failed }

// Evaluate returns the status of each database in tasks and in names, by name. A
// task whose name is empty or only spaces adds no database.
//
// A migration succeeded if three sets of tasks meet every rule: the tasks of exactly
// the database's name; these and the tasks without a name that are not Success; and
// these and the tasks of other spellings. In the last set alone, a success of another
// database whose name differs in case would hide a failed task without a name.
func Evaluate(tasks []Task, names []string, e Evidence) map[string]Database {
	bySpelling := groupBy(newestFirst(tasks), func(t *Task) string { return foldName(t.Database) })
	nameless := bySpelling[""]
	delete(bySpelling, "")
	lastNameless := newTaskSet(nameless, Evidence{}).newest
	nameless = slices.DeleteFunc(nameless, func(t *Task) bool { return t.Status == Success })

	dbs := make(map[string]Database, len(bySpelling))
	for _, name := range names {
		dbs[name] = Database{Reason: violation{rule: hasEvidence}.reason(Task{}, e)}
	}
	for _, group := range bySpelling {
		all := newTaskSet(slices.Concat(group, nameless), e)
		for name, named := range groupBy(group, func(t *Task) string { return t.Database }) {
			own := newTaskSet(named, e)
			ownOrNameless := newTaskSet(slices.Concat(named, nameless), e)
			broken := cmp.Or(own.violation, ownOrNameless.violation, all.violation)
			dbs[name] = Database{
				Newest: *named[0],
				Reason: broken.reason(*named[0], e),
				failed: hasFailed(own, all, lastNameless),
			}
		}
	}
	return dbs
}

// newestFirst returns pointers to tasks, newest first.
func newestFirst(tasks []Task) []*Task {
	sorted := make([]*Task, len(tasks))
	for i := range tasks {
		sorted[i] = &tasks[i]
	}
	slices.SortFunc(sorted, compareNewestFirst)
	return sorted
}

// groupBy returns the tasks of each key in the order of tasks.
func groupBy(tasks []*Task, key func(*Task) string) map[string][]*Task {
	groups := make(map[string][]*Task)
	for _, t := range tasks {
		k := key(t)
		groups[k] = append(groups[k], t)
	}
	return groups
}

// hasFailed reports whether the newest tasks in own failed and neither a task in all
// nor a task without a name may still succeed. lastNameless is the latest creation
// time of a task without a name; zero if there is none.
func hasFailed(own, all taskSet, lastNameless time.Time) bool {
	failed, full := own.hasNewestFailed()
	isLatest := !all.newest.After(own.newest) && !lastNameless.After(own.newest)
	return failed && isLatest && !all.isPending && (full || !all.isWaiting)
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
