// SPDX-License-Identifier: MPL-2.0

package rds

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/rds-migrate/terraform-provider-alicloud/internal/clocktest"
	"github.com/rds-migrate/terraform-provider-alicloud/internal/credentials"
	"github.com/rds-migrate/terraform-provider-alicloud/internal/migration"
	"github.com/rds-migrate/terraform-provider-alicloud/internal/openapi"
	"github.com/rds-migrate/terraform-provider-alicloud/internal/rdssim"
)

// TestClient_RequestParameters shows what a call says.
func TestClient_RequestParameters(t *testing.T) {
	t.Parallel()
	query := migration.Query{InstanceID: instance, Range: migration.Range{
		Start: time.Date(2026, 11, 14, 20, 0, 59, 999, time.FixedZone("", 8*3600)),
		End:   time.Date(2026, 11, 20, 12, 0, 0, 1, time.UTC),
	}}
	always := map[string]string{
		"Action":           "DescribeMigrateTasks",
		"Version":          "2014-08-15",
		"Format":           "JSON",
		"RegionId":         region,
		"AccessKeyId":      accessKey,
		"SecurityToken":    token,
		"SignatureMethod":  "HMAC-SHA1",
		"SignatureVersion": "1.0",
		"SignatureType":    "",
		"DBInstanceId":     instance,
		"StartTime":        "2026-11-14T12:00Z",
		"EndTime":          "2026-11-20T12:01Z",
		"PageSize":         "100",
		"PageNumber":       "1",
	}
	for name, test := range map[string]struct {
		change func(*Config, *migration.Query)
		more   map[string]string
	}{
		"what is always there": {func(*Config, *migration.Query) {}, nil},
		"a resource group": {
			func(_ *Config, q *migration.Query) { q.ResourceGroupID = "rg-1" },
			map[string]string{"ResourceGroupId": "rg-1"},
		},
		"where the caller's caller is": {
			func(c *Config, _ *migration.Query) { c.SourceIP, c.SecureTransport = "192.0.2.1", "true" },
			map[string]string{"SourceIp": "192.0.2.1", "SecureTransport": "true"},
		},
		"half of where the caller's caller is": {func(c *Config, _ *migration.Query) { c.SourceIP = "192.0.2.1" }, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newFixture(t)
			q := query
			test.change(&r.client.config, &q)
			// The simulator may not know the group: what matters is what it was asked.
			_, _ = r.client.MigrateTasks(t.Context(), q)
			call := r.Calls()[0]
			want := maps.Clone(always)
			maps.Copy(want, test.more)
			if diff := cmp.Diff(want, signedParameters(t, call)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			if agent := call.Header.Get(
				"User-Agent",
			); !strings.HasPrefix(agent, "AlibabaCloud ") ||
				!strings.HasSuffix(agent, " test") {
				t.Errorf("the caller calls itself %q", agent)
			}
		})
	}
}

// signedParameters returns what a call says, without what differs each time.
func signedParameters(t *testing.T, call rdssim.Call) map[string]string {
	t.Helper()
	got := make(map[string]string)
	for name := range call.Params {
		got[name] = call.Params.Get(name)
	}
	for _, name := range []string{"SignatureNonce", "Timestamp"} {
		if got[name] == "" {
			t.Errorf("%s is missing", name)
		}
		delete(got, name)
	}
	return got
}

func TestClient_Endpoints(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		region, endpoint, protocol string
		want                       string
	}{
		"a region with the common endpoint": {"cn-hangzhou", "", "HTTPS", "https://rds.aliyuncs.com"},
		"a region with its own":             {"cn-chengdu", "", "HTTPS", "https://rds.cn-chengdu.aliyuncs.com"},
		"a region that the SDK calls apart": {
			"cn-hangzhou-finance", "", "HTTPS", "https://rds-vpc.cn-hangzhou-finance.aliyuncs.com",
		},
		"an endpoint that was written": {
			"cn-hangzhou", "rds.example.com:8443", "HTTPS", "https://rds.example.com:8443",
		},
		"without encryption": {"cn-hangzhou", "127.0.0.1:80", "HTTP", "http://127.0.0.1:80"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := config(test.endpoint, clocktest.New(clocktest.Start))
			c.Region, c.Protocol = test.region, test.protocol
			client := New(c)
			transport := &urlRecorder{}
			client.sender.Transport = transport
			// The recorder sends nothing, so every read fails.
			_, _ = client.fetchPage(t.Context(), testQuery, testWindow, 1)
			if transport.origin != test.want {
				t.Errorf("the request was sent to %s, want %s", transport.origin, test.want)
			}
		})
	}
}

