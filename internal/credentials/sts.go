package credentials

import (
	"context"
	"errors"
	"io"
	"net"
	"strings"
	"time"

	"github.com/aliyun/credentials-go/credentials/providers"
	"github.com/jonboulle/clockwork"
)

// The length of a role's session, in seconds, is between these.
const (
	MinSessionDuration = 900
	MaxSessionDuration = 43200
)

const (
	defaultSessionName     = "terraform"
	defaultSessionDuration = 3600 // seconds

	centralSTS = "sts.aliyuncs.com"
)

// sts logs in at the Security Token Service, over HTTPS always.
//
// credentials-go makes the requests. It takes no context, shows no end of the
// keys, keeps its own time, and dereferences what an answer lacks; so each
// login builds a provider anew, runs apart, and ends after the time it asked
// for.
type sts struct {
	endpoint string // host or host:port
	timeouts timeouts
	clock    clockwork.Clock
}

// role is a role and how it is assumed. None of its required fields may be
// empty: credentials-go would fill them from the environment.
type role struct {
	arn         string // required
	sessionName string // required
	duration    int    // seconds, required
	policy      string
	externalID  string
}

// assume logs in with the keys of another source.
func (s sts) assume(r role, previous Source) retrieveFunc {
	return func(ctx context.Context) (Credentials, time.Time, error) {
		keys, err := previous.Retrieve(ctx)
		if err != nil {
			return Credentials{}, time.Time{}, err
		}
		return s.login(ctx, r, previous.Name(), func() (providers.CredentialsProvider, error) {
			return providers.NewRAMRoleARNCredentialsProviderBuilder().
				WithAccessKeyId(keys.AccessKeyID).
				WithAccessKeySecret(keys.AccessKeySecret).
				WithSecurityToken(keys.SecurityToken).
				WithRoleArn(r.arn).
				WithRoleSessionName(r.sessionName).
				WithDurationSeconds(r.duration).
				WithPolicy(r.policy).
				WithExternalId(r.externalID).
				WithStsEndpoint(s.endpoint).
				WithHttpOptions(s.options()).
				Build()
		})
	}
}

// assumeWithOIDC logs in with a token, which is asked for at each login.
func (s sts) assumeWithOIDC(r role, providerARN string, token func() (string, error)) retrieveFunc {
	return func(ctx context.Context) (Credentials, time.Time, error) {
		// Given a file, credentials-go prefers a token in the environment.
		t, err := token()
		if err != nil {
			return Credentials{}, time.Time{}, err
		}
		return s.login(ctx, r, "", func() (providers.CredentialsProvider, error) {
			return providers.NewOIDCCredentialsProviderBuilder().
				WithOIDCToken(t).
				WithOIDCProviderARN(providerARN).
				WithRoleArn(r.arn).
				WithRoleSessionName(r.sessionName).
				WithDurationSeconds(r.duration).
				WithPolicy(r.policy).
				WithSTSEndpoint(s.endpoint).
				WithHttpOptions(s.options()).
				Build()
		})
	}
}

func (s sts) options() *providers.HttpOptions {
	return &providers.HttpOptions{
		ConnectTimeout: int(s.timeouts.connect.Milliseconds()),
		ReadTimeout:    int(s.timeouts.read.Milliseconds()),
	}
}

// login asks a new provider once. The session lasts as long as it was asked to,
// counted from before the request.
func (s sts) login(ctx context.Context, r role, previous string, build func() (providers.CredentialsProvider, error)) (Credentials, time.Time, error) {
	start := s.clock.Now().Round(0)
	provider, err := build()
	if err != nil {
		return Credentials{}, time.Time{}, failf("The login at %s lacks an argument.", s.endpoint)
	}
	c, err := await(ctx, provider.GetCredentials)
	if err != nil {
		return Credentials{}, time.Time{}, s.refused(err, previous)
	}
	if c.AccessKeyId == "" || c.AccessKeySecret == "" || c.SecurityToken == "" {
		return Credentials{}, time.Time{}, s.malformedResponse()
	}
	keys := Credentials{AccessKeyID: c.AccessKeyId, AccessKeySecret: c.AccessKeySecret, SecurityToken: c.SecurityToken}
	return keys, start.Add(time.Duration(r.duration) * time.Second), nil
}

var errPanic = errors.New("credentials-go panicked")

// await runs get until ctx ends. What is left running then ends by its own
// timeouts, and nobody looks at it.
func await(ctx context.Context, get func() (*providers.Credentials, error)) (*providers.Credentials, error) {
	type result struct {
		credentials *providers.Credentials
		err         error
	}
	done := make(chan result, 1)
	go func() {
		defer func() {
			if recover() != nil {
				done <- result{err: errPanic}
			}
		}()
		c, err := get()
		done <- result{c, err}
	}()
	select {
	case <-ctx.Done():
		return nil, ctx.Err()
	case r := <-done:
		return r.credentials, r.err
	}
}

// refused tells what became of a login that failed. The text of credentials-go
// is the whole answer behind a few words, or a signed URL: nothing of it is
// shown but the code and the request ID.
func (s sts) refused(err error, previous string) error {
	// A *url.Error is a net.Error; an answer that breaks off comes without one.
	if _, ok := errors.AsType[net.Error](err); ok || errors.Is(err, io.ErrUnexpectedEOF) {
		return connectionError(s.endpoint, err)
	}
	if errors.Is(err, errPanic) {
		return s.malformedResponse()
	}
	_, body, isAnswer := strings.Cut(err.Error(), "session token failed: ")
	if !isAnswer {
		return s.malformedResponse()
	}
	r := parseErrorResponse(body)
	f := failf("%s refused the login%s. %s", s.endpoint, r, r.advice(previous))
	f.retryable = r.foreign || r.throttled()
	return f
}

func (s sts) malformedResponse() *failure {
	return failf("The answer of %s was not JSON with keys.", s.endpoint)
}
