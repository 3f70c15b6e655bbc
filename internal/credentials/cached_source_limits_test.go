// SPDX-License-Identifier: MPL-2.0

package credentials

import (
	"context"
	"errors"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jonboulle/clockwork"

	"github.com/rds-migrate/terraform-provider-alicloud/internal/clocktest"
	"github.com/rds-migrate/terraform-provider-alicloud/internal/credentials/credtest"
	"github.com/rds-migrate/terraform-provider-alicloud/internal/openapi"
)

// scriptedService is a service that fails until a time. Its first session is valid
// for one hour.
type scriptedService struct {
	clock    clocktest.Clock
	upAfter  time.Duration // since clocktest.Start
	failure  *failure
	duration time.Duration // of a failed attempt
	attempts int           // guarded by the source
}

var errUnavailable = &failure{message: "The service is unavailable.", retryable: true}

func (s *scriptedService) retrieve(ctx context.Context) (session, error) {
	s.attempts++
	if s.clock.Since(clocktest.Start) >= s.upAfter {
		return session{testSession, s.clock.Now().Add(time.Hour)}, nil
	}
	s.clock.Advance(s.duration)
	if s.duration >= attemptTimeout {
		<-ctx.Done()
	}
	return session{}, s.failure
}

var testSession = openapi.Credentials{AccessKeyID: "id", AccessKeySecret: "secret", SecurityToken: "token"}

func (s *scriptedService) newSource() *cachedSource {
	return newCachedSource("a service", "profile", s.clock, s.retrieve)
}

// checkEnd checks the number of attempts and the time since clocktest.Start.
func (s *scriptedService) checkEnd(t *testing.T, attempts int, took time.Duration) {
	t.Helper()
	if got := s.clock.Since(clocktest.Start); s.attempts != attempts || got != took {
		t.Errorf("it took %d attempts and %v, want %d and %v", s.attempts, got, attempts, took)
	}
}

// TestConnectionError_HostNotFound: DNS may come up late, so a host that does not
// exist is retried as any connection that fails.
func TestConnectionError_HostNotFound(t *testing.T) {
	t.Parallel()
	noHost := &net.DNSError{Err: "no such host", Name: "sts.test", IsNotFound: true}
	for name, err := range map[string]error{
		"as net/http reports it":        &net.OpError{Op: "dial", Net: "tcp", Err: noHost},
		"with a text that was replaced": errors.New("lookup ***: no such host"),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			err := &openapi.Error{Reason: openapi.HostNotFound, Host: "sts.test", Err: err}
			f := connectionError("sts.test", err, checkNetwork)
			if !f.retryable || !strings.Contains(f.message, "sts.test") {
				t.Errorf("retryable is %v: %s", f.retryable, f.message)
			}
		})
	}
}

// deadlineAfter returns a context that ends as that of a read with a timeout.
func deadlineAfter(clock clocktest.Clock, d time.Duration) context.Context {
	ctx, cancel := context.WithCancelCause(context.Background())
	clock.AfterFunc(d, func() { cancel(context.DeadlineExceeded) })
	return ctx
}

// expectUnavailable checks an error about a service that has never returned
// credentials.
func expectUnavailable(t *testing.T, err error, words ...string) {
	t.Helper()
	words = append(words, "Unable to Get Credentials", "No credentials were obtained from a service.")
	expectError(t, err, "profile", words...)
	expectRetryable(t, err, false)
}

