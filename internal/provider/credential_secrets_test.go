// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"encoding/json"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6/tf6server"
	"github.com/jonboulle/clockwork"

	"github.com/rds-migrate/terraform-provider-alicloud/internal/credentials"
	"github.com/rds-migrate/terraform-provider-alicloud/internal/credentials/credtest"
	"github.com/rds-migrate/terraform-provider-alicloud/internal/provider"
)

// Variables that pass the addresses of stand-ins to the process of the provider.
const (
	metadataVariable = "PROVIDER_TEST_METADATA_URL"
	oauthVariable    = "PROVIDER_TEST_OAUTH_URL"
)

// servicesPluginDir returns a plugin directory in which this test binary is the
// provider. It calls stand-ins for the services whose addresses are not part of the
// configuration, and trusts their certificates.
var servicesPluginDir = sync.OnceValues(func() (string, error) {
	binary, err := os.Executable()
	if err != nil {
		return "", err
	}
	dir := filepath.Join(sharedDir, "plugins-with-services")
	return dir, linkPlugins(dir, map[string]string{testedSource: binary})
})

// serveWithServices serves the provider if this program was started as such, from
// servicesPluginDir. It reports whether it was.
func serveWithServices() (bool, error) {
	if !strings.Contains(filepath.ToSlash(os.Args[0]), "/"+testedSource+"/") {
		return false, nil
	}
	log.SetOutput(io.Discard) // as in main
	if err := credtest.TrustCertificates(); err != nil {
		return true, err
	}
	return true, tf6server.Serve(provider.Address, func() tfprotov6.ProviderServer {
		metadata := credentials.WithMetadataURL(os.Getenv(metadataVariable))
		oauth := credentials.WithOAuthURL(os.Getenv(oauthVariable))
		return provider.NewServer(provider.New(pluginVersion, clockwork.NewRealClock(), metadata, oauth))
	})
}

// Secrets of the sources of credentials. Each has characters that URLs escape.
const (
	callerSecret  = "caller+secret/of-the-block="
	callerToken   = "caller+token/of-the-block="
	oidcSecret    = "oidc+token/of-the-block="
	uriSecret     = "uri-token-of-the-block"
	signInSecret  = "sign-in+token/of-the-profile="
	metadataToken = "metadata+token/of-the-service="
)

// issuedCredentials are those that every stand-in issues.
var issuedCredentials = credtest.Credentials{
	AccessKeyID: "STS.issued", AccessKeySecret: "issued+secret/of-the-service=",
	SecurityToken: "issued+token/of-the-service=",
}

// secretSource is a source of credentials that calls a service.
type secretSource struct {
	tls       bool
	service   http.Handler                    // issues the credentials
	arguments func(address string) string     // of the provider block
	profile   func(address string) (p string) // the content of config.json, nil for none
}

func secretSources() map[string]secretSource {
	clock := clockwork.NewRealClock()
	sts := credtest.NewSTS(clock)
	sts.Accept(credtest.Credentials{
		AccessKeyID: "STS.caller", AccessKeySecret: callerSecret, SecurityToken: callerToken,
	})
	sts.AcceptToken(providerARN, oidcSecret)
	sts.Grant(roleARN, issuedCredentials)
	signIn := credtest.NewSignIn(clock, signInSecret, "account", "config", time.Hour, issuedCredentials)
	always := func(arguments string) func(string) string { return func(string) string { return arguments } }
	const profile = "profile = \"p\"\n  shared_credentials_file = \"config.json\""
	expires := clock.Now().Add(time.Hour).Unix()
	return map[string]secretSource{
		"STS": {
			tls: true, service: sts,
			arguments: always(fmt.Sprintf("access_key = \"STS.caller\"\n  secret_key = %q\n  security_token = %q\n  %s",
				callerSecret, callerToken, assumeRoleBlock())),
		},
		"STS with OIDC": {
			tls: true, service: sts, arguments: always(oidcBlock(fmt.Sprintf("oidc_token = %q", oidcSecret))),
		},
		"the metadata service": {
			service:   credtest.NewMetadata(clock, "ecs", time.Hour, issuedCredentials),
			arguments: always(blockECSRole),
		},
		"a credentials URI": {
			service: credtest.NewURI(clock, time.Hour, issuedCredentials),
			arguments: func(address string) string {
				return fmt.Sprintf("credentials_uri = %q", address+"/credentials?token="+uriSecret)
			},
		},
		"CloudSSO": {tls: true, service: signIn, arguments: always(profile), profile: func(address string) string {
			return fmt.Sprintf(`{"profiles": [{"name": "p", "mode": "CloudSSO", "cloud_sso_sign_in_url": %q,
				"cloud_sso_account_id": "account", "cloud_sso_access_config": "config", "access_token": %q,
				"cloud_sso_access_token_expire": %d}]}`, address, signInSecret, expires)
		}},
		"OAuth": {tls: true, service: signIn, arguments: always(profile), profile: func(string) string {
			return fmt.Sprintf(`{"profiles": [{"name": "p", "mode": "OAuth", "oauth_site_type": "CN",
				"oauth_access_token": %q, "oauth_access_token_expire": %d}]}`, signInSecret, expires)
		}},
	}
}

