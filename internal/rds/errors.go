package rds

import (
	"fmt"
	"net/http"
	"strings"
)

// Kind sorts failures by what can be done about them. It is an error itself,
// so that errors.Is(err, rds.NotFound) asks for it.
type Kind string

// The kinds of failure.
const (
	NotFound             Kind = "instance not found"
	Denied               Kind = "permission denied"
	Credentials          Kind = "credentials refused"   // keys, token, signature or the time in it
	InvalidWindow        Kind = "window refused"        // the start or the end time
	InvalidInstanceState Kind = "instance not ready"    // the state of the instance does not support the call
	Rejected             Kind = "request rejected"      // any other answer that asking again does not change
	Throttled            Kind = "throttled"             // too many calls
	Unavailable          Kind = "service unavailable"   // 5xx, or no whole answer came
	Unreachable          Kind = "service unreachable"   // no such host, or its certificate or its TLS does not hold
	UnexpectedResponse   Kind = "answer not understood" // an answer that is not a list of tasks
	Unstable             Kind = "list keeps changing"   // the pages never made up one list
	TimedOut             Kind = "read timed out"        // the context's deadline passed
)

// Error returns the kind in words.
func (k Kind) Error() string { return string(k) }

// Error is a failed read. It never holds a secret, a token, a signature or a
// signed URL.
type Error struct {
	Kind      Kind
	Code      string // the service's error code; empty where there is none
	Message   string // the service's words; empty where they could quote the request
	RequestID string // empty where no answer came
	Status    int    // the HTTP status; 0 where no answer came
	Err       error  // what lies below; may be nil
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
	var facts []string
	if e.Code != "" {
		facts = append(facts, "code "+e.Code)
	}
	if e.RequestID != "" {
		facts = append(facts, "request ID "+e.RequestID)
	}
	if e.Status != 0 {
		facts = append(facts, fmt.Sprintf("HTTP status %d", e.Status))
	}
	if len(facts) > 0 {
		fmt.Fprintf(&b, " (%s)", strings.Join(facts, ", "))
	}
	return b.String()
}

// Unwrap returns what lies below.
func (e *Error) Unwrap() error { return e.Err }

// Is reports whether target is the error's kind.
func (e *Error) Is(target error) bool { return target == e.Kind }

// Retryable reports whether the failure may pass by itself, so that somebody
// who waits should ask again.
func (e *Error) Retryable() bool {
	switch e.Kind {
	case Throttled, Unavailable, UnexpectedResponse, InvalidInstanceState, Unstable:
		return true
	default:
		return false
	}
}

// classify sorts an error that the service answered. The codes are listed in
// the API's documentation and in the gateway's common errors.
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
	// Every attempt is signed with a nonce of its own, so another one passes.
	case has("ServiceUnavailable", "InternalError", "SignatureNonceUsed") || status >= http.StatusInternalServerError:
		return Unavailable
	case code == "":
		return UnexpectedResponse
	case has("InvalidDBInstanceId.NotFound", "InvalidDBInstanceName.NotFound"):
		return NotFound
	case has("InvalidAccessKeyId", "SignatureDoesNotMatch", "IncompleteSignature", "InvalidSecurityToken",
		"MissingSecurityToken", "InvalidTimeStamp", "IllegalTimestamp"):
		return Credentials
	case has("Forbidden", "NoPermission"):
		return Denied
	case has("InvalidStartTime", "InvalidEndTime"):
		return InvalidWindow
	case has("InvalidInstanceState"):
		return InvalidInstanceState
	}
	return Rejected
}
