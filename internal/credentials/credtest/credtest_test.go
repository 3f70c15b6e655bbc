package credtest

import (
	"crypto/tls"
	"encoding/json"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/jonboulle/clockwork"
)

const (
	roleARN     = "acs:ram::100000000000000:role/reader"
	providerARN = "acs:ram::100000000000000:oidc-provider/issuer"
)

var caller = Credentials{AccessKeyID: "id", AccessKeySecret: "secret"}

func handed(n string) Credentials {
	return Credentials{AccessKeyID: "STS." + n, AccessKeySecret: "secret-" + n, SecurityToken: "token-" + n}
}

func fakeClock() *clockwork.FakeClock {
	return clockwork.NewFakeClockAt(time.Date(2026, 11, 20, 10, 0, 0, 0, time.UTC))
}

// The example of the vendor's page on signatures of RPC style.
func TestSignatureIsThatOfTheDocumentation(t *testing.T) {
	t.Parallel()
	p := url.Values{
		"Timestamp": {"2016-02-23T12:46:24Z"}, "Format": {"XML"}, "AccessKeyId": {"testid"}, "Action": {"DescribeRegions"},
		"SignatureMethod": {"HMAC-SHA1"}, "SignatureNonce": {"3ee8c1b8-83d3-44af-a94f-4e0ad82fd6cf"}, "Version": {"2014-05-26"},
		"SignatureVersion": {"1.0"},
	}
	if got, want := sign("testsecret", stringToSign("GET", p)), "OLeaidS1JvxuMvnyHOwuJ+uX5qY="; got != want {
		t.Errorf("signature is %q, want %q", got, want)
	}
	if got, want := encode("a b*c~d+日/"), "a%20b%2Ac~d%2B%E6%97%A5%2F"; got != want {
		t.Errorf("encoded as %q, want %q", got, want)
	}
}

// ask sends a request to a handler, and returns the status and the fields of
// the answer.
func ask(t *testing.T, h http.Handler, r *http.Request) (status int, fields map[string]any) {
	t.Helper()
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	if strings.Contains(w.Header().Get("Content-Type"), "json") {
		if err := json.Unmarshal(w.Body.Bytes(), &fields); err != nil {
			t.Fatal(err)
		}
	}
	return w.Code, fields
}

