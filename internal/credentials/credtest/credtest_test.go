// SPDX-License-Identifier: MPL-2.0

package credtest

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"

	"github.com/jonboulle/clockwork"

	"github.com/rds-migrate/terraform-provider-alicloud/internal/clocktest"
)

func TestMain(m *testing.M) {
	if err := TrustCertificates(); err != nil {
		panic(err)
	}
	os.Exit(m.Run())
}

func TestTrustCertificates_DefaultTransport(t *testing.T) {
	t.Parallel()
	server := httptest.NewTLSServer(http.NotFoundHandler())
	t.Cleanup(server.Close)
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, server.URL, http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	if err := resp.Body.Close(); err != nil {
		t.Error(err)
	}
}

// issued returns the n-th credentials that a fake issues.
func issued(n string) Credentials {
	return Credentials{AccessKeyID: "STS." + n, AccessKeySecret: "secret-" + n, SecurityToken: "token-" + n}
}

func fakeClock() *clockwork.FakeClock { return clockwork.NewFakeClockAt(clocktest.Start) }

// serve sends a request to a handler, and returns the status and the fields of
// the response.
func serve(t *testing.T, h http.Handler, r *http.Request) (status int, fields map[string]any) {
	t.Helper()
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	if strings.Contains(w.Header().Get("Content-Type"), "json") {
		if err := json.Unmarshal(w.Body.Bytes(), &fields); err != nil {
			t.Fatal(err)
		}
	}
	return w.Code, fields
}
