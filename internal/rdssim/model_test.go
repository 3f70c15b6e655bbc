// SPDX-License-Identifier: MPL-2.0

package rdssim_test

import (
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/rds-migrate/terraform-provider-alicloud/internal/rdssim"
)

// newModelFixture returns a fixture of a simulator with the model and these tasks.
func newModelFixture(t *testing.T, m rdssim.Model, tasks ...rdssim.Task) *fixture {
	t.Helper()
	s := scenarioWith(tasks...)
	s.Model = m
	return newFixture(t, s)
}

// fields decodes the JSON object in a successful response.
func (r *fixture) fields(t *testing.T, changes values) map[string]any {
	t.Helper()
	got := r.mustCall(t, changes)
	if got.status != http.StatusOK {
		t.Fatalf("status %d: %s", got.status, got.body)
	}
	var fields map[string]any
	if err := json.Unmarshal(got.body, &fields); err != nil {
		t.Fatal(err)
	}
	return fields
}

func TestModel_PageRecordCount(t *testing.T) {
	t.Parallel()
	tests := map[rdssim.PageRecordCount]any{
		"":                           1.0,
		rdssim.PageRecordCountSize:   50.0,
		rdssim.PageRecordCountSample: 10.0,
		rdssim.PageRecordCountAbsent: nil,
	}
	for count, want := range tests {
		t.Run(string(count), func(t *testing.T) {
			t.Parallel()
			r := newModelFixture(t, rdssim.Model{PageRecordCount: count}, newTasks(51)...)
			got, ok := r.fields(t, values{"PageSize": "50", "PageNumber": "2"})["PageRecordCount"]
			if got != want || ok != (want != nil) {
				t.Errorf("got %v, want %v", got, want)
			}
		})
	}
}

func TestModel_TotalRecordCount(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		model rdssim.Model
		want  []int
	}{
		"all rows":                {rdssim.Model{}, []int{61, 61, 61, 61}},
		"the rows of the page":    {rdssim.Model{TotalCountsPage: true}, []int{30, 30, 1, 0}},
		"rows that are not there": {rdssim.Model{HiddenRows: 2}, []int{63, 63, 63, 63}},
		"of the page and hidden":  {rdssim.Model{HiddenRows: 2, TotalCountsPage: true}, []int{32, 32, 3, 2}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newModelFixture(t, tt.model, newTasks(61)...)
			var got []int
			for number := range tt.want {
				got = append(got, r.list(t, values{"PageNumber": strconv.Itoa(number + 1)}).TotalRecordCount)
			}
			if !slices.Equal(got, tt.want) {
				t.Errorf("got %v, want %v", got, tt.want)
			}
		})
	}
}

func TestModel_PageAfterLast(t *testing.T) {
	t.Parallel()
	tests := map[rdssim.PageAfterLast]struct {
		ids   []string
		total int
	}{
		"":                           {[]string{}, 31},
		rdssim.PageAfterLastZero:     {[]string{}, 0},
		rdssim.PageAfterLastFirst:    {descendingIDs(31, 2), 31},
		rdssim.PageAfterLastRepeated: {[]string{"1"}, 31},
	}
	for after, tt := range tests {
		t.Run(string(after), func(t *testing.T) {
			t.Parallel()
			r := newModelFixture(t, rdssim.Model{PageAfterLast: after}, newTasks(31)...)
			for _, number := range []int{3, 4} {
				l := r.list(t, values{"PageNumber": strconv.Itoa(number)})
				if diff := cmp.Diff(tt.ids, l.ids()); diff != "" || l.TotalRecordCount != tt.total ||
					l.PageRecordCount != len(tt.ids) || l.PageNumber != number {
					t.Errorf("page %d: %+v", number, l)
				}
			}
			if got := r.list(t, values{"PageNumber": "2"}).ids(); !slices.Equal(got, []string{"1"}) {
				t.Errorf("the last page: %v", got)
			}
		})
	}
}

func TestModel_PageAfterLastRefused(t *testing.T) {
	t.Parallel()
	r := newModelFixture(t, rdssim.Model{PageAfterLast: rdssim.PageAfterLastRefused}, newTasks(30)...)
	requireError(t, r.mustCall(t, values{"PageNumber": "2"}), "400 InvalidPageNumber")
	if got := r.list(t, nil).ids(); len(got) != 30 {
		t.Errorf("the last page: %v", got)
	}
	empty := newModelFixture(t, rdssim.Model{PageAfterLast: rdssim.PageAfterLastRefused})
	if got := empty.list(t, nil).ids(); len(got) != 0 {
		t.Errorf("page 1 of an empty list: %v", got)
	}
}

