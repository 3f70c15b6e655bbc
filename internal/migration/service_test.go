// SPDX-License-Identifier: MPL-2.0

package migration

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// behavior is one way to behave that the documentation of the API permits.
type behavior struct {
	caseSensitive  bool   // other spellings of a name are other databases
	baseMode       string // backup mode of the base of an incremental migration
	incrementTasks bool   // an increment is a task of its own
	openTask       bool   // opening the database is a task of its own
	sharedID       bool   // these tasks have the ID of their base
	runningImport  bool   // the base is Running while an increment is imported
	waits          waits
}

// waits states which task is Waiting until the database is opened.
type waits int

const (
	baseWaits    waits = iota
	newestWaits        // the base, then the last increment
	noneWaits          // a task is Success as soon as its files are restored
	foreverWaits       // the base, even after the database was opened
)

func drawBehavior(c *choices) behavior {
	return behavior{
		incrementTasks: c.rarely(70),
		baseMode:       []string{"UPDF", "FULL"}[c.below(2)],
		waits:          []waits{baseWaits, baseWaits, newestWaits, noneWaits, foreverWaits}[c.below(5)],
		caseSensitive:  c.rarely(10),
		openTask:       c.rarely(20),
		sharedID:       c.rarely(20),
		runningImport:  c.rarely(20),
	}
}

// change is a status from an instant on. Instants are seconds.
type change struct {
	at     int
	status Status
}

// listedTask is a task of the service and all its statuses in time.
type listedTask struct {
	id, name, mode   string
	changes          []change // the first is the creation
	unreadableCreate bool
	unreadableEnd    bool
}

func (t *listedTask) created() int { return t.changes[0].at }

func (t *listedTask) set(at int, status Status) {
	t.changes = append(t.changes, change{at, status})
}

// at returns the latest change at an instant after the creation.
func (t *listedTask) at(now int) change {
	latest := t.changes[0]
	for _, c := range t.changes {
		if c.at <= now {
			latest = c
		}
	}
	return latest
}

// task returns the task as the API lists it.
func (t *listedTask) task(now int) Task {
	latest := t.at(now)
	task := Task{
		ID: t.id, Database: t.name, BackupMode: t.mode, Status: latest.status,
		CreateTime: timestamp(t.created(), t.unreadableCreate),
	}
	if latest.status == Success || latest.status.isFailed() {
		task.EndTime = timestamp(latest.at, t.unreadableEnd)
	}
	return task
}

func timestamp(at int, unreadable bool) Timestamp {
	if unreadable {
		return ParseTimestamp("unreadable")
	}
	return ParseTimestamp(instant(at).Format(time.RFC3339))
}

func instant(at int) time.Time { return noon.Add(time.Duration(at) * time.Second) }

// event takes a database offline or online.
type event struct {
	at     int
	online bool
	run    *run
}

// run is one full or incremental migration of a database.
type run struct {
	database int
	full     bool
	tasks    []*listedTask // the first is the full one or the base
	events   []event
}

func (r *run) created() int { return r.tasks[0].created() }

// end returns when the last event happened.
func (r *run) end() int { return r.events[len(r.events)-1].at }

// isOnline reports whether the run has brought its database online.
func (r *run) isOnline(now int) bool {
	last := r.events[len(r.events)-1]
	return last.online && last.at <= now
}

func (r *run) add(at int, online bool) {
	r.events = append(r.events, event{at, online, r})
}

// history is what happens on an instance, and a query of it.
type history struct {
	*choices
	behavior

	databases map[string]int // by each of their names
	runs      []*run
	now       int
	evidence  Evidence
	start     int // of the window
}

const (
	minuteSeconds = 60
	hourSeconds   = 60 * minuteSeconds
	daySeconds    = 24 * hourSeconds
	weekSeconds   = 7 * daySeconds
)

// span returns a duration in seconds, never zero.
func (h *history) span() int {
	return []int{minuteSeconds, 1, hourSeconds, daySeconds, 3 * daySeconds}[h.below(5)]
}

func drawHistory(c *choices) *history {
	h := &history{choices: c, behavior: drawBehavior(c), databases: make(map[string]int)}
	for len(h.runs) == 0 || h.rarely(70) {
		h.drawRun(h.below(3))
	}
	h.drawQuery()
	return h
}

