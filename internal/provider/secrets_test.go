package provider_test

import (
	"cmp"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"

	"github.com/jonboulle/clockwork"

	"github.com/rds-migrate/terraform-provider-alicloud/internal/rdssim"
)

// secrets are what no output may hold. Each has a character that URLs escape.
var secrets = map[string]string{
	"the secret key":     "secret+key/of-the-block=",
	"the token":          "security+token/of-the-block=",
	"a key of a profile": "secret+key/of-the-profile=",
	"a key of a sidecar": "secret+key/of-the-sidecar=",
	"a proxy's password": "password-of-the-proxy",
}

// signatureRecorder serves a service and keeps the signatures of what it is asked.
type signatureRecorder struct {
	next       http.Handler
	mu         sync.Mutex
	signatures []string
}

func (w *signatureRecorder) ServeHTTP(rw http.ResponseWriter, r *http.Request) {
	w.mu.Lock()
	w.signatures = append(w.signatures, r.URL.Query().Get("Signature"))
	w.mu.Unlock()
	w.next.ServeHTTP(rw, r)
}

// TestProvider_NoSecretInOutput runs every failure that can be made, with
// everything logged, and looks through all that is printed.
func TestProvider_NoSecretInOutput(t *testing.T) {
	t.Parallel()
	keys := fmt.Sprintf("access_key = \"LTAI-block\"\n  secret_key = %q", secrets["the secret key"])
	session := keys + fmt.Sprintf("\n  security_token = %q", secrets["the token"])
	profile := fmt.Sprintf(`{"profiles":[{"name":"half","mode":"AK","access_key_secret":%q},{]}`, secrets["a key of a profile"])
	sidecar := serveBody(t, fmt.Sprintf(`{"Code":"Success","AccessKeySecret":%q,`, secrets["a key of a sidecar"]))
	proxy := "http://user:" + secrets["a proxy's password"] + "@"
	for name, test := range map[string]struct {
		lines  string
		env    []string
		known  rdssim.AccessKey // what the service knows of the key
		faults []rdssim.Fault
		want   string
	}{
		"nothing":                {lines: session, known: rdssim.AccessKey{Secret: secrets["the secret key"], SecurityToken: secrets["the token"]}},
		"a wrong secret":         {lines: keys, known: rdssim.AccessKey{Secret: "another"}, want: "SignatureDoesNotMatch"},
		"a wrong session":        {lines: session, known: rdssim.AccessKey{Secret: "another", SecurityToken: secrets["the token"]}, want: "SignatureDoesNotMatch"},
		"an expired token":       {lines: session, known: rdssim.AccessKey{Secret: secrets["the secret key"], SecurityToken: secrets["the token"], Expired: true}, want: "InvalidSecurityToken.Expired"},
		"a refused connection":   {lines: session + "\n  max_retry_timeout = 1", env: []string{"RDS_ENDPOINT=" + closedPort(t)}, want: "connection refused"},
		"a broken connection":    {lines: session + "\n  max_retry_timeout = 1", known: rdssim.AccessKey{Secret: secrets["the secret key"], SecurityToken: secrets["the token"]}, faults: []rdssim.Fault{{Kind: rdssim.KindReset}}, want: "reset"},
		"an answer that is none": {lines: session, known: rdssim.AccessKey{Secret: secrets["the secret key"], SecurityToken: secrets["the token"]}, faults: []rdssim.Fault{{Kind: rdssim.KindBody, Status: 200, Body: "<html>"}}, want: "not a list"},
		"a proxy that is none":   {lines: session, env: []string{"HTTP_PROXY=" + proxy + "%zz", "NO_PROXY=", "RDS_ENDPOINT=rds.invalid"}, want: "Not a proxy"},
		"a proxy that is down":   {lines: session + "\n  max_retry_timeout = 1", env: []string{"HTTP_PROXY=" + proxy + closedPort(t), "NO_PROXY=", "RDS_ENDPOINT=rds.invalid"}, want: "refused"},
		"a broken profile":       {lines: "profile = \"half\"\n  shared_credentials_file = \"config.json\"", want: "config.json"},
		"a sidecar's nonsense":   {lines: fmt.Sprintf("credentials_uri = %q", sidecar), want: "credentials_uri"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			scenario := scenarioWith([]rdssim.Task{endedTask("1", "orders", "Success", 60)})
			test.known.ID, test.known.Secret = "LTAI-block", cmp.Or(test.known.Secret, "another")
			scenario.AccessKeys = []rdssim.AccessKey{test.known}
			scenario.Faults = test.faults
			sim, err := rdssim.New(scenario, clockwork.NewRealClock())
			if err != nil {
				t.Fatal(err)
			}
			tap := &signatureRecorder{next: sim}
			server := httptest.NewServer(tap)
			t.Cleanup(server.Close)
			c := newTerraformDir(t, map[string]string{
				"main.tf":     providerConfig(test.lines, `region = "cn-hangzhou"`, `protocol = "HTTP"`),
				"config.json": profile,
			})
			c.env = append(c.env, "RDS_ENDPOINT="+server.Listener.Addr().String())
			c.env = append(append(c.env, test.env...), "TF_LOG=TRACE", "DEBUG=sdk")
			plan := c.runFailing
			if test.want == "" {
				plan = c.run
			}
			out := plan(t, "plan")
			if !strings.Contains(out, test.want) {
				t.Errorf("the output does not say %q", test.want)
			}
			tap.mu.Lock()
			defer tap.mu.Unlock()
			for i, signature := range tap.signatures {
				expectAbsent(t, out, fmt.Sprintf("signature %d", i), signature)
			}
			for name, secret := range secrets {
				expectAbsent(t, out, name, secret)
			}
		})
	}
}

// expectAbsent looks for a secret, as it is and as URLs and JSON write it.
func expectAbsent(t *testing.T, out, name, secret string) {
	t.Helper()
	for _, form := range []string{secret, url.QueryEscape(secret), url.QueryEscape(url.QueryEscape(secret)), url.PathEscape(secret)} {
		if at := strings.Index(out, form); at >= 0 {
			t.Errorf("%s is in the output: …%s…", name, out[max(0, at-200):min(len(out), at+len(form)+50)])
			return
		}
	}
}

// serveBody serves a text, and returns the address.
func serveBody(t *testing.T, text string) string {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		if _, err := w.Write([]byte(text)); err != nil {
			t.Error(err)
		}
	}))
	t.Cleanup(server.Close)
	return server.URL
}

// closedPort returns an address at which nobody listens.
func closedPort(t *testing.T) string {
	t.Helper()
	l, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	return l.Addr().String()
}
