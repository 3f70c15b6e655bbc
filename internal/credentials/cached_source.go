// SPDX-License-Identifier: MPL-2.0

package credentials

import (
	"context"
	"errors"
	"fmt"
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
type cachedSource struct {
	name     string
	argument string // for errors
	clock    clockwork.Clock
	retrieve retrieveFunc

	// lock guards the fields below. Unlike a mutex it can be waited for until a
	// context ends.
	lock        *semaphore.Weighted
	credentials openapi.Credentials
	renewAt     time.Time
}

func newCachedSource(name, argument string, clock clockwork.Clock, retrieve retrieveFunc) *cachedSource {
	return &cachedSource{
		name:     name,
		argument: argument,
		clock:    clock,
		retrieve: retrieve,
		lock:     semaphore.NewWeighted(1),
	}
}

// Name describes the source.
func (s *cachedSource) Name() string { return s.name }

// Format writes the name, whatever the verb.
func (s *cachedSource) Format(f fmt.State, _ rune) { writeString(f, s.name) }

// Retrieve returns the cached credentials, or new ones if those are about to
// expire.
func (s *cachedSource) Retrieve(ctx context.Context) (openapi.Credentials, error) {
	if err := ctx.Err(); err != nil {
		return openapi.Credentials{}, err
	}
	if err := s.lock.Acquire(ctx, 1); err != nil {
		return openapi.Credentials{}, err
	}
	defer s.lock.Release(1)
	if s.clock.Now().Before(s.renewAt) {
		return s.credentials, nil
	}
	got, err := s.retrieve(ctx)
	if err != nil {
		return openapi.Credentials{}, s.wrapError(ctx, err)
	}
	// Without the monotonic reading, which stops while a machine sleeps.
	now := s.clock.Now().Round(0)
	if got.expires.IsZero() {
		got.expires = now.Add(defaultLifetime + renewBefore)
	}
	if !now.Before(got.expires) {
		return openapi.Credentials{}, s.wrapError(ctx, &failure{
			message:   "It handed out keys that had expired already. Check the clock of this machine.",
			retryable: true,
		})
	}
	s.credentials, s.renewAt = got.credentials, got.expires.Add(-renewBefore)
	return s.credentials, nil
}

// wrapError returns the error of an authentication that failed. The error of a
// source that this one builds on is returned unchanged.
func (s *cachedSource) wrapError(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	var (
		e *Error
		f *failure
	)
	if errors.As(err, &e) {
		return e
	}
	if !errors.As(err, &f) {
		f = &failure{message: "The login failed."}
	}
	return &Error{
		Argument:  s.argument,
		Summary:   "No keys from " + s.name,
		Detail:    f.message,
		Retryable: f.retryable,
		Err:       f.err,
	}
}
