// SPDX-License-Identifier: MPL-2.0

package credentials

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"time"

	"github.com/jonboulle/clockwork"
	"golang.org/x/sync/semaphore"

	"github.com/rds-migrate/terraform-provider-alicloud/internal/openapi"
)

const (
	// renewBefore is how long before they expire credentials are renewed.
	renewBefore = 3 * time.Minute
	// defaultLifetime is how long credentials are used whose expiration is
	// unknown.
	defaultLifetime = 5 * time.Minute

	// attemptTimeout limits one attempt to authenticate, and all attempts before
	// the first success together. The time of a program is not counted.
	attemptTimeout = 30 * time.Second
	// retryPause separates the attempts before the first success.
	retryPause = time.Second
	// renewalPause separates the attempts to renew credentials that are still
	// valid, also those that return credentials which are about to expire.
	renewalPause = 30 * time.Second
)

// session holds credentials and when they expire. The zero time means that the
// expiration is unknown.
type session struct {
	credentials openapi.Credentials
	expires     time.Time
}

// retrieveFunc authenticates and returns new credentials.
type retrieveFunc func(ctx context.Context) (session, error)

// cachedSource provides credentials that expire. It authenticates at the first
// call, and again before the credentials expire.
//
// Until it has succeeded once, it repeats attempts that fail for a reason that
// may pass, for at most 30 seconds from the first of them. All callers share
// this time. A later call fails at once: a source exists for one Terraform
// command, which has failed by then, and a service that does not respond would
// otherwise delay each of its remaining reads. After the first success, a call
// makes at most one attempt, and the caller decides whether to repeat it.
type cachedSource struct {
	name     string
	argument string // for errors
	clock    clockwork.Clock
	retrieve retrieveFunc

	// lock guards the fields below. Unlike a mutex it can be waited for until a
	// context ends.
	lock         *semaphore.Weighted
	cached       session
	renewAt      time.Time
	firstAttempt time.Time // zero if there was none, or the source refused it

	// lastFailure is the latest failure that may pass. It is nil after the first
	// success. It can be read without the lock.
	lastFailure atomic.Pointer[Error]
}

func newCachedSource(name, argument string, clock clockwork.Clock, retrieve retrieveFunc) *cachedSource {
	s := &cachedSource{
		name:     name,
		argument: argument,
		clock:    clock,
		retrieve: retrieve,
		lock:     semaphore.NewWeighted(1),
	}
	s.lastFailure.Store(s.newError(noResponse()))
	return s
}

// Name describes the source.
func (s *cachedSource) Name() string { return s.name }

// Format writes the name, whatever the verb.
func (s *cachedSource) Format(f fmt.State, _ rune) { writeString(f, s.name) }

// Retrieve returns the cached credentials, or new ones if those are about to
// expire.
func (s *cachedSource) Retrieve(ctx context.Context) (openapi.Credentials, error) {
	return s.retrieveOther(ctx, openapi.Credentials{})
}

// Replace returns new credentials if the refused ones are cached, and the cached
// ones if another caller has replaced those already.
func (s *cachedSource) Replace(ctx context.Context, refused openapi.Credentials) (openapi.Credentials, error) {
	if refused.SecurityToken == "" {
		return refused, nil
	}
	return s.retrieveOther(ctx, refused)
}

// retrieveOther returns the cached credentials, or new ones if those were refused or
// are about to expire. The zero value means that none were refused.
func (s *cachedSource) retrieveOther(ctx context.Context, refused openapi.Credentials) (openapi.Credentials, error) {
	if ctx.Err() != nil || s.lock.Acquire(ctx, 1) != nil {
		return openapi.Credentials{}, s.contextError(ctx)
	}
	defer s.lock.Release(1)
	if s.cached.credentials == refused {
		s.cached, s.renewAt = session{}, time.Time{}
	}
	if err := s.refresh(ctx); err != nil {
		return openapi.Credentials{}, err
	}
	return s.cached.credentials, nil
}

// refresh authenticates if there are no credentials or they are about to expire.
func (s *cachedSource) refresh(ctx context.Context) error {
	switch {
	case s.clock.Now().Before(s.renewAt):
		return nil
	case s.lastFailure.Load() != nil:
		return s.authenticate(ctx)
	}
	return s.renew(ctx)
}

