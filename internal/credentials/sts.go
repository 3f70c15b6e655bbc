package credentials

import (
	"cmp"
	"context"
	"errors"
	"io"
	"net"
	"net/url"
	"strings"
	"time"

	"github.com/aliyun/credentials-go/credentials/providers"
	"github.com/jonboulle/clockwork"
)

// The limits of a role's session, in seconds.
const (
	MinSessionDuration = 900
	MaxSessionDuration = 43200
)

const (
	defaultSessionName     = "terraform"
	defaultSessionDuration = 3600 // seconds

	centralSTSHost = "sts.aliyuncs.com"
)

// stsClient calls the Security Token Service, always over HTTPS.
//
// credentials-go sends the requests. It takes no context, does not return when
// the credentials expire, reads its own clock, and dereferences what a response
// lacks. So each call builds a new provider, runs in its own goroutine, and its
// session lasts for the requested duration.
type stsClient struct {
	endpoint string // host or host:port
	timeouts timeouts
	clock    clockwork.Clock
}

// assumedRole is a role with the parameters of its session. None of its
// required fields may be empty: credentials-go would take them from the
// environment.
type assumedRole struct {
	arn         string // required
	sessionName string // required
	duration    int    // seconds, required
	policy      string
	externalID  string
}

// assumeRole assumes a role with the credentials of another source.
func (s stsClient) assumeRole(r assumedRole, previous Source) retrieveFunc {
	return func(ctx context.Context) (Credentials, time.Time, error) {
		c, err := previous.Retrieve(ctx)
		if err != nil {
			return Credentials{}, time.Time{}, err
		}
		return s.request(ctx, r, previous.Name(), func() (providers.CredentialsProvider, error) {
			return providers.NewRAMRoleARNCredentialsProviderBuilder().
				WithAccessKeyId(c.AccessKeyID).
				WithAccessKeySecret(c.AccessKeySecret).
				WithSecurityToken(c.SecurityToken).
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

// assumeRoleWithOIDC assumes a role with an OIDC token, which is read for each
// session.
func (s stsClient) assumeRoleWithOIDC(r assumedRole, providerARN string, token func() (string, error)) retrieveFunc {
	return func(ctx context.Context) (Credentials, time.Time, error) {
		// With a file, credentials-go prefers a token in the environment.
		t, err := token()
		if err != nil {
			return Credentials{}, time.Time{}, err
		}
		return s.request(ctx, r, "", func() (providers.CredentialsProvider, error) {
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

func (s stsClient) options() *providers.HttpOptions {
	return &providers.HttpOptions{
		ConnectTimeout: int(s.timeouts.connect.Milliseconds()),
		ReadTimeout:    int(s.timeouts.read.Milliseconds()),
	}
}

// request calls a new provider once. The session lasts for the requested
// duration, counted from before the request. previous is the name of the source
// that signs the request, "" for a request that is not signed.
func (s stsClient) request(
	ctx context.Context, r assumedRole, previous string, build func() (providers.CredentialsProvider, error),
) (Credentials, time.Time, error) {
	start := s.clock.Now().Round(0)
	provider, err := build()
	if err != nil {
		return Credentials{}, time.Time{}, failf("The login at %s lacks an argument.", s.endpoint)
	}
	c, err := await(ctx, provider.GetCredentials)
	if err != nil {
		return Credentials{}, time.Time{}, s.requestError(err, previous)
	}
	if c.AccessKeyId == "" || c.AccessKeySecret == "" || c.SecurityToken == "" {
		return Credentials{}, time.Time{}, s.malformedResponse()
	}
	return Credentials{
		AccessKeyID:     c.AccessKeyId,
		AccessKeySecret: c.AccessKeySecret,
		SecurityToken:   c.SecurityToken,
	}, start.Add(time.Duration(r.duration) * time.Second), nil
}

var errPanic = errors.New("credentials-go panicked")

// await runs get until ctx ends. If get is still running then, it ends by its
// own timeouts, and its result is dropped.
func await(
	ctx context.Context, get func() (*providers.Credentials, error),
) (*providers.Credentials, error) {
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

// requestError describes a request that failed. The text of credentials-go is
// the whole response after a prefix, or a signed URL: only the code and the
// request ID in it are shown.
func (s stsClient) requestError(err error, previous string) error {
	// A *url.Error is a net.Error. A response that is cut short is neither.
	if _, ok := errors.AsType[net.Error](err); ok || errors.Is(err, io.ErrUnexpectedEOF) {
		return connectionError(s.endpoint, err)
	}
	if errors.Is(err, errPanic) {
		return s.malformedResponse()
	}
	_, body, isResponse := strings.Cut(err.Error(), "session token failed: ")
	if !isResponse {
		return s.malformedResponse()
	}
	r := parseErrorResponse(body)
	f := failf("%s refused the login%s. %s", s.endpoint, r, r.advice(previous))
	f.retryable = r.notJSON || r.isThrottled()
	return f
}

func (s stsClient) malformedResponse() *failure {
	return failf("The answer of %s was not JSON with keys.", s.endpoint)
}

// newSTSClient returns a client for the roles of the provider block and of the
// environment.
func (r *resolver) newSTSClient() (stsClient, error) {
	s := stsClient{endpoint: r.stsEndpoint(), timeouts: r.config.timeouts(), clock: r.clock}
	if IsHost(s.endpoint) {
		return s, nil
	}
	e := &Error{
		Argument: "endpoints",
		Summary:  "Unusable endpoint of STS",
		Detail:   "Expected a host or host:port in endpoints, without https:// and without a path.",
	}
	if r.config.STSEndpoint == "" {
		e = &Error{
			Argument: "region",
			Summary:  "Unusable region",
			Detail:   "The region is not part of a host name. Write one such as cn-hangzhou.",
		}
	}
	return stsClient{}, e
}

// stsEndpoint returns the STS endpoint of the provider block or of the region.
func (r *resolver) stsEndpoint() string {
	return cmp.Or(r.config.STSEndpoint, stsHost(r.region(), false))
}

// stsHost returns the STS endpoint of a region, or the central one for "".
func stsHost(region string, vpc bool) string {
	switch {
	case region == "":
		return centralSTSHost
	case vpc:
		return "sts-vpc." + region + ".aliyuncs.com"
	}
	return "sts." + region + ".aliyuncs.com"
}

// IsHost reports whether s is a host or host:port, and nothing else.
func IsHost(s string) bool {
	u, err := url.Parse("https://" + s)
	return err == nil && s != "" && u.Host == s && u.Hostname() != ""
}
