// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	frameworkprovider "github.com/hashicorp/terraform-plugin-framework/provider"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"

	"github.com/rds-migrate/terraform-provider-alicloud/internal/credentials"
	"github.com/rds-migrate/terraform-provider-alicloud/internal/credentials/credtest"
	"github.com/rds-migrate/terraform-provider-alicloud/internal/provider"
	"github.com/rds-migrate/terraform-provider-alicloud/internal/rdssim"
)

const (
	roleARN     = "acs:ram::1234567890:role/reader"
	providerARN = "acs:ram::1234567890:oidc-provider/ci"
)

// credentialServices are stand-ins for all services that issue credentials. Each
// issues different ones, so that a test can distinguish which service was used.
type credentialServices struct {
	*testEnv

	sts                                     *credtest.STS
	metadata                                *credtest.Metadata
	stsAddr, metadataURL, uriURL, signInURL string
	dir                                     string // holds the profiles and a token
}

// permanentCredentials returns an AccessKey pair.
func permanentCredentials(name string) credtest.Credentials {
	return credtest.Credentials{AccessKeyID: "LTAI-" + name, AccessKeySecret: "secret-of-" + name}
}

// temporaryCredentials returns the credentials of a session.
func temporaryCredentials(name string) credtest.Credentials {
	c := permanentCredentials(name)
	c.SecurityToken = "token-of-" + name
	return c
}

// accessKeyOf returns credentials as the simulator takes them.
func accessKeyOf(c credtest.Credentials) rdssim.AccessKey {
	return rdssim.AccessKey{ID: c.AccessKeyID, Secret: c.AccessKeySecret, SecurityToken: c.SecurityToken}
}

// stsCaller may call STS.
var stsCaller = permanentCredentials("sts-caller")

func newCredentialServices(t *testing.T, tasks ...rdssim.Task) *credentialServices {
	t.Helper()
	env := newTestEnv(t, tasks...)
	s := &credentialServices{testEnv: env, sts: credtest.NewSTS(env.clock), dir: t.TempDir()}
	s.sts.Accept(stsCaller)
	s.sts.Accept(temporaryCredentials("metadata"))
	s.sts.AcceptToken(providerARN, "an-oidc-token")
	s.sts.Grant(roleARN, temporaryCredentials("role"))
	serve := func(newServer func(http.Handler) *httptest.Server, h http.Handler) string {
		server := newServer(h)
		t.Cleanup(server.Close)
		return server.URL
	}
	s.metadata = credtest.NewMetadata(env.clock, "ecs", time.Hour, temporaryCredentials("metadata"))
	uri := credtest.NewURI(env.clock, time.Hour, temporaryCredentials("uri"))
	signIn := credtest.NewSignIn(
		env.clock, "sign-in", "account", "config", time.Hour, temporaryCredentials("sign-in"))
	s.stsAddr = strings.TrimPrefix(serve(httptest.NewTLSServer, s.sts), "https://")
	s.metadataURL = serve(httptest.NewServer, s.metadata)
	s.uriURL = serve(httptest.NewServer, uri)
	s.signInURL = serve(httptest.NewTLSServer, signIn)
	s.writeFile(t, "token", "an-oidc-token")
	s.writeProfiles(t)
	return s
}

// path returns the path of a file in the directory of the profiles.
func (s *credentialServices) path(name string) string { return filepath.Join(s.dir, name) }