// post returns a request to STS.
func post(t *testing.T, p url.Values) *http.Request {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "https://sts.example.com/", strings.NewReader(p.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.TLS = &tls.ConnectionState{}
	return r
}

// assumeRole returns parameters that are signed after a change.
func assumeRole(by Credentials, change url.Values) url.Values {
	p := url.Values{
		"Action": {"AssumeRole"}, "Version": {"2015-04-01"}, "Format": {"JSON"}, "Timestamp": {"2026-11-20T10:00:00Z"},
		"SignatureMethod": {"HMAC-SHA1"}, "SignatureVersion": {"1.0"}, "SignatureNonce": {"nonce"}, "AccessKeyId": {by.AccessKeyID},
		"RoleArn": {roleARN}, "RoleSessionName": {"me"}, "DurationSeconds": {"900"},
	}
	if by.SecurityToken != "" {
		p.Set("SecurityToken", by.SecurityToken)
	}
	maps.Copy(p, change)
	p.Set("Signature", sign(by.AccessKeySecret, stringToSign(http.MethodPost, p)))
	return p
}

func newSTS(clock Clock) *STS {
	s := NewSTS(clock)
	s.Accept(caller)
	s.AcceptToken(providerARN, "oidc-token")
	s.Grant(roleARN, handed("1"), handed("2"))
	return s
}

func TestSTSAssumesRoles(t *testing.T) {
	t.Parallel()
	clock := fakeClock()
	s := newSTS(clock)
	status, got := ask(t, s, post(t, assumeRole(caller, nil)))
	keys, ok := got["Credentials"].(map[string]any)
	if status != http.StatusOK || !ok || keys["AccessKeyId"] != "STS.1" || keys["AccessKeySecret"] != "secret-1" ||
		keys["SecurityToken"] != "token-1" || keys["Expiration"] != "2026-11-20T10:15:00Z" {
		t.Fatalf("answer %d %v", status, got)
	}
	// What it hands out may sign, until it expires.
	if status, got := ask(t, s, post(t, assumeRole(handed("1"), url.Values{"SignatureNonce": {"2"}}))); status != http.StatusOK {
		t.Errorf("answer %d %v", status, got)
	}
	clock.Advance(15 * time.Minute)
	if status, got := ask(t, s, post(t, assumeRole(handed("1"), url.Values{"SignatureNonce": {"3"}}))); got["Code"] != "InvalidSecurityToken.Expired" {
		t.Errorf("answer %d %v", status, got)
	}
	if logins := s.IssuedRequests("AssumeRole"); len(logins) != 2 || logins[0].Get("RoleSessionName") != "me" {
		t.Errorf("logins are %v", logins)
	}
}

func TestSTSRefusesSignedRequests(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		by     Credentials
		before url.Values // changes that are signed
		after  url.Values // changes that are not
		code   string
	}{
		"of an unknown signer":      {Credentials{AccessKeyID: "nobody"}, nil, nil, "InvalidAccessKeyId.NotFound"},
		"with a wrong secret":       {Credentials{AccessKeyID: "id", AccessKeySecret: "wrong"}, nil, nil, "SignatureDoesNotMatch"},
		"that were changed later":   {caller, nil, url.Values{"RoleSessionName": {"you"}}, "SignatureDoesNotMatch"},
		"without a signature":       {caller, nil, url.Values{"Signature": {""}}, "SignatureDoesNotMatch"},
		"with a stray token":        {caller, url.Values{"SecurityToken": {"stray"}}, nil, "InvalidSecurityToken.MismatchWithAccessKey"},
		"without a nonce":           {caller, url.Values{"SignatureNonce": {""}}, nil, "MissingSignatureNonce"},
		"with a used nonce":         {caller, url.Values{"SignatureNonce": {"used"}}, nil, "SignatureNonceUsed"},
		"of another method":         {caller, url.Values{"SignatureMethod": {"HMAC-SHA256"}}, nil, "InvalidParameter.SignatureMethod"},
		"of another version":        {caller, url.Values{"Version": {"2014-08-15"}}, nil, "InvalidVersion"},
		"of another format":         {caller, url.Values{"Format": {"XML"}}, nil, "InvalidParameter.Format"},
		"of an unknown action":      {caller, url.Values{"Action": {"AssumeRoleWithSAML"}}, nil, "InvalidAction.NotFound"},
		"with a malformed time":     {caller, url.Values{"Timestamp": {"2026-11-20 10:00:00"}}, nil, "InvalidTimeStamp.Format"},
		"with a parameter twice":    {caller, url.Values{"Policy": {"{}", "{}"}}, nil, "InvalidParameter"},
		"for a malformed role":      {caller, url.Values{"RoleArn": {"reader"}}, nil, "InvalidParameter.RoleArn"},
		"for an unknown role":       {caller, url.Values{"RoleArn": {"acs:ram::1:role/x"}}, nil, "EntityNotExist.Role"},
		"with a malformed name":     {caller, url.Values{"RoleSessionName": {"a b"}}, nil, "InvalidParameter.RoleSessionName"},
		"for too short a session":   {caller, url.Values{"DurationSeconds": {"899"}}, nil, "InvalidParameter.DurationSeconds"},
		"for too long a session":    {caller, url.Values{"DurationSeconds": {"43201"}}, nil, "InvalidParameter.DurationSeconds"},
		"with a malformed policy":   {caller, url.Values{"Policy": {"{"}}, nil, "InvalidParameter.PolicyGrammar"},
		"with a malformed external": {caller, url.Values{"ExternalId": {"x"}}, nil, "InvalidParameter.ExternalId"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newSTS(fakeClock())
			if status, got := ask(t, s, post(t, assumeRole(caller, url.Values{"SignatureNonce": {"used"}}))); status != http.StatusOK {
				t.Fatalf("answer %d %v", status, got)
			}
			p := assumeRole(c.by, c.before)
			maps.Copy(p, c.after)
			if status, got := ask(t, s, post(t, p)); got["Code"] != c.code || status == http.StatusOK {
				t.Errorf("answer %d %v, want code %s", status, got, c.code)
			}
		})
	}
}

func TestSTSWantsHTTPS(t *testing.T) {
	t.Parallel()
	r := post(t, assumeRole(caller, nil))
	r.TLS = nil
	if status, got := ask(t, newSTS(fakeClock()), r); got["Code"] != "InvalidProtocol.NeedSsl" {
		t.Errorf("answer %d %v", status, got)
	}
}

func TestSTSAssumesRolesWithOIDC(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		change url.Values
		code   any // nil for keys
	}{
		"with its token":           {nil, nil},
		"with another token":       {url.Values{"OIDCToken": {"stray"}}, "AuthenticationFail.OIDCToken.Invalid"},
		"with a token and a line":  {url.Values{"OIDCToken": {"oidc-token\n"}}, "AuthenticationFail.OIDCToken.Invalid"},
		"of another provider":      {url.Values{"OIDCProviderArn": {"stray"}}, "EntityNotExist.OIDCProvider"},
		"with a signature as well": {url.Values{"Signature": {"stray"}}, "InvalidParameter"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := url.Values{
				"Action": {"AssumeRoleWithOIDC"}, "Version": {"2015-04-01"}, "Format": {"JSON"}, "Timestamp": {"2026-11-20T10:00:00Z"},
				"OIDCProviderArn": {providerARN}, "OIDCToken": {"oidc-token"}, "RoleArn": {roleARN}, "RoleSessionName": {"me"}, "DurationSeconds": {"3600"},
			}
			maps.Copy(p, c.change)
			if status, got := ask(t, newSTS(fakeClock()), post(t, p)); got["Code"] != c.code {
				t.Errorf("answer %d %v, want code %v", status, got, c.code)
			}
		})
	}
}