// TestCachedSource_FirstCredentials has a service that is not available at first.
func TestCachedSource_FirstCredentials(t *testing.T) {
	t.Parallel()
	refusal := &failure{message: "The role refuses."}
	for name, test := range map[string]struct {
		service  scriptedService
		attempts int
		took     time.Duration
		want     string // a part of the error; empty for credentials
	}{
		"that comes up just before the limit": {
			scriptedService{upAfter: 29 * time.Second, failure: errUnavailable}, 30, 29 * time.Second, "",
		},
		"that comes up at the limit": {
			scriptedService{upAfter: 30 * time.Second, failure: errUnavailable},
			30, 30 * time.Second,
			"The service is unavailable. All attempts that started within 30s failed.",
		},
		"that fails slowly": {
			scriptedService{upAfter: time.Hour, failure: errUnavailable, duration: 14 * time.Second},
			2,
			30 * time.Second, "The service is unavailable.",
		},
		"that does not respond": {
			scriptedService{upAfter: time.Hour, failure: errUnavailable, duration: 30 * time.Second},
			1,
			30 * time.Second, "It did not respond in time.",
		},
		"that refuses": {scriptedService{upAfter: time.Hour, failure: refusal}, 1, 0, "The role refuses."},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			service := &test.service
			service.clock = fakeClock()
			c, err := service.newSource().Retrieve(t.Context())
			service.checkEnd(t, test.attempts, test.took)
			if test.want != "" {
				expectUnavailable(t, err, test.want)
			} else if err != nil || c != testSession {
				t.Errorf("the credentials are those of %q, with %v", c.AccessKeyID, err)
			}
		})
	}
}

// TestCachedSource_LastFailure has attempts that fail, and one that is cut off.
func TestCachedSource_LastFailure(t *testing.T) {
	t.Parallel()
	service := &scriptedService{clock: fakeClock(), upAfter: time.Hour, failure: errUnavailable}
	s := newCachedSource("a service", "profile", service.clock, func(ctx context.Context) (session, error) {
		if service.attempts == 3 {
			service.duration = attemptTimeout
		}
		return service.retrieve(ctx)
	})
	_, err := s.Retrieve(t.Context())
	expectUnavailable(t, err, "The service is unavailable.")
}

// TestCachedSource_SharedLimit has callers that share the 30 seconds, and later
// ones.
func TestCachedSource_SharedLimit(t *testing.T) {
	t.Parallel()
	service := &scriptedService{clock: fakeClock(), upAfter: 40 * time.Second, failure: errUnavailable}
	s := service.newSource()
	var callers sync.WaitGroup
	for range 16 {
		callers.Go(func() {
			_, err := s.Retrieve(t.Context())
			expectUnavailable(t, err, "The service is unavailable.")
		})
	}
	callers.Wait()
	service.checkEnd(t, 30, 30*time.Second)
	service.clock.Advance(time.Minute)
	_, err := s.Retrieve(t.Context())
	expectUnavailable(t, err, "The service is unavailable.")
	service.checkEnd(t, 30, 90*time.Second)
}

// TestCachedSource_RefusalEndsTheLimit has a service that refuses after it was not
// available: a later outage has its own 30 seconds.
func TestCachedSource_RefusalEndsTheLimit(t *testing.T) {
	t.Parallel()
	service := &scriptedService{clock: fakeClock(), upAfter: time.Hour + 10*time.Second}
	s := service.newSource()
	service.failure = failf(tryAgain, "The role refuses.")
	_, err := s.Retrieve(t.Context())
	expectUnavailable(t, err, "The role refuses.")
	service.clock.Advance(time.Hour)
	service.failure = errUnavailable
	if _, err := s.Retrieve(t.Context()); err != nil {
		t.Error(err)
	}
	service.checkEnd(t, 12, time.Hour+10*time.Second)
}

// TestCachedSource_ShortDeadline has a read that ends before the 30 seconds. Another
// one waits for the rest of them.
func TestCachedSource_ShortDeadline(t *testing.T) {
	t.Parallel()
	service := &scriptedService{
		clock: fakeClock(), upAfter: time.Hour, failure: errUnavailable, duration: time.Second,
	}
	s := service.newSource()
	_, err := s.Retrieve(deadlineAfter(service.clock, 10*time.Second))
	expectUnavailable(t, err, "The service is unavailable.")
	_, err = s.Retrieve(t.Context())
	expectUnavailable(t, err, "The service is unavailable.", "within 30s")
	if got := service.clock.Since(clocktest.Start); got != attemptTimeout {
		t.Errorf("it took %v", got)
	}
}

