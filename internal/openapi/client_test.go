// SPDX-License-Identifier: MPL-2.0

package openapi

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aliyun/alibaba-cloud-sdk-go/sdk"
	"github.com/aliyun/alibaba-cloud-sdk-go/sdk/requests"
	"github.com/aliyun/alibaba-cloud-sdk-go/services/sts"
)

func newTestClient() *Client {
	return &Client{Transport: NewTransport(time.Minute, nil), Timeout: time.Minute, MaxResponseSize: 1 << 20}
}

// get returns a request for an address that holds a secret.
func get(t *testing.T, address string) *Request {
	t.Helper()
	r, err := NewRequest(http.MethodGet, address+"/?Signature="+testSecret, nil, nil, testSecret)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func serve(t *testing.T, h http.HandlerFunc) string {
	t.Helper()
	server := httptest.NewServer(h)
	t.Cleanup(server.Close)
	return server.URL
}

func TestClient_Response(t *testing.T) {
	t.Parallel()
	address := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Date", "Fri, 20 Nov 2026 12:00:00 GMT")
		w.WriteHeader(http.StatusForbidden)
		_, _ = io.WriteString(w, "body")
	})
	resp, err := newTestClient().Send(t.Context(), get(t, address))
	if err != nil {
		t.Fatal(err)
	}
	if resp.Status != http.StatusForbidden || string(resp.Body) != "body" ||
		resp.Header.Get("Date") != "Fri, 20 Nov 2026 12:00:00 GMT" {
		t.Errorf("the response is %+v", resp)
	}
}

func TestClient_Redirects(t *testing.T) {
	t.Parallel()
	var followed atomic.Int64
	other := serve(t, func(http.ResponseWriter, *http.Request) { followed.Add(1) })
	for _, status := range []int{301, 302, 303, 307, 308} {
		address := serve(t, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Location", other)
			w.WriteHeader(status)
		})
		resp, err := newTestClient().Send(t.Context(), get(t, address))
		if err != nil || resp.Status != status {
			t.Errorf("the response is %+v, %v; want status %d", resp, err, status)
		}
	}
	if n := followed.Load(); n != 0 {
		t.Errorf("%d redirects were followed", n)
	}
}

func TestClient_ResponseSize(t *testing.T) {
	t.Parallel()
	for size, tooLarge := range map[int]bool{0: false, 1 << 10: false, 1<<10 + 1: true} {
		t.Run(fmt.Sprintf("%d bytes", size), func(t *testing.T) {
			t.Parallel()
			address := serve(t, func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(make([]byte, size)) })
			client := newTestClient()
			client.MaxResponseSize = 1 << 10
			resp, err := client.Send(t.Context(), get(t, address))
			if !tooLarge {
				if err != nil || len(resp.Body) != size {
					t.Errorf("the response is %+v, %v", resp, err)
				}
				return
			}
			if got := reason(t, err); got != TooLarge {
				t.Errorf("the reason is %d, want %d", got, TooLarge)
			}
		})
	}
}

// TestClient_EndlessResponse serves a body without an end: the client closes the
// connection.
func TestClient_EndlessResponse(t *testing.T) {
	t.Parallel()
	var sent atomic.Int64
	closed := make(chan struct{})
	address := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		defer close(closed)
		block := make([]byte, 64<<10)
		for {
			n, err := w.Write(block)
			sent.Add(int64(n))
			if err != nil {
				return
			}
		}
	})
	_, err := newTestClient().Send(t.Context(), get(t, address))
	if got := reason(t, err); got != TooLarge {
		t.Fatalf("the error is %v with reason %d, want %d", err, got, TooLarge)
	}
	<-closed
	// In addition to what the client reads, the buffers of the sockets are filled.
	if n := sent.Load(); n > 32<<20 {
		t.Errorf("the server could send %d bytes", n)
	}
}

