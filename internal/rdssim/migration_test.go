// SPDX-License-Identifier: MPL-2.0

package rdssim_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/rds-migrate/terraform-provider-alicloud/internal/rdssim"
)

func minute(n int) rdssim.Duration { return rdssim.Duration(time.Duration(n) * time.Minute) }

// migrationScenario returns a scenario of one instance with these migrations.
func migrationScenario(m rdssim.Model, migrations ...rdssim.Migration) rdssim.Scenario {
	return rdssim.Scenario{
		Model:     m,
		Instances: []rdssim.Instance{{ID: instanceID, Region: region, Migrations: migrations}},
	}
}

// fullMigration returns a full migration of orders that restores from minute 1 on and ends at minute 5.
func fullMigration(status string) rdssim.Migration {
	return rdssim.Migration{Database: "orders", Started: minute(1), Ended: minute(5), Status: status}
}

// incrementalMigration returns an incremental migration of orders: its base is restored in the minutes 1 to 5, two
// increments are imported in 10 to 12 and 20 to 22, and it ends at minute 30.
func incrementalMigration(status string) rdssim.Migration {
	return rdssim.Migration{
		Database: "orders", Incremental: true,
		Started: minute(1), Restored: minute(5), Ended: minute(30), Status: status,
		Increments: []rdssim.Increment{
			{Started: minute(10), Ended: minute(12)},
			{Started: minute(20), Ended: minute(22), BackupMode: "LOG"},
		},
	}
}

