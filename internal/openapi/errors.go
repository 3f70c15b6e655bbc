// SPDX-License-Identifier: MPL-2.0

package openapi

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
)

// Reason classifies requests that have no complete response.
type Reason int

// The reasons for a missing response.
const (
	// ConnectionFailed means that the connection could not be opened, or that it
	// broke.
	ConnectionFailed Reason = iota
	// HostNotFound means that the host name does not exist.
	HostNotFound
	// UntrustedServer means that the certificate of the server is not valid, or
	// that the server does not use TLS.
	UntrustedServer
	// TimedOut means that the response was not complete in time.
	TimedOut
	// TooLarge means that the response exceeds the client's limit.
	TooLarge
	// ProxyRefused means that the proxy did not connect to the host. The status of
	// the error is that of the proxy.
	ProxyRefused
)

// Error is a request without a complete response. Neither its text nor that of
// a wrapped error quotes the request or a secret.
type Error struct {
	Reason Reason
	Host   string // host or host:port of the request
	Status int    // HTTP status code; 0 if none was received
	Err    error
}

// Error returns the text of the cause.
func (e *Error) Error() string { return e.Err.Error() }

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// newError returns the error of a request without a complete response. secrets
// are hidden in addition to those of the request.
func (r *Request) newError(err error, status int, secrets ...string) *Error {
	e := &Error{Reason: reasonOf(err), Host: r.url.Host, Status: status, Err: err}
	if refusal, ok := errors.AsType[*proxyRefusal](err); ok {
		e.Status = refusal.status
	}
	switch {
	case e.Reason == TimedOut:
		e.Err = errTimedOut{}
	case errors.Is(err, context.Canceled):
		e.Err = context.Canceled // a text that quotes nothing
	default:
		// Errors of net/http quote what a server or a proxy sent.
		if text := r.redact(err.Error(), secrets); text != err.Error() {
			e.Err = errors.New(text)
		}
	}
	return e
}

// ProxyAdvice is what a user can do about ProxyRefused.
const ProxyAdvice = "Check the address of the proxy in HTTPS_PROXY. With HTTP status 407, check the user name and " +
	"the password in HTTPS_PROXY. With another status, check that the proxy can connect to this host and permits it, " +
	"or add the host to NO_PROXY to connect without the proxy."

// proxyRefusal is the response of a proxy that does not connect to a host. Its text
// quotes nothing that the proxy sent, because that may be the password of the proxy.
type proxyRefusal struct {
	proxy  string // host or host:port
	status int
}

func (e *proxyRefusal) Error() string {
	return fmt.Sprintf("the proxy %s refused the connection", e.proxy)
}

// checkProxyResponse returns a *proxyRefusal unless a proxy has connected to a host.
func checkProxyResponse(_ context.Context, proxy *url.URL, _ *http.Request, resp *http.Response) error {
	if resp.StatusCode == http.StatusOK {
		return nil
	}
	return &proxyRefusal{proxy.Host, resp.StatusCode}
}

// errTimedOut is a net.Error that matches context.DeadlineExceeded.
type errTimedOut struct{}

func (errTimedOut) Error() string { return "the response did not arrive in time" }

func (errTimedOut) Timeout() bool { return true }

func (errTimedOut) Temporary() bool { return true }

func (errTimedOut) Is(target error) bool { return target == context.DeadlineExceeded }

func reasonOf(err error) Reason {
	var (
		dns         *net.DNSError
		certificate *tls.CertificateVerificationError
		noTLS       tls.RecordHeaderError
		network     net.Error
		refusal     *proxyRefusal
	)
	switch {
	case errors.As(err, &certificate), errors.As(err, &noTLS):
		return UntrustedServer
	case errors.As(err, &dns) && dns.IsNotFound:
		return HostNotFound
	case errors.Is(err, context.DeadlineExceeded), errors.As(err, &network) && network.Timeout():
		return TimedOut
	case errors.As(err, &refusal):
		return ProxyRefused
	}
	return ConnectionFailed
}
