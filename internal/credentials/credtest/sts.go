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

// STS stands in for the Security Token Service, with the actions AssumeRole and
// AssumeRoleWithOIDC. It wants HTTPS, so serve it with httptest.NewTLSServer,
// and see TrustCertificates. It accepts keys as the signer of AssumeRole that
// were named with Accept, and those it handed out itself until they expire.
type STS struct {
	clock Clock

	mutex    sync.Mutex
	signers  map[string]knownSigner      // by access key ID
	roles    map[string]*credentialQueue // by ARN
	tokens   map[string]string           // OIDC token by the ARN of its provider
	nonces   map[string]bool             // that were used
	accepted map[string][]url.Values     // parameters by action
}

// knownSigner is keys that may sign a request.
type knownSigner struct {
	keys  Credentials
	until time.Time // zero for ever
}

// NewSTS returns an STS that accepts nobody.
func NewSTS(clock Clock) *STS {
	return &STS{
		clock:    clock,
		signers:  map[string]knownSigner{},
		roles:    map[string]*credentialQueue{},
		tokens:   map[string]string{},
		nonces:   map[string]bool{},
		accepted: map[string][]url.Values{},
	}
}

// Accept makes keys a signer that may assume every role.
func (s *STS) Accept(k Credentials) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	s.signers[k.AccessKeyID] = knownSigner{keys: k}
}

// AcceptToken makes token the one valid OIDC token of an identity provider.
func (s *STS) AcceptToken(providerARN, token string) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	s.tokens[providerARN] = token
}

// Grant sets the keys that logins to a role get in turn, the last of them again
// and again.
func (s *STS) Grant(roleARN string, keys ...Credentials) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	s.roles[roleARN] = &credentialQueue{keys: keys}
}

// Logins returns the parameters of the requests of an action that were answered
// with keys, in their order.
func (s *STS) IssuedRequests(action string) []url.Values {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	return slices.Clone(s.accepted[action])
}

// apiError is an error answer.
type apiError struct {
	status  int
	code    string
	message string
}

// ServeHTTP answers a request.
func (s *STS) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	keys, p, refused := s.serve(r)
	if refused != nil {
		writeJSON(w, refused.status, map[string]string{
			"Code": refused.code, "Message": refused.message, "RequestId": "STS-STAND-IN", "HostId": r.Host,
		})
		return
	}
	action := p.Get("Action")
	s.accepted[action] = append(s.accepted[action], p)
	// The parameter has been checked.
	seconds, _ := strconv.Atoi(p.Get("DurationSeconds"))
	lifetime := time.Duration(seconds) * time.Second
	s.signers[keys.AccessKeyID] = knownSigner{keys: keys, until: s.clock.Now().Add(lifetime)}
	writeJSON(w, http.StatusOK, map[string]any{
		"RequestId": "STS-STAND-IN",
		"AssumedRoleUser": map[string]string{
			"Arn": p.Get("RoleArn") + "/" + p.Get("RoleSessionName"), "AssumedRoleId": "300000000000000001:" + p.Get("RoleSessionName"),
		},
		"Credentials": map[string]string{
			"AccessKeyId": keys.AccessKeyID, "AccessKeySecret": keys.AccessKeySecret, "SecurityToken": keys.SecurityToken,
			"Expiration": formatExpiration(s.clock, lifetime),
		},
	})
}

// serve returns the keys for a request, and its parameters.
func (s *STS) serve(r *http.Request) (Credentials, url.Values, *apiError) {
	if err := r.ParseForm(); err != nil {
		return Credentials{}, nil, &apiError{http.StatusBadRequest, "InvalidParameter", err.Error()}
	}
	p := r.Form
	if refused := checkCommon(r, p); refused != nil {
		return Credentials{}, nil, refused
	}
	var refused *apiError
	switch p.Get("Action") {
	case "AssumeRole":
		refused = s.checkSigned(r.Method, p)
	case "AssumeRoleWithOIDC":
		refused = s.checkToken(p)
	default:
		refused = &apiError{http.StatusNotFound, "InvalidAction.NotFound", "no such action"}
	}
	if refused == nil {
		refused = checkRole(p)
	}
	if refused != nil {
		return Credentials{}, nil, refused
	}
	granted, ok := s.roles[p.Get("RoleArn")]
	if !ok {
		return Credentials{}, nil, &apiError{http.StatusNotFound, "EntityNotExist.Role", "The role not exists: " + p.Get("RoleArn")}
	}
	return granted.next(), p, nil
}

