// SPDX-License-Identifier: MPL-2.0

package rds

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/rds-migrate/terraform-provider-alicloud/internal/rdssim"
)

// modelCase is a behavior of the API that its documentation permits, with the number of calls that a read needs.
type modelCase struct {
	model rdssim.Model
	fault rdssim.Fault // such as a limit of the page size; none if its kind is empty
	tasks int
	calls int // 0: not specified

	unlisted int
}

// TestClient_Models reads lists from an API that behaves in the ways that service-models.md lists. The results follow
// from that page and not from the client.
func TestClient_Models(t *testing.T) {
	t.Parallel()
	limit := func(size int) rdssim.Fault { return rdssim.Fault{Kind: rdssim.KindMaxPageSize, PageSize: size} }
	for name, test := range map[string]modelCase{
		"the page count is the page size": {
			model: rdssim.Model{PageRecordCount: rdssim.PageRecordCountSize}, tasks: 3, calls: 1,
		},
		"the page count is that of the sample": {
			model: rdssim.Model{PageRecordCount: rdssim.PageRecordCountSample}, tasks: 250, calls: 3,
		},
		"the page count is absent": {
			model: rdssim.Model{PageRecordCount: rdssim.PageRecordCountAbsent}, tasks: 3, calls: 1,
		},
		"the total counts the page: 99 tasks":  {model: rdssim.Model{TotalCountsPage: true}, tasks: 99, calls: 1},
		"the total counts the page: 100 tasks": {model: rdssim.Model{TotalCountsPage: true}, tasks: 100, calls: 2},
		"the total counts the page: 101 tasks": {model: rdssim.Model{TotalCountsPage: true}, tasks: 101, calls: 2},
		"the total counts the page: 250 tasks": {model: rdssim.Model{TotalCountsPage: true}, tasks: 250, calls: 3},
		"the total counts the page: 300 tasks": {model: rdssim.Model{TotalCountsPage: true}, tasks: 300, calls: 4},
		"the total counts pages of 30: 70": {
			model: rdssim.Model{TotalCountsPage: true}, fault: limit(30), tasks: 70, calls: 3,
		},
		"the total counts pages of 50: 100": {
			model: rdssim.Model{TotalCountsPage: true}, fault: limit(50), tasks: 100, calls: 3,
		},
		"it counts the page, oldest first: 250": {
			model: rdssim.Model{TotalCountsPage: true, Order: rdssim.OrderOldestFirst}, tasks: 250, calls: 4,
		},
		"it counts the page, in no order: 250": {
			model: rdssim.Model{TotalCountsPage: true, Order: rdssim.OrderRandom}, tasks: 250, calls: 6,
		},
		"page 2 of 100 tasks is empty, total 0": {
			model: rdssim.Model{PageAfterLast: rdssim.PageAfterLastZero}, tasks: 100, calls: 2,
		},
		"page 2 of 100 tasks is refused": {
			model: rdssim.Model{PageAfterLast: rdssim.PageAfterLastRefused}, tasks: 100, calls: 2,
		},
		"page 2 of 100 tasks is page 1": {
			model: rdssim.Model{PageAfterLast: rdssim.PageAfterLastFirst}, tasks: 100,
		},
		"page 2 of 50 tasks is the last page": {
			model: rdssim.Model{PageAfterLast: rdssim.PageAfterLastRepeated}, tasks: 50,
		},
		"page 4 of 300 is refused": {
			model: rdssim.Model{TotalCountsPage: true, PageAfterLast: rdssim.PageAfterLastRefused},
			tasks: 300, calls: 4,
		},
		"page 4 of 300 is page 1": {
			model: rdssim.Model{TotalCountsPage: true, PageAfterLast: rdssim.PageAfterLastFirst}, tasks: 300,
		},
		"page 4 of 300 is page 3": {
			model: rdssim.Model{TotalCountsPage: true, PageAfterLast: rdssim.PageAfterLastRepeated}, tasks: 300,
		},
		"oldest first: 99 tasks": {
			model: rdssim.Model{Order: rdssim.OrderOldestFirst}, tasks: 99, calls: 1,
		},
		"oldest first: 100 tasks": {
			model: rdssim.Model{Order: rdssim.OrderOldestFirst}, tasks: 100, calls: 3,
		},
		"oldest first: 1000 tasks": {
			model: rdssim.Model{Order: rdssim.OrderOldestFirst}, tasks: 1000, calls: 11,
		},
		"newest first: 1000 tasks": {tasks: 1000, calls: 10},
		"by ID: 250 tasks":         {model: rdssim.Model{Order: rdssim.OrderID}, tasks: 250},
		"by database: 250 tasks": {
			model: rdssim.Model{Order: rdssim.OrderDatabase}, tasks: 250, calls: 6,
		},
		"in no order: 250 tasks": {
			model: rdssim.Model{Order: rdssim.OrderRandom, OrderSeed: 7}, tasks: 250, calls: 6,
		},
		"pages of 30: 250 tasks":          {fault: limit(30), tasks: 250, calls: 9},
		"pages of 50: 250 tasks":          {fault: limit(50), tasks: 250, calls: 5},
		"the list is Items":               {model: rdssim.Model{Items: rdssim.ItemsList}, tasks: 3, calls: 1},
		"Items is an empty list":          {model: rdssim.Model{Items: rdssim.ItemsList}, calls: 1},
		"one task is an object":           {model: rdssim.Model{Items: rdssim.ItemsObject}, tasks: 1, calls: 1},
		"two tasks are a list":            {model: rdssim.Model{Items: rdssim.ItemsObject}, tasks: 2, calls: 1},
		"the last page is an object":      {model: rdssim.Model{Items: rdssim.ItemsObject}, tasks: 101, calls: 2},
		"no tasks, MigrateTask is absent": {model: rdssim.Model{EmptyItems: rdssim.EmptyItemsAbsent}, calls: 1},
		"no tasks, MigrateTask is null":   {model: rdssim.Model{EmptyItems: rdssim.EmptyItemsNull}, calls: 1},
		"the ID is in DBInstanceID": {
			model: rdssim.Model{InstanceIDField: rdssim.InstanceIDFieldUpper}, tasks: 3, calls: 1,
		},
		"the ID is in both": {
			model: rdssim.Model{InstanceIDField: rdssim.InstanceIDFieldBoth}, tasks: 3, calls: 1,
		},
		"the code is 200":               {model: rdssim.Model{SuccessCode: 200}, tasks: 3, calls: 1},
		"the code is OK":                {model: rdssim.Model{SuccessCode: "OK"}, tasks: 3, calls: 1},
		"the code is Success":           {model: rdssim.Model{SuccessCode: "Success"}, tasks: 3, calls: 1},
		"the code is empty":             {model: rdssim.Model{SuccessCode: ""}, tasks: 3, calls: 1},
		"the total is larger: no tasks": {model: rdssim.Model{HiddenRows: 2}, calls: 2, unlisted: 2},
		"the total is larger: 3 tasks":  {model: rdssim.Model{HiddenRows: 2}, tasks: 3, unlisted: 2},
		"the total is larger: 100 tasks": {
			model: rdssim.Model{HiddenRows: 2}, tasks: 100, calls: 4, unlisted: 2,
		},
		"it is larger, page 2 is refused": {
			model: rdssim.Model{HiddenRows: 2, PageAfterLast: rdssim.PageAfterLastRefused}, tasks: 100, unlisted: 2,
		},
		"it is larger, page 2 is page 1": {
			model: rdssim.Model{HiddenRows: 2, PageAfterLast: rdssim.PageAfterLastFirst}, tasks: 100, unlisted: 2,
		},
		"it is larger, page 3 is page 2": {
			model: rdssim.Model{HiddenRows: 60, PageAfterLast: rdssim.PageAfterLastRepeated}, tasks: 150, unlisted: 60,
		},
		"it is larger, page 2 has the total 0": {
			model: rdssim.Model{HiddenRows: 2, PageAfterLast: rdssim.PageAfterLastZero}, tasks: 100, unlisted: 2,
		},
		"an end in the future is refused by the minute": {
			model: rdssim.Model{FutureEnd: rdssim.FutureEndMinute}, tasks: 250, calls: 4,
		},
		"an end in the future is refused by the second": {
			model: rdssim.Model{FutureEnd: rdssim.FutureEndSecond}, tasks: 250,
		},
		"the API's clock is ahead, and an end in the future is refused": {
			model: rdssim.Model{FutureEnd: rdssim.FutureEndSecond, ClockSkew: minutes(14)}, tasks: 3,
		},
		"the API's clock is behind, and an end in the future is refused": {
			model: rdssim.Model{FutureEnd: rdssim.FutureEndSecond, ClockSkew: minutes(-14)}, tasks: 3,
		},
		"an old start is refused":     {model: rdssim.Model{RefuseOldStart: true}, tasks: 3, calls: 1},
		"a long window is refused":    {model: rdssim.Model{RefuseLongWindow: true}, tasks: 3, calls: 1},
		"the window is by the minute": {model: rdssim.Model{WindowByMinute: true}, tasks: 250, calls: 3},
		"everything about windows is refused": {
			model: rdssim.Model{
				RefuseOldStart: true, RefuseLongWindow: true, FutureEnd: rdssim.FutureEndSecond, ClockSkew: minutes(7),
			},
			tasks: 250,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			runModelCase(t, test)
		})
	}
}

