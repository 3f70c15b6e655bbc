// SPDX-License-Identifier: MPL-2.0

package credtest

import (
	"crypto/tls"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"
)

const (
	roleARN     = "acs:ram::100000000000000:role/reader"
	providerARN = "acs:ram::100000000000000:oidc-provider/issuer"
)

var caller = Credentials{AccessKeyID: "id", AccessKeySecret: "secret"}

// The example of the vendor's page on signatures in RPC style.
func TestSTS_SignatureOfTheDocumentation(t *testing.T) {
	t.Parallel()
	p := url.Values{
		"Timestamp": {"2016-02-23T12:46:24Z"}, "Format": {"XML"}, "AccessKeyId": {"testid"},
		"Action": {"DescribeRegions"}, "SignatureMethod": {"HMAC-SHA1"},
		"SignatureNonce": {"3ee8c1b8-83d3-44af-a94f-4e0ad82fd6cf"}, "Version": {"2014-05-26"},
		"SignatureVersion": {"1.0"},
	}
	if got, want := sign("testsecret", stringToSign("GET", p)), "OLeaidS1JvxuMvnyHOwuJ+uX5qY="; got != want {
		t.Errorf("signature is %q, want %q", got, want)
	}
	if got, want := percentEncode("a b*c~d+日/"), "a%20b%2Ac~d%2B%E6%97%A5%2F"; got != want {
		t.Errorf("encoded as %q, want %q", got, want)
	}
}

func newSTS(clock Clock) *STS {
	s := NewSTS(clock)
	s.Accept(caller)
	s.AcceptToken(providerARN, "oidc-token")
	s.Grant(roleARN, issued("1"), issued("2"))
	return s
}

// newSTSRequest returns a request with the given parameters.
func newSTSRequest(t *testing.T, p url.Values) *http.Request {
	t.Helper()
	body := strings.NewReader(p.Encode())
	r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "https://sts.example.com/", body)
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.TLS = &tls.ConnectionState{}
	return r
}

// signedParameters returns the parameters of AssumeRole with some of them
// replaced, and then signed.
func signedParameters(signer Credentials, replaced url.Values) url.Values {
	p := url.Values{
		"Action": {"AssumeRole"}, "Version": {"2015-04-01"}, "Format": {"JSON"}, "Timestamp": {"2026-11-20T12:00:00Z"},
		"SignatureMethod": {"HMAC-SHA1"}, "SignatureVersion": {"1.0"}, "SignatureNonce": {"nonce"},
		"AccessKeyId": {signer.AccessKeyID},
		"RoleArn":     {roleARN}, "RoleSessionName": {"me"}, "DurationSeconds": {"900"},
	}
	if signer.SecurityToken != "" {
		p.Set("SecurityToken", signer.SecurityToken)
	}
	maps.Copy(p, replaced)
	p.Set("Signature", sign(signer.AccessKeySecret, stringToSign(http.MethodPost, p)))
	return p
}

func TestSTS_AssumeRole(t *testing.T) {
	t.Parallel()
	clock := fakeClock()
	s := newSTS(clock)
	status, got := serve(t, s, newSTSRequest(t, signedParameters(caller, nil)))
	c, ok := got["Credentials"].(map[string]any)
	if status != http.StatusOK || !ok || c["AccessKeyId"] != "STS.1" || c["AccessKeySecret"] != "secret-1" ||
		c["SecurityToken"] != "token-1" || c["Expiration"] != "2026-11-20T12:15:00Z" {
		t.Fatalf("response %d %v", status, got)
	}
	// Issued credentials may sign until they expire.
	p := signedParameters(issued("1"), url.Values{"SignatureNonce": {"2"}})
	if status, got := serve(t, s, newSTSRequest(t, p)); status != http.StatusOK {
		t.Errorf("response %d %v", status, got)
	}
	clock.Advance(15 * time.Minute)
	p = signedParameters(issued("1"), url.Values{"SignatureNonce": {"3"}})
	if status, got := serve(t, s, newSTSRequest(t, p)); got["Code"] != "InvalidSecurityToken.Expired" {
		t.Errorf("response %d %v", status, got)
	}
	requests := s.IssuedRequests("AssumeRole")
	if len(requests) != 2 || requests[0].Get("RoleSessionName") != "me" {
		t.Errorf("requests are %v", requests)
	}
}