func (s *credentialServices) writeFile(t *testing.T, name, content string) {
	t.Helper()
	if err := os.WriteFile(s.path(name), []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
}

// writeProfiles writes a profile of each mode, named after the mode.
func (s *credentialServices) writeProfiles(t *testing.T) {
	t.Helper()
	expires := s.clock.Now().Add(12 * time.Hour).Unix()
	profiles := []map[string]any{
		{"mode": "AK", "access_key_id": "LTAI-profile", "access_key_secret": "secret-of-profile"},
		{
			"mode": "StsToken", "access_key_id": "LTAI-profile", "access_key_secret": "secret-of-profile",
			"sts_token": "token-of-profile",
		},
		{
			"mode": "RamRoleArn", "access_key_id": stsCaller.AccessKeyID,
			"access_key_secret": stsCaller.AccessKeySecret, "ram_role_arn": roleARN, "ram_session_name": "ci",
		},
		{"mode": "EcsRamRole", "ram_role_name": "ecs"},
		{
			"mode": "OIDC", "oidc_provider_arn": providerARN, "oidc_token_file": s.path("token"),
			"ram_role_arn": roleARN, "ram_session_name": "ci",
		},
		{
			"mode": "ChainableRamRoleArn", "source_profile": "sts-caller", "ram_role_arn": roleARN,
			"ram_session_name": "ci",
		},
		{
			"mode": "CloudSSO", "cloud_sso_sign_in_url": s.signInURL + "/start", "cloud_sso_account_id": "account",
			"cloud_sso_access_config": "config", "access_token": "sign-in", "cloud_sso_access_token_expire": expires,
		},
		{
			"mode": "OAuth", "oauth_site_type": "CN", "oauth_access_token": "sign-in",
			"oauth_access_token_expire": expires, "oauth_refresh_token": "r",
		},
		{"mode": "External", "process_command": "cat " + s.path("external.json")},
		{"mode": "CredentialsURI", "credentials_uri": s.uriURL},
		{"mode": "RamRoleArnWithRoleName", "ram_role_name": "ecs", "ram_role_arn": roleARN, "ram_session_name": "ci"},
		{"mode": "RamRoleArnWithEcs", "ram_role_arn": roleARN},
		{
			"name": "any case", "mode": "ak", "access_key_id": " LTAI-profile",
			"access_key_secret": "secret-of-profile\n",
		},
		{"name": "a role from a program", "mode": "External", "process_command": "cat " + s.path("role.json")},
		{"name": "without a URI", "mode": "CredentialsURI"},
		{"name": "malformed", "mode": "AK", "expired_seconds": "soon", "access_key_secret": 1},
		{
			"name": "sts-caller", "mode": "AK", "access_key_id": stsCaller.AccessKeyID,
			"access_key_secret": stsCaller.AccessKeySecret,
		},
	}
	for _, p := range profiles {
		if p["name"] == nil {
			p["name"] = p["mode"]
		}
		p["region_id"] = region
	}
	content, err := json.Marshal(map[string]any{"profiles": profiles})
	if err != nil {
		t.Fatal(err)
	}
	s.writeFile(t, "config.json", string(content))
	s.writeFile(t, "role.json", fmt.Sprintf(
		`{"mode": "ramrolearn", "access_key_id": %q, "access_key_secret": %q, "ram_role_arn": %q}`,
		stsCaller.AccessKeyID, stsCaller.AccessKeySecret, roleARN))
	s.writeFile(t, "external.json",
		`{"mode": "AK", "access_key_id": "LTAI-external", "access_key_secret": "secret-of-external"}`)
}

// profile returns the arguments that select a profile.
func (s *credentialServices) profile(name string) string {
	return fmt.Sprintf("profile = %q\n  shared_credentials_file = %q", name, s.path("config.json"))
}

// config returns a configuration. The provider block has these arguments for
// credentials, and the rest follows it.
func (s *credentialServices) config(arguments, rest string) string {
	return requiredProviders + fmt.Sprintf(`
provider "alicloud" {
  region   = %q
  protocol = "HTTP"
  endpoints {
    rds = %q
    sts = %q
  }
  %s
}
%s`, region, s.addr, s.stsAddr, arguments, rest)
}

// run runs the steps with Terraform.
func (s *credentialServices) run(t *testing.T, steps ...resource.TestStep) {
	t.Helper()
	resource.UnitTest(t, resource.TestCase{ProtoV6ProviderFactories: s.factories(), Steps: steps})
}

// factories returns the factories of a provider that calls the stand-ins.
func (s *credentialServices) factories() map[string]func() (tfprotov6.ProviderServer, error) {
	return factoriesFor(func() frameworkprovider.Provider {
		return provider.New("test", s.providerClock,
			credentials.WithMetadataURL(s.metadataURL), credentials.WithOAuthURL(s.signInURL))
	})
}

// Arguments of a provider block.
const (
	blockKeyPair = `access_key = "LTAI-block"
  secret_key = "secret-of-block"`
	blockSession = blockKeyPair + `
  security_token = "token-of-block"`
	blockNoRole = blockKeyPair + `
  assume_role {
    role_arn = ""
  }`
	blockECSRole = `ecs_role_name = "ecs"`
)

// oidcBlock returns a block that assumes the role with a token.
func oidcBlock(arguments ...string) string {
	return fmt.Sprintf(`assume_role_with_oidc {
    oidc_provider_arn = %q
    role_arn = %q
    %s
  }`, providerARN, roleARN, strings.Join(arguments, "\n    "))
}

// assumeRoleBlock returns a block that assumes the role.
func assumeRoleBlock(arguments ...string) string {
	return fmt.Sprintf(`assume_role {
    role_arn = %q
    %s
  }`, roleARN, strings.Join(arguments, "\n    "))
}

// stsCallerArguments are the key pair of stsCaller.
var stsCallerArguments = fmt.Sprintf("access_key = %q\n  secret_key = %q",
	stsCaller.AccessKeyID, stsCaller.AccessKeySecret)

// TestProvider_CredentialSources reads with each source of credentials. The API
// accepts only the credentials of that source.
func TestProvider_CredentialSources(t *testing.T) {
	t.Parallel()
	always := func(arguments string) func(*credentialServices) string {
		return func(*credentialServices) string { return arguments }
	}
	profile := func(name string) func(*credentialServices) string {
		return func(s *credentialServices) string { return s.profile(name) }
	}
	role := temporaryCredentials("role")
	for name, test := range map[string]struct {
		arguments func(s *credentialServices) string
		want      credtest.Credentials
	}{
		"keys":    {always(blockKeyPair), permanentCredentials("block")},
		"session": {always(blockSession), temporaryCredentials("block")},
		"credentials URI": {func(s *credentialServices) string {
			return fmt.Sprintf("credentials_uri = %q", s.uriURL)
		}, temporaryCredentials("uri")},
		"ECS role": {always(blockECSRole), temporaryCredentials("metadata")},
		"OIDC with a file": {func(s *credentialServices) string {
			return oidcBlock(fmt.Sprintf("oidc_token_file = %q", s.path("token")))
		}, role},
		"OIDC with a token": {always(oidcBlock(`oidc_token = "an-oidc-token"`)), role},
		"role on keys":      {always(stsCallerArguments + "\n  " + assumeRoleBlock()), role},
		"role on a profile": {func(s *credentialServices) string {
			return s.profile("sts-caller") + "\n  " + assumeRoleBlock()
		}, role},
		"no role on keys":     {always(blockNoRole), permanentCredentials("block")},
		"profile, AK":         {profile("AK"), permanentCredentials("profile")},
		"profile, StsToken":   {profile("StsToken"), temporaryCredentials("profile")},
		"profile, RamRoleArn": {profile("RamRoleArn"), role},
		"profile, EcsRamRole": {profile("EcsRamRole"), temporaryCredentials("metadata")},
		"profile, OIDC":       {profile("OIDC"), role},
		"profile, a chain":    {profile("ChainableRamRoleArn"), role},
		"profile, CloudSSO":   {profile("CloudSSO"), temporaryCredentials("sign-in")},
		"profile, OAuth":      {profile("OAuth"), temporaryCredentials("sign-in")},
		"profile, External":   {profile("External"), permanentCredentials("external")},
		"profile, a URI":      {profile("CredentialsURI"), temporaryCredentials("uri")},

		"profile, RamRoleArnWithRoleName": {profile("RamRoleArnWithRoleName"), role},
		"profile, RamRoleArnWithEcs":      {profile("RamRoleArnWithEcs"), role},
		"profile, ak in lower case":       {profile("any case"), permanentCredentials("profile")},
		"profile, External with a role":   {profile("a role from a program"), role},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newCredentialServices(t, endedTask("1", "orders", "Success", 60))
			s.SetAccessKeys(accessKeyOf(test.want))
			s.run(t, resource.TestStep{
				Config: s.config(test.arguments(s), tasksBlock), ConfigStateChecks: allSucceeded,
			})
		})
	}
}

