// SPDX-License-Identifier: MPL-2.0

package rds

import (
	"cmp"
	"context"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jonboulle/clockwork"
	"pgregory.net/rapid"

	"github.com/rds-migrate/terraform-provider-alicloud/internal/clocktest"
	"github.com/rds-migrate/terraform-provider-alicloud/internal/migration"
	"github.com/rds-migrate/terraform-provider-alicloud/internal/rdssim"
)

// TestClient_Chaos plays a random history of tasks with random faults, and reads the tasks during it. Either the read
// fails, or all of this is true:
//
//   - At some instant between the start and the end of the read, the tasks were exactly those of the list.
//   - Each task of the list was, at some such instant, exactly as it was read. (Pages are read one after the other, so
//     the instants of two tasks may differ.)
//   - If the list has one page, the whole list was true at one such instant.
//   - If every migration has succeeded by the list, the same databases had all succeeded at some such instant, provided
//     that a success is final in this history.
//
// A client cannot detect a false response that is consistent over all pages, such as a total without the last page. No
// fault does that, but two edits of one response can: without its tasks and with the total 0, it is an empty list.
func TestClient_Chaos(t *testing.T) {
	t.Parallel()
	// Each of them is a hundred runs. A failure is reduced, and prints its seed.
	for n := range 30 {
		t.Run(strconv.Itoa(n), func(t *testing.T) {
			t.Parallel()
			var handler atomic.Pointer[model]
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				handler.Load().ServeHTTP(w, r)
			}))
			defer server.Close()
			var complete int
			rapid.Check(t, func(t *rapid.T) {
				m := drawModel(t)
				handler.Store(m)
				if m.read(t, server.Listener.Addr().String()) {
					complete++
				}
			})
			if complete == 0 {
				t.Error("no read has returned a list")
			}
		})
	}
}

// model is a simulated API that serves one call at a time, and records every state of its tasks. Its time advances with
// each call, and while the client waits. It is the clock of the client.
type model struct {
	sim            *rdssim.Simulator
	pageSize       int
	faults         []rdssim.Fault
	tick           time.Duration // between two calls
	successIsFinal bool          // whether a success is final

	mu      sync.Mutex
	clock   *clockwork.FakeClock
	moments [][]rdssim.ListedTask
}

func drawModel(t *rapid.T) *model {
	m := &model{
		clock:          clockwork.NewFakeClockAt(clocktest.Start),
		pageSize:       rapid.SampledFrom([]int{1, 2, 3, 100}).Draw(t, "page size"),
		tick:           time.Duration(rapid.SampledFrom([]int{0, 1, 30, 300}).Draw(t, "tick")) * time.Second,
		successIsFinal: rapid.Bool().Draw(t, "final"),
	}
	id := func(t rdssim.Task) string { return t.ID }
	tasks := rapid.SliceOfNDistinct(drawTask(m.successIsFinal), 0, 9, id).Draw(t, "tasks")
	changes := []rdssim.Fault{{Kind: rdssim.KindInsert}, {Kind: rdssim.KindExpire}}
	kinds := rapid.SampledFrom([][]rdssim.Fault{chaosFaults(), changes}).Draw(t, "kinds of faults")
	afterResponse := rapid.Bool().Draw(t, "after the response")
	m.faults = withOneEdit(rapid.SliceOfN(drawFault(kinds, m.successIsFinal, afterResponse), 0, 6).Draw(t, "faults"))
	sim, err := rdssim.New(scenario(tasks...), m.clock)
	if err != nil {
		t.Fatal(err)
	}
	sim.SetTimestampClock(clockwork.NewRealClock())
	m.sim = sim
	faults := append([]rdssim.Fault{{Kind: rdssim.KindMaxPageSize, PageSize: m.pageSize}}, m.faults...)
	if err := sim.Inject(faults...); err != nil {
		t.Fatal(err)
	}
	m.record()
	return m
}

// withOneEdit returns the faults without those that edit a response, but for the first.
func withOneEdit(faults []rdssim.Fault) []rdssim.Fault {
	edits := 0
	return slices.DeleteFunc(faults, func(f rdssim.Fault) bool {
		if f.Kind == rdssim.KindEdit {
			edits++
		}
		return f.Kind == rdssim.KindEdit && edits > 1
	})
}

// record records the tasks at this instant.
func (m *model) record() {
	list, err := m.sim.Tasks(instance)
	if err != nil {
		panic(err)
	}
	if len(m.moments) == 0 || !slices.Equal(m.moments[len(m.moments)-1], list) {
		m.moments = append(m.moments, list)
	}
}

