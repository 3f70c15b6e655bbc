package credentials

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/jonboulle/clockwork"

	"github.com/rds-migrate/terraform-provider-alicloud/internal/credentials/credtest"
)

// printCommand makes the test binary print the file that follows, as the
// program of an External profile.
const printCommand = "print-for-external"

// stallCommand makes the test binary connect to the address that follows, and
// wait for the end of the connection.
const stallCommand = "stall-for-external"

func TestMain(m *testing.M) {
	if len(os.Args) == 3 && os.Args[1] == printCommand {
		text, err := os.ReadFile(os.Args[2])
		_, _ = os.Stdout.Write(text)
		fmt.Fprintln(os.Stderr, string(text))
		if err != nil {
			os.Exit(3)
		}
		os.Exit(0)
	}
	if len(os.Args) == 3 && os.Args[1] == stallCommand {
		if c, err := new(net.Dialer).DialContext(context.Background(), "tcp", os.Args[2]); err == nil {
			_, _ = io.ReadAll(c)
		}
		os.Exit(3)
	}
	for name, value := range strays {
		if err := os.Setenv(name, value); err != nil {
			panic(err)
		}
	}
	if err := credtest.TrustCertificates(); err != nil {
		panic(err)
	}
	os.Exit(m.Run())
}

// strays are what every test finds in the process's own environment, which
// credentials-go reads. Nothing of it may show in a login.
var strays = map[string]string{
	"ALIBABA_CLOUD_ROLE_ARN": otherARN, "ALIBABA_CLOUD_ROLE_SESSION_NAME": "stray", "ALIBABA_CLOUD_OIDC_TOKEN": "stray",
	"ALIBABA_CLOUD_OIDC_TOKEN_FILE": "/nowhere", "ALIBABA_CLOUD_OIDC_PROVIDER_ARN": "stray", "ALIBABA_CLOUD_STS_REGION": "stray",
	"ALIBABA_CLOUD_VPC_ENDPOINT_ENABLED": "true", "ALIBABA_CLOUD_SECURITY_TOKEN": "stray", "ALIBABA_CLOUD_PROFILE": "stray",
	"ALIBABA_CLOUD_ACCESS_KEY_ID": "stray", "ALIBABA_CLOUD_ACCESS_KEY_SECRET": "stray", "ALIBABA_CLOUD_ECS_METADATA": "stray",
	"ALIBABA_CLOUD_CREDENTIALS_URI": "http://127.0.0.1:1/stray",
	// Not one of them: it spares the programs of External a second's wait.
	"GORACE": "atexit_sleep_ms=0",
}

const (
	roleARN     = "acs:ram::100000000000000:role/reader"
	otherARN    = "acs:ram::100000000000000:role/other"
	providerARN = "acs:ram::100000000000000:oidc-provider/issuer"
)

// handed returns the n-th keys that a stand-in hands out.
func handed(n int) credtest.Credentials {
	return credtest.Credentials{
		AccessKeyID:     fmt.Sprintf("STS.id-%d", n),
		AccessKeySecret: fmt.Sprintf("handed-secret-%d/+=", n),
		SecurityToken:   fmt.Sprintf("handed-token-%d/+=", n),
	}
}

// env returns a lookup in a fixed environment.
func env(vars map[string]string) func(string) string {
	return func(name string) string { return vars[name] }
}

func fakeClock() *clockwork.FakeClock {
	return clockwork.NewFakeClockAt(time.Date(2026, 11, 20, 10, 0, 0, 0, time.UTC))
}

// serveTLS serves a stand-in and returns its host:port.
func serveTLS(t *testing.T, h http.Handler) string {
	t.Helper()
	server := httptest.NewTLSServer(h)
	t.Cleanup(server.Close)
	return strings.TrimPrefix(server.URL, "https://")
}

// serve serves a stand-in and returns its URL.
func serve(t *testing.T, h http.Handler) string {
	t.Helper()
	server := httptest.NewServer(h)
	t.Cleanup(server.Close)
	return server.URL
}

// profiles writes a config.json and returns its name.
func profiles(t *testing.T, all ...map[string]any) string {
	t.Helper()
	text, err := json.Marshal(map[string]any{"current": "default", "profiles": all})
	if err != nil {
		t.Fatal(err)
	}
	return file(t, string(text))
}

// file writes a file and returns its name.
func file(t *testing.T, text string) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "config.json")
	rewrite(t, name, text)
	return name
}

func rewrite(t *testing.T, name, text string) {
	t.Helper()
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// resolve is Resolve where that must succeed.
func resolve(t *testing.T, c Config, vars map[string]string, options ...Option) Source {
	t.Helper()
	s, err := Resolve(c, env(vars), options...)
	if err != nil {
		t.Fatalf("Resolve: %v", err)
	}
	return s
}

// want checks what a source hands out.
func want(t *testing.T, s Source, k credtest.Credentials) {
	t.Helper()
	got, err := s.Retrieve(context.Background())
	if err != nil {
		t.Fatalf("Keys of %s: %v", s.Name(), err)
	}
	if got.AccessKeyID != k.AccessKeyID || got.AccessKeySecret != k.AccessKeySecret || got.SecurityToken != k.SecurityToken {
		t.Errorf("Keys of %s are those of %q, want those of %q, or secret or token differ", s.Name(), got.AccessKeyID, k.AccessKeyID)
	}
	if got.Source != s.Name() {
		t.Errorf("Keys are from %q, want %q", got.Source, s.Name())
	}
}