// drawRun adds a run of a database: mostly after the run before, but it may overlap
// with it or be created in the same second.
func (h *history) drawRun(database int) {
	r := &run{database: database, full: !h.rarely(50)}
	var created int
	isOverlapping := h.rarely(40)
	for _, before := range h.runs {
		switch {
		case before.database != database:
		case isOverlapping:
			created = before.created()
		default:
			created = max(created, before.end())
		}
	}
	if !h.rarely(15) {
		created += h.span()
	}
	if r.full {
		h.drawFull(r, created)
	} else {
		h.drawIncremental(r, created)
	}
	h.runs = append(h.runs, r)
}

// drawFull adds the task of a full migration.
func (h *history) drawFull(r *run, created int) {
	t := h.addTask(r, "FULL", created)
	started := created + h.span()
	t.set(started, Running)
	r.add(started, false)
	ended := started + h.span()
	result := []Status{Success, Failed, Terminated}[h.below(3)]
	t.set(ended, result)
	r.add(ended, result == Success)
}

// drawIncremental adds the base of an incremental migration, its increments and
// what ends it.
func (h *history) drawIncremental(r *run, created int) {
	base := h.addTask(r, h.baseMode, created)
	at := created + h.span()
	base.set(at, Running)
	r.add(at, false)
	at += h.span()
	base.set(at, h.restored())
	r.add(at, false)
	waiting := base
	for h.rarely(60) {
		waiting, at = h.drawIncrement(r, waiting, at)
	}
	at += h.span()
	switch h.below(3) {
	case 0:
		h.open(r, waiting, at)
	case 1:
		waiting.set(at, Failed)
		r.add(at, false)
	default: // abandoned
	}
}

// restored returns the status of a task whose files are restored.
func (h *history) restored() Status {
	if h.waits == noneWaits {
		return Success
	}
	return Waiting
}

// drawIncrement imports an increment after an instant. It returns the task that
// waits for the next one, and the end.
func (h *history) drawIncrement(r *run, waiting *listedTask, after int) (next *listedTask, ended int) {
	created := after + h.span()
	started := created + h.span()
	ended = started + h.span()
	result := []Status{Success, Failed}[h.below(2)]
	r.add(started, false)
	r.add(ended, false)
	if h.runningImport {
		base := r.tasks[0]
		base.set(started, Running)
		base.set(ended, h.restored())
	}
	if !h.incrementTasks {
		return waiting, ended
	}
	t := h.addTask(r, "UPDF", created)
	t.set(started, Running)
	if h.waits != newestWaits || result == Failed {
		t.set(ended, result)
		return waiting, ended
	}
	waiting.set(ended, Success)
	t.set(ended, Waiting)
	return t, ended
}

func (h *history) open(r *run, waiting *listedTask, at int) {
	r.add(at, true)
	if h.waits != foreverWaits {
		waiting.set(at, Success)
	}
	if h.openTask {
		t := h.addTask(r, "UPDF", at)
		t.set(at, Success)
	}
}

// addTask adds a task that is created in a run.
func (h *history) addTask(r *run, mode string, created int) *listedTask {
	t := &listedTask{
		id: strconv.Itoa(1 + h.below(99)), name: h.drawName(r.database), mode: mode,
		changes:          []change{{created, NoStart}},
		unreadableCreate: h.rarely(3),
		unreadableEnd:    h.rarely(3),
	}
	if h.sharedID && len(r.tasks) > 0 {
		t.id = r.tasks[0].id
	}
	r.tasks = append(r.tasks, t)
	return t
}

// drawName returns a name of a database: that of three databases whose names have
// the same letters, or one of several spellings, or none.
func (h *history) drawName(database int) string {
	names := [][]string{
		{"orders", "Orders", "ORDERS ", "ｏｒｄｅｒｓ"},
		{"billing", "Billing", " billing", "BILLING"},
		{"straße", "STRASSE", "strasse", "Straße"},
	}
	if h.caseSensitive {
		names = [][]string{{"orders"}, {"Orders"}, {"ORDERS"}}
	}
	name := names[database][0]
	switch {
	case h.rarely(3):
		return ""
	case h.rarely(15):
		name = names[database][h.below(len(names[database]))]
	}
	h.databases[name] = database
	return name
}

