// SPDX-License-Identifier: MPL-2.0

package rds

import (
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/rds-migrate/terraform-provider-alicloud/internal/migration"
	"github.com/rds-migrate/terraform-provider-alicloud/internal/rdssim"
)

func TestClient_Pagination(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ tasks, calls int }{
		{0, 1}, {1, 1}, {29, 1}, {30, 2}, {31, 1}, {50, 2}, {99, 1}, {100, 2}, {101, 2}, {250, 3}, {1000, 10},
	} {
		t.Run(strconv.Itoa(test.tasks), func(t *testing.T) {
			t.Parallel()
			r := newFixture(t, finishedTasks(test.tasks)...)
			tasks, err := r.read(t.Context(), readTimeout)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(r.expectedTasks(t), toListedTasks(tasks)); diff != "" {
				t.Errorf("(-true +read):\n%s", diff)
			}
			if tasks == nil {
				t.Error("without tasks, the list is nil and not empty")
			}
			if calls := len(r.Calls()); calls != test.calls {
				t.Errorf("%d tasks took %d calls, want %d", test.tasks, calls, test.calls)
			}
		})
	}
}

func TestClient_RetriesLaterPage(t *testing.T) {
	t.Parallel()
	r := newFixture(t, finishedTasks(250)...)
	r.inject(t, rdssim.Fault{Kind: rdssim.KindClose, Page: 2, Times: 3}, rdssim.Fault{Kind: rdssim.KindGzip, Page: 3})
	tasks, err := r.read(t.Context(), readTimeout)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(r.expectedTasks(t), toListedTasks(tasks)); diff != "" {
		t.Errorf("(-true +read):\n%s", diff)
	}
	if calls := len(r.Calls()); calls != 3+3 {
		t.Errorf("%d calls: a page is read again only if it failed", calls)
	}
}

// scriptedPages is an API that lists tasks in any order, and whose list changes after some of its responses.
type scriptedPages struct {
	mu    sync.Mutex
	ids   []int // in the order in which they are listed
	size  int   // of a page
	calls int
	after map[int]func([]int) []int // by the number of calls
}

func (s *scriptedPages) page(number int) (int, io.Reader) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.calls++
	var tasks []string
	for _, id := range s.ids[min(len(s.ids), (number-1)*s.size):min(len(s.ids), number*s.size)] {
		// The larger the ID, the newer the task.
		tasks = append(tasks, fmt.Sprintf(
			`{"MigrateTaskId":"%d","DBName":"db","Status":"Success","CreateTime":"2026-11-20T10:%02d:00Z"}`, id, id))
	}
	body := fmt.Sprintf(
		`{"RequestId":"1","PageNumber":%d,"PageRecordCount":%d,"TotalRecordCount":%d,"Items":{"MigrateTask":[%s]}}`,
		number, len(tasks), len(s.ids), strings.Join(tasks, ","))
	if f := s.after[s.calls]; f != nil {
		s.ids = f(slices.Clone(s.ids))
	}
	return 200, strings.NewReader(body)
}