func TestClient_Timeout(t *testing.T) {
	t.Parallel()
	for name, header := range map[string]bool{"before the header": false, "in the body": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			release := make(chan struct{})
			address := serve(t, func(w http.ResponseWriter, _ *http.Request) {
				if header {
					_ = http.NewResponseController(w).Flush()
				}
				ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second) // for a client that does not time out
				defer cancel()
				select {
				case <-release:
				case <-ctx.Done():
				}
			})
			defer close(release)
			client := newTestClient()
			client.Timeout = 10 * time.Millisecond
			_, err := client.Send(t.Context(), get(t, address))
			if got := reason(t, err); got != TimedOut || !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("the error is %v with reason %d, want %d", err, got, TimedOut)
			}
		})
	}
}

func TestClient_NoTimeout(t *testing.T) {
	t.Parallel()
	client := newTestClient()
	client.Timeout = 0
	resp, err := client.Send(t.Context(), get(t, serve(t, func(http.ResponseWriter, *http.Request) {})))
	if err != nil || resp.Status != http.StatusOK {
		t.Errorf("the response is %+v, %v", resp, err)
	}
}

func TestClient_Cancel(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	address := serve(t, func(_ http.ResponseWriter, r *http.Request) {
		cancel()
		<-r.Context().Done()
	})
	if _, err := newTestClient().Send(ctx, get(t, address)); !errors.Is(err, context.Canceled) {
		t.Errorf("the error is %v", err)
	}
}

func TestClient_TLS(t *testing.T) {
	t.Parallel()
	handler := http.HandlerFunc(func(http.ResponseWriter, *http.Request) {})
	untrusted := httptest.NewTLSServer(handler)
	t.Cleanup(untrusted.Close)
	untrusted.Config.ErrorLog = log.New(io.Discard, "", 0)
	plain := httptest.NewServer(handler)
	t.Cleanup(plain.Close)
	old := httptest.NewUnstartedServer(handler)
	old.TLS = &tls.Config{MaxVersion: tls.VersionTLS11} //nolint:gosec // the server that is refused
	old.Config.ErrorLog = log.New(io.Discard, "", 0)
	old.StartTLS()
	t.Cleanup(old.Close)
	for name, test := range map[string]struct {
		address string
		want    Reason
		text    string
	}{
		"an unknown certificate": {untrusted.URL, UntrustedServer, "certificate"},
		"a server without TLS":   {strings.Replace(plain.URL, "http:", "https:", 1), UntrustedServer, "TLS handshake"},
		"TLS 1.1":                {old.URL, ConnectionFailed, "protocol version"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := newTestClient().Send(t.Context(), get(t, test.address))
			if got := reason(t, err); got != test.want || !strings.Contains(err.Error(), test.text) {
				t.Errorf("the error is %v with reason %d, want %q and %d", err, got, test.text, test.want)
			}
		})
	}
}

func TestError_Reason(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		err  error
		want Reason
	}{
		"no such host": {
			&net.OpError{Op: "dial", Err: &net.DNSError{Err: "no such host", Name: "rds.test", IsNotFound: true}},
			HostNotFound,
		},
		"a name server that fails": {
			&net.DNSError{Err: "server misbehaving", Name: "rds.test", IsTemporary: true}, ConnectionFailed,
		},
		"an invalid certificate": {
			fmt.Errorf("tls: %w", &tls.CertificateVerificationError{Err: errors.New("unknown authority")}),
			UntrustedServer,
		},
		"no TLS": {
			tls.RecordHeaderError{Msg: "first record does not look like a TLS handshake"}, UntrustedServer,
		},
		"a deadline":          {fmt.Errorf("reading: %w", context.DeadlineExceeded), TimedOut},
		"a timeout of a dial": {&net.OpError{Op: "dial", Err: errTimedOut{}}, TimedOut},
		"a broken connection": {io.ErrUnexpectedEOF, ConnectionFailed},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := reasonOf(test.err); got != test.want {
				t.Errorf("the reason is %d, want %d", got, test.want)
			}
		})
	}
}

