package credentials

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"time"

	"github.com/jonboulle/clockwork"
)

// signInSource logs in with what the command-line tool keeps in a profile after
// somebody signed in with a browser, in the modes CloudSSO and OAuth. The
// profile is read again at each login, so that a new sign-in is noticed. Nothing
// is written back, and so no refresh token is used: the tool could not use it
// again.
//
// credentials-go cannot do it: with DEBUG=credential in the environment it
// prints the access token, and it does not show when the keys expire.
type signInSource struct {
	read     func() (profile, error)
	exchange func(ctx context.Context, p profile) (credentialsResponse, error)
	advice   string // how to sign in
	clock    clockwork.Clock
}

func (s signInSource) retrieve(ctx context.Context) (Credentials, time.Time, error) {
	p, err := s.read()
	if err != nil {
		return Credentials{}, time.Time{}, err
	}
	end := time.Unix(p.STSExpiration, 0)
	if p.AccessKeyID != "" && p.AccessKeySecret != "" && p.STSToken != "" && s.clock.Until(end) > renewBefore {
		return Credentials{AccessKeyID: p.AccessKeyID, AccessKeySecret: p.AccessKeySecret, SecurityToken: p.STSToken}, end, nil
	}
	if token, expires := p.accessToken(); token == "" || s.clock.Until(expires) <= 0 {
		return Credentials{}, time.Time{}, failf("The sign-in has expired. %s", s.advice)
	}
	a, err := s.exchange(ctx, p)
	var f *failure
	if errors.As(err, &f) && !f.retryable {
		f.message += " " + s.advice
	}
	if err != nil {
		return Credentials{}, time.Time{}, err
	}
	return a.toTemporaryCredentials("the sign-in service")
}

// accessToken returns the token of a sign-in and its end.
func (p profile) accessToken() (string, time.Time) {
	if p.Mode == modeOAuth {
		return p.OAuthAccessToken, time.Unix(p.OAuthAccessTokenExpire, 0)
	}
	return p.AccessToken, time.Unix(p.CloudSSOAccessTokenExpire, 0)
}

// tokenExchanger turns access tokens into keys.
type tokenExchanger struct {
	client   *http.Client
	oauthURL map[string]string // by site type
}

// cloudSSO exchanges the access token of a CloudSSO sign-in.
func (e tokenExchanger) cloudSSO(ctx context.Context, p profile) (credentialsResponse, error) {
	u, err := url.Parse(p.CloudSSOSignInURL)
	if err != nil || u.Scheme != "https" || u.Host == "" {
		return credentialsResponse{}, failf("The profile's cloud_sso_sign_in_url is not an https:// address.")
	}
	body, err := json.Marshal(map[string]string{
		"AccountId":             p.CloudSSOAccountID,
		"AccessConfigurationId": p.CloudSSOAccessConfig,
	})
	if err != nil {
		return credentialsResponse{}, failf("The profile's account or access configuration is not text.")
	}
	got, err := e.post(ctx, "https://"+u.Host+"/cloud-credentials", p.AccessToken, bytes.NewReader(body))
	if err != nil {
		return credentialsResponse{}, err
	}
	var outer struct{ CloudCredential json.RawMessage }
	if err := json.Unmarshal(got, &outer); err != nil {
		return credentialsResponse{}, failf("The answer of %s was not JSON with keys.", u.Host)
	}
	return parseCredentials(u.Host, outer.CloudCredential)
}

// oauth exchanges the access token of an OAuth sign-in.
func (e tokenExchanger) oauth(ctx context.Context, p profile) (credentialsResponse, error) {
	got, err := e.post(ctx, e.oauthURL[p.OAuthSiteType]+"/v1/exchange", p.OAuthAccessToken, http.NoBody)
	if err != nil {
		return credentialsResponse{}, err
	}
	return parseCredentials("the OAuth service", got)
}

func (e tokenExchanger) post(ctx context.Context, address, token string, body io.Reader) ([]byte, error) {
	req, err := newRequest(ctx, http.MethodPost, address, body)
	if err != nil {
		return nil, err
	}
	req.Header.Set("Accept", "application/json")
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Authorization", "Bearer "+token)
	return send(e.client, req)
}
