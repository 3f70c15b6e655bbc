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
	"strconv"
	"strings"
	"sync"

	"github.com/rds-migrate/terraform-provider-alicloud/internal/openapi"
)

// Error is a failure to find credentials or to authenticate. It is safe to
// print: it never holds a secret, a token, a signed URL or the content of a
// file.
type Error struct {
	Argument  string // the argument or block of the provider block at fault, "" for none
	Summary   string // a title without a period
	Detail    string // what happened; after a blank line, what to do
	Retryable bool   // the same authentication may succeed later
	Err       error  // the cause, nil if it could not be shown safely

	// gaveUp means that Retryable is false only because the time before the first
	// success has passed.
	gaveUp bool
}

// Error returns the summary and the detail.
func (e *Error) Error() string { return e.Summary + ": " + e.Detail }

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// failure is the reason why an authentication failed. Its texts are sentences
// that are safe to print.
type failure struct {
	message        string
	advice         string // what to do
	response       string // lines that identify the response, "" for none
	status         int    // HTTP status code of a response other than 200, 0 for none
	retryable      bool
	foreign        bool // not a response of the service: retryable after the first success
	refusesSession bool // of the credentials that signed the request
	err            error
}

func (f *failure) Error() string { return f.message }

func (f *failure) Unwrap() error { return f.err }

// detail returns the text of a diagnostic about a source that failed.
func (f *failure) detail(source string) string {
	paragraphs := []string{"No credentials were obtained from " + source + ". " + f.message}
	for _, p := range []string{f.advice, f.response} {
		if p != "" {
			paragraphs = append(paragraphs, p)
		}
	}
	return strings.Join(paragraphs, "\n\n")
}

// failf returns a failure that cannot pass. The format is that of the message.
func failf(advice, format string, args ...any) *failure {
	return &failure{message: fmt.Sprintf(format, args...), advice: advice}
}

// What to do about failures of several services.
const (
	checkNetwork = "Check the network and the proxy settings."
	tryAgain     = "Try again later."

	// checkSTSEndpoint replaces checkNetwork for STS.
	checkSTSEndpoint = "Check the STS endpoint (region or endpoints.sts of the provider, or sts_region or " +
		"sts_endpoint of the profile), the network, and the proxy settings."

	checkAddress = "Check that the address is that of the service that issues the credentials, and that no proxy " +
		"responds in its place."
)

// connectionError describes a request to host that has no complete response. It
// wraps only those errors of net/http that do not quote what the other side
// sent. unreachable is what to do if the host cannot be reached.
func connectionError(host string, err error, unreachable string) *failure {
	var (
		incomplete  *openapi.Error
		certificate *tls.CertificateVerificationError
		operation   *net.OpError
	)
	switch {
	case errors.As(err, &incomplete) && incomplete.Reason == openapi.TooLarge:
		f := failf(checkAddress, "%s responded with more than %d bytes.", host, maxResponseSize)
		f.retryable, f.foreign = isRetryableStatus(incomplete.Status), true
		return f
	case errors.As(err, &incomplete) && incomplete.Reason == openapi.ProxyRefused:
		f := failf(openapi.ProxyAdvice, "%s could not be reached: %v.", host, incomplete.Err)
		f.response = httpStatusLine(incomplete.Status)
		f.retryable = true
		return f
	case errors.As(err, &incomplete) && incomplete.Reason == openapi.TimedOut:
		f := failf("Check the network and the proxy settings, or increase client_connect_timeout and "+
			"client_read_timeout.", "%s did not respond in time.", host)
		f.retryable = true
		return f
	case errors.As(err, &certificate):
		f := certificateError(host, certificate.Err)
		f.err = certificate.Err
		return f
	case errors.As(err, &incomplete) && incomplete.Reason == openapi.UntrustedServer:
		// The type of the cause is lost if a text in the certificate was replaced.
		return certificateError(host, incomplete.Err)
	case errors.As(err, &operation):
		f := failf(unreachable, "%s could not be reached: %v.", host, operation)
		f.retryable, f.err = true, operation
		return f
	}
	f := failf(unreachable, "The connection to %s was interrupted.", host)
	f.retryable = true
	return f
}

func certificateError(host string, err error) *failure {
	f := failf("Check the address of the service. If a proxy inspects TLS connections, add its certificate "+
		"authority to the trusted certificates of this machine.",
		"The certificate of %s could not be verified: %v.", host, err)
	f.foreign = true
	return f
}

// statusError describes a response of host with a status other than 200.
func statusError(host string, resp *openapi.Response) *failure {
	r := parseErrorResponse(resp.Body)
	f := failf(checkAddress, "%s returned an error.", host)
	if resp.Status >= http.StatusMultipleChoices && resp.Status < http.StatusBadRequest {
		f.message = host + " did not return credentials but a redirect, which is not followed."
		f.foreign = true
	}
	f.response, f.status = r.lines(resp), resp.Status
	f.retryable = r.isThrottled() || isRetryableStatus(resp.Status)
	if f.retryable {
		f.advice = tryAgain
	}
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

// lines returns the lines that identify the response: its code, its request ID
// and its HTTP status. A service may return a secret of the request as a code.
func (r errorResponse) lines(resp *openapi.Response) string {
	var lines []string
	if r.Code != "" {
		lines = append(lines, "Code: "+resp.Redact(r.Code))
	}
	if r.RequestID != "" {
		lines = append(lines, "Request ID: "+resp.Redact(r.RequestID))
	}
	return strings.Join(append(lines, httpStatusLine(resp.Status)), "\n")
}

func httpStatusLine(status int) string { return "HTTP status: " + strconv.Itoa(status) }

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
		return tryAgain
	case strings.HasPrefix(r.Code, "NoPermission"), strings.HasPrefix(r.Code, "Forbidden"):
		return "Grant the caller the action sts:AssumeRole on the role, and add the caller to the trust policy of " +
			"the role."
	case strings.HasPrefix(r.Code, "EntityNotExist"):
		return "Check the ARN: the role or the identity provider does not exist."
	case strings.HasPrefix(r.Code, "AuthenticationFail"):
		return "Check the OIDC token: it must not have expired, and the identity provider must have issued it for " +
			"this role."
	case strings.HasPrefix(r.Code, "InvalidParameter"):
		return "Check the arguments of the role. The session must not be longer than the maximum session duration " +
			"of the role."
	case previous != "" && (strings.HasPrefix(r.Code, "InvalidAccessKeyId") ||
		strings.HasPrefix(r.Code, "InvalidSecurityToken") || strings.HasPrefix(r.Code, "SignatureDoesNotMatch")):
		return "Check " + previous + "."
	}
	return "Check the ARN of the role, and that its trust policy allows the caller to assume it."
}