// serve serves a handler over the protocol of the service and returns its URL.
func (s secretSource) serve(t *testing.T, h http.Handler) string {
	t.Helper()
	start := httptest.NewServer
	if s.tls {
		start = httptest.NewTLSServer
	}
	server := start(h)
	t.Cleanup(server.Close)
	return server.URL
}

// quoteRequest refuses every request with a response that quotes it, and that has
// secrets of its own.
func quoteRequest(w http.ResponseWriter, r *http.Request) {
	if r.Method == http.MethodPut {
		// The token of the metadata service, which the next request has.
		_, _ = io.WriteString(w, metadataToken)
		return
	}
	// The client may have disconnected.
	body, _ := io.ReadAll(r.Body)
	quoted := fmt.Sprintf("%s %s %v %s", r.Method, r.URL, r.Header, body)
	response, err := json.Marshal(map[string]string{
		"Code": "Refused", "Message": quoted, "RequestId": "5C1A-4E8B",
		"AccessKeySecret": issuedCredentials.AccessKeySecret,
	})
	if err != nil {
		panic(err)
	}
	w.Header().Set("X-Quoted", strings.Map(func(c rune) rune { return max(c, ' ') }, quoted))
	w.WriteHeader(http.StatusBadRequest)
	_, _ = w.Write(response)
}

// TestProvider_NoSecretOfServices runs plans with each service that issues
// credentials, with everything logged, and searches all output.
func TestProvider_NoSecretOfServices(t *testing.T) {
	t.Parallel()
	for name, source := range secretSources() {
		t.Run(name+" that issues credentials", func(t *testing.T) {
			t.Parallel()
			runWithSecrets(t, source, source.service, "")
		})
		t.Run(name+" that quotes the request", func(t *testing.T) {
			t.Parallel()
			runWithSecrets(t, source, http.HandlerFunc(quoteRequest), "Unable to Get Credentials")
		})
		for _, status := range []int{http.StatusFound, http.StatusTemporaryRedirect} {
			t.Run(fmt.Sprintf("%s that redirects with status %d", name, status), func(t *testing.T) {
				t.Parallel()
				other := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
					t.Errorf("the other host received %s %s", r.Method, r.URL)
				}))
				t.Cleanup(other.Close)
				redirect := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
					w.Header().Set("Location", other.URL+r.URL.RequestURI())
					w.WriteHeader(status)
				})
				runWithSecrets(t, source, redirect, "redirect, which is not followed")
			})
		}
	}
}

