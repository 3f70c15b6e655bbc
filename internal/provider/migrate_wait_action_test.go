// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-framework/action"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
	"github.com/jonboulle/clockwork"

	"github.com/rds-migrate/terraform-provider-alicloud/internal/clocktest"
	"github.com/rds-migrate/terraform-provider-alicloud/internal/credentials"
	"github.com/rds-migrate/terraform-provider-alicloud/internal/migration"
	"github.com/rds-migrate/terraform-provider-alicloud/internal/rds"
	"github.com/rds-migrate/terraform-provider-alicloud/internal/rdssim"
)

// waitAction is the action of a test. It runs through the protocol server.
type waitAction struct {
	server    *server
	config    *tfprotov6.DynamicValue
	onMessage func() // called after each message; may be nil
	onEnd     func() // called before the result is received; may be nil
}

// newWaitAction returns the action with these settings for the databases, orders if
// there are none.
func newWaitAction(
	t *testing.T, clock clockwork.Clock, settings gateSettings, lister taskLister, databases ...string,
) *waitAction {
	t.Helper()
	s := newActionServer(t, clock, lister)
	if len(databases) == 0 {
		databases = []string{"orders"}
	}
	return &waitAction{server: s, config: waitActionConfig(t, settings, databases...)}
}

// newActionServer returns a configured server. Its provider is not configured if
// lister is nil.
func newActionServer(t *testing.T, clock clockwork.Clock, lister taskLister) *server {
	t.Helper()
	p := newProviderWithLister(lister)
	p.clock = clock
	s, ok := NewServer(p).(*server)
	if !ok {
		t.Fatal("the server has another type")
	}
	configureServer(t, s)
	return s
}

// waitActionConfig returns the configuration of the action for the databases.
func waitActionConfig(t *testing.T, settings gateSettings, databases ...string) *tfprotov6.DynamicValue {
	t.Helper()
	var schema action.SchemaResponse
	NewMigrateWaitAction(clockwork.NewFakeClock()).Schema(t.Context(), action.SchemaRequest{}, &schema)
	configType := schema.Schema.Type().TerraformType(t.Context())
	names := []tftypes.Value{}
	for _, name := range databases {
		names = append(names, stringValue(name))
	}
	values := nullAttributes(t, configType)
	values["db_instance_id"] = stringValue(TestInstanceID)
	values["db_names"] = tftypes.NewValue(tftypes.Set{ElementType: tftypes.String}, names)
	if settings.startTime != "" {
		values["start_time"] = stringValue(settings.startTime)
	}
	if settings.pollInterval != "" {
		values["poll_interval"] = stringValue(settings.pollInterval)
	}
	if settings.createTimeout != "" {
		timeouts := values["timeouts"].Type()
		values["timeouts"] = tftypes.NewValue(timeouts, map[string]tftypes.Value{
			"invoke": stringValue(settings.createTimeout),
		})
	}
	return dynamicValue(t, tftypes.NewValue(configType, values))
}

// invoke runs the action, and returns its messages and its diagnostics.
func (a *waitAction) invoke(t *testing.T) (messages []string, diags []*tfprotov6.Diagnostic) {
	t.Helper()
	return a.receive(t, a.start(t))
}

func (a *waitAction) invokeRequest() *tfprotov6.InvokeActionRequest {
	return &tfprotov6.InvokeActionRequest{ActionType: "alicloud_rds_migrate_wait", Config: a.config}
}

// start returns the stream of the action, which runs while its events are received.
func (a *waitAction) start(t *testing.T) *tfprotov6.InvokeActionServerStream {
	t.Helper()
	stream, err := a.server.InvokeAction(t.Context(), a.invokeRequest())
	if err != nil {
		t.Fatal(err)
	}
	return stream
}

// receive runs the action of a stream, and returns its messages and its diagnostics.
func (a *waitAction) receive(
	t *testing.T, stream *tfprotov6.InvokeActionServerStream,
) (messages []string, diags []*tfprotov6.Diagnostic) {
	t.Helper()
	ended := false
	for event := range stream.Events {
		switch e := event.Type.(type) {
		case tfprotov6.ProgressInvokeActionEventType:
			messages = append(messages, e.Message)
			if a.onMessage != nil {
				a.onMessage()
			}
		case tfprotov6.CompletedInvokeActionEventType:
			diags, ended = e.Diagnostics, true
			if a.onEnd != nil {
				a.onEnd()
			}
		}
	}
	if !ended {
		t.Error("the action has sent no result")
	}
	return messages, diags
}

