// SPDX-License-Identifier: MPL-2.0

package rdssim_test

import (
	"bytes"
	"encoding/json"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/jonboulle/clockwork"

	"github.com/rds-migrate/terraform-provider-alicloud/internal/rdssim"
)

const fullScenario = `{
  "access_keys": [{"id": "k", "secret": "s", "security_token": "t", "inactive": true, "denied": true, "expired": true}],
  "instances": [{
    "id": "rm-1", "region": "cn-hangzhou", "resource_group_id": "rg-1", "unsupported": true,
    "tasks": [{
      "id": "1", "database": "orders", "backup_mode": "UPDF", "description": "d", "is_db_replaced": "True",
      "created": "-1h30m", "created_after_polls": 2, "create_time": "then", "end_time": "",
      "duplicate": true, "db_name_form": "null", "time_form": "sample",
      "steps": [{"after": "1m30s", "status": "Success", "description": "e"}, {"after_polls": 3, "status": "Failed"}]
    }],
    "migrations": [{
      "id": "2", "database": "orders", "incremental": true, "created": "1h", "started": "1s", "restored": "2s",
      "increments": [{"id": "3", "backup_mode": "LOG", "started": "3s", "ended": "4s", "status": "Failed"}],
      "ended": "5s", "status": "Terminated", "description": "d", "is_db_replaced": "True", "time_form": "+08:00"
    }]
  }],
  "faults": [{
    "kind": "error", "instance_id": "rm-1", "page": 2, "skip": 1, "times": 3,
    "status": 400, "code": "Throttling", "message": "m", "header": {"Retry-After": "1"}, "until": "1h", "no_date": true
  }, {"kind": "delay", "wait": "20ms"}],
  "model": {
    "page_record_count": "sample", "total_counts_page": true, "hidden_rows": 1, "page_after_last": "refused",
    "order": "random", "order_seed": 2, "items": "object", "empty_items": "null", "instance_id_field": "both",
    "success_code": "", "clock_skew": "-15m", "future_end": "second", "refuse_old_start": true,
    "refuse_long_window": true, "window_code": "InvalidTimeRange", "window_by_minute": true,
    "increment_rows": "none", "full_base": true, "waiting_rows": "newest", "opened_stays_waiting": true
  }
}`

func TestScenario_EveryField(t *testing.T) {
	t.Parallel()
	got, err := rdssim.Load(strings.NewReader(fullScenario))
	if err != nil {
		t.Fatal(err)
	}
	then, none := "then", ""
	want := rdssim.Scenario{
		AccessKeys: []rdssim.AccessKey{
			{ID: "k", Secret: "s", SecurityToken: "t", Inactive: true, Denied: true, Expired: true},
		},
		Instances: []rdssim.Instance{{
			ID: "rm-1", Region: "cn-hangzhou", ResourceGroupID: "rg-1", Unsupported: true,
			Tasks: []rdssim.Task{{
				ID: "1", Database: "orders", BackupMode: "UPDF", Description: "d", IsDBReplaced: "True",
				Created: rdssim.Duration(-90 * time.Minute), CreatedAfterPolls: 2, CreateTime: &then, EndTime: &none,
				Duplicate: true, RowForm: rdssim.RowForm{DBNameForm: "null", TimeForm: "sample"},
				Steps: []rdssim.Step{
					{After: rdssim.Duration(90 * time.Second), Status: "Success", Description: "e"},
					{AfterPolls: 3, Status: "Failed"},
				},
			}},
			Migrations: []rdssim.Migration{{
				ID: "2", Database: "orders", Incremental: true, Created: rdssim.Duration(time.Hour),
				Started: rdssim.Duration(time.Second), Restored: rdssim.Duration(2 * time.Second),
				Increments: []rdssim.Increment{{
					ID: "3", BackupMode: "LOG", Status: "Failed",
					Started: rdssim.Duration(3 * time.Second), Ended: rdssim.Duration(4 * time.Second),
				}},
				Ended: rdssim.Duration(5 * time.Second), Status: "Terminated", Description: "d", IsDBReplaced: "True",
				RowForm: rdssim.RowForm{TimeForm: "+08:00"},
			}},
		}},
		Faults: []rdssim.Fault{{
			Kind: rdssim.KindError, InstanceID: "rm-1", Page: 2, Skip: 1, Times: 3,
			Status: 400, Code: "Throttling", Message: "m", Header: map[string]string{"Retry-After": "1"},
			Until: rdssim.Duration(time.Hour), NoDate: true,
		}, {Kind: rdssim.KindDelay, Wait: rdssim.Duration(20 * time.Millisecond)}},
		Model: rdssim.Model{
			PageRecordCount: "sample", TotalCountsPage: true, HiddenRows: 1, PageAfterLast: "refused",
			Order: "random", OrderSeed: 2, Items: "object", EmptyItems: "null", InstanceIDField: "both",
			SuccessCode: "", ClockSkew: rdssim.Duration(-15 * time.Minute), FutureEnd: "second", RefuseOldStart: true,
			RefuseLongWindow: true, WindowCode: "InvalidTimeRange", WindowByMinute: true,
			IncrementRows: "none", FullBase: true, WaitingRows: "newest", OpenedStaysWaiting: true,
		},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	written, err := json.Marshal(got)
	if err != nil {
		t.Fatal(err)
	}
	again, err := rdssim.Load(strings.NewReader(string(written)))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, again); diff != "" {
		t.Errorf("written and read again: %s", diff)
	}
}

