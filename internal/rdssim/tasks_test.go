// SPDX-License-Identifier: MPL-2.0

package rdssim_test

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/rds-migrate/terraform-provider-alicloud/internal/rdssim"
)

func TestSimulator_Pagination(t *testing.T) {
	t.Parallel()
	for _, size := range []int{0, 30, 50, 100} {
		for _, n := range []int{0, 1, 30, 31, 100, 101, 250} {
			t.Run(strconv.Itoa(n)+" tasks by "+strconv.Itoa(size), func(t *testing.T) {
				t.Parallel()
				requireAllPages(t, n, size)
			})
		}
	}
}

// requireAllPages reads n tasks page by page, one beyond the last; a size of 0 is the default of the API.
func requireAllPages(t *testing.T, n, size int) {
	t.Helper()
	r := newFixture(t, scenarioWith(newTasks(n)...))
	changes, per := values{}, 30
	if size > 0 {
		changes["PageSize"], per = strconv.Itoa(size), size
	}
	all := []string{}
	last := (n + per - 1) / per
	for number := 1; number <= last+1; number++ {
		changes["PageNumber"] = strconv.Itoa(number)
		l := r.list(t, changes)
		want := min(per, max(0, n-per*(number-1)))
		if l.PageNumber != number || l.TotalRecordCount != n || l.PageRecordCount != want || len(l.ids()) != want {
			t.Fatalf("page %d: %+v", number, l)
		}
		all = append(all, l.ids()...)
	}
	if diff := cmp.Diff(descendingIDs(n, 1), all); diff != "" {
		t.Error(diff)
	}
}

func TestSimulator_OrderOfEqualTimes(t *testing.T) {
	t.Parallel()
	var made []rdssim.Task
	for _, id := range []string{"9", "100", "10", "99"} {
		made = append(made, rdssim.Task{ID: id, Database: "db"})
	}
	r := newFixture(t, scenarioWith(made...))
	if got := r.list(t, nil).ids(); !slices.Equal(got, []string{"100", "99", "10", "9"}) {
		t.Errorf("got %v", got)
	}
}

func TestSimulator_Window(t *testing.T) {
	t.Parallel()
	var made []rdssim.Task
	for i, created := range []time.Duration{-61 * time.Second, -time.Minute, -time.Second, 0} {
		made = append(made, rdssim.Task{ID: strconv.Itoa(i), Database: "db", Created: rdssim.Duration(created)})
	}
	r := newFixture(t, scenarioWith(made...))
	tests := map[string]struct {
		start, end string
		want       []string
	}{
		"both ends belong to it":   {"2026-11-20T09:59Z", "2026-11-20T10:00Z", []string{"3", "2", "1"}},
		"it ends before the last":  {"2026-11-20T09:00Z", "2026-11-20T09:59Z", []string{"1", "0"}},
		"it begins with the last":  {"2026-11-20T10:00Z", "2026-11-20T10:01Z", []string{"3"}},
		"it begins after them all": {"2026-11-20T10:01Z", "2026-11-20T10:02Z", []string{}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := r.list(t, values{"StartTime": tt.start, "EndTime": tt.end})
			if diff := cmp.Diff(tt.want, l.ids()); diff != "" || l.TotalRecordCount != len(tt.want) {
				t.Errorf("%s in %+v", diff, l)
			}
		})
	}
}

func TestSimulator_Retention(t *testing.T) {
	t.Parallel()
	r := newFixture(t, scenarioWith(rdssim.Task{ID: "1", Database: "db"}))
	r.clock.Advance(7 * 24 * time.Hour)
	if got := r.list(t, nil).ids(); !slices.Equal(got, []string{"1"}) {
		t.Errorf("after 7 days to the second: %v", got)
	}
	r.clock.Advance(time.Second)
	l := r.list(t, nil)
	if len(l.ids()) != 0 || l.TotalRecordCount != 0 {
		t.Errorf("a second later: %+v", l)
	}
}

