// SPDX-License-Identifier: MPL-2.0

package credentials

import (
	"encoding/json"
	"time"

	"github.com/rds-migrate/terraform-provider-alicloud/internal/openapi"
)

// credentialsResponse is the response of the metadata service, a credentials
// URI, CloudSSO and OAuth. OAuth writes its names with a small first letter,
// which encoding/json accepts.
type credentialsResponse struct {
	Code            string
	AccessKeyID     string `json:"AccessKeyId"`
	AccessKeySecret string
	SecurityToken   string
	Expiration      string
}

// parseCredentials parses a body, or a part of it, that must hold credentials.
// redact removes the secrets of the request.
func parseCredentials(host string, body []byte, redact redactFunc) (credentialsResponse, error) {
	var r credentialsResponse
	// The error of encoding/json quotes a part of the response.
	if err := json.Unmarshal(body, &r); err != nil {
		return credentialsResponse{}, failf("The answer of %s was not JSON with keys.", host)
	}
	if r.Code != "" && r.Code != "Success" {
		return credentialsResponse{}, failf(
			"An answer came from %s, but without keys%s.", host, parseErrorResponse(body).details(redact))
	}
	if r.AccessKeyID == "" || r.AccessKeySecret == "" {
		return credentialsResponse{}, failf("The answer of %s lacks keys.", host)
	}
	return r, nil
}

// toSession returns the credentials and their expiration, if the response has
// one.
func (r credentialsResponse) toSession(host string) (session, error) {
	s := session{credentials: openapi.Credentials{
		AccessKeyID:     r.AccessKeyID,
		AccessKeySecret: r.AccessKeySecret,
		SecurityToken:   r.SecurityToken,
	}}
	if r.Expiration == "" {
		return s, nil
	}
	var err error
	if s.expires, err = time.Parse(time.RFC3339, r.Expiration); err != nil {
		return session{}, failf("The answer of %s says in no readable form when the keys expire.", host)
	}
	return s, nil
}

// toTemporarySession is toSession for credentials that must have a security
// token and an expiration.
func (r credentialsResponse) toTemporarySession(host string) (session, error) {
	if r.SecurityToken == "" || r.Expiration == "" {
		return session{}, failf("The answer of %s lacks the token or its end.", host)
	}
	return r.toSession(host)
}
