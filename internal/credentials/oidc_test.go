// SPDX-License-Identifier: MPL-2.0

package credentials

import (
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/rds-migrate/terraform-provider-alicloud/internal/credentials/credtest"
)

func TestAssumeRoleWithOIDC_Parameters(t *testing.T) {
	t.Parallel()
	file := writeFile(t, "token-of-file\n")
	defaults := func(token string) map[string]string {
		return map[string]string{"RoleSessionName": "terraform", "DurationSeconds": "3600", "OIDCToken": token}
	}
	for name, c := range map[string]struct {
		block *AssumeRoleWithOIDC
		vars  map[string]string
		want  map[string]string
	}{
		"with a token": {
			&AssumeRoleWithOIDC{OIDCProviderARN: providerARN, RoleARN: roleARN, OIDCToken: "inline"}, nil,
			defaults("inline"),
		},
		"with a file": {
			&AssumeRoleWithOIDC{
				OIDCProviderARN: providerARN, RoleARN: roleARN, OIDCTokenFile: file,
				RoleSessionName: "me", Policy: "{}", SessionExpiration: 900,
			}, nil,
			map[string]string{
				"RoleSessionName": "me", "DurationSeconds": "900", "OIDCToken": "token-of-file", "Policy": "{}",
			},
		},
		"with a file despite a token in the environment": {
			&AssumeRoleWithOIDC{OIDCProviderARN: providerARN, RoleARN: roleARN, OIDCTokenFile: file},
			map[string]string{"ALIBABA_CLOUD_OIDC_TOKEN": "unrelated"},
			defaults("token-of-file"),
		},
		"with a token before a file": {
			&AssumeRoleWithOIDC{
				OIDCProviderARN: providerARN, RoleARN: roleARN, OIDCToken: "inline", OIDCTokenFile: file,
			}, nil,
			defaults("inline"),
		},
		"with an empty block and the environment": {
			&AssumeRoleWithOIDC{},
			map[string]string{
				"ALIBABA_CLOUD_OIDC_PROVIDER_ARN": providerARN, "ALIBABA_CLOUD_ROLE_ARN": roleARN,
				"ALIBABA_CLOUD_OIDC_TOKEN_FILE": file, "ALIBABA_CLOUD_ROLE_SESSION_NAME": "pod",
			},
			map[string]string{"RoleSessionName": "pod", "DurationSeconds": "3600", "OIDCToken": "token-of-file"},
		},
		"with the environment alone": {
			nil,
			map[string]string{
				"ALIBABA_CLOUD_OIDC_PROVIDER_ARN": providerARN, "ALIBABA_CLOUD_ROLE_ARN": roleARN,
				"ALIBABA_CLOUD_OIDC_TOKEN": "inline", "ALIBABA_CLOUD_OIDC_TOKEN_FILE": file,
			},
			defaults("inline"),
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			service := credtest.NewSTS(fakeClock())
			service.AcceptToken(providerARN, c.want["OIDCToken"])
			service.Grant(roleARN, issued(1))
			config := Config{STSEndpoint: serveTLS(t, service), AssumeRoleWithOIDC: c.block}
			expectCredentials(t, mustResolve(t, config, c.vars, WithClock(fakeClock())), issued(1))
			c.want["RoleArn"], c.want["OIDCProviderArn"] = roleARN, providerARN
			if diff := cmp.Diff(c.want, roleParameters(service.IssuedRequests("AssumeRoleWithOIDC")[0])); diff != "" {
				t.Errorf("parameters of the request to STS (-want +got):\n%s", diff)
			}
		})
	}
}

func TestAssumeRoleWithOIDC_ReadsTheTokenFileAgain(t *testing.T) {
	t.Parallel()
	clock := fakeClock()
	service := credtest.NewSTS(clock)
	service.AcceptToken(providerARN, "first")
	service.Grant(roleARN, issued(1), issued(2))
	file := writeFile(t, "first")
	s := mustResolve(t, Config{STSEndpoint: serveTLS(t, service), AssumeRoleWithOIDC: &AssumeRoleWithOIDC{
		OIDCProviderARN: providerARN, RoleARN: roleARN, OIDCTokenFile: file,
	}}, nil, WithClock(clock))
	expectCredentials(t, s, issued(1))

	service.AcceptToken(providerARN, "second")
	overwriteFile(t, file, "second")
	expectCredentials(t, s, issued(1))
	clock.Advance(time.Hour)
	expectCredentials(t, s, issued(2))
	if got := service.IssuedRequests("AssumeRoleWithOIDC")[1].Get("OIDCToken"); got != "second" {
		t.Errorf("the second request used the token %q", got)
	}
}

func TestAssumeRoleWithOIDC_UnreadableTokenFile(t *testing.T) {
	t.Parallel()
	missing := filepath.Join(t.TempDir(), "missing")
	for name, c := range map[string]struct{ file, word string }{
		"that is missing": {missing, "no such file"},
		"that is empty":   {writeFile(t, "\n"), "is empty"},
		"that is huge":    {writeFile(t, strings.Repeat("x", maxFileSize+1)), "more than"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := mustResolve(t, Config{AssumeRoleWithOIDC: &AssumeRoleWithOIDC{
				OIDCProviderARN: providerARN, RoleARN: roleARN, OIDCTokenFile: c.file,
			}}, nil)
			expectError(t, retrieveError(t, s), "assume_role_with_oidc", c.file, c.word)

			profiles := writeProfiles(t, profileOf("OIDC", fields{
				"oidc_provider_arn": providerARN, "ram_role_arn": roleARN, "oidc_token_file": c.file,
			}))
			s = mustResolve(t, Config{Profile: "p", SharedCredentialsFile: profiles}, nil)
			err := retrieveError(t, s)
			expectError(t, err, "profile", "oidc_token_file", c.word)
			expectNoSecret(t, err, c.file)
		})
	}
}
