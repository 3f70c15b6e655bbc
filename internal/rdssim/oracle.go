// SPDX-License-Identifier: MPL-2.0

package rdssim

import (
	"slices"
	"strings"
	"time"

	"golang.org/x/text/cases"
	"golang.org/x/text/width"
)

// Exception is a situation in which the list of tasks can show success although the database is offline.
type Exception string

const (
	// ExceptionUnopened holds when an incremental migration has not been opened, its base is Success, and none of its
	// rows waits: each is Success, apart from increments that failed.
	ExceptionUnopened Exception = "unopened"
	// ExceptionOldBase holds when the base of an incremental migration may be hidden by the API's retention or by the
	// start of a window, and the newest of its increments is Success. The increments also outlive the rows of a
	// migration that was created after the base.
	ExceptionOldBase Exception = "old base"
	// ExceptionOverlap holds when two migrations overlap, and the older one has taken the database offline after the
	// newer one has succeeded. Its rows may also be newer than those of a third migration that has failed since.
	ExceptionOverlap Exception = "overlap"
)

// hiddenAge is the age from which a window may hide a task: it starts at the earliest 7 days less 1 minute before its
// end, and its end may be ahead of the API's clock by 15 minutes, by a skew of 15 minutes and by 1 minute of rounding.
const hiddenAge = retention - 32*time.Minute

// Online reports whether the database is online at an instant of the clock that [New] got: readable and writable, by
// the migrations of the scenario alone. Tasks, faults, and changes during the run do not matter to it.
//
// A migration takes the database offline while it restores a backup or imports an increment, and leaves it offline
// until it succeeds: a full one ends in success, an incremental one is opened. The database is online when a migration
// has succeeded, and no other one has restored, imported, or failed since; at the same instant, offline wins. It is
// offline without a migration and on an instance that does not exist.
//
// Names are compared as SQL Server does with its default collations: they differ neither in case, nor in width, nor in
// trailing blanks.
func (s *Simulator) Online(instanceID, database string, at time.Time) bool {
	causes, succeeded := offlineCauses(s.runs(instanceID, database), s.apiTime(at))
	return succeeded && len(causes) == 0
}

// Exceptions returns the exceptions that hold for a database at an instant, each once. It takes the arguments of
// [Simulator.Online]. An exception need not be about the migration that took the database offline: the rows of one
// migration can hide those of another. There is none if the database is online, and none if the list cannot show
// success: a row that no window hides is NoStart or Running, or the newest row is not Success.
func (s *Simulator) Exceptions(instanceID, database string, at time.Time) []Exception {
	runs, now := s.runs(instanceID, database), s.apiTime(at)
	causes, succeeded := offlineCauses(runs, now)
	if succeeded && len(causes) == 0 || showsFailure(runs, now) {
		return nil
	}
	var found []Exception
	if slices.ContainsFunc(runs, func(r run) bool { return r.isUnopenedSuccess(now) }) {
		found = append(found, ExceptionUnopened)
	}
	if slices.ContainsFunc(runs, func(r run) bool { return r.hasOldBase(now) }) {
		found = append(found, ExceptionOldBase)
	}
	if slices.ContainsFunc(causes, func(r run) bool { return r.isOverlapped(runs, now) }) {
		found = append(found, ExceptionOverlap)
	}
	return found
}

// run is a Migration at a point in time, with its rows.
type run struct {
	Migration
	created time.Time
	rows    []taskState
}

// runs returns the migrations of a database.
func (s *Simulator) runs(instanceID, database string) []run {
	in, ok := s.instances[instanceID]
	if !ok {
		return nil
	}
	var runs []run
	name := foldName(database)
	for _, m := range in.Migrations {
		if foldName(m.Database) != name {
			continue
		}
		r := run{Migration: m, created: s.start.Add(time.Duration(m.Created))}
		for _, t := range m.tasks(s.model) {
			r.rows = append(r.rows, taskState{Task: t, created: s.start.Add(time.Duration(t.Created))})
		}
		runs = append(runs, r)
	}
	return runs
}