func TestProvider_MetadataServiceOfV1(t *testing.T) {
	t.Parallel()
	s := newCredentialServices(t, endedTask("1", "orders", "Success", 60))
	s.metadata.DisableV2()
	s.SetAccessKeys(accessKeyOf(temporaryCredentials("metadata")))
	s.run(t, resource.TestStep{Config: s.config(blockECSRole, tasksBlock), ConfigStateChecks: allSucceeded})
}

// TestProvider_CredentialEnvironment sets the environment, so it is not parallel.
func TestProvider_CredentialEnvironment(t *testing.T) {
	for name, test := range map[string]struct {
		variable, value string
		profile         string         // "" for the ECS role
		want            *regexp.Regexp // nil for success
	}{
		"a disabled program": {
			"ALIBABA_CLOUD_DISABLE_EXTERNAL_PROCESS", "true", "External",
			matchOutput("Unable to Use Profile", "mode External", "ALIBABA_CLOUD_DISABLE_EXTERNAL_PROCESS"),
		},
		"a disabled URI": {
			"ALIBABA_CLOUD_DISABLE_EXTERNAL_PROCESS", "1", "CredentialsURI",
			matchOutput("Unable to Use Profile", "mode CredentialsURI", "ALIBABA_CLOUD_DISABLE_EXTERNAL_PROCESS"),
		},
		"a URI for a profile without one": {"ALIBABA_CLOUD_CREDENTIALS_URI", "URI", "without a URI", nil},
		"a disabled version 1 of the metadata service": {
			"ALIBABA_CLOUD_IMDSV1_DISABLED", "true", "",
			matchOutput("Unable to Get Credentials", "unset ALIBABA_CLOUD_IMDSV1_DISABLED"),
		},
		"a disabled metadata service": {
			"ALIBABA_CLOUD_ECS_METADATA_DISABLED", "true", "",
			matchOutput("Unable to Use Metadata Service", "ALIBABA_CLOUD_ECS_METADATA_DISABLED"),
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := newCredentialServices(t, endedTask("1", "orders", "Success", 60))
			s.metadata.DisableV2()
			s.SetAccessKeys(accessKeyOf(temporaryCredentials("uri")))
			t.Setenv(test.variable, strings.Replace(test.value, "URI", s.uriURL, 1))
			arguments := blockECSRole
			if test.profile != "" {
				arguments = s.profile(test.profile)
			}
			step := resource.TestStep{Config: s.config(arguments, tasksBlock), ExpectError: test.want}
			if test.want == nil {
				step.ConfigStateChecks = allSucceeded
			}
			s.run(t, step)
		})
	}
}

