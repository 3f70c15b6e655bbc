// SPDX-License-Identifier: MPL-2.0

package credentials

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/rds-migrate/terraform-provider-alicloud/internal/credentials/credtest"
)

func TestCredentialsURI_RenewsBeforeExpiration(t *testing.T) {
	t.Parallel()
	clock := fakeClock()
	service := credtest.NewURI(clock, time.Hour, issued(1), issued(2))
	s := mustResolve(t, Config{CredentialsURI: serve(t, service) + "/keys?of=me"}, nil, WithClock(clock))
	expectCredentials(t, s, issued(1))
	clock.Advance(57*time.Minute - time.Second)
	expectCredentials(t, s, issued(1))
	clock.Advance(time.Second)
	expectCredentials(t, s, issued(2))
}

func TestCredentialsURI_BasicAuthentication(t *testing.T) {
	t.Parallel()
	service := credtest.NewURI(fakeClock(), time.Hour, issued(1))
	address := serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if user, password, ok := r.BasicAuth(); !ok || user != "me" || password != "p@ss/word" {
			t.Errorf("user is %q, password %q, %v", user, password, ok)
		}
		service.ServeHTTP(w, r)
	}))
	address = strings.Replace(address, "://", "://me:p%40ss%2Fword@", 1)
	expectCredentials(t, mustResolve(t, Config{CredentialsURI: address}, nil, WithClock(fakeClock())), issued(1))
}

func TestCredentialsURI_WithoutExpiration(t *testing.T) {
	t.Parallel()
	clock := fakeClock()
	requests := 0
	address := serve(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		requests++
		writeBody(t, w, `{"AccessKeyId": "id", "AccessKeySecret": "secret"}`)
	}))
	s := mustResolve(t, Config{CredentialsURI: address}, nil, WithClock(clock))
	pair := credtest.Credentials{AccessKeyID: "id", AccessKeySecret: "secret"}
	expectCredentials(t, s, pair)
	clock.Advance(5*time.Minute - time.Second)
	expectCredentials(t, s, pair)
	if requests != 1 {
		t.Errorf("%d requests within five minutes", requests)
	}
	clock.Advance(time.Second)
	expectCredentials(t, s, pair)
	if requests != 2 {
		t.Errorf("%d requests after five minutes", requests)
	}
}
