package credentials

import (
	"bytes"
	"context"
	"maps"
	"os"
	"testing"
	"time"

	"github.com/rds-migrate/terraform-provider-alicloud/internal/credentials/credtest"
)

// signedInProfile returns a profile of a mode as the command-line tool keeps it.
func signedInProfile(mode, address, token string, expires time.Time) map[string]any {
	if mode == modeOAuth {
		return map[string]any{
			"name": "p", "mode": mode, "oauth_site_type": "CN", "oauth_access_token": token, "oauth_access_token_expire": expires.Unix(),
			"oauth_refresh_token": "refresh-token",
		}
	}
	return map[string]any{
		"name": "p", "mode": mode, "cloud_sso_sign_in_url": address + "/start", "cloud_sso_account_id": "account",
		"cloud_sso_access_config": "config", "access_token": token, "cloud_sso_access_token_expire": expires.Unix(),
	}
}

func TestSignInIsReadAgain(t *testing.T) {
	t.Parallel()
	for _, mode := range []string{modeCloudSSO, modeOAuth} {
		t.Run(mode, func(t *testing.T) {
			t.Parallel()
			clock := fakeClock()
			service := credtest.NewSignIn(clock, "first", "account", "config", time.Hour, handed(1), handed(2))
			address := "https://" + serveTLS(t, service)
			name := profiles(t, signedInProfile(mode, address, "first", clock.Now().Add(30*time.Minute)))
			before, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			s := resolve(t, Config{Profile: "p", SharedCredentialsFile: name}, nil, WithClock(clock), WithOAuthURL(address))
			want(t, s, handed(1))
			clock.Advance(30 * time.Minute)
			want(t, s, handed(1))

			clock.Advance(30 * time.Minute)
			_, err = s.Retrieve(context.Background())
			wantError(t, err, "profile", "sign-in has expired", "aliyun configure --mode "+mode)
			after, err := os.ReadFile(name)
			if err != nil || !bytes.Equal(after, before) {
				t.Errorf("the file was changed, or is gone: %v", err)
			}

			service.Renew("second")
			renewed, err := os.ReadFile(profiles(t, signedInProfile(mode, address, "second", clock.Now().Add(time.Hour))))
			if err != nil {
				t.Fatal(err)
			}
			rewrite(t, name, string(renewed))
			want(t, s, handed(2))
		})
	}
}

func TestSessionThatTheToolKeepsIsUsed(t *testing.T) {
	t.Parallel()
	for _, mode := range []string{modeCloudSSO, modeOAuth} {
		t.Run(mode, func(t *testing.T) {
			t.Parallel()
			clock := fakeClock()
			service := credtest.NewSignIn(clock, "token", "account", "config", time.Hour, handed(1))
			address := "https://" + serveTLS(t, service)
			p := signedInProfile(mode, address, "token", clock.Now().Add(2*time.Hour))
			maps.Copy(p, keysOf(handed(8), map[string]any{"sts_expiration": clock.Now().Add(time.Hour).Unix()}))
			s := resolve(t, Config{Profile: "p", SharedCredentialsFile: profiles(t, p)}, nil, WithClock(clock), WithOAuthURL(address))
			want(t, s, handed(8))
			if service.IssuedCount() != 0 {
				t.Errorf("%d logins", service.IssuedCount())
			}
			clock.Advance(57 * time.Minute)
			want(t, s, handed(1))
		})
	}
}

func TestSignInAddressMustBeSecure(t *testing.T) {
	t.Parallel()
	clock := fakeClock()
	p := signedInProfile(modeCloudSSO, "http://127.0.0.1:1", "token", clock.Now().Add(time.Hour))
	s := resolve(t, Config{Profile: "p", SharedCredentialsFile: profiles(t, p)}, nil, WithClock(clock))
	_, err := s.Retrieve(context.Background())
	wantError(t, err, "profile", "https://")
}

func TestSignInProfileMustStay(t *testing.T) {
	t.Parallel()
	clock := fakeClock()
	name := profiles(t, signedInProfile(modeOAuth, "", "token", clock.Now().Add(time.Hour)))
	s := resolve(t, Config{Profile: "p", SharedCredentialsFile: name}, nil, WithClock(clock))
	rewrite(t, name, `{"profiles": [{"name": "p", "mode": "AK", "access_key_id": "i", "access_key_secret": "s"}]}`)
	_, err := s.Retrieve(context.Background())
	wantError(t, err, "profile", "mode has changed")
	rewrite(t, name, `{"profiles": []}`)
	_, err = s.Retrieve(context.Background())
	wantError(t, err, "profile", "no such profile")
}