func TestSTS_RejectsSignedRequests(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		signer   Credentials
		signed   url.Values // replaced before the signature
		tampered url.Values // replaced after the signature
		code     string
	}{
		"of an unknown signer": {
			Credentials{AccessKeyID: "unknown"}, nil, nil, "InvalidAccessKeyId.NotFound",
		},
		"with a wrong secret": {
			Credentials{AccessKeyID: "id", AccessKeySecret: "wrong"}, nil, nil, "SignatureDoesNotMatch",
		},
		"that were changed later": {caller, nil, url.Values{"RoleSessionName": {"you"}}, "SignatureDoesNotMatch"},
		"without a signature":     {caller, nil, url.Values{"Signature": {""}}, "SignatureDoesNotMatch"},
		"with an unrelated token": {
			caller, url.Values{"SecurityToken": {"unrelated"}}, nil, "InvalidSecurityToken.MismatchWithAccessKey",
		},
		"without a nonce":   {caller, url.Values{"SignatureNonce": {""}}, nil, "MissingSignatureNonce"},
		"with a used nonce": {caller, url.Values{"SignatureNonce": {"used"}}, nil, "SignatureNonceUsed"},
		"of another method": {
			caller, url.Values{"SignatureMethod": {"HMAC-SHA256"}}, nil, "InvalidParameter.SignatureMethod",
		},
		"of another version":   {caller, url.Values{"Version": {"2014-08-15"}}, nil, "InvalidVersion"},
		"of another format":    {caller, url.Values{"Format": {"XML"}}, nil, "InvalidParameter.Format"},
		"of an unknown action": {caller, url.Values{"Action": {"AssumeRoleWithSAML"}}, nil, "InvalidAction.NotFound"},
		"with a malformed time": {
			caller, url.Values{"Timestamp": {"2026-11-20 12:00:00"}}, nil, "InvalidTimeStamp.Format",
		},
		"with a parameter twice": {caller, url.Values{"Policy": {"{}", "{}"}}, nil, "InvalidParameter"},
		"for a malformed role":   {caller, url.Values{"RoleArn": {"reader"}}, nil, "InvalidParameter.RoleArn"},
		"for an unknown role":    {caller, url.Values{"RoleArn": {"acs:ram::1:role/x"}}, nil, "EntityNotExist.Role"},
		"with a malformed name": {
			caller, url.Values{"RoleSessionName": {"a b"}}, nil, "InvalidParameter.RoleSessionName",
		},
		"for too short a session": {
			caller, url.Values{"DurationSeconds": {"899"}}, nil, "InvalidParameter.DurationSeconds",
		},
		"for too long a session": {
			caller, url.Values{"DurationSeconds": {"43201"}}, nil, "InvalidParameter.DurationSeconds",
		},
		"with a malformed policy":   {caller, url.Values{"Policy": {"{"}}, nil, "InvalidParameter.PolicyGrammar"},
		"with a malformed external": {caller, url.Values{"ExternalId": {"x"}}, nil, "InvalidParameter.ExternalId"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newSTS(fakeClock())
			p := signedParameters(caller, url.Values{"SignatureNonce": {"used"}})
			if status, got := serve(t, s, newSTSRequest(t, p)); status != http.StatusOK {
				t.Fatalf("response %d %v", status, got)
			}
			p = signedParameters(c.signer, c.signed)
			maps.Copy(p, c.tampered)
			if status, got := serve(t, s, newSTSRequest(t, p)); got["Code"] != c.code || status == http.StatusOK {
				t.Errorf("response %d %v, want code %s", status, got, c.code)
			}
		})
	}
}

func TestSTS_RequiresHTTPS(t *testing.T) {
	t.Parallel()
	r := newSTSRequest(t, signedParameters(caller, nil))
	r.TLS = nil
	if status, got := serve(t, newSTS(fakeClock()), r); got["Code"] != "InvalidProtocol.NeedSsl" {
		t.Errorf("response %d %v", status, got)
	}
}

func TestSTS_AssumeRoleWithOIDC(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		replaced url.Values
		code     any // nil for credentials
	}{
		"with its token":           {nil, nil},
		"with another token":       {url.Values{"OIDCToken": {"unrelated"}}, "AuthenticationFail.OIDCToken.Invalid"},
		"with a token and a line":  {url.Values{"OIDCToken": {"oidc-token\n"}}, "AuthenticationFail.OIDCToken.Invalid"},
		"of another provider":      {url.Values{"OIDCProviderArn": {"unrelated"}}, "EntityNotExist.OIDCProvider"},
		"with a signature as well": {url.Values{"Signature": {"unrelated"}}, "InvalidParameter"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := url.Values{
				"Action": {"AssumeRoleWithOIDC"}, "Version": {"2015-04-01"}, "Format": {"JSON"},
				"Timestamp": {"2026-11-20T12:00:00Z"}, "OIDCProviderArn": {providerARN}, "OIDCToken": {"oidc-token"},
				"RoleArn": {roleARN}, "RoleSessionName": {"me"}, "DurationSeconds": {"3600"},
			}
			maps.Copy(p, c.replaced)
			if status, got := serve(t, newSTS(fakeClock()), newSTSRequest(t, p)); got["Code"] != c.code {
				t.Errorf("response %d %v, want code %v", status, got, c.code)
			}
		})
	}
}
