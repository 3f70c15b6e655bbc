// SPDX-License-Identifier: MPL-2.0

package credentials

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/rds-migrate/terraform-provider-alicloud/internal/openapi"
)

func TestNewClient_Timeouts(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		config         Config
		connect, whole time.Duration
	}{
		"by default":   {Config{}, 5 * time.Second, 15 * time.Second},
		"in the block": {Config{ConnectTimeout: time.Minute, ReadTimeout: time.Hour}, time.Minute, 61 * time.Minute},
		"to connect":   {Config{ConnectTimeout: time.Minute}, time.Minute, 70 * time.Second},
		"to read":      {Config{ReadTimeout: time.Minute}, 5 * time.Second, 65 * time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			client := newClient(test.config)
			transport, ok := client.Transport.(*http.Transport)
			if !ok || transport.TLSHandshakeTimeout != test.connect || client.Timeout != test.whole {
				t.Errorf("the timeouts are %v, and %v to connect", client.Timeout, transport.TLSHandshakeTimeout)
			}
		})
	}
}

// TestConnectionError_ProxyRefused has a proxy refuse to connect to the service. That
// may pass, like the page of a proxy.
func TestConnectionError_ProxyRefused(t *testing.T) {
	t.Parallel()
	for _, status := range []int{http.StatusForbidden, http.StatusProxyAuthRequired, http.StatusBadGateway} {
		t.Run(http.StatusText(status), func(t *testing.T) {
			t.Parallel()
			proxy := serve(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(status) }))
			address, err := url.Parse(proxy)
			if err != nil {
				t.Fatal(err)
			}
			address.User = url.UserPassword("user", "hidden-password")
			client := newClient(Config{})
			client.Transport = openapi.NewTransport(time.Minute, http.ProxyURL(address))
			_, err = request{method: http.MethodGet, address: "https://sts.test"}.send(t.Context(), client)
			f, ok := errors.AsType[*failure](err)
			if !ok {
				t.Fatalf("the error is %v", err)
			}
			want := fmt.Sprintf("sts.test could not be reached: the proxy %s refused the connection.", address.Host)
			response := fmt.Sprintf("HTTP status: %d", status)
			if f.message != want || f.advice != openapi.ProxyAdvice || f.response != response {
				t.Errorf("the failure is %q, %q, %q", f.message, f.advice, f.response)
			}
			if !f.retryable {
				t.Error("the failure is not retryable")
			}
		})
	}
}

func TestStatusError_Kinds(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		status    int
		body      string
		redirect  bool
		retryable bool
	}{
		"a status below the redirects":        {299, "", false, false},
		"the first redirect":                  {300, "", true, false},
		"the last redirect":                   {399, "", true, false},
		"a refusal":                           {400, "", false, false},
		"too many requests":                   {429, "", false, true},
		"the last status of a refusal":        {499, "", false, false},
		"an error of the server":              {500, "", false, true},
		"a refusal because of throttling":     {400, `{"Code":"Throttling.User"}`, false, true},
		"a refusal by an unavailable service": {400, `{"Code":"ServiceUnavailable"}`, false, true},
		"a refusal because of another error":  {400, `{"Code":"InternalError"}`, false, true},
		"a refusal with another code":         {400, `{"Code":"NoPermission"}`, false, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			address := serve(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				w.WriteHeader(test.status)
				writeBody(t, w, test.body)
			}))
			_, err := request{method: http.MethodGet, address: address}.send(t.Context(), newClient(Config{}))
			f, ok := errors.AsType[*failure](err)
			if !ok {
				t.Fatalf("the error is %v", err)
			}
			if strings.Contains(f.message, "redirect") != test.redirect || f.foreign != test.redirect {
				t.Errorf("the message is %q, foreign: %t", f.message, f.foreign)
			}
			if f.retryable != test.retryable || (f.advice == tryAgain) != test.retryable {
				t.Errorf("retryable is %t, with the advice %q", f.retryable, f.advice)
			}
			if want := fmt.Sprintf("HTTP status: %d", test.status); !strings.HasSuffix(f.response, want) {
				t.Errorf("the response is %q, want %q at the end", f.response, want)
			}
		})
	}
}

func TestErrorResponse_Advice(t *testing.T) {
	t.Parallel()
	const other = "Check the ARN of the role"
	for name, test := range map[string]struct {
		code, previous string
		want           string // the beginning
	}{
		"an unknown AccessKey pair":          {"InvalidAccessKeyId.NotFound", "the profile p", "Check the profile p."},
		"an invalid token":                   {"InvalidSecurityToken.Expired", "the profile p", "Check the profile p."},
		"an invalid signature":               {"SignatureDoesNotMatch", "the profile p", "Check the profile p."},
		"another code of a signed request":   {"Unknown", "the profile p", other},
		"an AccessKey pair, without signing": {"InvalidAccessKeyId.NotFound", "", other},
		"a token, without signing":           {"InvalidSecurityToken.Expired", "", other},
		"a signature, without signing":       {"SignatureDoesNotMatch", "", other},
		"throttling":                         {"Throttling", "the profile p", tryAgain},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := (errorResponse{Code: test.code}).advice(test.previous); !strings.HasPrefix(got, test.want) {
				t.Errorf("the advice is %q, want %q", got, test.want)
			}
		})
	}
}
