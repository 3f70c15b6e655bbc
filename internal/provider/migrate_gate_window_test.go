// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"net/http"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/jonboulle/clockwork"

	"github.com/rds-migrate/terraform-provider-alicloud/internal/clocktest"
	"github.com/rds-migrate/terraform-provider-alicloud/internal/migration"
	"github.com/rds-migrate/terraform-provider-alicloud/internal/rdssim"
	"github.com/rds-migrate/terraform-provider-alicloud/internal/rdssim/simtest"
)

// correctedClock is the clock of a machine that is set back once.
type correctedClock struct {
	clocktest.Clock

	at time.Time     // when the clock is set, by that of the API
	by time.Duration // 0: it is not set
}

func (c correctedClock) Now() time.Time {
	if now := c.Clock.Now(); now.Before(c.at) {
		return now
	}
	return c.Clock.Now().Add(-c.by)
}

// TestGateWaiter_WindowEndsEarly waits for orders, which is migrated twice, with an API that refuses an end of the
// window after its current minute. The second migration fails. The gate must not open because the window ends before
// that one was created.
func TestGateWaiter_WindowEndsEarly(t *testing.T) {
	t.Parallel()
	const delay = 50 * time.Second
	for name, test := range map[string]struct {
		start   time.Duration // of the wait, after clocktest.Start
		ended   time.Duration // the first migration
		created time.Duration // the second migration
		late    int           // responses that are late
		setBack time.Duration // of the local clock, at clocktest.Start
	}{
		"the first refusal is late": {
			start: -2 * time.Second, ended: -time.Hour, created: 7 * time.Second, late: 1,
		},
		"all responses are late": {
			start: -10 * time.Second, ended: 90 * time.Second, created: 130 * time.Second, late: maxPolls,
		},
		"the local clock is set back": {
			start: -20 * time.Second, ended: 10 * time.Second, created: 15 * time.Second, setBack: delay,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			clock := correctedClock{clocktest.New(clocktest.Start.Add(test.start)), clocktest.Start, test.setBack}
			sim := newRepeatedMigration(t, clock.Clock, test.ended-test.start, test.created-test.start)
			responses := 0
			transport := lateTransport{simulatorTransport{sim}, func(*http.Request) {
				responses++
				if responses <= test.late {
					clock.Advance(delay)
				}
			}}
			var diags diag.Diagnostics
			if _, open := newOrdersWaiter(clock, transport).run(t.Context(), &diags); open {
				t.Fatalf("the gate is open at %s; orders is online: %t", clock.Clock.Now(),
					sim.Online(simtest.InstanceID, "orders", clock.Clock.Now()))
			}
			if len(diags) != 1 || diags[0].Summary() != "Migration Failed" {
				t.Errorf("the diagnostics are %v", diags)
			}
		})
	}
}

// newRepeatedMigration returns an API with two migrations of orders: one that ends in success, and one that fails an
// hour after it was created. The times are those after the start of the simulator.
func newRepeatedMigration(t *testing.T, clock clocktest.Clock, ended, created time.Duration) *rdssim.Simulator {
	t.Helper()
	const age = 2 * time.Hour
	sim, err := rdssim.New(rdssim.Scenario{
		AccessKeys: []rdssim.AccessKey{{ID: simtest.AccessKeyID, Secret: simtest.AccessKeySecret}},
		Instances: []rdssim.Instance{{ID: simtest.InstanceID, Region: simtest.Region, Migrations: []rdssim.Migration{
			{
				ID: "1", Database: "orders", Created: -rdssim.Duration(age), Started: rdssim.Duration(time.Minute),
				Ended: rdssim.Duration(age + ended),
			},
			{
				ID: "2", Database: "orders", Created: rdssim.Duration(created), Started: rdssim.Duration(time.Second),
				Ended: rdssim.Duration(time.Hour), Status: "Failed",
			},
		}}},
		Model: rdssim.Model{FutureEnd: rdssim.FutureEndMinute},
	}, clock)
	if err != nil {
		t.Fatal(err)
	}
	// The SDK signs with the time of the machine.
	sim.SetTimestampClock(clockwork.NewRealClock())
	return sim
}

// newOrdersWaiter returns the wait of a gate for orders that is created now.
func newOrdersWaiter(clock correctedClock, transport http.RoundTripper) *gateWaiter {
	const timeout = 3 * time.Hour
	client := newSimtestClient(clock, transport)
	now := clock.Now()
	return &gateWaiter{
		client: apiClient{taskLister: client, region: simtest.Region}, clock: clock,
		query:         migration.Query{InstanceID: simtest.InstanceID},
		databaseNames: []string{"orders"}, kind: gateWait,
		pollInterval: time.Minute, timeout: timeout, began: now, deadline: now.Add(timeout),
	}
}
