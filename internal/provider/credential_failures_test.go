// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"

	"github.com/rds-migrate/terraform-provider-alicloud/internal/clocktest"
	"github.com/rds-migrate/terraform-provider-alicloud/internal/credentials/credtest"
	"github.com/rds-migrate/terraform-provider-alicloud/internal/rdssim"
)

// serveMetadata replaces the metadata service by one that is not available between
// two times since clocktest.Start.
func (s *credentialServices) serveMetadata(t *testing.T, from, until time.Duration) {
	t.Helper()
	metadata := credtest.NewMetadata(s.clock, "ecs", 10*time.Minute, temporaryCredentials("metadata"))
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if d := s.clock.Since(clocktest.Start); from <= d && d < until {
			w.WriteHeader(http.StatusServiceUnavailable)
			return
		}
		metadata.ServeHTTP(w, r)
	}))
	t.Cleanup(server.Close)
	s.metadataURL = server.URL
	s.SetAccessKeys(accessKeyOf(temporaryCredentials("metadata")))
}

// withArgument adds an argument to a block.
func withArgument(block, argument string) string {
	return strings.Replace(block, "\n}", "\n  "+argument+"\n}", 1)
}

// TestProvider_UnavailableSource has an ECS role whose metadata service is not
// available at first.
func TestProvider_UnavailableSource(t *testing.T) {
	t.Parallel()
	tenReads := func() string {
		var b strings.Builder
		for i := range 10 {
			b.WriteString(strings.Replace(tasksBlock, `"test"`, fmt.Sprintf(`"test%d"`, i), 1))
		}
		return b.String()
	}
	for name, test := range map[string]struct {
		rest string
		took time.Duration // zero if it is not exact
	}{
		"a read":                   {tasksBlock, 30 * time.Second},
		"ten reads":                {tenReads(), 30 * time.Second},
		"a short read":             {withArgument(tasksBlock, `timeouts = { read = "10s" }`), 0},
		"a gate":                   {gateBlock, 30 * time.Second},
		"a gate with a short time": {withArgument(gateBlock, `timeouts = { create = "20s" }`), 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newCredentialServices(t, endedTask("1", "orders", "Success", 60))
			s.serveMetadata(t, 0, time.Hour)
			s.run(t, resource.TestStep{
				Config: s.config(blockECSRole, test.rest),
				ExpectError: matchOutput("Unable to Get Credentials",
					"The ecs_role_name argument of the provider selects the credentials.",
					"No credentials were obtained from the ECS role ecs of the provider block.", "HTTP status: 503"),
			})
			s.checkNoCalls(t)
			if took := s.clock.Since(clocktest.Start); test.took != 0 && took != test.took || took > 30*time.Second {
				t.Errorf("it took %v", took)
			}
		})
	}
}

// TestProvider_LateSource has a metadata service that comes up late.
func TestProvider_LateSource(t *testing.T) {
	t.Parallel()
	s := newCredentialServices(t, endedTask("1", "orders", "Success", 60))
	s.serveMetadata(t, 0, 20*time.Second)
	s.run(t, resource.TestStep{Config: s.config(blockECSRole, tasksBlock), ConfigStateChecks: allSucceeded})
}

// TestMigrateGateResource_SourceOutage has sessions of 10 minutes, and a metadata
// service that is not available for an hour of the wait.
func TestMigrateGateResource_SourceOutage(t *testing.T) {
	t.Parallel()
	task := scriptedTask("1", "orders", -1, statusAfter(0, "Running"), statusAfter(91, "Success"))
	s := newCredentialServices(t, task)
	s.serveMetadata(t, 5*time.Minute, 65*time.Minute)
	var last time.Time // of the calls before the end of the outage
	s.run(t, resource.TestStep{
		Config: s.config(blockECSRole, gateBlock),
		ConfigStateChecks: []statecheck.StateCheck{
			expectGate(tfjsonpath.New("opened_at"), knownvalue.StringRegexp(regexp.MustCompile("^2026-11-20T13:30:"))),
		},
	})
	for _, call := range s.Calls() {
		if call.Time.Before(clocktest.Start.Add(time.Hour)) {
			last = call.Time
		}
	}
	if got := last.Sub(clocktest.Start); got < 10*time.Minute-15*time.Second || got >= 10*time.Minute {
		t.Errorf("the session was used until %v", got)
	}
}

// aheadClock is the clock of services that is ahead of the local one.
type aheadClock struct {
	credtest.Clock

	by time.Duration
}

func (c aheadClock) Now() time.Time { return c.Clock.Now().Add(c.by) }

// TestMigrateGateResource_SlowClock has sessions of 20 minutes, and a local clock that
// is 14 minutes slow: the API refuses each session before it is renewed.
func TestMigrateGateResource_SlowClock(t *testing.T) {
	t.Parallel()
	const slow, lifetime = 14 * time.Minute, 20 * time.Minute
	task := scriptedTask("1", "orders", -1, statusAfter(0, "Running"), statusAfter(61, "Success"))
	s := newCredentialServices(t, task)
	var sessions []credtest.Credentials
	for _, name := range []string{"first", "second", "third", "fourth", "fifth"} {
		sessions = append(sessions, temporaryCredentials(name))
	}
	metadata := credtest.NewMetadata(aheadClock{s.clock, slow}, "ecs", lifetime, sessions...)
	var issued []time.Time
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		before := metadata.IssuedCount()
		metadata.ServeHTTP(w, r)
		if n := metadata.IssuedCount(); n > before {
			issued = append(issued, s.clock.Now())
			s.AddAccessKey(accessKeyOf(sessions[n-1]))
		}
	}))
	t.Cleanup(server.Close)
	s.metadataURL = server.URL
	// After each call, the API knows which sessions end before the next one.
	s.Observe(func(rdssim.Call) {
		for i, at := range issued {
			key := accessKeyOf(sessions[i])
			key.Expired = !s.clock.Now().Before(at.Add(lifetime - 15*time.Second))
			s.AddAccessKey(key)
		}
	})
	s.run(t, resource.TestStep{
		Config: s.config(blockECSRole, gateBlock),
		ConfigStateChecks: []statecheck.StateCheck{
			expectGate(tfjsonpath.New("opened_at"), knownvalue.StringExact("2026-11-20T13:00:00Z")),
		},
	})
	var refused []string
	for _, call := range s.Calls() {
		if call.Status != http.StatusOK {
			refused = append(refused, call.Params.Get("AccessKeyId"))
		}
	}
	if got, want := strings.Join(refused, " "), "LTAI-first LTAI-second LTAI-third"; got != want {
		t.Errorf("the API refused calls with %s, want %s", got, want)
	}
}

// TestProvider_RefusedSession has an API that refuses every session.
func TestProvider_RefusedSession(t *testing.T) {
	t.Parallel()
	for name, rest := range map[string]string{"a read": tasksBlock, "a gate": gateBlock} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newCredentialServices(t)
			s.sts.Grant(roleARN, temporaryCredentials("first"), temporaryCredentials("second"))
			s.run(t, resource.TestStep{
				Config:      s.config(stsCallerArguments+"\n  "+assumeRoleBlock(), rest),
				ExpectError: matchOutput("InvalidAccessKeyId.NotFound"),
			})
			if n := len(s.sts.IssuedRequests("AssumeRole")); n != 2 || len(s.Calls()) != 2 {
				t.Errorf("there were %d sessions and %d calls, want 2 each", n, len(s.Calls()))
			}
		})
	}
}
