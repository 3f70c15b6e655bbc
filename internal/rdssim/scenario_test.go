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
      "steps": [{"after": "1m30s", "status": "Success", "description": "e"}, {"after_polls": 3, "status": "Failed"}]
    }]
  }],
  "faults": [{
    "kind": "error", "instance_id": "rm-1", "page": 2, "skip": 1, "times": 3,
    "status": 400, "code": "Throttling", "message": "m", "header": {"Retry-After": "1"}
  }, {"kind": "delay", "wait": "20ms"}]
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
				Steps: []rdssim.Step{
					{After: rdssim.Duration(90 * time.Second), Status: "Success", Description: "e"},
					{AfterPolls: 3, Status: "Failed"},
				},
			}},
		}},
		Faults: []rdssim.Fault{{
			Kind: rdssim.KindError, InstanceID: "rm-1", Page: 2, Skip: 1, Times: 3,
			Status: 400, Code: "Throttling", Message: "m", Header: map[string]string{"Retry-After": "1"},
		}, {Kind: rdssim.KindDelay, Wait: rdssim.Duration(20 * time.Millisecond)}},
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
	inTask := func(rest string) string {
		return `{"instances": [{"id": "a", "region": "r", "tasks": [{"id": "1", "database": "d"}, {` + rest + `}]}]}`
	}
	fault := func(rest string) string {
		return `{"instances": [{"id": "a", "region": "r"}], "faults": [{"kind": "close"}, {` + rest + `}]}`
	}
	tests := map[string]struct{ file, want string }{
		"a key without an ID":      {`{"access_keys": [{"secret": "s"}]}`, "access_keys[0]: id is missing"},
		"a key without a secret":   {`{"access_keys": [{"id": "a"}]}`, "access_keys[0]: secret is missing"},
		"a permanent key expired":  {`{"access_keys": [{"id": "a", "secret": "s", "expired": true}]}`, "security_token"},
		"a key twice":              {`{"access_keys": [{"id": "a", "secret": "s"}, {"id": "a", "secret": "s"}]}`, "access_keys[1]"},
		"an instance without ID":   {`{"instances": [{"region": "r"}]}`, "instances[0]: id is missing"},
		"an instance of no region": {`{"instances": [{"id": "a"}]}`, "instances[0]: region is missing"},
		"an instance twice":        {`{"instances": [{"id": "a", "region": "r"}, {"id": "a", "region": "q"}]}`, "instances[1]"},
		"a task without an ID":     {inTask(`"database": "d"`), "instances[0]: tasks[1]: id is missing"},
		"a task of no database":    {inTask(`"id": "2"`), "tasks[1]: database is missing"},
		"a task twice":             {inTask(`"id": "1", "database": "d"`), `tasks[1]: duplicate id "1"`},
		"a step without a status":  {inTask(`"id": "2", "database": "d", "steps": [{}]`), "tasks[1]: steps[0]: status"},
		"a step before creation": {
			inTask(`"id": "2", "database": "d", "steps": [{"status": "Running", "after": "-1s"}]`), "steps[0]: after",
		},
		"steps out of order": {
			inTask(`"id": "2", "database": "d", "steps": [{"status": "A", "after": "2s"}, {"status": "B", "after": "1s"}]`),
			"steps[1]: after",
		},
		"a task after negative polls": {inTask(`"id": "2", "database": "d", "created_after_polls": -1`), "created_after_polls"},
		"a step after negative polls": {
			inTask(`"id": "2", "database": "d", "steps": [{"status": "Running", "after_polls": -1}]`), "steps[0]: after_polls",
		},
		"steps by polls out of order": {
			inTask(`"id": "2", "database": "d", "steps": [{"status": "A", "after_polls": 2}, {"status": "B", "after_polls": 1}]`),
			"steps[1]: after_polls",
		},
		"a step by time and by polls": {
			inTask(`"id": "2", "database": "d", "steps": [{"status": "A", "after": "1s", "after_polls": 1}]`), "steps[0]: after and",
		},
		"a fault of no kind":            {fault(``), `faults[1]: unknown kind ""`},
		"a fault of no instance":        {fault(`"kind": "close", "instance_id": "b"`), `faults[1]: unknown instance_id "b"`},
		"a fault of a page below none":  {fault(`"kind": "close", "page": -1`), "must not be negative"},
		"an error without a code":       {fault(`"kind": "error", "status": 400`), "error: code is missing"},
		"an error without a status":     {fault(`"kind": "error", "code": "A"`), "error: status"},
		"a body of status 100":          {fault(`"kind": "body", "status": 100`), "body: status"},
		"a cut beyond the end":          {fault(`"kind": "truncate", "at": 1.5`), "truncate: at"},
		"a clean cut before the start":  {fault(`"kind": "truncate_silently", "at": -0.5`), "truncate_silently: at"},
		"a hang beyond the end":         {fault(`"kind": "hang", "at": 2`), "hang: at"},
		"a flood of nothing":            {fault(`"kind": "flood"`), "flood: bytes"},
		"a rate of nothing":             {fault(`"kind": "rate"`), "rate: per_second"},
		"a cap at nothing":              {fault(`"kind": "max_page_size"`), "max_page_size: page_size"},
		"a delay of nothing":            {fault(`"kind": "delay"`), "delay: wait"},
		"an insert of nothing":          {fault(`"kind": "insert", "times": 1`), "insert: task is missing"},
		"an insert of a task twice":     {fault(`"kind": "insert", "task": {"id": "1", "database": "d"}`), "times must be 1"},
		"an insert of no database":      {fault(`"kind": "insert", "task": {}`), "insert: database is missing"},
		"a forgetting of nothing":       {fault(`"kind": "expire"`), "expire: count"},
		"another page that is this one": {fault(`"kind": "other_page"`), "other_page: page_offset"},
		"an edit without a function":    {fault(`"kind": "edit"`), "edit: only Go code"},
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

// TestScenario_Demo polls the scenario of the demo, whose story the configuration and the script next to it tell.
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
		for _, task := range r.listTasks(t, r.paramsWith(values{"DBInstanceId": s.Instances[0].ID})).Items.MigrateTask {
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
