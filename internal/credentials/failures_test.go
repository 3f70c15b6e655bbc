package credentials

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/rds-migrate/terraform-provider-alicloud/internal/credentials/credtest"
)

// nonsense is an answer that holds no keys, and may hold what was sent.
type nonsense struct {
	name      string
	status    int
	body      func(sent string) string
	temporary bool
}

// nonsenses are answers that no service may turn into keys or into an error
// that quotes them.
func nonsenses() []nonsense {
	always := func(body string) func(string) string { return func(string) string { return body } }
	return []nonsense{
		{"nothing", http.StatusOK, always(""), false},
		{"no content", http.StatusNoContent, nil, false},
		{"null", http.StatusOK, always("null"), false},
		{"an empty object", http.StatusOK, always("{}"), false},
		{"a list", http.StatusOK, always("[]"), false},
		{"HTML", http.StatusOK, always("<html>hidden</html>"), false},
		{"half of its JSON", http.StatusOK, always(`{"Code": "Success", "AccessKeyId": "hidden", "AccessKeySecret": "hid`), false},
		{"numbers for keys", http.StatusOK, always(`{"AccessKeyId": 1, "AccessKeySecret": 2, "Credentials": {"AccessKeyId": 1}}`), false},
		{"another code", http.StatusOK, always(`{"Code": "Failed", "Message": "hidden"}`), false},
		{"no end", http.StatusOK, always(withKeys(`"hidden", "SecurityToken": "hidden"`)), false},
		{"no secret", http.StatusOK, always(withKeys(`"", "SecurityToken": "hidden", "Expiration": "2026-11-20T11:00:00Z"`)), false},
		{"no readable end", http.StatusOK, always(withKeys(`"hidden", "SecurityToken": "hidden", "Expiration": "hidden"`)), false},
		{"what was sent", http.StatusOK, func(sent string) string { return sent }, false},
		{"what was sent, as JSON", http.StatusBadRequest, func(sent string) string {
			return fmt.Sprintf(`{"Code": %q, "RequestId": %q, "Message": %q}`, sent, sent, sent)
		}, false},
		{"a redirection", http.StatusFound, always("hidden"), false},
		{"a gateway's error", http.StatusBadGateway, always("<html>hidden</html>"), true},
		{"too many requests", http.StatusTooManyRequests, always(`{"Code": "Throttling.User", "RequestId": "ID-1", "Message": "hidden"}`), true},
		{"unavailable", http.StatusServiceUnavailable, always(`{"Code": "ServiceUnavailable", "RequestId": "ID-1"}`), true},
	}
}

// withKeys returns an answer of every service at once, with keys that go on
// with rest.
func withKeys(rest string) string {
	keys := `"AccessKeyId": "hidden", "AccessKeySecret": ` + rest
	return fmt.Sprintf(`{"Code": "Success", %s, "Credentials": {%s}, "CloudCredential": {%s}}`, keys, keys, keys)
}

// recorder serves nonsense and keeps what must not be shown of each request.
type recorder struct {
	nonsense
	mutex      sync.Mutex
	signatures []string
}

func (r *recorder) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	body, err := io.ReadAll(req.Body)
	if err == nil {
		req.Body = io.NopCloser(strings.NewReader(string(body)))
		err = req.ParseForm()
	}
	if err != nil {
		w.WriteHeader(http.StatusTeapot)
		return
	}
	if s := req.Form.Get("Signature"); s != "" {
		r.signatures = append(r.signatures, s)
	}
	w.Header().Set("Location", "https://127.0.0.1:1/?hidden="+req.Form.Get("Signature"))
	w.WriteHeader(r.status)
	if r.body != nil {
		// A client may have read enough.
		_, _ = io.WriteString(w, r.body(fmt.Sprintf("%s %v %v %s", req.URL, req.Form, req.Header, body)))
	}
}

// failingLogin is a way to log in at a service, with secrets that begin with
// hidden.
type failingLogin struct {
	name     string
	tls      bool
	lenient  map[string]bool // nonsense that counts as temporary here alone
	argument string
	source   func(t *testing.T, address string) Source
}

