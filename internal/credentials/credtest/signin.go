package credtest

import (
	"encoding/json"
	"net/http"
	"sync"
	"time"
)

// SignIn stands in for the services that turn the access token of a sign-in
// into keys: CloudSSO at /cloud-credentials, and OAuth at /v1/exchange. Serve it
// with httptest.NewTLSServer, and see TrustCertificates.
type SignIn struct {
	clock    Clock
	lifetime time.Duration

	mutex                        sync.Mutex
	token, account, accessConfig string
	keys                         credentialQueue
}

// NewSignIn returns a service that hands out keys in turn for an access token,
// each valid for lifetime from then on. CloudSSO also wants the account and the
// access configuration.
func NewSignIn(clock Clock, token, account, accessConfig string, lifetime time.Duration, keys ...Credentials) *SignIn {
	return &SignIn{
		clock: clock, lifetime: lifetime, token: token, account: account, accessConfig: accessConfig, keys: credentialQueue{keys: keys},
	}
}

// Renew makes another access token the valid one, as a new sign-in does.
func (s *SignIn) Renew(token string) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	s.token = token
}

// IssuedCount returns how often keys were handed out.
func (s *SignIn) IssuedCount() int {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	return s.keys.count
}

// ServeHTTP answers a request.
func (s *SignIn) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	switch {
	case r.Method != http.MethodPost || r.TLS == nil:
		http.NotFound(w, r)
	case r.Header.Get("Authorization") != "Bearer "+s.token:
		writeJSON(w, http.StatusUnauthorized, map[string]string{
			"error": "expired_token", "error_description": r.Header.Get("Authorization"), "requestId": "SIGN-IN-STAND-IN",
		})
	case r.URL.Path == "/cloud-credentials":
		s.cloudSSO(w, r)
	case r.URL.Path == "/v1/exchange":
		k := s.keys.next()
		writeJSON(w, http.StatusOK, map[string]string{
			"accessKeyId": k.AccessKeyID, "accessKeySecret": k.AccessKeySecret, "securityToken": k.SecurityToken,
			"expiration": s.clock.Now().Add(s.lifetime).Format(time.RFC3339), "requestId": "SIGN-IN-STAND-IN",
		})
	default:
		http.NotFound(w, r)
	}
}

func (s *SignIn) cloudSSO(w http.ResponseWriter, r *http.Request) {
	var asked struct {
		Account      string `json:"AccountId"`
		AccessConfig string `json:"AccessConfigurationId"`
	}
	if err := json.NewDecoder(r.Body).Decode(&asked); err != nil || asked.Account != s.account || asked.AccessConfig != s.accessConfig {
		writeJSON(w, http.StatusForbidden, map[string]string{"ErrorCode": "NoPermission", "RequestId": "SIGN-IN-STAND-IN"})
		return
	}
	k := s.keys.next()
	writeJSON(w, http.StatusOK, map[string]any{
		"CloudCredential": map[string]string{
			"AccessKeyId": k.AccessKeyID, "AccessKeySecret": k.AccessKeySecret, "SecurityToken": k.SecurityToken,
			"Expiration": formatExpiration(s.clock, s.lifetime),
		},
		"RequestId": "SIGN-IN-STAND-IN",
	})
}
