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

// logins are the stand-ins of all services that hand out keys. Each hands out
// keys of its own, so that the simulator knows who it was that handed them out.
type logins struct {
	*testEnv

	sts                                     *credtest.STS
	stsAddr, metadataURL, uriURL, signInURL string
	dir                                     string // holds the profiles and a token
}

func keysOf(name string) credtest.Credentials {
	return credtest.Credentials{AccessKeyID: "LTAI-" + name, AccessKeySecret: "secret-of-" + name, SecurityToken: "token-of-" + name}
}

// anybody may call the STS.
var anybody = credtest.Credentials{AccessKeyID: "LTAI-anybody", AccessKeySecret: "secret-of-anybody"}

func newLogins(t *testing.T, tasks ...rdssim.Task) *logins {
	t.Helper()
	c := newCloud(t, tasks...)
	l := &logins{testEnv: c, sts: credtest.NewSTS(c.clock), dir: t.TempDir()}
	l.sts.Accept(anybody)
	l.sts.AcceptToken(providerARN, "an-oidc-token")
	l.sts.Grant(roleARN, keysOf("role"))
	serve := func(start func(http.Handler) *httptest.Server, h http.Handler) string {
		s := start(h)
		t.Cleanup(s.Close)
		return s.URL
	}
	l.stsAddr = strings.TrimPrefix(serve(httptest.NewTLSServer, l.sts), "https://")
	l.metadataURL = serve(httptest.NewServer, credtest.NewMetadata(c.clock, "ecs", time.Hour, keysOf("metadata")))
	l.uriURL = serve(httptest.NewServer, credtest.NewURI(c.clock, time.Hour, keysOf("uri")))
	l.signInURL = serve(httptest.NewTLSServer, credtest.NewSignIn(c.clock, "sign-in", "account", "config", time.Hour, keysOf("sign-in")))
	l.write(t, "token", "an-oidc-token")
	l.writeProfiles(t)
	return l
}

func (l *logins) write(t *testing.T, name, content string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(l.dir, name), []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
}

