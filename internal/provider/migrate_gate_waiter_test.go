// SPDX-License-Identifier: MPL-2.0

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

	"github.com/rds-migrate/terraform-provider-alicloud/internal/clocktest"
	"github.com/rds-migrate/terraform-provider-alicloud/internal/migration"
	"github.com/rds-migrate/terraform-provider-alicloud/internal/rds"
)

// recordingClock is a test clock that records the timeout of the latest poll.
type recordingClock struct {
	clocktest.Clock

	pollTimeout time.Duration
}

func newRecordingClock() *recordingClock {
	return &recordingClock{Clock: clocktest.New(clocktest.Start)}
}

// AfterFunc records d, because only polls use it.
func (c *recordingClock) AfterFunc(d time.Duration, f func()) clockwork.Timer {
	c.pollTimeout = d
	return c.FakeClock.AfterFunc(d, f)
}

// scriptedPolls returns the result of one poll after the other, and the last one
// for all further polls.
type scriptedPolls struct {
	polls []scriptedPoll
	count int
}

type scriptedPoll func(ctx context.Context) ([]migration.Task, error)

func (s *scriptedPolls) MigrateTasks(ctx context.Context, _ migration.Query) ([]migration.Task, error) {
	s.count++
	return s.polls[min(s.count, len(s.polls))-1](ctx)
}

// runGateWaiter runs the waiter of a gate for orders. It returns whether the gate
// opened, and after which time.
func runGateWaiter(
	t *testing.T, clock *recordingClock, lister taskLister, pollInterval, createTimeout string,
) (bool, time.Duration) {
	t.Helper()
	start := clock.Now()
	var diags diag.Diagnostics
	w := newGateWaiter(t.Context(), apiClient{taskLister: lister}, clock, &migrateGateModel{
		DBInstanceID: types.StringValue(TestInstanceID),
		DBNames:      types.SetValueMust(types.StringType, []attr.Value{types.StringValue("orders")}),
		PollInterval: types.StringValue(pollInterval),
		Timeouts: timeouts.Value{Object: types.ObjectValueMust(
			map[string]attr.Type{"create": types.StringType},
			map[string]attr.Value{"create": types.StringValue(createTimeout)},
		)},
	}, &diags)
	databases := w.run(t.Context(), &diags)
	if open := databases != nil; open == diags.HasError() {
		t.Fatalf("the gate is open: %v, with %v", open, diags)
	}
	return databases != nil, clock.Since(start)
}

// TestGateWaiter_Timeout has an API that never responds, so that each poll takes
// its whole timeout.
func TestGateWaiter_Timeout(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		pollInterval, createTimeout string
		want                        time.Duration
	}{
		"a short interval":                  {"15s", "10m", 10*time.Minute + finalPollTimeout},
		"an interval as long as the wait":   {"10m", "10m", 10*time.Minute + finalPollTimeout},
		"an interval longer than the wait":  {"1h", "10m", 10*time.Minute + finalPollTimeout},
		"a wait shorter than the last poll": {"1s", "2s", 2 * finalPollTimeout},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			clock := newRecordingClock()
			hang := func(ctx context.Context) ([]migration.Task, error) {
				clock.Advance(clock.pollTimeout)
				<-ctx.Done()
				return nil, &rds.Error{Kind: rds.TimedOut}
			}
			lister := &scriptedPolls{polls: []scriptedPoll{hang}}
			open, took := runGateWaiter(t, clock, lister, test.pollInterval, test.createTimeout)
			if open || took != test.want {
				t.Errorf("the gate is open: %v, after %s; want a closed one after %s", open, took, test.want)
			}
		})
	}
}

func TestGateWaiter_Unreachable(t *testing.T) {
	t.Parallel()
	listed := func(status migration.Status) scriptedPoll {
		return func(context.Context) ([]migration.Task, error) {
			return []migration.Task{{
				ID: "1", Database: "orders", Status: status,
				CreateTime: migration.ParseTimestamp("2026-11-20T11:00:00Z"),
			}}, nil
		}
	}
	fail := func(kind rds.Kind) scriptedPoll {
		return func(context.Context) ([]migration.Task, error) { return nil, &rds.Error{Kind: kind} }
	}
	running, success := listed(migration.Running), listed(migration.Success)
	unreachable, notFound := fail(rds.Unreachable), fail(rds.NotFound)
	for name, test := range map[string]struct {
		polls []scriptedPoll
		open  bool
		count int
	}{
		"it is an error at first":                      {[]scriptedPoll{unreachable, success}, false, 1},
		"it is waited out after a poll that succeeded": {[]scriptedPoll{running, unreachable, success}, true, 3},
		"an instance that is gone is still an error":   {[]scriptedPoll{running, notFound, success}, false, 2},
		"nothing that was seen before opens the gate":  {[]scriptedPoll{running, unreachable}, false, 41},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			lister := &scriptedPolls{polls: test.polls}
			open, _ := runGateWaiter(t, newRecordingClock(), lister, "15s", "10m")
			if open != test.open || lister.count != test.count {
				t.Errorf("the gate is open: %v, after %d polls; want %v after %d",
					open, lister.count, test.open, test.count)
			}
		})
	}
}
