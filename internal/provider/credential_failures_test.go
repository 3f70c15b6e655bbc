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
				ExpectError: matchOutput("Unable to Obtain Credentials",
					"No credentials were obtained from the ECS role ecs of the provider block.", "status 503"),
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