// validate returns the diagnostics of the validation.
func (a *waitAction) validate(t *testing.T) []*tfprotov6.Diagnostic {
	t.Helper()
	resp, err := a.server.ValidateActionConfig(t.Context(), &tfprotov6.ValidateActionConfigRequest{
		ActionType: "alicloud_rds_migrate_wait", Config: a.config,
	})
	if err != nil {
		t.Fatal(err)
	}
	return resp.Diagnostics
}

// plan returns the diagnostics of the plan.
func (a *waitAction) plan(t *testing.T) []*tfprotov6.Diagnostic {
	t.Helper()
	resp, err := a.server.PlanAction(t.Context(), &tfprotov6.PlanActionRequest{
		ActionType: "alicloud_rds_migrate_wait", Config: a.config,
	})
	if err != nil {
		t.Fatal(err)
	}
	return resp.Diagnostics
}

// errorTexts returns the summaries and details of diagnostics.
func errorTexts(diags []*tfprotov6.Diagnostic) string {
	var b strings.Builder
	for _, d := range diags {
		b.WriteString(d.Summary + "\n" + d.Detail + "\n")
	}
	return b.String()
}

// taskAged returns a task that was created so long before clocktest.Start.
func taskAged(id, database string, status migration.Status, age time.Duration) migration.Task {
	task := gateTask(id, database, status)
	task.CreateTime = migration.ParseTimestamp(clocktest.Start.Add(-age).Format(time.RFC3339))
	return task
}

