package rdssim

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// retention is how far the service's list goes back, whatever window is asked for.
const retention = 7 * 24 * time.Hour

// timeFormat is how the service writes times in answers.
const timeFormat = "2006-01-02T15:04:05Z"

const (
	statusNoStart = "NoStart"
	statusSuccess = "Success"
	statusFailed  = "Failed"
)

// instanceState is an Instance while it is played.
type instanceState struct {
	id, region, resourceGroupID string
	unsupported                 bool
	polls                       int
	tasks                       []taskState // newest first
}

// taskState is a Task with the instant of its creation.
type taskState struct {
	Task
	created time.Time
	pending bool        // until the polls after which it is created
	polls   []time.Time // since its creation, as far as its steps count them
}

func newInstanceState(in Instance, start time.Time) (*instanceState, error) {
	state := &instanceState{id: in.ID, region: in.Region, resourceGroupID: in.ResourceGroupID, unsupported: in.Unsupported}
	for _, t := range in.Tasks {
		if err := state.add(t, start); err != nil {
			return nil, err
		}
	}
	return state, nil
}

// add puts t in its place, created at base plus its Created. An empty ID becomes one higher than all others.
func (in *instanceState) add(t Task, base time.Time) error {
	if t.ID == "" {
		t.ID = in.nextID()
	}
	if slices.ContainsFunc(in.tasks, func(o taskState) bool { return o.ID == t.ID }) {
		return fmt.Errorf("instance %s has a task %q already", in.id, t.ID)
	}
	added := taskState{Task: t, created: base.Add(time.Duration(t.Created)).UTC(), pending: t.CreatedAfterPolls > 0}
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

// recordPoll counts a poll at now, and creates the tasks that waited for it.
func (in *instanceState) recordPoll(now time.Time) {
	in.polls++
	for i := range in.tasks {
		t := &in.tasks[i]
		switch {
		case t.pending && t.CreatedAfterPolls <= in.polls:
			t.pending, t.created = false, now.Add(time.Duration(t.Created)).UTC()
		case t.existsAt(now) && t.countsPolls():
			t.polls = append(t.polls, now.UTC())
		}
	}
	slices.SortFunc(in.tasks, newestFirst)
}

func (t *taskState) existsAt(now time.Time) bool { return !t.pending && !t.created.After(now) }

// countsPolls reports whether a step has not come yet that counts polls.
func (t *taskState) countsPolls() bool {
	return slices.ContainsFunc(t.Steps, func(s Step) bool { return s.AfterPolls > len(t.polls) })
}

// expire takes the oldest n tasks off the list that the service gives now.
func (in *instanceState) expire(n int, now time.Time) {
	listed := in.listedTasks(now, time.Time{}, now)
	for _, t := range listed[max(0, len(listed)-n):] {
		in.tasks = slices.DeleteFunc(in.tasks, func(o taskState) bool { return o.ID == t.ID })
	}
}

// listedTasks returns the tasks that the service knows at now and that were created within [from, to], newest first.
func (in *instanceState) listedTasks(now, from, to time.Time) []taskState {
	var listed []taskState
	for _, t := range in.tasks {
		if !t.existsAt(now) || t.created.Before(now.Add(-retention)) {
			continue
		}
		if c := t.created.Truncate(time.Second); c.Before(from) || c.After(to) {
			continue
		}
		listed = append(listed, t)
	}
	return listed
}

func newestFirst(a, b taskState) int {
	return cmp.Or(b.created.Compare(a.created), compareIDs(b.ID, a.ID))
}

// compareIDs orders numbers without leading zeros by their value.
func compareIDs(a, b string) int {
	return cmp.Or(cmp.Compare(len(a), len(b)), strings.Compare(a, b))
}

// toListedTask returns the task as the service lists it at now.
func (t *taskState) toListedTask(now time.Time) ListedTask {
	status, description, ended := t.status(now)
	listed := ListedTask{
		ID:           t.ID,
		Database:     t.Database,
		Status:       status,
		BackupMode:   cmp.Or(t.BackupMode, "FULL"),
		CreateTime:   t.created.Format(timeFormat),
		IsDBReplaced: cmp.Or(t.IsDBReplaced, "False"),
		Description:  cmp.Or(description, t.Description),
	}
	if !ended.IsZero() {
		listed.EndTime = ended.Format(timeFormat)
	}
	if t.CreateTime != nil {
		listed.CreateTime = *t.CreateTime
	}
	if t.EndTime != nil {
		listed.EndTime = *t.EndTime
	}
	return listed
}

func toListedTasks(tasks []taskState, now time.Time) []ListedTask {
	listed := make([]ListedTask, 0, len(tasks))
	for _, t := range tasks {
		listed = append(listed, t.toListedTask(now))
	}
	return listed
}

// status returns the task's status and description at now, and when it ended: zero until it has.
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
		case step.Status != statusSuccess && step.Status != statusFailed:
			ended = time.Time{}
		case step.Status != status:
			ended = at
		}
		status, description = step.Status, step.Description
	}
	return status, description, ended
}

// startOf returns the instant that a step asks for, or false as long as the polls that it counts have not come.
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
