// SPDX-License-Identifier: MPL-2.0

package credentials

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/jonboulle/clockwork"

	"github.com/rds-migrate/terraform-provider-alicloud/internal/openapi"
)

// signInSource authenticates with what the command-line tool stores in a
// profile after a user has signed in with a browser, in the modes CloudSSO and
// OAuth. The profile is read again for each session, so that a new sign-in is
// noticed. Nothing is written back, and so no refresh token is used: each works
// only once, and the tool could not use it again.
type signInSource struct {
	read     func() (profile, error)
	exchange func(ctx context.Context, p profile) (credentialsResponse, error)
	command  string // to sign in again
	clock    clockwork.Clock

	// used is the session of the profile that was returned before. It is not
	// returned again: an API has refused it, or it is about to expire.
	used openapi.Credentials
}

func (s *signInSource) retrieve(ctx context.Context) (session, error) {
	p, err := s.read()
	if err != nil {
		return session{}, err
	}
	stored := session{openapi.Credentials{
		AccessKeyID:     p.AccessKeyID,
		AccessKeySecret: p.AccessKeySecret,
		SecurityToken:   p.STSToken,
	}, time.Unix(int64(p.STSExpiration), 0)}
	if p.AccessKeyID != "" && p.AccessKeySecret != "" && p.STSToken != "" &&
		stored.credentials != s.used && s.clock.Until(stored.expires) > renewBefore {
		s.used = stored.credentials
		return stored, nil
	}
	advice := fmt.Sprintf("Sign in again with %#q.", s.command)
	if token, expires := p.accessToken(); token == "" || s.clock.Until(expires) <= 0 {
		return session{}, failf(advice, "The sign-in has expired.")
	}
	resp, err := s.exchange(ctx, p)
	var f *failure
	if errors.As(err, &f) && !f.retryable {
		// With any other status, the response is not that of the service.
		if f.status < http.StatusBadRequest {
			advice = fmt.Sprintf("%s If that does not help, sign in again with %#q.", f.advice, s.command)
		}
		f.advice = advice
	}
	if err != nil {
		return session{}, err
	}
	return resp.toTemporarySession("the sign-in service")
}

// accessToken returns the access token of a sign-in and when it expires.
func (p profile) accessToken() (string, time.Time) {
	if p.Mode == modeOAuth {
		return p.OAuthAccessToken, time.Unix(int64(p.OAuthAccessTokenExpire), 0)
	}
	return p.AccessToken, time.Unix(int64(p.CloudSSOAccessTokenExpire), 0)
}

// tokenExchanger exchanges access tokens for credentials.
type tokenExchanger struct {
	client   *openapi.Client
	oauthURL map[string]string // by site type
}

func (e tokenExchanger) post(ctx context.Context, address, token string, body []byte) (*openapi.Response, error) {
	return request{
		method:  http.MethodPost,
		address: address,
		header: http.Header{
			"Accept":        {"application/json"},
			"Content-Type":  {"application/json"},
			"Authorization": {"Bearer " + token},
		},
		body:    body,
		secrets: []string{token},
	}.send(ctx, e.client)
}
