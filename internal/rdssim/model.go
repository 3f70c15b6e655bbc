// SPDX-License-Identifier: MPL-2.0

package rdssim

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
)

// Model is the behavior of the API where its documentation leaves it open. Each field quotes the evidence. The zero
// value is the plainest reading: a response as the documentation describes it, and every valid window accepted.
type Model struct {
	// PageRecordCount is what the field of that name counts.
	PageRecordCount PageRecordCount `json:"page_record_count,omitempty"`
	// TotalCountsPage: TotalRecordCount counts the rows of the page, not those of the list. It is "the total number of
	// entries returned".
	TotalCountsPage bool `json:"total_counts_page,omitempty"`
	// HiddenRows is added to every TotalRecordCount. Nothing says that the rows ever reach the total.
	HiddenRows int `json:"hidden_rows,omitempty"`
	// PageAfterLast is the response to a page after the last one.
	PageAfterLast PageAfterLast `json:"page_after_last,omitempty"`
	// Order is the order of the rows.
	Order Order `json:"order,omitempty"`
	// OrderSeed selects one of the orders of OrderRandom and OrderChanging.
	OrderSeed int64 `json:"order_seed,omitempty"`
	// Items is the shape of the field of that name.
	Items ItemsShape `json:"items,omitempty"`
	// EmptyItems is the shape of an empty MigrateTask. It has no effect with ItemsList.
	EmptyItems EmptyItems `json:"empty_items,omitempty"`
	// InstanceIDField is the name of the field with the ID of the instance.
	InstanceIDField InstanceIDField `json:"instance_id_field,omitempty"`
	// SuccessCode is the field Code of a response with a list: "", "200", "OK", "Success", or the number 200. The field
	// is absent when it is nil. Other APIs of the vendor send such a code.
	SuccessCode any `json:"success_code,omitempty"`

	// ClockSkew is how far the API's clock is ahead of the clock that [New] gets. Times of tasks, retention, windows,
	// the Date header and the check of a Timestamp are by the API's clock. A Timestamp may differ by 15 minutes.
	ClockSkew Duration `json:"clock_skew,omitempty"`
	// FutureEnd is how an EndTime in the future is treated.
	FutureEnd FutureEnd `json:"future_end,omitempty"`
	// RefuseOldStart: a StartTime more than 7 days ago is refused. The API lists tasks created "over the last week",
	// and the documentation does not say whether it refuses an earlier start or only has nothing to list.
	RefuseOldStart bool `json:"refuse_old_start,omitempty"`
	// RefuseLongWindow: a window longer than 7 days is refused. The evidence is that of RefuseOldStart.
	RefuseLongWindow bool `json:"refuse_long_window,omitempty"`
	// WindowCode is the error code that FutureEnd, RefuseOldStart, and RefuseLongWindow refuse a window with.
	WindowCode WindowCode `json:"window_code,omitempty"`
	// WindowByMinute: a task created in the minute of EndTime is in the window. Without it, the window ends with the
	// first second of that minute. StartTime and EndTime are in "yyyy-MM-ddTHH:mmZ", creation times have seconds.
	WindowByMinute bool `json:"window_by_minute,omitempty"`

	// IncrementRows is how the increments of a Migration are listed.
	IncrementRows IncrementRows `json:"increment_rows,omitempty"`
	// FullBase: the base of an incremental migration is listed as FULL, not as UPDF. An increment names "the ID of the
	// corresponding FULL task", but for an offline database, IsOnlineDB=False, the mode "must be UPDF".
	FullBase bool `json:"full_base,omitempty"`
	// WaitingRows is which row of an incremental migration is Waiting until it is opened.
	WaitingRows WaitingRows `json:"waiting_rows,omitempty"`
	// OpenedStaysWaiting: the row that is Waiting when the database is opened stays Waiting. Without it, it becomes
	// Success. CreateOnlineDatabaseTask, which opens a database, does not say what happens to the task.
	OpenedStaysWaiting bool `json:"opened_stays_waiting,omitempty"`
}

// PageRecordCount is what the field PageRecordCount counts: by default the rows of the page. It is "the number of
// entries returned on each page", in newer text "returned per page".
type PageRecordCount string

