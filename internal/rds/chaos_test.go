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

	"github.com/rds-migrate/terraform-provider-alicloud/internal/migration"
	"github.com/rds-migrate/terraform-provider-alicloud/internal/rdssim"
)

// TestClient_Chaos plays a random history of tasks and random faults, and reads in
// the middle of it. Either the read fails, or all of this is true of its list:
//
//   - There was a moment between the read's beginning and its end at which the
//     service knew exactly these tasks.
//   - Each task was at some such moment just as it was read. (Pages are read
//     one after the other, so the moments of two tasks may differ.)
//   - A list of one page was as a whole true at one such moment.
//   - Where it says that every migration has succeeded, there was a moment at
//     which the same was true of the same databases, provided that a success is
//     final in this history.
//
// Nobody can find out a lie that is told the same way on every page, such as a
// total without the last page. Those are not among the faults.
func TestClient_Chaos(t *testing.T) {
	t.Parallel()
	// Each is a hundred runs. A failure prints its seed, and shrinks.
	for n := range 30 {
		t.Run(strconv.Itoa(n), func(t *testing.T) {
			t.Parallel()
			var handler atomic.Pointer[model]
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { handler.Load().ServeHTTP(w, r) }))
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
				t.Error("not one read has returned a list")
			}
		})
	}
}

// model is a simulated service that takes one call at a time, so that there is
// a record of all that was ever true in it. Time goes on with each call and
// while the client waits.
type model struct {
	sim            *rdssim.Simulator
	pageSize       int
	faults         []rdssim.Fault
	tick           time.Duration // from one call to the next
	successIsFinal bool          // whether a success is final

	mu      sync.Mutex
	clock   *clockwork.FakeClock
	moments [][]rdssim.ListedTask
}

func drawModel(t *rapid.T) *model {
	m := &model{
		clock:          clockwork.NewFakeClockAt(start),
		pageSize:       rapid.SampledFrom([]int{1, 2, 3, 100}).Draw(t, "page size"),
		tick:           time.Duration(rapid.SampledFrom([]int{0, 1, 30, 300}).Draw(t, "tick")) * time.Second,
		successIsFinal: rapid.Bool().Draw(t, "final"),
	}
	tasks := rapid.SliceOfNDistinct(drawTask(m.successIsFinal), 0, 9, func(t rdssim.Task) string { return t.ID }).Draw(t, "tasks")
	kinds := rapid.SampledFrom([][]rdssim.Fault{chaosFaults(), {{Kind: rdssim.KindInsert}, {Kind: rdssim.KindExpire}}}).Draw(t, "kinds of faults")
	m.faults = rapid.SliceOfN(drawFault(kinds, m.successIsFinal, rapid.Bool().Draw(t, "after the answer")), 0, 6).Draw(t, "faults")
	sim, err := rdssim.New(scenario(tasks...), m.clock)
	if err != nil {
		t.Fatal(err)
	}
	sim.SetTimestampClock(clockwork.NewRealClock())
	m.sim = sim
	if err := sim.Inject(append([]rdssim.Fault{{Kind: rdssim.KindMaxPageSize, PageSize: m.pageSize}}, m.faults...)...); err != nil {
		t.Fatal(err)
	}
	m.record()
	return m
}

// record remembers what is true now.
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

// Now and After make the world a clock of a client.
func (m *model) Now() time.Time { return m.clock.Now() }

func (m *model) After(d time.Duration) <-chan time.Time {
	fired := m.clock.After(d)
	m.mu.Lock()
	defer m.mu.Unlock()
	m.clock.Advance(d)
	m.record()
	return fired
}

// read reads all tasks, and reports whether a list came.
func (m *model) read(t *rapid.T, addr string) bool {
	client, transport := newRecordedClient(config(addr, m))
	defer transport.CloseIdleConnections()
	ctx, cancel := context.WithCancelCause(t.Context())
	defer cancel(nil)
	timer := m.clock.AfterFunc(readTimeout, func() { cancel(context.DeadlineExceeded) })
	defer timer.Stop()
	tasks, err := client.MigrateTasks(ctx, migration.Query{InstanceID: instance, Window: window})
	m.mu.Lock()
	defer m.mu.Unlock()
	if err != nil {
		m.checkError(t, tasks, err)
		return false
	}
	m.checkList(t, tasks)
	return true
}

func (m *model) checkError(t *rapid.T, tasks []migration.Task, err error) {
	switch kind := kindOf(err); {
	case len(m.faults) == 0 && m.tick == 0:
		t.Fatalf("nothing was wrong, and the read failed: %v", err)
	case tasks != nil:
		t.Fatalf("with the error there are %d tasks", len(tasks))
	case !slices.Contains([]Kind{TimedOut, UnexpectedResponse, Unstable}, kind):
		t.Fatalf("the error is of the kind %q: %v", kind, err)
	}
}

