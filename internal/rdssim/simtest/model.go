// SPDX-License-Identifier: MPL-2.0

package simtest

import (
	"net/http"
	"time"

	"pgregory.net/rapid"

	"github.com/rds-migrate/terraform-provider-alicloud/internal/rdssim"
)

// maxSkew leaves 10 seconds of the 15 minutes that a Timestamp may differ by, for the time that a call takes.
const maxSkew = 15*time.Minute - 10*time.Second

const maxHiddenRows = 3

// Models generates models in which each option has its default in about half of the cases. HiddenRows is 0 in most of
// them, as with hidden rows no list is complete.
func Models() *rapid.Generator[rdssim.Model] {
	return rapid.Custom(func(t *rapid.T) rdssim.Model {
		m := rdssim.Model{
			PageRecordCount: sometimes(t, "page record count",
				rdssim.PageRecordCountSize, rdssim.PageRecordCountSample, rdssim.PageRecordCountAbsent),
			TotalCountsPage: rapid.Bool().Draw(t, "total counts page"),
			PageAfterLast: sometimes(t, "page after last", rdssim.PageAfterLastZero, rdssim.PageAfterLastRefused,
				rdssim.PageAfterLastFirst, rdssim.PageAfterLastRepeated),
			// Not OrderChanging: a list of several pages cannot be read from it.
			Order: sometimes(t, "order", rdssim.OrderOldestFirst, rdssim.OrderID, rdssim.OrderDatabase,
				rdssim.OrderRandom),
			OrderSeed:       rapid.Int64().Draw(t, "order seed"),
			Items:           sometimes(t, "items", rdssim.ItemsObject, rdssim.ItemsList),
			EmptyItems:      sometimes(t, "empty items", rdssim.EmptyItemsAbsent, rdssim.EmptyItemsNull),
			InstanceIDField: sometimes(t, "instance ID", rdssim.InstanceIDFieldUpper, rdssim.InstanceIDFieldBoth),
			SuccessCode:     sometimes[any](t, "success code", "", "200", "OK", "Success", http.StatusOK),

			ClockSkew:        drawSkew(t),
			FutureEnd:        sometimes(t, "future end", rdssim.FutureEndMinute, rdssim.FutureEndSecond),
			RefuseOldStart:   rapid.Bool().Draw(t, "refuse old start"),
			RefuseLongWindow: rapid.Bool().Draw(t, "refuse long window"),
			WindowCode: sometimes(t, "window code", rdssim.WindowCodeStart, rdssim.WindowCodeEnd,
				rdssim.WindowCodeStartAndEnd, rdssim.WindowCodeSearchRange, rdssim.WindowCodeRange),
			WindowByMinute: rapid.Bool().Draw(t, "window by minute"),

			IncrementRows:      sometimes(t, "increment rows", rdssim.IncrementRowsBaseID, rdssim.IncrementRowsNone),
			FullBase:           rapid.Bool().Draw(t, "full base"),
			WaitingRows:        sometimes(t, "waiting rows", rdssim.WaitingRowsNewest, rdssim.WaitingRowsNone),
			OpenedStaysWaiting: rapid.Bool().Draw(t, "opened stays waiting"),
		}
		// Of totals that count the page, each equals the rows of its page.
		if !m.TotalCountsPage && rarely(t, "hidden rows") {
			m.HiddenRows = rapid.IntRange(1, maxHiddenRows).Draw(t, "hidden")
		}
		return m
	})
}

func drawSkew(t *rapid.T) rdssim.Duration {
	limit := int(maxSkew / time.Second)
	return rdssim.Duration(time.Duration(rapid.IntRange(-limit, limit).Draw(t, "skew seconds")) * time.Second)
}
