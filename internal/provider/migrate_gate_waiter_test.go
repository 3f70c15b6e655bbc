// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"bytes"
	"context"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-log/tflogtest"
	"github.com/jonboulle/clockwork"

	"github.com/rds-migrate/terraform-provider-alicloud/internal/clocktest"
	"github.com/rds-migrate/terraform-provider-alicloud/internal/credentials"
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
	polls   []scriptedPoll
	queries []migration.Query // of the polls so far
}

type scriptedPoll func(ctx context.Context) (rds.List, error)

// maxPolls is more than any test needs. A wait that does not end reaches it.
const maxPolls = 10_000

func (s *scriptedPolls) MigrateTasks(ctx context.Context, q migration.Query) (rds.List, error) {
	s.queries = append(s.queries, q)
	if len(s.queries) > maxPolls {
		panic("the wait does not end")
	}
	return s.polls[min(len(s.queries), len(s.polls))-1](ctx)
}

// listing returns a poll that returns a list of these tasks.
func listing(tasks ...migration.Task) scriptedPoll {
	return func(context.Context) (rds.List, error) { return newList(tasks...), nil }
}

// failing returns a poll that fails.
func failing(err error) scriptedPoll {
	return func(context.Context) (rds.List, error) { return rds.List{}, err }
}

// failingAs returns a poll that fails with a kind.
func failingAs(kind rds.Kind) scriptedPoll { return failing(&rds.Error{Kind: kind}) }

// gateSettings are the arguments of a gate for orders.
type gateSettings struct {
	startTime     string // empty: omitted
	pollInterval  string // empty: 15s
	createTimeout string // empty: 2h
}

func (s gateSettings) model() *migrateGateModel {
	optional := func(value string) types.String {
		if value == "" {
			return types.StringNull()
		}
		return types.StringValue(value)
	}
	return &migrateGateModel{
		waitArguments: waitArguments{
			DBInstanceID: types.StringValue(TestInstanceID),
			DBNames:      types.SetValueMust(types.StringType, []attr.Value{types.StringValue("orders")}),
			StartTime:    optional(s.startTime),
			PollInterval: optional(s.pollInterval),
		},
		Timeouts: types.ObjectValueMust(
			map[string]attr.Type{"create": types.StringType},
			map[string]attr.Value{"create": optional(s.createTimeout)},
		),
	}
}

// waitResult is how a wait ended. Its zero error means that the gate opened.
type waitResult struct {
	polls int
	took  time.Duration
	error string // summary and detail
}

// runGateWaiter runs the waiter of a gate against scripted polls.
func runGateWaiter(t *testing.T, clock clockwork.Clock, settings gateSettings, polls ...scriptedPoll) waitResult {
	t.Helper()
	return runGateWaiterUntil(t.Context(), t, clock, settings, &scriptedPolls{polls: polls})
}

func runGateWaiterUntil(
	ctx context.Context, t *testing.T, clock clockwork.Clock, settings gateSettings, lister *scriptedPolls,
) waitResult {
	t.Helper()
	start := clock.Now()
	var diags diag.Diagnostics
	w := newGateWaiter(ctx, apiClient{taskLister: lister}, clock, settings.model().waitConfig(), &diags)
	_, open := w.run(ctx, &diags)
	if open == diags.HasError() {
		t.Fatalf("the gate is open: %v, with %v", open, diags)
	}
	result := waitResult{polls: len(lister.queries), took: clock.Since(start)}
	for _, d := range diags {
		result.error += d.Summary() + "\n" + d.Detail() + "\n"
	}
	return result
}

// check reports an error unless a wait ended after this many polls and this time, with
// this part of an error; an empty one means that the gate opened.
func (r waitResult) check(t *testing.T, polls int, took time.Duration, wantError string) {
	t.Helper()
	if r.polls != polls || r.took != took {
		t.Errorf("it took %d polls and %s, want %d and %s; error: %q", r.polls, r.took, polls, took, r.error)
	}
	if !strings.Contains(r.error, wantError) || wantError == "" && r.error != "" {
		t.Errorf("the error is %q, want %q", r.error, wantError)
	}
}

