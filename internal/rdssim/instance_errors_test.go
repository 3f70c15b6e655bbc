// SPDX-License-Identifier: MPL-2.0

package rdssim_test

import (
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/rds-migrate/terraform-provider-alicloud/internal/rdssim"
)

func TestModel_InstanceErrors(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		faults []rdssim.Fault
		status int
		codes  []string
	}{
		"not ready": {rdssim.NotReadyErrors(), 403, []string{
			"InvalidInstanceState", "IncorrectDBInstanceState", "OperationDenied.DBInstanceStatus",
			"OperationDenied.DBStatus", "InvalidDBInstanceStatus", "IncorrectDBInstanceLockMode",
		}},
		"transient": {rdssim.TransientErrors(), 400, []string{
			"SystemBusy", "LockTimeout", "InstanceConnectTimeoutFault", "InstanceConnectTimeout",
		}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var codes []string
			for _, f := range tt.faults {
				codes = append(codes, f.Code)
				requireErrorFor(t, f, strconv.Itoa(tt.status)+" "+f.Code)
			}
			if !slices.Equal(codes, tt.codes) {
				t.Errorf("got %q", codes)
			}
		})
	}
}

// requireErrorFor checks that f can be limited to a number of calls and to a time.
func requireErrorFor(t *testing.T, f rdssim.Fault, want string) {
	t.Helper()
	const ok = "200 "
	byCalls := f
	byCalls.Times = 2
	r := newFaultFixture(t, 1, byCalls)
	for _, outcome := range []string{want, want, ok, ok} {
		requireOutcome(t, r, nil, outcome)
	}
	byTime := f
	byTime.Until = rdssim.Duration(time.Minute)
	r = newFaultFixture(t, 1, byTime)
	for _, outcome := range []string{want, want, ok, ok} {
		requireOutcome(t, r, nil, outcome)
		r.clock.Advance(30 * time.Second)
	}
}