// urlRecorder is a transport that records where a request would be sent.
type urlRecorder struct{ origin string }

func (u *urlRecorder) RoundTrip(r *http.Request) (*http.Response, error) {
	u.origin = r.URL.Scheme + "://" + r.URL.Host
	return nil, errors.New("not sent")
}

// TestClient_RedactsErrors has responses that quote the signed request, in every place
// that an error can contain.
func TestClient_RedactsErrors(t *testing.T) {
	t.Parallel()
	encodings := map[string]func(string) string{
		"unchanged": func(s string) string { return s },
		"decoded": func(s string) string {
			s, err := url.QueryUnescape(s)
			if err != nil {
				t.Error(err)
			}
			return s
		},
		"encoded once more":  url.QueryEscape,
		"the signature only": func(s string) string { return queryParameter(s, "Signature") },
		"the token only":     func(s string) string { return queryParameter(s, "SecurityToken") },
		"the token, encoded": func(s string) string {
			return url.QueryEscape(queryParameter(s, "SecurityToken"))
		},
		"the token, twice": func(s string) string {
			return url.QueryEscape(url.QueryEscape(queryParameter(s, "SecurityToken")))
		},
		"the token, as some proxies encode it": func(s string) string {
			return lowerEscapes(url.QueryEscape(queryParameter(s, "SecurityToken")))
		},
		"the token, as some proxies encode it, encoded": func(s string) string {
			return url.QueryEscape(lowerEscapes(url.QueryEscape(queryParameter(s, "SecurityToken"))))
		},
		"the token at the end of what can be shown": func(s string) string {
			return strings.Repeat("x", 988) + queryParameter(s, "SecurityToken")
		},
		"the secret": func(string) string { return secretKey },
	}
	places := map[string]func(quoted string) (status int, body string){
		"a message": func(q string) (int, string) {
			return 400, `{"RequestId":"1","Code":"A","Message":` + q + `}`
		},
		"a code":        func(q string) (int, string) { return 400, `{"RequestId":"1","Code":` + q + `}` },
		"a request ID":  func(q string) (int, string) { return 400, `{"RequestId":` + q + `,"Code":"A"}` },
		"an instance":   func(q string) (int, string) { return 200, `{"RequestId":"1","DBInstanceId":` + q + `}` },
		"a page number": func(q string) (int, string) { return 200, `{"RequestId":"1","PageNumber":` + q + `}` },
		"a count": func(q string) (int, string) {
			return 200, `{"RequestId":"1","TotalRecordCount":` + q + `}`
		},
		"a list":            func(q string) (int, string) { return 200, `{"RequestId":"1","Items":` + q + `}` },
		"what is not JSON":  func(q string) (int, string) { return 200, q[1:] },
		"a page of a proxy": func(q string) (int, string) { return 502, "<html>" + q },
		"what is not HTTP":  func(q string) (int, string) { return 0, q + "\r\n\r\n" },
		"a signature's text": func(q string) (int, string) {
			return 400, `{"RequestId":"1","Code":"SignatureDoesNotMatch","Message":` + q + `}`
		},
	}
	for place, respond := range places {
		for encoding, encode := range encodings {
			t.Run(place+", "+encoding, func(t *testing.T) {
				t.Parallel()
				server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
					quoted, err := json.Marshal(encode(r.URL.RawQuery))
					if err != nil {
						t.Error(err)
					}
					// The text as it is, with & and all, and not as json.Marshal would have it for HTML.
					text := strings.NewReplacer(`\u0026`, "&", `\u003c`, "<", `\u003e`, ">").Replace(string(quoted))
					status, body := respond(text)
					respondRaw(t, w, status, body)
				}))
				defer server.Close()
				r := newFixture(t)
				r.client.config.Endpoint = server.Listener.Addr().String()
				_, err := r.read(t.Context(), 10*time.Second)
				if err == nil {
					t.Fatal("no error")
				}
				r.requireNoSecrets(t, err)
			})
		}
	}
}