// successTask returns a task of orders that has succeeded.
func successTask() migration.Task { return gateTask("9", "orders", migration.Success) }

func runningTask() migration.Task { return gateTask("9", "orders", migration.Running) }

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
			hang := func(ctx context.Context) (rds.List, error) {
				clock.Advance(clock.pollTimeout)
				<-ctx.Done()
				return rds.List{}, &rds.Error{Kind: rds.TimedOut}
			}
			settings := gateSettings{pollInterval: test.pollInterval, createTimeout: test.createTimeout}
			result := runGateWaiter(t, clock, settings, hang)
			if result.took != test.want || !strings.Contains(result.error, "Timeout Waiting for Migration") {
				t.Errorf("it took %s with the error %q, want %s", result.took, result.error, test.want)
			}
		})
	}
}

// limitCase is a failure that ends a wait after a number of polls in a row, and the
// time that these polls take.
type limitCase struct {
	before  []scriptedPoll // the polls before the failure
	failure error
	// settings has the poll interval, so that either the polls or the duration decide.
	settings gateSettings
	polls    int
	took     time.Duration
	want     string // a part of the error
}

// run fails in all polls, and then in one poll less.
func (c limitCase) run(t *testing.T) {
	t.Helper()
	failures := slices.Concat(c.before, slices.Repeat([]scriptedPoll{failing(c.failure)}, c.polls))
	interval := parseDuration(c.settings.model().PollInterval, defaultPollInterval)
	before := time.Duration(len(c.before)) * interval
	result := runGateWaiter(t, newRecordingClock(), c.settings, append(failures, listing(successTask()))...)
	result.check(t, len(failures), before+c.took, c.want)

	failures = failures[:len(failures)-1]
	result = runGateWaiter(t, newRecordingClock(), c.settings, append(failures, listing(successTask()))...)
	result.check(t, len(failures)+1, time.Duration(len(failures))*interval, "")
}

