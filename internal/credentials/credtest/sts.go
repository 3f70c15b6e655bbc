// SPDX-License-Identifier: MPL-2.0

package credtest

import (
	"crypto"
	"crypto/hmac"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// STS is a fake of the Security Token Service, with the actions AssumeRole and
// AssumeRoleWithOIDC. It requires HTTPS, so serve it with
// httptest.NewTLSServer, and see TrustCertificates. AssumeRole may be signed with
// credentials that were passed to Accept, and with those that it has issued
// until they expire.
type STS struct {
	clock Clock

	mutex          sync.Mutex
	signers        map[string]knownSigner      // by AccessKey ID
	roles          map[string]*credentialQueue // by ARN
	tokens         map[string]string           // OIDC token by the ARN of its provider
	usedNonces     map[string]bool
	issuedRequests map[string][]url.Values // parameters by action
}

// knownSigner holds credentials that may sign a request.
type knownSigner struct {
	credentials Credentials
	expires     time.Time // zero for never
}

// NewSTS returns an STS that accepts no signer and no token.
func NewSTS(clock Clock) *STS {
	return &STS{
		clock:          clock,
		signers:        map[string]knownSigner{},
		roles:          map[string]*credentialQueue{},
		tokens:         map[string]string{},
		usedNonces:     map[string]bool{},
		issuedRequests: map[string][]url.Values{},
	}
}

// Accept adds a signer that may assume every role.
func (s *STS) Accept(signer Credentials) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	s.signers[signer.AccessKeyID] = knownSigner{credentials: signer}
}

// AcceptToken replaces the one valid OIDC token of an identity provider.
func (s *STS) AcceptToken(providerARN, token string) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	s.tokens[providerARN] = token
}

// Grant sets the credentials that are issued for a role in turn. The last of
// them is issued repeatedly.
func (s *STS) Grant(roleARN string, credentials ...Credentials) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	s.roles[roleARN] = &credentialQueue{credentials: credentials}
}

// IssuedRequests returns the parameters of the requests of an action for which
// credentials were issued, in their order.
func (s *STS) IssuedRequests(action string) []url.Values {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	return slices.Clone(s.issuedRequests[action])
}

// apiError is an error response.
type apiError struct {
	status  int
	code    string
	message string
}

// stsRequestID is the request ID of every response.
const stsRequestID = "FAKE-STS"

// ServeHTTP responds to a request.
func (s *STS) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	c, p, apiErr := s.issue(r)
	if apiErr != nil {
		writeJSON(w, apiErr.status, map[string]string{
			"Code": apiErr.code, "Message": apiErr.message, "RequestId": stsRequestID, "HostId": r.Host,
		})
		return
	}
	action := p.Get("Action")
	s.issuedRequests[action] = append(s.issuedRequests[action], p)
	// checkRole has validated the parameter.
	seconds, _ := strconv.Atoi(p.Get("DurationSeconds"))
	lifetime := time.Duration(seconds) * time.Second
	s.signers[c.AccessKeyID] = knownSigner{credentials: c, expires: s.clock.Now().Add(lifetime)}
	writeJSON(w, http.StatusOK, map[string]any{
		"RequestId": stsRequestID,
		"AssumedRoleUser": map[string]string{
			"Arn":           p.Get("RoleArn") + "/" + p.Get("RoleSessionName"),
			"AssumedRoleId": "300000000000000001:" + p.Get("RoleSessionName"),
		},
		"Credentials": map[string]string{
			"AccessKeyId":     c.AccessKeyID,
			"AccessKeySecret": c.AccessKeySecret,
			"SecurityToken":   c.SecurityToken,
			"Expiration":      expirationAfter(s.clock, lifetime),
		},
	})
}

// issue returns the credentials for a request, and its parameters.
func (s *STS) issue(r *http.Request) (Credentials, url.Values, *apiError) {
	if err := r.ParseForm(); err != nil {
		return Credentials{}, nil, &apiError{http.StatusBadRequest, "InvalidParameter", err.Error()}
	}
	p := r.Form
	if apiErr := checkCommon(r, p); apiErr != nil {
		return Credentials{}, nil, apiErr
	}
	var apiErr *apiError
	switch p.Get("Action") {
	case "AssumeRole":
		apiErr = s.checkSigned(r.Method, p)
	case "AssumeRoleWithOIDC":
		apiErr = s.checkOIDC(p)
	default:
		apiErr = &apiError{http.StatusNotFound, "InvalidAction.NotFound", "no such action"}
	}
	if apiErr == nil {
		apiErr = checkRole(p)
	}
	if apiErr != nil {
		return Credentials{}, nil, apiErr
	}
	queue, ok := s.roles[p.Get("RoleArn")]
	if !ok {
		message := "The role not exists: " + p.Get("RoleArn")
		return Credentials{}, nil, &apiError{http.StatusNotFound, "EntityNotExist.Role", message}
	}
	return queue.next(), p, nil
}

// checkCommon checks the parameters that every request must have.
func checkCommon(r *http.Request, p url.Values) *apiError {
	_, err := time.Parse("2006-01-02T15:04:05Z", p.Get("Timestamp"))
	switch {
	case r.TLS == nil:
		message := "Your request is denied as lack of ssl protect."
		return &apiError{http.StatusBadRequest, "InvalidProtocol.NeedSsl", message}
	case r.Method != http.MethodPost && r.Method != http.MethodGet:
		return &apiError{http.StatusMethodNotAllowed, "UnsupportedHTTPMethod", "GET or POST"}
	case p.Get("Version") != "2015-04-01":
		return &apiError{http.StatusBadRequest, "InvalidVersion", "version 2015-04-01"}
	case p.Get("Format") != "JSON":
		return &apiError{http.StatusBadRequest, "InvalidParameter.Format", "JSON"}
	case err != nil:
		return &apiError{http.StatusBadRequest, "InvalidTimeStamp.Format", "yyyy-MM-ddTHH:mm:ssZ"}
	}
	for name, values := range p {
		if len(values) != 1 {
			return &apiError{http.StatusBadRequest, "InvalidParameter", name + " more than once"}
		}
	}
	return nil
}

