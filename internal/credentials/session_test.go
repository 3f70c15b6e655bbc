package credentials

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/rds-migrate/terraform-provider-alicloud/internal/credentials/credtest"
)

func TestMetadataService(t *testing.T) {
	t.Parallel()
	clock := fakeClock()
	service := credtest.NewMetadata(clock, "reader", time.Hour, handed(1), handed(2))
	s := resolve(t, Config{ECSRoleName: "reader"}, nil, WithClock(clock), WithMetadataURL(serve(t, service)))
	want(t, s, handed(1))
	clock.Advance(57*time.Minute - time.Second)
	want(t, s, handed(1))
	clock.Advance(time.Second)
	want(t, s, handed(2))
	if service.IssuedCount() != 2 {
		t.Errorf("%d logins", service.IssuedCount())
	}
}

func TestCredentialsURI(t *testing.T) {
	t.Parallel()
	clock := fakeClock()
	service := credtest.NewURI(clock, time.Hour, handed(1), handed(2))
	s := resolve(t, Config{CredentialsURI: serve(t, service) + "/keys?of=me"}, nil, WithClock(clock))
	want(t, s, handed(1))
	clock.Advance(57*time.Minute - time.Second)
	want(t, s, handed(1))
	clock.Advance(time.Second)
	want(t, s, handed(2))
}

func TestCredentialsURIWithoutAnEnd(t *testing.T) {
	t.Parallel()
	clock := fakeClock()
	logins := 0
	address := serve(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		logins++
		respond(t, w, `{"AccessKeyId": "id", "AccessKeySecret": "secret"}`)
	}))
	s := resolve(t, Config{CredentialsURI: address}, nil, WithClock(clock))
	keys := credtest.Credentials{AccessKeyID: "id", AccessKeySecret: "secret"}
	want(t, s, keys)
	clock.Advance(5*time.Minute - time.Second)
	want(t, s, keys)
	if logins != 1 {
		t.Errorf("%d logins within five minutes", logins)
	}
	clock.Advance(time.Second)
	want(t, s, keys)
	if logins != 2 {
		t.Errorf("%d logins after five minutes", logins)
	}
}

// respond writes the body of a stand-in's answer.
func respond(t *testing.T, w http.ResponseWriter, body string) {
	t.Helper()
	if _, err := w.Write([]byte(body)); err != nil {
		t.Errorf("answer of the stand-in: %v", err)
	}
}

func TestConcurrentCallersShareOneLogin(t *testing.T) {
	t.Parallel()
	clock := fakeClock()
	service := credtest.NewSTS(clock)
	service.Accept(callerKeys)
	service.Grant(roleARN, handed(1), handed(2))
	config := callerConfig(serveTLS(t, service))
	config.AssumeRole = &AssumeRole{RoleARN: roleARN}
	s := resolve(t, config, nil, WithClock(clock))
	for n := range 2 {
		var callers sync.WaitGroup
		for range 16 {
			callers.Go(func() { want(t, s, handed(n+1)) })
		}
		callers.Wait()
		clock.Advance(2 * time.Hour)
	}
	if got := len(service.IssuedRequests("AssumeRole")); got != 2 {
		t.Errorf("%d logins", got)
	}
}

// hang serves a service that does not answer before the test ends, and returns
// a channel that gets a value for each request.
func hang(t *testing.T, start func(http.Handler) *httptest.Server) (server *httptest.Server, asked <-chan struct{}) {
	t.Helper()
	requests, over := make(chan struct{}, 100), make(chan struct{})
	server = start(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
		requests <- struct{}{}
		<-over
	}))
	t.Cleanup(func() {
		close(over)
		server.Close()
	})
	return server, requests
}

func TestCancelledCallerReturns(t *testing.T) {
	t.Parallel()
	plain, plainAsked := hang(t, httptest.NewServer)
	secure, secureAsked := hang(t, httptest.NewTLSServer)
	role := callerConfig(strings.TrimPrefix(secure.URL, "https://"))
	role.AssumeRole = &AssumeRole{RoleARN: roleARN}
	role.ConnectTimeout, role.ReadTimeout = time.Hour, time.Hour
	for name, c := range map[string]struct {
		config Config
		asked  <-chan struct{}
	}{
		"from STS":                  {role, secureAsked},
		"from the metadata service": {Config{ECSRoleName: "r"}, plainAsked},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := resolve(t, c.config, nil, WithMetadataURL(plain.URL))
			ctx, cancel := context.WithCancel(context.Background())
			failed := make(chan error, 1)
			go func() {
				_, err := s.Retrieve(ctx)
				failed <- err
			}()
			<-c.asked
			// Another caller waits for its turn, and can be cancelled too.
			waiting, cancelWaiting := context.WithCancel(context.Background())
			cancelWaiting()
			if _, err := s.Retrieve(waiting); !errors.Is(err, context.Canceled) {
				t.Errorf("the waiting caller got %v", err)
			}
			cancel()
			if err := <-failed; !errors.Is(err, context.Canceled) {
				t.Errorf("the caller got %v", err)
			}
		})
	}
}

func TestLoginAfterAFailure(t *testing.T) {
	t.Parallel()
	clock := fakeClock()
	service := credtest.NewSTS(clock)
	service.Accept(callerKeys)
	config := callerConfig(serveTLS(t, service))
	config.AssumeRole = &AssumeRole{RoleARN: roleARN}
	s := resolve(t, config, nil, WithClock(clock))
	if _, err := s.Retrieve(context.Background()); err == nil {
		t.Fatal("a role that nobody granted was assumed")
	}
	service.Grant(roleARN, handed(1))
	want(t, s, handed(1))
}