func TestMetadataWantsAToken(t *testing.T) {
	t.Parallel()
	clock := fakeClock()
	m := NewMetadata(clock, "reader", time.Hour, handed("1"))
	put := func(seconds string) int {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodPut, "/latest/api/token", http.NoBody)
		r.Header.Set("X-Aliyun-Ecs-Metadata-Token-Ttl-Seconds", seconds)
		status, _ := ask(t, m, r)
		return status
	}
	get := func(path, token string) (int, map[string]any) {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/latest/meta-data/ram/security-credentials/"+path, http.NoBody)
		r.Header.Set("X-Aliyun-Ecs-Metadata-Token", token)
		return ask(t, m, r)
	}
	for seconds, want := range map[string]int{"": 400, "0": 400, "21601": 400, "60": 200} {
		if got := put(seconds); got != want {
			t.Errorf("a token of %q seconds: status %d, want %d", seconds, got, want)
		}
	}
	if status, _ := get("reader", ""); status != http.StatusForbidden {
		t.Errorf("without a token: status %d", status)
	}
	if status, _ := get("other", "metadata-token-0"); status != http.StatusNotFound {
		t.Errorf("another role: status %d", status)
	}
	if status, got := get("reader", "metadata-token-0"); status != http.StatusOK || got["AccessKeyId"] != "STS.1" || got["Expiration"] != "2026-11-20T11:00:00Z" {
		t.Errorf("the role: answer %d %v", status, got)
	}
	clock.Advance(time.Minute)
	if status, _ := get("reader", "metadata-token-0"); status != http.StatusForbidden {
		t.Errorf("with an old token: status %d", status)
	}
	if m.IssuedCount() != 1 {
		t.Errorf("%d logins", m.IssuedCount())
	}
}

func TestURIHandsOutKeys(t *testing.T) {
	t.Parallel()
	u := NewURI(fakeClock(), time.Hour, handed("1"), handed("2"))
	for _, want := range []string{"STS.1", "STS.2", "STS.2"} {
		if status, got := ask(t, u, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/keys", http.NoBody)); got["AccessKeyId"] != want || got["Code"] != "Success" {
			t.Errorf("answer %d %v, want keys %s", status, got, want)
		}
	}
	if status, got := ask(t, u, httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/keys", http.NoBody)); status != http.StatusMethodNotAllowed {
		t.Errorf("a POST: answer %d %v", status, got)
	}
	if u.IssuedCount() != 3 {
		t.Errorf("%d logins", u.IssuedCount())
	}
}

func TestSignInChecksWhatItIsAsked(t *testing.T) {
	t.Parallel()
	const right = `{"AccountId": "account", "AccessConfigurationId": "config"}`
	for name, c := range map[string]struct {
		method, path, token, body string
		plain                     bool
		status                    int
	}{
		"CloudSSO":                        {http.MethodPost, "/cloud-credentials", "token", right, false, 200},
		"CloudSSO with another account":   {http.MethodPost, "/cloud-credentials", "token", strings.Replace(right, "account", "x", 1), false, 403},
		"CloudSSO with another config":    {http.MethodPost, "/cloud-credentials", "token", strings.Replace(right, "config", "x", 1), false, 403},
		"CloudSSO with another token":     {http.MethodPost, "/cloud-credentials", "stray", right, false, 401},
		"OAuth":                           {http.MethodPost, "/v1/exchange", "token", "", false, 200},
		"OAuth with another token":        {http.MethodPost, "/v1/exchange", "stray", "", false, 401},
		"OAuth without encryption":        {http.MethodPost, "/v1/exchange", "token", "", true, 404},
		"OAuth with another method":       {http.MethodGet, "/v1/exchange", "token", "", false, 404},
		"another path with a valid token": {http.MethodPost, "/v1/token", "token", "", false, 404},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := NewSignIn(fakeClock(), "token", "account", "config", time.Hour, handed("1"))
			r := httptest.NewRequestWithContext(t.Context(), c.method, "https://signin.example.com"+c.path, strings.NewReader(c.body))
			r.Header.Set("Authorization", "Bearer "+c.token)
			if c.plain {
				r.TLS = nil
			}
			status, got := ask(t, s, r)
			if status != c.status {
				t.Errorf("answer %d %v, want %d", status, got, c.status)
			}
			if (s.IssuedCount() == 1) != (c.status == http.StatusOK) {
				t.Errorf("%d logins", s.IssuedCount())
			}
		})
	}
}

func TestMain(m *testing.M) {
	if err := TrustCertificates(); err != nil {
		panic(err)
	}
	os.Exit(m.Run())
}

func TestCertificatesAreTrusted(t *testing.T) {
	t.Parallel()
	server := httptest.NewTLSServer(http.NotFoundHandler())
	t.Cleanup(server.Close)
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, server.URL, http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	if err := resp.Body.Close(); err != nil {
		t.Error(err)
	}
}