func TestMigrateWaitAction_Progress(t *testing.T) {
	t.Parallel()
	running := taskAged("5", "orders", migration.Running, 12*time.Minute)
	success := taskAged("5", "orders", migration.Success, 12*time.Minute)
	billing := taskAged("4", "billing", migration.Success, time.Hour)
	const last = "orders: Success · 1 of 1"
	for name, test := range map[string]struct {
		databases []string
		polls     []scriptedPoll // every 15 seconds
		want      []string
	}{
		"at the first poll": {polls: []scriptedPoll{listing(success)}, want: []string{last}},
		"at each change": {
			polls: []scriptedPoll{
				listing(), listing(taskAged("5", "orders", migration.NoStart, 0)), listing(running), listing(running),
				listing(taskAged("5", "orders", migration.Waiting, 72*time.Minute)), listing(success),
			},
			want: []string{
				"orders: no task yet · 0 of 1", "orders: NoStart (task 5, FULL, 0m) · 0 of 1",
				"orders: Running (task 5, FULL, 12m) · 0 of 1", "orders: Waiting (task 5, FULL, 1h13m) · 0 of 1", last,
			},
		},
		"at another task of the same status": {
			polls: []scriptedPoll{
				listing(running), listing(taskAged("6", "orders", migration.Running, time.Minute)), listing(success),
			},
			want: []string{
				"orders: Running (task 5, FULL, 12m) · 0 of 1", "orders: Running (task 6, FULL, 1m) · 0 of 1", last,
			},
		},
		"and once a minute without one": {
			polls: append(slices.Repeat([]scriptedPoll{listing(running)}, 10), listing(success)),
			want: []string{
				"orders: Running (task 5, FULL, 12m) · 0 of 1", "orders: Running (task 5, FULL, 13m) · 0 of 1",
				"orders: Running (task 5, FULL, 14m) · 0 of 1", last,
			},
		},
		"of several databases, the pending ones first": {
			databases: []string{"orders", "hr", "billing"},
			polls: []scriptedPoll{
				listing(running, billing),
				listing(success, billing, taskAged("6", "hr", migration.Success, 0)),
			},
			want: []string{
				"hr: no task yet · orders: Running (task 5, FULL, 12m) · billing: Success · 1 of 3",
				"billing: Success · hr: Success · orders: Success · 3 of 3",
			},
		},
		"of at most 20 databases": {
			databases: numberedNames(22),
			polls: []scriptedPoll{
				listing(taskAged("5", "db22", migration.Running, time.Minute)),
				listing(taskAged("5", "db22", migration.Success, time.Minute)),
			},
			want: []string{
				strings.Join(numberedNames(20), ": no task yet · ") + ": no task yet · 2 more · 0 of 22",
				strings.Join(numberedNames(20), ": no task yet · ") + ": no task yet · 2 more · 1 of 22",
			},
		},
		"of a failure at the first poll": {
			polls: []scriptedPoll{
				failing(&rds.Error{Kind: rds.TimedOut, Err: &rds.Error{Kind: rds.Throttled, Code: "Throttling.User"}}),
				listing(success),
			},
			want: []string{"unable to read the tasks (Throttling.User), retrying", last},
		},
		"of a later failure, once a minute": {
			polls: slices.Concat(
				[]scriptedPoll{listing(running)}, slices.Repeat([]scriptedPoll{failingAs(rds.Unavailable)}, 5),
				slices.Repeat([]scriptedPoll{listing(running)}, 4), []scriptedPoll{listing(success)},
			),
			want: []string{
				"orders: Running (task 5, FULL, 12m) · 0 of 1",
				"unable to read the tasks (service unavailable), retrying · " +
					"last known: orders: Running (task 5, FULL, 13m) · 0 of 1",
				"orders: Running (task 5, FULL, 14m) · 0 of 1", last,
			},
		},
		"of a credentials source that fails": {
			polls: []scriptedPoll{
				failing(&rds.Error{Kind: rds.Unavailable, Err: &credentials.Error{
					Summary: "Unable to Obtain Credentials", Detail: "The ECS role failed.\n\nCheck it.",
					Retryable: true,
				}}),
				listing(success),
			},
			want: []string{"unable to read the tasks (The ECS role failed), retrying", last},
		},
		"of a migration that has failed": {
			polls: []scriptedPoll{listing(running), listing(taskAged("5", "orders", migration.Failed, time.Hour))},
			want:  []string{"orders: Running (task 5, FULL, 12m) · 0 of 1", "orders: Failed (task 5, FULL) · 0 of 1"},
		},
		"of a reason other than the newest task": {
			polls: []scriptedPoll{
				listing(success, taskAged("3", "orders", migration.Running, time.Hour)), listing(success),
			},
			want: []string{"orders: task 3 is still Running · 0 of 1", last},
		},
		"without an age that is unknown": {
			polls: []scriptedPoll{listing(migration.Task{ID: "5", Database: "orders", Status: migration.Running})},
			want:  []string{"orders: Running (task 5) · 0 of 1"},
		},
		"without a negative age": {
			polls: []scriptedPoll{listing(taskAged("5", "orders", migration.Running, -time.Hour)), listing(success)},
			want:  []string{"orders: Running (task 5, FULL, 0m) · 0 of 1", last},
		},
		"of an incomplete list": {
			polls: []scriptedPoll{incompleteListing(success), listing(success)},
			want:  []string{last + " · 2 tasks missing from the list", last},
		},
		"without control characters and signatures": {
			databases: []string{"or\nders"},
			polls: []scriptedPoll{listing(migration.Task{
				ID: "4\x1b[8m", Database: "or\nders", Status: migration.Running, BackupMode: "Signature=abc",
			})},
			want: []string{"or ders: Running (task 4 [8m, Signature=(hidden) · 0 of 1"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := newWaitAction(t, clocktest.New(clocktest.Start), gateSettings{}, &scriptedPolls{polls: test.polls},
				test.databases...)
			messages, _ := a.invoke(t)
			// What is left of an endless wait are the messages of its minutes.
			messages = messages[:min(len(messages), len(test.want))]
			if diff := cmp.Diff(test.want, messages); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// numberedNames returns the names db01, db02 and so on.
func numberedNames(n int) []string {
	names := make([]string, n)
	for i := range names {
		names[i] = fmt.Sprintf("db%02d", i+1)
	}
	return names
}

// incompleteListing returns a poll whose list lacks two tasks.
func incompleteListing(tasks ...migration.Task) scriptedPoll {
	return func(context.Context) (rds.List, error) {
		list := newList(tasks...)
		list.Unlisted = 2
		return list, nil
	}
}

// TestMigrateWaitAction_LongPoll has polls that take longer than a minute.
func TestMigrateWaitAction_LongPoll(t *testing.T) {
	t.Parallel()
	clock := clocktest.New(clocktest.Start)
	sent := make(chan struct{}, 1)
	// A minute passes when the timers of the poll and of the next message are set.
	passMinute := func() {
		if err := clock.BlockUntilContext(t.Context(), 2); err != nil {
			t.Error(err)
		}
		clock.Advance(time.Minute)
		<-sent
	}
	hang := func(ctx context.Context) {
		passMinute()
		logFailure(ctx, "", &rds.Error{Kind: rds.Unavailable, Code: "ServiceUnavailable"})
		logFailure(ctx, "", &rds.Error{Kind: rds.Throttled, Code: "Throttling.User"})
		passMinute()
	}
	first := func(ctx context.Context) (rds.List, error) {
		hang(ctx)
		return newList(runningTask()), nil
	}
	second := func(ctx context.Context) (rds.List, error) {
		<-sent // the message after the first poll
		hang(ctx)
		return newList(successTask()), nil
	}
	a := newWaitAction(t, clock, gateSettings{pollInterval: "1s"}, &scriptedPolls{polls: []scriptedPoll{first, second}})
	a.onMessage = func() { sent <- struct{}{} }
	messages, _ := a.invoke(t)
	const retrying = "unable to read the tasks (Throttling.User), retrying"
	want := []string{
		"waiting for the first list of tasks",
		retrying,
		"orders: Running (task 9, FULL, 2m) · 0 of 1",
		"orders: Running (task 9, FULL, 3m) · 0 of 1",
		retrying + " · last known: orders: Running (task 9, FULL, 4m) · 0 of 1",
		"orders: Success · 1 of 1",
	}
	if diff := cmp.Diff(want, messages); diff != "" {
		t.Error(diff)
	}
}

// TestMigrateWaitAction_Throttled has the client repeat a call for an hour, in one poll.
func TestMigrateWaitAction_Throttled(t *testing.T) {
	t.Parallel()
	c := modelCase{
		tasks: []rdssim.Task{full("1", "Success", 60)},
		faults: []rdssim.Fault{{
			Kind: rdssim.KindError, Status: http.StatusBadRequest, Code: "Throttling.User", Until: simMinutes(60),
		}},
	}
	s, ok := c.newEnv(t).ProviderServer.(*server)
	if !ok {
		t.Fatal("the server has another type")
	}
	a := &waitAction{server: s, config: waitActionConfig(t, gateSettings{}, "orders")}
	messages, _ := a.invoke(t)
	for i, message := range messages {
		want := "unable to read the tasks (Throttling.User), retrying"
		if i == len(messages)-1 {
			want = "orders: Success · 1 of 1"
		}
		if message != want {
			t.Errorf("message %d is %q, want %q", i, message, want)
		}
	}
	if len(messages) < 2 {
		t.Errorf("the messages are %q", messages)
	}
}

// TestMigrateWaitAction_LongInterval has a poll interval of some minutes.
func TestMigrateWaitAction_LongInterval(t *testing.T) {
	t.Parallel()
	clock := clockwork.NewFakeClockAt(clocktest.Start)
	polls := []scriptedPoll{listing(runningTask()), listing(successTask())}
	settings := gateSettings{pollInterval: "2m30s"}
	a := newWaitAction(t, clock, settings, &scriptedPolls{polls: polls})
	passed := []time.Duration{time.Minute, time.Minute, time.Minute / 2, 0}
	a.onMessage = func() {
		d := passed[0]
		passed = passed[1:]
		if d == 0 {
			return
		}
		// The interval has a timer, and the next message has one.
		if err := clock.BlockUntilContext(t.Context(), 2); err != nil {
			t.Error(err)
		}
		clock.Advance(d)
	}
	messages, _ := a.invoke(t)
	want := []string{
		"orders: Running (task 9, FULL, 0m) · 0 of 1", "orders: Running (task 9, FULL, 1m) · 0 of 1",
		"orders: Running (task 9, FULL, 2m) · 0 of 1", "orders: Success · 1 of 1",
	}
	if diff := cmp.Diff(want, messages); diff != "" {
		t.Error(diff)
	}
}

// TestMigrateWaitAction_Errors compares the errors with those of a gate.
func TestMigrateWaitAction_Errors(t *testing.T) {
	t.Parallel()
	misspelled := gateTask("1", "Orders", migration.Running)
	incomplete := incompleteListing(runningTask())
	for name, test := range map[string]struct {
		settings gateSettings
		polls    []scriptedPoll
		want     string
	}{
		"a migration that has failed": {
			polls: []scriptedPoll{listing(runningTask()), listing(gateTask("9", "orders", migration.Failed))},
			want:  "Migration Failed",
		},
		"a name that differs in case": {polls: []scriptedPoll{listing(misspelled)}, want: "Database Name Not Found"},
		"a timeout": {
			settings: gateSettings{createTimeout: "10m"}, polls: []scriptedPoll{listing(runningTask())},
			want: "within 10m0s (timeouts.invoke)",
		},
		"a timeout after incomplete lists": {polls: []scriptedPoll{incomplete}, want: "counts 2 more than it returns"},
		"a start time after the deadline": {
			settings: gateSettings{startTime: clocktest.Start.Add(3 * time.Hour).Format(time.RFC3339)},
			polls:    []scriptedPoll{listing(runningTask())},
			want:     "Set an earlier start_time or a longer timeouts.invoke",
		},
		"no instance":   {polls: []scriptedPoll{failingAs(rds.NotFound)}, want: "db_instance_id"},
		"no permission": {polls: []scriptedPoll{failingAs(rds.Denied)}, want: "Failed polls: 5 in a row"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			clock, lister := clocktest.New(clocktest.Start), &scriptedPolls{polls: test.polls}
			_, diags := newWaitAction(t, clock, test.settings, lister).invoke(t)
			got := errorTexts(diags)
			gate := runGateWaiter(t, clocktest.New(clocktest.Start), test.settings, test.polls...)
			want := strings.NewReplacer(
				gateWait.closed, "", "timeouts.create", "timeouts.invoke", "Apply again", "Invoke the action again",
				"apply again", "invoke the action again", "you apply first", "you invoke the action first",
			).Replace(gate.error)
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("the error differs from the gate's:\n%s", diff)
			}
			if !strings.Contains(got, test.want) && !strings.Contains(diags[0].Attribute.String(), test.want) {
				t.Errorf("the error is %q, want %q", got, test.want)
			}
			if clock.Since(clocktest.Start) != gate.took || len(lister.queries) != gate.polls {
				t.Errorf("it took %s and %d polls, want %s and %d",
					clock.Since(clocktest.Start), len(lister.queries), gate.took, gate.polls)
			}
		})
	}
}

// TestMigrateWaitAction_NoMessage has errors before a list was read.
func TestMigrateWaitAction_NoMessage(t *testing.T) {
	t.Parallel()
	late := gateSettings{startTime: clocktest.Start.Add(3 * time.Hour).Format(time.RFC3339)}
	for name, settings := range map[string]gateSettings{"no instance": {}, "a start time after the deadline": late} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			lister := &scriptedPolls{polls: []scriptedPoll{failingAs(rds.NotFound)}}
			messages, diags := newWaitAction(t, clocktest.New(clocktest.Start), settings, lister).invoke(t)
			if len(messages) > 0 || len(diags) != 1 {
				t.Errorf("the messages are %q, and the diagnostics %v", messages, diags)
			}
		})
	}
}

