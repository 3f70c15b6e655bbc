// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"

	"github.com/rds-migrate/terraform-provider-alicloud/internal/clocktest"
	"github.com/rds-migrate/terraform-provider-alicloud/internal/migration"
	"github.com/rds-migrate/terraform-provider-alicloud/internal/rds"
)

// stopServer stops the server. The channel is closed when StopProvider has returned.
func stopServer(t *testing.T, s *server) <-chan struct{} {
	t.Helper()
	stopped := make(chan struct{})
	go func() {
		defer close(stopped)
		if _, err := s.StopProvider(context.WithoutCancel(t.Context()), nil); err != nil {
			t.Error(err)
		}
	}()
	return stopped
}

// checkNotStopped reports a StopProvider that has not waited for the error of an action.
func checkNotStopped(t *testing.T, stopped <-chan struct{}) {
	t.Helper()
	select {
	case <-stopped:
		t.Error("StopProvider has returned before the error was received")
	default:
	}
}

// cancelObserver closes a channel when the framework has canceled what runs.
type cancelObserver struct {
	tfprotov6.ProviderServer

	canceled chan struct{}
}

func (o cancelObserver) StopProvider(
	ctx context.Context, req *tfprotov6.StopProviderRequest,
) (*tfprotov6.StopProviderResponse, error) {
	defer close(o.canceled)
	return o.ProviderServer.StopProvider(ctx, req)
}

// observeCancel returns a channel that is closed when the server is stopped and the
// framework has canceled what runs.
func observeCancel(s *server) <-chan struct{} {
	canceled := make(chan struct{})
	s.ProviderServer = cancelObserver{s.ProviderServer, canceled}
	return canceled
}

// startObserver calls functions while an action starts.
type startObserver struct {
	tfprotov6.ActionServer

	onValidate, onInvoke func() // called before the framework's methods; may be nil
}

func (o startObserver) ValidateActionConfig(
	ctx context.Context, req *tfprotov6.ValidateActionConfigRequest,
) (*tfprotov6.ValidateActionConfigResponse, error) {
	if o.onValidate != nil {
		o.onValidate()
	}
	return o.ActionServer.ValidateActionConfig(ctx, req)
}

func (o startObserver) InvokeAction(
	ctx context.Context, req *tfprotov6.InvokeActionRequest,
) (*tfprotov6.InvokeActionServerStream, error) {
	if o.onInvoke != nil {
		o.onInvoke()
	}
	return o.ActionServer.InvokeAction(ctx, req)
}

// waitForStop returns when StopProvider waits for an action to start. If it does not
// wait, waitForStop returns when done is closed.
func waitForStop(s *server, done <-chan struct{}) {
	for s.starting.TryRLock() {
		s.starting.RUnlock()
		select {
		case <-done:
			return
		default:
			runtime.Gosched()
		}
	}
}

// interrupted is a poll that waits until it is canceled.
func interrupted(ctx context.Context) (rds.List, error) {
	<-ctx.Done()
	return rds.List{}, ctx.Err()
}

// TestServer_StopDuringValidation stops the provider while an action is validated. The
// action ends with its error before StopProvider returns.
func TestServer_StopDuringValidation(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		settings gateSettings
		want     string // in the detail
	}{
		"valid arguments":        {want: "interrupted"},
		"a timeout that is zero": {settings: gateSettings{createTimeout: "0s"}, want: "timeouts.invoke"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			lister := &scriptedPolls{polls: []scriptedPoll{listing(runningTask())}}
			a := newWaitAction(t, clocktest.New(clocktest.Start), test.settings, lister)
			canceled := observeCancel(a.server)
			var stopped <-chan struct{}
			a.server.ActionServer = startObserver{ActionServer: a.server.ActionServer, onValidate: func() {
				stopped = stopServer(t, a.server)
				waitForStop(a.server, stopped)
			}}
			stream := a.start(t)
			<-canceled
			a.onEnd = func() { checkNotStopped(t, stopped) }
			_, diags := a.receive(t, stream)
			checkOneError(t, diags, test.want)
			<-stopped
		})
	}
}

