// SPDX-License-Identifier: MPL-2.0

package migration

import (
	"strings"
	"testing"
)

func TestTask_HasFailedCheck(t *testing.T) {
	t.Parallel()
	for description, want := range map[string]bool{
		"":                                       false,
		"Success to DBCC checkdb asynchronously": false,
		"success to dbcc CHECKDB asynchronously": false,
		"Success to DBCC checkdb asynchronously: oss://backups/failed/errors.bak":         false,
		"CHECKDB found 0 allocation errors and 0 consistency errors in database 'orders'": false,
		"DBCC checkdb: no errors":       false,
		"DBCC checkdb without failures": false,
		"the import failed: 2 errors":   false,

		"asynchronously DBCC checkdb failed: CHECKDB found 0 allocation errors and 2 consistency errors": true,
		"ASYNCHRONOUSLY DBCC CHECKDB FAILED":                                               true,
		"CHECKDB found 0 allocation errors and 20 consistency errors in database 'orders'": true,
		"CHECKDB found 1 allocation error and 0 consistency errors in database 'orders'":   true,
		"DBCC checkdb failed.":            true,
		"DBCC checkdb failed:8939":        true,
		"DBCC checkdb fails":              true,
		"failure of dbcc":                 true,
		"failed to check the consistency": true,
		"Success to restore; DBCC checkdb asynchronously with errors": true,
	} {
		t.Run(description, func(t *testing.T) {
			t.Parallel()
			task := Task{Description: description}
			if got := task.HasFailedCheck(); got != want {
				t.Errorf("HasFailedCheck = %t, want %t", got, want)
			}
		})
	}
}

func TestFailedChecks_SinceLastFull(t *testing.T) {
	t.Parallel()
	const failedCheck = "asynchronously DBCC checkdb failed: 2 consistency errors"
	task := func(id, database, mode string, status Status, description string) Task {
		return Task{
			ID: id, Database: database, BackupMode: mode, Status: status, Description: description,
			CreateTime: ParseTimestamp("2026-11-20T10:0" + id + ":00Z"),
		}
	}
	tasks := []Task{
		task("1", "orders", "FULL", Success, failedCheck),
		task("2", "orders", "FULL", Success, failedCheck),
		task("3", "orders", "UPDF", Success, "done"),
		task("4", "orders", "UPDF", Success, failedCheck),
		task("5", "orders", "FULL", Failed, failedCheck),
		task("6", "Orders", "FULL", Success, failedCheck),
		task("7", "billing", "FULL", Success, "Success to DBCC checkdb asynchronously"),
	}
	for name, want := range map[string]string{"orders": "4 2", "Orders": "6", "billing": "", "hr": ""} {
		var ids []string
		for _, t := range FailedChecks(tasks, name) {
			ids = append(ids, t.ID)
		}
		if got := strings.Join(ids, " "); got != want {
			t.Errorf("%s: tasks %q, want %q", name, got, want)
		}
	}
}

func TestStatuses_Documented(t *testing.T) {
	t.Parallel()
	for _, s := range Statuses() {
		if s == Terminated {
			t.Errorf("%s is not documented", s)
		}
	}
}