func TestScenario_InvalidFile(t *testing.T) {
	t.Parallel()
	tests := map[string]struct{ file, want string }{
		"nothing":                {``, "EOF"},
		"no JSON":                {`instances:`, "invalid character"},
		"an unknown field":       {`{"instances": [{"id": "a", "zone": "b"}]}`, `unknown field "zone"`},
		"something after it":     {`{} {}`, "unexpected data"},
		"a number as a duration": {`{"instances": [{"tasks": [{"created": 5}]}]}`, `"1m30s"`},
		"a word as a duration":   {`{"instances": [{"tasks": [{"created": "soon"}]}]}`, `not "soon"`},
		"an unknown unit":        {`{"instances": [{"tasks": [{"created": "-1d"}]}]}`, `ms, us, or ns, not "-1d"`},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := rdssim.Load(strings.NewReader(tt.file))
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %v, want %s", err, tt.want)
			}
		})
	}
}

func TestScenario_InvalidValues(t *testing.T) {
	t.Parallel()
	inTask := func(fields string) string {
		return `{"instances": [{"id": "a", "region": "r", "tasks": [{"id": "1", "database": "d"}, {` + fields + `}]}]}`
	}
	task := func(fields string) string { return inTask(`"id": "2", "database": "d", ` + fields) }
	fault := func(fields string) string {
		return `{"instances": [{"id": "a", "region": "r"}], "faults": [{"kind": "close"}, {` + fields + `}]}`
	}
	model := func(fields string) string { return `{"model": {` + fields + `}}` }
	migration := func(fields string) string {
		return `{"instances": [{"id": "a", "region": "r", "migrations": [{"database": "d", "ended": "1s"},
			{"database": "d", ` + fields + `}]}]}`
	}
	tests := map[string]struct{ file, want string }{
		"a migration of no database": {
			migration(`"database": ""`), "instances[0]: migrations[1]: database is missing",
		},
		"a migration of unknown status": {migration(`"status": "Running"`), `migrations[1]: unknown status "Running"`},
		"a migration of unknown form":   {migration(`"time_form": "x"`), `migrations[1]: unknown time_form "x"`},
		"a full migration with a base":  {migration(`"restored": "1s"`), "require incremental"},
		"a full migration with increments": {
			migration(`"increments": [{"started": "1s"}]`), "require incremental",
		},
		"increments without a base": {
			migration(`"incremental": true, "increments": [{"started": "1s"}]`), "increments require restored",
		},
		"opened without a base": {migration(`"incremental": true, "ended": "1s"`), "requires restored"},
		"a negative time":       {migration(`"started": "-1s"`), "migrations[1]: started must not be negative"},
		"an end before the start": {
			migration(`"started": "2s", "ended": "1s"`), "ended must not be less than started",
		},
		"a base before the start": {
			migration(`"incremental": true, "started": "2s", "restored": "1s"`),
			"restored must not be less than started",
		},
		"an increment before the base": {
			migration(`"incremental": true, "restored": "2s", "increments": [{"started": "1s"}]`),
			"increments[0].started must not be less than restored",
		},
		"an increment that ends before it starts": {
			migration(`"incremental": true, "restored": "2s", "increments": [{"started": "4s", "ended": "3s"}]`),
			"increments[0].ended must not be less than increments[0].started",
		},
		"an increment without a start": {
			migration(`"incremental": true, "restored": "2s", "increments": [{}]`), "increments[0]: started is missing",
		},
		"an increment of unknown status": {
			migration(`"incremental": true, "restored": "2s", "increments": [{"started": "3s", "status": "Waiting"}]`),
			`increments[0]: unknown status "Waiting"`,
		},
		"an increment during another": {
			migration(`"incremental": true, "restored": "2s", "increments": [{"started": "3s"}, {"started": "4s"}]`),
			"increments[0]: ended is missing",
		},
		"opened during an increment": {
			migration(`"incremental": true, "restored": "2s", "ended": "4s", "increments": [{"started": "3s"}]`),
			"increments[0]: ended is missing",
		},
		"a migration with the ID of another": {migration(`"id": "1", "ended": "1s"`), `duplicate id "1"`},
		"unknown rows of increments":         {model(`"increment_rows": "x"`), "unknown increment_rows x"},
		"unknown rows that wait":             {model(`"waiting_rows": "x"`), "unknown waiting_rows x"},
		"an unknown page record count":       {model(`"page_record_count": "x"`), "model: unknown page_record_count x"},
		"a negative number of rows":          {model(`"hidden_rows": -1`), "model: hidden_rows"},
		"an unknown page after the last":     {model(`"page_after_last": "x"`), "unknown page_after_last x"},
		"an unknown order":                   {model(`"order": "x"`), "unknown order x"},
		"an unknown shape of Items":          {model(`"items": "x"`), "unknown items x"},
		"an unknown shape of empty Items":    {model(`"empty_items": "x"`), "unknown empty_items x"},
		"an unknown field for the ID":        {model(`"instance_id_field": "x"`), "unknown instance_id_field x"},
		"a success code of an error": {
			model(`"success_code": "Throttling"`), "unknown success_code Throttling",
		},
		"a success code of no kind":    {model(`"success_code": [200]`), "unknown success_code [200]"},
		"an unknown end in the future": {model(`"future_end": "x"`), "unknown future_end x"},
		"an unknown window code":       {model(`"window_code": "x"`), "unknown window_code x"},
		"an unknown form of a name":    {task(`"db_name_form": "x"`), `tasks[1]: unknown db_name_form "x"`},
		"an unknown form of a time":    {task(`"time_form": "x"`), `tasks[1]: unknown time_form "x"`},
		"a key without an ID":          {`{"access_keys": [{"secret": "s"}]}`, "access_keys[0]: id is missing"},
		"a key without a secret":       {`{"access_keys": [{"id": "a"}]}`, "access_keys[0]: secret is missing"},
		"a permanent key expired": {
			`{"access_keys": [{"id": "a", "secret": "s", "expired": true}]}`, "security_token",
		},
		"a key twice": {
			`{"access_keys": [{"id": "a", "secret": "s"}, {"id": "a", "secret": "s"}]}`, "access_keys[1]: duplicate id",
		},
		"an instance without ID":     {`{"instances": [{"region": "r"}]}`, "instances[0]: id is missing"},
		"an instance without region": {`{"instances": [{"id": "a"}]}`, "instances[0]: region is missing"},
		"an instance twice": {
			`{"instances": [{"id": "a", "region": "r"}, {"id": "a", "region": "q"}]}`, "instances[1]: duplicate id",
		},
		"a task without an ID":        {inTask(`"database": "d"`), "instances[0]: tasks[1]: id is missing"},
		"a task without database":     {inTask(`"id": "2"`), "tasks[1]: database is missing"},
		"a task twice":                {inTask(`"id": "1", "database": "d"`), `tasks[1]: duplicate id "1"`},
		"a task after negative polls": {task(`"created_after_polls": -1`), "tasks[1]: created_after_polls"},
		"a step without a status":     {task(`"steps": [{}]`), "tasks[1]: steps[0]: status"},
		"a step before creation":      {task(`"steps": [{"status": "A", "after": "-1s"}]`), "steps[0]: after must"},
		"a step after negative polls": {task(`"steps": [{"status": "A", "after_polls": -1}]`), "steps[0]: after_polls"},
		"steps out of order": {
			task(`"steps": [{"status": "A", "after": "2s"}, {"status": "B", "after": "1s"}]`), "steps[1]: after must",
		},
		"steps by polls out of order": {
			task(`"steps": [{"status": "A", "after_polls": 2}, {"status": "B", "after_polls": 1}]`),
			"steps[1]: after_polls must",
		},
		"a step by time and by polls": {
			task(`"steps": [{"status": "A", "after": "1s", "after_polls": 1}]`), "steps[0]: after and after_polls",
		},
		"a fault without a kind":         {fault(``), `faults[1]: unknown kind ""`},
		"a fault of an unknown instance": {fault(`"kind": "close", "instance_id": "b"`), "unknown instance_id"},
		"a fault of a negative page":     {fault(`"kind": "close", "page": -1`), "must not be negative"},
		"an error without a code":        {fault(`"kind": "error", "status": 400`), "error: code is missing"},
		"an error without a status":      {fault(`"kind": "error", "code": "A"`), "error: status"},
		"a body of status 100":           {fault(`"kind": "body", "status": 100`), "body: status"},
		"truncated after the end":        {fault(`"kind": "truncate", "at": 1.5`), "truncate: at"},
		"truncated before the start":     {fault(`"kind": "truncate_silently", "at": -0.5`), "truncate_silently: at"},
		"hanging after the end":          {fault(`"kind": "hang", "at": 2`), "hang: at"},
		"a flood of no bytes":            {fault(`"kind": "flood"`), "flood: bytes"},
		"a rate of 0":                    {fault(`"kind": "rate"`), "rate: per_second"},
		"a page size of 0":               {fault(`"kind": "max_page_size"`), "max_page_size: page_size"},
		"no delay":                       {fault(`"kind": "delay"`), "delay: wait"},
		"an insert without a task":       {fault(`"kind": "insert", "times": 1`), "insert: task is missing"},
		"an insert of a task twice": {
			fault(`"kind": "insert", "task": {"id": "1", "database": "d"}`), "times must be 1",
		},
		"an insert without a database":    {fault(`"kind": "insert", "task": {}`), "insert: database is missing"},
		"an expiry of no tasks":           {fault(`"kind": "expire"`), "expire: count"},
		"another page that is the page":   {fault(`"kind": "other_page"`), "other_page: page_offset"},
		"an edit, which a file cannot do": {fault(`"kind": "edit"`), "edit: only Go code"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, err := rdssim.Load(strings.NewReader(tt.file))
			if err != nil {
				t.Fatal(err)
			}
			_, err = rdssim.New(s, clockwork.NewFakeClockAt(startTime()))
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %v, want %s", err, tt.want)
			}
		})
	}
}

// TestScenario_Demo polls the scenario of the demo. Its order of events is the one that tools/demo.sh describes.
func TestScenario_Demo(t *testing.T) {
	t.Parallel()
	file, err := os.ReadFile("../../examples/demo/scenario.json")
	if err != nil {
		t.Fatal(err)
	}
	s, err := rdssim.Load(bytes.NewReader(file))
	if err != nil {
		t.Fatal(err)
	}
	s.AccessKeys = nil
	r := newFixture(t, s)
	for i, want := range []string{
		"orders Running, customers Success",
		"orders Running, customers Success",
		"orders Running, customers Success",
		"orders Failed, customers Success",
		"orders Running, orders Failed, customers Success",
		"orders Success, orders Failed, customers Success",
	} {
		var got []string
		for _, task := range r.list(t, values{"DBInstanceId": s.Instances[0].ID}).Items.MigrateTask {
			got = append(got, task.Database+" "+task.Status)
		}
		if got := strings.Join(got, ", "); got != want {
			t.Errorf("poll %d: %s, want %s", i+1, got, want)
		}
		if i >= 4 {
			r.clock.Advance(9 * time.Second)
		}
	}
}