// TestCachedSource_DeadlineWithoutAttempt has a caller whose deadline passes while
// another one waits for a service that does not respond.
func TestCachedSource_DeadlineWithoutAttempt(t *testing.T) {
	t.Parallel()
	attempt := make(chan struct{})
	s := newCachedSource("a service", "profile", fakeClock(), func(ctx context.Context) (session, error) {
		close(attempt)
		<-ctx.Done()
		return session{}, ctx.Err()
	})
	first, cancel := context.WithCancel(t.Context())
	failed := make(chan error, 1)
	go func() {
		_, err := s.Retrieve(first)
		failed <- err
	}()
	<-attempt
	second, expire := context.WithCancelCause(t.Context())
	expire(context.DeadlineExceeded)
	_, err := s.Retrieve(second)
	expectUnavailable(t, err, "It did not respond in time.")
	cancel()
	if err := <-failed; !errors.Is(err, context.Canceled) {
		t.Errorf("the error of the canceled caller is %v", err)
	}
}

// TestCachedSource_InterruptedPause cancels a caller between two attempts, on a clock
// that does not advance.
func TestCachedSource_InterruptedPause(t *testing.T) {
	t.Parallel()
	clock := clockwork.NewFakeClockAt(clocktest.Start)
	s := newCachedSource("a service", "", clock, func(context.Context) (session, error) {
		return session{}, errUnavailable
	})
	ctx, cancel := context.WithCancel(t.Context())
	failed := make(chan error, 1)
	go func() {
		_, err := s.Retrieve(ctx)
		failed <- err
	}()
	if err := clock.BlockUntilContext(ctx, 1); err != nil {
		t.Fatal(err)
	}
	cancel()
	if err := <-failed; !errors.Is(err, context.Canceled) {
		t.Errorf("the error is %v", err)
	}
}

// TestCachedSource_UnavailableInChain has a role that is assumed with the credentials
// of a service that is not available: both share 30 seconds, and the error is about
// the service.
func TestCachedSource_UnavailableInChain(t *testing.T) {
	t.Parallel()
	for name, duration := range map[string]time.Duration{"fails": 0, "does not respond": attemptTimeout} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			service := &scriptedService{
				clock: fakeClock(), upAfter: time.Hour, failure: errUnavailable, duration: duration,
			}
			inner := service.newSource()
			role := newCachedSource("a role", "assume_role", service.clock, func(ctx context.Context) (session, error) {
				_, err := inner.Retrieve(ctx)
				return session{}, err
			})
			for range 2 {
				_, err := role.Retrieve(t.Context())
				expectUnavailable(t, err)
				if got := service.clock.Since(clocktest.Start); got != attemptTimeout {
					t.Errorf("it took %v", got)
				}
			}
		})
	}
}

// TestCachedSource_RefusalInChain has a role that is assumed with the credentials of a service, which refuses after a
// success: no later attempt can succeed.
func TestCachedSource_RefusalInChain(t *testing.T) {
	t.Parallel()
	service := &scriptedService{clock: fakeClock(), failure: failf(tryAgain, "The service refuses.")}
	inner := service.newSource()
	role := newCachedSource("a role", "assume_role", service.clock, func(ctx context.Context) (session, error) {
		c, err := inner.Retrieve(ctx)
		return session{credentials: c}, err
	})
	if _, err := role.Retrieve(t.Context()); err != nil {
		t.Fatal(err)
	}
	service.upAfter = 2 * time.Hour
	service.clock.Advance(time.Hour)
	_, err := role.Retrieve(t.Context())
	expectError(t, err, "profile", "The service refuses.")
	expectRetryable(t, err, false)
}

// TestCachedSource_Renewal renews a session, and then uses the new one.
func TestCachedSource_Renewal(t *testing.T) {
	t.Parallel()
	service := &scriptedService{clock: fakeClock()}
	s := service.newSource()
	for _, test := range []struct {
		after    time.Duration
		attempts int
	}{
		{0, 1}, {time.Hour - renewBefore - 1, 1}, {1, 2}, {renewalPause + 1, 2}, {time.Minute, 2},
	} {
		service.clock.Advance(test.after)
		if _, err := s.Retrieve(t.Context()); err != nil {
			t.Fatal(err)
		}
		if service.attempts != test.attempts {
			t.Errorf("%v later, there were %d attempts, want %d", test.after, service.attempts, test.attempts)
		}
	}
}

