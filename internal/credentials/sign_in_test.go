// SPDX-License-Identifier: MPL-2.0

package credentials

import (
	"bytes"
	"maps"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/rds-migrate/terraform-provider-alicloud/internal/clocktest"
	"github.com/rds-migrate/terraform-provider-alicloud/internal/credentials/credtest"
)

// signInProfile returns a profile of a mode as the command-line tool stores it.
func signInProfile(mode, address, token string, expires time.Time) fields {
	if mode == modeOAuth {
		return profileOf(mode, fields{
			"oauth_site_type": "CN", "oauth_access_token": token, "oauth_access_token_expire": expires.Unix(),
			"oauth_refresh_token": "refresh-token",
		})
	}
	return profileOf(mode, fields{
		"cloud_sso_sign_in_url": address + "/start", "cloud_sso_account_id": "account",
		"cloud_sso_access_config": "config", "access_token": token, "cloud_sso_access_token_expire": expires.Unix(),
	})
}

func TestSignIn_ReadsTheProfileAgain(t *testing.T) {
	t.Parallel()
	for _, mode := range []string{modeCloudSSO, modeOAuth} {
		t.Run(mode, func(t *testing.T) {
			t.Parallel()
			clock := fakeClock()
			service := credtest.NewSignIn(clock, "first", "account", "config", time.Hour, issued(1), issued(2))
			address := "https://" + serveTLS(t, service)
			file := writeProfiles(t, signInProfile(mode, address, "first", clock.Now().Add(30*time.Minute)))
			before, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			config := Config{Profile: "p", SharedCredentialsFile: file}
			s := mustResolve(t, config, nil, WithClock(clock), WithOAuthURL(address))
			expectCredentials(t, s, issued(1))
			clock.Advance(30 * time.Minute)
			expectCredentials(t, s, issued(1))

			clock.Advance(30 * time.Minute)
			expectError(t, retrieveError(t, s), "profile", "sign-in has expired", "aliyun configure --mode "+mode)
			after, err := os.ReadFile(file)
			if err != nil || !bytes.Equal(after, before) {
				t.Errorf("the file was changed or removed: %v", err)
			}

			service.Renew("second")
			second := signInProfile(mode, address, "second", clock.Now().Add(time.Hour))
			renewed, err := os.ReadFile(writeProfiles(t, second))
			if err != nil {
				t.Fatal(err)
			}
			overwriteFile(t, file, string(renewed))
			expectCredentials(t, s, issued(2))
		})
	}
}

// newStoredSignIn returns a source whose profile has the session issued(8), which expires after a time, next to a
// sign-in for which the service issues the session issued(1). change replaces fields of the profile.
func newStoredSignIn(
	t *testing.T, mode string, expires time.Duration, change fields,
) (Source, *credtest.SignIn, clocktest.Clock) {
	t.Helper()
	clock := fakeClock()
	service := credtest.NewSignIn(clock, "token", "account", "config", time.Hour, issued(1))
	address := "https://" + serveTLS(t, service)
	p := signInProfile(mode, address, "token", clock.Now().Add(2*time.Hour))
	session := fields{"sts_expiration": clock.Now().Add(expires).Unix()}
	maps.Copy(p, staticProfileOf(mode, issued(8), session))
	maps.Copy(p, change)
	config := Config{Profile: "p", SharedCredentialsFile: writeProfiles(t, p)}
	return mustResolve(t, config, nil, WithClock(clock), WithOAuthURL(address)), service, clock
}

func TestSignIn_UsesTheSessionOfTheProfile(t *testing.T) {
	t.Parallel()
	for _, mode := range []string{modeCloudSSO, modeOAuth} {
		t.Run(mode, func(t *testing.T) {
			t.Parallel()
			s, service, clock := newStoredSignIn(t, mode, time.Hour, nil)
			expectCredentials(t, s, issued(8))
			if service.IssuedCount() != 0 {
				t.Errorf("credentials were issued %d times", service.IssuedCount())
			}
			clock.Advance(57 * time.Minute)
			expectCredentials(t, s, issued(1))
		})
	}
}

// TestSignIn_StoredSession has a session in the profile, next to the sign-in.
func TestSignIn_StoredSession(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		change  fields
		expires time.Duration
		want    credtest.Credentials
	}{
		"that need not be renewed yet": {nil, renewBefore + time.Second, issued(8)},
		"that must be renewed":         {nil, renewBefore, issued(1)},
		"without an AccessKey ID":      {fields{"access_key_id": ""}, time.Hour, issued(1)},
		"without an AccessKey secret":  {fields{"access_key_secret": ""}, time.Hour, issued(1)},
		"without a security token":     {fields{"sts_token": ""}, time.Hour, issued(1)},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, _, _ := newStoredSignIn(t, modeOAuth, c.expires, c.change)
			expectCredentials(t, s, c.want)
		})
	}
}