// TestClient_ListChangesBetweenPages reads lists that look complete and are not.
func TestClient_ListChangesBetweenPages(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		ids   []int
		after map[int]func([]int) []int
		want  []int
		calls int
	}{
		"newest first, no change": {ids: []int{6, 5, 4, 3, 2, 1}, want: []int{6, 5, 4, 3, 2, 1}, calls: 3},
		"oldest first, no change": {ids: []int{1, 2, 3, 4, 5, 6}, want: []int{6, 5, 4, 3, 2, 1}, calls: 4},
		"in no order, no change":  {ids: []int{3, 6, 1, 2, 5, 4}, want: []int{6, 5, 4, 3, 2, 1}, calls: 6},
		// The pages are then 1 and 2, 4 and 5, 6 and 7: as many as there should be, and 3 is missing.
		"oldest first, after page 1 the oldest goes and one comes": {
			ids:   []int{1, 2, 3, 4, 5, 6},
			after: map[int]func([]int) []int{1: func(ids []int) []int { return append(ids[1:], 7) }},
			want:  []int{7, 6, 5, 4, 3, 2}, calls: 8,
		},
		// The pages are then 4 and 3, 6 and 5: as many as there should be, and 8 and 7 are missing.
		"newest first, after page 1 a page full comes and one goes": {
			ids:   []int{4, 3, 2, 1},
			after: map[int]func([]int) []int{1: func(ids []int) []int { return append([]int{8, 7, 6, 5}, ids[:0]...) }},
			want:  []int{8, 7, 6, 5}, calls: 4,
		},
		"newest first, after page 1 the oldest goes and one comes": {
			ids:   []int{6, 5, 4, 3, 2, 1},
			after: map[int]func([]int) []int{1: func(ids []int) []int { return append([]int{7}, ids[:5]...) }},
			want:  []int{7, 6, 5, 4, 3, 2}, calls: 6,
		},
		"newest first, the oldest goes and comes back": {
			ids: []int{4, 3, 2, 1},
			after: map[int]func([]int) []int{
				1: func(ids []int) []int { return ids[:3] },
				2: func(ids []int) []int { return append(ids, 1) },
			},
			want: []int{4, 3, 2, 1}, calls: 4,
		},
		"all go but the first page": {
			ids:   []int{4, 3, 2, 1},
			after: map[int]func([]int) []int{1: func(ids []int) []int { return ids[:2] }},
			want:  []int{4, 3}, calls: 3,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := &scriptedPages{ids: test.ids, size: 2, after: test.after}
			list, err := newStubbedClient(&stubTransport{page: s.page}).MigrateTasks(t.Context(), testQuery)
			if err != nil {
				t.Fatal(err)
			}
			var got []int
			for _, task := range list.Tasks {
				var id int
				if _, err := fmt.Sscan(task.ID, &id); err != nil {
					t.Fatal(err)
				}
				got = append(got, id)
			}
			if !slices.Equal(got, test.want) || s.calls != test.calls {
				t.Errorf("%v came with %d calls, want %v with %d", got, s.calls, test.want, test.calls)
			}
		})
	}
}

// TestClient_NewTasksOfOneSecond reads pages of one task in parallel. After pages 1, 3, and 4 have been read, two tasks
// are created in the second of the newest one, and the oldest two expire. Page 2 is then one of the new tasks: no task
// is on two pages, all are in order, and there are as many as there should be.
func TestClient_NewTasksOfOneSecond(t *testing.T) {
	t.Parallel()
	before := []string{"", "4 at 10:03", "6 at 10:03", "2 at 10:01", "1 at 10:00"}
	after := []string{"", "6 at 10:03", "5 at 10:03", "4 at 10:03", "3 at 10:02"}
	var reads atomic.Int32
	page := func(number int) (int, io.Reader) {
		if number == 1 {
			reads.Add(1)
		}
		rows := after
		if reads.Load() == 1 {
			rows = before
		}
		id, minute, _ := strings.Cut(rows[number], " at ")
		return 200, strings.NewReader(fmt.Sprintf(`{"RequestId":"1","PageNumber":%d,"TotalRecordCount":4,"Items":{
			"MigrateTask":[{"MigrateTaskId":%q,"DBName":"db","Status":"Success","CreateTime":"2026-11-20T%s:00Z"}]}}`,
			number, id, minute))
	}
	list, err := newStubbedClient(&stubTransport{page: page}).MigrateTasks(t.Context(), testQuery)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, task := range list.Tasks {
		got = append(got, task.ID)
	}
	if want := []string{"6", "5", "4", "3"}; !slices.Equal(got, want) {
		t.Errorf("the tasks are %q, want %q", got, want)
	}
}

// TestClient_SecondReadFails reads a list in another order, whose second read is refused.
func TestClient_SecondReadFails(t *testing.T) {
	t.Parallel()
	s := &scriptedPages{ids: []int{1, 2, 3, 4}, size: 2}
	client := newStubbedClient(&stubTransport{page: func(number int) (int, io.Reader) {
		if status, body := s.page(number); s.calls <= 2 {
			return status, body
		}
		return 403, strings.NewReader(`{"RequestId":"1","Code":"NoPermission"}`)
	}})
	list, err := client.MigrateTasks(t.Context(), testQuery)
	if kindOf(err) != Denied || list.Tasks != nil {
		t.Errorf("%d tasks came with the error %v, want one that is %q", len(list.Tasks), err, Denied)
	}
}

