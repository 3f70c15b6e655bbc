// SPDX-License-Identifier: MPL-2.0

package credentials

import (
	"encoding/json"
	"time"

	"github.com/rds-migrate/terraform-provider-alicloud/internal/openapi"
)

// credentialsResponse is the response of the metadata service, a credentials
// URI, CloudSSO, and OAuth. OAuth writes its names with a small first letter,
// which encoding/json accepts.
type credentialsResponse struct {
	Code            string
	AccessKeyID     string `json:"AccessKeyId"`
	AccessKeySecret string
	SecurityToken   string
	Expiration      string
}

// parseCredentials parses the body of a response, or a part of it, that must
// hold credentials.
func parseCredentials(host string, body []byte, resp *openapi.Response) (credentialsResponse, error) {
	var r credentialsResponse
	// The error of encoding/json quotes a part of the response.
	if err := json.Unmarshal(body, &r); err != nil {
		return credentialsResponse{}, malformedError(host)
	}
	if r.Code != "" && r.Code != "Success" {
		f := failf(checkAddress, "%s returned an error instead of credentials.", host)
		f.response = parseErrorResponse(body).lines(resp)
		return credentialsResponse{}, f
	}
	if r.AccessKeyID == "" || r.AccessKeySecret == "" {
		return credentialsResponse{}, failf(checkAddress, "The response of %s does not have an AccessKey pair.", host)
	}
	return r, nil
}

// malformedError describes a response that is not the expected JSON.
func malformedError(host string) *failure {
	f := failf(checkAddress, "The response of %s is not JSON with credentials.", host)
	f.foreign = true
	return f
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
		return session{}, failf("Correct the expiration: it must be a time such as \"2026-11-20T10:00:00Z\".",
			"The response of %s has an expiration that is not an RFC 3339 time.", host)
	}
	return s, nil
}

// toTemporarySession is toSession for credentials that must have a security
// token and an expiration.
func (r credentialsResponse) toTemporarySession(host string) (session, error) {
	if r.SecurityToken == "" || r.Expiration == "" {
		return session{}, failf(checkAddress,
			"The response of %s does not have both a security token and an expiration.", host)
	}
	return r.toSession(host)
}