// TestProgress_Tick has timers that fire late: after another message, and after the end.
func TestProgress_Tick(t *testing.T) {
	t.Parallel()
	clock, sent := clockwork.NewFakeClockAt(clocktest.Start), 0
	p := startProgress(clock, func(string) { sent++ })
	check := func(when string, want int) {
		t.Helper()
		p.timer.Stop()
		p.tick()
		if sent != want {
			t.Errorf("%s, %d messages were sent, want %d", when, sent, want)
		}
		p.timer.Stop()
	}
	check("at the start", 0)
	clock.Advance(progressInterval)
	check("after a minute", 1)
	check("right after a message", 1)
	p.end(gateStatus{})
	clock.Advance(progressInterval)
	check("after the end", 1)
}

// TestMigrateWaitAction_FailedCheck has a success with a failed consistency check.
func TestMigrateWaitAction_FailedCheck(t *testing.T) {
	t.Parallel()
	task := successTask()
	task.Description = "asynchronously DBCC checkdb failed: 2 consistency errors"
	lister := &scriptedPolls{polls: []scriptedPoll{listing(task)}}
	_, diags := newWaitAction(t, clocktest.New(clocktest.Start), gateSettings{}, lister).invoke(t)
	if len(diags) != 1 || isError(diags[0]) || !strings.Contains(diags[0].Detail, task.Description) ||
		!strings.Contains(diags[0].Detail, "then invoke the action again") ||
		diags[0].Attribute.String() != `AttributeName("db_names")` {
		t.Errorf("the diagnostics are %v, want a warning", diags)
	}
}