// drawQuery chooses the instant and the kind of the query.
func (h *history) drawQuery() {
	var instants []int
	for _, r := range h.runs {
		for _, t := range r.tasks {
			for _, c := range t.changes {
				instants = append(instants, c.at)
			}
		}
	}
	slices.Sort(instants)
	slices.Reverse(instants)
	h.now = instants[h.below(len(instants))] + []int{0, minuteSeconds, 5 * daySeconds}[h.below(3)]
	h.start = h.now - weekSeconds
	at := instants[h.below(len(instants))]
	switch h.below(4) {
	case 0, 1:
	case 2:
		h.evidence.Since = instant(at)
	default:
		h.evidence.Narrowed = at > h.start
		h.start = max(h.start, at)
	}
}

// isRetained reports whether the API still lists t if the query includes it.
func (h *history) isRetained(t *listedTask) bool {
	return t.created() >= h.now-weekSeconds && t.created() <= h.now
}

// isListed reports whether the response contains t.
func (h *history) isListed(t *listedTask) bool { return t.created() >= h.start && t.created() <= h.now }

// response returns the tasks that the query finds.
func (h *history) response() []Task {
	var tasks []Task
	for _, r := range h.runs {
		for _, t := range r.tasks {
			if h.isListed(t) {
				tasks = append(tasks, t.task(h.now))
			}
		}
	}
	return tasks
}

// createdRuns returns the runs of a database that have been created, in order.
func (h *history) createdRuns(database int) []*run {
	var runs []*run
	for _, r := range h.runs {
		if r.database == database && r.created() <= h.now {
			runs = append(runs, r)
		}
	}
	return runs
}

// lastEvent returns the latest event of runs. If one takes the database online and
// another offline in the same second, it is offline.
func (h *history) lastEvent(runs []*run) event {
	past := []event{{run: runs[0]}} // before the first one, there is no database
	for _, r := range runs {
		for _, e := range r.events {
			if e.at <= h.now {
				past = append(past, e)
			}
		}
	}
	return slices.MaxFunc(past, func(a, b event) int {
		if a.at == b.at && a.online != b.online {
			return map[bool]int{true: -1, false: 1}[a.online]
		}
		return cmp.Compare(a.at, b.at)
	})
}

// isOnline reports whether the database of runs is online: its last full migration
// has ended in success, or its incremental migration has been opened. If the newest
// task is a full migration that failed, an older one that ends later does not count.
func (h *history) isOnline(runs []*run) bool {
	last, newest := h.lastEvent(runs), h.newestTaskRun(runs)
	return last.online && (!newest.full || newest.isOnline(h.now))
}

// newestTaskRun returns the run of the task that was created last.
func (h *history) newestTaskRun(runs []*run) *run {
	newest, at := runs[0], 0
	for _, r := range runs {
		for _, t := range r.tasks {
			if t.created() <= h.now && t.created() >= at {
				newest, at = r, t.created()
			}
		}
	}
	return newest
}

// String prints the response and what happened.
func (h *history) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%+v\n%+v, window from %s, now %s\n", h.behavior, h.evidence, instant(h.start), instant(h.now))
	for _, r := range h.runs {
		online := r.events[len(r.events)-1].online
		fmt.Fprintf(&b, "database %d, full %t, online at the end %t\n", r.database, r.full, online)
		for _, t := range r.tasks {
			fmt.Fprintf(&b, "  listed %t: %s %q %s", h.isListed(t), t.id, t.name, t.mode)
			if h.isListed(t) {
				task := t.task(h.now)
				fmt.Fprintf(&b, " created %s, is %s, ended %s", task.CreateTime, task.Status, task.EndTime)
			}
			b.WriteString("; statuses")
			for _, c := range t.changes {
				fmt.Fprintf(&b, " %s %s", instant(c.at).Format("02T15:04:05"), c.status)
			}
			b.WriteString("\n")
		}
	}
	return b.String()
}
