// SPDX-License-Identifier: MPL-2.0

package rdssim_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/jonboulle/clockwork"

	"github.com/rds-migrate/terraform-provider-alicloud/internal/rdssim"
)

// after returns m, created n minutes after the start.
func after(n int, m rdssim.Migration) rdssim.Migration {
	m.Created = minute(n)
	return m
}

// neverEnding returns m without its end.
func neverEnding(m rdssim.Migration) rdssim.Migration {
	m.Ended = 0
	return m
}

func newOracle(t *testing.T, s rdssim.Scenario) *rdssim.Simulator {
	t.Helper()
	sim, err := rdssim.New(s, clockwork.NewFakeClockAt(startTime()))
	if err != nil {
		t.Fatal(err)
	}
	return sim
}

func TestOracle_Online(t *testing.T) {
	t.Parallel()
	full, incremental := fullMigration(""), incrementalMigration("")
	lateFull := fullMigration("")
	lateFull.Started, lateFull.Ended = minute(40), minute(50)
	type migrations = []rdssim.Migration
	tests := map[string]struct {
		migrations migrations
		// want has the minutes at which the state is checked.
		want map[int]bool
	}{
		"no migration":       {nil, map[int]bool{0: false, 60: false}},
		"full":               {migrations{full}, map[int]bool{0: false, 1: false, 4: false, 5: true, 60: true}},
		"full, failed":       {migrations{fullMigration("Failed")}, map[int]bool{4: false, 5: false, 60: false}},
		"full, terminated":   {migrations{fullMigration("Terminated")}, map[int]bool{4: false, 5: false, 60: false}},
		"full, never ending": {migrations{neverEnding(full)}, map[int]bool{4: false, 5: false, 60: false}},
		"incremental": {migrations{incremental}, map[int]bool{
			0: false, 5: false, 10: false, 12: false, 22: false, 29: false, 30: true, 60: true,
		}},
		"incremental, failed after its increments": {
			migrations{incrementalMigration("Failed")},
			map[int]bool{22: false, 30: false, 60: false},
		},
		"incremental, never opened": {migrations{neverEnding(incremental)}, map[int]bool{30: false, 60: false}},
		"repeated with success": {
			migrations{fullMigration("Failed"), after(10, full)},
			map[int]bool{5: false, 14: false, 15: true},
		},
		"repeated without success": {
			migrations{full, after(10, fullMigration("Failed"))},
			map[int]bool{5: true, 10: true, 11: false, 14: false, 15: false, 60: false},
		},
		"a full one over an online database": {
			migrations{full, after(10, full)},
			map[int]bool{5: true, 10: true, 11: false, 14: false, 15: true},
		},
		"an incremental one over an online database": {
			migrations{full, after(10, incremental)},
			map[int]bool{10: true, 11: false, 15: false, 22: false, 39: false, 40: true},
		},
		"an abandoned incremental one, then a full one": {
			migrations{neverEnding(incremental), after(30, full)},
			map[int]bool{30: false, 31: false, 34: false, 35: true, 60: true},
		},
		"an increment of the older one after the newer one": {
			migrations{neverEnding(incremental), after(12, full)},
			map[int]bool{12: false, 16: false, 17: true, 19: true, 20: false, 22: false, 60: false},
		},
		"the older one is opened after the newer one": {
			migrations{incremental, after(12, full)},
			map[int]bool{17: true, 20: false, 29: false, 30: true},
		},
		"the older one fails after the newer one": {
			migrations{incrementalMigration("Failed"), after(22, full)},
			map[int]bool{27: true, 29: true, 30: false, 60: false},
		},
		"the older one starts after the newer one": {
			migrations{lateFull, after(12, full)},
			map[int]bool{17: true, 39: true, 40: false, 49: false, 50: true},
		},
		"both restore at once": {
			migrations{full, after(2, full)},
			map[int]bool{4: false, 5: false, 6: false, 7: true},
		},
		"the newer one succeeds first": {
			migrations{lateFull, after(36, full)},
			map[int]bool{40: false, 41: false, 49: false, 50: true},
		},
		"success and failure at the same instant": {
			migrations{full, fullMigration("Failed")},
			map[int]bool{4: false, 5: false, 60: false},
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, skew := range []rdssim.Duration{0, minute(-15)} {
				sim := newOracle(t, migrationScenario(rdssim.Model{ClockSkew: skew}, tt.migrations...))
				for n, want := range tt.want {
					at := startTime().Add(time.Duration(n) * time.Minute)
					if got := sim.Online(instanceID, "orders", at); got != want {
						t.Errorf("online at minute %d: %t", n, got)
					}
					if got := sim.Exceptions(instanceID, "orders", at); want && got != nil {
						t.Errorf("exceptions at minute %d, when it is online: %v", n, got)
					}
				}
			}
		})
	}
}