// TestGateWaiter_Limits has failures that end the wait at their limit, and not a poll
// earlier.
func TestGateWaiter_Limits(t *testing.T) {
	t.Parallel()
	listed := []scriptedPoll{listing(runningTask())}
	kind := func(kind rds.Kind) error { return &rds.Error{Kind: kind} }
	refused := &credentials.Error{Summary: "Refused credentials"}
	for name, test := range map[string]limitCase{
		"no instance, at the first poll": {
			failure: kind(rds.NotFound), polls: 1, want: "RDS Instance Not Found",
		},
		"no instance, after a list": {
			before: listed, failure: kind(rds.NotFound), polls: 5, took: time.Minute,
			want: "RDS Instance Not Found",
		},
		"no instance, after a list, in long intervals": {
			before: listed, failure: kind(rds.NotFound), settings: gateSettings{pollInterval: "5m"},
			polls: 3, took: 10 * time.Minute, want: "Failed polls: 3 in a row, for 10m0s",
		},
		"no instance, after a list, in short intervals": {
			before: listed, failure: kind(rds.NotFound), settings: gateSettings{pollInterval: "1s"},
			polls: 61, took: time.Minute, want: "RDS Instance Not Found",
		},
		"no permission": {
			failure: kind(rds.Denied), polls: 5, took: time.Minute, want: "Failed polls: 5 in a row, for 1m0s",
		},
		"no permission, in short intervals": {
			failure: kind(rds.Denied), settings: gateSettings{pollInterval: "1s"},
			polls: 61, took: time.Minute, want: "Missing Permission",
		},
		"no permission, in long intervals": {
			failure: kind(rds.Denied), settings: gateSettings{pollInterval: "40s"},
			polls: 3, took: 80 * time.Second, want: "Missing Permission",
		},
		"no permission, after a list": {
			before: listed, failure: kind(rds.Denied), polls: 5, took: time.Minute, want: "Missing Permission",
		},
		"responses that are not a list": {
			failure: kind(rds.UnexpectedResponse), polls: 9, took: 2 * time.Minute,
			want: "Unexpected API Response",
		},
		"responses that are not a list, in long intervals": {
			failure: kind(rds.UnexpectedResponse), settings: gateSettings{pollInterval: "1m"},
			polls: 5, took: 4 * time.Minute, want: "Unexpected API Response",
		},
		"responses that are not a list, in short intervals": {
			failure: kind(rds.UnexpectedResponse), settings: gateSettings{pollInterval: "1s"},
			polls: 121, took: 2 * time.Minute, want: "Unexpected API Response",
		},
		"rejected windows": {
			failure: kind(rds.InvalidWindow), polls: 9, took: 2 * time.Minute, want: "Invalid Time Range",
		},
		"the state of the instance": {
			failure: kind(rds.InvalidInstanceState), polls: 61, took: 15 * time.Minute,
			want: "Invalid Instance State",
		},
		"the state of the instance, in long intervals": {
			failure: kind(rds.InvalidInstanceState), settings: gateSettings{pollInterval: "10m"},
			polls: 3, took: 20 * time.Minute, want: "Invalid Instance State",
		},
		"credentials that the source refuses": {
			failure: &rds.Error{Kind: rds.Credentials, Err: refused}, polls: 1, want: "Refused credentials",
		},
		"credentials that the API refuses": {
			before: listed, failure: kind(rds.Credentials), polls: 1, want: "Invalid Credentials",
		},
		"another error of the API, at the first poll": {
			failure: kind(rds.Rejected), polls: 1,
			want: "The request for the migration tasks of the instance rm-orders was rejected",
		},
		"another error of the API, after a list": {
			before: listed, failure: kind(rds.Rejected), polls: 5, took: time.Minute,
			want: "The request for the migration tasks of the instance rm-orders was rejected",
		},
		"a clock that is wrong, at the first poll": {
			failure: kind(rds.InvalidTimestamp), polls: 1, want: "Invalid Timestamp",
		},
		"a clock that is wrong, after a list": {
			before: listed, failure: kind(rds.InvalidTimestamp), polls: 5, took: time.Minute,
			want: "Invalid Timestamp",
		},
		"a host that is not found, at the first poll": {
			failure: kind(rds.Unreachable), polls: 1, want: "Unable to Connect to API",
		},
		"an error that is not of the client": {
			failure: http.ErrServerClosed, polls: 1, want: http.ErrServerClosed.Error(),
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test.run(t)
		})
	}
}

// TestGateWaiter_WaitedOut has failures that may pass, in every poll but the first or
// in all, until the timeout.
func TestGateWaiter_WaitedOut(t *testing.T) {
	t.Parallel()
	noCredentials := &rds.Error{Kind: rds.Unavailable, Err: &credentials.Error{Retryable: true}}
	for name, polls := range map[string][]scriptedPoll{
		"throttling":                             {failingAs(rds.Throttled)},
		"an outage":                              {failingAs(rds.Unavailable)},
		"a list that keeps changing":             {failingAs(rds.Unstable)},
		"a timeout":                              {failingAs(rds.TimedOut)},
		"a host that is not found, after a list": {listing(runningTask()), failingAs(rds.Unreachable)},
		"responses that are not a list, after a list": {
			listing(runningTask()), failingAs(rds.UnexpectedResponse),
		},
		"rejected windows, after a list": {listing(runningTask()), failingAs(rds.InvalidWindow)},
		"the state of the instance, after a list": {
			listing(runningTask()), failingAs(rds.InvalidInstanceState),
		},
		"an outage of the source of credentials, after a list":       {listing(runningTask()), failing(noCredentials)},
		"an outage of a source that has returned credentials before": {failing(noCredentials)},
		"an outage of the source until the poll has timed out": {
			failing(&rds.Error{Kind: rds.TimedOut, Err: noCredentials}),
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			result := runGateWaiter(t, newRecordingClock(), gateSettings{}, polls...)
			result.check(t, 481, 2*time.Hour, "Timeout Waiting for Migration")

			polls = slices.Concat(polls, slices.Repeat(polls[len(polls)-1:], 400))
			result = runGateWaiter(t, newRecordingClock(), gateSettings{}, append(polls, listing(successTask()))...)
			result.check(t, len(polls)+1, time.Duration(len(polls))*defaultPollInterval, "")
		})
	}
}