func failingLogins() []failingLogin {
	host := func(address string) string { _, h, _ := strings.Cut(address, "://"); return h }
	signIn := func(mode string) func(*testing.T, string) Source {
		return func(t *testing.T, address string) Source {
			t.Helper()
			p := signedInProfile(mode, address, "hidden-token", fakeClock().Now().Add(time.Hour))
			return resolve(t, Config{Profile: "p", SharedCredentialsFile: profiles(t, p)}, nil, WithClock(fakeClock()), WithOAuthURL(address))
		}
	}
	// credentials-go shows no status, and follows redirections.
	lenient := map[string]bool{"no content": true, "a redirection": true}
	return []failingLogin{
		{"AssumeRole", true, lenient, "assume_role", func(t *testing.T, address string) Source {
			t.Helper()
			return resolve(t, Config{
				AccessKey: "hidden-id", SecretKey: "hidden-secret", SecurityToken: "hidden-token", STSEndpoint: host(address), AssumeRole: &AssumeRole{RoleARN: roleARN},
			}, nil, WithClock(fakeClock()))
		}},
		{"AssumeRoleWithOIDC", true, lenient, "assume_role_with_oidc", func(t *testing.T, address string) Source {
			t.Helper()
			return resolve(t, Config{STSEndpoint: host(address), AssumeRoleWithOIDC: &AssumeRoleWithOIDC{
				OIDCProviderARN: providerARN, RoleARN: roleARN, OIDCToken: "hidden-token",
			}}, nil, WithClock(fakeClock()))
		}},
		{"the metadata service", false, nil, "ecs_role_name", func(t *testing.T, address string) Source {
			t.Helper()
			return resolve(t, Config{ECSRoleName: "reader"}, nil, WithClock(fakeClock()), WithMetadataURL(address))
		}},
		{"a credentials URI", false, nil, "credentials_uri", func(t *testing.T, address string) Source {
			t.Helper()
			address = strings.Replace(address, "://", "://hidden:hidden@", 1) + "/hidden?token=hidden"
			return resolve(t, Config{CredentialsURI: address}, nil, WithClock(fakeClock()))
		}},
		{"CloudSSO", true, nil, "profile", signIn(modeCloudSSO)},
		{"OAuth", true, nil, "profile", signIn(modeOAuth)},
	}
}

func (l failingLogin) serve(t *testing.T, h http.Handler) string {
	t.Helper()
	if l.tls {
		return "https://" + serveTLS(t, h)
	}
	return serve(t, h)
}

// wantNoSecret checks that no form of an error, nor of what it wraps, shows
// one of the secrets.
func wantNoSecret(t *testing.T, err error, secrets ...string) {
	t.Helper()
	secrets = append(secrets, "hidden", "Signature=", "AccessKeyId=", "SecurityToken=")
	for ; err != nil; err = errors.Unwrap(err) {
		text := fmt.Sprintf("%v\n%+v\n%#v", err, err, err)
		for _, s := range secrets {
			if strings.Contains(text, s) {
				t.Errorf("error shows %q: %s", s, text)
			}
		}
	}
}

// wantLoginError checks the error of a login.
func wantLoginError(t *testing.T, s Source, argument string, temporary bool, secrets func() []string) {
	t.Helper()
	keys, err := s.Retrieve(context.Background())
	if err == nil {
		t.Fatalf("no error, and keys of %q", keys.AccessKeyID)
	}
	if keys != (Credentials{}) {
		t.Errorf("keys beside an error")
	}
	wantError(t, err, argument)
	var e *Error
	if errors.As(err, &e) && e.Retryable != temporary {
		t.Errorf("error is temporary: %v, want %v: %v", e.Retryable, temporary, err)
	}
	wantNoSecret(t, err, secrets()...)
}

