// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"

	"github.com/rds-migrate/terraform-provider-alicloud/internal/clocktest"
	"github.com/rds-migrate/terraform-provider-alicloud/internal/openapi"
	"github.com/rds-migrate/terraform-provider-alicloud/internal/rds"
)

// TestGateWaiter_Proxy has a proxy that responds with an error in place of the API. The
// wait ends in the same way with TLS, for which the proxy has to open a connection, and
// without.
func TestGateWaiter_Proxy(t *testing.T) {
	t.Parallel()
	const notList, refused = "Unexpected API Response", "Unable to Connect to API"
	for _, test := range []struct {
		status    int
		protocol  string
		waitedOut bool
		want      []string
	}{
		{http.StatusForbidden, "HTTP", false, []string{notList, "HTTPS_PROXY", "HTTP status: 403"}},
		{http.StatusForbidden, "HTTPS", false, []string{refused, "HTTPS_PROXY", "HTTP status: 403"}},
		{http.StatusProxyAuthRequired, "HTTP", false, []string{notList, "HTTPS_PROXY", "HTTP status: 407"}},
		{http.StatusProxyAuthRequired, "HTTPS", false, []string{refused, "HTTPS_PROXY", "HTTP status: 407"}},
		{http.StatusBadGateway, "HTTP", true, []string{"HTTP status 502"}},
		{http.StatusBadGateway, "HTTPS", true, []string{"HTTPS_PROXY", "HTTP status 502"}},
	} {
		t.Run(fmt.Sprintf("%d over %s", test.status, test.protocol), func(t *testing.T) {
			t.Parallel()
			took, text, proxy := waitBehindProxy(t, test.protocol, test.status)
			if took < 2*time.Minute || (took >= 30*time.Minute) != test.waitedOut {
				t.Errorf("the wait ended after %s", took)
			}
			if test.protocol == "HTTPS" {
				test.want = append(test.want, "the proxy "+proxy+" refused the connection")
			}
			for _, want := range test.want {
				if !strings.Contains(text, want) {
					t.Errorf("the error does not contain %q: %s", want, text)
				}
			}
			if strings.Contains(text, "password-of-the-proxy") {
				t.Errorf("the error shows the password: %s", text)
			}
		})
	}
}

// waitBehindProxy waits for 30 minutes behind a proxy that responds with a status, and
// returns how long it took, the error, and the address of the proxy.
func waitBehindProxy(t *testing.T, protocol string, status int) (took time.Duration, text, proxy string) {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(status)
	}))
	t.Cleanup(server.Close)
	address, err := url.Parse(server.URL)
	if err != nil {
		t.Fatal(err)
	}
	address.User = url.UserPassword("user", "password-of-the-proxy")
	clock := clocktest.New(clocktest.Start)
	client := rds.New(rds.Config{
		Region: TestRegion, Endpoint: "rds.test", Protocol: protocol, Clock: clock,
		Source:         fixedCredentials{AccessKeyID: "id", AccessKeySecret: "secret"},
		ConnectTimeout: time.Minute, ReadTimeout: time.Minute,
		Transport: openapi.NewTransport(time.Minute, http.ProxyURL(address)),
	})
	var diags diag.Diagnostics
	config := gateSettings{createTimeout: "30m"}.model().waitConfig()
	w := newGateWaiter(t.Context(), apiClient{taskLister: client}, clock, config, &diags)
	if _, open := w.run(t.Context(), &diags); open || len(diags) != 1 {
		t.Fatalf("the gate is open: %t, with %v", open, diags)
	}
	return clock.Since(clocktest.Start), diags[0].Summary() + "\n" + diags[0].Detail(), address.Host
}