// runWithSecrets runs a plan with a source whose service responds as a handler. Its
// output must have a text, and no secret. Without a text, the plan must succeed.
func runWithSecrets(t *testing.T, source secretSource, service http.Handler, want string) {
	t.Helper()
	env := newRealTimeEnv(t, endedTask("1", "orders", "Success", 60))
	env.SetAccessKeys(accessKeyOf(issuedCredentials))
	api := &signatureRecorder{next: env.Simulator}
	apiServer := httptest.NewServer(api)
	t.Cleanup(apiServer.Close)
	recorder := &signatureRecorder{next: service}
	address := source.serve(t, recorder)
	host := address[strings.Index(address, "://")+len("://"):]
	endpoints := fmt.Sprintf("endpoints {\n    rds = %q\n    sts = %q\n  }", apiServer.Listener.Addr().String(), host)
	files := map[string]string{"main.tf": providerConfig(
		source.arguments(address), `region = "cn-hangzhou"`, `protocol = "HTTP"`, endpoints)}
	if source.profile != nil {
		files["config.json"] = source.profile(address)
	}
	dir := newTerraformDirWith(t, servicesPluginDir, files)
	dir.env = append(dir.env, metadataVariable+"="+address, oauthVariable+"="+address, "TF_LOG=TRACE", "DEBUG=sdk")
	run := dir.runFailing
	if want == "" {
		run = dir.run
	}
	out := run(t, "plan")
	if !strings.Contains(strings.Join(strings.Fields(out), " "), want) {
		t.Errorf("the output does not contain %q:\n%s", want, out)
	}
	requests, signatures := recorder.recorded()
	if requests == 0 {
		t.Error("no request was sent to the service")
	}
	calls, more := api.recorded()
	if want == "" && calls == 0 {
		t.Error("no call was sent to the API")
	}
	signatures = append(signatures, more...)
	for i, signature := range signatures {
		checkAbsent(t, out, fmt.Sprintf("signature %d", i), signature)
	}
	checkNoSourceSecret(t, out)
}

// checkNoSourceSecret reports an error if a secret of a source is in the output.
func checkNoSourceSecret(t *testing.T, out string) {
	t.Helper()
	for _, secret := range []string{
		callerSecret, callerToken, oidcSecret, uriSecret, signInSecret, metadataToken,
		issuedCredentials.AccessKeySecret, issuedCredentials.SecurityToken,
	} {
		checkAbsent(t, out, "a secret", secret)
	}
}

// TestProvider_NoSecretOfProfiles runs plans with profiles that cannot be used, with
// everything logged, and searches all output.
func TestProvider_NoSecretOfProfiles(t *testing.T) {
	t.Parallel()
	const external = `"mode": "External", "process_command": "sh program.sh ` + callerSecret + `"`
	const chain = `"mode": "ChainableRamRoleArn", "ram_role_arn": "r", "source_profile": "` + callerToken + `"`
	// Each program prints secrets to its standard output and its standard error.
	script := func(more string) string {
		return fmt.Sprintf("echo '%s' >&2\necho '%s'\n%s\n", callerToken, issuedCredentials.AccessKeySecret, more)
	}
	for name, test := range map[string]struct{ fields, script, want string }{
		"a program that fails":                 {external, script("exit 7"), "exit status 7"},
		"a program that prints something else": {external, script(""), "something other than a JSON object"},
		"a program that prints too much":       {external, script("head -c 2000000 /dev/zero"), "printed more than"},
		"an unknown mode":                      {`"mode": "` + callerToken + `"`, "", "its mode is unknown"},
		"a malformed field":                    {`"mode": "AK", "sts_token": [1]`, "", "sts_token is not a string"},
		"an expiration that is not a number": {
			`"mode": "AK", "sts_expiration": "` + callerToken + `"`, "", "sts_expiration is not an integer",
		},
		"a source profile that does not exist": {chain, "", "no profile of that name"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			pair := fmt.Sprintf(`"access_key_id": "LTAI-profile", "access_key_secret": %q, `, callerSecret)
			dir := newTerraformDir(t, map[string]string{
				"main.tf": providerConfig(`region = "cn-hangzhou"`, `profile = "p"`,
					`shared_credentials_file = "config.json"`),
				"config.json": `{"profiles": [{"name": "p", ` + pair + test.fields + `}]}`,
				"program.sh":  test.script,
			})
			dir.env = append(dir.env, "TF_LOG=TRACE", "DEBUG=sdk")
			out := dir.runFailing(t, "plan")
			if !strings.Contains(strings.Join(strings.Fields(out), " "), test.want) {
				t.Errorf("the output does not contain %q:\n%s", test.want, out)
			}
			checkNoSourceSecret(t, out)
		})
	}
}
