// SPDX-License-Identifier: MPL-2.0

package credentials

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/aliyun/alibaba-cloud-sdk-go/sdk/requests"
	"github.com/aliyun/alibaba-cloud-sdk-go/services/sts"
	"github.com/jonboulle/clockwork"

	"github.com/rds-migrate/terraform-provider-alicloud/internal/openapi"
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
type stsClient struct {
	endpoint string // host or host:port
	region   string // "" for none
	client   *openapi.Client
	clock    clockwork.Clock
}

// assumedRole is a role with the parameters of its session.
type assumedRole struct {
	arn         string
	sessionName string
	duration    int    // seconds
	policy      string // "" for all permissions of the role
	externalID  string // "" for none
}

// assumeRole assumes a role with the credentials of another source. If STS refuses
// a session of that source, it is renewed once.
func (s stsClient) assumeRole(r assumedRole, previous Source) retrieveFunc {
	return func(ctx context.Context) (session, error) {
		c, err := previous.Retrieve(ctx)
		if err != nil {
			return session{}, err
		}
		got, err := s.assumeRoleWith(ctx, r, c, previous.Name())
		if f, ok := errors.AsType[*failure](err); !ok || !f.refusesSession {
			return got, err
		}
		renewed, renewalErr := previous.Replace(ctx, c)
		switch {
		case renewalErr != nil:
			return session{}, renewalErr
		case renewed == c:
			return session{}, err
		}
		return s.assumeRoleWith(ctx, r, renewed, previous.Name())
	}
}

// assumeRoleWith assumes a role with the credentials of the source that is called
// previous.
func (s stsClient) assumeRoleWith(
	ctx context.Context, r assumedRole, c openapi.Credentials, previous string,
) (session, error) {
	api := sts.CreateAssumeRoleRequest()
	api.Domain = s.endpoint
	api.RoleArn = r.arn
	api.RoleSessionName = r.sessionName
	api.DurationSeconds = requests.NewInteger(r.duration)
	api.Policy = r.policy
	api.ExternalId = r.externalID
	req, err := openapi.NewSignedRequest(api, s.target(), c)
	if err != nil {
		return session{}, buildError(s.endpoint, err)
	}
	return s.send(ctx, req, r, previous)
}

// assumeRoleWithOIDC assumes a role with an OIDC token, which is read for each
// session.
func (s stsClient) assumeRoleWithOIDC(r assumedRole, providerARN string, token func() (string, error)) retrieveFunc {
	return func(ctx context.Context) (session, error) {
		t, err := token()
		if err != nil {
			return session{}, err
		}
		api := sts.CreateAssumeRoleWithOIDCRequest()
		api.Domain = s.endpoint
		api.OIDCProviderArn = providerARN
		api.RoleArn = r.arn
		api.RoleSessionName = r.sessionName
		api.DurationSeconds = requests.NewInteger(r.duration)
		api.Policy = r.policy
		// The field OIDCToken is part of the URL, which proxies write to logs.
		api.FormParams["OIDCToken"] = t
		req, err := openapi.NewUnsignedRequest(api, s.target(), t)
		if err != nil {
			return session{}, buildError(s.endpoint, err)
		}
		return s.send(ctx, req, r, "")
	}
}

func (s stsClient) target() openapi.Target { return openapi.Target{Region: s.region, Scheme: "HTTPS"} }

// send sends a request and returns the session in its response. previous is the
// name of the source that signed the request, "" for a request that is not
// signed.
func (s stsClient) send(
	ctx context.Context, req *openapi.Request, r assumedRole, previous string,
) (session, error) {
	start := s.clock.Now()
	resp, err := s.client.Send(ctx, req)
	if err != nil {
		return session{}, connectionError(s.endpoint, err, checkSTSEndpoint)
	}
	if resp.Status != http.StatusOK {
		return session{}, s.statusError(resp, previous)
	}
	var envelope struct{ Credentials json.RawMessage }
	if err := json.Unmarshal(resp.Body, &envelope); err != nil {
		return session{}, malformedError(s.endpoint)
	}
	issued, err := parseCredentials(s.endpoint, envelope.Credentials, resp)
	if err != nil {
		return session{}, err
	}
	if issued.Expiration == "" {
		issued.Expiration = start.Add(time.Duration(r.duration) * time.Second).Format(time.RFC3339)
	}
	return issued.toTemporarySession(s.endpoint)
}

// statusError describes a response with a status other than 200.
func (s stsClient) statusError(resp *openapi.Response, previous string) *failure {
	if resp.Status < http.StatusBadRequest {
		return statusError(s.endpoint, resp) // not a response of the API
	}
	r := parseErrorResponse(resp.Body)
	f := failf(r.advice(previous), "%s refused to issue a session of the role.", s.endpoint)
	f.response = r.lines(resp)
	f.retryable = r.notJSON || r.isThrottled() || isRetryableStatus(resp.Status)
	f.refusesSession = IsRefusedSession(r.Code)
	return f
}

// newSTSClient returns a client for the roles of the provider block and of the
// environment.
func (r *resolver) newSTSClient() (stsClient, error) {
	if endpoint := r.stsEndpoint(); openapi.IsHost(endpoint) {
		return r.stsClientFor(endpoint), nil
	}
	return stsClient{}, &Error{
		Argument: "endpoints",
		Summary:  "Invalid STS Endpoint",
		Detail: fmt.Sprintf("The endpoint %q of STS is not a host.\n\n"+
			"Set endpoints.sts to a host or host:port, without https:// and without a path.", r.config.STSEndpoint),
	}
}

func (r *resolver) stsClientFor(endpoint string) stsClient {
	return stsClient{endpoint: endpoint, region: r.region(), client: r.client, clock: r.clock}
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
