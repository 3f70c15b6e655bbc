// SPDX-License-Identifier: MPL-2.0

package credentials

import (
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"regexp"
	"strings"
	"sync"

	"github.com/rds-migrate/terraform-provider-alicloud/internal/openapi"
)

// Error is a failure to find credentials or to authenticate. It is safe to
// print: it never holds a secret, a token, a signed URL or the content of a
// file.
type Error struct {
	Argument  string // the argument or block of the provider block at fault, "" for none
	Summary   string // a short phrase without a full stop
	Detail    string // the cause and what to do, in sentences
	Retryable bool   // the same authentication may succeed later
	Err       error  // the cause, nil if it could not be shown safely
}

// Error returns the summary and the detail.
func (e *Error) Error() string { return e.Summary + ": " + e.Detail }

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// failure is the reason why an authentication failed, in sentences that are
// safe to print.
type failure struct {
	message        string
	retryable      bool
	refusesSession bool // that signed the request
	err            error
}

func (f *failure) Error() string { return f.message }

func (f *failure) Unwrap() error { return f.err }

func failf(format string, args ...any) *failure {
	return &failure{message: fmt.Sprintf(format, args...)}
}

// connectionError describes a request to host that has no complete response. It
// wraps only those errors of net/http that do not quote what the other side
// sent.
func connectionError(host string, err error) *failure {
	var (
		incomplete  *openapi.Error
		certificate *tls.CertificateVerificationError
		operation   *net.OpError
	)
	switch {
	case errors.As(err, &incomplete) && incomplete.Reason == openapi.TooLarge:
		f := failf("%s answered with more than %d bytes, so that was not keys.", host, maxResponseSize)
		f.retryable = isRetryableStatus(incomplete.Status)
		return f
	case errors.As(err, &incomplete) && incomplete.Reason == openapi.TimedOut:
		return &failure{
			message: fmt.Sprintf("%s did not answer in time. "+
				"Check the network and the proxy, or raise client_connect_timeout and client_read_timeout.", host),
			retryable: true,
		}
	case errors.As(err, &certificate):
		return &failure{
			message: fmt.Sprintf("The certificate of %s could not be verified: %v.", host, certificate.Err),
			err:     certificate.Err,
		}
	case errors.As(err, &incomplete) && incomplete.Reason == openapi.UntrustedServer:
		// The type of the cause is lost if a text in the certificate was replaced.
		return failf("The certificate of %s could not be verified: %v.", host, incomplete.Err)
	case errors.As(err, &operation):
		return &failure{
			message:   fmt.Sprintf("%s could not be reached: %v. Check the network and the proxy.", host, operation),
			retryable: true,
			err:       operation,
		}
	}
	return &failure{
		message:   fmt.Sprintf("The connection to %s broke. Check the network and the proxy.", host),
		retryable: true,
	}
}

// statusError describes a response of host with a status other than 200.
func statusError(host string, resp *openapi.Response) *failure {
	r := parseErrorResponse(resp.Body)
	f := failf("%s answered with HTTP status %d%s.", host, resp.Status, r.details(resp.Redact))
	f.retryable = r.isThrottled() || isRetryableStatus(resp.Status)
	return f
}

// isRetryableStatus reports whether a request with this HTTP status may succeed
// later.
func isRetryableStatus(status int) bool {
	return status >= http.StatusInternalServerError || status == http.StatusTooManyRequests
}

// errorResponse is the part of an error response that is shown. Its message is
// not: it may quote the request, and with it the token and the string that was
// signed.
type errorResponse struct {
	Code      string
	RequestID string `json:"RequestId"`
	notJSON   bool   // the response is that of a proxy or a gateway
}

// Compiled on first use: most runs of the provider need none.
var (
	codePattern      = lazyRegexp(`^[A-Za-z][A-Za-z0-9._]{0,63}$`)
	requestIDPattern = lazyRegexp(`^[A-Za-z0-9-]{1,64}$`)
	roleNamePattern  = lazyRegexp(`^[A-Za-z0-9._-]{1,64}$`)
)

func lazyRegexp(expression string) func() *regexp.Regexp {
	return sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(expression) })
}

// parseErrorResponse parses the body of an error response. A value that does
// not have the form of a code or a request ID is left out.
func parseErrorResponse(body []byte) errorResponse {
	var r errorResponse
	r.notJSON = json.Unmarshal(body, &r) != nil
	if !codePattern().MatchString(r.Code) {
		r.Code = ""
	}
	if !requestIDPattern().MatchString(r.RequestID) {
		r.RequestID = ""
	}
	return r
}

// redactFunc removes the secrets of a request from a text.
type redactFunc func(string) string

// details returns code and request ID in parentheses, or "". A code and a request
// ID may have the form of a secret.
func (r errorResponse) details(redact redactFunc) string {
	var parts []string
	if r.Code != "" {
		parts = append(parts, "code "+redact(r.Code))
	}
	if r.RequestID != "" {
		parts = append(parts, "request ID "+redact(r.RequestID))
	}
	if len(parts) == 0 {
		return ""
	}
	return " (" + strings.Join(parts, ", ") + ")"
}

// isThrottled reports whether the service asks the client to try again later.
func (r errorResponse) isThrottled() bool {
	return strings.Contains(r.Code, "Throttling") || r.Code == "ServiceUnavailable" || r.Code == "InternalError"
}

// advice returns what to do about an error response of STS. previous is the
// name of the source that signed the request, "" for a request that was not
// signed.
func (r errorResponse) advice(previous string) string {
	switch {
	case r.notJSON, r.isThrottled():
		return "Try again later."
	case strings.HasPrefix(r.Code, "NoPermission"), strings.HasPrefix(r.Code, "Forbidden"):
		return "Allow sts:AssumeRole to the caller, and name the caller in the trust policy of the role."
	case strings.HasPrefix(r.Code, "EntityNotExist"):
		return "Check the ARN: there is no such role or identity provider."
	case strings.HasPrefix(r.Code, "AuthenticationFail"):
		return "Check the OIDC token: it must be valid now, and issued by the identity provider for this role."
	case strings.HasPrefix(r.Code, "InvalidParameter"):
		return "Check the arguments of the role; a session cannot be longer than the role's maximum session duration."
	case previous != "" && (strings.HasPrefix(r.Code, "InvalidAccessKeyId") ||
		strings.HasPrefix(r.Code, "InvalidSecurityToken") || strings.HasPrefix(r.Code, "SignatureDoesNotMatch")):
		return "Check " + previous + "."
	}
	return "Check the role and who may assume it."
}
