// SPDX-License-Identifier: MPL-2.0

package credentials

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"log"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// The tests in this file run against every service that issues credentials.

// serviceCase is a service, and a source that gets credentials from it with
// secrets that start with "hidden".
type serviceCase struct {
	name            string
	tls             bool
	defaultLifetime bool // credentials without an expiration are accepted
	argument        string
	newSource       func(t *testing.T, address string) Source
}

func serviceCases() []serviceCase {
	host := func(address string) string { _, h, _ := strings.Cut(address, "://"); return h }
	signIn := func(mode string) func(*testing.T, string) Source {
		return func(t *testing.T, address string) Source {
			t.Helper()
			p := signInProfile(mode, address, "hidden-token", fakeClock().Now().Add(time.Hour))
			config := Config{Profile: "p", SharedCredentialsFile: writeProfiles(t, p)}
			return mustResolve(t, config, nil, WithClock(fakeClock()), WithOAuthURL(address))
		}
	}
	return []serviceCase{
		{"AssumeRole", true, true, "assume_role", func(t *testing.T, address string) Source {
			t.Helper()
			return mustResolve(t, Config{
				AccessKey: "hidden-id", SecretKey: "hidden-secret", SecurityToken: "hidden-token",
				STSEndpoint: host(address), AssumeRole: &AssumeRole{RoleARN: roleARN},
			}, nil, WithClock(fakeClock()))
		}},
		{"AssumeRoleWithOIDC", true, true, "assume_role_with_oidc", func(t *testing.T, address string) Source {
			t.Helper()
			return mustResolve(t, Config{STSEndpoint: host(address), AssumeRoleWithOIDC: &AssumeRoleWithOIDC{
				OIDCProviderARN: providerARN, RoleARN: roleARN, OIDCToken: "hidden-token",
			}}, nil, WithClock(fakeClock()))
		}},
		{"the metadata service", false, false, "ecs_role_name", func(t *testing.T, address string) Source {
			t.Helper()
			return mustResolve(t, Config{ECSRoleName: "reader"}, nil, WithClock(fakeClock()), WithMetadataURL(address))
		}},
		{"a credentials URI", false, true, "credentials_uri", func(t *testing.T, address string) Source {
			t.Helper()
			address = strings.Replace(address, "://", "://hidden:hidden@", 1) + "/hidden?token=hidden"
			return mustResolve(t, Config{CredentialsURI: address}, nil, WithClock(fakeClock()))
		}},
		{"CloudSSO", true, false, "profile", signIn(modeCloudSSO)},
		{"OAuth", true, false, "profile", signIn(modeOAuth)},
	}
}

// serve serves a handler over the protocol of the service and returns its URL.
func (c serviceCase) serve(t *testing.T, h http.Handler) string {
	t.Helper()
	if c.tls {
		return "https://" + serveTLS(t, h)
	}
	return serve(t, h)
}

// malformedResponse is a response without credentials. It may quote the
// request.
type malformedResponse struct {
	name      string
	status    int
	body      func(request string) string
	retryable bool
}