// TestError_Redacted has a server that quotes the request in a place that an error of
// net/http shows.
func TestError_Redacted(t *testing.T) {
	t.Parallel()
	address := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		conn, _, err := http.NewResponseController(w).Hijack()
		if err != nil {
			t.Error(err)
			return
		}
		_, _ = io.WriteString(conn, "no HTTP "+testSecret+"\r\n\r\n")
		_ = conn.Close()
	})
	_, err := newTestClient().Send(t.Context(), get(t, address))
	for ; err != nil; err = errors.Unwrap(err) {
		if text := fmt.Sprintf("%v %+v %#v", err, err, err); strings.Contains(text, testSecret) {
			t.Errorf("%q holds the secret", text)
		}
	}
}

// reason returns the reason of an *Error.
func reason(t *testing.T, err error) Reason {
	t.Helper()
	e, ok := errors.AsType[*Error](err)
	if !ok {
		t.Fatalf("the error is %v, want an *Error", err)
	}
	if e.Host == "" || strings.Contains(err.Error(), testSecret) {
		t.Errorf("the error is %+v", e)
	}
	return e.Reason
}

func TestRequest_Signed(t *testing.T) {
	t.Parallel()
	api := sts.CreateAssumeRoleRequest()
	api.RoleArn, api.DurationSeconds, api.Domain = "acs:ram::1:role/reader", requests.NewInteger(900), "sts.example.com"
	r, err := NewSignedRequest(api, Target{Region: "cn-hangzhou", Scheme: "HTTPS", UserAgent: "test"},
		Credentials{AccessKeyID: "LTAI", AccessKeySecret: testSecret, SecurityToken: testToken})
	if err != nil {
		t.Fatal(err)
	}
	query := r.url.Query()
	for name, want := range map[string]string{
		"Action": "AssumeRole", "RoleArn": "acs:ram::1:role/reader", "DurationSeconds": "900", "AccessKeyId": "LTAI",
		"SecurityToken": testToken,
	} {
		if got := query.Get(name); got != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
	if r.url.Host != "sts.example.com" || r.url.Scheme != "https" ||
		r.header.Get("User-Agent") != sdk.DefaultUserAgent+" test" {
		t.Errorf("the request is %s with %v", r.url.Host, r.header)
	}
	text := r.Redact(query.Get("Signature") + " " + query.Get("SecurityToken"))
	if text != "(hidden) (hidden)" {
		t.Errorf("it shows %q", text)
	}
}

// TestRequest_Unsigned shows that a token travels in the body.
func TestRequest_Unsigned(t *testing.T) {
	t.Parallel()
	api := sts.CreateAssumeRoleWithOIDCRequest()
	api.RoleArn, api.Domain = "acs:ram::1:role/reader", "sts.example.com"
	api.FormParams["OIDCToken"] = testToken
	r, err := NewUnsignedRequest(api, Target{Scheme: "HTTPS"}, testToken)
	if err != nil {
		t.Fatal(err)
	}
	got, err := url.ParseQuery(string(r.body))
	if err != nil {
		t.Fatal(err)
	}
	if len(got) != 1 || got.Get("OIDCToken") != testToken {
		t.Errorf("the body has %v", got)
	}
	query := r.url.Query()
	for name, want := range map[string]string{
		"Action": "AssumeRoleWithOIDC", "Version": "2015-04-01", "Format": "JSON", "RoleArn": "acs:ram::1:role/reader",
	} {
		if got := query.Get(name); got != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
	if query.Get("Timestamp") == "" || query.Has("OIDCToken") || query.Has("Signature") || query.Has("AccessKeyId") {
		t.Errorf("the query is %v", query)
	}
}

func TestRequest_InvalidEndpoint(t *testing.T) {
	t.Parallel()
	for _, domain := range []string{"a b", "%zz", "[", "a\x7f"} {
		api := sts.CreateAssumeRoleRequest()
		api.Domain = domain
		_, err := NewSignedRequest(
			api,
			Target{Scheme: "HTTPS"},
			Credentials{AccessKeyID: "LTAI", AccessKeySecret: testSecret},
		)
		if want := fmt.Sprintf("the endpoint %q is not a valid host", domain); err == nil || err.Error() != want {
			t.Errorf("the error is %v, want %s", err, want)
		}
		unsigned := sts.CreateAssumeRoleWithOIDCRequest()
		unsigned.Domain = domain
		if _, err = NewUnsignedRequest(
			unsigned,
			Target{Scheme: "HTTPS"},
		); err == nil ||
			strings.Contains(err.Error(), "RoleArn") {
			t.Errorf("the error of an unsigned request is %v", err)
		}
	}
}

func TestIsHost_Syntax(t *testing.T) {
	t.Parallel()
	for s, want := range map[string]bool{
		"rds.aliyuncs.com": true, "rds.aliyuncs.com:443": true, "127.0.0.1:80": true, "[::1]:80": true,
		"localhost": true,
		"":          false, "https://rds.aliyuncs.com": false, "rds.aliyuncs.com/": false, "rds.aliyuncs.com:x": false,
		"a b": false, "user@host": false, ":80": false,
		"rds\u202e.example.com": false, "rds\u009b2J": false, "\xff": false,
	} {
		if got := IsHost(s); got != want {
			t.Errorf("IsHost(%q) = %t, want %t", s, got, want)
		}
	}
}

// TestClient_CancelWithShortSecret has a secret that the text of the error
// contains by chance.
func TestClient_CancelWithShortSecret(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	r, err := NewRequest(http.MethodGet, "http://127.0.0.1:1", nil, nil, "cancel")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := newTestClient().Send(ctx, r); !errors.Is(err, context.Canceled) {
		t.Errorf("the error is %v", err)
	}
}

// proxyPassword authenticates the test at a proxy.
const proxyPassword = "p/roxy-password"

// newProxiedClient returns a client of a proxy that responds with these lines.
func newProxiedClient(t *testing.T, respond func(*http.Request) string) (client *Client, proxy string) {
	t.Helper()
	address, err := url.Parse(serve(t, func(w http.ResponseWriter, r *http.Request) {
		conn, _, err := http.NewResponseController(w).Hijack()
		if err != nil {
			t.Error(err)
			return
		}
		_, _ = io.WriteString(conn, respond(r)+"\r\n\r\n")
		_ = conn.Close()
	}))
	if err != nil {
		t.Fatal(err)
	}
	address.User = url.UserPassword("user", proxyPassword)
	client = newTestClient()
	client.Transport = NewTransport(time.Minute, http.ProxyURL(address))
	return client, address.Host
}

// TestClient_ProxyRefused has a proxy refuse to connect, and quote its own credentials
// and an escape sequence.
func TestClient_ProxyRefused(t *testing.T) {
	t.Parallel()
	for _, status := range []int{204, 302, 403, 407, 429, 500, 502} {
		t.Run(strconv.Itoa(status), func(t *testing.T) {
			t.Parallel()
			client, proxy := newProxiedClient(t, func(r *http.Request) string {
				secret := r.Header.Get("Proxy-Authorization")
				return fmt.Sprintf("HTTP/1.1 %d the text %s\x1b\r\nX-Header: the text %[2]s", status, secret)
			})
			_, err := client.Send(t.Context(), get(t, "https://rds.example.com"))
			if got := reason(t, err); got != ProxyRefused {
				t.Errorf("the error is %v with reason %d, want %d", err, got, ProxyRefused)
			}
			e, ok := errors.AsType[*Error](err)
			if !ok || e.Status != status || e.Host != "rds.example.com" {
				t.Errorf("the error is %+v, want status %d", e, status)
			}
			if want := "the proxy " + proxy + " refused the connection"; err.Error() != want {
				t.Errorf("the error is %q, want %q", err, want)
			}
		})
	}
}

// TestClient_ProxyPassword has a proxy quote its own credentials in a place that an
// error of net/http shows.
func TestClient_ProxyPassword(t *testing.T) {
	t.Parallel()
	for name, quote := range map[string]func(*http.Request) string{
		"the header": func(r *http.Request) string {
			return strings.TrimPrefix(r.Header.Get("Proxy-Authorization"), "Basic ")
		},
		"the password": func(*http.Request) string { return proxyPassword },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			client, _ := newProxiedClient(t, func(r *http.Request) string { return "HTTP/1.1 " + quote(r) })
			_, err := client.Send(t.Context(), get(t, "https://rds.example.com"))
			want := fmt.Sprintf("malformed HTTP status code %q", hidden)
			if got := reason(t, err); got != ConnectionFailed || err.Error() != want {
				t.Errorf("the error is %v with reason %d, want %s and %d", err, got, want, ConnectionFailed)
			}
		})
	}
}