func runModelCase(t *testing.T, test modelCase) {
	t.Helper()
	s := scenario(finishedTasks(test.tasks)...)
	s.Model = test.model
	f := newFixtureOf(t, s)
	if test.fault.Kind != "" {
		f.inject(t, test.fault)
	}
	list, err := f.readList(t.Context(), readTimeout)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(f.expectedTasks(t), toListedTasks(list.Tasks)); diff != "" {
		t.Errorf("(-true +read):\n%s", diff)
	}
	if list.Unlisted != test.unlisted {
		t.Errorf("%d tasks are unlisted, want %d", list.Unlisted, test.unlisted)
	}
	if n := len(f.Calls()); test.calls > 0 && n != test.calls {
		t.Errorf("the read took %d calls, want %d", n, test.calls)
	}
}

// TestClient_WindowCodes reads from an API that refuses an end in the future with each of its codes.
func TestClient_WindowCodes(t *testing.T) {
	t.Parallel()
	for _, code := range []rdssim.WindowCode{
		"InvalidStartTime.Malformed", "InvalidEndTime.Malformed", "InvalidStartTimeAndEndTime.Malformed",
		"InvalidSearchTimeRange", "InvalidTimeRange",
	} {
		t.Run(string(code), func(t *testing.T) {
			t.Parallel()
			runModelCase(t, modelCase{
				model: rdssim.Model{FutureEnd: rdssim.FutureEndMinute, WindowCode: code}, tasks: 3, calls: 2,
			})
		})
	}
}

// TestClient_OrderChanges reads from an API whose order changes between the pages.
func TestClient_OrderChanges(t *testing.T) {
	t.Parallel()
	s := scenario(finishedTasks(250)...)
	s.Model = rdssim.Model{Order: rdssim.OrderChanging}
	if _, err := newFixtureOf(t, s).read(t.Context(), readTimeout); kindOf(err) != Unstable {
		t.Errorf("the error is %v, want %q: no two readings are equal", err, Unstable)
	}
}