func malformedResponses() []malformedResponse {
	always := func(body string) func(string) string { return func(string) string { return body } }
	const expiration = `, "Expiration": "2026-11-20T13:00:00Z"`
	return []malformedResponse{
		{"an empty body", http.StatusOK, always(""), false},
		{"no content", http.StatusNoContent, nil, false},
		{"null", http.StatusOK, always("null"), false},
		{"an empty object", http.StatusOK, always("{}"), false},
		{"a list", http.StatusOK, always("[]"), false},
		{"HTML", http.StatusOK, always("<html>hidden</html>"), false},
		{
			"truncated JSON", http.StatusOK,
			always(`{"Code": "Success", "AccessKeyId": "hidden", "AccessKeySecret": "hid`), false,
		},
		{
			"numbers for strings", http.StatusOK,
			always(`{"AccessKeyId": 1, "AccessKeySecret": 2, "Credentials": {"AccessKeyId": 1}}`), false,
		},
		{"an error code", http.StatusOK, always(`{"Code": "Failed", "Message": "hidden"}`), false},
		{
			"no expiration", http.StatusOK,
			always(responseWithCredentials(`"hidden", "SecurityToken": "hidden"`)), false,
		},
		{
			"no secret", http.StatusOK,
			always(responseWithCredentials(`"", "SecurityToken": "hidden"` + expiration)), false,
		},
		{
			"an unreadable expiration", http.StatusOK,
			always(responseWithCredentials(`"hidden", "SecurityToken": "hidden", "Expiration": "hidden"`)), false,
		},
		{"the request", http.StatusOK, func(request string) string { return request }, false},
		{"the request as JSON", http.StatusBadRequest, func(request string) string {
			return fmt.Sprintf(`{"Code": %q, "RequestId": %q, "Message": %q}`, request, request, request)
		}, false},
		{"a redirect", http.StatusFound, always("hidden"), false},
		{"a gateway's error", http.StatusBadGateway, always("<html>hidden</html>"), true},
		{
			"too many requests", http.StatusTooManyRequests,
			always(`{"Code": "Throttling.User", "RequestId": "ID-1", "Message": "hidden"}`), true,
		},
		{
			"unavailable", http.StatusServiceUnavailable,
			always(`{"Code": "ServiceUnavailable", "RequestId": "ID-1"}`), true,
		},
		{"an unknown error with status 500", http.StatusInternalServerError, always(`{"Code": "Other"}`), true},
		{"an unknown error with status 429", http.StatusTooManyRequests, always(`{"Code": "Other"}`), true},
		{"an unknown error with status 403", http.StatusForbidden, always(`{"Code": "Other"}`), false},
	}
}

// responseWithCredentials returns a response that has the form of every
// service, with fields that start with an AccessKey pair. rest starts with its
// secret.
func responseWithCredentials(rest string) string {
	fields := `"AccessKeyId": "hidden", "AccessKeySecret": ` + rest
	return fmt.Sprintf(`{"Code": "Success", %s, "Credentials": {%s}, "CloudCredential": {%s}}`, fields, fields, fields)
}

// malformedService responds with a malformed response, and records the
// signatures of the requests.
type malformedService struct {
	malformedResponse
	mutex      sync.Mutex
	signatures []string
}

func (s *malformedService) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	body, err := io.ReadAll(req.Body)
	if err == nil {
		req.Body = io.NopCloser(strings.NewReader(string(body)))
		err = req.ParseForm()
	}
	if err != nil {
		w.WriteHeader(http.StatusTeapot)
		return
	}
	if signature := req.Form.Get("Signature"); signature != "" {
		s.signatures = append(s.signatures, signature)
	}
	w.Header().Set("Location", "https://127.0.0.1:1/?hidden="+req.Form.Get("Signature"))
	w.WriteHeader(s.status)
	if s.body != nil {
		// The client may have disconnected.
		_, _ = io.WriteString(w, s.body(fmt.Sprintf("%s %v %v %s", req.URL, req.Form, req.Header, body)))
	}
}

func TestServices_MalformedResponse(t *testing.T) {
	t.Parallel()
	for _, service := range serviceCases() {
		for _, response := range malformedResponses() {
			if response.name == "no expiration" && service.defaultLifetime {
				continue
			}
			t.Run(service.name+" returns "+response.name, func(t *testing.T) {
				t.Parallel()
				h := &malformedService{malformedResponse: response}
				s := service.newSource(t, service.serve(t, h))
				err := retrieveError(t, s)
				expectError(t, err, service.argument)
				expectRetryable(t, err, response.retryable)
				expectNoSecret(t, err, h.signatures...)
			})
		}
	}
}