func TestTask_StepsByTime(t *testing.T) {
	t.Parallel()
	minutes := func(n int) rdssim.Duration { return rdssim.Duration(time.Duration(n) * time.Minute) }
	r := newFixture(t, scenarioWith(rdssim.Task{
		ID: "564522545", Database: "orders", BackupMode: "UPDF", IsDBReplaced: "True", Description: "its own",
		Created: minutes(1),
		Steps: []rdssim.Step{
			{After: minutes(1), Status: "Running"},
			{After: minutes(2), Status: "Waiting", Description: "the next file"},
			{After: minutes(3), Status: "Success"},
			{After: minutes(4), Status: "Success", Description: "checked"},
		},
	}))
	base := rdssim.ListedTask{
		ID: "564522545", Database: "orders", BackupMode: "UPDF", IsDBReplaced: "True",
		CreateTime: "2026-11-20T10:01:00Z",
	}
	stage := func(status, description, ended string) []rdssim.ListedTask {
		task := base
		task.Status, task.Description, task.EndTime = status, description, ended
		return []rdssim.ListedTask{task}
	}
	const ended = "2026-11-20T10:04:00Z"
	stages := []struct {
		advance time.Duration
		want    []rdssim.ListedTask
	}{
		{59 * time.Second, []rdssim.ListedTask{}},
		{time.Second, stage("NoStart", "its own", "")},
		{59 * time.Second, stage("NoStart", "its own", "")},
		{time.Second, stage("Running", "its own", "")},
		{time.Minute, stage("Waiting", "the next file", "")},
		{time.Minute, stage("Success", "its own", ended)},
		{time.Minute, stage("Success", "checked", ended)},
		{time.Hour, stage("Success", "checked", ended)},
	}
	for i, s := range stages {
		r.clock.Advance(s.advance)
		if diff := cmp.Diff(s.want, r.list(t, nil).Items.MigrateTask); diff != "" {
			t.Errorf("stage %d: %s", i, diff)
		}
		truth, err := r.sim.Tasks(instanceID)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(s.want, truth); diff != "" {
			t.Errorf("the truth at stage %d: %s", i, diff)
		}
	}
}

func TestTask_StepsByPolls(t *testing.T) {
	t.Parallel()
	s := scenarioWith(rdssim.Task{ID: "1", Database: "db", Steps: []rdssim.Step{
		{Status: "Running"},
		{AfterPolls: 2, Status: "Failed"},
		{AfterPolls: 3, Status: "Running"},
		{After: rdssim.Duration(time.Hour), Status: "Success"},
		{AfterPolls: 5, Status: "Waiting"},
	}})
	s.Instances = append(s.Instances, rdssim.Instance{ID: "rm-2", Region: region})
	s.Faults = []rdssim.Fault{{Kind: rdssim.KindError, Status: 503, Code: "ServiceUnavailable", Times: 1}}
	r := newFixture(t, s)
	// None of these is a poll of the instance.
	for _, changes := range []values{{}, {"PageNumber": "2"}, {"DBInstanceId": "rm-2"}, {"PageSize": "29"}} {
		r.mustCall(t, changes)
	}
	for i, want := range []struct {
		status, ended string
		advance       time.Duration
	}{
		{"Running", "", time.Second},
		{"Running", "", time.Second},
		{"Failed", "2026-11-20T10:00:01Z", time.Second},
		{"Running", "", time.Hour},
		{"Success", "2026-11-20T11:00:00Z", time.Second},
		{"Waiting", "", time.Second},
	} {
		truth, err := r.sim.Tasks(instanceID)
		if err != nil {
			t.Fatal(err)
		}
		got := r.list(t, nil).Items.MigrateTask
		if got[0].Status != want.status || got[0].EndTime != want.ended {
			t.Errorf("poll %d: %+v, want %s, ended %q", i+1, got[0], want.status, want.ended)
		}
		if diff := cmp.Diff(truth, got); diff != "" {
			t.Errorf("poll %d, the truth before it: %s", i+1, diff)
		}
		r.clock.Advance(want.advance)
	}
}

func TestTask_CreatedAfterPolls(t *testing.T) {
	t.Parallel()
	r := newFixture(t, scenarioWith(
		// Polls before its creation do not count, and its last step waits for the one above it.
		rdssim.Task{ID: "1", Database: "db", Created: rdssim.Duration(20 * time.Second), Steps: []rdssim.Step{
			{Status: "Running"}, {AfterPolls: 1, Status: "Failed"}, {After: 1, Status: "Success"},
		}},
		rdssim.Task{ID: "2", Database: "db", Created: rdssim.Duration(-time.Second)},
		rdssim.Task{ID: "3", Database: "db", Created: rdssim.Duration(-2 * time.Second), CreatedAfterPolls: 1},
	))
	const second, third = "2 Success 09:59:59-09:59:59", "3 Success 10:00:08-10:00:08"
	for i, want := range [][]string{
		{second},
		{third, second},
		{"1 Running 10:00:20-", third, second},
		{"1 Success 10:00:20-10:00:30", third, second},
	} {
		r.clock.Advance([]time.Duration{10 * time.Second, 0, 20 * time.Second, time.Minute}[i])
		var got []string
		for _, task := range r.list(t, nil).Items.MigrateTask {
			clock := strings.NewReplacer("2026-11-20T", "", "Z", "")
			got = append(got, clock.Replace(task.ID+" "+task.Status+" "+task.CreateTime+"-"+task.EndTime))
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("poll %d: %s", i+1, diff)
		}
	}
}

