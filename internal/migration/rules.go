// SPDX-License-Identifier: MPL-2.0

package migration

import "time"

// Evidence selects the tasks that can prove a success. The zero value selects all
// tasks.
type Evidence struct {
	// Since excludes tasks created before it, to the second, and tasks with an
	// unreadable creation time. The zero time excludes none.
	Since time.Time

	// Narrowed reports whether the query starts after the earliest start, so that the
	// base of an incremental migration may be missing from the tasks. Then only
	// FULL tasks with a readable creation time prove a success.
	Narrowed bool
}

// includes reports whether t is evidence if its creation time is readable.
func (e Evidence) includes(t *Task) bool {
	return !t.CreateTime.Time().Before(e.Since.Truncate(time.Second))
}

// includesUnreadable reports whether tasks with an unreadable creation time are
// evidence if no other task is.
func (e Evidence) includesUnreadable() bool { return e.Since.IsZero() && !e.Narrowed }

// rule is a condition that a set of tasks must meet for a success. If several are
// broken, the first in this order is reported.
type rule int

const (
	noRule rule = iota

	// hasEvidence: a task is evidence.
	hasEvidence

	// noneUnfinished: no task is NoStart or Running. An older run may still take the
	// database offline.
	noneUnfinished

	// noneUnreadable: a task with an unreadable creation time is Success. It may be
	// the newest.
	noneUnreadable

	// noneOpen: since the last full migration, every task is Success, Failed, or
	// Terminated. An increment that is Success on a base that is Waiting means that
	// the database has not been opened.
	noneOpen

	// newestSuccess: the newest tasks are Success. Of several in one second, any may
	// be the newest, whatever the IDs.
	newestSuccess

	// successLast: since the last full migration, no failed task ended at or after
	// the end of every Success. The base of an incremental migration can fail after
	// its increments.
	successLast

	// newestFull: if the query is narrowed, the newest tasks are FULL.
	newestFull
)

// violation is a broken rule and the task that breaks it. The zero value means
// that no rule is broken.
type violation struct {
	rule rule
	task *Task // nil if the set is empty
}

// taskSet is a set of tasks that must meet the rules.
type taskSet struct {
	tasks []*Task

	// newest is the latest creation time of the evidence; zero if none is readable.
	newest time.Time

	// lastFull is the latest creation time of a FULL task that is Success; zero if
	// there is none.
	lastFull time.Time

	// lastSuccess is the latest end of a task that is Success and was created at or
	// after lastFull; zero if none is readable.
	lastSuccess time.Time

	// isPending reports whether a task is NoStart, is Running, or has an
	// unreadable creation time, so that a later result is possible.
	isPending bool

	// isWaiting reports whether a task created at or after lastFull is Waiting.
	isWaiting bool

	violation violation
}

// newTaskSet applies the rules to tasks.
func newTaskSet(tasks []*Task, e Evidence) taskSet {
	s := taskSet{tasks: tasks}
	for _, t := range tasks {
		if e.includes(t) {
			s.newest = later(s.newest, t.CreateTime.Time())
		}
		if t.Status == Success && t.BackupMode == fullMode {
			s.lastFull = later(s.lastFull, t.CreateTime.Time())
		}
		s.isPending = s.isPending || t.Status.isUnfinished() || !t.CreateTime.Readable()
	}
	for _, t := range tasks {
		if t.Status == Success && s.isSinceLastFull(t) {
			s.lastSuccess = later(s.lastSuccess, t.EndTime.Time())
		}
		s.isWaiting = s.isWaiting || t.Status == Waiting && s.isSinceLastFull(t)
	}
	s.violation = s.findViolation(e)
	return s
}

func (s *taskSet) isNewest(t *Task) bool {
	return t.CreateTime.Time().Equal(s.newest)
}

// isSinceLastFull reports whether t was created at or after the last full
// migration, or at any time if there is none.
func (s *taskSet) isSinceLastFull(t *Task) bool {
	return !t.CreateTime.Time().Before(s.lastFull)
}

// endedLast reports whether t may have ended no earlier than every Success since the
// last full migration. It is true if the end is unreadable.
func (s *taskSet) endedLast(t *Task) bool {
	return !t.EndTime.Readable() || !t.EndTime.Time().Before(s.lastSuccess)
}

func (s *taskSet) findViolation(e Evidence) violation {
	if len(s.tasks) == 0 {
		return violation{rule: hasEvidence}
	}
	if s.newest.IsZero() && !e.includesUnreadable() {
		return violation{rule: hasEvidence, task: s.tasks[0]}
	}
	var first violation
	for _, t := range s.tasks {
		if r := s.ruleBrokenBy(t, e); r != noRule && (first.rule == noRule || r < first.rule) {
			first = violation{rule: r, task: t}
		}
	}
	return first
}

// ruleBrokenBy returns the first rule that t breaks, or noRule.
func (s *taskSet) ruleBrokenBy(t *Task, e Evidence) rule {
	switch {
	case t.Status.isUnfinished():
		return noneUnfinished
	case !t.CreateTime.Readable() && t.Status != Success:
		return noneUnreadable
	case s.isSinceLastFull(t) && t.Status != Success && !t.Status.isFailed():
		return noneOpen
	case s.isNewest(t) && t.Status != Success:
		return newestSuccess
	case s.isSinceLastFull(t) && t.Status.isFailed() && s.endedLast(t):
		return successLast
	case e.Narrowed && s.isNewest(t) && t.BackupMode != fullMode:
		return newestFull
	}
	return noRule
}

// hasNewestFailed reports whether there are newest tasks and all have failed, and
// whether one of them is FULL.
func (s *taskSet) hasNewestFailed() (failed, full bool) {
	failed = !s.newest.IsZero()
	for _, t := range s.tasks {
		if s.isNewest(t) {
			failed = failed && t.Status.isFailed()
			full = full || t.BackupMode == fullMode
		}
	}
	return failed, full
}