func TestModel_Order(t *testing.T) {
	t.Parallel()
	var made []rdssim.Task
	for i, task := range []rdssim.Task{{ID: "9", Database: "b"}, {ID: "10", Database: "a"}, {ID: "8", Database: "b"}} {
		task.Created = -rdssim.Duration(time.Duration(i) * time.Hour)
		made = append(made, task)
	}
	tests := map[rdssim.Order][]string{
		"":                      {"9", "10", "8"},
		rdssim.OrderOldestFirst: {"8", "10", "9"},
		rdssim.OrderID:          {"8", "9", "10"},
		rdssim.OrderDatabase:    {"10", "9", "8"},
	}
	for order, want := range tests {
		t.Run(string(order), func(t *testing.T) {
			t.Parallel()
			r := newModelFixture(t, rdssim.Model{Order: order}, made...)
			if got := r.list(t, nil).ids(); !slices.Equal(got, want) {
				t.Errorf("got %v, want %v", got, want)
			}
			truth, err := r.sim.Tasks(instanceID)
			if err != nil || truth[0].ID != "9" {
				t.Errorf("the truth is not newest first: %v, %v", truth, err)
			}
		})
	}
}

func TestModel_OrderRandom(t *testing.T) {
	t.Parallel()
	read := func(r *fixture) []string { return r.list(t, values{"PageSize": "100"}).ids() }
	random := func(seed int64) *fixture {
		return newModelFixture(t, rdssim.Model{Order: rdssim.OrderRandom, OrderSeed: seed}, newTasks(20)...)
	}
	one := random(1)
	first := read(one)
	sorted := slices.SortedFunc(slices.Values(first), func(a, b string) int { return len(a) - len(b) })
	switch {
	case slices.Equal(first, descendingIDs(20, 1)) || len(slices.Compact(sorted)) != 20:
		t.Errorf("got %v", first)
	case !slices.Equal(read(one), first) || !slices.Equal(read(random(1)), first):
		t.Error("the order of a seed changes")
	case slices.Equal(read(random(2)), first):
		t.Error("two seeds have the same order")
	}
	if err := one.sim.AddTask(instanceID, rdssim.Task{ID: "new", Database: "db"}); err != nil {
		t.Fatal(err)
	}
	others := slices.DeleteFunc(read(one), func(id string) bool { return id == "new" })
	if !slices.Equal(others, first) {
		t.Errorf("another task changes the order of the others: %v", others)
	}
}

func TestModel_OrderChanging(t *testing.T) {
	t.Parallel()
	r := newModelFixture(t, rdssim.Model{Order: rdssim.OrderChanging}, newTasks(20)...)
	first, second := r.list(t, nil).ids(), r.list(t, nil).ids()
	if slices.Equal(first, second) {
		t.Errorf("twice %v", first)
	}
	slices.Sort(first)
	slices.Sort(second)
	if !slices.Equal(first, second) {
		t.Errorf("not the same tasks: %v and %v", first, second)
	}
}

func TestModel_Items(t *testing.T) {
	t.Parallel()
	row := map[string]any{
		"MigrateTaskId": "1", "DBName": "db", "Status": "Success", "BackupMode": "FULL", "IsDBReplaced": "False",
		"CreateTime": "2026-11-20T09:59:59Z", "EndTime": "2026-11-20T09:59:59Z", "Description": "",
	}
	list := func(tasks any) map[string]any { return map[string]any{"MigrateTask": tasks} }
	none := []any{}
	tests := map[string]struct {
		model      rdssim.Model
		one, empty any
	}{
		"a list":            {rdssim.Model{}, list([]any{row}), list(none)},
		"an object":         {rdssim.Model{Items: rdssim.ItemsObject}, list(row), list(none)},
		"Items is the list": {rdssim.Model{Items: rdssim.ItemsList}, []any{row}, none},
		"absent when empty": {rdssim.Model{EmptyItems: rdssim.EmptyItemsAbsent}, list([]any{row}), map[string]any{}},
		"null when empty":   {rdssim.Model{EmptyItems: rdssim.EmptyItemsNull}, list([]any{row}), list(nil)},
		"an object or absent": {
			rdssim.Model{Items: rdssim.ItemsObject, EmptyItems: rdssim.EmptyItemsAbsent}, list(row), map[string]any{},
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			one := newModelFixture(t, tt.model, newTasks(1)...).fields(t, nil)["Items"]
			if diff := cmp.Diff(tt.one, one); diff != "" {
				t.Errorf("one row: %s", diff)
			}
			if diff := cmp.Diff(tt.empty, newModelFixture(t, tt.model).fields(t, nil)["Items"]); diff != "" {
				t.Errorf("no row: %s", diff)
			}
			two := newModelFixture(t, tt.model, newTasks(2)...).fields(t, nil)["Items"]
			if object, ok := two.(map[string]any); ok {
				two = object["MigrateTask"]
			}
			if rows, ok := two.([]any); !ok || len(rows) != 2 {
				t.Errorf("two rows: %v", two)
			}
		})
	}
}

