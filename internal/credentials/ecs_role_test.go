// SPDX-License-Identifier: MPL-2.0

package credentials

import (
	"errors"
	"net/http"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/rds-migrate/terraform-provider-alicloud/internal/credentials/credtest"
)

func TestECSRole_RenewsBeforeExpiration(t *testing.T) {
	t.Parallel()
	clock := fakeClock()
	service := credtest.NewMetadata(clock, "reader", time.Hour, issued(1), issued(2))
	options := []Option{WithClock(clock), WithMetadataURL(serve(t, service))}
	s := mustResolve(t, Config{ECSRoleName: "reader"}, nil, options...)
	expectCredentials(t, s, issued(1))
	clock.Advance(57*time.Minute - time.Second)
	expectCredentials(t, s, issued(1))
	clock.Advance(time.Second)
	expectCredentials(t, s, issued(2))
	if service.IssuedCount() != 2 {
		t.Errorf("credentials were issued %d times", service.IssuedCount())
	}
}

func TestECSRole_OfAnotherInstance(t *testing.T) {
	t.Parallel()
	service := credtest.NewMetadata(fakeClock(), "reader", time.Hour, issued(1))
	s := mustResolve(t, Config{ECSRoleName: "other"}, nil, WithMetadataURL(serve(t, service)))
	expectError(t, retrieveError(t, s), "ecs_role_name", "404", "has the RAM role attached")
}

func TestECSRole_ExpiredCredentials(t *testing.T) {
	t.Parallel()
	clock := fakeClock()
	service := credtest.NewMetadata(clock, "reader", 0, issued(1))
	s := mustResolve(t, Config{ECSRoleName: "reader"}, nil, WithClock(clock), WithMetadataURL(serve(t, service)))
	err := retrieveError(t, s)
	expectError(t, err, "ecs_role_name")
	expectRetryable(t, err, true)
	expectNoSecret(t, err, issued(1).AccessKeySecret, issued(1).SecurityToken)
}

func TestECSRole_UsesNoProxy(t *testing.T) {
	t.Parallel()
	client := newMetadataService(metadataURL, false).client
	transport, ok := client.Transport.(*http.Transport)
	if !ok || transport.Proxy != nil {
		t.Fatal("requests to the metadata service go through a proxy")
	}
	if client.Timeout != 5*time.Second || transport.TLSHandshakeTimeout != 2*time.Second {
		t.Errorf("the timeouts are %v, and %v to connect", client.Timeout, transport.TLSHandshakeTimeout)
	}
}

// TestJoinTokenError_Messages has requests for a token and for credentials that fail.
func TestJoinTokenError_Messages(t *testing.T) {
	t.Parallel()
	const before = " Before that, the request for a token of version 2 of the metadata service failed"
	for name, test := range map[string]struct {
		tokenErr, err failure
		want          string
	}{
		"in the same way": {
			failure{message: "No."}, failure{message: "No."}, "No.",
		},
		"with other messages": {
			failure{message: "Not now."}, failure{message: "No."}, "No." + before + ": Not now.",
		},
		"with other responses": {
			failure{message: "No.", response: "HTTP status: 503"},
			failure{message: "No.", response: "HTTP status: 403"},
			"No." + before + " (HTTP status: 503): No.",
		},
		"with several lines": {
			failure{message: "No.", response: "Code: A\nHTTP status: 503"},
			failure{message: "No."},
			"No." + before + " (Code: A, HTTP status: 503): No.",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f, ok := errors.AsType[*failure](joinTokenError(&test.err, &test.tokenErr))
			if !ok || f.message != test.want {
				t.Errorf("the message is %q, want %q", f.message, test.want)
			}
		})
	}
}

// TestJoinTokenError_Retryable has two failures, each of which may pass or be that of a proxy.
func TestJoinTokenError_Retryable(t *testing.T) {
	t.Parallel()
	values := []bool{false, true}
	for _, first := range values {
		for _, second := range values {
			for _, err := range []error{
				joinTokenError(&failure{retryable: first}, &failure{retryable: second}),
				joinTokenError(&failure{foreign: first}, &failure{foreign: second}),
			} {
				f, ok := errors.AsType[*failure](err)
				if want := first || second; !ok || (f.retryable || f.foreign) != want {
					t.Errorf("of %t and %t: retryable is %t, foreign is %t, want %t",
						first, second, f.retryable, f.foreign, want)
				}
			}
		}
	}
}