// checkSigned checks the signer and the signature of a request.
func (s *STS) checkSigned(method string, p url.Values) *apiError {
	signer, ok := s.signers[p.Get("AccessKeyId")]
	nonce, token := p.Get("SignatureNonce"), p.Get("SecurityToken")
	switch {
	case !ok:
		message := "Specified access key is not found: " + p.Get("AccessKeyId")
		return &apiError{http.StatusNotFound, "InvalidAccessKeyId.NotFound", message}
	case token != signer.credentials.SecurityToken:
		return &apiError{http.StatusBadRequest, "InvalidSecurityToken.MismatchWithAccessKey", "token " + token}
	case !signer.expires.IsZero() && !s.clock.Now().Before(signer.expires):
		return &apiError{http.StatusForbidden, "InvalidSecurityToken.Expired", "token " + token}
	case p.Get("SignatureMethod") != "HMAC-SHA1", p.Get("SignatureVersion") != "1.0":
		return &apiError{http.StatusBadRequest, "InvalidParameter.SignatureMethod", "HMAC-SHA1, 1.0"}
	case nonce == "":
		return &apiError{http.StatusBadRequest, "MissingSignatureNonce", "a nonce is mandatory"}
	case s.usedNonces[nonce]:
		return &apiError{http.StatusBadRequest, "SignatureNonceUsed", "a nonce is used once"}
	}
	toSign := stringToSign(method, p)
	want := sign(signer.credentials.AccessKeySecret, toSign)
	if !hmac.Equal([]byte(want), []byte(p.Get("Signature"))) {
		// The real service quotes the string too.
		return &apiError{http.StatusBadRequest, "SignatureDoesNotMatch", "server string to sign is:" + toSign}
	}
	s.usedNonces[nonce] = true
	return nil
}

// checkOIDC checks the OIDC token of a request, which must not be signed.
func (s *STS) checkOIDC(p url.Values) *apiError {
	token, ok := s.tokens[p.Get("OIDCProviderArn")]
	switch {
	case !ok:
		return &apiError{http.StatusNotFound, "EntityNotExist.OIDCProvider", p.Get("OIDCProviderArn")}
	case p.Get("Signature") != "" || p.Get("AccessKeyId") != "":
		return &apiError{http.StatusBadRequest, "InvalidParameter", "the action takes no signature"}
	case p.Get("OIDCToken") != token:
		message := "token " + p.Get("OIDCToken")
		return &apiError{http.StatusBadRequest, "AuthenticationFail.OIDCToken.Invalid", message}
	}
	return nil
}

var (
	rolePattern        = regexp.MustCompile(`^acs:ram::[0-9]+:role/[A-Za-z0-9.-]{1,64}$`)
	sessionNamePattern = regexp.MustCompile(`^[A-Za-z0-9.@_-]{2,64}$`)
	externalIDPattern  = regexp.MustCompile(`^[A-Za-z0-9=,.@:/_-]{2,}$`)
)

// checkRole checks the parameters of a role.
func checkRole(p url.Values) *apiError {
	seconds, err := strconv.Atoi(p.Get("DurationSeconds"))
	invalid := func(parameter, message string) *apiError {
		return &apiError{http.StatusBadRequest, "InvalidParameter." + parameter, message}
	}
	switch {
	case !rolePattern.MatchString(p.Get("RoleArn")):
		return invalid("RoleArn", "The parameter RoleArn is wrongly formed.")
	case !sessionNamePattern.MatchString(p.Get("RoleSessionName")):
		return invalid("RoleSessionName", "The parameter RoleSessionName is wrongly formed.")
	case err != nil || seconds < 900 || seconds > 43200:
		return invalid("DurationSeconds", "The Min/Max value of DurationSeconds is 15min/12hrs.")
	case p.Has("Policy") && !json.Valid([]byte(p.Get("Policy"))):
		return invalid("PolicyGrammar", "The parameter Policy has not passed grammar check.")
	case p.Has("ExternalId") && !externalIDPattern.MatchString(p.Get("ExternalId")):
		return invalid("ExternalId", "The parameter ExternalId is wrongly formed.")
	}
	return nil
}

// stringToSign returns the string that is signed in RPC style, version 1.0: all
// parameters but the signature, sorted, encoded twice.
func stringToSign(method string, p url.Values) string {
	var pairs []string
	for name := range p {
		if name != "Signature" {
			pairs = append(pairs, percentEncode(name)+"="+percentEncode(p.Get(name)))
		}
	}
	slices.Sort(pairs)
	return method + "&" + percentEncode("/") + "&" + percentEncode(strings.Join(pairs, "&"))
}

// percentEncode encodes every byte but letters, digits and -_.~ as %XX.
func percentEncode(s string) string {
	var b strings.Builder
	for _, c := range []byte(s) {
		switch {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9', strings.IndexByte("-_.~", c) >= 0:
			b.WriteByte(c)
		default:
			fmt.Fprintf(&b, "%%%02X", c)
		}
	}
	return b.String()
}

// sign returns the signature of a string. crypto/tls links SHA-1 in.
func sign(secret, toSign string) string {
	h := hmac.New(crypto.SHA1.New, []byte(secret+"&"))
	h.Write([]byte(toSign))
	return base64.StdEncoding.EncodeToString(h.Sum(nil))
}