func TestTask_Defaults(t *testing.T) {
	t.Parallel()
	odd, none := "2017-05-30 T12:11:4Z", ""
	r := newFixture(t, scenarioWith(
		rdssim.Task{ID: "3", Database: "a"},
		rdssim.Task{ID: "2", Database: "b", CreateTime: &odd, EndTime: &none},
		rdssim.Task{ID: "1", Database: "c", Steps: []rdssim.Step{{Status: "Failed", Description: "why"}}},
	))
	const now = "2026-11-20T10:00:00Z"
	want := []rdssim.ListedTask{
		{"3", "a", "Success", "FULL", now, now, "False", ""},
		{"2", "b", "Success", "FULL", odd, none, "False", ""},
		{"1", "c", "Failed", "FULL", now, now, "False", "why"},
	}
	if diff := cmp.Diff(want, r.list(t, nil).Items.MigrateTask); diff != "" {
		t.Error(diff)
	}
}

func TestSimulator_NoHTMLEscaping(t *testing.T) {
	t.Parallel()
	r := newFixture(t, scenarioWith(rdssim.Task{ID: "1", Database: "a&b", Description: "<none>"}))
	got := r.mustCall(t, nil)
	for _, want := range []string{`"a&b"`, `"<none>"`} {
		if !strings.Contains(string(got.body), want) {
			t.Errorf("no %s in %s", want, got.body)
		}
	}
}

func TestTask_RunsAgain(t *testing.T) {
	t.Parallel()
	r := newFixture(t, scenarioWith(rdssim.Task{
		ID: "1", Database: "a", Created: -1, Steps: []rdssim.Step{{Status: "Failed"}, {After: 1, Status: "Running"}},
	}))
	if got := r.list(t, nil).Items.MigrateTask[0]; got.Status != "Running" || got.EndTime != "" {
		t.Errorf("got %+v", got)
	}
}

func TestSimulator_AddTask(t *testing.T) {
	t.Parallel()
	r := newFixture(t, scenarioWith(newTasks(2)...))
	if err := r.sim.AddTask(instanceID, rdssim.Task{ID: "7", Database: "db"}); err != nil {
		t.Fatal(err)
	}
	if err := r.sim.AddTask(instanceID, rdssim.Task{Database: "db"}); err != nil {
		t.Fatal(err)
	}
	if got := r.list(t, nil).ids(); !slices.Equal(got, []string{"8", "7", "2", "1"}) {
		t.Errorf("got %v", got)
	}
	wrong := map[string]error{
		"a duplicate ID":          r.sim.AddTask(instanceID, rdssim.Task{ID: "7", Database: "db"}),
		"a task without database": r.sim.AddTask(instanceID, rdssim.Task{ID: "9"}),
		"an unknown instance":     r.sim.AddTask("rm-2", rdssim.Task{ID: "9", Database: "db"}),
	}
	for name, err := range wrong {
		if err == nil {
			t.Errorf("%s was added", name)
		}
	}
}

func TestSimulator_RequestIDs(t *testing.T) {
	t.Parallel()
	r := newFixture(t, scenarioWith())
	seen := map[string]bool{}
	const calls = 20
	for range calls {
		seen[r.list(t, nil).RequestID] = true
	}
	if len(seen) != calls {
		t.Errorf("%d request IDs for %d calls", len(seen), calls)
	}
}

func TestSimulator_Calls(t *testing.T) {
	t.Parallel()
	r := newFixture(t, scenarioWith())
	var observed []rdssim.Call
	r.sim.Observe(func(c rdssim.Call) { observed = append(observed, c) })
	for _, size := range []string{"30", "29", "100"} {
		r.mustCall(t, values{"PageSize": size})
	}
	var got []string
	for _, c := range r.sim.Calls() {
		if c.Params.Has("Signature") || c.Action != "DescribeMigrateTasks" || c.Method != http.MethodGet ||
			!c.Time.Equal(startTime()) || c.Header.Get("User-Agent") == "" {
			t.Errorf("recorded as %+v", c)
		}
		got = append(got, c.Params.Get("PageSize")+" "+strconv.Itoa(c.Status)+c.Code)
	}
	if diff := cmp.Diff([]string{"30 200", "29 400InvalidPageSize", "100 200"}, got); diff != "" {
		t.Error(diff)
	}
	r.server.Close()
	if diff := cmp.Diff(r.sim.Calls(), observed); diff != "" {
		t.Errorf("observed differently: %s", diff)
	}
	r.sim.ClearCalls()
	if got := r.sim.Calls(); len(got) != 0 {
		t.Errorf("not cleared: %v", got)
	}
}
