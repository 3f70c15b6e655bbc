// SPDX-License-Identifier: MPL-2.0

package credtest

import (
	"net/http"
	"net/http/httptest"
	"testing"
	"time"
)

func TestURI_IssuesCredentials(t *testing.T) {
	t.Parallel()
	u := NewURI(fakeClock(), time.Hour, issued("1"), issued("2"))
	for _, want := range []string{"STS.1", "STS.2", "STS.2"} {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/keys", http.NoBody)
		if status, got := serve(t, u, r); got["AccessKeyId"] != want || got["Code"] != "Success" {
			t.Errorf("response %d %v, want credentials %s", status, got, want)
		}
	}
	r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/keys", http.NoBody)
	if status, got := serve(t, u, r); status != http.StatusMethodNotAllowed {
		t.Errorf("a POST: response %d %v", status, got)
	}
	if u.IssuedCount() != 3 {
		t.Errorf("credentials were issued %d times", u.IssuedCount())
	}
}