func TestNonsenseIsAnError(t *testing.T) {
	t.Parallel()
	for _, login := range failingLogins() {
		for _, n := range nonsenses() {
			if login.name == "a credentials URI" && n.name == "no end" {
				continue // such keys are used for a while
			}
			t.Run(login.name+" answers "+n.name, func(t *testing.T) {
				t.Parallel()
				service := &recorder{nonsense: n}
				s := login.source(t, login.serve(t, service))
				wantLoginError(t, s, login.argument, n.temporary || login.lenient[n.name], func() []string { return service.signatures })
			})
		}
	}
}

func TestBrokenConnectionIsATemporaryError(t *testing.T) {
	t.Parallel()
	listener := listen(t)
	refused := listener.Addr().String()
	if err := listener.Close(); err != nil {
		t.Fatal(err)
	}
	scheme := map[bool]string{true: "https://", false: "http://"}
	for _, login := range failingLogins() {
		none := func() []string { return nil }
		t.Run(login.name+" refuses the connection", func(t *testing.T) {
			t.Parallel()
			wantLoginError(t, login.source(t, scheme[login.tls]+refused), login.argument, true, none)
		})
		t.Run(login.name+" hangs up", func(t *testing.T) {
			t.Parallel()
			address := login.serve(t, http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }))
			wantLoginError(t, login.source(t, address), login.argument, true, none)
		})
		t.Run(login.name+" cuts its answer short", func(t *testing.T) {
			t.Parallel()
			address := login.serve(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Content-Length", "1000")
				respond(t, w, "hidden")
			}))
			wantLoginError(t, login.source(t, address), login.argument, true, none)
		})
		t.Run(login.name+" does not speak HTTP", func(t *testing.T) {
			t.Parallel()
			_, err := login.source(t, scheme[login.tls]+speak(t, "hidden\r\n\r\n")).Retrieve(context.Background())
			wantError(t, err, login.argument)
			wantNoSecret(t, err)
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

// speak serves connections that get one text and end.
func speak(t *testing.T, text string) string {
	t.Helper()
	listener := listen(t)
	go func() {
		for {
			c, err := listener.Accept()
			if err != nil {
				return
			}
			// The client may have gone.
			_, _ = io.WriteString(c, text)
			_ = c.Close()
		}
	}()
	return listener.Addr().String()
}

func TestUntrustedCertificateIsAnError(t *testing.T) {
	t.Parallel()
	for _, login := range failingLogins() {
		if !login.tls {
			continue
		}
		t.Run(login.name, func(t *testing.T) {
			t.Parallel()
			server := httptest.NewUnstartedServer(http.NotFoundHandler())
			server.Config.ErrorLog = nil
			server.StartTLS()
			t.Cleanup(server.Close)
			// The certificate is for the address and not for this name.
			address := strings.Replace(server.URL, "127.0.0.1", "localhost", 1)
			_, err := login.source(t, address).Retrieve(context.Background())
			wantError(t, err, login.argument, "certificate")
			var e *Error
			if errors.As(err, &e) && e.Retryable {
				t.Errorf("error is temporary: %v", err)
			}
			wantNoSecret(t, err)
		})
	}
}

func TestOldTLSIsRefused(t *testing.T) {
	t.Parallel()
	old := []uint16{tls.VersionTLS10, tls.VersionTLS11}
	for _, login := range failingLogins() {
		if !login.tls {
			continue
		}
		t.Run(login.name, func(t *testing.T) {
			t.Parallel()
			server := httptest.NewUnstartedServer(http.NotFoundHandler())
			server.TLS = &tls.Config{MinVersion: old[0], MaxVersion: old[1]}
			server.StartTLS()
			t.Cleanup(server.Close)
			_, err := login.source(t, server.URL).Retrieve(t.Context())
			wantError(t, err, login.argument, "protocol version not supported")
		})
	}
}

func TestMetadataServiceIsAskedWithoutAProxy(t *testing.T) {
	t.Parallel()
	transport, ok := newMetadata(metadataURL).client.Transport.(*http.Transport)
	if !ok || transport.Proxy != nil {
		t.Errorf("the metadata service is asked by way of a proxy")
	}
}

func TestSlowServiceIsATemporaryError(t *testing.T) {
	t.Parallel()
	server, _ := hang(t, httptest.NewTLSServer)
	const short = 20 * time.Millisecond
	s := resolve(t, Config{
		AccessKey: "hidden-id", SecretKey: "hidden-secret", STSEndpoint: strings.TrimPrefix(server.URL, "https://"),
		AssumeRole: &AssumeRole{RoleARN: roleARN}, ConnectTimeout: short, ReadTimeout: short,
	}, nil)
	wantLoginError(t, s, "assume_role", true, func() []string { return nil })
}

func TestHugeAnswerIsNotRead(t *testing.T) {
	t.Parallel()
	address := serve(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		text := strings.Repeat("hidden", maxResponseSize)
		for err := error(nil); err == nil; { // until the client hangs up
			_, err = io.WriteString(w, text)
		}
	}))
	_, err := resolve(t, Config{CredentialsURI: address}, nil).Retrieve(context.Background())
	wantError(t, err, "credentials_uri", "more than")
	wantNoSecret(t, err)
}

