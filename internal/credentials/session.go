package credentials

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"github.com/jonboulle/clockwork"
	"golang.org/x/sync/semaphore"
)

const (
	// renewBefore is how long before its end a session is renewed.
	renewBefore = 3 * time.Minute
	// unknownLifetime is how long keys are used that came without an end.
	unknownLifetime = 5 * time.Minute
)

// retrieve returns new keys, and when they expire: the zero time where that was
// not said.
type retrieveFunc func(ctx context.Context) (Credentials, time.Time, error)

// session hands out keys that expire. It logs in when it is first asked, and
// again before the keys expire.
type session struct {
	name     string
	argument string // for errors
	clock    clockwork.Clock
	retrieve retrieveFunc

	// lock guards the fields below. Unlike a mutex it can be waited for until a
	// context ends.
	lock        *semaphore.Weighted
	credentials Credentials
	until       time.Time
}

func newSession(name, argument string, clock clockwork.Clock, l retrieveFunc) *session {
	return &session{name: name, argument: argument, clock: clock, retrieve: l, lock: semaphore.NewWeighted(1)}
}

// Name says what logs in.
func (s *session) Name() string { return s.name }

// Credentials returns the keys of the session.
func (s *session) Retrieve(ctx context.Context) (Credentials, error) {
	if err := ctx.Err(); err != nil {
		return Credentials{}, err
	}
	if err := s.lock.Acquire(ctx, 1); err != nil {
		return Credentials{}, err
	}
	defer s.lock.Release(1)
	if s.clock.Now().Before(s.until) {
		return s.credentials, nil
	}
	keys, expires, err := s.retrieve(ctx)
	if err != nil {
		return Credentials{}, s.fail(ctx, err)
	}
	// Without the monotonic reading, which stands still while a machine sleeps.
	now := s.clock.Now().Round(0)
	if expires.IsZero() {
		expires = now.Add(unknownLifetime + renewBefore)
	}
	if !now.Before(expires) {
		return Credentials{}, s.fail(ctx, &failure{message: "It handed out keys that had expired already. Check the clock of this machine.", retryable: true})
	}
	keys.Source = s.name
	s.credentials, s.until = keys, expires.Add(-renewBefore)
	return keys, nil
}

// fail returns the error of a login that failed. The error of a source that
// this one builds on passes unchanged.
func (s *session) fail(ctx context.Context, err error) error {
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

// credentialsResponse is what the metadata service, a credentials URI, CloudSSO and OAuth
// answer. encoding/json does not mind that OAuth writes its names with a small
// first letter.
type credentialsResponse struct {
	Code            string
	AccessKeyID     string `json:"AccessKeyId"`
	AccessKeySecret string
	SecurityToken   string
	Expiration      string
}

// parseCredentials reads an answer that must hold keys.
func parseCredentials(host string, body []byte) (credentialsResponse, error) {
	var a credentialsResponse
	// The error of encoding/json quotes a part of the answer.
	if err := json.Unmarshal(body, &a); err != nil {
		return credentialsResponse{}, failf("The answer of %s was not JSON with keys.", host)
	}
	if a.Code != "" && a.Code != "Success" {
		return credentialsResponse{}, failf("An answer came from %s, but without keys%s.", host, parseErrorResponse(string(body)))
	}
	if a.AccessKeyID == "" || a.AccessKeySecret == "" {
		return credentialsResponse{}, failf("The answer of %s lacks keys.", host)
	}
	return a, nil
}

// toCredentials returns the keys and their end.
func (a credentialsResponse) toCredentials(host string) (Credentials, time.Time, error) {
	keys := Credentials{AccessKeyID: a.AccessKeyID, AccessKeySecret: a.AccessKeySecret, SecurityToken: a.SecurityToken}
	if a.Expiration == "" {
		return keys, time.Time{}, nil
	}
	expires, err := time.Parse(time.RFC3339, a.Expiration)
	if err != nil {
		return Credentials{}, time.Time{}, failf("The answer of %s says in no readable form when the keys expire.", host)
	}
	return keys, expires, nil
}

// toTemporaryCredentials is session for keys that must have a token and an end.
func (a credentialsResponse) toTemporaryCredentials(host string) (Credentials, time.Time, error) {
	if a.SecurityToken == "" || a.Expiration == "" {
		return Credentials{}, time.Time{}, failf("The answer of %s lacks the token or its end.", host)
	}
	return a.toCredentials(host)
}
