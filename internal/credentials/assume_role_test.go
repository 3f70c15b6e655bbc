// SPDX-License-Identifier: MPL-2.0

package credentials

import (
	"net/url"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/rds-migrate/terraform-provider-alicloud/internal/credentials/credtest"
)

// roleParameters returns the parameters of a request that are configurable.
func roleParameters(p url.Values) map[string]string {
	got := map[string]string{}
	for _, name := range []string{
		"RoleArn", "RoleSessionName", "DurationSeconds", "Policy", "ExternalId", "OIDCProviderArn", "OIDCToken",
	} {
		if p.Has(name) {
			got[name] = p.Get(name)
		}
	}
	return got
}

func TestAssumeRole_Parameters(t *testing.T) {
	t.Parallel()
	const policy = `{"Version": "1"}`
	for name, c := range map[string]struct {
		role AssumeRole
		vars map[string]string
		want map[string]string
	}{
		"with the defaults": {
			AssumeRole{RoleARN: roleARN},
			nil,
			map[string]string{"RoleArn": roleARN, "RoleSessionName": "terraform", "DurationSeconds": "3600"},
		},
		"with everything in the block": {
			AssumeRole{
				RoleARN: roleARN, SessionName: "me@here", Policy: policy, SessionExpiration: 43200, ExternalID: "a/b=c",
			},
			map[string]string{
				"ALICLOUD_ASSUME_ROLE_ARN": otherARN, "ALICLOUD_ASSUME_ROLE_SESSION_NAME": "other",
				"ALICLOUD_ASSUME_ROLE_SESSION_EXPIRATION": "900",
			},
			map[string]string{
				"RoleArn": roleARN, "RoleSessionName": "me@here", "DurationSeconds": "43200", "Policy": policy,
				"ExternalId": "a/b=c",
			},
		},
		"with the rest from the environment": {
			AssumeRole{},
			map[string]string{
				"ALICLOUD_ASSUME_ROLE_ARN": roleARN, "ALICLOUD_ASSUME_ROLE_SESSION_NAME": "ours",
				"ALICLOUD_ASSUME_ROLE_SESSION_EXPIRATION": "900",
				"ALIBABA_CLOUD_ROLE_ARN":                  otherARN, "ALIBABA_CLOUD_ROLE_SESSION_NAME": "other",
			},
			map[string]string{"RoleArn": roleARN, "RoleSessionName": "ours", "DurationSeconds": "900"},
		},
		"with the other names of the environment": {
			AssumeRole{},
			map[string]string{"ALIBABA_CLOUD_ROLE_ARN": roleARN, "ALIBABA_CLOUD_ROLE_SESSION_NAME": "ours"},
			map[string]string{"RoleArn": roleARN, "RoleSessionName": "ours", "DurationSeconds": "3600"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			service := credtest.NewSTS(fakeClock())
			service.Accept(callerCredentials)
			service.Grant(roleARN, issued(1))
			config := callerConfig(serveTLS(t, service))
			config.AssumeRole = &c.role
			expectCredentials(t, mustResolve(t, config, c.vars, WithClock(fakeClock())), issued(1))
			requests := service.IssuedRequests("AssumeRole")
			if len(requests) != 1 {
				t.Fatalf("%d requests", len(requests))
			}
			if diff := cmp.Diff(c.want, roleParameters(requests[0])); diff != "" {
				t.Errorf("parameters of the request to STS (-want +got):\n%s", diff)
			}
		})
	}
}

func TestAssumeRole_WithASession(t *testing.T) {
	t.Parallel()
	service := credtest.NewSTS(fakeClock())
	service.Accept(issued(7))
	service.Grant(roleARN, issued(1))
	config := Config{
		AccessKey: issued(7).AccessKeyID, SecretKey: issued(7).AccessKeySecret, SecurityToken: issued(7).SecurityToken,
		Region: "cn-hangzhou", STSEndpoint: serveTLS(t, service), AssumeRole: &AssumeRole{RoleARN: roleARN},
	}
	expectCredentials(t, mustResolve(t, config, nil, WithClock(fakeClock())), issued(1))
	p := service.IssuedRequests("AssumeRole")[0]
	if p.Get("SecurityToken") != issued(7).SecurityToken || p.Get("RegionId") != "cn-hangzhou" {
		t.Errorf("the parameters are %v", p)
	}
}

func TestAssumeRole_RenewsBeforeExpiration(t *testing.T) {
	t.Parallel()
	clock := fakeClock()
	service := credtest.NewSTS(clock)
	service.Accept(callerCredentials)
	service.Grant(roleARN, issued(1), issued(2), issued(3))
	config := callerConfig(serveTLS(t, service))
	config.AssumeRole = &AssumeRole{RoleARN: roleARN, SessionExpiration: 900}
	s := mustResolve(t, config, nil, WithClock(clock))

	expectCredentials(t, s, issued(1))
	clock.Advance(12*time.Minute - time.Second)
	expectCredentials(t, s, issued(1))
	clock.Advance(time.Second)
	expectCredentials(t, s, issued(2))
	expectCredentials(t, s, issued(2))
	clock.Advance(24 * time.Hour)
	expectCredentials(t, s, issued(3))
}

func TestAssumeRole_RenewsThePreviousSource(t *testing.T) {
	t.Parallel()
	clock := fakeClock()
	service := credtest.NewSTS(clock)
	service.AcceptToken(providerARN, "token")
	service.Grant(otherARN, issued(1), issued(2))
	service.Grant(roleARN, issued(11), issued(12))
	s := mustResolve(t, Config{
		STSEndpoint: serveTLS(t, service),
		AssumeRoleWithOIDC: &AssumeRoleWithOIDC{
			OIDCProviderARN: providerARN, RoleARN: otherARN, OIDCToken: "token", SessionExpiration: 1800,
		},
		AssumeRole: &AssumeRole{RoleARN: roleARN, SessionExpiration: 3600},
	}, nil, WithClock(clock))
	expectCredentials(t, s, issued(11))
	// By now the credentials that signed the first request have expired, too.
	clock.Advance(time.Hour)
	expectCredentials(t, s, issued(12))
	if got := service.IssuedRequests("AssumeRole")[1].Get("AccessKeyId"); got != issued(2).AccessKeyID {
		t.Errorf("the second request was signed with %q", got)
	}
}