func TestClient_SanitizesErrors(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.inject(t, rdssim.Fault{
		Kind:   rdssim.KindBody,
		Status: 400,
		Body:   `{"Code":"A\u001b","Message":"one\ntwo\u001b[31mred\u0000","RequestId":"1\u202e"}`,
	})
	_, err := f.read(t.Context(), readTimeout)
	want := &Error{Kind: Rejected, Code: "A ", Message: "one two [31mred ", RequestID: "1 ", Status: 400}
	if diff := cmp.Diff(error(want), err, cmpopts.IgnoreFields(Error{}, "Date")); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestClient_SanitizesTasks(t *testing.T) {
	t.Parallel()
	f := newFixture(t, rdssim.Task{
		ID:          "1",
		Database:    "orders",
		Created:     minutes(-10),
		Description: "http://b.oss/a.bak?Expires=1&Signature=abc%2Fdef%3D and\nmore",
	})
	tasks, err := f.read(t.Context(), readTimeout)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := tasks[0].Description, "http://b.oss/a.bak?Expires=1&Signature=(hidden) and more"; got != want {
		t.Errorf("the description is %q, want %q", got, want)
	}
}

// queryParameter returns one parameter of a query.
func queryParameter(query, name string) string {
	values, err := url.ParseQuery(query)
	if err != nil {
		return err.Error()
	}
	return values.Get(name)
}

// respondRaw responds with a status and a body or, with the status 0, with the
// body in place of all HTTP.
func respondRaw(t *testing.T, w http.ResponseWriter, status int, body string) {
	t.Helper()
	if status != 0 {
		w.WriteHeader(status)
		if _, err := w.Write([]byte(body)); err != nil {
			t.Error(err)
		}
		return
	}
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		t.Error(err)
		return
	}
	_, err = conn.Write([]byte(body))
	if err = errors.Join(err, conn.Close()); err != nil {
		t.Error(err)
	}
}

// TestClient_InvalidEndpoint has errors of Go and of the SDK quote the signed URL.
func TestClient_InvalidEndpoint(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"cn hangzhou", "%zz", "[", "a\x7f"} {
		for name, write := range map[string]func(*Config){
			"region":   func(c *Config) { c.Endpoint, c.Region = "", text },
			"endpoint": func(c *Config) { c.Endpoint = text },
		} {
			t.Run(name+" "+text, func(t *testing.T) {
				t.Parallel()
				r := newFixture(t)
				write(&r.client.config)
				_, err := r.read(t.Context(), readTimeout)
				if kindOf(err) != Rejected || !strings.Contains(err.Error(), fmt.Sprintf("%q", text)) {
					t.Errorf("the error is %v, want one that is %q and shows %q", err, Rejected, text)
				}
				if strings.Contains(fmt.Sprint(err), "Signature") {
					t.Errorf("the error shows a signed URL: %v", err)
				}
				r.requireNoSecrets(t, err)
			})
		}
	}
}

// TestClient_Redirects shows that a signature goes nowhere but where it
// was meant to go.
func TestClient_Redirects(t *testing.T) {
	t.Parallel()
	var followed atomic.Bool
	other := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { followed.Store(true) }))
	defer other.Close()
	for _, status := range []int{301, 302, 303, 307, 308} {
		r := newFixture(t)
		r.inject(
			t,
			rdssim.Fault{Kind: rdssim.KindBody, Status: status, Header: map[string]string{"Location": other.URL}},
		)
		if _, err := r.read(t.Context(), readTimeout); kindOf(err) != UnexpectedResponse {
			t.Errorf("after a %d the error is %v, want one that is %q", status, err, UnexpectedResponse)
		}
	}
	if followed.Load() {
		t.Error("a redirect was followed")
	}
}