func TestServices_ConnectionError(t *testing.T) {
	t.Parallel()
	listener := listen(t)
	closed := listener.Addr().String()
	if err := listener.Close(); err != nil {
		t.Fatal(err)
	}
	scheme := map[bool]string{true: "https://", false: "http://"}
	for _, service := range serviceCases() {
		t.Run(service.name+" refuses the connection", func(t *testing.T) {
			t.Parallel()
			err := retrieveError(t, service.newSource(t, scheme[service.tls]+closed))
			expectError(t, err, service.argument)
			expectRetryable(t, err, true)
		})
		t.Run(service.name+" closes the connection", func(t *testing.T) {
			t.Parallel()
			abort := http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) })
			err := retrieveError(t, service.newSource(t, service.serve(t, abort)))
			expectError(t, err, service.argument)
			expectRetryable(t, err, true)
		})
		t.Run(service.name+" truncates its response", func(t *testing.T) {
			t.Parallel()
			address := service.serve(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Content-Length", "1000")
				writeBody(t, w, "hidden")
			}))
			err := retrieveError(t, service.newSource(t, address))
			expectError(t, err, service.argument)
			expectRetryable(t, err, true)
		})
		t.Run(service.name+" does not speak HTTP", func(t *testing.T) {
			t.Parallel()
			s := service.newSource(t, scheme[service.tls]+serveRaw(t, "hidden\r\n\r\n"))
			expectError(t, retrieveError(t, s), service.argument)
		})
	}
}

// listen listens on loopback until the test ends.
func listen(t *testing.T) net.Listener {
	t.Helper()
	listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := listener.Close(); err != nil && !errors.Is(err, net.ErrClosed) {
			t.Errorf("listener: %v", err)
		}
	})
	return listener
}

// serveRaw writes a text to every connection, closes it, and returns the
// address.
func serveRaw(t *testing.T, text string) string {
	t.Helper()
	listener := listen(t)
	go func() {
		for {
			c, err := listener.Accept()
			if err != nil {
				return
			}
			// The client may have disconnected.
			_, _ = io.WriteString(c, text)
			_ = c.Close()
		}
	}()
	return listener.Addr().String()
}

// serveUnresponsive starts a server that sends no response before the test
// ends. The channel gets a value for each request.
func serveUnresponsive(
	t *testing.T, start func(http.Handler) *httptest.Server,
) (server *httptest.Server, requests <-chan struct{}) {
	t.Helper()
	received, testEnd := make(chan struct{}, 100), make(chan struct{})
	server = start(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
		received <- struct{}{}
		<-testEnd
	}))
	t.Cleanup(func() {
		close(testEnd)
		server.Close()
	})
	return server, received
}

// startTLS starts a server with which the TLS handshake fails, and returns its
// URL.
func startTLS(t *testing.T, c *tls.Config) string {
	t.Helper()
	server := httptest.NewUnstartedServer(http.NotFoundHandler())
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	server.TLS = c
	server.StartTLS()
	t.Cleanup(server.Close)
	return server.URL
}

func TestServices_TLS(t *testing.T) {
	t.Parallel()
	for _, service := range serviceCases() {
		if !service.tls {
			continue
		}
		t.Run(service.name+" has a certificate for another name", func(t *testing.T) {
			t.Parallel()
			// The certificate is valid for the address, but not for this name.
			address := strings.Replace(startTLS(t, nil), "127.0.0.1", "localhost", 1)
			err := retrieveError(t, service.newSource(t, address))
			expectError(t, err, service.argument, "certificate")
			expectRetryable(t, err, false)
		})
		t.Run(service.name+" offers TLS 1.1", func(t *testing.T) {
			t.Parallel()
			old := []uint16{tls.VersionTLS10, tls.VersionTLS11}
			address := startTLS(t, &tls.Config{MinVersion: old[0], MaxVersion: old[1]})
			err := retrieveError(t, service.newSource(t, address))
			expectError(t, err, service.argument, "protocol version not supported")
		})
	}
}