// authenticate obtains the first credentials.
func (s *cachedSource) authenticate(ctx context.Context) error {
	if s.firstAttempt.IsZero() {
		s.firstAttempt = s.clock.Now()
	}
	deadline := s.firstAttempt.Add(attemptTimeout)
	for now := s.clock.Now(); now.Before(deadline); now = s.clock.Now() {
		err := s.attempt(ctx, deadline.Sub(now))
		var e *Error
		switch {
		case ctx.Err() != nil, !errors.As(err, &e):
			return err
		case !e.Retryable:
			s.firstAttempt = time.Time{}
			return err
		}
		s.lastFailure.Store(e)
		select {
		case <-s.clock.After(max(0, min(retryPause, deadline.Sub(s.clock.Now())))):
		case <-ctx.Done():
			return s.contextError(ctx)
		}
	}
	e := s.lastFailure.Load().asFinal()
	cause, advice, _ := strings.Cut(e.Detail, "\n\n")
	e.Detail = fmt.Sprintf("%s All attempts that started within %v failed.\n\n%s", cause, attemptTimeout, advice)
	return e
}

// renew obtains new credentials. If that fails, the cached ones are used until
// they expire.
func (s *cachedSource) renew(ctx context.Context) error {
	err := s.attempt(ctx, attemptTimeout)
	now := s.clock.Now().Round(0)
	if err == nil || ctx.Err() != nil || !now.Before(s.cached.expires) {
		return err
	}
	s.pauseRenewal(now)
	return nil
}

// pauseRenewal delays the next renewal, but not beyond the expiration.
func (s *cachedSource) pauseRenewal(now time.Time) {
	s.renewAt = now.Add(min(renewalPause, s.cached.expires.Sub(now)))
}

// attempt authenticates once, within timeout, and caches the credentials.
func (s *cachedSource) attempt(ctx context.Context, timeout time.Duration) error {
	attemptCtx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	timer := s.clock.AfterFunc(timeout, func() { cancel(context.DeadlineExceeded) })
	defer timer.Stop()
	got, err := s.retrieve(context.WithValue(attemptCtx, limitKey{}, func(d time.Duration) {
		timer.Reset(d)
		limitAttempts(ctx, d)
	}))
	if err == nil {
		err = s.store(got)
	}
	var (
		e *Error
		f *failure
	)
	switch {
	case err == nil:
		return nil
	case errors.As(err, &e):
		// Of a source that this one builds on. A program may print a new one each time.
		if e.gaveUp && s.lastFailure.Load() == nil {
			outage := *e
			outage.Retryable = true
			return &outage
		}
		return e
	case ctx.Err() != nil:
		return s.contextError(ctx)
	case attemptCtx.Err() != nil:
		return cmp.Or(s.lastFailure.Load(), s.newError(noResponse()))
	case !errors.As(err, &f):
		f = failf(tryAgain, "The authentication failed.")
	}
	return s.newError(f)
}

// limitKey is the key of a function in the context of an attempt that changes its
// limit.
type limitKey struct{}

// limitAttempts makes the attempts that ctx belongs to end after d from now: that of
// a source, and those of the sources that build on it.
func limitAttempts(ctx context.Context, d time.Duration) {
	if limit, ok := ctx.Value(limitKey{}).(func(time.Duration)); ok {
		limit(d)
	}
}

// store caches credentials.
func (s *cachedSource) store(got session) error {
	// Without the monotonic reading, which stops while a machine sleeps.
	now := s.clock.Now().Round(0)
	if got.expires.IsZero() {
		got.expires = now.Add(defaultLifetime + renewBefore)
	}
	if !now.Before(got.expires) {
		return &failure{
			message:   "The credentials that were returned have expired.",
			advice:    "Check the clock of this machine, and that the service or the program renews its credentials.",
			retryable: true,
		}
	}
	s.cached, s.renewAt = got, got.expires.Add(-renewBefore)
	if s.renewAt.Sub(now) < renewalPause {
		s.pauseRenewal(now) // a service may return the same session until it ends
	}
	s.lastFailure.Store(nil)
	return nil
}

// contextError returns the error of a call whose context has ended. If a
// deadline has passed before the first success, that is the latest failure: the
// cause is the source, not the time of the read.
func (s *cachedSource) contextError(ctx context.Context) error {
	if e := s.lastFailure.Load(); e != nil && errors.Is(context.Cause(ctx), context.DeadlineExceeded) {
		return e.asFinal()
	}
	return ctx.Err()
}

func noResponse() *failure {
	return &failure{message: "It did not respond in time.", advice: checkNetwork, retryable: true}
}

func (s *cachedSource) newError(f *failure) *Error {
	return &Error{
		Argument:  s.argument,
		Summary:   "Unable to Get Credentials",
		Detail:    f.detail(s.name),
		Retryable: f.retryable || f.foreign && s.lastFailure.Load() == nil,
		Err:       f.err,
	}
}

// asFinal returns a copy of the error that is not retryable.
func (e *Error) asFinal() *Error {
	final := *e
	final.Retryable, final.gaveUp = false, true
	return &final
}