// TestClient_NoProxyForHost has a host for which the environment selects no proxy.
func TestClient_NoProxyForHost(t *testing.T) {
	t.Parallel()
	client := newTestClient()
	client.Transport = NewTransport(time.Minute, http.ProxyFromEnvironment)
	_, err := client.Send(t.Context(), get(t, "http://127.0.0.1:1"))
	if got := reason(t, err); got != ConnectionFailed {
		t.Errorf("the error is %v with reason %d, want %d", err, got, ConnectionFailed)
	}
}

// TestClient_UserInfo sends the user information of an address as http.Client
// does, and hides it.
func TestClient_UserInfo(t *testing.T) {
	t.Parallel()
	address := serve(t, func(w http.ResponseWriter, r *http.Request) {
		user, password, _ := r.BasicAuth()
		_, _ = io.WriteString(w, user+" "+password)
	})
	r, err := NewRequest(http.MethodGet, strings.Replace(address, "://", "://user:pass%2Fword@", 1), nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := newTestClient().Send(t.Context(), r)
	if err != nil || string(resp.Body) != "user pass/word" {
		t.Errorf("the response is %+v, %v", resp, err)
	}
	got := r.Redact("user, pass/word, pass%2Fword, dXNlcjpwYXNzL3dvcmQ=")
	if want := "user, (hidden), (hidden), (hidden)"; got != want {
		t.Errorf("it shows %q, want %q", got, want)
	}
}

// TestTransport_Settings changes the default transport, of which only the root
// certificates count. It is not parallel.
func TestTransport_Settings(t *testing.T) { //nolint:paralleltest // it changes http.DefaultTransport
	d, ok := http.DefaultTransport.(*http.Transport)
	if !ok {
		t.Fatal("http.DefaultTransport has another type")
	}
	pool := x509.NewCertPool()
	former := d.TLSClientConfig
	defer func() { d.TLSClientConfig, d.DialTLSContext, d.ProxyConnectHeader = former, nil, nil }()
	d.TLSClientConfig = &tls.Config{
		RootCAs: pool, MinVersion: tls.VersionTLS10, InsecureSkipVerify: true, //nolint:gosec // must not count
	}
	d.DialTLSContext = func(context.Context, string, string) (net.Conn, error) { return nil, io.EOF }
	d.ProxyConnectHeader = http.Header{"X": {"y"}}
	got := NewTransport(time.Minute, nil)
	if c := got.TLSClientConfig; c.RootCAs != pool || c.MinVersion != tls.VersionTLS12 || c.InsecureSkipVerify {
		t.Errorf("the TLS configuration has root certificates %p, minimum %x, no verification %t",
			c.RootCAs, c.MinVersion, c.InsecureSkipVerify)
	}
	if got.DialTLSContext != nil || got.ProxyConnectHeader != nil {
		t.Errorf("the transport has functions or headers of the default transport")
	}
	if got.IdleConnTimeout != 90*time.Second {
		t.Errorf("an idle connection is closed after %s", got.IdleConnTimeout)
	}
	if h := got.HTTP2; h == nil || h.SendPingTimeout != 15*time.Second || h.PingTimeout != 15*time.Second {
		t.Errorf("the HTTP/2 configuration is %+v", h)
	}
}

// TestClient_HTTP2 sends many requests at the same time.
func TestClient_HTTP2(t *testing.T) {
	t.Parallel()
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.WriteString(w, r.Proto)
	}))
	server.EnableHTTP2 = true
	server.StartTLS()
	t.Cleanup(server.Close)
	transport := NewTransport(time.Minute, nil)
	transport.TLSClientConfig.RootCAs = x509.NewCertPool()
	transport.TLSClientConfig.RootCAs.AddCert(server.Certificate())
	client := newTestClient()
	client.Transport = transport
	var wg sync.WaitGroup
	for range 50 {
		wg.Go(func() {
			resp, err := client.Send(t.Context(), get(t, server.URL))
			if err != nil || string(resp.Body) != "HTTP/2.0" {
				t.Errorf("the response is %+v, %v", resp, err)
			}
		})
	}
	wg.Wait()
}