func (m *model) checkList(t *rapid.T, tasks []migration.Task) {
	got := toListedTasks(tasks)
	if !slices.ContainsFunc(m.moments, func(list []rdssim.ListedTask) bool { return slices.Equal(sortedIDs(list), sortedIDs(got)) }) {
		t.Fatalf("at no time were these the tasks: %v", sortedIDs(got))
	}
	for _, task := range got {
		if !slices.ContainsFunc(m.moments, func(list []rdssim.ListedTask) bool { return slices.Contains(list, task) }) {
			t.Fatalf("at no time was this true: %+v", task)
		}
	}
	if len(got) <= m.pageSize && !slices.ContainsFunc(m.moments, func(list []rdssim.ListedTask) bool { return slices.Equal(sortedByID(list), sortedByID(got)) }) {
		t.Fatalf("at no time was this list true: %+v", got)
	}
	dbs := migration.Databases(tasks)
	if !m.successIsFinal || !migration.AllSucceeded(dbs, nil) {
		return
	}
	if !slices.ContainsFunc(m.moments, func(list []rdssim.ListedTask) bool { return allSucceededByDefinition(list, dbs) }) {
		t.Fatalf("at no time had all migrations succeeded, but by this list: %+v", got)
	}
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

// allSucceededByDefinition is the verdict over just these databases, written straight from
// its definition.
func allSucceededByDefinition(list []rdssim.ListedTask, dbs map[string]migration.Database) bool {
	there := make(map[string]bool)
	for _, t := range list {
		newest := !slices.ContainsFunc(list, func(o rdssim.ListedTask) bool {
			return o.Database == t.Database && cmp.Or(cmp.Compare(o.CreateTime, t.CreateTime), cmp.Compare(len(o.ID), len(t.ID)), cmp.Compare(o.ID, t.ID)) > 0
		})
		if newest && t.Status != "Success" {
			return false
		}
		there[t.Database] = true
	}
	return maps.EqualFunc(there, dbs, func(bool, migration.Database) bool { return true })
}

// drawTask is a task from eight days before the start to ten minutes after it,
// now and then within a second of another.
func drawTask(final bool) *rapid.Generator[rdssim.Task] {
	return rapid.Custom(func(t *rapid.T) rdssim.Task {
		created := rapid.OneOf(
			rapid.Map(rapid.IntRange(0, 10), func(n int) time.Duration { return time.Duration(n) * time.Minute }),
			rapid.Map(rapid.IntRange(-3000, 0), func(n int) time.Duration { return time.Duration(n) * time.Millisecond }),
			rapid.Map(rapid.IntRange(-8*24*60, 0), func(n int) time.Duration { return time.Duration(n) * time.Minute }),
			// Just within the week that the service remembers.
			rapid.Map(rapid.IntRange(0, 5), func(n int) time.Duration { return -migration.Retention + time.Duration(n)*time.Minute }),
		).Draw(t, "created")
		return rdssim.Task{
			ID:       strconv.Itoa(rapid.IntRange(1, 99).Draw(t, "id")),
			Database: rapid.SampledFrom([]string{"a", "b"}).Draw(t, "database"),
			Created:  rdssim.Duration(created),
			Steps:    drawSteps(final).Draw(t, "steps"),
		}
	})
}

// drawSteps are the steps of a task. Where a success is final, nothing follows
// it.
func drawSteps(final bool) *rapid.Generator[[]rdssim.Step] {
	return rapid.Custom(func(t *rapid.T) []rdssim.Step {
		steps := []rdssim.Step{{Status: "NoStart"}}
		var after time.Duration
		for _, status := range rapid.SliceOfN(rapid.SampledFrom([]string{"Running", "Waiting", "Failed", "Success", "Success"}), 0, 3).Draw(t, "statuses") {
			after += time.Duration(rapid.SampledFrom([]int{0, 1, 60, 600}).Draw(t, "after")) * time.Second
			steps = append(steps, rdssim.Step{After: rdssim.Duration(after), Status: status})
			if final && status == "Success" {
				break
			}
		}
		return steps
	})
}

// drawFault is a fault that can be told from the truth, on a few calls or for
// ever.
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

// chaosFaults are the faults of the matrix after which a read may still come
// to a list.
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
	// A flood that is small enough to be fast, and has more tasks than a page.
	all = append(all, rdssim.Fault{Kind: rdssim.KindFlood, Bytes: 30_000})
	all = append(all, rdssim.Fault{Kind: rdssim.KindInsert}, rdssim.Fault{Kind: rdssim.KindExpire})
	for _, offset := range []int{-2, -1, 1, 2} {
		all = append(all, rdssim.Fault{Kind: rdssim.KindOtherPage, PageOffset: offset})
	}
	return all
})