func TestOracle_Names(t *testing.T) {
	t.Parallel()
	s := migrationScenario(rdssim.Model{}, fullMigration(""))
	s.Instances[0].Tasks = []rdssim.Task{{ID: "9", Database: "customers"}}
	s.Instances = append(s.Instances, rdssim.Instance{ID: "rm-2", Region: region})
	sim := newOracle(t, s)
	at := startTime().Add(time.Hour)
	for name, want := range map[string]bool{
		"orders": true, "ORDERS": true, "Orders \u3000": true, "\uff4frders": true, " orders": false, "order": false,
		"customers": false, "": false,
	} {
		if got := sim.Online(instanceID, name, at); got != want {
			t.Errorf("%q is online: %t", name, got)
		}
	}
	for _, other := range []string{"rm-2", "rm-3"} {
		if sim.Online(other, "orders", at) || sim.Exceptions(other, "orders", at) != nil {
			t.Errorf("it is online on %s", other)
		}
	}
}

func TestOracle_SpellingsAreOneDatabase(t *testing.T) {
	t.Parallel()
	other := after(10, fullMigration("Failed"))
	other.Database = "Orders "
	sim := newOracle(t, migrationScenario(rdssim.Model{}, fullMigration(""), other))
	for n, want := range map[int]bool{5: true, 11: false, 60: false} {
		if got := sim.Online(instanceID, "orders", startTime().Add(time.Duration(n)*time.Minute)); got != want {
			t.Errorf("online at minute %d: %t", n, got)
		}
	}
}