func TestClient_TransportErrors(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		reason openapi.Reason
		status int
		want   Kind
	}{
		"the host does not exist":               {openapi.HostNotFound, 0, Unreachable},
		"the certificate cannot be trusted":     {openapi.UntrustedServer, 0, Unreachable},
		"the response takes too long":           {openapi.TimedOut, 200, Unavailable},
		"the response is too large":             {openapi.TooLarge, 200, UnexpectedResponse},
		"the connection breaks":                 {openapi.ConnectionFailed, 200, Unavailable},
		"the proxy redirects":                   {openapi.ProxyRefused, 302, UnexpectedResponse},
		"the proxy does not permit the host":    {openapi.ProxyRefused, 403, UnexpectedResponse},
		"the proxy requires a password":         {openapi.ProxyRefused, 407, UnexpectedResponse},
		"the proxy limits the rate of requests": {openapi.ProxyRefused, 429, Throttled},
		"the proxy fails":                       {openapi.ProxyRefused, 500, Unavailable},
		"the proxy cannot reach the host":       {openapi.ProxyRefused, 502, Unavailable},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			err := transportError(&openapi.Error{Reason: test.reason, Status: test.status, Err: errors.New("cause")})
			if got := kindOf(err); got != test.want {
				t.Errorf("the kind is %q, want %q", got, test.want)
			}
		})
	}
}

func TestClient_TLS(t *testing.T) {
	t.Parallel()
	handler := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { respondRaw(t, w, 200, pageOf(0)) })
	for name, start := range map[string]func(http.Handler) *httptest.Server{
		"a server without it":    httptest.NewServer,
		"an unknown certificate": httptest.NewTLSServer,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := start(handler)
			defer server.Close()
			server.Config.ErrorLog = log.New(io.Discard, "", 0)
			r := newFixture(t)
			r.client.config.Endpoint, r.client.config.Protocol = server.Listener.Addr().String(), "HTTPS"
			if _, err := r.read(t.Context(), readTimeout); kindOf(err) != Unreachable {
				t.Errorf("the error is %v, want one that is %q", err, Unreachable)
			}
		})
	}
}

// failingSource is a source of keys that fails so often.
type failingSource struct {
	static

	left *atomic.Int64
	err  error
}

func (f failingSource) Retrieve(ctx context.Context) (openapi.Credentials, error) {
	if f.left.Add(-1) >= 0 {
		return openapi.Credentials{}, f.err
	}
	return f.static.Retrieve(ctx)
}

func TestClient_CredentialErrors(t *testing.T) {
	t.Parallel()
	refused := &credentials.Error{Summary: "Unable to Assume Role", Detail: "The role is denied."}
	later := &credentials.Error{Summary: "Unable to Assume Role", Detail: "STS is busy.", Retryable: true}
	for name, test := range map[string]struct {
		err   error
		times int64
		want  Kind
	}{
		"for good":              {refused, 1, Credentials},
		"once":                  {later, 1, ""},
		"again and again":       {later, 1 << 40, TimedOut},
		"in a way of their own": {errors.New("a cause"), 1, ""},
		"never in time":         {context.DeadlineExceeded, 1 << 40, TimedOut},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newFixture(t)
			left := &atomic.Int64{}
			left.Store(test.times)
			r.client.config.Source = failingSource{testKeys, left, test.err}
			_, err := r.read(t.Context(), readTimeout)
			if got := kindOf(err); got != test.want {
				t.Fatalf("the error is %v, want one that is %q", err, test.want)
			}
			if err != nil && !errors.Is(err, test.err) {
				t.Errorf("the error %v does not hold its cause", err)
			}
			if errors.Is(err, context.DeadlineExceeded) &&
				!strings.Contains(err.Error(), "no credentials were obtained in time from "+testKeys.Name()) {
				t.Errorf("the error %v does not name the source", err)
			}
		})
	}
}

// unhurriedSource is a source that reports a deadline of its context.
type unhurriedSource struct {
	static

	t *testing.T
}