// TestGateWaiter_LimitRestarts: another result between two failures ends their series.
func TestGateWaiter_LimitRestarts(t *testing.T) {
	t.Parallel()
	denied := slices.Repeat([]scriptedPoll{failingAs(rds.Denied)}, 4)
	for name, between := range map[string]scriptedPoll{
		"after a list":            listing(runningTask()),
		"after another failure":   failingAs(rds.Throttled),
		"after one with a limit":  failingAs(rds.InvalidInstanceState),
		"after an unexpected one": failingAs(rds.UnexpectedResponse),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			polls := slices.Concat(denied, []scriptedPoll{between}, denied, []scriptedPoll{listing(successTask())})
			runGateWaiter(t, newRecordingClock(), gateSettings{}, polls...).check(t, 10, 9*defaultPollInterval, "")
		})
	}
	t.Run("but two failures of one limit are one series", func(t *testing.T) {
		t.Parallel()
		polls := []scriptedPoll{
			failingAs(rds.UnexpectedResponse), failingAs(rds.InvalidWindow), failingAs(rds.UnexpectedResponse),
			failingAs(rds.InvalidWindow),
		}
		result := runGateWaiter(t, newRecordingClock(), gateSettings{pollInterval: "1m"}, polls...)
		result.check(t, 5, 4*time.Minute, "Invalid Time Range")
	})
}

// TestGateWaiter_InvalidInstanceStateUntilTimeout has a timeout that ends before the
// limit.
func TestGateWaiter_InvalidInstanceStateUntilTimeout(t *testing.T) {
	t.Parallel()
	settings := gateSettings{createTimeout: "10m"}
	result := runGateWaiter(t, newRecordingClock(), settings, failingAs(rds.InvalidInstanceState))
	result.check(t, 41, 10*time.Minute, "Timeout Waiting for Migration")
}

// TestGateWaiter_PollTimeout: a poll may take all the time that remains.
func TestGateWaiter_PollTimeout(t *testing.T) {
	t.Parallel()
	clock := newRecordingClock()
	var got []time.Duration
	poll := func(task migration.Task) scriptedPoll {
		return func(ctx context.Context) (rds.List, error) {
			got = append(got, clock.pollTimeout)
			return listing(task)(ctx)
		}
	}
	result := runGateWaiter(t, clock, gateSettings{}, poll(runningTask()), poll(successTask()))
	result.check(t, 2, defaultPollInterval, "")
	want := []time.Duration{defaultWaitTimeout, defaultWaitTimeout - defaultPollInterval}
	if !slices.Equal(got, want) {
		t.Errorf("the polls may take %s, want %s", got, want)
	}
}

func TestGateWaiter_StartTime(t *testing.T) {
	t.Parallel()
	at := func(offset time.Duration) string { return clocktest.Start.Add(offset).Format(time.RFC3339) }
	created := func(id string, status migration.Status, offset time.Duration) migration.Task {
		task := gateTask(id, "orders", status)
		task.CreateTime = migration.ParseTimestamp(at(offset))
		return task
	}
	const timedOut = "Timeout Waiting for Migration"
	for name, test := range map[string]struct {
		start string
		tasks []migration.Task
		polls int
		want  string
	}{
		"after the deadline, it is an error before the first poll": {
			at(time.Hour + time.Second), []migration.Task{successTask()}, 0, "Invalid start_time",
		},
		"at the deadline, it is waited for": {
			at(time.Hour), []migration.Task{created("1", migration.Success, time.Hour)}, 1, "",
		},
		"a success before it does not open the gate": {
			at(0),
			[]migration.Task{created("1", migration.Success, -time.Second)},
			241,
			"no task of this database was created since 2026-11-20T12:00:00Z",
		},
		"a success in its second opens it": {
			"2026-11-20T12:00:00.9Z", []migration.Task{created("1", migration.Success, 0)}, 1, "",
		},
		"an older run that is Running keeps it closed": {
			at(0),
			[]migration.Task{
				created("1", migration.Running, -time.Hour), created("2", migration.Success, time.Second),
			},
			241, "task 1 is still Running",
		},
		"without one, an older success opens it": {
			"", []migration.Task{created("1", migration.Success, -24*time.Hour)}, 1, "",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			lister := &scriptedPolls{polls: []scriptedPoll{listing(test.tasks...)}}
			settings := gateSettings{startTime: test.start, createTimeout: "1h"}
			result := runGateWaiterUntil(t.Context(), t, newRecordingClock(), settings, lister)
			result.check(t, test.polls, time.Duration(max(0, test.polls-1))*defaultPollInterval, test.want)
			if test.polls > 1 && !strings.Contains(result.error, timedOut) {
				t.Errorf("the error is %q, want %q", result.error, timedOut)
			}
			for _, q := range lister.queries {
				if q.Range != (migration.Range{}) {
					t.Errorf("a poll requested %+v, want the whole retention period", q.Range)
				}
			}
		})
	}
}

