// SPDX-License-Identifier: MPL-2.0

package credtest

import (
	"net/http"
	"net/http/httptest"
	"testing"
	"time"
)

func TestMetadata_RequiresAToken(t *testing.T) {
	t.Parallel()
	clock := fakeClock()
	m := NewMetadata(clock, "reader", time.Hour, issued("1"))
	put := func(seconds string) int {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodPut, "/latest/api/token", http.NoBody)
		r.Header.Set("X-Aliyun-Ecs-Metadata-Token-Ttl-Seconds", seconds)
		status, _ := serve(t, m, r)
		return status
	}
	get := func(role, token string) (int, map[string]any) {
		path := "/latest/meta-data/ram/security-credentials/" + role
		r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, path, http.NoBody)
		r.Header.Set("X-Aliyun-Ecs-Metadata-Token", token)
		return serve(t, m, r)
	}
	for seconds, want := range map[string]int{"": 400, "0": 400, "21601": 400, "60": 200} {
		if got := put(seconds); got != want {
			t.Errorf("a token of %q seconds: status %d, want %d", seconds, got, want)
		}
	}
	if status, _ := get("reader", ""); status != http.StatusForbidden {
		t.Errorf("without a token: status %d", status)
	}
	if status, _ := get("other", "metadata-token-0"); status != http.StatusNotFound {
		t.Errorf("another role: status %d", status)
	}
	status, got := get("reader", "metadata-token-0")
	if status != http.StatusOK || got["AccessKeyId"] != "STS.1" || got["Expiration"] != "2026-11-20T13:00:00Z" {
		t.Errorf("the role: response %d %v", status, got)
	}
	clock.Advance(time.Minute)
	if status, _ := get("reader", "metadata-token-0"); status != http.StatusForbidden {
		t.Errorf("with an expired token: status %d", status)
	}
	if m.IssuedCount() != 1 {
		t.Errorf("credentials were issued %d times", m.IssuedCount())
	}
}

func TestMetadata_WithoutV2(t *testing.T) {
	t.Parallel()
	m := NewMetadata(fakeClock(), "reader", time.Hour, issued("1"))
	m.DisableV2()
	for _, test := range []struct {
		method, path string
		want         int
	}{
		{http.MethodPut, "/latest/api/token", http.StatusMethodNotAllowed},
		{http.MethodGet, "/latest/meta-data/ram/security-credentials/other", http.StatusNotFound},
		{http.MethodGet, "/latest/meta-data/ram/security-credentials/reader", http.StatusOK},
	} {
		r := httptest.NewRequestWithContext(t.Context(), test.method, test.path, http.NoBody)
		r.Header.Set("X-Aliyun-Ecs-Metadata-Token-Ttl-Seconds", "60")
		if status, _ := serve(t, m, r); status != test.want {
			t.Errorf("%s %s: status %d, want %d", test.method, test.path, status, test.want)
		}
	}
}