const (
	// PageRecordCountSize is the page size that was asked for, or the limit of KindMaxPageSize.
	PageRecordCountSize PageRecordCount = "page_size"
	// PageRecordCountSample is always 10. The sample response has 1 row, PageRecordCount 10, and total 30.
	PageRecordCountSample PageRecordCount = "sample"
	// PageRecordCountAbsent leaves the field out.
	PageRecordCountAbsent PageRecordCount = "absent"
)

// PageAfterLast is the response to a page after the last one: by default no rows, with the total of the other pages.
// The documentation does not describe it. PageNumber is that of the request in each.
type PageAfterLast string

const (
	// PageAfterLastZero has no rows and the total 0.
	PageAfterLastZero PageAfterLast = "empty_total_0"
	// PageAfterLastRefused is the error InvalidPageNumber.
	PageAfterLastRefused PageAfterLast = "refused"
	// PageAfterLastFirst has the rows of page 1.
	PageAfterLastFirst PageAfterLast = "first_page"
	// PageAfterLastRepeated has the rows of the last page.
	PageAfterLastRepeated PageAfterLast = "last_page"
)

// ItemsShape is the shape of the field Items: by default an object with the list MigrateTask. The sample responses show
// a bare object.
type ItemsShape string

const (
	// ItemsObject has an object in place of a list in MigrateTask if there is one row.
	ItemsObject ItemsShape = "object"
	// ItemsList is the list itself, without MigrateTask.
	ItemsList ItemsShape = "list"
)

// EmptyItems is MigrateTask without rows: by default an empty list.
type EmptyItems string

const (
	// EmptyItemsAbsent leaves MigrateTask out.
	EmptyItemsAbsent EmptyItems = "absent"
	// EmptyItemsNull is null.
	EmptyItemsNull EmptyItems = "null"
)

// InstanceIDField is the name of the field with the ID of the instance: by default DBInstanceId, as documented. The
// structs of the SDK differ.
type InstanceIDField string

const (
	// InstanceIDFieldUpper is the name DBInstanceID.
	InstanceIDFieldUpper InstanceIDField = "DBInstanceID"
	// InstanceIDFieldBoth are DBInstanceId and DBInstanceID, with the same value.
	InstanceIDFieldBoth InstanceIDField = "both"
)

// successCodes are the values of Model.SuccessCode. A number in a scenario file is a float64.
var successCodes = []any{nil, "", "200", "OK", "Success", http.StatusOK, float64(http.StatusOK)}

// validate returns an error that names the first invalid value.
func (m Model) validate() error {
	for _, f := range []struct {
		name    string
		value   any
		isValid bool
	}{
		{"page_record_count", m.PageRecordCount, isOneOf(m.PageRecordCount,
			PageRecordCountSize, PageRecordCountSample, PageRecordCountAbsent)},
		{"page_after_last", m.PageAfterLast, isOneOf(m.PageAfterLast,
			PageAfterLastZero, PageAfterLastRefused, PageAfterLastFirst, PageAfterLastRepeated)},
		{"order", m.Order, isOneOf(m.Order, OrderOldestFirst, OrderID, OrderDatabase, OrderRandom, OrderChanging)},
		{"items", m.Items, isOneOf(m.Items, ItemsObject, ItemsList)},
		{"empty_items", m.EmptyItems, isOneOf(m.EmptyItems, EmptyItemsAbsent, EmptyItemsNull)},
		{"instance_id_field", m.InstanceIDField, isOneOf(m.InstanceIDField, InstanceIDFieldUpper, InstanceIDFieldBoth)},
		{"success_code", m.SuccessCode, slices.Contains(successCodes, m.SuccessCode)},
		{"future_end", m.FutureEnd, isOneOf(m.FutureEnd, FutureEndMinute, FutureEndSecond)},
		{"increment_rows", m.IncrementRows, isOneOf(m.IncrementRows, IncrementRowsBaseID, IncrementRowsNone)},
		{"waiting_rows", m.WaitingRows, isOneOf(m.WaitingRows, WaitingRowsNewest, WaitingRowsNone)},
		{"window_code", m.WindowCode, isOneOf(m.WindowCode, windowCodes...)},
	} {
		if !f.isValid {
			return fmt.Errorf("unknown %s %v", f.name, f.value)
		}
	}
	if m.HiddenRows < 0 {
		return errors.New("hidden_rows must not be negative")
	}
	return nil
}

// isOneOf reports whether v is one of the values or the zero value, which is the default.
func isOneOf[T ~string](v T, values ...T) bool { return v == "" || slices.Contains(values, v) }