// writeProfiles writes a profile of every mode, named after it.
func (l *logins) writeProfiles(t *testing.T) {
	t.Helper()
	expires := l.clock.Now().Add(12 * time.Hour).Unix()
	profiles := []map[string]any{
		{"mode": "AK", "access_key_id": "LTAI-profile", "access_key_secret": "secret-of-profile"},
		{"mode": "StsToken", "access_key_id": "LTAI-profile", "access_key_secret": "secret-of-profile", "sts_token": "token-of-profile"},
		{"mode": "RamRoleArn", "access_key_id": anybody.AccessKeyID, "access_key_secret": anybody.AccessKeySecret, "ram_role_arn": roleARN, "ram_session_name": "ci"},
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
		{"name": "anybody", "mode": "AK", "access_key_id": anybody.AccessKeyID, "access_key_secret": anybody.AccessKeySecret},
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
	l.write(t, "config.json", string(content))
	l.write(t, "external.json", `{"mode": "AK", "access_key_id": "LTAI-external", "access_key_secret": "secret-of-external"}`)
}

// profile is a block that names a profile.
func (l *logins) profile(name string) string {
	return fmt.Sprintf("profile = %q\n  shared_credentials_file = %q", name, filepath.Join(l.dir, "config.json"))
}

// config is a whole configuration with the source in its provider block.
func (l *logins) config(source, rest string) string {
	return required + fmt.Sprintf(`
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

func (l *logins) test(t *testing.T, steps ...resource.TestStep) {
	t.Helper()
	resource.UnitTest(t, resource.TestCase{
		ProtoV6ProviderFactories: factoriesOf(func() frameworkprovider.Provider {
			return provider.New("test", provider.SteppingClock{FakeClock: l.clock},
				credentials.WithMetadataURL(l.metadataURL), credentials.WithOAuthURL(l.signInURL))
		}),
		Steps: steps,
	})
}

// TestEverySourceInARealPlan has the simulator know only the keys that one
// source hands out.
func TestEverySourceInARealPlan(t *testing.T) {
	t.Parallel()
	role := fmt.Sprintf("assume_role {\n    role_arn = %q\n  }", roleARN)
	permanent := func(name string) credtest.Credentials {
		return credtest.Credentials{AccessKeyID: "LTAI-" + name, AccessKeySecret: "secret-of-" + name}
	}
	for name, test := range map[string]struct {
		source func(l *logins) string
		keys   credtest.Credentials
	}{
		"keys": {func(*logins) string { return "access_key = \"LTAI-block\"\n  secret_key = \"secret-of-block\"" }, permanent("block")},
		"session": {func(*logins) string {
			return "access_key = \"LTAI-block\"\n  secret_key = \"secret-of-block\"\n  security_token = \"token-of-block\""
		}, keysOf("block")},
		"credentials URI": {func(l *logins) string { return fmt.Sprintf("credentials_uri = %q", l.uriURL) }, keysOf("uri")},
		"ECS role":        {func(*logins) string { return `ecs_role_name = "ecs"` }, keysOf("metadata")},
		"OIDC with a file": {func(l *logins) string {
			return fmt.Sprintf("assume_role_with_oidc {\n    oidc_provider_arn = %q\n    role_arn = %q\n    oidc_token_file = %q\n  }", providerARN, roleARN, filepath.Join(l.dir, "token"))
		}, keysOf("role")},
		"OIDC with a token": {func(*logins) string {
			return fmt.Sprintf("assume_role_with_oidc {\n    oidc_provider_arn = %q\n    role_arn = %q\n    oidc_token = \"an-oidc-token\"\n  }", providerARN, roleARN)
		}, keysOf("role")},
		"role on keys": {func(*logins) string {
			return fmt.Sprintf("access_key = %q\n  secret_key = %q\n  %s", anybody.AccessKeyID, anybody.AccessKeySecret, role)
		}, keysOf("role")},
		"role on a profile": {func(l *logins) string { return l.profile("anybody") + "\n  " + role }, keysOf("role")},
		"no role on keys": {func(*logins) string {
			return "access_key = \"LTAI-block\"\n  secret_key = \"secret-of-block\"\n  assume_role {\n    role_arn = \"\"\n  }"
		}, permanent("block")},
		"profile, AK":         {func(l *logins) string { return l.profile("AK") }, permanent("profile")},
		"profile, StsToken":   {func(l *logins) string { return l.profile("StsToken") }, keysOf("profile")},
		"profile, RamRoleArn": {func(l *logins) string { return l.profile("RamRoleArn") }, keysOf("role")},
		"profile, EcsRamRole": {func(l *logins) string { return l.profile("EcsRamRole") }, keysOf("metadata")},
		"profile, OIDC":       {func(l *logins) string { return l.profile("OIDC") }, keysOf("role")},
		"profile, a chain":    {func(l *logins) string { return l.profile("ChainableRamRoleArn") }, keysOf("role")},
		"profile, CloudSSO":   {func(l *logins) string { return l.profile("CloudSSO") }, keysOf("sign-in")},
		"profile, OAuth":      {func(l *logins) string { return l.profile("OAuth") }, keysOf("sign-in")},
		"profile, External":   {func(l *logins) string { return l.profile("External") }, permanent("external")},
		"profile, a URI":      {func(l *logins) string { return l.profile("CredentialsURI") }, keysOf("uri")},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := newLogins(t, task("1", "orders", "Success", 60))
			l.SetAccessKeys(rdssim.AccessKey{ID: test.keys.AccessKeyID, Secret: test.keys.AccessKeySecret, SecurityToken: test.keys.SecurityToken})
			l.test(t, resource.TestStep{Config: l.config(test.source(l), reading), ConfigStateChecks: succeeded})
		})
	}
}

func TestRegionOfAProfile(t *testing.T) {
	t.Parallel()
	l := newLogins(t, task("1", "orders", "Success", 60))
	l.SetAccessKeys(rdssim.AccessKey{ID: "LTAI-profile", Secret: "secret-of-profile"})
	config := strings.Replace(l.config(l.profile("AK"), reading), fmt.Sprintf("region   = %q", region), "", 1)
	l.test(t, resource.TestStep{Config: config, ConfigStateChecks: succeeded})
}

// waiting is the rest of a configuration, with a gate.
const waiting = `
resource "alicloud_rds_migrate_gate" "test" {
  db_instance_id = "rm-orders"
  db_names       = ["orders"]
}
`

// TestSessionIsRenewedWhileAGateWaits has sessions of a quarter of an hour and
// a migration of one hour.
func TestSessionIsRenewedWhileAGateWaits(t *testing.T) {
	t.Parallel()
	l := newLogins(t, life("1", "orders", -1, after(0, "Running"), after(61, "Success")))
	sessions := []credtest.Credentials{keysOf("first"), keysOf("second"), keysOf("third"), keysOf("fourth"), keysOf("fifth"), keysOf("sixth")}
	l.sts.Grant(roleARN, sessions...)
	var known []rdssim.AccessKey
	for _, k := range sessions {
		known = append(known, rdssim.AccessKey{ID: k.AccessKeyID, Secret: k.AccessKeySecret, SecurityToken: k.SecurityToken})
	}
	l.SetAccessKeys(known...)
	source := fmt.Sprintf("access_key = %q\n  secret_key = %q\n  assume_role {\n    role_arn = %q\n    session_expiration = 900\n  }",
		anybody.AccessKeyID, anybody.AccessKeySecret, roleARN)
	l.test(t, resource.TestStep{
		Config: l.config(source, waiting),
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

// TestRewrittenTokenFileIsReadWhileAGateWaits has a token that is rewritten
// before the first session ends.
func TestRewrittenTokenFileIsReadWhileAGateWaits(t *testing.T) {
	t.Parallel()
	l := newLogins(t, life("1", "orders", -1, after(0, "Running"), after(31, "Success")))
	l.sts.Grant(roleARN, keysOf("first"), keysOf("second"), keysOf("third"))
	for _, name := range []string{"first", "second", "third"} {
		k := keysOf(name)
		l.AddAccessKey(rdssim.AccessKey{ID: k.AccessKeyID, Secret: k.AccessKeySecret, SecurityToken: k.SecurityToken})
	}
	l.Observe(func(rdssim.Call) {
		l.write(t, "token", "another-token")
		l.sts.AcceptToken(providerARN, "another-token")
	})
	source := fmt.Sprintf(`assume_role_with_oidc {
    oidc_provider_arn  = %q
    role_arn           = %q
    oidc_token_file    = %q
    session_expiration = 900
  }`, providerARN, roleARN, filepath.Join(l.dir, "token"))
	l.test(t, resource.TestStep{
		Config: l.config(source, waiting),
		ConfigStateChecks: []statecheck.StateCheck{
			expectGate(tfjsonpath.New("opened_at"), knownvalue.StringExact("2026-11-20T12:30:00Z")),
		},
	})
	if n := len(l.sts.IssuedRequests("AssumeRoleWithOIDC")); n != 3 {
		t.Errorf("%d logins, want 3", n)
	}
}