// checkCommon checks what every request must have.
func checkCommon(r *http.Request, p url.Values) *apiError {
	_, err := time.Parse("2006-01-02T15:04:05Z", p.Get("Timestamp"))
	switch {
	case r.TLS == nil:
		return &apiError{http.StatusBadRequest, "InvalidProtocol.NeedSsl", "Your request is denied as lack of ssl protect."}
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

// checkSigned checks who signed a request, and the signature.
func (s *STS) checkSigned(method string, p url.Values) *apiError {
	by, ok := s.signers[p.Get("AccessKeyId")]
	nonce := p.Get("SignatureNonce")
	switch {
	case !ok:
		return &apiError{http.StatusNotFound, "InvalidAccessKeyId.NotFound", "Specified access key is not found: " + p.Get("AccessKeyId")}
	case p.Get("SecurityToken") != by.keys.SecurityToken:
		return &apiError{http.StatusBadRequest, "InvalidSecurityToken.MismatchWithAccessKey", "token " + p.Get("SecurityToken")}
	case !by.until.IsZero() && !s.clock.Now().Before(by.until):
		return &apiError{http.StatusForbidden, "InvalidSecurityToken.Expired", "token " + p.Get("SecurityToken")}
	case p.Get("SignatureMethod") != "HMAC-SHA1", p.Get("SignatureVersion") != "1.0":
		return &apiError{http.StatusBadRequest, "InvalidParameter.SignatureMethod", "HMAC-SHA1, 1.0"}
	case nonce == "":
		return &apiError{http.StatusBadRequest, "MissingSignatureNonce", "a nonce is mandatory"}
	case s.nonces[nonce]:
		return &apiError{http.StatusBadRequest, "SignatureNonceUsed", "a nonce is used once"}
	}
	text := stringToSign(method, p)
	if want := sign(by.keys.AccessKeySecret, text); !hmac.Equal([]byte(want), []byte(p.Get("Signature"))) {
		// The real service quotes the string too.
		return &apiError{http.StatusBadRequest, "SignatureDoesNotMatch", "server string to sign is:" + text}
	}
	s.nonces[nonce] = true
	return nil
}

// checkToken checks the OIDC token of a request, which is not signed.
func (s *STS) checkToken(p url.Values) *apiError {
	token, ok := s.tokens[p.Get("OIDCProviderArn")]
	switch {
	case !ok:
		return &apiError{http.StatusNotFound, "EntityNotExist.OIDCProvider", p.Get("OIDCProviderArn")}
	case p.Get("Signature") != "" || p.Get("AccessKeyId") != "":
		return &apiError{http.StatusBadRequest, "InvalidParameter", "the action takes no signature"}
	case p.Get("OIDCToken") != token:
		return &apiError{http.StatusBadRequest, "AuthenticationFail.OIDCToken.Invalid", "token " + p.Get("OIDCToken")}
	}
	return nil
}

var (
	roleForm        = regexp.MustCompile(`^acs:ram::[0-9]+:role/[A-Za-z0-9.-]{1,64}$`)
	sessionNameForm = regexp.MustCompile(`^[A-Za-z0-9.@_-]{2,64}$`)
	externalIDForm  = regexp.MustCompile(`^[A-Za-z0-9=,.@:/_-]{2,}$`)
)

// checkRole checks the parameters of a role.
func checkRole(p url.Values) *apiError {
	seconds, err := strconv.Atoi(p.Get("DurationSeconds"))
	switch {
	case !roleForm.MatchString(p.Get("RoleArn")):
		return &apiError{http.StatusBadRequest, "InvalidParameter.RoleArn", "The parameter RoleArn is wrongly formed."}
	case !sessionNameForm.MatchString(p.Get("RoleSessionName")):
		return &apiError{http.StatusBadRequest, "InvalidParameter.RoleSessionName", "The parameter RoleSessionName is wrongly formed."}
	case err != nil || seconds < 900 || seconds > 43200:
		return &apiError{http.StatusBadRequest, "InvalidParameter.DurationSeconds", "The Min/Max value of DurationSeconds is 15min/12hrs."}
	case p.Has("Policy") && !json.Valid([]byte(p.Get("Policy"))):
		return &apiError{http.StatusBadRequest, "InvalidParameter.PolicyGrammar", "The parameter Policy has not passed grammar check."}
	case p.Has("ExternalId") && !externalIDForm.MatchString(p.Get("ExternalId")):
		return &apiError{http.StatusBadRequest, "InvalidParameter.ExternalId", "The parameter ExternalId is wrongly formed."}
	}
	return nil
}

// stringToSign returns what is signed of a request by the rules of RPC style,
// version 1.0: all parameters but the signature, sorted, encoded twice.
func stringToSign(method string, p url.Values) string {
	var pairs []string
	for name := range p {
		if name != "Signature" {
			pairs = append(pairs, encode(name)+"="+encode(p.Get(name)))
		}
	}
	slices.Sort(pairs)
	return method + "&" + encode("/") + "&" + encode(strings.Join(pairs, "&"))
}

// encode writes every byte but letters, digits and -_.~ as %XX.
func encode(s string) string {
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

// sign returns the signature of a text. SHA-1 is linked in by crypto/tls.
func sign(secret, text string) string {
	h := hmac.New(crypto.SHA1.New, []byte(secret+"&"))
	h.Write([]byte(text))
	return base64.StdEncoding.EncodeToString(h.Sum(nil))
}