func TestKeysThatHaveExpiredAreAnError(t *testing.T) {
	t.Parallel()
	clock := fakeClock()
	service := credtest.NewMetadata(clock, "reader", 0, handed(1))
	s := resolve(t, Config{ECSRoleName: "reader"}, nil, WithClock(clock), WithMetadataURL(serve(t, service)))
	wantLoginError(t, s, "ecs_role_name", true, func() []string { return []string{handed(1).AccessKeySecret, handed(1).SecurityToken} })
}

func TestRefusedLogin(t *testing.T) {
	t.Parallel()
	caller := Config{AccessKey: "hidden.id", SecretKey: "hidden-secret", AssumeRole: &AssumeRole{RoleARN: roleARN}}
	change := func(f func(*Config)) Config {
		c := caller
		f(&c)
		return c
	}
	oidc := func(token string) Config {
		return Config{AssumeRoleWithOIDC: &AssumeRoleWithOIDC{OIDCProviderARN: providerARN, RoleARN: roleARN, OIDCToken: token}}
	}
	for name, c := range map[string]struct {
		config   Config
		argument string
		words    []string
	}{
		"for a wrong secret":     {change(func(c *Config) { c.SecretKey = "hidden-wrong" }), "assume_role", []string{"SignatureDoesNotMatch", "STS-STAND-IN", "Check the static keys of the provider block"}},
		"for an unknown key":     {change(func(c *Config) { c.AccessKey = "hidden" }), "assume_role", []string{"InvalidAccessKeyId.NotFound", "Check the static keys"}},
		"for a wrong token":      {change(func(c *Config) { c.SecurityToken = "hidden-token" }), "assume_role", []string{"InvalidSecurityToken.MismatchWithAccessKey"}},
		"for an unknown role":    {change(func(c *Config) { c.AssumeRole = &AssumeRole{RoleARN: otherARN} }), "assume_role", []string{"EntityNotExist.Role", "no such role"}},
		"for a malformed role":   {change(func(c *Config) { c.AssumeRole = &AssumeRole{RoleARN: "reader"} }), "assume_role", []string{"InvalidParameter.RoleArn", "Check the arguments"}},
		"for a malformed policy": {change(func(c *Config) { c.AssumeRole = &AssumeRole{RoleARN: roleARN, Policy: "{hidden"} }), "assume_role", []string{"InvalidParameter.PolicyGrammar"}},
		"for a wrong OIDC token": {oidc("hidden-wrong"), "assume_role_with_oidc", []string{"AuthenticationFail", "Check the OIDC token"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			service := credtest.NewSTS(fakeClock())
			service.Accept(credtest.Credentials{AccessKeyID: "hidden.id", AccessKeySecret: "hidden-secret"})
			service.AcceptToken(providerARN, "hidden-token")
			service.Grant(roleARN, handed(1))
			c.config.STSEndpoint = serveTLS(t, service)
			s := resolve(t, c.config, nil, WithClock(fakeClock()))
			_, err := s.Retrieve(context.Background())
			wantError(t, err, c.argument, c.words...)
			wantNoSecret(t, err)
		})
	}
}

