package provider

import (
	"context"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/resource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/jonboulle/clockwork"

	"github.com/rds-migrate/terraform-provider-alicloud/internal/migration"
	"github.com/rds-migrate/terraform-provider-alicloud/internal/rds"
)

// SteppingClock lets nobody wait: it steps forward instead.
type SteppingClock struct{ *clockwork.FakeClock }

// After steps forward by d.
func (c SteppingClock) After(d time.Duration) <-chan time.Time {
	fired := c.FakeClock.After(d)
	c.Advance(d)
	return fired
}

// recordingClock is a stepping clock that knows how long a look may take.
type recordingClock struct {
	SteppingClock

	pollTimeout time.Duration // of the look that has begun last
}

func (c *recordingClock) AfterFunc(d time.Duration, f func()) clockwork.Timer {
	c.pollTimeout = d
	return c.FakeClock.AfterFunc(d, f)
}

func newRecordingClock() *recordingClock {
	return &recordingClock{SteppingClock: SteppingClock{clockwork.NewFakeClockAt(noon)}}
}

// scriptedPolls answers one look after the other, and the last one again and again.
type scriptedPolls struct {
	polls []scriptedPoll
	count int
}

type scriptedPoll func(ctx context.Context) ([]migration.Task, error)

func (l *scriptedPolls) MigrateTasks(ctx context.Context, _ migration.Query) ([]migration.Task, error) {
	l.count++
	return l.polls[min(l.count, len(l.polls))-1](ctx)
}

// runGateWaiter runs a gate, and returns whether it opened and how long it
// took.
func runGateWaiter(t *testing.T, clock *recordingClock, list taskLister, poll, create string) (bool, time.Duration) {
	t.Helper()
	began := clock.Now()
	var diags diag.Diagnostics
	w := newGateWaiter(t.Context(), apiClient{taskLister: list}, clock, &migrateGateModel{
		DBInstanceID: types.StringValue("rm-orders"),
		DBNames:      types.SetValueMust(types.StringType, []attr.Value{types.StringValue("orders")}),
		PollInterval: types.StringValue(poll),
		Timeouts: timeouts.Value{Object: types.ObjectValueMust(map[string]attr.Type{"create": types.StringType},
			map[string]attr.Value{"create": types.StringValue(create)})},
	}, &diags)
	dbs := w.run(t.Context(), &diags)
	if open := dbs != nil; open == diags.HasError() {
		t.Fatalf("the gate is open: %v, with %v", open, diags)
	}
	return dbs != nil, clock.Since(began)
}

// TestGateWaiter_Timeout has a service that never answers, so that each
// look takes all the time that it is given.
func TestGateWaiter_Timeout(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		poll, create string
		want         time.Duration
	}{
		"a short interval":                  {"15s", "10m", 10*time.Minute + finalPollTimeout},
		"an interval as long as the wait":   {"10m", "10m", 10*time.Minute + finalPollTimeout},
		"an interval longer than the wait":  {"1h", "10m", 10*time.Minute + finalPollTimeout},
		"a wait shorter than the last look": {"1s", "2s", 2 * finalPollTimeout},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			clock := newRecordingClock()
			hang := func(ctx context.Context) ([]migration.Task, error) {
				clock.Advance(clock.pollTimeout)
				<-ctx.Done()
				return nil, &rds.Error{Kind: rds.TimedOut}
			}
			open, took := runGateWaiter(t, clock, &scriptedPolls{polls: []scriptedPoll{hang}}, test.poll, test.create)
			if open || took != test.want {
				t.Errorf("it is open: %v, after %s; want a shut one after %s", open, took, test.want)
			}
		})
	}
}

func TestGateWaiter_Unreachable(t *testing.T) {
	t.Parallel()
	answer := func(status migration.Status) scriptedPoll {
		return func(context.Context) ([]migration.Task, error) {
			return []migration.Task{{ID: "1", Database: "orders", Status: status, CreateTime: migration.ParseTimestamp("2026-11-20T11:00:00Z")}}, nil
		}
	}
	fails := func(kind rds.Kind) scriptedPoll {
		return func(context.Context) ([]migration.Task, error) { return nil, &rds.Error{Kind: kind} }
	}
	for name, test := range map[string]struct {
		answers []scriptedPoll
		open    bool
		looks   int
	}{
		"it is an error at first":                     {[]scriptedPoll{fails(rds.Unreachable), answer(migration.Success)}, false, 1},
		"it is waited out once the gate has looked":   {[]scriptedPoll{answer(migration.Running), fails(rds.Unreachable), answer(migration.Success)}, true, 3},
		"an instance that is gone is an error still":  {[]scriptedPoll{answer(migration.Running), fails(rds.NotFound), answer(migration.Success)}, false, 2},
		"nothing that was seen before opens the gate": {[]scriptedPoll{answer(migration.Running), fails(rds.Unreachable)}, false, 41},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			service := &scriptedPolls{polls: test.answers}
			clock := newRecordingClock()
			open, _ := runGateWaiter(t, clock, service, "15s", "10m")
			if open != test.open || service.count != test.looks {
				t.Errorf("it is open: %v, after %d looks; want %v after %d", open, service.count, test.open, test.looks)
			}
		})
	}
}
