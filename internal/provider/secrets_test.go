// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"cmp"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/jonboulle/clockwork"

	"github.com/rds-migrate/terraform-provider-alicloud/internal/rdssim"
)

// secrets must not be in any output. Each has a character that URLs escape.
var secrets = map[string]string{
	"the secret key":     "secret+key/of-the-block=",
	"the token":          "security+token/of-the-block=",
	"a key of a profile": "secret+key/of-the-profile=",
	"a key of a sidecar": "secret+key/of-the-sidecar=",
	"a proxy's password": "password-of-the-proxy",
}

// signatureRecorder is a handler that records the signatures of its requests.
type signatureRecorder struct {
	next       http.Handler
	mu         sync.Mutex
	requests   int
	signatures []string
}

func (r *signatureRecorder) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	r.mu.Lock()
	r.requests++
	if signature := req.URL.Query().Get("Signature"); signature != "" {
		r.signatures = append(r.signatures, signature)
	}
	r.mu.Unlock()
	r.next.ServeHTTP(w, req)
}

// recorded returns the number of requests, and the signatures of those that had one.
func (r *signatureRecorder) recorded() (requests int, signatures []string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.requests, slices.Clone(r.signatures)
}

// TestProvider_NoSecretInOutput causes every kind of failure, with everything
// logged, and searches all output.
func TestProvider_NoSecretInOutput(t *testing.T) {
	t.Parallel()
	keyPair := fmt.Sprintf("access_key = \"LTAI-block\"\n  secret_key = %q", secrets["the secret key"])
	session := keyPair + fmt.Sprintf("\n  security_token = %q", secrets["the token"])
	limitedSession := session + "\n  max_retry_timeout = 1"
	profile := fmt.Sprintf(`{"profiles":[{"name":"half","mode":"AK","access_key_secret":%q},{]}`,
		secrets["a key of a profile"])
	sidecar := serveBody(t, fmt.Sprintf(`{"Code":"Success","AccessKeySecret":%q,`, secrets["a key of a sidecar"]))
	proxy := "http://user:" + secrets["a proxy's password"] + "@"
	known := rdssim.AccessKey{Secret: secrets["the secret key"], SecurityToken: secrets["the token"]}
	expired := known
	expired.Expired = true
	for name, test := range map[string]struct {
		arguments string
		env       []string
		key       rdssim.AccessKey // as the API knows it
		faults    []rdssim.Fault
		want      string
	}{
		"nothing":        {arguments: session, key: known},
		"a wrong secret": {arguments: keyPair, key: rdssim.AccessKey{Secret: "another"}, want: "SignatureDoesNotMatch"},
		"a wrong session": {
			arguments: session, key: rdssim.AccessKey{Secret: "another", SecurityToken: secrets["the token"]},
			want: "SignatureDoesNotMatch",
		},
		"an expired token": {arguments: session, key: expired, want: "InvalidSecurityToken.Expired"},
		"a refused connection": {
			arguments: limitedSession, env: []string{"RDS_ENDPOINT=" + closedPort(t)}, want: "connection refused",
		},
		"a broken connection": {
			arguments: limitedSession, key: known, faults: []rdssim.Fault{{Kind: rdssim.KindReset}}, want: "reset",
		},
		"an invalid response": {
			arguments: session, key: known,
			faults: []rdssim.Fault{{Kind: rdssim.KindBody, Status: 200, Body: "<html>"}}, want: "not a list",
		},
		"an invalid proxy": {
			arguments: session, env: []string{"HTTP_PROXY=" + proxy + "%zz", "NO_PROXY=", "RDS_ENDPOINT=rds.invalid"},
			want: "Invalid Proxy",
		},
		"a proxy that is down": {
			arguments: limitedSession,
			env:       []string{"HTTP_PROXY=" + proxy + closedPort(t), "NO_PROXY=", "RDS_ENDPOINT=rds.invalid"},
			want:      "refused",
		},
		"a broken profile": {
			arguments: "profile = \"half\"\n  shared_credentials_file = \"config.json\"", want: "config.json",
		},
		"a malformed response of a sidecar": {
			arguments: fmt.Sprintf("credentials_uri = %q", sidecar), want: "credentials_uri",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			scenario := scenarioWith([]rdssim.Task{endedTask("1", "orders", "Success", 60)})
			test.key.ID, test.key.Secret = "LTAI-block", cmp.Or(test.key.Secret, "another")
			scenario.AccessKeys = []rdssim.AccessKey{test.key}
			scenario.Faults = test.faults
			sim, err := rdssim.New(scenario, clockwork.NewRealClock())
			if err != nil {
				t.Fatal(err)
			}
			recorder := &signatureRecorder{next: sim}
			server := httptest.NewServer(recorder)
			t.Cleanup(server.Close)
			dir := newTerraformDir(t, map[string]string{
				"main.tf":     providerConfig(test.arguments, `region = "cn-hangzhou"`, `protocol = "HTTP"`),
				"config.json": profile,
			})
			dir.env = append(dir.env, "RDS_ENDPOINT="+server.Listener.Addr().String())
			dir.env = append(append(dir.env, test.env...), "TF_LOG=TRACE", "DEBUG=sdk")
			run := dir.runFailing
			if test.want == "" {
				run = dir.run
			}
			out := run(t, "plan")
			if !strings.Contains(out, test.want) {
				t.Errorf("the output does not contain %q", test.want)
			}
			_, signatures := recorder.recorded()
			for i, signature := range signatures {
				checkAbsent(t, out, fmt.Sprintf("signature %d", i), signature)
			}
			for name, secret := range secrets {
				checkAbsent(t, out, name, secret)
			}
		})
	}
}

// checkAbsent reports an error if a secret is in the output, either unchanged or escaped
// as in URLs.
func checkAbsent(t *testing.T, out, name, secret string) {
	t.Helper()
	for _, escaped := range []string{
		secret, url.QueryEscape(secret), url.QueryEscape(url.QueryEscape(secret)), url.PathEscape(secret),
	} {
		if at := strings.Index(out, escaped); at >= 0 {
			t.Errorf("%s is in the output: …%s…", name, out[max(0, at-200):min(len(out), at+len(escaped)+50)])
			return
		}
	}
}

// serveBody serves a response body, and returns the URL.
func serveBody(t *testing.T, body string) string {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		if _, err := w.Write([]byte(body)); err != nil {
			t.Error(err)
		}
	}))
	t.Cleanup(server.Close)
	return server.URL
}

// closedPort returns an address that refuses connections.
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
