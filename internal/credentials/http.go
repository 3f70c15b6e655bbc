package credentials

import (
	"cmp"
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"time"
)

const (
	defaultConnectTimeout = 5 * time.Second
	defaultReadTimeout    = 10 * time.Second
	keepAlive             = 30 * time.Second

	// maxResponseSize limits the response to an authentication request, in
	// bytes.
	maxResponseSize = 1 << 20
)

// timeouts limit an authentication request.
type timeouts struct{ connect, read time.Duration }

func (c Config) timeouts() timeouts {
	return timeouts{
		connect: cmp.Or(c.ConnectTimeout, defaultConnectTimeout),
		read:    cmp.Or(c.ReadTimeout, defaultReadTimeout),
	}
}

// newClient returns a client for authentication requests. It verifies TLS 1.2
// or later and follows no redirect, which would carry a token to another host.
func newClient(t timeouts, proxy func(*http.Request) (*url.URL, error)) *http.Client {
	transport := &http.Transport{}
	if t, ok := http.DefaultTransport.(*http.Transport); ok {
		transport = t.Clone()
	}
	if transport.TLSClientConfig == nil {
		transport.TLSClientConfig = &tls.Config{MinVersion: tls.VersionTLS12}
	}
	transport.Proxy = proxy
	transport.DialContext = (&net.Dialer{Timeout: t.connect, KeepAlive: keepAlive}).DialContext
	return &http.Client{
		Transport:     transport,
		Timeout:       t.connect + t.read,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// send sends a request and returns the body of the response. Its error is a
// *failure.
func send(client *http.Client, req *http.Request) ([]byte, error) {
	resp, err := client.Do(req)
	if err != nil {
		return nil, connectionError(req.URL.Host, err)
	}
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxResponseSize+1))
	if err := errors.Join(err, resp.Body.Close()); err != nil {
		return nil, connectionError(req.URL.Host, err)
	}
	if resp.StatusCode != http.StatusOK {
		r := parseErrorResponse(string(body))
		f := failf("%s answered with HTTP status %d%s.", req.URL.Host, resp.StatusCode, r)
		f.retryable = r.isThrottled() || resp.StatusCode >= http.StatusInternalServerError ||
			resp.StatusCode == http.StatusTooManyRequests
		return nil, f
	}
	if len(body) > maxResponseSize {
		return nil, failf("%s answered with more than %d bytes, so that was not keys.", req.URL.Host, maxResponseSize)
	}
	return body, nil
}

// newRequest is http.NewRequestWithContext with an error that is safe to print.
func newRequest(ctx context.Context, method, address string, body io.Reader) (*http.Request, error) {
	req, err := http.NewRequestWithContext(ctx, method, address, body)
	if err != nil {
		// The text of err quotes the URL, which may hold a token.
		return nil, failf("An address of the login is not a URL.")
	}
	return req, nil
}