// foldName returns the same text for all spellings of a database name.
func foldName(name string) string {
	return cases.Fold().String(strings.TrimRight(width.Fold.String(name), " "))
}

// offlineCauses returns the runs that took the database offline and have not succeeded themselves, since the last
// success of another one if any run has succeeded.
func offlineCauses(runs []run, now time.Time) (causes []run, succeeded bool) {
	var lastSuccess time.Time
	for _, r := range runs {
		if r.hasSucceeded(now) && (!succeeded || r.at(r.Ended).After(lastSuccess)) {
			lastSuccess, succeeded = r.at(r.Ended), true
		}
	}
	for _, r := range runs {
		if last, ok := r.lastOffline(now); ok && (!succeeded || !last.Before(lastSuccess)) {
			causes = append(causes, r)
		}
	}
	return causes, succeeded
}

// at returns the instant that is that long after the creation of r.
func (r run) at(d Duration) time.Time { return r.created.Add(time.Duration(d)) }

// isPast reports whether an event of r has happened; a time of 0 is never.
func (r run) isPast(d Duration, now time.Time) bool { return d != 0 && !r.at(d).After(now) }

func (r run) hasSucceeded(now time.Time) bool { return r.opened() && r.isPast(r.Ended, now) }

// lastOffline returns the last instant, up to now, at which r kept the database offline by what it did: it restored,
// imported, or failed. It is false if r has done nothing of this, or if it has succeeded since.
func (r run) lastOffline(now time.Time) (time.Time, bool) {
	switch {
	case r.at(r.Started).After(now), r.hasSucceeded(now):
		return time.Time{}, false
	case r.isPast(r.Ended, now):
		return r.at(r.Ended), true
	case !r.isPast(r.Restored, now):
		return now, true
	}
	last := r.at(r.Restored)
	for _, inc := range r.Increments {
		switch {
		case r.isPast(inc.Ended, now):
			last = r.at(inc.Ended)
		case r.isPast(inc.Started, now):
			last = now
		}
	}
	return last, true
}

// showsFailure reports whether the rows that no window hides show that the database is offline or may become so.
func showsFailure(runs []run, now time.Time) bool {
	var newest time.Time
	newestSucceeded := true
	for _, r := range runs {
		for _, t := range r.rows {
			if !t.existsAt(now) || now.Sub(t.created) > hiddenAge {
				continue
			}
			status, _, _ := t.status(now)
			if status == statusNoStart || status == statusRunning {
				return true
			}
			isSuccess := status == statusSuccess
			switch t.created.Compare(newest) {
			case 1:
				newest, newestSucceeded = t.created, isSuccess
			case 0:
				newestSucceeded = newestSucceeded && isSuccess
			}
		}
	}
	return !newestSucceeded
}

// newestStatus returns the status of the newest of the rows that are listed at now, empty if there is none.
func newestStatus(rows []taskState, now time.Time) string {
	for _, t := range slices.Backward(rows) {
		if t.existsAt(now) && isRetained(t.created, now) {
			status, _, _ := t.status(now)
			return status
		}
	}
	return ""
}

func (r run) isUnopenedSuccess(now time.Time) bool {
	waits := func(t taskState) bool { return newestStatus([]taskState{t}, now) == statusWaiting }
	return r.Incremental && !r.hasSucceeded(now) && newestStatus(r.rows[:1], now) == statusSuccess &&
		!slices.ContainsFunc(r.rows, waits)
}

func (r run) hasOldBase(now time.Time) bool {
	return now.Sub(r.created) > hiddenAge && newestStatus(r.rows[1:], now) == statusSuccess
}

// isOverlapped reports whether r has taken the database offline after a newer run has succeeded.
func (r run) isOverlapped(runs []run, now time.Time) bool {
	last, ok := r.lastOffline(now)
	return ok && slices.ContainsFunc(runs, func(newer run) bool {
		return newer.created.After(r.created) && newer.hasSucceeded(now) && !last.Before(newer.at(newer.Ended))
	})
}
