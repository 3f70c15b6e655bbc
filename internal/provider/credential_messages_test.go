// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"

	"github.com/rds-migrate/terraform-provider-alicloud/internal/clocktest"
	"github.com/rds-migrate/terraform-provider-alicloud/internal/credentials"
	"github.com/rds-migrate/terraform-provider-alicloud/internal/openapi"
)

const (
	// messageSecret is not a part of any message.
	messageSecret      = "0123456789"
	messageRoleARN     = "acs:ram::1234567890:role/reader"
	messageProviderARN = "acs:ram::1234567890:oidc-provider/ci"
)

// credentialMessages adds the diagnostics of sources of credentials. The names of
// temporary files and the addresses of services are replaced, because they differ
// from run to run.
type credentialMessages struct {
	t   *testing.T
	dir string
	env map[string]string
}

func newCredentialMessages(t *testing.T) credentialMessages {
	t.Helper()
	return credentialMessages{t: t, dir: t.TempDir()}
}

// with returns the messages with an environment.
func (m credentialMessages) with(env map[string]string) credentialMessages {
	m.env = env
	return m
}

// resolve returns a function that selects a source and gets its credentials.
func (m credentialMessages) resolve(
	c credentials.Config, options ...credentials.Option,
) func(diags *diag.Diagnostics) {
	return func(diags *diag.Diagnostics) {
		getenv := func(name string) string { return m.env[name] }
		options := append(options, credentials.WithClock(clocktest.New(clocktest.Start)))
		var local diag.Diagnostics
		resolved, err := credentials.Resolve(c, getenv, options...)
		if err != nil {
			addCredentialsError(&local, err)
		} else if _, err := resolved.Source.Retrieve(context.Background()); err != nil {
			addSourceError(&local, err, "")
		}
		for _, d := range local {
			diags.Append(m.withoutAddresses(d))
		}
	}
}

var loopbackPort = regexp.MustCompile(`(127\.0\.0\.1|localhost):[0-9]+`)

// withoutAddresses returns the diagnostic without what differs from run to run.
func (m credentialMessages) withoutAddresses(d diag.Diagnostic) diag.Diagnostic {
	detail := strings.ReplaceAll(d.Detail(), m.dir, "/home/user")
	detail = loopbackPort.ReplaceAllString(detail, "${1}:8080")
	if at, ok := d.(diag.DiagnosticWithPath); ok {
		return diag.NewAttributeErrorDiagnostic(at.Path(), d.Summary(), detail)
	}
	return diag.NewErrorDiagnostic(d.Summary(), detail)
}

// file writes a file and returns its path.
func (m credentialMessages) file(name, content string) string {
	path := filepath.Join(m.dir, name)
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		m.t.Fatal(err)
	}
	return path
}

// profile resolves the profile p with these fields, in a file of two profiles.
func (m credentialMessages) profile(fields map[string]any, options ...credentials.Option) func(*diag.Diagnostics) {
	return func(diags *diag.Diagnostics) {
		p := map[string]any{"name": "p"}
		maps.Copy(p, fields)
		content, err := json.Marshal(map[string]any{"profiles": []any{map[string]any{"name": "other"}, p}})
		if err != nil {
			m.t.Fatal(err)
		}
		m.resolve(credentials.Config{
			Profile: "p", SharedCredentialsFile: m.file("config.json", string(content)),
		}, options...)(diags)
	}
}

// program resolves a profile whose program runs a command.
func (m credentialMessages) program(command string) func(*diag.Diagnostics) {
	return m.profile(map[string]any{"mode": "External", "process_command": command})
}

// serve serves a response over HTTPS, or over HTTP, and returns its URL.
func (m credentialMessages) serve(https bool, respond http.HandlerFunc) string {
	server := httptest.NewUnstartedServer(respond)
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	if https {
		server.StartTLS()
	} else {
		server.Start()
	}
	m.t.Cleanup(server.Close)
	return server.URL
}

// respond returns a handler with a response.
func respond(status int, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Location", "http://127.0.0.1:1/")
		w.WriteHeader(status)
		// The client may have disconnected.
		_, _ = io.WriteString(w, body)
	}
}

// refuse returns a handler with an error response.
func refuse(status int, code string) http.HandlerFunc {
	return respond(status, fmt.Sprintf(`{"Code": %q, "Message": "Not shown.", "RequestId": "5C1A-4E8B"}`, code))
}

