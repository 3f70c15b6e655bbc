package provider_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	frameworkprovider "github.com/hashicorp/terraform-plugin-framework/provider"
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

// credentialServices are the stand-ins of all services that hand out keys. Each hands out
// keys of its own, so that the simulator knows who it was that handed them out.
type credentialServices struct {
	*testEnv

	sts                                     *credtest.STS
	stsAddr, metadataURL, uriURL, signInURL string
	dir                                     string // holds the profiles and a token
}

func temporaryCredentials(name string) credtest.Credentials {
	return credtest.Credentials{AccessKeyID: "LTAI-" + name, AccessKeySecret: "secret-of-" + name, SecurityToken: "token-of-" + name}
}

// stsCaller may call the STS.
var stsCaller = credtest.Credentials{AccessKeyID: "LTAI-anybody", AccessKeySecret: "secret-of-anybody"}

func newCredentialServices(t *testing.T, tasks ...rdssim.Task) *credentialServices {
	t.Helper()
	c := newTestEnv(t, tasks...)
	l := &credentialServices{testEnv: c, sts: credtest.NewSTS(c.clock), dir: t.TempDir()}
	l.sts.Accept(stsCaller)
	l.sts.AcceptToken(providerARN, "an-oidc-token")
	l.sts.Grant(roleARN, temporaryCredentials("role"))
	serve := func(start func(http.Handler) *httptest.Server, h http.Handler) string {
		s := start(h)
		t.Cleanup(s.Close)
		return s.URL
	}
	l.stsAddr = strings.TrimPrefix(serve(httptest.NewTLSServer, l.sts), "https://")
	l.metadataURL = serve(httptest.NewServer, credtest.NewMetadata(c.clock, "ecs", time.Hour, temporaryCredentials("metadata")))
	l.uriURL = serve(httptest.NewServer, credtest.NewURI(c.clock, time.Hour, temporaryCredentials("uri")))
	l.signInURL = serve(httptest.NewTLSServer, credtest.NewSignIn(c.clock, "sign-in", "account", "config", time.Hour, temporaryCredentials("sign-in")))
	l.writeFile(t, "token", "an-oidc-token")
	l.writeProfiles(t)
	return l
}

func (l *credentialServices) writeFile(t *testing.T, name, content string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(l.dir, name), []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
}