// TestClient_FailureCancelsOtherPages checks that the error of a list is that of the page that failed, and not that of
// the pages that were canceled for it.
func TestClient_FailureCancelsOtherPages(t *testing.T) {
	t.Parallel()
	r := newFixture(t, finishedTasks(900)...)
	r.inject(t,
		rdssim.Fault{Kind: rdssim.KindError, Page: 5, Status: 403, Code: "Forbidden.RAM"},
		rdssim.Fault{Kind: rdssim.KindHang, Page: 2},
		rdssim.Fault{Kind: rdssim.KindHang, Page: 3},
		rdssim.Fault{Kind: rdssim.KindHang, Page: 4})
	if _, err := r.read(t.Context(), readTimeout); kindOf(err) != Denied {
		t.Errorf("the error is %v, want one that is %q", err, Denied)
	}
	if calls := len(r.Calls()); calls > 5 {
		t.Errorf("there were %d calls, some of them after the failure", calls)
	}
}

// listedRow is a row of a list whose rows may be equal: all have one creation time for each database.
type listedRow struct{ database, status, endTime string }

// rowPages returns pages of 100 rows. If totals count pages, each total is that of its page.
func rowPages(rows []listedRow, totalsCountPages bool) func(number int) (int, io.Reader) {
	return func(number int) (int, io.Reader) {
		listed := rows[min(len(rows), (number-1)*pageSize):min(len(rows), number*pageSize)]
		tasks := make([]string, 0, len(listed))
		for _, row := range listed {
			created := "2026-11-20T10:00:00Z"
			if row.database != "db" {
				created = "2026-11-20T11:00:00Z"
			}
			tasks = append(tasks, fmt.Sprintf(
				`{"MigrateTaskId":"1","DBName":%q,"Status":%q,"BackupMode":"UPDF","CreateTime":%q,"EndTime":%q}`,
				row.database, row.status, created, row.endTime))
		}
		total := len(rows)
		if totalsCountPages {
			total = len(listed)
		}
		return 200, strings.NewReader(fmt.Sprintf(
			`{"RequestId":"1","PageNumber":%d,"TotalRecordCount":%d,"Items":{"MigrateTask":[%s]}}`,
			number, total, strings.Join(tasks, ",")))
	}
}

// TestClient_EqualRowsOnTwoPages reads lists whose later pages have only rows that are equal to rows before them: the
// increments of a migration may have the ID, the mode, and the creation time of its base.
func TestClient_EqualRowsOnTwoPages(t *testing.T) {
	t.Parallel()
	increments := func(n int) []listedRow {
		var rows []listedRow
		for i := range n {
			rows = append(rows, listedRow{"db", "Success", fmt.Sprintf("2026-11-20T12:%02d:%02dZ", i/60, i%60)})
		}
		rows[n-1].status = "Failed"
		return rows
	}
	another := []listedRow{{"a", "Success", ""}}
	for name, test := range map[string]struct {
		rows             []listedRow
		totalsCountPages bool
	}{
		"one more row":                           {increments(101), false},
		"one more row, totals count pages":       {increments(101), true},
		"two full pages":                         {increments(200), false},
		"two full pages, totals count pages":     {increments(200), true},
		"another database first":                 {slices.Concat(another, increments(149)), false},
		"another first, if totals count pages":   {slices.Concat(another, increments(149)), true},
		"another last, and totals count pages":   {slices.Concat(increments(249), another), true},
		"pages of other rows between equal ones": {append(increments(260), increments(3)...), true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			client := newStubbedClient(&stubTransport{page: rowPages(test.rows, test.totalsCountPages)})
			list, err := client.MigrateTasks(t.Context(), testQuery)
			if err != nil {
				t.Fatal(err)
			}
			hasFailed := func(t migration.Task) bool { return t.Status == migration.Failed }
			if !slices.ContainsFunc(list.Tasks, hasFailed) {
				t.Error("the list has no task that failed")
			}
			if len(list.Tasks) != len(test.rows) || list.Unlisted != 0 {
				t.Errorf("the list has %d tasks of %d, and %d are unlisted",
					len(list.Tasks), len(test.rows), list.Unlisted)
			}
		})
	}
}