func TestModel_InstanceIDField(t *testing.T) {
	t.Parallel()
	tests := map[rdssim.InstanceIDField]map[string]any{
		"":                          {"DBInstanceId": instanceID},
		rdssim.InstanceIDFieldUpper: {"DBInstanceID": instanceID},
		rdssim.InstanceIDFieldBoth:  {"DBInstanceId": instanceID, "DBInstanceID": instanceID},
	}
	for field, want := range tests {
		t.Run(string(field), func(t *testing.T) {
			t.Parallel()
			got := newModelFixture(t, rdssim.Model{InstanceIDField: field}).fields(t, nil)
			for _, name := range []string{"DBInstanceId", "DBInstanceID"} {
				if got[name] != want[name] {
					t.Errorf("%s is %v, want %v", name, got[name], want[name])
				}
			}
		})
	}
}

func TestModel_SuccessCode(t *testing.T) {
	t.Parallel()
	for sent, want := range map[any]any{nil: nil, "": "", "200": "200", "OK": "OK", "Success": "Success", 200: 200.0} {
		got, ok := newModelFixture(t, rdssim.Model{SuccessCode: sent}).fields(t, nil)["Code"]
		if got != want || ok != (sent != nil) {
			t.Errorf("%#v is sent as %#v", sent, got)
		}
	}
}

func TestModel_SharedID(t *testing.T) {
	t.Parallel()
	base := rdssim.Task{ID: "1", Database: "a"}
	changed := func(f func(*rdssim.Task)) rdssim.Task {
		task := base
		f(&task)
		return task
	}
	tasks := []rdssim.Task{
		base,
		changed(func(t *rdssim.Task) { t.Database = "b" }),
		changed(func(t *rdssim.Task) { t.BackupMode = "UPDF" }),
		changed(func(t *rdssim.Task) { t.Created = rdssim.Duration(-time.Second) }),
		changed(func(t *rdssim.Task) { t.Duplicate = true }),
		changed(func(t *rdssim.Task) { t.CreatedAfterPolls, t.Duplicate = 2, true }),
	}
	r := newModelFixture(t, rdssim.Model{}, tasks...)
	if got := r.list(t, nil).ids(); !slices.Equal(got, slices.Repeat([]string{"1"}, 5)) {
		t.Errorf("got %v", got)
	}
	for name, task := range map[string]rdssim.Task{
		"an equal row":                  base,
		"a row of the same second":      changed(func(t *rdssim.Task) { t.Created = 1 }),
		"a row that may become equal":   changed(func(t *rdssim.Task) { t.CreatedAfterPolls = 1 }),
		"a row with the listed default": changed(func(t *rdssim.Task) { t.BackupMode = "FULL" }),
	} {
		if err := r.sim.AddTask(instanceID, task); err == nil {
			t.Errorf("%s was added", name)
		}
	}
}

func TestModel_SharedIDExpires(t *testing.T) {
	t.Parallel()
	tasks := newTasks(3)
	for i := range tasks {
		tasks[i].ID = "1"
	}
	s := scenarioWith(tasks...)
	s.Faults = []rdssim.Fault{{Kind: rdssim.KindExpire, Count: 1, Times: 1}}
	if got := newFixture(t, s).list(t, nil).ids(); len(got) != 2 {
		t.Errorf("got %v", got)
	}
}