func TestGateWaiter_Spelling(t *testing.T) {
	t.Parallel()
	task := func(database string, offset time.Duration) migration.Task {
		task := gateTask("1", database, migration.Running)
		task.CreateTime = migration.ParseTimestamp(clocktest.Start.Add(offset).Format(time.RFC3339))
		return task
	}
	const atOnce, timedOut = "Database Name Not Found", "Timeout Waiting for Migration"
	for name, test := range map[string]struct {
		tasks []migration.Task
		polls int
		want  []string
	}{
		"another case, created since the start of the gate": {
			[]migration.Task{task("Orders", 0)}, 1, []string{atOnce, `"orders"`, `"Orders"`, "task 1"},
		},
		"another case, created before": {
			[]migration.Task{task("Orders", -time.Second)},
			481,
			[]string{timedOut, `db_names has "orders"; the API returns tasks of "Orders"`},
		},
		"other characters": {
			[]migration.Task{task("ｏrders", 0)},
			481,
			[]string{timedOut, `db_names has "orders"; the API returns tasks of "\uff4frders"`},
		},
		"a space at the end": {
			[]migration.Task{task("orders ", 0)},
			481,
			[]string{timedOut, `db_names has "orders"; the API returns tasks of "orders "`},
		},
		"another database": {
			[]migration.Task{task("order", 0)},
			481,
			[]string{timedOut, `Databases that have tasks and are not in db_names: "order"`},
		},
		"another database, and a task without a name": {
			[]migration.Task{task("order", 0), task("", 0)},
			481,
			[]string{timedOut, `Databases that have tasks and are not in db_names: "order".`},
		},
		"another case, although the name has a task": {
			[]migration.Task{task("Orders", 0), gateTask("2", "orders", migration.Success)},
			481,
			[]string{timedOut, `orders: task 1 of the database "Orders" is still Running`},
		},
		"another case with an unreadable time": {
			[]migration.Task{{ID: "1", Database: "Orders", Status: migration.Running}},
			481,
			[]string{timedOut, `"Orders"`},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			result := runGateWaiter(t, newRecordingClock(), gateSettings{}, listing(test.tasks...))
			for _, want := range test.want {
				result.check(t, test.polls, time.Duration(test.polls-1)*defaultPollInterval, want)
			}
		})
	}
}

// TestGateWaiter_NoTask has databases without a task. The error names the possible
// causes.
func TestGateWaiter_NoTask(t *testing.T) {
	t.Parallel()
	result := runGateWaiter(t, newRecordingClock(), gateSettings{}, listing())
	for _, want := range []string{
		"orders: no task of this database was found", "has not been started", "another spelling",
		"created before 2026-11-13T12:01:00Z. The API returns a task for 7 days",
	} {
		result.check(t, 481, 2*time.Hour, want)
	}
}