// TestServer_StopBeforeRegistration stops the provider before the framework has
// registered the context of an action, which is then canceled.
func TestServer_StopBeforeRegistration(t *testing.T) {
	t.Parallel()
	lister := &scriptedPolls{polls: []scriptedPoll{listing(runningTask())}}
	a := newWaitAction(t, clocktest.New(clocktest.Start), gateSettings{}, lister)
	canceled := observeCancel(a.server)
	var stopped <-chan struct{}
	a.server.ActionServer = startObserver{ActionServer: a.server.ActionServer, onInvoke: func() {
		stopped = stopServer(t, a.server)
		waitForStop(a.server, canceled)
	}}
	stream := a.start(t)
	<-canceled
	_, diags := a.receive(t, stream)
	checkOneError(t, diags, "interrupted")
	<-stopped
}

// TestServer_StopEndsProgress stops the provider during the second poll, which has a
// change to report. Only the error is sent: a progress message would make Terraform
// panic.
func TestServer_StopEndsProgress(t *testing.T) {
	t.Parallel()
	changed := func(ctx context.Context) (rds.List, error) {
		<-ctx.Done()
		return newList(gateTask("9", "orders", migration.Waiting)), nil
	}
	lister := &scriptedPolls{polls: []scriptedPoll{listing(runningTask()), changed}}
	a := newWaitAction(t, clocktest.New(clocktest.Start), gateSettings{}, lister)
	var stopped <-chan struct{}
	a.onMessage = func() { stopped = stopServer(t, a.server) }
	messages, diags := a.invoke(t)
	if len(messages) != 1 {
		t.Errorf("the messages are %q, want only that of the first poll", messages)
	}
	checkOneError(t, diags, "is Waiting")
	<-stopped
}

// pollSignal is a lister that reports each poll, and waits until it is canceled.
type pollSignal chan struct{}

func (p pollSignal) MigrateTasks(ctx context.Context, _ migration.Query) (rds.List, error) {
	p <- struct{}{}
	return interrupted(ctx)
}

// TestServer_StopSeveralActions stops the provider twice while several actions run. Both
// calls return after the last error.
func TestServer_StopSeveralActions(t *testing.T) {
	t.Parallel()
	const actions = 3
	polled := make(pollSignal)
	a := newWaitAction(t, clocktest.New(clocktest.Start), gateSettings{}, polled)
	var ended atomic.Int32
	a.onEnd = func() { ended.Add(1) }
	var all sync.WaitGroup
	for range actions {
		stream := a.start(t)
		all.Go(func() {
			_, diags := a.receive(t, stream)
			checkOneError(t, diags, "interrupted")
		})
	}
	for range actions {
		<-polled
	}
	for _, stopped := range []<-chan struct{}{stopServer(t, a.server), stopServer(t, a.server)} {
		<-stopped
		if n := ended.Load(); n != actions {
			t.Errorf("StopProvider has returned after %d of %d errors", n, actions)
		}
	}
	all.Wait()
}

// TestServer_InvokeAfterStop has no action that StopProvider could wait for.
func TestServer_InvokeAfterStop(t *testing.T) {
	t.Parallel()
	for name, before := range map[string]func(t *testing.T, a *waitAction){
		"without an action": func(*testing.T, *waitAction) {},
		"after an action": func(t *testing.T, a *waitAction) {
			t.Helper()
			if _, diags := a.invoke(t); len(diags) > 0 {
				t.Error(diags)
			}
		},
		"after two stops": func(t *testing.T, a *waitAction) {
			t.Helper()
			<-stopServer(t, a.server)
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			lister := &scriptedPolls{polls: []scriptedPoll{listing(successTask())}}
			a := newWaitAction(t, clocktest.New(clocktest.Start), gateSettings{}, lister)
			before(t, a)
			<-stopServer(t, a.server)
			if _, err := a.server.InvokeAction(t.Context(), a.invokeRequest()); err == nil {
				t.Error("the action was invoked after the provider has been stopped")
			}
		})
	}
}
