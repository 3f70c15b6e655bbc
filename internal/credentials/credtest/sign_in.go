// SPDX-License-Identifier: MPL-2.0

package credtest

import (
	"encoding/json"
	"net/http"
	"time"
)

// SignIn is a fake of the services that exchange the access token of a sign-in
// for credentials: CloudSSO at /cloud-credentials, and OAuth at /v1/exchange.
// Serve it with httptest.NewTLSServer, and see TrustCertificates.
type SignIn struct {
	issuer

	token, account, accessConfig string
}

// NewSignIn returns a service that issues credentials in turn for an access
// token, each valid for lifetime. CloudSSO also requires the account and the
// access configuration.
func NewSignIn(
	clock Clock, token, account, accessConfig string, lifetime time.Duration, credentials ...Credentials,
) *SignIn {
	return &SignIn{
		issuer:       issuer{clock: clock, lifetime: lifetime, queue: credentialQueue{credentials: credentials}},
		token:        token,
		account:      account,
		accessConfig: accessConfig,
	}
}

// Renew replaces the valid access token, as a new sign-in does.
func (s *SignIn) Renew(token string) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	s.token = token
}

// signInRequestID is the request ID of every response.
const signInRequestID = "FAKE-SIGN-IN"

// ServeHTTP responds to a request.
func (s *SignIn) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	switch {
	case r.Method != http.MethodPost || r.TLS == nil:
		http.NotFound(w, r)
	case r.Header.Get("Authorization") != "Bearer "+s.token:
		writeJSON(w, http.StatusUnauthorized, map[string]string{
			"error":             "expired_token",
			"error_description": r.Header.Get("Authorization"),
			"requestId":         signInRequestID,
		})
	case r.URL.Path == "/cloud-credentials":
		s.serveCloudSSO(w, r)
	case r.URL.Path == "/v1/exchange":
		c := s.queue.next()
		writeJSON(w, http.StatusOK, map[string]string{
			"accessKeyId":     c.AccessKeyID,
			"accessKeySecret": c.AccessKeySecret,
			"securityToken":   c.SecurityToken,
			"expiration":      s.clock.Now().Add(s.lifetime).Format(time.RFC3339),
			"requestId":       signInRequestID,
		})
	default:
		http.NotFound(w, r)
	}
}

func (s *SignIn) serveCloudSSO(w http.ResponseWriter, r *http.Request) {
	var params struct {
		Account      string `json:"AccountId"`
		AccessConfig string `json:"AccessConfigurationId"`
	}
	err := json.NewDecoder(r.Body).Decode(&params)
	if err != nil || params.Account != s.account || params.AccessConfig != s.accessConfig {
		writeJSON(w, http.StatusForbidden, map[string]string{"ErrorCode": "NoPermission", "RequestId": signInRequestID})
		return
	}
	c := s.queue.next()
	writeJSON(w, http.StatusOK, map[string]any{
		"CloudCredential": map[string]string{
			"AccessKeyId":     c.AccessKeyID,
			"AccessKeySecret": c.AccessKeySecret,
			"SecurityToken":   c.SecurityToken,
			"Expiration":      expirationAfter(s.clock, s.lifetime),
		},
		"RequestId": signInRequestID,
	})
}
