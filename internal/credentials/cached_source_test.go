// SPDX-License-Identifier: MPL-2.0

package credentials

import (
	"context"
	"errors"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/rds-migrate/terraform-provider-alicloud/internal/credentials/credtest"
	"github.com/rds-migrate/terraform-provider-alicloud/internal/openapi"
)

func TestCachedSource_ConcurrentCallersShareOneRequest(t *testing.T) {
	t.Parallel()
	clock := fakeClock()
	service := credtest.NewSTS(clock)
	service.Accept(callerCredentials)
	service.Grant(roleARN, issued(1), issued(2))
	config := callerConfig(serveTLS(t, service))
	config.AssumeRole = &AssumeRole{RoleARN: roleARN}
	s := mustResolve(t, config, nil, WithClock(clock))
	for n := range 2 {
		var callers sync.WaitGroup
		for range 16 {
			callers.Go(func() { expectCredentials(t, s, issued(n+1)) })
		}
		callers.Wait()
		clock.Advance(2 * time.Hour)
	}
	if got := len(service.IssuedRequests("AssumeRole")); got != 2 {
		t.Errorf("%d requests", got)
	}
}

func TestCachedSource_CancelledCallerReturns(t *testing.T) {
	t.Parallel()
	plain, plainRequests := serveUnresponsive(t, httptest.NewServer)
	secure, secureRequests := serveUnresponsive(t, httptest.NewTLSServer)
	role := callerConfig(strings.TrimPrefix(secure.URL, "https://"))
	role.AssumeRole = &AssumeRole{RoleARN: roleARN}
	role.ConnectTimeout, role.ReadTimeout = time.Hour, time.Hour
	for name, c := range map[string]struct {
		config   Config
		requests <-chan struct{}
	}{
		"from STS":                  {role, secureRequests},
		"from the metadata service": {Config{ECSRoleName: "r"}, plainRequests},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := mustResolve(t, c.config, nil, WithMetadataURL(plain.URL))
			ctx, cancel := context.WithCancel(context.Background())
			failed := make(chan error, 1)
			go func() {
				_, err := s.Retrieve(ctx)
				failed <- err
			}()
			<-c.requests
			// A caller that waits for the first one can be canceled too.
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

func TestCachedSource_RecoversFromAFailure(t *testing.T) {
	t.Parallel()
	clock := fakeClock()
	service := credtest.NewSTS(clock)
	service.Accept(callerCredentials)
	config := callerConfig(serveTLS(t, service))
	config.AssumeRole = &AssumeRole{RoleARN: roleARN}
	s := mustResolve(t, config, nil, WithClock(clock))
	if _, err := s.Retrieve(context.Background()); err == nil {
		t.Fatal("a role that was not granted was assumed")
	}
	service.Grant(roleARN, issued(1))
	expectCredentials(t, s, issued(1))
}

// TestCachedSource_CancelDuringRenewal cancels the caller that renews a session
// while others wait for it: one of those renews it.
func TestCachedSource_CancelDuringRenewal(t *testing.T) {
	t.Parallel()
	first, cancel := context.WithCancel(t.Context())
	renewing, renewals := make(chan struct{}), 0
	s := newCachedSource("a service", "", fakeClock(), func(ctx context.Context) (session, error) {
		renewals++ // guarded by the source
		if renewals == 1 {
			close(renewing)
			<-ctx.Done()
			return session{}, ctx.Err()
		}
		return session{credentials: openapi.Credentials{AccessKeyID: "id", AccessKeySecret: "secret"}}, nil
	})
	var wg sync.WaitGroup
	wg.Go(func() {
		if _, err := s.Retrieve(first); !errors.Is(err, context.Canceled) {
			t.Errorf("the error of the canceled caller is %v", err)
		}
	})
	<-renewing
	for range 50 {
		wg.Go(func() {
			if c, err := s.Retrieve(t.Context()); err != nil || c.AccessKeyID != "id" {
				t.Errorf("the credentials are those of %q, %v", c.AccessKeyID, err)
			}
		})
	}
	cancel()
	wg.Wait()
	if renewals != 2 {
		t.Errorf("the session was renewed %d times, want 2", renewals)
	}
}