// TestCachedSource_FailedRenewal has a session of one hour that cannot be renewed.
func TestCachedSource_FailedRenewal(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		failure  *failure
		duration time.Duration // of a failed renewal
	}{
		"by an outage":         {errUnavailable, 0},
		"by a refusal":         {failf(tryAgain, "The role refuses."), 0},
		"by no response":       {errUnavailable, attemptTimeout},
		"by a slow error page": {errUnavailable, attemptTimeout - time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			service := &scriptedService{clock: fakeClock(), failure: test.failure, duration: test.duration}
			s := service.newSource()
			at := func(d time.Duration) (openapi.Credentials, error) {
				service.clock.Advance(max(0, d-service.clock.Since(clocktest.Start)))
				return s.Retrieve(t.Context())
			}
			if _, err := at(0); err != nil {
				t.Fatal(err)
			}
			service.upAfter = 2 * time.Hour
			for d := 57 * time.Minute; d < time.Hour; d += time.Minute {
				if c, err := at(d); err != nil || c != testSession {
					t.Errorf("after %v, the credentials are those of %q, with %v", d, c.AccessKeyID, err)
				}
			}
			_, err := at(time.Hour)
			expectError(t, err, "profile", "No credentials were obtained from a service.")
			expectRetryable(t, err, test.failure.retryable)
			if _, err := at(2 * time.Hour); err != nil {
				t.Error(err)
			}
			if service.attempts != 6 {
				t.Errorf("there were %d attempts, want 6", service.attempts)
			}
		})
	}
}

// TestCachedSource_UntrustedServer: a certificate that cannot be verified is an outage
// only if the service has returned credentials before.
func TestCachedSource_UntrustedServer(t *testing.T) {
	t.Parallel()
	service := &scriptedService{
		clock: fakeClock(), upAfter: time.Minute, failure: certificateError("a host", errors.New("unknown authority")),
	}
	s := service.newSource()
	expectRetryable(t, retrieveError(t, s), false)
	service.clock.Advance(time.Minute)
	if _, err := s.Retrieve(t.Context()); err != nil {
		t.Fatal(err)
	}
	service.upAfter = time.Hour
	expectRetryable(t, retrieveError(t, s), true)
}

// TestCachedSource_RenewalPause: while the session is valid, a failed renewal is
// repeated after a pause.
func TestCachedSource_RenewalPause(t *testing.T) {
	t.Parallel()
	service := &scriptedService{clock: fakeClock(), failure: errUnavailable}
	s := service.newSource()
	if _, err := s.Retrieve(t.Context()); err != nil {
		t.Fatal(err)
	}
	service.upAfter = 2 * time.Hour
	service.clock.Advance(time.Hour - renewBefore)
	for range 180 {
		if _, err := s.Retrieve(t.Context()); err != nil {
			t.Fatal(err)
		}
		service.clock.Advance(time.Second)
	}
	if _, err := s.Retrieve(t.Context()); err == nil || !strings.Contains(err.Error(), "unavailable") {
		t.Errorf("at the end of the session, the error is %v", err)
	}
	if service.attempts != 8 {
		t.Errorf("there were %d attempts, want the first, one each 30 seconds, and the last", service.attempts)
	}
}

// TestCachedSource_ShortSession has a service that issues sessions which end before
// they would be renewed, such as a sidecar that returns its own session until it ends.
func TestCachedSource_ShortSession(t *testing.T) {
	t.Parallel()
	clock, attempts := fakeClock(), 0
	end := clock.Now().Add(renewBefore - time.Second)
	s := newCachedSource("a service", "", clock, func(context.Context) (session, error) {
		attempts++
		if !clock.Now().Before(end) {
			end = clock.Now().Add(time.Second)
		}
		return session{testSession, end}, nil
	})
	for range 181 {
		if _, err := s.Retrieve(t.Context()); err != nil {
			t.Fatal(err)
		}
		clock.Advance(time.Second)
	}
	// The first, one each 30 seconds, and one for each of the sessions of one second.
	if attempts != 8 {
		t.Errorf("there were %d attempts, want 8", attempts)
	}
}