// sts resolves a role with an STS that responds in this way.
func (m credentialMessages) sts(handler http.HandlerFunc) func(*diag.Diagnostics) {
	return func(diags *diag.Diagnostics) {
		m.resolve(credentials.Config{
			AccessKey: "LTAI-a", SecretKey: messageSecret, AssumeRole: &credentials.AssumeRole{RoleARN: messageRoleARN},
			STSEndpoint: strings.TrimPrefix(m.serve(true, handler), "https://"),
		})(diags)
	}
}

// metadata resolves an ECS role with a metadata service that responds in this way.
func (m credentialMessages) metadata(handler http.HandlerFunc) func(*diag.Diagnostics) {
	return func(diags *diag.Diagnostics) {
		address := credentials.WithMetadataURL(m.serve(false, handler))
		m.resolve(credentials.Config{ECSRoleName: "reader"}, address)(diags)
	}
}

// uri resolves a credentials URI with a service that responds in this way.
func (m credentialMessages) uri(handler http.HandlerFunc) func(*diag.Diagnostics) {
	return func(diags *diag.Diagnostics) {
		m.resolve(credentials.Config{CredentialsURI: m.serve(false, handler)})(diags)
	}
}

// oidc resolves a role with an STS that responds in this way. The token is in a
// file.
func (m credentialMessages) oidc(handler http.HandlerFunc, token string) func(*diag.Diagnostics) {
	return func(diags *diag.Diagnostics) {
		m.resolve(credentials.Config{
			AssumeRoleWithOIDC: &credentials.AssumeRoleWithOIDC{
				RoleARN: messageRoleARN, OIDCProviderARN: messageProviderARN, OIDCTokenFile: m.file("token", token),
			},
			STSEndpoint: strings.TrimPrefix(m.serve(true, handler), "https://"),
		})(diags)
	}
}

// cloudSSO resolves a profile of CloudSSO with a service that responds in this
// way.
func (m credentialMessages) cloudSSO(handler http.HandlerFunc, expires time.Time) func(*diag.Diagnostics) {
	return func(diags *diag.Diagnostics) {
		m.profile(map[string]any{
			"mode": "CloudSSO", "cloud_sso_sign_in_url": m.serve(true, handler), "cloud_sso_account_id": "account",
			"cloud_sso_access_config": "config", "access_token": messageSecret,
			"cloud_sso_access_token_expire": expires.Unix(),
		})(diags)
	}
}

// oauth resolves a profile of OAuth with a service that responds in this way.
func (m credentialMessages) oauth(handler http.HandlerFunc, expires time.Time) func(*diag.Diagnostics) {
	return func(diags *diag.Diagnostics) {
		m.profile(map[string]any{
			"mode": "OAuth", "oauth_site_type": "CN", "oauth_access_token": messageSecret,
			"oauth_access_token_expire": expires.Unix(),
		}, credentials.WithOAuthURL(m.serve(true, handler)))(diags)
	}
}

// profileMessages are about profiles that cannot be used.
func profileMessages(m credentialMessages) []messageCase {
	pair := func(mode string) map[string]any {
		return map[string]any{"mode": mode, "access_key_id": "a", "access_key_secret": "s"}
	}
	external := map[string]any{"mode": "External", "process_command": "p"}
	chain := map[string]any{"mode": "ChainableRamRoleArn", "ram_role_arn": messageRoleARN}
	from := func(source string) map[string]any {
		return map[string]any{"mode": chain["mode"], "ram_role_arn": messageRoleARN, "source_profile": source}
	}
	malformed := pair("RamRoleArn")
	malformed["expired_seconds"] = "soon"
	short := pair("RamRoleArn")
	short["ram_role_arn"], short["expired_seconds"] = messageRoleARN, "60"
	file := func(content string) func(*diag.Diagnostics) {
		return func(diags *diag.Diagnostics) {
			m.resolve(credentials.Config{
				Profile: "p", SharedCredentialsFile: m.file("config.json", content),
			})(diags)
		}
	}
	return []messageCase{
		{"a profile in no file", m.resolve(credentials.Config{
			Profile: "p", SharedCredentialsFile: filepath.Join(m.dir, "none.json"),
		})},
		{"a profile in a directory", m.resolve(credentials.Config{Profile: "p", SharedCredentialsFile: m.dir})},
		{"a profile that the file does not have", file(`{"profiles": []}`)},
		{"a profile that the file has twice", file(`{"profiles": [{"name": "p"}, {"name": "p"}]}`)},
		{"a file of profiles that is malformed", file("{\n\"profiles\": [}")},
		{"a profile without a mode", m.profile(nil)},
		{"a profile of an unknown mode", m.profile(pair("Password"))},
		{"a profile of an unsupported mode", m.profile(pair("RsaKeyPair"))},
		{"a profile that lacks a field", m.profile(pair("StsToken"))},
		{"a profile with a malformed field", m.profile(malformed)},
		{"a profile with too short a session", m.profile(short)},
		{"a profile with an unknown source profile", m.profile(from("none"))},
		{"a profile with an unusable source profile", m.profile(from("other"))},
		{"a profile that is its own source profile", m.profile(from("p"))},
		{"a profile without a URI", m.profile(map[string]any{"mode": "CredentialsURI"})},
		{
			"a profile whose mode the environment disables",
			m.with(map[string]string{"ALIBABA_CLOUD_DISABLE_EXTERNAL_PROCESS": "true"}).profile(external),
		},
		{"a program that does not exist", m.program("/nowhere/program")},
		{"a program that cannot be run", m.program(m.file("not-executable", ""))},
		{"a program with an open quote", m.program("program 'argument")},
		{"a program that fails", m.program("false")},
		{"a program that prints nothing", m.program("true")},
		{"a program that prints too much", m.program("head -c 2000000 /dev/zero")},
		{"a program that prints something else", m.program("echo hello")},
		{"a program that prints half a profile", m.program("echo '{\"mode\": \"AK\"}'")},
		{"a program that prints a program", m.program(
			"echo '{\"mode\": \"External\", \"process_command\": \"true\"}'")},
	}
}

