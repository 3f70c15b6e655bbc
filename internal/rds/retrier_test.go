// SPDX-License-Identifier: MPL-2.0

package rds

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/jonboulle/clockwork"

	"github.com/rds-migrate/terraform-provider-alicloud/internal/clocktest"
	"github.com/rds-migrate/terraform-provider-alicloud/internal/credentials"
	"github.com/rds-migrate/terraform-provider-alicloud/internal/rdssim"
)

var errStopped = errors.New("stopped by hand")

// TestRetrier_Cancel cancels a read in each of its waits. The read ends at once, with the cause of the cancellation.
func TestRetrier_Cancel(t *testing.T) {
	t.Parallel()
	for name, fault := range map[string]rdssim.Fault{
		"while a call hangs":            {Kind: rdssim.KindDelay, Wait: rdssim.Duration(time.Hour)},
		"while it waits for an attempt": {Kind: rdssim.KindError, Status: 503, Code: "ServiceUnavailable"},
		"while it is throttled":         {Kind: rdssim.KindError, Status: 400, Code: "Throttling"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				_, client := newDirectClient(t, 100*time.Millisecond, 1, fault)
				clock := clockwork.NewRealClock()
				began := clock.Now()
				ctx, cancel := context.WithCancelCause(t.Context())
				timer := clock.AfterFunc(time.Minute, func() { cancel(errStopped) })
				defer timer.Stop()
				list, err := client.MigrateTasks(ctx, queryFor(0))
				if !errors.Is(err, errStopped) || kindOf(err) == TimedOut || list.Tasks != nil {
					t.Errorf("the read ends with %d tasks and the error %v", len(list.Tasks), err)
				}
				if took := clock.Now().Sub(began); took != time.Minute {
					t.Errorf("it ends after %v, and was canceled after a minute", took)
				}
			})
		})
	}
}

// TestRetrier_TimeoutCause checks the error of a read that times out.
func TestRetrier_TimeoutCause(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		fault rdssim.Fault
		want  string
	}{
		"no response": {
			rdssim.Fault{Kind: rdssim.KindDelay, Wait: rdssim.Duration(time.Hour)},
			"read timed out: service unavailable: the response did not arrive in time",
		},
		"it was throttled": {
			rdssim.Fault{Kind: rdssim.KindError, Status: 400, Code: "Throttling", Message: "Slow down."},
			"read timed out: throttled: Slow down. (code Throttling",
		},
		"the list kept changing": {
			incrementField("TotalRecordCount").onPage(2, 0)[0],
			"list keeps changing: TotalRecordCount is",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				onePerPage := rdssim.Fault{Kind: rdssim.KindMaxPageSize, PageSize: 1}
				sim, client := newDirectClient(t, 100*time.Millisecond, 1, onePerPage, test.fault)
				if err := sim.AddTask("rm-0", rdssim.Task{Database: "a"}); err != nil {
					t.Fatal(err)
				}
				ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
				defer cancel()
				began := client.config.Clock.Now()
				_, err := client.MigrateTasks(ctx, queryFor(0))
				if err == nil || !strings.HasPrefix(err.Error(), test.want) {
					t.Errorf("the error reads %v, want %q", err, test.want)
				}
				if took := client.config.Clock.Now().Sub(began); took > 30*time.Second {
					t.Errorf("it ends after %v", took)
				}
			})
		})
	}
}

// TestRetrier_ExpiredContext makes no call.
func TestRetrier_ExpiredContext(t *testing.T) {
	t.Parallel()
	r := newFixture(t)
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(context.DeadlineExceeded)
	list, err := r.client.MigrateTasks(ctx, testQuery)
	if kindOf(err) != TimedOut || !strings.Contains(err.Error(), "no response arrived") || list.Tasks != nil ||
		len(r.Calls()) > 0 {
		t.Errorf("%d tasks and the error %v came with %d calls", len(list.Tasks), err, len(r.Calls()))
	}
}

// failingTransport responds to a call at the instant at which the read times out.
type failingTransport struct {
	cancel context.CancelCauseFunc
	status int
	body   string
}

func (l failingTransport) RoundTrip(*http.Request) (*http.Response, error) {
	l.cancel(context.DeadlineExceeded)
	return &http.Response{StatusCode: l.status, Body: io.NopCloser(strings.NewReader(l.body))}, nil
}