func TestServices_Timeout(t *testing.T) {
	t.Parallel()
	server, _ := serveUnresponsive(t, httptest.NewTLSServer)
	const timeout = 20 * time.Millisecond
	s := mustResolve(t, Config{
		AccessKey: "hidden-id", SecretKey: "hidden-secret", STSEndpoint: strings.TrimPrefix(server.URL, "https://"),
		AssumeRole: &AssumeRole{RoleARN: roleARN}, ConnectTimeout: timeout, ReadTimeout: timeout,
	}, nil)
	err := retrieveError(t, s)
	expectError(t, err, "assume_role")
	expectRetryable(t, err, true)
}

// TestServices_OversizedResponse counts what a service can send before the
// client closes the connection. In addition to what the client reads, that fills
// the buffers of both sockets.
func TestServices_OversizedResponse(t *testing.T) {
	t.Parallel()
	const offered, accepted = 300 << 20, 32 << 20 // bytes
	for _, service := range serviceCases() {
		t.Run(service.name, func(t *testing.T) {
			t.Parallel()
			var sent atomic.Int64
			closed := make(chan struct{}, 2) // the metadata service gets two requests
			address := service.serve(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				defer func() { closed <- struct{}{} }()
				block := []byte(strings.Repeat("hidden..", 8<<10))
				for sent.Load() < offered {
					n, err := w.Write(block)
					sent.Add(int64(n))
					if err != nil {
						return
					}
				}
			}))
			s := service.newSource(t, address)
			err := retrieveError(t, s)
			expectError(t, err, service.argument, "more than")
			expectRetryable(t, err, false)
			<-closed
			if n := sent.Load(); n > accepted {
				t.Errorf("the service could send %d bytes", n)
			}
		})
	}
}

// TestServices_Redirect has each service redirect to another host over plain
// HTTP. A followed redirect would carry a token or a signed request there.
func TestServices_Redirect(t *testing.T) {
	t.Parallel()
	session := responseWithCredentials(`"hidden", "SecurityToken": "hidden", "Expiration": "2026-11-20T13:00:00Z"`)
	for _, service := range serviceCases() {
		for _, status := range []int{http.StatusFound, http.StatusTemporaryRedirect, http.StatusPermanentRedirect} {
			t.Run(fmt.Sprintf("%s with status %d", service.name, status), func(t *testing.T) {
				t.Parallel()
				other := serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
					body, err := io.ReadAll(r.Body)
					t.Errorf("the other host received %s %s with body %q, %v", r.Method, r.URL, body, err)
					writeBody(t, w, session)
				}))
				address := service.serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
					w.Header().Set("Location", other+r.URL.RequestURI())
					w.WriteHeader(status)
				}))
				s := service.newSource(t, address)
				err := retrieveError(t, s)
				expectError(t, err, service.argument)
				expectRetryable(t, err, false)
			})
		}
	}
}

// TestServices_PageAfterSuccess has a proxy respond in place of each service that has
// returned credentials before: that is an outage, as it is for the RDS API.
func TestServices_PageAfterSuccess(t *testing.T) {
	t.Parallel()
	session := responseWithCredentials(`"hidden", "SecurityToken": "hidden", "Expiration": "2026-11-20T13:00:00Z"`)
	for _, service := range serviceCases() {
		for name, page := range map[string]http.HandlerFunc{
			"HTML":       func(w http.ResponseWriter, _ *http.Request) { writeBody(t, w, "<html>hidden</html>") },
			"a redirect": http.RedirectHandler("/hidden", http.StatusFound).ServeHTTP,
			"a large page": func(w http.ResponseWriter, _ *http.Request) {
				_, _ = w.Write(make([]byte, maxResponseSize+1)) // the client disconnects
			},
		} {
			t.Run(service.name+" with "+name, func(t *testing.T) {
				t.Parallel()
				var behindProxy atomic.Bool
				address := service.serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
					if behindProxy.Load() {
						page(w, r)
						return
					}
					writeBody(t, w, session)
				}))
				s := service.newSource(t, address)
				if _, err := s.Retrieve(t.Context()); err != nil {
					t.Fatal(err)
				}
				behindProxy.Store(true)
				expectRetryable(t, retrieveError(t, s), true)
			})
		}
	}
}

