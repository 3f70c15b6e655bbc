// SPDX-License-Identifier: MPL-2.0

package migration

import (
	"fmt"
	"time"
)

// reason states the violation in one sentence about the database of newest, its
// newest task. It is empty if no rule is broken.
func (v violation) reason(newest Task, e Evidence) string {
	t, name := v.task, newest.Database
	switch v.rule {
	case noRule:
		return ""
	case hasEvidence:
		return v.noEvidence(e)
	case noneUnfinished:
		return fmt.Sprintf("task %s%s is still %s", t.ID, t.owner(name), t.Status)
	case noneUnreadable:
		return fmt.Sprintf("%s is %s and its creation time cannot be read", t.describe(name), t.Status)
	case noneOpen:
		if t.Status == Waiting {
			return t.describe(name) + " is Waiting: import its next backup file or open the database"
		}
		return fmt.Sprintf("%s has the unknown status %q", t.describe(name), t.Status)
	case newestSuccess:
		if t.isOfAnother(name) && t.CreateTime.Time().After(newest.CreateTime.Time()) {
			return fmt.Sprintf("the database %q has a newer task that is %s: %s",
				t.Database, t.Status, t.describe(t.Database))
		}
		return fmt.Sprintf("%s is %s and no task is newer", t.describe(name), t.Status)
	case successLast:
		return fmt.Sprintf("%s is %s and no task succeeded after it ended", t.describe(name), t.Status)
	case newestFull:
	}
	return t.describe(name) + " may belong to an incremental migration that started before start_time"
}

// noEvidence states why a set has no evidence.
func (v violation) noEvidence(e Evidence) string {
	switch {
	case v.task != nil && !v.task.CreateTime.Readable():
		return v.task.describe(v.task.Database) +
			" may have been created before start_time: its creation time cannot be read"
	case !e.Since.IsZero():
		since := "no task of this database was created since " + e.Since.UTC().Format(time.RFC3339)
		if v.task == nil {
			return since
		}
		return fmt.Sprintf("%s: %s is %s and was created at %s; start the migration again or set an earlier start_time",
			since, v.task.describe(v.task.Database), v.task.Status, v.task.CreateTime)
	}
	return "no task of this database was found"
}

// describe names the task in a sentence about the database called name.
func (t *Task) describe(name string) string {
	if t.BackupMode == "" {
		return "task " + t.ID + t.owner(name)
	}
	return "task " + t.ID + " (" + t.BackupMode + ")" + t.owner(name)
}

// owner names the database of the task. It is empty if that is name.
func (t *Task) owner(name string) string {
	switch {
	case t.isOfAnother(name):
		return fmt.Sprintf(" of the database %q", t.Database)
	case t.Database != name:
		return " without a database name"
	}
	return ""
}

// isOfAnother reports whether the task has a database name other than name.
func (t *Task) isOfAnother(name string) bool {
	return t.Database != name && foldName(t.Database) != ""
}