func (s unhurriedSource) Retrieve(ctx context.Context) (openapi.Credentials, error) {
	if deadline, ok := ctx.Deadline(); ok {
		s.t.Errorf("the source must return credentials by %v", deadline)
	}
	return s.static.Retrieve(ctx)
}

// TestClient_SourceWithoutTimeout: the timeouts of a request do not limit the source of
// its credentials, which may wait for a service.
func TestClient_SourceWithoutTimeout(t *testing.T) {
	t.Parallel()
	r := newFixture(t)
	r.client.config.Source = unhurriedSource{testKeys, t}
	if _, err := r.read(t.Context(), readTimeout); err != nil {
		t.Error(err)
	}
}

// sessionSource is a source of sessions, one after the other. It is safe for
// concurrent use.
type sessionSource struct {
	mu       sync.Mutex
	sessions []openapi.Credentials
	err      error // of a replacement; nil for the next session
	replaced int
}

func (s *sessionSource) Retrieve(context.Context) (openapi.Credentials, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.sessions[0], nil
}

func (s *sessionSource) Replace(_ context.Context, refused openapi.Credentials) (openapi.Credentials, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.replaced++
	err := s.err
	s.err = nil
	if err == nil && refused == s.sessions[0] && len(s.sessions) > 1 {
		s.sessions = s.sessions[1:]
	}
	return s.sessions[0], err
}

func (*sessionSource) Name() string { return "a test" }

// TestClient_RefusedSession has an API that refuses credentials.
func TestClient_RefusedSession(t *testing.T) {
	t.Parallel()
	session := func(id string) openapi.Credentials {
		return openapi.Credentials{AccessKeyID: id, AccessKeySecret: secretKey, SecurityToken: token}
	}
	valid := session(accessKey)
	forged := valid
	forged.AccessKeySecret = "wrong"
	later := &credentials.Error{Summary: "No session", Detail: "STS is busy.", Retryable: true}
	refused := &credentials.Error{Summary: "No session", Detail: "The role refuses."}
	for name, test := range map[string]struct {
		sessions []openapi.Credentials
		err      error // of the replacement
		expired  bool  // the valid session has expired
		want     Kind
		code     string
		calls    int
		replaced int
	}{
		"an unknown session": {sessions: []openapi.Credentials{session("old"), valid}, calls: 2, replaced: 1},
		"two unknown sessions": {
			sessions: []openapi.Credentials{session("old"), session("other"), valid},
			want:     Credentials, code: "InvalidAccessKeyId.NotFound", calls: 2, replaced: 1,
		},
		"a session that cannot be replaced": {
			sessions: []openapi.Credentials{valid}, expired: true,
			want: Credentials, code: "InvalidSecurityToken.Expired", calls: 1, replaced: 1,
		},
		"a replacement that fails once": {
			sessions: []openapi.Credentials{session("old"), valid}, err: later, calls: 3, replaced: 2,
		},
		"a replacement that is refused": {
			sessions: []openapi.Credentials{session("old"), valid}, err: refused,
			want: Credentials, calls: 1, replaced: 1,
		},
		"a wrong signature": {
			sessions: []openapi.Credentials{forged, valid},
			want:     Credentials, code: "SignatureDoesNotMatch", calls: 1,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newFixture(t)
			key := rdssim.AccessKey{ID: accessKey, Secret: secretKey, SecurityToken: token, Expired: test.expired}
			r.SetAccessKeys(key)
			source := &sessionSource{sessions: test.sessions, err: test.err}
			r.client.config.Source = source
			_, err := r.read(t.Context(), readTimeout)
			if kindOf(err) != test.want {
				t.Errorf("the error is %v, want one that is %q", err, test.want)
			}
			if e, ok := errors.AsType[*Error](err); ok && e.Code != test.code {
				t.Errorf("the code is %q, want %q", e.Code, test.code)
			}
			if n := len(r.Calls()); n != test.calls || source.replaced != test.replaced {
				t.Errorf("there were %d calls and %d replacements, want %d and %d",
					n, source.replaced, test.calls, test.replaced)
			}
		})
	}
}