// TestMigrateWaitAction_Interrupt stops the provider during the second poll. The
// error is sent before StopProvider returns, because later events are dropped.
func TestMigrateWaitAction_Interrupt(t *testing.T) {
	t.Parallel()
	var stopped <-chan struct{}
	lister := &scriptedPolls{polls: []scriptedPoll{listing(runningTask()), interrupted}}
	a := newWaitAction(t, clocktest.New(clocktest.Start), gateSettings{}, lister)
	a.onMessage = func() { stopped = stopServer(t, a.server) }
	a.onEnd = func() {
		select {
		case <-stopped:
			t.Error("StopProvider has returned before the error was received")
		case <-clockwork.NewRealClock().After(100 * time.Millisecond):
		}
	}
	_, diags := a.invoke(t)
	checkOneError(t, diags, "orders: task 9 is still Running")
	<-stopped
}

// TestMigrateWaitAction_InterruptAtStart stops the provider before the first event is
// received, and invokes the action again before StopProvider has returned.
func TestMigrateWaitAction_InterruptAtStart(t *testing.T) {
	t.Parallel()
	lister := &scriptedPolls{polls: []scriptedPoll{listing(runningTask())}}
	a := newWaitAction(t, clocktest.New(clocktest.Start), gateSettings{}, lister)
	canceled := observeCancel(a.server)
	stream := a.start(t)
	stopped := stopServer(t, a.server)
	<-canceled
	if _, err := a.server.InvokeAction(t.Context(), a.invokeRequest()); err == nil {
		t.Error("the action was invoked while the provider stops")
	}
	checkNotStopped(t, stopped)
	_, diags := a.receive(t, stream)
	checkOneError(t, diags, "interrupted")
	<-stopped
}

