// SPDX-License-Identifier: MPL-2.0

package credentials

import (
	"errors"
	"fmt"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/jonboulle/clockwork"

	"github.com/rds-migrate/terraform-provider-alicloud/internal/credentials/credtest"
	"github.com/rds-migrate/terraform-provider-alicloud/internal/openapi"
)

func TestSTS_Endpoint(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		config  Config
		vars    map[string]string
		profile profile
		want    string
	}{
		"without a region": {want: "sts.aliyuncs.com"},
		"of a region in the block": {
			config: Config{Region: "cn-hangzhou"}, vars: map[string]string{"ALICLOUD_REGION": "x"},
			want: "sts.cn-hangzhou.aliyuncs.com",
		},
		"of a region in the environment": {
			vars: map[string]string{"ALIBABA_CLOUD_REGION": "cn-beijing"}, want: "sts.cn-beijing.aliyuncs.com",
		},
		"of the block": {
			config: Config{Region: "cn-hangzhou", STSEndpoint: " sts.example.com:8443 "}, want: "sts.example.com:8443",
		},
		"of a profile": {
			profile: profile{STSEndpoint: "https://sts.example.com/", STSRegion: "x"}, want: "sts.example.com",
		},
		"of a profile's region": {
			config: Config{Region: "cn-hangzhou"}, profile: profile{STSRegion: "cn-shanghai"},
			want: "sts.cn-shanghai.aliyuncs.com",
		},
		"of a profile within a VPC": {
			profile: profile{STSRegion: "cn-shanghai", EnableVPC: true}, want: "sts-vpc.cn-shanghai.aliyuncs.com",
		},
		"of the block before a profile": {
			config: Config{STSEndpoint: "sts.example.com"}, profile: profile{STSEndpoint: "x", STSRegion: "y"},
			want: "sts.example.com",
		},
		"of the region with a VPC": {
			config: Config{Region: "cn-hangzhou"}, profile: profile{EnableVPC: true},
			want: "sts-vpc.cn-hangzhou.aliyuncs.com",
		},
		"without a region but within a VPC": {profile: profile{EnableVPC: true}, want: "sts.aliyuncs.com"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newResolver(c.config, getenvFrom(c.vars), nil)
			s, _, err := r.newProfileRole(c.profile)
			if err != nil {
				t.Fatal(err)
			}
			if s.endpoint != c.want {
				t.Errorf("endpoint is %q, want %q", s.endpoint, c.want)
			}
		})
	}
}

func TestSTS_ErrorResponses(t *testing.T) {
	t.Parallel()
	assume := func(change func(*Config)) Config {
		c := Config{AccessKey: "hidden.id", SecretKey: "hidden-secret", AssumeRole: &AssumeRole{RoleARN: roleARN}}
		change(&c)
		return c
	}
	oidc := Config{AssumeRoleWithOIDC: &AssumeRoleWithOIDC{
		OIDCProviderARN: providerARN, RoleARN: roleARN, OIDCToken: "hidden-wrong",
	}}
	for name, c := range map[string]struct {
		config   Config
		argument string
		words    []string
	}{
		"for a wrong secret": {
			assume(func(c *Config) { c.SecretKey = "hidden-wrong" }), "assume_role",
			[]string{"SignatureDoesNotMatch", "FAKE-STS", "Check the static credentials of the provider block"},
		},
		"for an unknown access key": {
			assume(func(c *Config) { c.AccessKey = "hidden" }), "assume_role",
			[]string{"InvalidAccessKeyId.NotFound", "Check the static credentials"},
		},
		"for a wrong token": {
			assume(func(c *Config) { c.SecurityToken = "hidden-token" }), "assume_role",
			[]string{"InvalidSecurityToken.MismatchWithAccessKey"},
		},
		"for an unknown role": {
			assume(func(c *Config) { c.AssumeRole.RoleARN = otherARN }), "assume_role",
			[]string{"EntityNotExist.Role", "role or the identity provider does not exist"},
		},
		"for a malformed role": {
			assume(func(c *Config) { c.AssumeRole.RoleARN = "reader" }), "assume_role",
			[]string{"InvalidParameter.RoleArn", "Check the arguments"},
		},
		"for a malformed policy": {
			assume(func(c *Config) { c.AssumeRole.Policy = "{hidden" }), "assume_role",
			[]string{"InvalidParameter.PolicyGrammar"},
		},
		"for a wrong OIDC token": {
			oidc, "assume_role_with_oidc", []string{"AuthenticationFail", "Check the OIDC token"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			service := credtest.NewSTS(fakeClock())
			service.Accept(credtest.Credentials{AccessKeyID: "hidden.id", AccessKeySecret: "hidden-secret"})
			service.AcceptToken(providerARN, "hidden-token")
			service.Grant(roleARN, issued(1))
			c.config.STSEndpoint = serveTLS(t, service)
			s := mustResolve(t, c.config, nil, WithClock(fakeClock()))
			expectError(t, retrieveError(t, s), c.argument, c.words...)
		})
	}
}

