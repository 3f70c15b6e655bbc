// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"encoding/json"
	"fmt"
	"net/http/httptest"
	"os"
	"path"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-testing/config"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"

	"github.com/rds-migrate/terraform-provider-alicloud/internal/credentials/credtest"
)

// authenticationDir holds the example of the guide on authentication: a
// configuration, and a directory with a provider block for each way to authenticate.
const authenticationDir = "guides/authentication/"

// The role and the identity provider in the provider blocks.
const (
	exampleRoleName    = "migration-reader"
	exampleRoleARN     = "acs:ram::1234567890123456:role/" + exampleRoleName
	exampleProviderARN = "acs:ram::1234567890123456:oidc-provider/ci"
)

// authenticationCase is a provider block of the guide.
type authenticationCase struct {
	variables config.Variables
	override  string // arguments that lead to the stand-ins
	want      credtest.Credentials
}

// newAuthenticationServices returns stand-ins that know the role and the profiles of
// the provider blocks.
func newAuthenticationServices(t *testing.T) *credentialServices {
	t.Helper()
	s := newCredentialServices(t, endedTask("1", "orders", "Success", 60))
	s.sts.AcceptToken(exampleProviderARN, "an-oidc-token")
	s.sts.Grant(exampleRoleARN, temporaryCredentials("role"))
	metadata := httptest.NewServer(
		credtest.NewMetadata(s.clock, exampleRoleName, time.Hour, temporaryCredentials("metadata")))
	t.Cleanup(metadata.Close)
	s.metadataURL = metadata.URL
	s.renameProfiles(t, map[string]string{"sts-caller": "migration", "CloudSSO": "sso", "OAuth": "browser"})
	s.copyExternalExample(t)
	return s
}

// renameProfiles gives profiles the names that the provider blocks have.
func (s *credentialServices) renameProfiles(t *testing.T, names map[string]string) {
	t.Helper()
	content, err := os.ReadFile(s.path("config.json"))
	if err != nil {
		t.Fatal(err)
	}
	text := string(content)
	for mode, name := range names {
		text = strings.ReplaceAll(text, fmt.Sprintf(`"name":%q`, mode), fmt.Sprintf(`"name":%q`, name))
	}
	s.writeFile(t, "config.json", text)
}

// copyExternalExample copies the profile with a program, and what the program prints.
func (s *credentialServices) copyExternalExample(t *testing.T) {
	t.Helper()
	for _, name := range []string{"config.json", "output.json"} {
		content, err := os.ReadFile(filepath.Join(examplesDir, authenticationDir, "external", name))
		if err != nil {
			t.Fatal(err)
		}
		const command = "/usr/local/bin/print-credentials --role migration-reader"
		text := strings.Replace(string(content), command, "cat "+s.path("external-output.json"), 1)
		s.writeFile(t, "external-"+name, text)
	}
}

// printedCredentials returns the credentials that the program of the example prints.
func (s *credentialServices) printedCredentials(t *testing.T) credtest.Credentials {
	t.Helper()
	content, err := os.ReadFile(s.path("external-output.json"))
	if err != nil {
		t.Fatal(err)
	}
	var out struct {
		ID     string `json:"access_key_id"`
		Secret string `json:"access_key_secret"`
		Token  string `json:"sts_token"`
	}
	if err := json.Unmarshal(content, &out); err != nil {
		t.Fatal(err)
	}
	return credtest.Credentials{AccessKeyID: out.ID, AccessKeySecret: out.Secret, SecurityToken: out.Token}
}

// authenticationCases returns a case for each way that does not depend on the
// environment.
func (s *credentialServices) authenticationCases(t *testing.T) map[string]authenticationCase {
	t.Helper()
	file := func(name string) string { return fmt.Sprintf("shared_credentials_file = %q", s.path(name)) }
	static := temporaryCredentials("static")
	return map[string]authenticationCase{
		"static": {
			variables: config.Variables{
				"access_key":     config.StringVariable(static.AccessKeyID),
				"secret_key":     config.StringVariable(static.AccessKeySecret),
				"security_token": config.StringVariable(static.SecurityToken),
			},
			want: static,
		},
		"profile":  {override: file("config.json"), want: stsCaller},
		"ecs-role": {want: temporaryCredentials("metadata")},
		"oidc": {
			variables: config.Variables{"token_file": config.StringVariable(s.path("token"))},
			want:      temporaryCredentials("role"),
		},
		"assume-role":     {override: file("config.json"), want: temporaryCredentials("role")},
		"credentials-uri": {override: fmt.Sprintf("credentials_uri = %q", s.uriURL), want: temporaryCredentials("uri")},
		"external":        {override: file("external-config.json"), want: s.printedCredentials(t)},
		"cloud-sso":       {override: file("config.json"), want: temporaryCredentials("sign-in")},
		"oauth":           {override: file("config.json"), want: temporaryCredentials("sign-in")},
	}
}