func (m *model) ServeHTTP(rw http.ResponseWriter, r *http.Request) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.sim.ServeHTTP(rw, r)
	m.record()
	m.clock.Advance(m.tick)
	m.record()
}

func (m *model) Now() time.Time { return m.clock.Now() }

func (m *model) After(d time.Duration) <-chan time.Time {
	fired := m.clock.After(d)
	m.mu.Lock()
	defer m.mu.Unlock()
	m.clock.Advance(d)
	m.record()
	return fired
}

// read reads all tasks, and reports whether it returned a list.
func (m *model) read(t *rapid.T, addr string) bool {
	client, transport := newRecordedClient(config(addr, m))
	defer transport.CloseIdleConnections()
	ctx, cancel := context.WithCancelCause(t.Context())
	defer cancel(nil)
	timer := m.clock.AfterFunc(readTimeout, func() { cancel(context.DeadlineExceeded) })
	defer timer.Stop()
	list, err := client.MigrateTasks(ctx, testQuery)
	m.mu.Lock()
	defer m.mu.Unlock()
	if err != nil {
		m.checkError(t, list.Tasks, err)
		return false
	}
	m.checkList(t, list)
	return true
}

func (m *model) checkError(t *rapid.T, tasks []migration.Task, err error) {
	switch kind := kindOf(err); {
	case len(m.faults) == 0 && m.tick == 0:
		t.Fatalf("the read failed without a fault: %v", err)
	case tasks != nil:
		t.Fatalf("the error comes with %d tasks", len(tasks))
	case !slices.Contains([]Kind{TimedOut, UnexpectedResponse, Unstable, InvalidWindow}, kind):
		t.Fatalf("the error is of the kind %q: %v", kind, err)
	}
}

func (m *model) checkList(t *rapid.T, list List) {
	got := toListedTasks(list.Tasks)
	ever := func(isTrue func(list []rdssim.ListedTask) bool) bool {
		return slices.ContainsFunc(
			m.moments,
			func(all []rdssim.ListedTask) bool { return isTrue(inWindow(all, list.Window)) },
		)
	}
	if list.Unlisted == 0 &&
		!ever(func(l []rdssim.ListedTask) bool { return slices.Equal(sortedIDs(l), sortedIDs(got)) }) {
		t.Fatalf("these were the tasks at no time: %v", sortedIDs(got))
	}
	for _, task := range got {
		if !ever(func(list []rdssim.ListedTask) bool { return slices.Contains(list, task) }) {
			t.Fatalf("the task was in this state at no time: %+v", task)
		}
	}
	same := func(list []rdssim.ListedTask) bool { return slices.Equal(sortedByID(list), sortedByID(got)) }
	if list.Unlisted == 0 && len(got) <= m.pageSize && !ever(same) {
		t.Fatalf("the list was true at no time: %+v", got)
	}
	dbs := migration.Evaluate(list.Tasks, nil, migration.Evidence{})
	if list.Unlisted > 0 || !m.successIsFinal || !migration.AllSucceeded(dbs, nil) {
		return
	}
	if !ever(func(list []rdssim.ListedTask) bool { return allSucceededByDefinition(list, dbs) }) {
		t.Fatalf("all migrations had succeeded at no time, but by this list: %+v", got)
	}
}

// inWindow returns the tasks that were created in a window.
func inWindow(list []rdssim.ListedTask, w migration.Window) []rdssim.ListedTask {
	from, to := w.Start.Format(time.RFC3339), w.End.Format(time.RFC3339)
	return slices.DeleteFunc(slices.Clone(list), func(t rdssim.ListedTask) bool {
		return t.CreateTime < from || t.CreateTime > to
	})
}

func sortedByID(list []rdssim.ListedTask) []rdssim.ListedTask {
	return slices.SortedFunc(slices.Values(list), func(a, b rdssim.ListedTask) int { return cmp.Compare(a.ID, b.ID) })
}

func sortedIDs(list []rdssim.ListedTask) []string {
	var all []string
	for _, t := range sortedByID(list) {
		all = append(all, t.ID)
	}
	return all
}

// allSucceededByDefinition reports whether the list has exactly these databases and all of them have succeeded. It
// follows the definition literally.
func allSucceededByDefinition(list []rdssim.ListedTask, dbs map[string]migration.Database) bool {
	listed := make(map[string]bool)
	for _, t := range list {
		newest := !slices.ContainsFunc(list, func(o rdssim.ListedTask) bool {
			byTime, byID := cmp.Compare(o.CreateTime, t.CreateTime), cmp.Compare(o.ID, t.ID)
			return o.Database == t.Database && cmp.Or(byTime, cmp.Compare(len(o.ID), len(t.ID)), byID) > 0
		})
		if newest && t.Status != "Success" {
			return false
		}
		listed[t.Database] = true
	}
	return maps.EqualFunc(listed, dbs, func(bool, migration.Database) bool { return true })
}