// stsConfigs returns a configuration for each action of STS.
func stsConfigs(endpoint string) map[string]Config {
	assumeRole := callerConfig(endpoint)
	assumeRole.AssumeRole = &AssumeRole{RoleARN: roleARN}
	return map[string]Config{
		"AssumeRole": assumeRole,
		"AssumeRoleWithOIDC": {STSEndpoint: endpoint, AssumeRoleWithOIDC: &AssumeRoleWithOIDC{
			OIDCProviderARN: providerARN, RoleARN: roleARN, OIDCToken: "hidden-token",
		}},
	}
}

func TestSTS_SessionEnd(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		expiration string        // in the response
		renewAfter time.Duration // since the first request
	}{
		"before the requested end": {`, "Expiration": "2026-11-20T12:30:00Z"`, 27 * time.Minute},
		"after the requested end":  {`, "Expiration": "2026-11-20T14:00:00Z"`, 117 * time.Minute},
		"missing":                  {"", 57 * time.Minute},
	} {
		for action := range stsConfigs("") {
			t.Run(name+" in the response to "+action, func(t *testing.T) {
				t.Parallel()
				clock := fakeClock()
				var requests int
				endpoint := serveTLS(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
					requests++
					clock.Advance(time.Second)
					writeBody(t, w, fmt.Sprintf(`{"RequestId": "ID-1", "Credentials": {
						"AccessKeyId": "id-%d", "AccessKeySecret": "secret", "SecurityToken": "token"%s}}`,
						requests, c.expiration))
				}))
				s := mustResolve(t, stsConfigs(endpoint)[action], nil, WithClock(clock))
				session := credtest.Credentials{AccessKeyID: "id-1", AccessKeySecret: "secret", SecurityToken: "token"}
				expectCredentials(t, s, session)
				clock.Advance(c.renewAfter - 2*time.Second) // one second has passed
				expectCredentials(t, s, session)
				clock.Advance(time.Second)
				_, err := s.Retrieve(t.Context())
				if requests != 2 {
					t.Errorf("%d requests after %v: %v", requests, c.renewAfter, err)
				}
			})
		}
	}
}

// TestSTS_UnsignedRequest has a region that Resolve rejects.
func TestSTS_UnsignedRequest(t *testing.T) {
	t.Parallel()
	client := stsClient{endpoint: "sts.example.com", region: "cn.hangzhou"}
	_, err := client.assumeRole(assumedRole{}, newStatic("a source", "id", "secret", ""))(t.Context())
	f, ok := errors.AsType[*failure](err)
	if !ok || f.retryable || !strings.Contains(f.message, "The request to sts.example.com could not be built") {
		t.Errorf("the error is %v", err)
	}
}

// TestSTS_UnknownHost has the endpoint of a region that does not exist.
func TestSTS_UnknownHost(t *testing.T) {
	t.Parallel()
	client := stsClient{
		endpoint: "sts.cn-nowhere.aliyuncs.com", region: "cn-nowhere", clock: clockwork.NewRealClock(),
		client: &openapi.Client{Transport: unknownHost{}, MaxResponseSize: maxResponseSize},
	}
	_, err := client.assumeRole(assumedRole{}, newStatic("a source", "id", "secret", ""))(t.Context())
	f, ok := errors.AsType[*failure](err)
	if !ok || !strings.HasPrefix(f.advice, "Check the STS endpoint (region or endpoints.sts of the provider") {
		t.Errorf("the error is %v", err)
	}
}

// unknownHost is a transport whose hosts do not exist.
type unknownHost struct{}

func (unknownHost) RoundTrip(r *http.Request) (*http.Response, error) {
	return nil, &net.OpError{
		Op: "dial", Net: "tcp", Err: &net.DNSError{Err: "no such host", Name: r.URL.Hostname(), IsNotFound: true},
	}
}

// TestSTS_ErrorOfAProxy returns an error in front of STS, which may pass.
func TestSTS_ErrorOfAProxy(t *testing.T) {
	t.Parallel()
	endpoint := serveTLS(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusForbidden)
		writeBody(t, w, "<html>hidden</html>")
	}))
	for action, config := range stsConfigs(endpoint) {
		t.Run(action, func(t *testing.T) {
			t.Parallel()
			var e *Error
			err := retrieveError(t, mustResolve(t, config, nil))
			if !errors.As(err, &e) || !e.Retryable || !strings.Contains(e.Detail, "Try again later.") {
				t.Errorf("the error is %v", err)
			}
			expectNoSecret(t, err)
		})
	}
}

// TestSTS_URLHoldsNoOIDCToken checks the URLs of the requests, which proxies
// and servers write to their logs.
func TestSTS_URLHoldsNoOIDCToken(t *testing.T) {
	t.Parallel()
	service := credtest.NewSTS(fakeClock())
	service.AcceptToken(providerARN, "hidden-token")
	service.Grant(roleARN, issued(1))
	var urls []string
	endpoint := serveTLS(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		urls = append(urls, r.RequestURI)
		service.ServeHTTP(w, r)
	}))
	s := mustResolve(t, stsConfigs(endpoint)["AssumeRoleWithOIDC"], nil, WithClock(fakeClock()))
	expectCredentials(t, s, issued(1))
	if len(urls) != 1 || strings.Contains(urls[0], "hidden") {
		t.Errorf("the URLs are %q", urls)
	}
}