func TestMetadataServiceOfAnotherRole(t *testing.T) {
	t.Parallel()
	service := credtest.NewMetadata(fakeClock(), "reader", time.Hour, handed(1))
	s := resolve(t, Config{ECSRoleName: "other"}, nil, WithMetadataURL(serve(t, service)))
	_, err := s.Retrieve(context.Background())
	wantError(t, err, "ecs_role_name", "404", "attached to the instance")
}

func TestUnreadableTokenFile(t *testing.T) {
	t.Parallel()
	missing := filepath.Join(t.TempDir(), "missing")
	for name, c := range map[string]struct{ file, word string }{
		"that is missing": {missing, "no such file"},
		"that is empty":   {file(t, "\n"), "no token"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := resolve(t, Config{AssumeRoleWithOIDC: &AssumeRoleWithOIDC{OIDCProviderARN: providerARN, RoleARN: roleARN, OIDCTokenFile: c.file}}, nil)
			_, err := s.Retrieve(context.Background())
			wantError(t, err, "assume_role_with_oidc", c.file, c.word)

			config := Config{Profile: "p", SharedCredentialsFile: profiles(t, map[string]any{
				"name": "p", "mode": "OIDC", "oidc_provider_arn": providerARN, "ram_role_arn": roleARN, "oidc_token_file": c.file,
			})}
			_, err = resolve(t, config, nil).Retrieve(context.Background())
			wantError(t, err, "profile", "oidc_token_file", c.word)
			wantNoSecret(t, err, c.file)
		})
	}
}

func TestExternalProgramFails(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ printed, word string }{
		"by printing no JSON":           {"hidden", "not JSON"},
		"by printing nothing":           {"", "not JSON"},
		"by printing no keys":           {`{"mode": "AK", "access_key_id": "hidden"}`, "lacks keys"},
		"by printing no token":          {`{"mode": "StsToken", "access_key_id": "hidden", "access_key_secret": "hidden"}`, "lacks sts_token"},
		"by printing another mode":      {`{"mode": "hidden", "access_key_id": "hidden", "access_key_secret": "hidden"}`, "mode other than"},
		"by printing no mode":           {`{"access_key_id": "hidden", "access_key_secret": "hidden"}`, "mode other than"},
		"by printing an unreadable end": {`{"mode": "AK", "access_key_id": "hidden", "access_key_secret": "hidden", "expiration": "hidden"}`, "readable"},
		"by printing keys of the past":  {`{"mode": "AK", "access_key_id": "hidden", "access_key_secret": "hidden", "expiration": "2026-11-20T09:00:00Z"}`, "expired"},
		"by printing far too much":      {`{"mode": "AK", "access_key_id": "hidden", "access_key_secret": "hidden"}` + strings.Repeat(" ", maxResponseSize), "process_command"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := resolve(t, externalConfig(t, printCommand, file(t, c.printed)), nil, WithClock(fakeClock()))
			_, err := s.Retrieve(context.Background())
			wantError(t, err, "profile", c.word)
			wantNoSecret(t, err)
		})
	}
	t.Run("by its exit status", func(t *testing.T) {
		t.Parallel()
		s := resolve(t, externalConfig(t, printCommand, filepath.Join(t.TempDir(), "hidden")), nil)
		_, err := s.Retrieve(context.Background())
		wantError(t, err, "profile", "exit status 3")
		wantNoSecret(t, err)
	})
	for name, c := range map[string]struct{ program, word string }{
		"by not being there":   {"/nowhere/hidden", "was not found"},
		"by not being on PATH": {"hidden-program-of-nobody", "was not found"},
		"by not being one":     {notExecutable(t), "may not be run"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			config := Config{Profile: "p", SharedCredentialsFile: profiles(t, map[string]any{"name": "p", "mode": "External", "process_command": c.program + " hidden"})}
			_, err := resolve(t, config, nil).Retrieve(context.Background())
			wantError(t, err, "profile", c.word)
			wantNoSecret(t, err)
		})
	}
}

func notExecutable(t *testing.T) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "hidden")
	if err := os.WriteFile(name, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}
