// SPDX-License-Identifier: MPL-2.0

package credtest

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

func TestSignIn_ValidatesRequests(t *testing.T) {
	t.Parallel()
	const valid = `{"AccountId": "account", "AccessConfigurationId": "config"}`
	otherAccount := strings.Replace(valid, "account", "x", 1)
	otherConfig := strings.Replace(valid, "config", "x", 1)
	for name, c := range map[string]struct {
		method, path, token, body string
		plain                     bool
		status                    int
	}{
		"CloudSSO":                        {http.MethodPost, "/cloud-credentials", "token", valid, false, 200},
		"CloudSSO with another account":   {http.MethodPost, "/cloud-credentials", "token", otherAccount, false, 403},
		"CloudSSO with another config":    {http.MethodPost, "/cloud-credentials", "token", otherConfig, false, 403},
		"CloudSSO with another token":     {http.MethodPost, "/cloud-credentials", "unrelated", valid, false, 401},
		"OAuth":                           {http.MethodPost, "/v1/exchange", "token", "", false, 200},
		"OAuth with another token":        {http.MethodPost, "/v1/exchange", "unrelated", "", false, 401},
		"OAuth without encryption":        {http.MethodPost, "/v1/exchange", "token", "", true, 404},
		"OAuth with another method":       {http.MethodGet, "/v1/exchange", "token", "", false, 404},
		"another path with a valid token": {http.MethodPost, "/v1/token", "token", "", false, 404},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := NewSignIn(fakeClock(), "token", "account", "config", time.Hour, issued("1"))
			address := "https://signin.example.com" + c.path
			r := httptest.NewRequestWithContext(t.Context(), c.method, address, strings.NewReader(c.body))
			r.Header.Set("Authorization", "Bearer "+c.token)
			if c.plain {
				r.TLS = nil
			}
			status, got := serve(t, s, r)
			if status != c.status {
				t.Errorf("response %d %v, want %d", status, got, c.status)
			}
			if (s.IssuedCount() == 1) != (c.status == http.StatusOK) {
				t.Errorf("credentials were issued %d times", s.IssuedCount())
			}
		})
	}
}