// argumentCredentialMessages are about arguments and variables that select or
// configure a source.
func argumentCredentialMessages(m credentialMessages) []messageCase {
	role := func(change func(*credentials.Config)) func(*diag.Diagnostics) {
		c := credentials.Config{
			AccessKey: "LTAI-a", SecretKey: messageSecret, AssumeRole: &credentials.AssumeRole{RoleARN: messageRoleARN},
		}
		change(&c)
		return m.resolve(c)
	}
	return []messageCase{
		{"no credentials", m.resolve(credentials.Config{})},
		{"an access key without a secret key in the block", m.resolve(credentials.Config{AccessKey: "a"})},
		{
			"an access key without a secret key in the environment",
			m.with(map[string]string{
				"ALICLOUD_ACCESS_KEY": "a", "ALIBABA_CLOUD_ACCESS_KEY_SECRET": "s",
			}).resolve(credentials.Config{}),
		},
		{"a token without an AccessKey pair", m.resolve(credentials.Config{SecurityToken: "t"})},
		{"a role without an ARN", role(func(c *credentials.Config) { c.AssumeRole.RoleARN = "" })},
		{"a session that is too short", role(func(c *credentials.Config) { c.AssumeRole.SessionExpiration = 60 })},
		{"an STS endpoint with a path", role(func(c *credentials.Config) { c.STSEndpoint = "sts.aliyuncs.com/v1" })},
		{"a region with a space", role(func(c *credentials.Config) { c.Region = "cn hangzhou" })},
		{"an OIDC role without a token", m.resolve(credentials.Config{
			AssumeRoleWithOIDC: &credentials.AssumeRoleWithOIDC{
				RoleARN: messageRoleARN, OIDCProviderARN: messageProviderARN,
			},
		})},
		{
			"an OIDC role of the environment without an ARN",
			m.with(map[string]string{
				"ALIBABA_CLOUD_OIDC_PROVIDER_ARN": messageProviderARN,
			}).resolve(credentials.Config{}),
		},
		{"an ARN for an ECS role name", m.resolve(credentials.Config{ECSRoleName: messageRoleARN})},
		{
			"a disabled metadata service",
			m.with(map[string]string{
				"ALIBABA_CLOUD_ECS_METADATA_DISABLED": "true",
			}).resolve(credentials.Config{ECSRoleName: "reader"}),
		},
		{"a credentials URI of another scheme", m.resolve(credentials.Config{CredentialsURI: "file:///etc/token"})},
	}
}

