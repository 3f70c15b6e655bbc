// SPDX-License-Identifier: MPL-2.0

package rdssim

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// retention is how long the API lists a task after its creation, whatever window a query has.
const retention = 7 * 24 * time.Hour

// timeFormat is the format of times in responses.
const timeFormat = "2006-01-02T15:04:05Z"

const (
	statusNoStart = "NoStart"
	statusSuccess = "Success"
	statusFailed  = "Failed"
	// statusTerminated is in the text of the error InvalidTaskStatus, "Current task status (Terminated/Failed) does not
	// support", and not among the documented statuses. A task that is Terminated has ended.
	statusTerminated = "Terminated"
)

// instanceState is an Instance at run time.
type instanceState struct {
	Instance
	polls, responses int
	added            int         // the number of tasks that were ever added
	tasks            []taskState // newest first
}

// taskState is a Task at run time.
type taskState struct {
	Task
	serial  int // the number of the tasks of the instance that were added before
	created time.Time
	pending bool        // until the polls have come after which it is created
	polls   []time.Time // since its creation, as far as its steps need them
}

// newInstanceState returns in with its tasks and the rows of its migrations, created relative to start.
func newInstanceState(in Instance, model Model, start time.Time) (*instanceState, error) {
	state := &instanceState{Instance: in}
	for i, t := range in.Tasks {
		if t.ID == "" {
			return nil, fmt.Errorf("tasks[%d]: id is missing", i)
		}
		if err := state.add(t, start); err != nil {
			return nil, fmt.Errorf("tasks[%d]: %w", i, err)
		}
	}
	for i, m := range in.Migrations {
		if err := state.addMigration(m, model, start); err != nil {
			return nil, fmt.Errorf("migrations[%d]: %w", i, err)
		}
	}
	return state, nil
}

// add adds t, created at base plus its Created. An empty ID becomes one higher than all others.
func (in *instanceState) add(t Task, base time.Time) error {
	if err := t.validate(); err != nil {
		return err
	}
	if t.ID == "" {
		t.ID = in.nextID()
	}
	added := taskState{
		Task:    t,
		serial:  in.added,
		created: base.Add(time.Duration(t.Created)).UTC(),
		pending: t.CreatedAfterPolls > 0,
	}
	if !t.Duplicate && slices.ContainsFunc(in.tasks, added.isDuplicateOf) {
		return fmt.Errorf("duplicate id %q with the same database, backup mode and time of creation", t.ID)
	}
	in.added++
	at, _ := slices.BinarySearchFunc(in.tasks, added, newestFirst)
	in.tasks = slices.Insert(in.tasks, at, added)
	return nil
}

func (in *instanceState) nextID() string {
	highest := 0
	for _, t := range in.tasks {
		if n, err := strconv.Atoi(t.ID); err == nil {
			highest = max(highest, n)
		}
	}
	return strconv.Itoa(highest + 1)
}

// recordPoll counts a poll at now, and creates the tasks that were pending until it.
func (in *instanceState) recordPoll(now time.Time) {
	in.polls++
	for i := range in.tasks {
		t := &in.tasks[i]
		switch {
		case t.pending && t.CreatedAfterPolls <= in.polls:
			t.pending, t.created = false, now.Add(time.Duration(t.Created)).UTC()
		case t.existsAt(now) && t.needsPolls():
			t.polls = append(t.polls, now.UTC())
		}
	}
	slices.SortFunc(in.tasks, newestFirst)
}

// expire removes the oldest n of the tasks that are listed at now.
func (in *instanceState) expire(n int, now time.Time) {
	listed := in.listedTasks(now, window{})
	var expired []int
	for _, t := range listed[max(0, len(listed)-n):] {
		expired = append(expired, t.serial)
	}
	in.tasks = slices.DeleteFunc(in.tasks, func(t taskState) bool { return slices.Contains(expired, t.serial) })
}

// listedTasks returns the tasks that are retained at now and were created within w, newest first.
func (in *instanceState) listedTasks(now time.Time, w window) []*taskState {
	var listed []*taskState
	for i := range in.tasks {
		t := &in.tasks[i]
		if t.existsAt(now) && isRetained(t.created, now) && w.contains(t.created) {
			listed = append(listed, t)
		}
	}
	return listed
}

// isRetained reports whether a task of that time of creation is still listed at now.
func isRetained(created, now time.Time) bool { return !created.Before(now.Add(-retention)) }

func newestFirst(a, b taskState) int {
	return cmp.Or(b.created.Compare(a.created), compareIDs(b.ID, a.ID), cmp.Compare(b.serial, a.serial))
}

// compareIDs orders numbers without leading zeros by their value.
func compareIDs(a, b string) int {
	return cmp.Or(cmp.Compare(len(a), len(b)), strings.Compare(a, b))
}

// isDuplicateOf reports whether t and another task are the same in a response: ID, database, backup mode, and time of
// creation are equal. The time of a task that is not created yet may be any.
func (t *taskState) isDuplicateOf(other taskState) bool {
	a, b := t.toListedTask(t.created), other.toListedTask(other.created)
	return a.ID == b.ID && a.Database == b.Database && a.BackupMode == b.BackupMode &&
		(t.pending || other.pending || a.CreateTime == b.CreateTime)
}

func (t *taskState) existsAt(now time.Time) bool { return !t.pending && !t.created.After(now) }

// needsPolls reports whether a step counts more polls than have come.
func (t *taskState) needsPolls() bool {
	return slices.ContainsFunc(t.Steps, func(s Step) bool { return s.AfterPolls > len(t.polls) })
}

func toListedTasks(tasks []*taskState, now time.Time) []ListedTask {
	listed := make([]ListedTask, 0, len(tasks))
	for _, t := range tasks {
		listed = append(listed, t.toListedTask(now))
	}
	return listed
}

// status returns the task's status and description at now, and when it ended: zero if it has not.
func (t *taskState) status(now time.Time) (status, description string, ended time.Time) {
	if len(t.Steps) == 0 {
		return statusSuccess, "", t.created
	}
	status = statusNoStart
	at := t.created
	for _, step := range t.Steps {
		start, ok := t.startOf(step)
		if !ok || start.After(now) {
			break
		}
		if start.After(at) {
			at = start
		}
		switch {
		case !slices.Contains([]string{statusSuccess, statusFailed, statusTerminated}, step.Status):
			ended = time.Time{}
		case step.Status != status:
			ended = at
		}
		status, description = step.Status, step.Description
	}
	return status, description, ended
}

// startOf returns the instant that a step gives, or false if the polls that it counts have not come.
func (t *taskState) startOf(s Step) (time.Time, bool) {
	switch {
	case s.AfterPolls == 0:
		return t.created.Add(time.Duration(s.After)), true
	case s.AfterPolls > len(t.polls):
		return time.Time{}, false
	default:
		return t.polls[s.AfterPolls-1], true
	}
}