func TestGateWaiter_Failed(t *testing.T) {
	t.Parallel()
	failed := gateTask("2", "orders", migration.Failed)
	failed.Description = "The backup file is broken"
	result := runGateWaiter(t, newRecordingClock(), gateSettings{}, listing(runningTask()), listing(failed))
	for _, want := range []string{
		"Migration Failed", `"orders"`, "task 2 (FULL)", "The backup file is broken", "apply again",
	} {
		result.check(t, 2, defaultPollInterval, want)
	}
}

// TestGateWaiter_Unlisted has an API that counts more tasks than it returns.
func TestGateWaiter_Unlisted(t *testing.T) {
	t.Parallel()
	incomplete := func(tasks ...migration.Task) scriptedPoll {
		return func(context.Context) (rds.List, error) {
			list := newList(tasks...)
			list.Unlisted = 1
			return list, nil
		}
	}
	const note = "the API counts 1 more than it returns"
	result := runGateWaiter(t, newRecordingClock(), gateSettings{}, incomplete(successTask()))
	result.check(t, 481, 2*time.Hour, note)

	polls := []scriptedPoll{incomplete(successTask()), incomplete(runningTask()), listing(successTask())}
	result = runGateWaiter(t, newRecordingClock(), gateSettings{}, polls...)
	result.check(t, 3, 2*defaultPollInterval, "")

	failed := gateTask("2", "orders", migration.Failed)
	result = runGateWaiter(t, newRecordingClock(), gateSettings{}, incomplete(failed))
	result.check(t, 1, 0, note)
}

// TestGateWaiter_OldList: a list that was read before does not open the gate.
func TestGateWaiter_OldList(t *testing.T) {
	t.Parallel()
	settings := gateSettings{createTimeout: "10m"}
	result := runGateWaiter(t, newRecordingClock(), settings, listing(runningTask()), failingAs(rds.Unreachable))
	result.check(t, 41, 10*time.Minute, "orders: task 9 is still Running")
}

// TestGateWaiter_Interrupt cancels the third poll.
func TestGateWaiter_Interrupt(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	interrupt := func(ctx context.Context) (rds.List, error) {
		cancel()
		return newList(successTask()), ctx.Err()
	}
	lister := &scriptedPolls{polls: []scriptedPoll{listing(runningTask()), listing(runningTask()), interrupt}}
	result := runGateWaiterUntil(ctx, t, newRecordingClock(), gateSettings{}, lister)
	result.check(t, 3, 2*defaultPollInterval, "Wait Interrupted")
}

// TestGateWaiter_Log reads the log of a wait whose second list is incomplete and whose third poll fails.
func TestGateWaiter_Log(t *testing.T) {
	t.Parallel()
	described := runningTask()
	described.Description = "50 %"
	incomplete := newList(described)
	incomplete.Unlisted = 2
	var output bytes.Buffer
	result := runGateWaiterUntil(tflogtest.RootLogger(t.Context(), &output), t, newRecordingClock(), gateSettings{},
		&scriptedPolls{polls: []scriptedPoll{
			listing(runningTask()),
			func(context.Context) (rds.List, error) { return incomplete, nil },
			failingAs(rds.Throttled),
			listing(successTask()),
		}})
	result.check(t, 4, 3*defaultPollInterval, "")
	entries, err := tflogtest.MultilineJSONDecode(&output)
	if err != nil {
		t.Fatal(err)
	}
	for _, entry := range entries {
		for _, name := range []string{"@level", "@module"} {
			delete(entry, name)
		}
	}
	const (
		status  = "task 9 is still Running"
		message = "waiting for the databases: orders: Running (task 9, FULL, 0m) · 0 of 1"
		missing = " · 2 tasks missing from the list"
	)
	want := []map[string]any{
		{"@message": message, "database orders": status},
		{
			"@message": message + missing, "database orders": status + `; the description of task 9 is "50 %"`,
			"unlisted": 2.0,
		},
		{
			"@message": message + missing, "unlisted": 2.0,
			"database orders": status + `; the description of task 9 is "50 %"`,
			"error":           rds.Throttled.Error(),
		},
	}
	if diff := cmp.Diff(want, entries); diff != "" {
		t.Errorf("(-want +logged):\n%s", diff)
	}
}