// writeProfiles writes a profile of every mode, named after it.
func (l *credentialServices) writeProfiles(t *testing.T) {
	t.Helper()
	expires := l.clock.Now().Add(12 * time.Hour).Unix()
	profiles := []map[string]any{
		{"mode": "AK", "access_key_id": "LTAI-profile", "access_key_secret": "secret-of-profile"},
		{"mode": "StsToken", "access_key_id": "LTAI-profile", "access_key_secret": "secret-of-profile", "sts_token": "token-of-profile"},
		{"mode": "RamRoleArn", "access_key_id": stsCaller.AccessKeyID, "access_key_secret": stsCaller.AccessKeySecret, "ram_role_arn": roleARN, "ram_session_name": "ci"},
		{"mode": "EcsRamRole", "ram_role_name": "ecs"},
		{"mode": "OIDC", "oidc_provider_arn": providerARN, "oidc_token_file": filepath.Join(l.dir, "token"), "ram_role_arn": roleARN, "ram_session_name": "ci"},
		{"mode": "ChainableRamRoleArn", "source_profile": "anybody", "ram_role_arn": roleARN, "ram_session_name": "ci"},
		{
			"mode": "CloudSSO", "cloud_sso_sign_in_url": l.signInURL + "/start", "cloud_sso_account_id": "account",
			"cloud_sso_access_config": "config", "access_token": "sign-in", "cloud_sso_access_token_expire": expires,
		},
		{"mode": "OAuth", "oauth_site_type": "CN", "oauth_access_token": "sign-in", "oauth_access_token_expire": expires, "oauth_refresh_token": "r"},
		{"mode": "External", "process_command": "cat " + filepath.Join(l.dir, "external.json")},
		{"mode": "CredentialsURI", "credentials_uri": l.uriURL},
		{"name": "anybody", "mode": "AK", "access_key_id": stsCaller.AccessKeyID, "access_key_secret": stsCaller.AccessKeySecret},
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
	l.writeFile(t, "config.json", string(content))
	l.writeFile(t, "external.json", `{"mode": "AK", "access_key_id": "LTAI-external", "access_key_secret": "secret-of-external"}`)
}

// profile is a block that names a profile.
func (l *credentialServices) profile(name string) string {
	return fmt.Sprintf("profile = %q\n  shared_credentials_file = %q", name, filepath.Join(l.dir, "config.json"))
}

// config is a whole configuration with the source in its provider block.
func (l *credentialServices) config(source, rest string) string {
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
%s`, region, l.addr, l.stsAddr, source, rest)
}

func (l *credentialServices) run(t *testing.T, steps ...resource.TestStep) {
	t.Helper()
	resource.UnitTest(t, resource.TestCase{
		ProtoV6ProviderFactories: factoriesFor(func() frameworkprovider.Provider {
			return provider.New("test", provider.SteppingClock{FakeClock: l.clock},
				credentials.WithMetadataURL(l.metadataURL), credentials.WithOAuthURL(l.signInURL))
		}),
		Steps: steps,
	})
}

// TestProvider_CredentialSources has the simulator know only the keys that one
// source hands out.
func TestProvider_CredentialSources(t *testing.T) {
	t.Parallel()
	role := fmt.Sprintf("assume_role {\n    role_arn = %q\n  }", roleARN)
	permanent := func(name string) credtest.Credentials {
		return credtest.Credentials{AccessKeyID: "LTAI-" + name, AccessKeySecret: "secret-of-" + name}
	}
	for name, test := range map[string]struct {
		source func(l *credentialServices) string
		keys   credtest.Credentials
	}{
		"keys": {func(*credentialServices) string {
			return "access_key = \"LTAI-block\"\n  secret_key = \"secret-of-block\""
		}, permanent("block")},
		"session": {func(*credentialServices) string {
			return "access_key = \"LTAI-block\"\n  secret_key = \"secret-of-block\"\n  security_token = \"token-of-block\""
		}, temporaryCredentials("block")},
		"credentials URI": {func(l *credentialServices) string { return fmt.Sprintf("credentials_uri = %q", l.uriURL) }, temporaryCredentials("uri")},
		"ECS role":        {func(*credentialServices) string { return `ecs_role_name = "ecs"` }, temporaryCredentials("metadata")},
		"OIDC with a file": {func(l *credentialServices) string {
			return fmt.Sprintf("assume_role_with_oidc {\n    oidc_provider_arn = %q\n    role_arn = %q\n    oidc_token_file = %q\n  }", providerARN, roleARN, filepath.Join(l.dir, "token"))
		}, temporaryCredentials("role")},
		"OIDC with a token": {func(*credentialServices) string {
			return fmt.Sprintf("assume_role_with_oidc {\n    oidc_provider_arn = %q\n    role_arn = %q\n    oidc_token = \"an-oidc-token\"\n  }", providerARN, roleARN)
		}, temporaryCredentials("role")},
		"role on keys": {func(*credentialServices) string {
			return fmt.Sprintf("access_key = %q\n  secret_key = %q\n  %s", stsCaller.AccessKeyID, stsCaller.AccessKeySecret, role)
		}, temporaryCredentials("role")},
		"role on a profile": {func(l *credentialServices) string { return l.profile("anybody") + "\n  " + role }, temporaryCredentials("role")},
		"no role on keys": {func(*credentialServices) string {
			return "access_key = \"LTAI-block\"\n  secret_key = \"secret-of-block\"\n  assume_role {\n    role_arn = \"\"\n  }"
		}, permanent("block")},
		"profile, AK":         {func(l *credentialServices) string { return l.profile("AK") }, permanent("profile")},
		"profile, StsToken":   {func(l *credentialServices) string { return l.profile("StsToken") }, temporaryCredentials("profile")},
		"profile, RamRoleArn": {func(l *credentialServices) string { return l.profile("RamRoleArn") }, temporaryCredentials("role")},
		"profile, EcsRamRole": {func(l *credentialServices) string { return l.profile("EcsRamRole") }, temporaryCredentials("metadata")},
		"profile, OIDC":       {func(l *credentialServices) string { return l.profile("OIDC") }, temporaryCredentials("role")},
		"profile, a chain":    {func(l *credentialServices) string { return l.profile("ChainableRamRoleArn") }, temporaryCredentials("role")},
		"profile, CloudSSO":   {func(l *credentialServices) string { return l.profile("CloudSSO") }, temporaryCredentials("sign-in")},
		"profile, OAuth":      {func(l *credentialServices) string { return l.profile("OAuth") }, temporaryCredentials("sign-in")},
		"profile, External":   {func(l *credentialServices) string { return l.profile("External") }, permanent("external")},
		"profile, a URI":      {func(l *credentialServices) string { return l.profile("CredentialsURI") }, temporaryCredentials("uri")},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := newCredentialServices(t, endedTask("1", "orders", "Success", 60))
			l.SetAccessKeys(rdssim.AccessKey{ID: test.keys.AccessKeyID, Secret: test.keys.AccessKeySecret, SecurityToken: test.keys.SecurityToken})
			l.run(t, resource.TestStep{Config: l.config(test.source(l), tasksBlock), ConfigStateChecks: allSucceeded})
		})
	}
}

func TestProvider_ProfileRegion(t *testing.T) {
	t.Parallel()
	l := newCredentialServices(t, endedTask("1", "orders", "Success", 60))
	l.SetAccessKeys(rdssim.AccessKey{ID: "LTAI-profile", Secret: "secret-of-profile"})
	config := strings.Replace(l.config(l.profile("AK"), tasksBlock), fmt.Sprintf("region   = %q", region), "", 1)
	l.run(t, resource.TestStep{Config: config, ConfigStateChecks: allSucceeded})
}

// gateBlock is the rest of a configuration, with a gate.
const gateBlock = `
resource "alicloud_rds_migrate_gate" "test" {
  db_instance_id = "rm-orders"
  db_names       = ["orders"]
}
`

// TestMigrateGateResource_SessionRenewal has sessions of a quarter of an hour and
// a migration of one hour.
func TestMigrateGateResource_SessionRenewal(t *testing.T) {
	t.Parallel()
	l := newCredentialServices(t, scriptedTask("1", "orders", -1, statusAfter(0, "Running"), statusAfter(61, "Success")))
	sessions := []credtest.Credentials{temporaryCredentials("first"), temporaryCredentials("second"), temporaryCredentials("third"), temporaryCredentials("fourth"), temporaryCredentials("fifth"), temporaryCredentials("sixth")}
	l.sts.Grant(roleARN, sessions...)
	var known []rdssim.AccessKey
	for _, k := range sessions {
		known = append(known, rdssim.AccessKey{ID: k.AccessKeyID, Secret: k.AccessKeySecret, SecurityToken: k.SecurityToken})
	}
	l.SetAccessKeys(known...)
	source := fmt.Sprintf("access_key = %q\n  secret_key = %q\n  assume_role {\n    role_arn = %q\n    session_expiration = 900\n  }",
		stsCaller.AccessKeyID, stsCaller.AccessKeySecret, roleARN)
	l.run(t, resource.TestStep{
		Config: l.config(source, gateBlock),
		ConfigStateChecks: []statecheck.StateCheck{
			expectGate(tfjsonpath.New("opened_at"), knownvalue.StringExact("2026-11-20T13:00:00Z")),
		},
	})
	var used []string
	for _, call := range l.Calls() {
		if id := call.Params.Get("AccessKeyId"); len(used) == 0 || used[len(used)-1] != id {
			used = append(used, id)
		}
	}
	if got, want := strings.Join(used, " "), "LTAI-first LTAI-second LTAI-third LTAI-fourth LTAI-fifth LTAI-sixth"; got != want {
		t.Errorf("sessions in use were %s, want %s", got, want)
	}
}

// TestMigrateGateResource_RewrittenTokenFile has a token that is rewritten
// before the first session ends.
func TestMigrateGateResource_RewrittenTokenFile(t *testing.T) {
	t.Parallel()
	l := newCredentialServices(t, scriptedTask("1", "orders", -1, statusAfter(0, "Running"), statusAfter(31, "Success")))
	l.sts.Grant(roleARN, temporaryCredentials("first"), temporaryCredentials("second"), temporaryCredentials("third"))
	for _, name := range []string{"first", "second", "third"} {
		k := temporaryCredentials(name)
		l.AddAccessKey(rdssim.AccessKey{ID: k.AccessKeyID, Secret: k.AccessKeySecret, SecurityToken: k.SecurityToken})
	}
	l.Observe(func(rdssim.Call) {
		l.writeFile(t, "token", "another-token")
		l.sts.AcceptToken(providerARN, "another-token")
	})
	source := fmt.Sprintf(`assume_role_with_oidc {
    oidc_provider_arn  = %q
    role_arn           = %q
    oidc_token_file    = %q
    session_expiration = 900
  }`, providerARN, roleARN, filepath.Join(l.dir, "token"))
	l.run(t, resource.TestStep{
		Config: l.config(source, gateBlock),
		ConfigStateChecks: []statecheck.StateCheck{
			expectGate(tfjsonpath.New("opened_at"), knownvalue.StringExact("2026-11-20T12:30:00Z")),
		},
	})
	if n := len(l.sts.IssuedRequests("AssumeRoleWithOIDC")); n != 3 {
		t.Errorf("%d logins, want 3", n)
	}
}