// TestMigrateWaitAction_InvalidArguments checks the arguments whenever Terraform passes
// them: values that are known only after the validation are validated only by the
// provider.
func TestMigrateWaitAction_InvalidArguments(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		settings  gateSettings
		databases []string
		want      string // in the detail; empty for no error
	}{
		"valid arguments":        {settings: gateSettings{"2026-11-20T10:00Z", "5m", "6h"}},
		"no names":               {databases: []string{}, want: "at least 1"},
		"an empty name":          {databases: []string{""}, want: "at least 1"},
		"an invalid time":        {settings: gateSettings{startTime: "yesterday"}, want: `"yesterday"`},
		"an interval too short":  {settings: gateSettings{pollInterval: "999ms"}, want: `at least "1s"`},
		"a timeout that is zero": {settings: gateSettings{createTimeout: "0s"}, want: "timeouts.invoke"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			lister := &scriptedPolls{polls: []scriptedPoll{listing(successTask())}}
			a := newWaitAction(t, clocktest.New(clocktest.Start), test.settings, lister, "orders")
			if test.databases != nil {
				a.config = waitActionConfig(t, test.settings, test.databases...)
			}
			messages, invoked := a.invoke(t)
			for call, diags := range map[string][]*tfprotov6.Diagnostic{
				"ValidateActionConfig": a.validate(t), "PlanAction": a.plan(t), "InvokeAction": invoked,
			} {
				if test.want != "" {
					checkOneError(t, diags, test.want)
				} else if len(diags) > 0 {
					t.Errorf("the diagnostics of %s are %v", call, diags)
				}
			}
			if test.want != "" && len(messages)+len(lister.queries) > 0 {
				t.Errorf("there were messages %q and %d polls", messages, len(lister.queries))
			}
		})
	}
}

// TestMigrateWaitAction_Plantimestamp has the start time that plantimestamp() is during
// the validation of Terraform before 1.10.
func TestMigrateWaitAction_Plantimestamp(t *testing.T) {
	t.Parallel()
	settings := gateSettings{startTime: "0001-01-01T00:00:00Z"}
	a := newWaitAction(t, clocktest.New(clocktest.Start), settings, nil)
	if diags := a.validate(t); len(diags) > 0 {
		t.Errorf("the diagnostics are %v", diags)
	}
}

// TestMigrateWaitAction_PlanWarning has start times before and within the last 7 days.
func TestMigrateWaitAction_PlanWarning(t *testing.T) {
	t.Parallel()
	for days, warnings := range map[int]int{6: 0, 8: 1} {
		start := clocktest.Start.AddDate(0, 0, -days).Format(time.RFC3339)
		a := newWaitAction(t, clocktest.New(clocktest.Start), gateSettings{startTime: start}, nil)
		diags := a.plan(t)
		if len(diags) != warnings || slices.ContainsFunc(diags, isError) {
			t.Errorf("a start %d days ago: %v", days, diags)
		}
	}
}