// TestCachedSource_FailedRenewalNearTheEnd: a failed renewal does not extend the use of
// a session beyond its end.
func TestCachedSource_FailedRenewalNearTheEnd(t *testing.T) {
	t.Parallel()
	service := &scriptedService{clock: fakeClock(), failure: errUnavailable}
	s := service.newSource()
	if _, err := s.Retrieve(t.Context()); err != nil {
		t.Fatal(err)
	}
	service.upAfter = 2 * time.Hour
	service.clock.Advance(time.Hour - time.Second)
	if _, err := s.Retrieve(t.Context()); err != nil {
		t.Errorf("a second before the end of the session, the error is %v", err)
	}
	service.clock.Advance(time.Second)
	if _, err := s.Retrieve(t.Context()); err == nil {
		t.Error("the session is used after its end")
	}
}

func TestIsRefusedSession_Codes(t *testing.T) {
	t.Parallel()
	for code, want := range map[string]bool{
		"InvalidSecurityToken.Expired": true, "InvalidSecurityToken.Malformed": true,
		"InvalidAccessKeyId.NotFound": true, "InvalidAccessKeyId.Inactive": true,
		"SignatureDoesNotMatch": false, "InvalidTimeStamp.Expired": false, "Forbidden.RAM": false, "": false,
	} {
		if got := IsRefusedSession(code); got != want {
			t.Errorf("%q: got %v", code, got)
		}
	}
}

// countedSource is a source that issues one session after the other.
func countedSource(t *testing.T) (s *cachedSource, renewals *int) {
	t.Helper()
	renewals = new(int)
	return newCachedSource("a service", "", fakeClock(), func(context.Context) (session, error) {
		*renewals++ // guarded by the source
		c := issued(*renewals)
		return session{credentials: openapi.Credentials(c)}, nil
	}), renewals
}

// TestCachedSource_ReplaceOnce has callers of an API that refuses the session of all of
// them.
func TestCachedSource_ReplaceOnce(t *testing.T) {
	t.Parallel()
	s, renewals := countedSource(t)
	var refused, callers sync.WaitGroup
	refused.Add(16)
	for range 16 {
		callers.Go(func() {
			first, err := s.Retrieve(t.Context())
			refused.Done()
			if err != nil || first.AccessKeyID != issued(1).AccessKeyID {
				t.Errorf("the first session is that of %q, with %v", first.AccessKeyID, err)
			}
			refused.Wait()
			second, err := s.Replace(t.Context(), first)
			if err != nil || second.AccessKeyID != issued(2).AccessKeyID {
				t.Errorf("the second session is that of %q, with %v", second.AccessKeyID, err)
			}
		})
	}
	callers.Wait()
	expectCredentials(t, s, issued(2))
	if *renewals != 2 {
		t.Errorf("%d sessions were issued, want 2", *renewals)
	}
}

// TestCachedSource_ReplacePermanent has credentials without a security token, which a
// credentials URI may return.
func TestCachedSource_ReplacePermanent(t *testing.T) {
	t.Parallel()
	attempts := 0
	permanent := openapi.Credentials{AccessKeyID: "id", AccessKeySecret: "secret"}
	cached := newCachedSource("a service", "", fakeClock(), func(context.Context) (session, error) {
		attempts++
		return session{credentials: permanent}, nil
	})
	for _, s := range []Source{cached, newStatic("a test", "id", "secret", "")} {
		if _, err := s.Retrieve(t.Context()); err != nil {
			t.Fatal(err)
		}
		if c, err := s.Replace(t.Context(), permanent); err != nil || c != permanent {
			t.Errorf("%T: the credentials are those of %q, with %v", s, c.AccessKeyID, err)
		}
	}
	if attempts != 1 {
		t.Errorf("there were %d attempts, want 1", attempts)
	}
}