func TestOracle_Exceptions(t *testing.T) {
	t.Parallel()
	const unopened, oldBase = rdssim.ExceptionUnopened, rdssim.ExceptionOldBase
	const overlap = rdssim.ExceptionOverlap
	const week = 7 * 24 * 60
	full := fullMigration("")
	incremental := neverEnding(incrementalMigration(""))
	noneWaits := rdssim.Model{WaitingRows: rdssim.WaitingRowsNone}
	repeated := incrementalMigration("")
	repeated.Increments[0].Status = "Failed"
	late := neverEnding(incrementalMigration(""))
	late.Increments[1].Started, late.Increments[1].Ended = minute(week-60), minute(week-50)
	type migrations = []rdssim.Migration
	type exceptions = map[int][]rdssim.Exception
	tests := map[string]struct {
		model      rdssim.Model
		migrations migrations
		want       exceptions
	}{
		"no migration": {rdssim.Model{}, nil, exceptions{5: nil}},
		"a full one":   {noneWaits, migrations{fullMigration("Failed")}, exceptions{4: nil, 5: nil, 60: nil}},
		"the base waits": {rdssim.Model{}, migrations{incremental}, exceptions{
			5: nil, 12: nil, 22: nil, 60: nil,
		}},
		"the newest row waits": {
			rdssim.Model{WaitingRows: rdssim.WaitingRowsNewest},
			migrations{incremental},
			exceptions{5: nil, 12: nil, 20: nil, 22: nil, 60: nil},
		},
		"no row waits": {noneWaits, migrations{incremental}, exceptions{
			1: nil, 5: {unopened}, 10: nil, 12: {unopened}, 20: nil, 22: {unopened}, 60: {unopened},
		}},
		"no row waits, a base listed as FULL": {
			rdssim.Model{WaitingRows: rdssim.WaitingRowsNone, FullBase: true},
			migrations{incremental},
			exceptions{5: {unopened}, 22: {unopened}},
		},
		"no row waits, and the base fails": {
			noneWaits,
			migrations{incrementalMigration("Failed")},
			exceptions{29: {unopened}, 30: nil, 60: nil},
		},
		"no row waits, an increment is repeated": {
			noneWaits,
			migrations{repeated},
			exceptions{12: nil, 22: {unopened}, 30: nil},
		},
		"the base is old": {rdssim.Model{}, migrations{late}, exceptions{
			week - 50: nil, week - 32: nil, week - 31: {oldBase}, week: {oldBase}, week + 24*60: {oldBase},
			2*week - 60: {oldBase}, 2*week - 59: nil,
		}},
		"no row waits, an increment of the newer one failed": {
			rdssim.Model{WaitingRows: rdssim.WaitingRowsNone, FullBase: true},
			migrations{incrementalMigration("Failed"), after(2, rdssim.Migration{
				Database: "orders", Incremental: true, Restored: minute(2),
				Increments: []rdssim.Increment{{Started: minute(3), Ended: minute(4), Status: "Failed"}},
			})},
			exceptions{6: nil, 12: {unopened}, 22: {unopened}, 30: {unopened}},
		},
		"the base of another is old": {
			rdssim.Model{},
			migrations{{
				Database: "orders", Incremental: true, Restored: minute(5), Ended: minute(week - 40),
				Increments: []rdssim.Increment{{Started: minute(week - 60), Ended: minute(week - 50)}},
			}, after(1, rdssim.Migration{Database: "orders", Incremental: true, Restored: minute(week - 10)})},
			exceptions{week - 41: nil, week - 31: nil, week - 30: {oldBase}, week + 1: {oldBase}},
		},
		"the base is old, no row waits": {noneWaits, migrations{late}, exceptions{
			week - 32: {unopened}, week: {unopened, oldBase}, week + 1: {oldBase},
		}},
		"the base is old, increments have no rows": {
			rdssim.Model{IncrementRows: rdssim.IncrementRowsNone},
			migrations{late},
			exceptions{week - 31: nil, week + 1: nil},
		},
		"the base is old, the newest row waits": {
			rdssim.Model{WaitingRows: rdssim.WaitingRowsNewest},
			migrations{late},
			exceptions{week - 31: nil, week + 1: nil},
		},
		"an increment of the older one after the newer one": {
			rdssim.Model{},
			migrations{incremental, after(12, full)},
			exceptions{16: nil, 17: nil, 20: nil, 22: {overlap}, 60: {overlap}},
		},
		"the older one fails after the newer one": {
			rdssim.Model{},
			migrations{incrementalMigration("Failed"), after(22, full)},
			exceptions{30: {overlap}, 60: {overlap}},
		},
		"a third one fails after the overlap": {
			rdssim.Model{},
			migrations{incremental, after(12, full), after(30, fullMigration("Failed"))},
			exceptions{29: {overlap}, 30: nil, 31: nil, 60: nil},
		},
		"the older one succeeds after the newer one": {
			rdssim.Model{},
			migrations{full, after(2, neverEnding(full))},
			exceptions{5: nil, 60: nil},
		},
		"created in the same instant": {
			rdssim.Model{},
			migrations{full, neverEnding(full)},
			exceptions{5: nil, 60: nil},
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			sim := newOracle(t, migrationScenario(tt.model, tt.migrations...))
			for n, want := range tt.want {
				got := sim.Exceptions(instanceID, "orders", startTime().Add(time.Duration(n)*time.Minute))
				if diff := cmp.Diff(want, got); diff != "" {
					t.Errorf("at minute %d: %s", n, diff)
				}
			}
		})
	}
}