func TestECSRole_FallsBackToV1(t *testing.T) {
	t.Parallel()
	for name, respond := range map[string]http.HandlerFunc{
		"without the path": http.NotFound,
		"without the method": func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(http.StatusNotImplemented)
		},
		"with a redirect":     http.RedirectHandler("/elsewhere", http.StatusFound).ServeHTTP,
		"with an empty token": func(http.ResponseWriter, *http.Request) {},
		"with a page of a proxy": func(w http.ResponseWriter, _ *http.Request) {
			writeBody(t, w, "<html>\n<body>not found</body>\n</html>")
		},
		"with a line of a proxy": func(w http.ResponseWriter, _ *http.Request) {
			writeBody(t, w, "not found")
		},
		"with a closed connection": func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			service := credtest.NewMetadata(fakeClock(), "reader", time.Hour, issued(1))
			service.DisableV2()
			address := serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if r.Method == http.MethodPut {
					respond(w, r)
					return
				}
				if r.Header.Get("X-Aliyun-Ecs-Metadata-Token") != "" {
					t.Errorf("request %s has a token", r.URL)
				}
				service.ServeHTTP(w, r)
			}))
			for _, vars := range []map[string]string{nil, {"ALIBABA_CLOUD_IMDSV1_DISABLED": "false"}} {
				options := []Option{WithClock(fakeClock()), WithMetadataURL(address)}
				expectCredentials(t, mustResolve(t, Config{ECSRoleName: "reader"}, vars, options...), issued(1))
			}
		})
	}
}

func TestECSRole_V1Disabled(t *testing.T) {
	t.Parallel()
	service := credtest.NewMetadata(fakeClock(), "reader", time.Hour, issued(1))
	service.DisableV2()
	var mutex sync.Mutex
	var methods []string
	address := serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mutex.Lock()
		methods = append(methods, r.Method)
		mutex.Unlock()
		service.ServeHTTP(w, r)
	}))
	vars := map[string]string{"ALIBABA_CLOUD_IMDSV1_DISABLED": "True"}
	s := mustResolve(t, Config{ECSRoleName: "reader"}, vars, WithMetadataURL(address))
	expectError(t, retrieveError(t, s), "ecs_role_name", "405", "has the RAM role attached",
		"unset ALIBABA_CLOUD_IMDSV1_DISABLED")
	if !slices.Equal(methods, []string{http.MethodPut}) {
		t.Errorf("requests were %v, want one PUT", methods)
	}
}

// TestECSRole_EmptyToken has a service that issues an empty token. Without version 1,
// the credentials that it would return without a token must not be used.
func TestECSRole_EmptyToken(t *testing.T) {
	t.Parallel()
	service := credtest.NewMetadata(fakeClock(), "reader", time.Hour, issued(1))
	service.DisableV2()
	address := serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodPut {
			service.ServeHTTP(w, r)
		}
	}))
	vars := map[string]string{"ALIBABA_CLOUD_IMDSV1_DISABLED": "true"}
	s := mustResolve(t, Config{ECSRoleName: "reader"}, vars, WithClock(fakeClock()), WithMetadataURL(address))
	expectError(t, retrieveError(t, s), "ecs_role_name", "did not return a token", "ALIBABA_CLOUD_IMDSV1_DISABLED")
}

// TestECSRole_InvalidToken has a service that responds to each request with a page.
func TestECSRole_InvalidToken(t *testing.T) {
	t.Parallel()
	address := serve(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		writeBody(t, w, "<html>\nhidden\n</html>")
	}))
	for value, words := range map[string][]string{
		"true":  {"did not return a token"},
		"false": {"did not return a token", "is not JSON with credentials"},
	} {
		vars := map[string]string{"ALIBABA_CLOUD_IMDSV1_DISABLED": value}
		err := retrieveError(t, mustResolve(t, Config{ECSRoleName: "reader"}, vars, WithMetadataURL(address)))
		expectError(t, err, "ecs_role_name", words...)
		expectRetryable(t, err, false)
	}
}

// TestECSRole_InvalidTokenAfterSuccess has the same service after it has returned
// credentials: the outage may be waited out.
func TestECSRole_InvalidTokenAfterSuccess(t *testing.T) {
	t.Parallel()
	service := credtest.NewMetadata(fakeClock(), "reader", time.Hour, issued(1))
	address := serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if service.IssuedCount() > 0 {
			writeBody(t, w, "<html>\n</html>")
			return
		}
		service.ServeHTTP(w, r)
	}))
	vars := map[string]string{"ALIBABA_CLOUD_IMDSV1_DISABLED": "true"}
	s := mustResolve(t, Config{ECSRoleName: "reader"}, vars, WithClock(fakeClock()), WithMetadataURL(address))
	expectCredentials(t, s, issued(1))
	expectRetryable(t, retrieveError(t, s), true)
}

// TestECSRole_BothVersionsFail has an instance that requires version 2, whose
// service fails for a moment.
func TestECSRole_BothVersionsFail(t *testing.T) {
	t.Parallel()
	address := serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.WriteHeader(map[string]int{
			http.MethodPut: http.StatusServiceUnavailable, http.MethodGet: http.StatusForbidden,
		}[r.Method])
	}))
	err := retrieveError(t, mustResolve(t, Config{ECSRoleName: "reader"}, nil, WithMetadataURL(address)))
	expectError(t, err, "ecs_role_name", "token of version 2", "(HTTP status: 503)", "HTTP status: 403")
	expectRetryable(t, err, true)
}