// TestSignIn_EndOfToken has an access token that expires at this instant.
func TestSignIn_EndOfToken(t *testing.T) {
	t.Parallel()
	clock := fakeClock()
	address := "https://" + serveTLS(t, http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
		t.Errorf("a request was sent")
	}))
	config := Config{
		Profile: "p", SharedCredentialsFile: writeProfiles(t, signInProfile(modeOAuth, address, "token", clock.Now())),
	}
	s := mustResolve(t, config, nil, WithClock(clock), WithOAuthURL(address))
	expectError(t, retrieveError(t, s), "profile", "sign-in has expired")
}

// TestSignIn_Refusals has responses of the service and of a proxy in its place.
func TestSignIn_Refusals(t *testing.T) {
	t.Parallel()
	for status, isRefusal := range map[int]bool{
		http.StatusFound: false, http.StatusBadRequest: true, http.StatusUnauthorized: true,
	} {
		t.Run(http.StatusText(status), func(t *testing.T) {
			t.Parallel()
			clock := fakeClock()
			address := "https://" + serveTLS(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				w.WriteHeader(status)
			}))
			file := writeProfiles(t, signInProfile(modeOAuth, address, "token", clock.Now().Add(time.Hour)))
			config := Config{Profile: "p", SharedCredentialsFile: file}
			err := retrieveError(t, mustResolve(t, config, nil, WithClock(clock), WithOAuthURL(address)))
			expectError(t, err, "profile", "ign in again with `aliyun configure --mode OAuth")
			if got := !strings.Contains(err.Error(), "If that does not help"); got != isRefusal {
				t.Errorf("the sign-in is the only advice: %t, want %t: %v", got, isRefusal, err)
			}
		})
	}
}

// TestSignIn_RefusedSession has a local clock that is slow: the API refuses the session
// of the profile, although it has not ended by the clock.
func TestSignIn_RefusedSession(t *testing.T) {
	t.Parallel()
	for _, mode := range []string{modeCloudSSO, modeOAuth} {
		t.Run(mode, func(t *testing.T) {
			t.Parallel()
			s, _, _ := newStoredSignIn(t, mode, time.Hour, nil)
			refused, err := s.Retrieve(t.Context())
			if err != nil || refused.AccessKeyID != issued(8).AccessKeyID {
				t.Fatalf("the first session is that of %q, with %v", refused.AccessKeyID, err)
			}
			if c, err := s.Replace(t.Context(), refused); err != nil || c.AccessKeyID != issued(1).AccessKeyID {
				t.Errorf("the second session is that of %q, with %v", c.AccessKeyID, err)
			}
		})
	}
}

func TestSignIn_RequiresHTTPS(t *testing.T) {
	t.Parallel()
	clock := fakeClock()
	p := signInProfile(modeCloudSSO, "http://127.0.0.1:1", "token", clock.Now().Add(time.Hour))
	s := mustResolve(t, Config{Profile: "p", SharedCredentialsFile: writeProfiles(t, p)}, nil, WithClock(clock))
	expectError(t, retrieveError(t, s), "profile", "https://")
}

func TestSignIn_InvalidAddress(t *testing.T) {
	t.Parallel()
	clock := fakeClock()
	file := writeProfiles(t, signInProfile(modeOAuth, "", "hidden-token", clock.Now().Add(time.Hour)))
	for name, address := range map[string]string{
		"that cannot be parsed": "https://hid den",
		"without a host":        "/hidden",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			config := Config{Profile: "p", SharedCredentialsFile: file}
			s := mustResolve(t, config, nil, WithClock(clock), WithOAuthURL(address))
			expectError(t, retrieveError(t, s), "profile", "not a URL")
		})
	}
}

func TestSignIn_ChangedProfile(t *testing.T) {
	t.Parallel()
	clock := fakeClock()
	file := writeProfiles(t, signInProfile(modeOAuth, "", "token", clock.Now().Add(time.Hour)))
	s := mustResolve(t, Config{Profile: "p", SharedCredentialsFile: file}, nil, WithClock(clock))
	static := `{"profiles": [{"name": "p", "mode": "AK", "access_key_id": "i", "access_key_secret": "s"}]}`
	overwriteFile(t, file, static)
	expectError(t, retrieveError(t, s), "profile", "mode has changed")
	overwriteFile(t, file, `{"profiles": []}`)
	expectError(t, retrieveError(t, s), "profile", "no profile of that name")
}

// TestSignIn_TokenWithControlCharacter has an access token that cannot be sent.
func TestSignIn_TokenWithControlCharacter(t *testing.T) {
	t.Parallel()
	for _, mode := range []string{modeCloudSSO, modeOAuth} {
		t.Run(mode, func(t *testing.T) {
			t.Parallel()
			address := "https://" + serveTLS(t, http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
				t.Errorf("a request was sent")
			}))
			p := signInProfile(mode, address, "hidden\nX-Header: hidden", fakeClock().Now().Add(time.Hour))
			config := Config{Profile: "p", SharedCredentialsFile: writeProfiles(t, p)}
			s := mustResolve(t, config, nil, WithClock(fakeClock()), WithOAuthURL(address))
			err := retrieveError(t, s)
			expectError(t, err, "profile", "control character", "sign in again")
			expectRetryable(t, err, false)
		})
	}
}
