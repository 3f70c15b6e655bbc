// SPDX-License-Identifier: MPL-2.0

package simtest_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/jonboulle/clockwork"

	"github.com/rds-migrate/terraform-provider-alicloud/internal/rdssim"
	"github.com/rds-migrate/terraform-provider-alicloud/internal/rdssim/simtest"
)

// features adds what a history has to found.
func features(t *testing.T, found map[string]bool, h simtest.History) {
	t.Helper()
	start := time.Date(2026, 11, 20, 10, 0, 0, 0, time.UTC)
	sim, err := rdssim.New(h.Scenario, clockwork.NewFakeClockAt(start))
	if err != nil {
		t.Fatal(err)
	}
	migrations := h.Scenario.Instances[0].Migrations
	found["faults"] = found["faults"] || len(h.Scenario.Faults) > 0
	found["other rows"] = found["other rows"] || len(h.Scenario.Instances[0].Tasks) > 0
	for _, m := range migrations {
		found["migration "+m.Status] = true
		found["incremental"] = found["incremental"] || m.Incremental
		found["never ends"] = found["never ends"] || m.Ended == 0
		found["base fails"] = found["base fails"] || m.Incremental && m.Status == "Failed" && m.Restored == 0
		found["respelled"] = found["respelled"] || !slices.Contains(h.Databases, m.Database)
		found["db_name "+string(m.DBNameForm)] = true
		found["time "+string(m.TimeForm)] = true
		for _, inc := range m.Increments {
			found["increment "+inc.Status] = true
		}
	}
	for _, name := range h.Databases {
		for day := range 8 {
			at := start.AddDate(0, 0, day)
			found[fmt.Sprint("online ", sim.Online(simtest.InstanceID, name, at))] = true
			for _, e := range sim.Exceptions(simtest.InstanceID, name, at) {
				found[string(e)] = true
			}
		}
	}
}

// modelFeatures adds the options of a model to found.
func modelFeatures(t *testing.T, found map[string]bool, m rdssim.Model) {
	t.Helper()
	found["ahead"] = found["ahead"] || m.ClockSkew > rdssim.Duration(10*time.Minute)
	found["behind"] = found["behind"] || m.ClockSkew < rdssim.Duration(-10*time.Minute)
	m.ClockSkew, m.OrderSeed = 0, 0
	written, err := json.Marshal(m)
	if err != nil {
		t.Fatal(err)
	}
	var fields map[string]any
	if err := json.Unmarshal(written, &fields); err != nil {
		t.Fatal(err)
	}
	for name, value := range fields {
		found[fmt.Sprintf("%s %v", name, value)] = true
	}
}

func TestHistories_EveryFeature(t *testing.T) {
	t.Parallel()
	found := map[string]bool{}
	const histories = 400
	for seed := range histories {
		h := simtest.Histories().Example(seed)
		features(t, found, h)
		modelFeatures(t, found, h.Scenario.Model)
	}
	want := []string{
		"faults", "other rows", "incremental", "never ends", "base fails", "respelled", "online true", "online false",
		"unopened", "old base", "overlap", "migration ", "migration Failed", "migration Terminated", "increment ",
		"increment Failed", "db_name ", "db_name absent", "db_name null", "db_name empty", "time ", "time sample",
		"time +08:00", "time +0800", "time unreadable", "time absent", "ahead", "behind",

		"page_record_count page_size", "page_record_count sample", "page_record_count absent",
		"total_counts_page true", "hidden_rows 1", "hidden_rows 2", "hidden_rows 3", "page_after_last empty_total_0",
		"page_after_last refused", "page_after_last first_page", "page_after_last last_page", "order oldest_first",
		"order id", "order database", "order random", "items object", "items list",
		"empty_items absent", "empty_items null", "instance_id_field DBInstanceID", "instance_id_field both",
		"success_code ", "success_code 200", "success_code OK", "success_code Success", "future_end minute",
		"future_end second", "refuse_old_start true", "refuse_long_window true", "window_by_minute true",
		"window_code InvalidStartTime.Malformed", "window_code InvalidEndTime.Malformed",
		"window_code InvalidStartTimeAndEndTime.Malformed", "window_code InvalidSearchTimeRange",
		"window_code InvalidTimeRange", "increment_rows base_id", "increment_rows none", "full_base true",
		"waiting_rows newest", "waiting_rows none", "opened_stays_waiting true",
	}
	got := []string{}
	for name, ok := range found {
		if ok {
			got = append(got, name)
		}
	}
	slices.Sort(want)
	slices.Sort(got)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}
