// SPDX-License-Identifier: MPL-2.0

// Package openapi sends one request to an Alibaba Cloud API. The SDK builds and
// signs the request; this package sends it with a context and without
// following redirects, and limits and sanitizes the response.
package openapi

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"net/url"
	"time"
)

const (
	// MaxConnections is the number of connections that a transport opens to a
	// host. Terraform reads ten data sources at a time.
	MaxConnections = 12

	maxHeaderBytes = 256 << 10
	keepAlive      = 30 * time.Second
	idleTimeout    = 90 * time.Second

	// pingTimeout is how long after the last frame an HTTP/2 connection is tested with a
	// ping, and how long after the ping it is closed. A request that times out does not
	// close it, so that later requests would use a connection that has gone silent.
	pingTimeout = 15 * time.Second
)

// A Client sends requests. It is safe for concurrent use if its fields are not
// changed.
type Client struct {
	// Transport sends a request, as returned by NewTransport.
	Transport http.RoundTripper

	// Timeout limits a request, from the connection to the last byte of the
	// response. Zero means that only the context limits it.
	Timeout time.Duration

	// MaxResponseSize is the largest body that is accepted, in bytes.
	MaxResponseSize int
}

// NewTransport returns a transport that keeps connections alive and verifies
// TLS 1.2 or later. It closes an HTTP/2 connection on which nothing was received
// for 30 seconds. proxy selects the proxy of a request, such as
// http.ProxyFromEnvironment; nil means no proxy. connectTimeout limits the
// connection and the TLS handshake, each.
func NewTransport(connectTimeout time.Duration, proxy func(*http.Request) (*url.URL, error)) *http.Transport {
	config := &tls.Config{MinVersion: tls.VersionTLS12}
	// The default transport has the root certificates that a test trusts. Its first
	// use replaces its TLSClientConfig, so only that of a clone may be read.
	if d, ok := http.DefaultTransport.(*http.Transport); ok {
		if c := d.Clone().TLSClientConfig; c != nil {
			config.RootCAs = c.RootCAs
		}
	}
	return &http.Transport{
		Proxy:                  proxy,
		OnProxyConnectResponse: checkProxyResponse,
		DialContext:            (&net.Dialer{Timeout: connectTimeout, KeepAlive: keepAlive}).DialContext,
		TLSClientConfig:        config,
		TLSHandshakeTimeout:    connectTimeout,
		ForceAttemptHTTP2:      true,
		HTTP2:                  &http.HTTP2Config{SendPingTimeout: pingTimeout, PingTimeout: pingTimeout},
		MaxConnsPerHost:        MaxConnections,
		MaxIdleConnsPerHost:    MaxConnections,
		IdleConnTimeout:        idleTimeout,
		MaxResponseHeaderBytes: maxHeaderBytes,
	}
}

// Response is a complete response that Send returned, whatever its status.
type Response struct {
	Status int // HTTP status code
	Header http.Header
	Body   []byte

	request *Request
}

// Redact returns a text from the response without the secrets of its request, as
// Request.Redact does.
func (r *Response) Redact(s string) string { return r.request.Redact(s) }

// Send sends a request once. A redirect is returned like any other response: to
// follow it would send a signature or a token to another host. Its errors are of
// type *Error and never quote the request.
func (c *Client) Send(ctx context.Context, r *Request) (*Response, error) {
	if c.Timeout > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, c.Timeout)
		defer cancel()
	}
	req, err := http.NewRequestWithContext(ctx, r.method, r.url.String(), bytes.NewReader(r.body))
	if err != nil {
		return nil, r.newError(err, 0)
	}
	maps.Copy(req.Header, r.header)
	resp, err := c.Transport.RoundTrip(req)
	if err != nil {
		return nil, r.newError(err, 0, c.proxySecrets(req)...)
	}
	body, err := io.ReadAll(io.LimitReader(resp.Body, int64(c.MaxResponseSize)+1))
	if err := errors.Join(err, resp.Body.Close()); err != nil {
		return nil, r.newError(err, resp.StatusCode)
	}
	if len(body) > c.MaxResponseSize {
		return nil, &Error{
			Reason: TooLarge, Host: r.url.Host, Status: resp.StatusCode,
			Err: fmt.Errorf("the body has more than %d bytes", c.MaxResponseSize),
		}
	}
	return &Response{Status: resp.StatusCode, Header: resp.Header, Body: body, request: r}, nil
}

// proxySecrets returns the secrets that authenticate a request at its proxy. A proxy
// that rejects the request may quote them.
func (c *Client) proxySecrets(req *http.Request) []string {
	t, ok := c.Transport.(*http.Transport)
	if !ok || t.Proxy == nil {
		return nil
	}
	proxy, err := t.Proxy(req)
	if err != nil || proxy == nil {
		return nil
	}
	password, basic := basicAuth(proxy)
	return []string{password, basic}
}
