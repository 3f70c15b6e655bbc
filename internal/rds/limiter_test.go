// SPDX-License-Identifier: MPL-2.0

package rds

import (
	"context"
	"errors"
	"fmt"
	"math"
	"net/http"
	"net/http/httptest"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/jonboulle/clockwork"
	"golang.org/x/sync/errgroup"

	"github.com/rds-migrate/terraform-provider-alicloud/internal/clocktest"
	"github.com/rds-migrate/terraform-provider-alicloud/internal/migration"
	"github.com/rds-migrate/terraform-provider-alicloud/internal/rdssim"
)

// directTransport passes calls to a handler without a network, after a delay. In a bubble of synctest, all time is then
// simulated, and exact on any machine.
type directTransport struct {
	http.Handler

	delay time.Duration
}

func (d directTransport) RoundTrip(r *http.Request) (*http.Response, error) {
	select {
	case <-clockwork.NewRealClock().After(d.delay):
	case <-r.Context().Done():
		return nil, context.Cause(r.Context())
	}
	w := httptest.NewRecorder()
	d.ServeHTTP(w, r)
	if r.Context().Err() != nil {
		return nil, context.Cause(r.Context())
	}
	return w.Result(), nil
}

// newDirectClient returns a simulator of many instances, rm-0, rm-1 and so on, and a client of it. Both have the time
// of the bubble.
func newDirectClient(
	t *testing.T, delay time.Duration, instances int, faults ...rdssim.Fault,
) (*rdssim.Simulator, *Client) {
	t.Helper()
	s := scenario()
	s.Instances, s.Faults = nil, faults
	for i := range instances {
		in := rdssim.Instance{ID: fmt.Sprintf("rm-%d", i), Region: region, Tasks: finishedTasks(1)}
		s.Instances = append(s.Instances, in)
	}
	clock := clockwork.NewRealClock()
	sim, err := rdssim.New(s, clock)
	if err != nil {
		t.Fatal(err)
	}
	client := New(config("rds.test", clock))
	client.sender.Transport = directTransport{sim, delay}
	return sim, client
}

// queryFor returns the query for an instance of newDirectClient.
func queryFor(number int) migration.Query {
	return migration.Query{InstanceID: fmt.Sprintf("rm-%d", number)}
}

// readConcurrently reads the tasks of this many instances concurrently, and returns how long it took.
func readConcurrently(t *testing.T, client *Client, instances int) time.Duration {
	t.Helper()
	clock := client.config.Clock
	began := clock.Now()
	var g errgroup.Group
	for i := range instances {
		g.Go(func() error {
			ctx, cancel := context.WithTimeout(t.Context(), readTimeout)
			defer cancel()
			list, err := client.MigrateTasks(ctx, queryFor(i))
			if err == nil && len(list.Tasks) != 1 {
				err = fmt.Errorf("rm-%d has %d tasks, not 1", i, len(list.Tasks))
			}
			return err
		})
	}
	if err := g.Wait(); err != nil {
		t.Fatal(err)
	}
	return clock.Now().Sub(began)
}

// TestLimiter_ManyReads reads 200 instances at once from an API that accepts 20 calls a second. The ideal is 20 at once
// and the others in 9 seconds. The delays of the retries are random, so the median of five runs counts.
func TestLimiter_ManyReads(t *testing.T) {
	t.Parallel()
	for _, delay := range []time.Duration{0, 20 * time.Millisecond, 300 * time.Millisecond} {
		t.Run(fmt.Sprint(delay, " a call"), func(t *testing.T) {
			t.Parallel()
			const instances, ideal, runs = 200, 9 * time.Second, 5
			var took []time.Duration
			var throttled []int
			for range runs {
				synctest.Test(t, func(t *testing.T) {
					limit := rdssim.Fault{Kind: rdssim.KindRate, PerSecond: 20}
					sim, client := newDirectClient(t, delay, instances, limit)
					took = append(took, readConcurrently(t, client, instances))
					throttled = append(throttled, len(sim.Calls())-instances)
				})
			}
			slices.Sort(took)
			slices.Sort(throttled)
			t.Logf("took %v, %v calls were throttled", took, throttled)
			if took[runs/2] > ideal*5/4 {
				t.Errorf("took %v, more than a quarter above %v", took[runs/2], ideal)
			}
			// All but 20 of the first calls have to be, because the limit is not known yet.
			if throttled[runs/2] > 180+60 {
				t.Errorf("%d calls were throttled", throttled[runs/2])
			}
		})
	}
}

func TestLimiter_NoThrottling(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		const delay = 20 * time.Millisecond
		sim, client := newDirectClient(t, delay, 1000)
		if took := readConcurrently(t, client, 1000); took != delay {
			t.Errorf("1000 concurrent reads took %v, a call takes %v", took, delay)
		}
		if calls := len(sim.Calls()); calls != 1000 {
			t.Errorf("1000 reads made %d calls", calls)
		}
	})
}

