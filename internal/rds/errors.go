// SPDX-License-Identifier: MPL-2.0

package rds

import (
	"fmt"
	"net/http"
	"strings"
	"time"
)

// Kind classifies failures by what can be done about them. It is an error, so
// that errors.Is(err, rds.NotFound) tests for it.
type Kind string

// The kinds of failure.
const (
	NotFound             Kind = "instance not found"
	Denied               Kind = "permission denied"
	Credentials          Kind = "invalid credentials" // AccessKey pair, token, or signature
	InvalidTimestamp     Kind = "invalid timestamp"   // of the request: the local clock is wrong
	InvalidWindow        Kind = "invalid time range"  // the start or the end time
	InvalidInstanceState Kind = "instance not ready"  // the state of the instance does not support the call
	Rejected             Kind = "request rejected"    // any other error that is not retryable
	Throttled            Kind = "throttled"           // rate limit exceeded
	Unavailable          Kind = "service unavailable" // 5xx, or no complete response
	Unreachable          Kind = "service unreachable" // host not found, invalid certificate or no TLS
	UnexpectedResponse   Kind = "unexpected response" // a response that is not a list of tasks
	Unstable             Kind = "list keeps changing" // the pages never formed one consistent list
	TimedOut             Kind = "read timed out"      // the context's deadline passed
)

// Error returns the kind in words.
func (k Kind) Error() string { return string(k) }

// Error is a failed read. It never contains a secret, a token, a signature, or a
// signed URL.
type Error struct {
	Kind      Kind
	Code      string    // error code of the API; empty if none
	Message   string    // message of the API; empty if it could quote the request
	RequestID string    // empty if none was received
	Status    int       // HTTP status code; 0 if none was received
	Err       error     // the cause; may be nil
	Date      time.Time // of the response, by the clock of the API; zero if none
}

// Error returns the failure in one line.
func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString(string(e.Kind))
	if e.Message != "" {
		fmt.Fprintf(&b, ": %s", e.Message)
	}
	if e.Err != nil {
		fmt.Fprintf(&b, ": %s", e.Err)
	}
	var details []string
	if e.Code != "" {
		details = append(details, "code "+e.Code)
	}
	if e.RequestID != "" {
		details = append(details, "request ID "+e.RequestID)
	}
	if e.Status != 0 {
		details = append(details, fmt.Sprintf("HTTP status %d", e.Status))
	}
	if len(details) > 0 {
		fmt.Fprintf(&b, " (%s)", strings.Join(details, ", "))
	}
	return b.String()
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// Is reports whether target is the error's kind.
func (e *Error) Is(target error) bool { return target == e.Kind }

// classify returns the kind of an error response. The codes are those of the
// API's documentation and the common errors of the gateway.
func classify(status int, code string) Kind {
	has := func(parts ...string) bool {
		for _, p := range parts {
			if strings.HasPrefix(code, p) {
				return true
			}
		}
		return false
	}
	switch {
	case strings.Contains(code, "Throttling") || status == http.StatusTooManyRequests:
		return Throttled
	// Every attempt has a nonce of its own, so a used nonce is retryable.
	case has("ServiceUnavailable", "InternalError", "SignatureNonceUsed", "SystemBusy", "LockTimeout",
		"InstanceConnectTimeout") || status >= http.StatusInternalServerError:
		return Unavailable
	case code == "":
		return UnexpectedResponse
	case has("InvalidDBInstanceId.NotFound", "InvalidDBInstanceName.NotFound"):
		return NotFound
	case has("InvalidAccessKeyId", "SignatureDoesNotMatch", "IncompleteSignature", "InvalidSecurityToken",
		"MissingSecurityToken"):
		return Credentials
	case has("InvalidTimeStamp", "IllegalTimestamp"):
		return InvalidTimestamp
	case has("Forbidden", "NoPermission"):
		return Denied
	case has("InvalidStartTime", "InvalidEndTime", "InvalidSearchTimeRange", "InvalidTimeRange"):
		return InvalidWindow
	case has("InvalidInstanceState", "IncorrectDBInstanceState", "OperationDenied.DBInstanceStatus",
		"OperationDenied.DBStatus", "InvalidDBInstanceStatus", "IncorrectDBInstanceLockMode"):
		return InvalidInstanceState
	}
	return Rejected
}