// TestCachedSource_ReplaceDuringOutage: credentials that were refused are not used
// again, although they have not expired by the local clock.
func TestCachedSource_ReplaceDuringOutage(t *testing.T) {
	t.Parallel()
	service := &scriptedService{clock: fakeClock(), failure: errUnavailable}
	s := service.newSource()
	refused, err := s.Retrieve(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	service.upAfter = time.Minute
	_, err = s.Replace(t.Context(), refused)
	expectError(t, err, "profile", "The service is unavailable.")
	expectRetryable(t, err, true)
	_, err = s.Retrieve(t.Context())
	expectError(t, err, "profile", "The service is unavailable.")
	service.clock.Advance(time.Minute)
	if _, err := s.Retrieve(t.Context()); err != nil {
		t.Error(err)
	}
}

// TestSTS_RefusedSession has a role that is assumed with the session of an ECS role,
// which STS refuses.
func TestSTS_RefusedSession(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		accepted int // the session that STS accepts
		inner    int // sessions that the metadata service has issued
		want     string
	}{
		"once":  {2, 2, ""},
		"twice": {3, 2, "InvalidAccessKeyId.NotFound"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			clock := fakeClock()
			metadata := credtest.NewMetadata(clock, "ecs", time.Hour, issued(1), issued(2), issued(3))
			service := credtest.NewSTS(clock)
			service.Accept(issued(test.accepted))
			service.Grant(roleARN, issued(9))
			config := Config{
				ECSRoleName: "ecs", STSEndpoint: serveTLS(t, service), AssumeRole: &AssumeRole{RoleARN: roleARN},
			}
			s := mustResolve(t, config, nil, WithClock(clock), WithMetadataURL(serve(t, metadata)))
			if test.want == "" {
				expectCredentials(t, s, issued(9))
			} else {
				expectError(t, retrieveError(t, s), "assume_role", test.want)
			}
			if n := metadata.IssuedCount(); n != test.inner {
				t.Errorf("%d sessions were issued, want %d", n, test.inner)
			}
		})
	}
}

// TestSTS_RefusedSessionNotRenewed has a metadata service that has no second session.
func TestSTS_RefusedSessionNotRenewed(t *testing.T) {
	t.Parallel()
	clock := fakeClock()
	metadata := credtest.NewMetadata(clock, "ecs", time.Hour, issued(1))
	address := serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if metadata.IssuedCount() > 0 {
			http.NotFound(w, r)
			return
		}
		metadata.ServeHTTP(w, r)
	}))
	config := Config{
		ECSRoleName: "ecs", STSEndpoint: serveTLS(t, credtest.NewSTS(clock)), AssumeRole: &AssumeRole{RoleARN: roleARN},
	}
	s := mustResolve(t, config, nil, WithClock(clock), WithMetadataURL(address))
	expectError(t, retrieveError(t, s), "ecs_role_name", "404")
}

// TestCachedSource_SlowAttempt has an attempt that takes longer than all attempts
// together may take, and may have set another limit for itself.
func TestCachedSource_SlowAttempt(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		limit time.Duration // 0 for none
		want  bool          // the attempt has enough time
	}{{0, false}, {attemptTimeout, false}, {2 * attemptTimeout, true}} {
		clock := fakeClock()
		inner := newCachedSource("a program", "profile", clock, func(ctx context.Context) (session, error) {
			if test.limit > 0 {
				limitAttempts(ctx, test.limit)
			}
			clock.Advance(attemptTimeout + time.Second)
			// Either the timers of both attempts are still running, or they cancel ctx.
			if err := clock.BlockUntilContext(ctx, 2); err != nil {
				return session{}, err
			}
			return session{credentials: testSession}, nil
		})
		s := newCachedSource("a role", "profile", clock, func(ctx context.Context) (session, error) {
			c, err := inner.Retrieve(ctx)
			return session{credentials: c}, err
		})
		if _, err := s.Retrieve(t.Context()); (err == nil) != test.want {
			t.Errorf("with a limit of %v: %v", test.limit, err)
		}
	}
}