// drawTask draws a task from 8 days before the start to 10 minutes after it, sometimes within a second of another.
func drawTask(final bool) *rapid.Generator[rdssim.Task] {
	return rapid.Custom(func(t *rapid.T) rdssim.Task {
		drawDuration := func(from, to int, unit, offset time.Duration) *rapid.Generator[time.Duration] {
			toDuration := func(n int) time.Duration { return time.Duration(n)*unit + offset }
			return rapid.Map(rapid.IntRange(from, to), toDuration)
		}
		created := rapid.OneOf(
			drawDuration(0, 10, time.Minute, 0),
			drawDuration(-3000, 0, time.Millisecond, 0),
			drawDuration(-8*24*60, 0, time.Minute, 0),
			// Just within the retention.
			drawDuration(0, 5, time.Minute, -migration.Retention),
		).Draw(t, "created")
		return rdssim.Task{
			ID:       strconv.Itoa(rapid.IntRange(1, 99).Draw(t, "id")),
			Database: rapid.SampledFrom([]string{"a", "b"}).Draw(t, "database"),
			Created:  rdssim.Duration(created),
			Steps:    drawSteps(final).Draw(t, "steps"),
		}
	})
}

// drawSteps draws the steps of a task. If a success is final, no step follows it.
func drawSteps(final bool) *rapid.Generator[[]rdssim.Step] {
	return rapid.Custom(func(t *rapid.T) []rdssim.Step {
		steps := []rdssim.Step{{Status: "NoStart"}}
		var after time.Duration
		status := rapid.SampledFrom([]string{"Running", "Waiting", "Failed", "Success", "Success"})
		for _, status := range rapid.SliceOfN(status, 0, 3).Draw(t, "statuses") {
			after += time.Duration(rapid.SampledFrom([]int{0, 1, 60, 600}).Draw(t, "after")) * time.Second
			steps = append(steps, rdssim.Step{After: rdssim.Duration(after), Status: status})
			if final && status == "Success" {
				break
			}
		}
		return steps
	})
}

// drawFault draws a fault that a client can detect, for some calls or for all.
func drawFault(kinds []rdssim.Fault, final, after bool) *rapid.Generator[rdssim.Fault] {
	return rapid.Custom(func(t *rapid.T) rdssim.Fault {
		f := rapid.SampledFrom(kinds).Draw(t, "fault")
		f.Page = rapid.IntRange(0, 4).Draw(t, "page")
		f.Skip = rapid.IntRange(0, 4).Draw(t, "skip")
		f.Times = rapid.SampledFrom([]int{1, 1, 2, 3, 0}).Draw(t, "times")
		switch f.Kind {
		case rdssim.KindTruncate, rdssim.KindTruncateSilently:
			f.At = rapid.Float64Range(0, 1).Draw(t, "at")
		case rdssim.KindInsert:
			f.AfterResponse = after
			f.Task = &rdssim.Task{
				Database: rapid.SampledFrom([]string{"a", "b", "c"}).Draw(t, "database"),
				Steps:    drawSteps(final).Draw(t, "steps"),
			}
		case rdssim.KindExpire:
			f.AfterResponse = after
			f.Count = rapid.IntRange(1, 3).Draw(t, "count")
		default:
		}
		return f
	})
}

// chaosFaults are the faults of the matrix after which a read may still return a list.
var chaosFaults = sync.OnceValue(func() []rdssim.Fault {
	var all []rdssim.Fault
	for _, r := range matrix() {
		switch one := r.faults[0]; {
		case r.oneCall != complete, len(r.faults) > 1, strings.Contains(r.name, "MB"):
		case one.Kind == kindRefused, one.Kind == rdssim.KindHang, one.Kind == rdssim.KindFlood:
		default:
			all = append(all, one)
		}
	}
	// A flood that is small enough to be fast, with more tasks than a page has.
	all = append(all, rdssim.Fault{Kind: rdssim.KindFlood, Bytes: 30_000})
	all = append(all, rdssim.Fault{Kind: rdssim.KindInsert}, rdssim.Fault{Kind: rdssim.KindExpire})
	for _, offset := range []int{-2, -1, 1, 2} {
		all = append(all, rdssim.Fault{Kind: rdssim.KindOtherPage, PageOffset: offset})
	}
	return all
})