func TestMigration_Rows(t *testing.T) {
	t.Parallel()
	failedIncrement := incrementalMigration("")
	failedIncrement.Increments[0].Status = "Failed"
	never := incrementalMigration("")
	never.Ended = 0
	never.Increments[1].Ended = 0
	// The rows are newest first, each with its ID, mode, and status, at these minutes.
	minutes := []int{0, 1, 5, 10, 12, 20, 22, 30}
	tests := map[string]struct {
		model     rdssim.Model
		migration rdssim.Migration
		want      []string
	}{
		"full": {rdssim.Model{}, fullMigration(""), []string{
			"1 FULL NoStart", "1 FULL Running", "1 FULL Success", "1 FULL Success",
			"1 FULL Success", "1 FULL Success", "1 FULL Success", "1 FULL Success",
		}},
		"full and failed": {rdssim.Model{}, fullMigration("Failed"), []string{
			"1 FULL NoStart", "1 FULL Running", "1 FULL Failed", "1 FULL Failed",
			"1 FULL Failed", "1 FULL Failed", "1 FULL Failed", "1 FULL Failed",
		}},
		"full and terminated": {rdssim.Model{}, fullMigration("Terminated"), []string{
			"1 FULL NoStart", "1 FULL Running", "1 FULL Terminated", "1 FULL Terminated",
			"1 FULL Terminated", "1 FULL Terminated", "1 FULL Terminated", "1 FULL Terminated",
		}},
		"incremental": {rdssim.Model{}, incrementalMigration(""), []string{
			"1 UPDF NoStart", "1 UPDF Running", "1 UPDF Waiting",
			"2 UPDF Running, 1 UPDF Waiting", "2 UPDF Success, 1 UPDF Waiting",
			"3 LOG Running, 2 UPDF Success, 1 UPDF Waiting", "3 LOG Success, 2 UPDF Success, 1 UPDF Waiting",
			"3 LOG Success, 2 UPDF Success, 1 UPDF Success",
		}},
		"increments with the ID of the base": {
			rdssim.Model{IncrementRows: rdssim.IncrementRowsBaseID},
			incrementalMigration(""),
			[]string{
				"1 UPDF NoStart", "1 UPDF Running", "1 UPDF Waiting",
				"1 UPDF Running, 1 UPDF Waiting", "1 UPDF Success, 1 UPDF Waiting",
				"1 LOG Running, 1 UPDF Success, 1 UPDF Waiting", "1 LOG Success, 1 UPDF Success, 1 UPDF Waiting",
				"1 LOG Success, 1 UPDF Success, 1 UPDF Success",
			},
		},
		"increments without rows": {
			rdssim.Model{IncrementRows: rdssim.IncrementRowsNone, WaitingRows: rdssim.WaitingRowsNewest},
			incrementalMigration(""),
			[]string{
				"1 UPDF NoStart", "1 UPDF Running", "1 UPDF Waiting", "1 UPDF Waiting", "1 UPDF Waiting",
				"1 UPDF Waiting", "1 UPDF Waiting", "1 UPDF Success",
			},
		},
		"a base listed as FULL that stays Waiting": {
			rdssim.Model{FullBase: true, OpenedStaysWaiting: true},
			incrementalMigration(""),
			[]string{
				"1 FULL NoStart", "1 FULL Running", "1 FULL Waiting",
				"2 UPDF Running, 1 FULL Waiting", "2 UPDF Success, 1 FULL Waiting",
				"3 LOG Running, 2 UPDF Success, 1 FULL Waiting", "3 LOG Success, 2 UPDF Success, 1 FULL Waiting",
				"3 LOG Success, 2 UPDF Success, 1 FULL Waiting",
			},
		},
		"the newest row waits": {
			rdssim.Model{WaitingRows: rdssim.WaitingRowsNewest},
			incrementalMigration(""),
			[]string{
				"1 UPDF NoStart", "1 UPDF Running", "1 UPDF Waiting",
				"2 UPDF Running, 1 UPDF Success", "2 UPDF Waiting, 1 UPDF Success",
				"3 LOG Running, 2 UPDF Success, 1 UPDF Success", "3 LOG Waiting, 2 UPDF Success, 1 UPDF Success",
				"3 LOG Success, 2 UPDF Success, 1 UPDF Success",
			},
		},
		"no row waits, and the base fails": {
			rdssim.Model{WaitingRows: rdssim.WaitingRowsNone},
			incrementalMigration("Failed"),
			[]string{
				"1 UPDF NoStart", "1 UPDF Running", "1 UPDF Success",
				"2 UPDF Running, 1 UPDF Success", "2 UPDF Success, 1 UPDF Success",
				"3 LOG Running, 2 UPDF Success, 1 UPDF Success", "3 LOG Success, 2 UPDF Success, 1 UPDF Success",
				"3 LOG Success, 2 UPDF Success, 1 UPDF Failed",
			},
		},
		"an increment fails": {rdssim.Model{}, failedIncrement, []string{
			"1 UPDF NoStart", "1 UPDF Running", "1 UPDF Waiting",
			"2 UPDF Running, 1 UPDF Waiting", "2 UPDF Failed, 1 UPDF Waiting",
			"3 LOG Running, 2 UPDF Failed, 1 UPDF Waiting", "3 LOG Success, 2 UPDF Failed, 1 UPDF Waiting",
			"3 LOG Success, 2 UPDF Failed, 1 UPDF Success",
		}},
		"it never ends": {rdssim.Model{}, never, []string{
			"1 UPDF NoStart", "1 UPDF Running", "1 UPDF Waiting",
			"2 UPDF Running, 1 UPDF Waiting", "2 UPDF Success, 1 UPDF Waiting",
			"3 LOG Running, 2 UPDF Success, 1 UPDF Waiting", "3 LOG Running, 2 UPDF Success, 1 UPDF Waiting",
			"3 LOG Running, 2 UPDF Success, 1 UPDF Waiting",
		}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newFixture(t, migrationScenario(tt.model, tt.migration))
			var got []string
			for _, m := range minutes {
				r.clock.Advance(startTime().Add(time.Duration(m) * time.Minute).Sub(r.clock.Now()))
				var rows []string
				for _, task := range r.list(t, nil).Items.MigrateTask {
					rows = append(rows, task.ID+" "+task.BackupMode+" "+task.Status)
				}
				got = append(got, strings.Join(rows, ", "))
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestMigration_EveryFieldOfARow(t *testing.T) {
	t.Parallel()
	m := incrementalMigration("")
	m.ID, m.Increments[0].ID, m.Description, m.IsDBReplaced = "7", "5", rdssim.DescriptionCheckFailed, "True"
	m.RowForm = rdssim.RowForm{DBNameForm: rdssim.DBNameEmpty, TimeForm: rdssim.TimeFormOffset}
	s := migrationScenario(rdssim.Model{}, m)
	s.Instances[0].Tasks = []rdssim.Task{{ID: "3", Database: "other"}}
	r := newFixture(t, s)
	r.clock.Advance(time.Hour)
	row := func(id, mode, created, ended, description string) rdssim.ListedTask {
		return rdssim.ListedTask{
			ID: id, Status: "Success", BackupMode: mode, CreateTime: created, EndTime: ended, IsDBReplaced: "True",
			Description: description,
		}
	}
	want := []rdssim.ListedTask{
		row("8", "LOG", "2026-11-20T18:20:00+0800", "2026-11-20T18:22:00+0800", ""),
		row("5", "UPDF", "2026-11-20T18:10:00+0800", "2026-11-20T18:12:00+0800", ""),
		row("7", "UPDF", "2026-11-20T18:00:00+0800", "2026-11-20T18:30:00+0800", rdssim.DescriptionCheckFailed),
	}
	if diff := cmp.Diff(want, r.list(t, nil).Items.MigrateTask[:3]); diff != "" {
		t.Error(diff)
	}
}
