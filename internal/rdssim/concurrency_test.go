// SPDX-License-Identifier: MPL-2.0

package rdssim_test

import (
	"net/http"
	"slices"
	"strconv"
	"testing"

	"github.com/jonboulle/clockwork"
	"golang.org/x/sync/errgroup"

	"github.com/rds-migrate/terraform-provider-alicloud/internal/rdssim"
)

// changeSimulator uses every method that a test may use during calls.
func changeSimulator(sim *rdssim.Simulator, i int) error {
	sim.AddAccessKey(rdssim.AccessKey{ID: "key-" + strconv.Itoa(i), Secret: keySecret})
	sim.SetTimestampClock(clockwork.NewFakeClockAt(startTime()))
	sim.Observe(func(rdssim.Call) {})
	if _, err := sim.Tasks(instanceID); err != nil {
		return err
	}
	for _, c := range sim.Calls() {
		c.Params.Set("Seen", "yes")
	}
	if err := sim.AddTask(instanceID, rdssim.Task{Database: "db"}); err != nil {
		return err
	}
	return sim.Inject(
		rdssim.Fault{Kind: rdssim.KindInsert, Times: 1, Task: &rdssim.Task{Database: "db"}},
		rdssim.Fault{Kind: rdssim.KindError, Status: http.StatusTooManyRequests, Code: "Throttling", Times: 1},
	)
}

func TestSimulator_ConcurrentUse(t *testing.T) {
	t.Parallel()
	r := newFixture(t, scenarioWith(newTasks(100)...))
	const callers, callsEach = 8, 10
	var g errgroup.Group
	for i := range callers {
		g.Go(func() error {
			for range callsEach {
				if _, err := r.call(t.Context(), values{"PageNumber": strconv.Itoa(i%4 + 1)}); err != nil {
					return err
				}
			}
			return nil
		})
		g.Go(func() error { return changeSimulator(r.sim, i) })
	}
	if err := g.Wait(); err != nil {
		t.Fatal(err)
	}
	r.sim.ClearFaults()
	if n := len(r.sim.Calls()); n != callers*callsEach {
		t.Errorf("%d calls recorded", n)
	}
	for _, c := range r.sim.Calls() {
		if c.Params.Has("Seen") || c.Status == 0 {
			t.Errorf("recorded as %+v", c)
		}
	}
}

func TestSignature_ConcurrentNonce(t *testing.T) {
	t.Parallel()
	r := newFixture(t, scenarioWith())
	const callers = 16
	var g errgroup.Group
	for range callers {
		g.Go(func() error {
			_, err := r.call(t.Context(), values{"SignatureNonce": "the same"})
			return err
		})
	}
	if err := g.Wait(); err != nil {
		t.Fatal(err)
	}
	var codes []string
	for _, c := range r.sim.Calls() {
		codes = append(codes, c.Code)
	}
	slices.Sort(codes)
	want := append([]string{""}, slices.Repeat([]string{"SignatureNonceUsed"}, callers-1)...)
	if !slices.Equal(codes, want) {
		t.Errorf("got %q", codes)
	}
}

func TestTask_PollsByConcurrentCalls(t *testing.T) {
	t.Parallel()
	const callers, running = 16, 5
	r := newFixture(t, scenarioWith(rdssim.Task{ID: "1", Database: "db", Steps: []rdssim.Step{
		{Status: "Running"}, {AfterPolls: running, Status: "Success"},
	}}))
	responses := make([]httpResponse, callers)
	var g errgroup.Group
	for i := range callers {
		g.Go(func() (err error) {
			responses[i], err = r.call(t.Context(), nil)
			return err
		})
	}
	if err := g.Wait(); err != nil {
		t.Fatal(err)
	}
	count := map[string]int{}
	for _, response := range responses {
		count[decodeTaskList(t, response.body).Items.MigrateTask[0].Status]++
	}
	if count["Running"] != running || count["Success"] != callers-running {
		t.Errorf("got %v", count)
	}
}