// applyAuthentication applies the configuration of the guide with one of its provider
// blocks. The API accepts only the credentials that the case expects.
func (s *credentialServices) applyAuthentication(t *testing.T, way string, c authenticationCase) {
	t.Helper()
	s.SetAccessKeys(accessKeyOf(c.want))
	files := readExample(t, authenticationDir)
	dir := t.TempDir()
	for name, content := range map[string]string{
		"main.tf":     files["main.tf"],
		"provider.tf": files[way+"/provider.tf"],
		"override.tf": fmt.Sprintf(`
provider "alicloud" {
  protocol = "HTTP"
  endpoints {
    rds = %q
    sts = %q
  }
  %s
}
data "alicloud_rds_migrate_tasks" "shop" {
  db_instance_id = %q
}
`, s.addr, s.stsAddr, c.override, instanceID),
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	// A step with a directory needs its own factories.
	resource.UnitTest(t, resource.TestCase{Steps: []resource.TestStep{{
		ProtoV6ProviderFactories: s.factories(),
		ConfigDirectory:          config.StaticDirectory(dir),
		ConfigVariables:          c.variables,
		ConfigStateChecks: []statecheck.StateCheck{
			statecheck.ExpectKnownOutputValue("all_succeeded", knownvalue.Bool(true)),
		},
	}}})
}

// TestExamples_Authentication applies each provider block of the guide but the one
// that takes everything from the environment.
func TestExamples_Authentication(t *testing.T) {
	t.Parallel()
	ways := newAuthenticationServices(t).authenticationCases(t)
	for name := range readExample(t, authenticationDir) {
		way := path.Dir(name)
		if _, found := ways[way]; !found && way != "." && way != "environment" {
			t.Errorf("%s has no case", name)
		}
	}
	for way := range ways {
		t.Run(way, func(t *testing.T) {
			t.Parallel()
			s := newAuthenticationServices(t)
			s.applyAuthentication(t, way, s.authenticationCases(t)[way])
		})
	}
}

// TestExamples_AuthenticationEnvironment sets the environment, so it is not parallel.
func TestExamples_AuthenticationEnvironment(t *testing.T) {
	s := newAuthenticationServices(t)
	want := temporaryCredentials("environment")
	t.Setenv("ALIBABA_CLOUD_ACCESS_KEY_ID", want.AccessKeyID)
	t.Setenv("ALIBABA_CLOUD_ACCESS_KEY_SECRET", want.AccessKeySecret)
	t.Setenv("ALIBABA_CLOUD_SECURITY_TOKEN", want.SecurityToken)
	t.Setenv("ALIBABA_CLOUD_REGION", region)
	s.applyAuthentication(t, "environment", authenticationCase{want: want})
}

// TestExamples_DestroyWithoutCredentials destroys an open gate with values that are no
// credentials, while the API does not run.
func TestExamples_DestroyWithoutCredentials(t *testing.T) {
	t.Parallel()
	env := newExamplesEnv(t, rerunTasks()...)
	dir := newExample(t, env, readExample(t, guideDir+"gate"))
	dir.run(t, "apply", "-auto-approve")
	env.shutDown()
	dir.env = append(dir.env, "ALIBABA_CLOUD_ACCESS_KEY_ID=", "ALIBABA_CLOUD_ACCESS_KEY_SECRET=")
	out := dir.runFailing(t, "destroy", "-auto-approve")
	if !matchOutput("ALICLOUD_ACCESS_KEY and ALICLOUD_SECRET_KEY").MatchString(out) {
		t.Errorf("without any value: %s", out)
	}
	dir.env = append(dir.env, "ALIBABA_CLOUD_ACCESS_KEY_ID=none", "ALIBABA_CLOUD_ACCESS_KEY_SECRET=none")
	if out := dir.run(t, "destroy", "-auto-approve"); !matchOutput("Destroy complete!").MatchString(out) {
		t.Errorf("with any values: %s", out)
	}
}
