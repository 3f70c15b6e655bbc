// SPDX-License-Identifier: MPL-2.0

package credentials

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rds-migrate/terraform-provider-alicloud/internal/clocktest"
	"github.com/rds-migrate/terraform-provider-alicloud/internal/credentials/credtest"
	"github.com/rds-migrate/terraform-provider-alicloud/internal/openapi"
)

// Commands of the test binary as the program of an External profile. Each has one
// argument.
const (
	printCommand = "print-for-external" // prints a file
	stallCommand = "stall-for-external" // connects to an address and waits for the end of the connection
	forkCommand  = "fork-for-external"  // as stallCommand, with a child process that does the same
	leaveCommand = "leave-for-external" // prints credentials and exits, with a child process that stalls
	slowCommand  = "slow-for-external"  // as stallCommand, and then prints credentials
)

// printedCredentials are printed by leaveCommand and slowCommand.
const printedCredentials = `{"mode": "AK", "access_key_id": "id", "access_key_secret": "secret"}`

// runExternal runs a command of the test binary and returns its exit status.
func runExternal(command, argument string) int {
	switch command {
	case printCommand:
		content, err := os.ReadFile(argument)
		_, _ = os.Stdout.Write(content)
		fmt.Fprintln(os.Stderr, string(content))
		if err == nil {
			return 0
		}
	case stallCommand:
		stall(argument)
	case forkCommand:
		if startStalling(argument) == nil {
			stall(argument)
		}
	case leaveCommand:
		if _, err := os.Stdout.WriteString(printedCredentials); err == nil && startStalling(argument) == nil {
			return 0
		}
	case slowCommand:
		stall(argument)
		if _, err := os.Stdout.WriteString(printedCredentials); err == nil {
			return 0
		}
	}
	return 3
}

// stall connects to an address and waits for the end of the connection.
func stall(address string) {
	if c, err := new(net.Dialer).DialContext(context.Background(), "tcp", address); err == nil {
		_, _ = io.ReadAll(c)
	}
}

// startStalling starts a process that stalls and has the standard output open.
func startStalling(address string) error {
	binary, err := os.Executable()
	if err != nil {
		return err
	}
	//nolint:gosec // the address comes from the test that runs this process
	child := exec.CommandContext(context.Background(), binary, stallCommand, address)
	child.Stdout = os.Stdout
	return child.Start()
}

// isProgram is the environment variable of the programs that tests run.
const isProgram = "RUN_BY_A_TEST"

// TestMain runs the tests or, if a test runs the binary, a command. Without a command, the binary exits: if it ran the
// tests, each of its processes could start more.
func TestMain(m *testing.M) {
	if os.Getenv(isProgram) != "" {
		if len(os.Args) == 3 {
			os.Exit(runExternal(os.Args[1], os.Args[2]))
		}
		os.Exit(3)
	}
	if err := os.Setenv(isProgram, "true"); err != nil {
		panic(err)
	}
	for name, value := range ambientEnv {
		if err := os.Setenv(name, value); err != nil {
			panic(err)
		}
	}
	if err := credtest.TrustCertificates(); err != nil {
		panic(err)
	}
	os.Exit(m.Run())
}

// ambientEnv is in the environment of the test process, which the vendor's
// libraries read. No request may contain any of it.
var ambientEnv = map[string]string{
	"ALIBABA_CLOUD_ROLE_ARN":             otherARN,
	"ALIBABA_CLOUD_ROLE_SESSION_NAME":    "ambient",
	"ALIBABA_CLOUD_OIDC_TOKEN":           "ambient",
	"ALIBABA_CLOUD_OIDC_TOKEN_FILE":      "/nowhere",
	"ALIBABA_CLOUD_OIDC_PROVIDER_ARN":    "ambient",
	"ALIBABA_CLOUD_STS_REGION":           "ambient",
	"ALIBABA_CLOUD_VPC_ENDPOINT_ENABLED": "true",
	"ALIBABA_CLOUD_SECURITY_TOKEN":       "ambient",
	"ALIBABA_CLOUD_PROFILE":              "ambient",
	"ALIBABA_CLOUD_ACCESS_KEY_ID":        "ambient",
	"ALIBABA_CLOUD_ACCESS_KEY_SECRET":    "ambient",
	"ALIBABA_CLOUD_ECS_METADATA":         "ambient",
	"ALIBABA_CLOUD_CREDENTIALS_URI":      "http://127.0.0.1:1/ambient",
	// For the race detector: without it, External programs take a second to exit.
	"GORACE": "atexit_sleep_ms=0",
}

const (
	roleARN     = "acs:ram::100000000000000:role/reader"
	otherARN    = "acs:ram::100000000000000:role/other"
	providerARN = "acs:ram::100000000000000:oidc-provider/issuer"
)

// callerCredentials sign the requests that assume a role.
var callerCredentials = credtest.Credentials{AccessKeyID: "caller-id", AccessKeySecret: "caller-secret/+="}

// callerConfig is a block with the static credentials of the caller.
func callerConfig(stsEndpoint string) Config {
	return Config{
		AccessKey:   callerCredentials.AccessKeyID,
		SecretKey:   callerCredentials.AccessKeySecret,
		STSEndpoint: stsEndpoint,
	}
}