func TestIsSorted_Lists(t *testing.T) {
	t.Parallel()
	at := func(minutes ...string) []migration.Task {
		var tasks []migration.Task
		for _, minute := range minutes {
			created := migration.ParseTimestamp("2026-11-20T10:" + minute + ":00Z")
			tasks = append(tasks, migration.Task{CreateTime: created})
		}
		return tasks
	}
	for name, test := range map[string]struct {
		tasks                    []migration.Task
		newestFirst, oldestFirst bool
	}{
		"newest first":                  {at("02", "01", "00"), true, false},
		"oldest first":                  {at("00", "01", "02"), false, true},
		"equal times between others":    {at("02", "01", "01", "00"), true, false},
		"no order":                      {at("02", "00", "01"), false, false},
		"equal times have no order":     {at("01", "01"), false, false},
		"one task has no order":         {at("01"), false, false},
		"no tasks have no order":        {nil, false, false},
		"an unreadable time at the end": {at("02", "01", "?"), false, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := isSorted(test.tasks, newestFirst); got != test.newestFirst {
				t.Errorf("newest first: %t, want %t", got, test.newestFirst)
			}
			if got := isSorted(test.tasks, oldestFirst); got != test.oldestFirst {
				t.Errorf("oldest first: %t, want %t", got, test.oldestFirst)
			}
		})
	}
}

// TestClient_NumberOfPages reads lists whose second page is refused, if it is read.
func TestClient_NumberOfPages(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		total int
		want  Kind
	}{
		"the largest number is read":    {maxPages, Denied},
		"a larger number is not a list": {maxPages + 1, UnexpectedResponse},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := &stubTransport{page: func(number int) (int, io.Reader) {
				if number > 1 {
					return 403, strings.NewReader(`{"RequestId":"1","Code":"NoPermission"}`)
				}
				return 200, listPage(test.total, 1, number, "", false)
			}}
			if _, err := newStubbedClient(s).MigrateTasks(t.Context(), testQuery); kindOf(err) != test.want {
				t.Errorf("the error is %v, want the kind %q", err, test.want)
			}
		})
	}
}

// TestClient_LastPageOfAll reads pages whose totals count only their own tasks, up to the last page that is read.
func TestClient_LastPageOfAll(t *testing.T) {
	t.Parallel()
	const size = 30
	client := newStubbedClient(&stubTransport{page: func(number int) (int, io.Reader) {
		var tasks []string
		if number < maxPages {
			tasks = slices.Repeat([]string{fmt.Sprintf(`{"MigrateTaskId":"%d","DBName":"a"}`, number)}, size)
		}
		return 200, strings.NewReader(fmt.Sprintf(
			`{"RequestId":"1","PageNumber":%d,"TotalRecordCount":%d,"Items":{"MigrateTask":[%s]}}`,
			number, len(tasks), strings.Join(tasks, ",")))
	}})
	first, err := client.firstPage(t.Context(), testQuery)
	if err != nil {
		t.Fatal(err)
	}
	r, err := client.readUncountedPages(t.Context(), testQuery, first)
	if want := size * (maxPages - 1); err != nil || len(r.tasks) != want {
		t.Errorf("%d tasks came with the error %v, want %d", len(r.tasks), err, want)
	}
}

func TestByteBudget_Limit(t *testing.T) {
	t.Parallel()
	budget := newByteBudget(page{bytes: maxListBytes - 1})
	if err := budget.spend(page{bytes: 1}); err != nil {
		t.Errorf("the largest list is refused: %v", err)
	}
	if err := budget.spend(page{bytes: 1}); kindOf(err) != UnexpectedResponse {
		t.Errorf("a larger list has the error %v, want the kind %q", err, UnexpectedResponse)
	}
}