// TestLimiter_Rate checks the rate after a series of calls.
func TestLimiter_Rate(t *testing.T) {
	t.Parallel()
	throttled := &Error{Kind: Throttled}
	for name, test := range map[string]struct {
		calls []callResult
		want  float64
	}{
		"at first there is no limit":     {nil, 0},
		"successes change nothing then":  {[]callResult{{0, 0, nil}}, 0},
		"throttling limits it":           {[]callResult{{0, 0, throttled}}, firstRate},
		"other failures do not limit it": {[]callResult{{0, 0, &Error{Kind: Unavailable}}}, 0},
		"calls of the same second change no more": {
			[]callResult{{0, 0, throttled}, {0, 0, throttled}, {999 * time.Millisecond, time.Minute, throttled}},
			firstRate,
		},
		"throttling a second later lowers it": {
			[]callResult{{0, 0, throttled}, {time.Second, time.Second, throttled}}, firstRate * decreaseFactor,
		},
		"a success raises it by its share": {
			[]callResult{{0, 0, throttled}, {0, 0, nil}}, firstRate + increasePerSecond/firstRate,
		},
		"a failure of another kind leaves it": {
			[]callResult{{0, 0, throttled}, {0, 0, &Error{Kind: NotFound}}}, firstRate,
		},
		"it never falls below the minimum": {throttledFor(100, throttled), minRate},
		"a success raises it above the minimum at once": {
			append(throttledFor(100, throttled), callResult{0, 0, nil}), minRate + increasePerSecond,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			clock := clockwork.NewFakeClockAt(clocktest.Start)
			p := newAdaptiveLimiter(clock)
			for _, c := range test.calls {
				if d := clocktest.Start.Add(c.ended).Sub(clock.Now()); d > 0 {
					clock.Advance(d)
				}
				p.observe(clocktest.Start.Add(c.began), c.err)
			}
			if p.rate != test.want {
				t.Errorf("the rate is %v, want %v", p.rate, test.want)
			}
		})
	}
}

// TestLimiter_UnlimitedRate raises the rate exactly to that at which the limit is lifted.
func TestLimiter_UnlimitedRate(t *testing.T) {
	t.Parallel()
	p := newAdaptiveLimiter(clockwork.NewFakeClockAt(clocktest.Start))
	p.rate = unlimitedRate/2 + math.Sqrt(unlimitedRate*unlimitedRate/4-increasePerSecond)
	if rate := p.rate + increasePerSecond/p.rate; rate != unlimitedRate {
		t.Fatalf("the rate would be %v, want %v", rate, unlimitedRate)
	}
	p.observe(clocktest.Start, nil)
	if !p.unlimited() {
		t.Errorf("the rate is limited to %v", p.rate)
	}
}

// callResult is the result of a call.
type callResult struct {
	began, ended time.Duration // since the start
	err          error
}

// throttledFor returns a call a second, all of them throttled.
func throttledFor(seconds int, throttled error) []callResult {
	calls := make([]callResult, 0, seconds)
	for i := range seconds {
		at := time.Duration(i) * time.Second
		calls = append(calls, callResult{at, at, throttled})
	}
	return calls
}

// TestLimiter_Recovery checks that the rate rises by one call a second each second, until it is unlimited again.
func TestLimiter_Recovery(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		clock := clockwork.NewRealClock()
		p := newAdaptiveLimiter(clock)
		began := clock.Now()
		p.observe(began, &Error{Kind: Throttled})
		calls := 0
		for !p.unlimited() && clock.Now().Sub(began) < time.Hour {
			calls++
			checkEnds(calls)
			if err := p.wait(t.Context()); err != nil {
				t.Fatal(err)
			}
			p.observe(clock.Now(), nil)
		}
		took := clock.Now().Sub(began).Round(time.Second)
		if want := time.Duration((unlimitedRate - firstRate) / increasePerSecond * float64(time.Second)); took != want {
			t.Errorf("the rate was unlimited again after %v, want %v", took, want)
		}
	})
}

// TestLimiter_PermanentThrottling checks that the calls do not increase while an API throttles permanently.
func TestLimiter_PermanentThrottling(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		fault := rdssim.Fault{Kind: rdssim.KindError, Status: 400, Code: "Throttling.User"}
		sim, client := newDirectClient(t, 0, 1, fault)
		ctx, cancel := context.WithTimeout(t.Context(), readTimeout)
		defer cancel()
		_, err := client.MigrateTasks(ctx, queryFor(0))
		if kindOf(err) != TimedOut || !errors.Is(err, Throttled) {
			t.Errorf("the error is %v, want a timeout by throttling", err)
		}
		if calls := len(sim.Calls()); calls > 80 {
			t.Errorf("in %v there were %d calls", readTimeout, calls)
		}
	})
}

// TestLimiter_ContextEnds checks that a waiting call ends at once with its context, and leaves its place to the next.
func TestLimiter_ContextEnds(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		clock := clockwork.NewRealClock()
		p := newAdaptiveLimiter(clock)
		p.rate = minRate
		began := clock.Now()
		waited := func(ctx context.Context) time.Duration {
			if err := p.wait(ctx); err != nil && !errors.Is(err, ctx.Err()) {
				t.Errorf("waiting failed with %v", err)
			}
			return clock.Now().Sub(began)
		}
		if d := waited(t.Context()); d != 0 {
			t.Errorf("the first call waited %v", d)
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		var g errgroup.Group
		for range 3 {
			g.Go(func() error {
				if d := waited(ctx); d != time.Second {
					t.Errorf("a call whose context ended after a second waited %v", d)
				}
				return nil
			})
		}
		if err := g.Wait(); err != nil {
			t.Fatal(err)
		}
		if d, most := waited(t.Context()), 3*time.Duration(float64(time.Second)/minRate); d > most {
			t.Errorf("the next call had to wait %v", d)
		}
	})
}