// TestRetrier_ResponseAtTimeout checks that a response counts that arrives at the timeout.
func TestRetrier_ResponseAtTimeout(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		status int
		body   string
		want   Kind
	}{
		"a list":              {200, pageOf(1, aTask), ""},
		"no such instance":    {404, `{"RequestId":"1","Code":"InvalidDBInstanceId.NotFound"}`, NotFound},
		"a transient failure": {503, "", TimedOut},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ctx, cancel := context.WithCancelCause(t.Context())
			defer cancel(nil)
			client := New(config("rds.test", clocktest.New(clocktest.Start)))
			client.sender.Transport = failingTransport{cancel, test.status, test.body}
			_, err := client.MigrateTasks(ctx, testQuery)
			if got := kindOf(err); got != test.want {
				t.Errorf("the error is %v, want one that is %q", err, test.want)
			}
		})
	}
}

func TestRetrier_MaxRetryDuration(t *testing.T) {
	t.Parallel()
	r := newFixture(t)
	r.client.config.MaxRetryDuration = 10 * time.Second
	r.inject(t, rdssim.Fault{Kind: rdssim.KindError, Status: 503, Code: "ServiceUnavailable"})
	_, err := r.read(t.Context(), readTimeout)
	if kindOf(err) != Unavailable {
		t.Errorf("the error is %v, want one that is %q", err, Unavailable)
	}
	if d := r.clock.Now().Sub(clocktest.Start); d < 10*time.Second || d > 10*time.Second+maxRetryDelay {
		t.Errorf("it was retried for %v", d)
	}
}

// TestRetrier_LastAttempt makes calls that take a time each.
func TestRetrier_LastAttempt(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		took  time.Duration
		calls int
	}{
		"a failure at the limit is the last": {10 * time.Second, 1},
		"one before it is repeated":          {10*time.Second - 1, 2},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			clock := clocktest.New(clocktest.Start)
			c := config("rds.test", clock)
			c.MaxRetryDuration = 10 * time.Second
			calls := 0
			_, err := retrier[page]{
				call: func() (page, error) {
					calls++
					checkEnds(calls)
					clock.Advance(test.took)
					return page{}, &Error{Kind: Unavailable}
				},
				retryable: []Kind{Unavailable},
			}.do(t.Context(), New(c))
			if kindOf(err) != Unavailable || calls != test.calls {
				t.Errorf("%d calls failed with %v, want %d", calls, err, test.calls)
			}
		})
	}
}

// TestRetrier_Log checks that each failure is logged, and that a log is optional.
func TestRetrier_Log(t *testing.T) {
	t.Parallel()
	fault := rdssim.Fault{Kind: rdssim.KindError, Status: 503, Code: "ServiceUnavailable", Times: 2}
	r := newFixture(t)
	r.inject(t, fault)
	if _, err := r.read(t.Context(), readTimeout); err != nil {
		t.Fatal(err)
	}
	if log := r.log.String(); strings.Count(log, "ServiceUnavailable") != 2 || !strings.Contains(log, "(attempt 2)") {
		t.Errorf("the log reads:\n%s", log)
	}
	c := r.client.config
	c.OnFailure = nil
	r.inject(t, fault)
	if _, err := New(c).MigrateTasks(t.Context(), testQuery); err != nil {
		t.Error(err)
	}
}

func TestRetrier_InterruptedCause(t *testing.T) {
	t.Parallel()
	r := newFixture(t)
	left := &atomic.Int64{}
	left.Store(1 << 40)
	busy := &credentials.Error{Summary: "No session", Detail: "STS is busy.", Retryable: true}
	r.client.config.Source = failingSource{testKeys, left, busy}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	r.client.config.OnFailure = func(context.Context, string, error) { cancel() }
	_, err := r.client.MigrateTasks(ctx, testQuery)
	var interrupted *Interrupted
	if !errors.As(err, &interrupted) || !errors.Is(err, context.Canceled) || !errors.Is(interrupted.Last, busy) {
		t.Errorf("the error is %v, want one that is canceled and has the earlier failure", err)
	}
	if _, ok := errors.AsType[*Error](err); ok {
		t.Errorf("the error %v has the type of the failure before it", err)
	}
}