func TestRequest_InvalidHeader(t *testing.T) {
	t.Parallel()
	for _, value := range []string{"a\nb", "a\r\nX: y", "a\x00", "\x7f"} {
		_, err := NewRequest(http.MethodGet, "https://example.com", http.Header{"Authorization": {value}}, nil, value)
		if want := "the header Authorization has a control character"; err == nil || err.Error() != want {
			t.Errorf("the error is %v, want %s", err, want)
		}
		api := sts.CreateAssumeRoleWithOIDCRequest()
		api.Domain = "sts.example.com"
		_, err = NewUnsignedRequest(api, Target{Scheme: "HTTPS", UserAgent: value})
		if want := "the header User-Agent has a control character"; err == nil || err.Error() != want {
			t.Errorf("the error is %v, want %s", err, want)
		}
	}
}

// TestClient_EndlessHeader serves a header, and responses before the response,
// without an end.
func TestClient_EndlessHeader(t *testing.T) {
	t.Parallel()
	for name, line := range map[string]string{
		"a header":             "X-Line: " + strings.Repeat("x", 1000) + "\r\n",
		"informational status": "\r\nHTTP/1.1 103 Early Hints\r\nLink: <x>\r\n",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var sent atomic.Int64
			closed := make(chan struct{})
			address := serve(t, func(w http.ResponseWriter, _ *http.Request) {
				defer close(closed)
				conn, _, err := http.NewResponseController(w).Hijack()
				if err != nil {
					t.Error(err)
					return
				}
				_, err = io.WriteString(conn, "HTTP/1.1 103 Early Hints\r\n")
				for err == nil {
					sent.Add(int64(len(line)))
					_, err = io.WriteString(conn, line)
				}
				_ = conn.Close()
			})
			_, err := newTestClient().Send(t.Context(), get(t, address))
			if got := reason(t, err); got != ConnectionFailed {
				t.Errorf("the error is %v with reason %d, want %d", err, got, ConnectionFailed)
			}
			<-closed
			if n := sent.Load(); n > 32<<20 {
				t.Errorf("the server could send %d bytes", n)
			}
		})
	}
}

func TestClient_HeaderSize(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		size     int
		accepted bool
	}{
		"200 KiB are accepted": {200 << 10, true},
		"300 KiB are refused":  {300 << 10, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			address := serve(t, func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("X", strings.Repeat("x", test.size))
			})
			if _, err := newTestClient().Send(t.Context(), get(t, address)); (err == nil) != test.accepted {
				t.Errorf("the error is %v", err)
			}
		})
	}
}