// TestServices_EchoedToken has each service return the secret of the request as
// an error code and as a request ID, of which it has the form.
func TestServices_EchoedToken(t *testing.T) {
	t.Parallel()
	for _, service := range serviceCases() {
		for _, status := range []int{http.StatusOK, http.StatusTeapot, http.StatusBadGateway} {
			if status != http.StatusOK && service.name == "the metadata service" {
				continue // the request for a token has no secret
			}
			t.Run(fmt.Sprintf("%s with status %d", service.name, status), func(t *testing.T) {
				t.Parallel()
				address := service.serve(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
					const echo = `{"Code":"hidden","RequestId":"hidden-token"}`
					w.WriteHeader(status)
					// Without spaces, it is also a token of the metadata service.
					writeBody(t, w, fmt.Sprintf(`{"Code":"hidden","RequestId":"hidden-token","Credentials":%s,`+
						`"CloudCredential":%s}`, echo, echo))
				}))
				s := service.newSource(t, address)
				_, err := s.Retrieve(t.Context())
				expectError(t, err, service.argument)
				if strings.Contains(err.Error(), "hidden-token") {
					t.Errorf("error contains the token: %v", err)
				}
			})
		}
	}
}

func TestServices_PrintNoSecret(t *testing.T) {
	t.Parallel()
	response := responseWithCredentials(`"hidden", "SecurityToken": "hidden", "Expiration": "2026-11-20T13:00:00Z"`)
	for _, service := range serviceCases() {
		t.Run(service.name, func(t *testing.T) {
			t.Parallel()
			address := service.serve(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				writeBody(t, w, response)
			}))
			s := service.newSource(t, address)
			if _, err := s.Retrieve(t.Context()); err != nil {
				t.Fatal(err)
			}
			expectPrintedWithoutSecret(t, s)
		})
	}
}

// expectPrintedWithoutSecret prints a source, also as an unexported field, whose
// methods package fmt does not call.
func expectPrintedWithoutSecret(t *testing.T, s Source) {
	t.Helper()
	inField := struct{ s Source }{s}
	text := fmt.Sprintf("%v %+v %#v %v %+v %#v", s, s, s, inField, inField, inField)
	if strings.Contains(text, "hidden") {
		t.Errorf("printed as %s", text)
	}
}

// TestServices_LongCertificateError has a certificate with so many names that
// the error about it is truncated.
func TestServices_LongCertificateError(t *testing.T) {
	t.Parallel()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	notAfter := time.Date(2100, 1, 1, 0, 0, 0, 0, time.UTC)
	template := &x509.Certificate{SerialNumber: big.NewInt(1), NotAfter: notAfter}
	for i := range 50 {
		template.DNSNames = append(template.DNSNames, fmt.Sprintf("a-rather-long-name-%d.example.com", i))
	}
	certificate, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	address := startTLS(t, &tls.Config{
		Certificates: []tls.Certificate{{Certificate: [][]byte{certificate}, PrivateKey: key}},
		MinVersion:   tls.VersionTLS12,
	})
	address = strings.Replace(address, "127.0.0.1", "localhost", 1)
	for _, service := range serviceCases() {
		if !service.tls {
			continue
		}
		t.Run(service.name, func(t *testing.T) {
			t.Parallel()
			err := retrieveError(t, service.newSource(t, address))
			expectError(t, err, service.argument, "certificate", "verified")
			expectRetryable(t, err, false)
		})
	}
}