func TestProvider_ProfileRegion(t *testing.T) {
	t.Parallel()
	s := newCredentialServices(t, endedTask("1", "orders", "Success", 60))
	s.SetAccessKeys(accessKeyOf(permanentCredentials("profile")))
	config := s.config(s.profile("AK"), tasksBlock)
	config = strings.Replace(config, fmt.Sprintf("region   = %q", region), "", 1)
	s.run(t, resource.TestStep{Config: config, ConfigStateChecks: allSucceeded})
}

// gateBlock is a gate that follows a provider block.
const gateBlock = `
resource "alicloud_rds_migrate_gate" "test" {
  db_instance_id = "rm-orders"
  db_names       = ["orders"]
}
`

// TestMigrateGateResource_SessionRenewal has sessions of 15 minutes, and a
// migration of one hour.
func TestMigrateGateResource_SessionRenewal(t *testing.T) {
	t.Parallel()
	task := scriptedTask("1", "orders", -1, statusAfter(0, "Running"), statusAfter(61, "Success"))
	s := newCredentialServices(t, task)
	var sessions []credtest.Credentials
	var accessKeys []rdssim.AccessKey
	for _, name := range []string{"first", "second", "third", "fourth", "fifth", "sixth"} {
		sessions = append(sessions, temporaryCredentials(name))
		accessKeys = append(accessKeys, accessKeyOf(temporaryCredentials(name)))
	}
	s.sts.Grant(roleARN, sessions...)
	s.SetAccessKeys(accessKeys...)
	s.run(t, resource.TestStep{
		Config: s.config(stsCallerArguments+"\n  "+assumeRoleBlock("session_expiration = 900"), gateBlock),
		ConfigStateChecks: []statecheck.StateCheck{
			expectGate(tfjsonpath.New("opened_at"), knownvalue.StringExact("2026-11-20T13:00:00Z")),
		},
	})
	var used []string
	for _, call := range s.Calls() {
		if id := call.Params.Get("AccessKeyId"); len(used) == 0 || used[len(used)-1] != id {
			used = append(used, id)
		}
	}
	const want = "LTAI-first LTAI-second LTAI-third LTAI-fourth LTAI-fifth LTAI-sixth"
	if got := strings.Join(used, " "); got != want {
		t.Errorf("sessions in use were %s, want %s", got, want)
	}
}

// TestMigrateGateResource_RewrittenTokenFile has a token that is rewritten before
// the first session ends.
func TestMigrateGateResource_RewrittenTokenFile(t *testing.T) {
	t.Parallel()
	task := scriptedTask("1", "orders", -1, statusAfter(0, "Running"), statusAfter(31, "Success"))
	s := newCredentialServices(t, task)
	var sessions []credtest.Credentials
	for _, name := range []string{"first", "second", "third"} {
		sessions = append(sessions, temporaryCredentials(name))
		s.AddAccessKey(accessKeyOf(temporaryCredentials(name)))
	}
	s.sts.Grant(roleARN, sessions...)
	s.Observe(func(rdssim.Call) {
		s.writeFile(t, "token", "another-token")
		s.sts.AcceptToken(providerARN, "another-token")
	})
	tokenFile := fmt.Sprintf("oidc_token_file = %q", s.path("token"))
	s.run(t, resource.TestStep{
		Config: s.config(oidcBlock(tokenFile, "session_expiration = 900"), gateBlock),
		ConfigStateChecks: []statecheck.StateCheck{
			expectGate(tfjsonpath.New("opened_at"), knownvalue.StringExact("2026-11-20T12:30:00Z")),
		},
	})
	if n := len(s.sts.IssuedRequests("AssumeRoleWithOIDC")); n != 3 {
		t.Errorf("%d sessions were requested, want 3", n)
	}
}
