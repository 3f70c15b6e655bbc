// SPDX-License-Identifier: MPL-2.0

package rdssim_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/rds-migrate/terraform-provider-alicloud/internal/rdssim"
)

// firstRow returns the first row of a list as a JSON object.
func (r *fixture) firstRow(t *testing.T) map[string]any {
	t.Helper()
	items, ok := r.fields(t, nil)["Items"].(map[string]any)
	if !ok {
		t.Fatal("no Items")
	}
	rows, ok := items["MigrateTask"].([]any)
	if !ok || len(rows) == 0 {
		t.Fatalf("no rows in %v", items)
	}
	row, ok := rows[0].(map[string]any)
	if !ok {
		t.Fatalf("no object in %v", rows)
	}
	return row
}

func TestModel_DBNameForm(t *testing.T) {
	t.Parallel()
	tests := map[rdssim.DBNameForm]struct {
		want   any
		exists bool
	}{
		"":                  {"orders", true},
		rdssim.DBNameAbsent: {nil, false},
		rdssim.DBNameNull:   {nil, true},
		rdssim.DBNameEmpty:  {"", true},
	}
	for form, tt := range tests {
		t.Run(string(form), func(t *testing.T) {
			t.Parallel()
			r := newFixture(t, scenarioWith(
				rdssim.Task{ID: "1", Database: "orders", RowForm: rdssim.RowForm{DBNameForm: form}},
			))
			if got, ok := r.firstRow(t)["DBName"]; got != tt.want || ok != tt.exists {
				t.Errorf("got %v, %t", got, ok)
			}
		})
	}
}

func TestModel_TimeForm(t *testing.T) {
	t.Parallel()
	type times struct{ CreateTime, EndTime any }
	tests := map[rdssim.TimeForm]times{
		"":                         {"2026-11-20T09:59:55Z", "2026-11-20T09:59:56Z"},
		rdssim.TimeFormSample:      {"2026-11-20 T09:59:55Z", "2026-11-20 T09:59:56Z"},
		rdssim.TimeFormColonOffset: {"2026-11-20T17:59:55+08:00", "2026-11-20T17:59:56+08:00"},
		rdssim.TimeFormOffset:      {"2026-11-20T17:59:55+0800", "2026-11-20T17:59:56+0800"},
		rdssim.TimeFormUnreadable:  {"unknown", "2026-11-20T09:59:56Z"},
		rdssim.TimeFormAbsent:      {nil, "2026-11-20T09:59:56Z"},
	}
	for form, want := range tests {
		t.Run(string(form), func(t *testing.T) {
			t.Parallel()
			r := newFixture(t, scenarioWith(rdssim.Task{
				ID: "1", Database: "a", Created: rdssim.Duration(-5 * time.Second),
				Steps:   []rdssim.Step{{After: rdssim.Duration(time.Second), Status: "Success"}},
				RowForm: rdssim.RowForm{TimeForm: form},
			}))
			row := r.firstRow(t)
			if diff := cmp.Diff(want, times{row["CreateTime"], row["EndTime"]}); diff != "" {
				t.Error(diff)
			}
			if _, ok := row["CreateTime"]; ok != (want.CreateTime != nil) {
				t.Errorf("got %v", row)
			}
		})
	}
}

// TestModel_TimeFormSampleSecond has a second of one digit, as in the documentation.
func TestModel_TimeFormSampleSecond(t *testing.T) {
	t.Parallel()
	r := newFixture(t, scenarioWith(rdssim.Task{
		ID: "1", Database: "a", Created: rdssim.Duration(-56 * time.Second),
		RowForm: rdssim.RowForm{TimeForm: rdssim.TimeFormSample},
	}))
	if got := r.firstRow(t)["CreateTime"]; got != "2026-11-20 T09:59:4Z" {
		t.Errorf("got %v", got)
	}
}

func TestModel_Terminated(t *testing.T) {
	t.Parallel()
	r := newFixture(t, scenarioWith(rdssim.Task{
		ID: "1", Database: "a", Created: rdssim.Duration(-time.Minute),
		Steps: []rdssim.Step{{Status: "Running"}, {After: rdssim.Duration(time.Second), Status: "Terminated"}},
	}))
	row := r.firstRow(t)
	if row["Status"] != "Terminated" || row["EndTime"] != "2026-11-20T09:59:01Z" {
		t.Errorf("got %v", row)
	}
}

func TestModel_ConsistencyCheck(t *testing.T) {
	t.Parallel()
	for description, want := range map[string]string{
		rdssim.DescriptionCheckSucceeded: "Success to DBCC checkdb asynchronously",
		rdssim.DescriptionCheckFailed: "asynchronously DBCC checkdb failed: " +
			"CHECKDB found 0 allocation errors and 2 consistency errors",
	} {
		r := newFixture(t, scenarioWith(rdssim.Task{ID: "1", Database: "a", Steps: []rdssim.Step{
			{Status: "Success", Description: description},
		}}))
		if row := r.firstRow(t); row["Status"] != "Success" || row["Description"] != want {
			t.Errorf("got %v", row)
		}
	}
}

func TestModel_BackupModes(t *testing.T) {
	t.Parallel()
	for _, mode := range []string{"FULL", "UPDF", "DIFF", "LOG", "0", "1", "2"} {
		r := newFixture(t, scenarioWith(rdssim.Task{ID: "1", Database: "a", BackupMode: mode}))
		if got := r.firstRow(t)["BackupMode"]; got != mode {
			t.Errorf("%s is listed as %v", mode, got)
		}
	}
}

func TestModel_Respelled(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"orders", "ORDERS", "\uff4f\uff52\uff44\uff45\uff52\uff53", "orders  "} {
		r := newFixture(t, scenarioWith(rdssim.Task{ID: "1", Database: name}))
		if got := r.firstRow(t)["DBName"]; got != name {
			t.Errorf("%q is listed as %q", name, got)
		}
	}
}