// issued returns the n-th credentials that a fake service issues.
func issued(n int) credtest.Credentials {
	return credtest.Credentials{
		AccessKeyID:     fmt.Sprintf("STS.id-%d", n),
		AccessKeySecret: fmt.Sprintf("issued-secret-%d/+=", n),
		SecurityToken:   fmt.Sprintf("issued-token-%d/+=", n),
	}
}

// getenvFrom returns a function like os.Getenv for a fixed environment.
func getenvFrom(vars map[string]string) func(string) string {
	return func(name string) string { return vars[name] }
}

// fakeClock returns a clock on which the pauses between attempts take no time.
func fakeClock() clocktest.Clock { return clocktest.New(clocktest.Start) }

// serveTLS serves a handler over HTTPS and returns its host:port.
func serveTLS(t *testing.T, h http.Handler) string {
	t.Helper()
	server := httptest.NewTLSServer(h)
	t.Cleanup(server.Close)
	return strings.TrimPrefix(server.URL, "https://")
}

// serve serves a handler over HTTP and returns its URL.
func serve(t *testing.T, h http.Handler) string {
	t.Helper()
	server := httptest.NewServer(h)
	t.Cleanup(server.Close)
	return server.URL
}

// writeBody writes the body of a response.
func writeBody(t *testing.T, w http.ResponseWriter, body string) {
	t.Helper()
	if _, err := w.Write([]byte(body)); err != nil {
		t.Errorf("response of the fake service: %v", err)
	}
}

// writeProfiles writes a config.json and returns its name.
func writeProfiles(t *testing.T, profiles ...map[string]any) string {
	t.Helper()
	content, err := json.Marshal(map[string]any{"current": "default", "profiles": profiles})
	if err != nil {
		t.Fatal(err)
	}
	return writeFile(t, string(content))
}

// writeFile writes a temporary file and returns its name.
func writeFile(t *testing.T, content string) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "config.json")
	overwriteFile(t, name, content)
	return name
}

func overwriteFile(t *testing.T, name, content string) {
	t.Helper()
	if err := os.WriteFile(name, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
}

// mustResolve returns the source that Resolve selects for a configuration that
// is valid.
func mustResolve(t *testing.T, c Config, vars map[string]string, options ...Option) Source {
	t.Helper()
	resolved, err := Resolve(c, getenvFrom(vars), options...)
	if err != nil {
		t.Fatalf("Resolve: %v", err)
	}
	return resolved.Source
}

// expectCredentials checks the credentials that a source returns.
func expectCredentials(t *testing.T, s Source, want credtest.Credentials) {
	t.Helper()
	got, err := s.Retrieve(context.Background())
	if err != nil {
		t.Fatalf("credentials of %s: %v", s.Name(), err)
	}
	if got.AccessKeyID != want.AccessKeyID || got.AccessKeySecret != want.AccessKeySecret ||
		got.SecurityToken != want.SecurityToken {
		t.Errorf("credentials of %s are those of %q, want those of %q, or secret or token differ",
			s.Name(), got.AccessKeyID, want.AccessKeyID)
	}
}

// expectError checks that an error is an *Error on an argument, and that its
// text contains some words.
func expectError(t *testing.T, err error, argument string, words ...string) {
	t.Helper()
	var e *Error
	if !errors.As(err, &e) {
		t.Fatalf("error is %v, want an *Error", err)
	}
	if e.Argument != argument {
		t.Errorf("error is on argument %q, want %q: %v", e.Argument, argument, err)
	}
	for _, w := range words {
		if !strings.Contains(err.Error(), w) {
			t.Errorf("error does not contain %q: %v", w, err)
		}
	}
}

// expectNoSecret checks that no representation of an error, nor of the errors
// that it wraps, contains one of the secrets.
func expectNoSecret(t *testing.T, err error, secrets ...string) {
	t.Helper()
	secrets = append(secrets, "hidden", "Signature=", "AccessKeyId=", "SecurityToken=")
	for ; err != nil; err = errors.Unwrap(err) {
		text := fmt.Sprintf("%v\n%+v\n%#v", err, err, err)
		for _, s := range secrets {
			if strings.Contains(text, s) {
				t.Errorf("error contains %q: %s", s, text)
			}
		}
	}
}

// retrieveError returns the error of a source that fails, at one attempt. It
// checks that the source returns no credentials with it, and that it contains no
// secret.
func retrieveError(t *testing.T, s Source) error {
	t.Helper()
	var (
		c   openapi.Credentials
		err error
	)
	if cached, ok := s.(*cachedSource); ok {
		before := cached.cached
		err = cached.attempt(context.Background(), attemptTimeout)
		if cached.cached != before {
			c = cached.cached.credentials
		}
	} else {
		c, err = s.Retrieve(context.Background())
	}
	if err == nil {
		t.Fatalf("no error, and credentials of %q", c.AccessKeyID)
	}
	if c != (openapi.Credentials{}) {
		t.Errorf("credentials are returned with an error")
	}
	expectNoSecret(t, err)
	return err
}

// expectRetryable checks whether an *Error may pass.
func expectRetryable(t *testing.T, err error, want bool) {
	t.Helper()
	var e *Error
	if !errors.As(err, &e) {
		t.Fatalf("error is %v, want an *Error", err)
	}
	if e.Retryable != want {
		t.Errorf("error is retryable: %v, want %v: %v", e.Retryable, want, err)
	}
}