// serviceMessages are about services that issue no credentials.
func serviceMessages(m credentialMessages) []messageCase {
	later, earlier := clocktest.Start.Add(time.Hour), clocktest.Start.Add(-time.Hour)
	empty, page := respond(http.StatusOK, ""), respond(http.StatusOK, "<html>Sign in</html>")
	redirect := respond(http.StatusFound, "")
	forbidden := refuse(http.StatusForbidden, "NoPermission")
	v2Fails := func(w http.ResponseWriter, r *http.Request) {
		status := http.StatusNotFound
		if r.Method == http.MethodPut {
			status = http.StatusMethodNotAllowed
		}
		w.WriteHeader(status)
	}
	expired := respond(http.StatusOK, `{"AccessKeyId": "a", "AccessKeySecret": "s", "SecurityToken": "t",
		"Expiration": "2026-11-20T11:00:00Z"}`)
	return []messageCase{
		{"STS refuses the caller", m.sts(forbidden)},
		{"STS does not know the role", m.sts(refuse(http.StatusNotFound, "EntityNotExist.Role"))},
		{"STS does not know the access key", m.sts(refuse(http.StatusNotFound, "InvalidAccessKeyId.NotFound"))},
		{"STS refuses a parameter", m.sts(refuse(http.StatusBadRequest, "InvalidParameter.DurationSeconds"))},
		{"STS is throttled", m.sts(refuse(http.StatusTooManyRequests, "Throttling.User"))},
		{"STS responds with a page", m.sts(page)},
		{"STS redirects", m.sts(redirect)},
		{"STS has a certificate for another name", func(diags *diag.Diagnostics) {
			address := strings.TrimPrefix(m.serve(true, empty), "https://")
			m.resolve(credentials.Config{
				AccessKey: "LTAI-a", SecretKey: messageSecret,
				AssumeRole:  &credentials.AssumeRole{RoleARN: messageRoleARN},
				STSEndpoint: strings.Replace(address, "127.0.0.1", "localhost", 1),
			})(diags)
		}},
		{"STS behind a proxy that requires a password", func(diags *diag.Diagnostics) {
			address, err := url.Parse(m.serve(false, respond(http.StatusProxyAuthRequired, messageSecret)))
			if err != nil {
				m.t.Fatal(err)
			}
			address.User = url.UserPassword("user", messageSecret)
			m.resolve(credentials.Config{
				AccessKey: "LTAI-a", SecretKey: messageSecret,
				AssumeRole: &credentials.AssumeRole{RoleARN: messageRoleARN},
			}, credentials.WithTransport(openapi.NewTransport(time.Minute, http.ProxyURL(address))))(diags)
		}},
		{"STS refuses the OIDC token", m.oidc(
			refuse(http.StatusBadRequest, "AuthenticationFail.OIDCToken.Expired"), messageSecret)},
		{"STS redirects an OIDC token", m.oidc(redirect, messageSecret)},
		{"an OIDC token file that is empty", m.oidc(empty, "")},
		{"the metadata service has no such role", m.metadata(respond(http.StatusNotFound, ""))},
		{"the metadata service has neither version", m.metadata(v2Fails)},
		{
			"the metadata service has only version 1, which is disabled",
			m.with(map[string]string{"ALIBABA_CLOUD_IMDSV1_DISABLED": "true"}).metadata(v2Fails),
		},
		{"the metadata service redirects", m.metadata(redirect)},
		{"the metadata service is unavailable", m.metadata(respond(http.StatusServiceUnavailable, ""))},
		{"a credentials URI that refuses connections", func(diags *diag.Diagnostics) {
			server := httptest.NewServer(empty)
			server.Close()
			m.resolve(credentials.Config{CredentialsURI: server.URL})(diags)
		}},
		{"a credentials URI that closes connections", m.uri(func(http.ResponseWriter, *http.Request) {
			panic(http.ErrAbortHandler)
		})},
		{"a credentials URI that returns an error", m.uri(refuse(http.StatusOK, "Failed"))},
		{"a credentials URI that returns nothing", m.uri(respond(http.StatusOK, "{}"))},
		{"a credentials URI that returns too much", m.uri(respond(http.StatusOK, strings.Repeat(" ", 2<<20)))},
		{"a credentials URI that redirects", m.uri(redirect)},
		{"a credentials URI with an unreadable expiration", m.uri(respond(http.StatusOK,
			`{"AccessKeyId": "a", "AccessKeySecret": "s", "Expiration": "soon"}`))},
		{"a credentials URI that returns expired credentials", m.uri(expired)},
		{"CloudSSO refuses the sign-in", m.cloudSSO(refuse(http.StatusUnauthorized, "InvalidAccessToken"), later)},
		{"CloudSSO redirects", m.cloudSSO(redirect, later)},
		{"a sign-in to CloudSSO that has expired", m.cloudSSO(empty, earlier)},
		{"OAuth refuses the sign-in", m.oauth(refuse(http.StatusUnauthorized, "InvalidAccessToken"), later)},
		{"OAuth redirects", m.oauth(redirect, later)},
		{"a sign-in to OAuth that has expired", m.oauth(empty, earlier)},
	}
}
