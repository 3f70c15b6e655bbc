// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"fmt"
	"strconv"
	"testing"
	"time"

	"github.com/rds-migrate/terraform-provider-alicloud/internal/rdssim"
)

// The tests in this file are the matrix of service-models.md: the ways in which the documentation leaves the API's
// behavior open, with what the data source and the gate must do in each. The results follow from sections 1 to 5 of
// that page and not from the code.

// Summaries of diagnostics.
const (
	incompleteList    = "Incomplete List of Tasks"
	unreadableTime    = "Invalid Creation Time"
	unreadableEndTime = "Invalid End Time"
	failedCheck       = "Consistency Check Failed"
	nameNotFound      = "Database Name Not Found"
	outsideRetention  = "Time Range Outside Retention Period"
	beyondRetention   = "Time Range Exceeds Retention Period"
	notReady          = "Invalid Instance State"
	readTimedOut      = "Timeout Reading Migration Tasks"
)

// simMinutes returns a duration of a scenario.
func simMinutes(n int) rdssim.Duration { return rdssim.Duration(time.Duration(n) * time.Minute) }

// simRow returns a row of orders that was created this many minutes ago and has had the status for half a minute less.
func simRow(id, mode, status string, minutesAgo int) rdssim.Task {
	half := simMinutes(1) / 2
	return rdssim.Task{
		ID: id, Database: "orders", BackupMode: mode, Created: -simMinutes(minutesAgo),
		Steps: []rdssim.Step{{Status: "Running"}, {After: half, Status: status}},
	}
}

// named returns the row with another name.
func named(database string, t rdssim.Task) rdssim.Task {
	t.Database = database
	return t
}

// nameless returns the row without a name.
func nameless(form rdssim.DBNameForm, t rdssim.Task) rdssim.Task {
	t.DBNameForm = form
	return t
}

// timed returns the row with times in another form.
func timed(form rdssim.TimeForm, t rdssim.Task) rdssim.Task {
	t.TimeForm = form
	return t
}

// full returns a row of a full migration.
func full(id, status string, minutesAgo int) rdssim.Task {
	return simRow(id, "FULL", status, minutesAgo)
}

// updf returns a row of an incremental migration.
func updf(id, status string, minutesAgo int) rdssim.Task {
	return simRow(id, "UPDF", status, minutesAgo)
}

// longHistory returns n full migrations of orders, 5 minutes apart, the newest 5 minutes ago. Their IDs descend with
// time, so that an order by ID is oldest last. All but the newest, which has the status, are Success.
func longHistory(n int, status string) []rdssim.Task {
	tasks := make([]rdssim.Task, n)
	for i := range tasks {
		tasks[i] = full(strconv.Itoa(1000+i), "Success", 5*(i+1))
	}
	if n > 0 {
		tasks[0] = full("1000", status, 5)
	}
	for i := range tasks {
		tasks[i].Duplicate = true // their IDs differ: the simulator need not compare each with each
	}
	return tasks
}

// succeededCase is a list of n rows in which orders succeeded.
func succeededCase(m rdssim.Model, n int, faults ...rdssim.Fault) modelCase {
	return modelCase{model: m, faults: faults, tasks: longHistory(n, "Success"), read: reads(n), gate: opens(0)}
}

// failedCase is a list of n rows of which only the newest failed.
func failedCase(m rdssim.Model, n int, faults ...rdssim.Fault) modelCase {
	return modelCase{
		model: m, faults: faults, tasks: longHistory(n, "Failed"),
		read: readsNot(n, "task 1000.* is Failed"), gate: fails(`"orders".* task 1000 `),
	}
}

// addBoth adds succeededCase and failedCase.
func addBoth(cases map[string]modelCase, name string, m rdssim.Model, n int, faults ...rdssim.Fault) {
	name += fmt.Sprintf(", %d rows", n)
	cases[name+", succeeded"] = succeededCase(m, n, faults...)
	cases[name+", failed"] = failedCase(m, n, faults...)
}

var (
	modelOrders = []rdssim.Order{
		"", rdssim.OrderOldestFirst, rdssim.OrderID, rdssim.OrderDatabase, rdssim.OrderRandom,
	}
	modelPagesAfterLast = []rdssim.PageAfterLast{
		"", rdssim.PageAfterLastZero, rdssim.PageAfterLastRefused, rdssim.PageAfterLastFirst,
		rdssim.PageAfterLastRepeated,
	}
)

// modelRows returns numbers of rows around the ends of pages. Lists in no order are read twice, so they are fewer.
func modelRows(order rdssim.Order) []int {
	switch order {
	case "", rdssim.OrderOldestFirst:
		return []int{99, 100, 101, 250}
	default:
		return []int{100, 101}
	}
}

// TestModels_Pages has the order of the rows, what a total counts, and what follows the last page. Section 1: "the
// total number of entries returned"; the order of the rows is not documented.
func TestModels_Pages(t *testing.T) {
	t.Parallel()
	cases := make(map[string]modelCase)
	for _, order := range modelOrders {
		for _, n := range modelRows(order) {
			m := rdssim.Model{Order: order, OrderSeed: int64(n)}
			addBoth(cases, fmt.Sprintf("order %q", order), m, n)
			m.TotalCountsPage = true
			addBoth(cases, fmt.Sprintf("order %q, the total counts the page", order), m, n)
		}
	}
	for _, after := range modelPagesAfterLast {
		for _, n := range []int{100, 200} {
			m := rdssim.Model{PageAfterLast: after}
			addBoth(cases, fmt.Sprintf("page after last %q", after), m, n)
			m.TotalCountsPage = true
			addBoth(cases, fmt.Sprintf("page after last %q, the total counts the page", after), m, n)
			m.Order = rdssim.OrderOldestFirst
			addBoth(cases, fmt.Sprintf("page after last %q, it counts the page, oldest first", after), m, n)
		}
	}
	runModelCases(t, cases)
}

// TestModels_PageSizes has a server that caps the page size. Section 1, older text: 30, 50, or 100.
func TestModels_PageSizes(t *testing.T) {
	t.Parallel()
	cases := make(map[string]modelCase)
	for _, size := range []int{30, 50} {
		limit := rdssim.Fault{Kind: rdssim.KindMaxPageSize, PageSize: size}
		for _, n := range []int{size - 1, size, size + 1, 2 * size} {
			for _, order := range []rdssim.Order{"", rdssim.OrderOldestFirst} {
				m := rdssim.Model{Order: order}
				addBoth(cases, fmt.Sprintf("pages of %d, order %q", size, order), m, n, limit)
				m.TotalCountsPage = true
				addBoth(
					cases,
					fmt.Sprintf("pages of %d, order %q, the total counts the page", size, order),
					m,
					n,
					limit,
				)
			}
		}
	}
	runModelCases(t, cases)
}

// TestModels_Responses has the fields of a response that its documentation leaves open. Section 1: a sample response
// with 1 row has PageRecordCount 10; MigrateTask or Items is an object or a list; the SDK's structs have DBInstanceId
// or DBInstanceID; other APIs of the vendor return a Code.
func TestModels_Responses(t *testing.T) {
	t.Parallel()
	cases := make(map[string]modelCase)
	for name, m := range map[string]rdssim.Model{
		"PageRecordCount is the page size":         {PageRecordCount: rdssim.PageRecordCountSize},
		"PageRecordCount is that of the sample":    {PageRecordCount: rdssim.PageRecordCountSample},
		"PageRecordCount is absent":                {PageRecordCount: rdssim.PageRecordCountAbsent},
		"one row is an object":                     {Items: rdssim.ItemsObject},
		"Items is the list":                        {Items: rdssim.ItemsList},
		"Items is the list, total counts the page": {Items: rdssim.ItemsList, TotalCountsPage: true},
		"one row is an object, oldest first": {
			Items: rdssim.ItemsObject, Order: rdssim.OrderOldestFirst, TotalCountsPage: true,
		},
		"no rows, MigrateTask is absent": {EmptyItems: rdssim.EmptyItemsAbsent},
		"no rows, MigrateTask is null":   {EmptyItems: rdssim.EmptyItemsNull},
		"the ID is in DBInstanceID":      {InstanceIDField: rdssim.InstanceIDFieldUpper},
		"the ID is in both":              {InstanceIDField: rdssim.InstanceIDFieldBoth},
		"the code is empty":              {SuccessCode: ""},
		"the code is 200":                {SuccessCode: "200"},
		"the code is OK":                 {SuccessCode: "OK"},
		"the code is Success":            {SuccessCode: "Success"},
		"the code is the number 200":     {SuccessCode: 200},
	} {
		for _, n := range []int{1, 101} {
			addBoth(cases, name, m, n)
		}
		// Without a task, no database succeeded.
		cases[name+", no rows"] = modelCase{
			model: m, gate: timesOut("orders: no task of this database was found"),
		}
	}
	for _, n := range []int{100, 200} {
		m := rdssim.Model{TotalCountsPage: true, EmptyItems: rdssim.EmptyItemsNull}
		addBoth(cases, "the page after the last is null", m, n)
		m.EmptyItems = rdssim.EmptyItemsAbsent
		addBoth(cases, "MigrateTask of the page after the last is absent", m, n)
	}
	runModelCases(t, cases)
}

// TestModels_HiddenRows has a total that is larger than the rows in every reading. Section 1: the data source warns and
// all_succeeded is false; a gate does not open, and its error states this.
func TestModels_HiddenRows(t *testing.T) {
	t.Parallel()
	cases := make(map[string]modelCase)
	for _, after := range modelPagesAfterLast {
		for _, order := range []rdssim.Order{"", rdssim.OrderOldestFirst} {
			m := rdssim.Model{HiddenRows: 2, PageAfterLast: after, Order: order}
			for _, n := range []int{1, 100} {
				c := succeededCase(m, n)
				c.read.succeeded, c.read.warnings = false, incompleteList
				c.gate = timesOut("incomplete.* 2 more")
				name := fmt.Sprintf("page after last %q, order %q, %d rows", after, order, n)
				cases[name+", succeeded"] = c
				c = failedCase(m, n)
				c.read.warnings = incompleteList
				cases[name+", failed"] = c
			}
		}
	}
	runModelCases(t, cases)
}

// TestModels_Identity has rows that share an ID. Section 1: of CreateMigrateTask for UPDF, MigrateTaskId is "the ID of
// the corresponding FULL task". Equal rows on one page count separately.
func TestModels_Identity(t *testing.T) {
	t.Parallel()
	duplicate := full("1000", "Success", 5)
	duplicate.Duplicate = true
	onTwoPages := append(longHistory(101, "Success"), rdssim.Task{})
	onTwoPages[101] = full("1099", "Success", 500) // equal to the 100th, so that page 2 has it too
	onTwoPages[101].Duplicate = true
	runModelCases(t, map[string]modelCase{
		"an increment has the ID of its base": {
			tasks: []rdssim.Task{full("1", "Success", 60), updf("1", "Success", 30)}, read: reads(2), gate: opens(0),
		},
		"an increment with the ID of its base failed": {
			tasks: []rdssim.Task{full("1", "Success", 60), updf("1", "Failed", 30)},
			read:  readsNot(2, "task 1 .UPDF. is Failed"), gate: fails(`task 1 \(UPDF\)`),
		},
		"two databases have one ID": {
			tasks: []rdssim.Task{full("1", "Success", 60), named("hr", full("1", "Failed", 60))},
			read:  reads(2).with("hr", "task 1 .* is Failed"), gate: opens(0),
		},
		"two runs have one ID": {
			tasks: []rdssim.Task{full("1", "Failed", 60), full("1", "Success", 30)}, read: reads(2), gate: opens(0),
		},
		"two rows on one page are equal": {
			tasks: append(longHistory(2, "Success"), duplicate), read: reads(3), gate: opens(0),
		},
		"two rows on one page are equal, the total counts the page": {
			model: rdssim.Model{TotalCountsPage: true},
			tasks: append(longHistory(2, "Success"), duplicate), read: reads(3), gate: opens(0),
		},
		"two rows on two pages are equal": {tasks: onTwoPages, read: reads(102), gate: opens(0)},
		"two rows on two pages are equal, oldest first": {
			model: rdssim.Model{Order: rdssim.OrderOldestFirst}, tasks: onTwoPages, read: reads(102), gate: opens(0),
		},
		"the order changes, one page": {
			model: rdssim.Model{Order: rdssim.OrderChanging},
			tasks: longHistory(99, "Success"), read: reads(99), gate: opens(0),
		},
		// No two readings are equal, so there is no list. It may pass, so a gate waits.
		"the order changes, three pages": {
			model: rdssim.Model{Order: rdssim.OrderChanging}, tasks: longHistory(250, "Success"),
			read: readResult{err: "Unable to Read Migration Tasks", words: "changed each time it was read"},
			gate: timesOut("orders: unknown, because no list of tasks was read"),
		},
	})
}

// windowModels returns every pair of limits of a window. Section 2: the documentation says neither whether an
// end in the future is refused, nor a start or a length of more than 7 days, nor whether a window has seconds.
func windowModels() map[string]rdssim.Model {
	models := make(map[string]rdssim.Model)
	for _, end := range []rdssim.FutureEnd{"", rdssim.FutureEndMinute, rdssim.FutureEndSecond} {
		for i := range 4 {
			old, long := i&1 != 0, i&2 != 0
			m := rdssim.Model{FutureEnd: end, RefuseOldStart: old, RefuseLongWindow: long, WindowByMinute: old != long}
			models[fmt.Sprintf("future end %q, old start refused %t, long window refused %t, by minute %t",
				end, m.RefuseOldStart, m.RefuseLongWindow, m.WindowByMinute)] = m
		}
	}
	return models
}

// modelSkews are how far the API's clock is ahead of the provider's, in seconds. A request may be 15 minutes off.
var modelSkews = []int{0, 14 * 60, 29, -14*60 + 31}

// TestModels_Windows has a newest task that a shorter window hides: one that ends earlier hides a failure, and one
// that starts later hides the base of an incremental migration.
func TestModels_Windows(t *testing.T) {
	t.Parallel()
	const almost7Days = 7*24*60 - 80 // later than the earliest start, with every skew and until the timeout
	old := updf("1", "Waiting", almost7Days)
	// It is created 20 seconds ago, and ended 10 seconds ago.
	newest := full("2", "Failed", 0)
	newest.Created = -rdssim.Duration(20 * time.Second)
	newest.Steps[1].After = rdssim.Duration(10 * time.Second)
	cases := make(map[string]modelCase)
	for name, m := range windowModels() {
		for i, skew := range modelSkews {
			m.ClockSkew = rdssim.Duration(time.Duration(skew) * time.Second)
			name := fmt.Sprintf("%s, skew %ds", name, skew)
			cases[name+", newest failed"] = modelCase{
				model: m, tasks: []rdssim.Task{full("1", "Success", 60), newest},
				read: readsNot(2, "task 2 .* is Failed"), gate: fails("task 2 "),
			}
			cases[name+", succeeded"] = modelCase{
				model: m, tasks: []rdssim.Task{full("1", "Success", 60)}, read: reads(1), gate: opens(0),
			}
			if i%2 == 0 {
				continue
			}
			cases[name+", old base waits"] = modelCase{
				model: m, tasks: []rdssim.Task{old, updf("2", "Success", 30)},
				read: readsNot(2, "task 1 .UPDF. is Waiting"), gate: timesOut("task 1 .UPDF. is Waiting"),
			}
			// The start_time of a gate only decides what counts, and that of the data source may hide the base.
			cases[name+", old base waits, start_time"] = modelCase{
				model: m, tasks: []rdssim.Task{old, updf("2", "Success", 20)}, start: "2026-11-20T11:20:00Z",
				read: readsNot(1, "started before start_time"), gate: timesOut("task 1 .UPDF. is Waiting"),
			}
		}
	}
	runModelCases(t, cases)
}

// TestModels_WindowCodes has the codes that may refuse a window.
func TestModels_WindowCodes(t *testing.T) {
	t.Parallel()
	cases := make(map[string]modelCase)
	for _, code := range []rdssim.WindowCode{
		rdssim.WindowCodeStart, rdssim.WindowCodeEnd, rdssim.WindowCodeStartAndEnd, rdssim.WindowCodeSearchRange,
		rdssim.WindowCodeRange,
	} {
		for _, end := range []rdssim.FutureEnd{rdssim.FutureEndMinute, rdssim.FutureEndSecond} {
			m := rdssim.Model{
				FutureEnd:        end,
				WindowCode:       code,
				RefuseOldStart:   true,
				RefuseLongWindow: true,
				ClockSkew:        -simMinutes(14),
			}
			for _, n := range []int{1, 101} {
				addBoth(cases, fmt.Sprintf("future end %q, code %s", end, code), m, n)
			}
		}
	}
	runModelCases(t, cases)
}

// TestModels_TimeRanges has start_time and end_time. Section 2: nothing earlier than the earliest start is sent, nor an
// end later than the open end, and a window that would be empty is not sent at all.
func TestModels_TimeRanges(t *testing.T) {
	t.Parallel()
	tasks := []rdssim.Task{full("1", "Success", 60), full("2", "Failed", 30)}
	cases := make(map[string]modelCase)
	for name, m := range windowModels() {
		// The result is about the window, which ends between the tasks. A gate has no end.
		cases[name+", end_time"] = modelCase{
			model: m, tasks: tasks, end: "2026-11-20T11:15:00Z", read: reads(1), gate: fails("task 2 "),
		}
		cases[name+", end_time in the future"] = modelCase{
			model: m, tasks: tasks, end: "2026-11-25T00:00:00Z",
			read: readsNot(2, "task 2 .* is Failed"), gate: fails("task 2 "),
		}
		cases[name+", end_time before the earliest start"] = modelCase{
			model: m, tasks: tasks, end: "2026-11-10T00:00:00Z",
			read: readResult{warnings: outsideRetention}, gate: fails("task 2 "),
		}
		cases[name+", start_time before the earliest start"] = modelCase{
			model: m,
			tasks: tasks,
			start: "2026-11-01T00:00:00Z",
			read: readsNot(
				2,
				"task 2 .* is Failed",
			).warns(beyondRetention),
			gate: fails("task 2 ").warns(beyondRetention),
		}
		cases[name+", start_time before a full success"] = modelCase{
			model: m, tasks: []rdssim.Task{full("1", "Failed", 60), full("2", "Success", 30)},
			start: "2026-11-20T11:15:00Z", read: reads(1), gate: opens(0),
		}
		cases[name+", start_time after the only success"] = modelCase{
			model: m, tasks: tasks[:1], start: "2026-11-20T11:15:00Z",
			gate: timesOut("orders: no task of this database was created since 2026-11-20T11:15:00Z"),
		}
	}
	runModelCases(t, cases)
}

// TestModels_Nameless has a row without a name. Section 3: DBName is a plain string. Section 4: unless such a row is
// Success, it may be of every database.
func TestModels_Nameless(t *testing.T) {
	t.Parallel()
	cases := make(map[string]modelCase)
	for _, form := range []rdssim.DBNameForm{rdssim.DBNameAbsent, rdssim.DBNameNull, rdssim.DBNameEmpty} {
		row := func(status string, minutesAgo int) rdssim.Task { return nameless(form, full("2", status, minutesAgo)) }
		add := func(name string, read readResult, gate gateResult, tasks ...rdssim.Task) {
			cases[fmt.Sprintf("%s: %s", form, name)] = modelCase{tasks: tasks, read: read, gate: gate}
		}
		success, failed := full("1", "Success", 60), full("1", "Failed", 60)
		add("alone", readResult{tasks: 1}, timesOut("orders: no task"), row("Success", 30))
		add("a newer one is Success", reads(2), opens(0), success, row("Success", 30))
		add("an older one is Failed", reads(2), opens(0), success, row("Failed", 90))
		add("an older one is Waiting", reads(2), opens(0), success, row("Waiting", 90))
		for status, reason := range map[string]string{
			"Failed": "Failed", "Terminated": "Terminated", "Waiting": "Waiting", "Running": "Running",
			"NoStart": "NoStart", "Suspended": `unknown status "Suspended"`,
		} {
			reason = "task 2.* without a database name .*" + reason
			add("a newer one is "+status, readsNot(2, reason), timesOut(reason), success, row(status, 30))
		}
		add("an older one is Running", readsNot(2, "task 2.* Running"), timesOut("task 2.* Running"),
			success, row("Running", 90))
		// A migration that failed has not failed for good while another row may be its next run.
		add("it failed, a newer one is Success", readsNot(2, "task 1.* Failed"), timesOut("task 1.* Failed"),
			failed, row("Success", 30))
		add("it failed, an older one is Success", readsNot(2, "task 1.* Failed"), fails("task 1 "),
			failed, row("Success", 90))
		add("it failed, an older one is Failed", readsNot(2, "task [12].* Failed"), fails("task 1 "),
			failed, row("Failed", 90))
		add("it failed, an older one is Running", readsNot(2, "task [12].* (Failed|Running)"),
			timesOut("task [12].* (Failed|Running)"), failed, row("Running", 90))
	}
	runModelCases(t, cases)
}

// TestModels_TimeForms has times that are not in the documented form. Section 3: samples have "2017-05-30 T12:11:4Z".
func TestModels_TimeForms(t *testing.T) {
	t.Parallel()
	cases := make(map[string]modelCase)
	for _, form := range []rdssim.TimeForm{
		rdssim.TimeFormSample, rdssim.TimeFormColonOffset, rdssim.TimeFormOffset,
	} {
		cases[fmt.Sprintf("%s: a newer success", form)] = modelCase{
			tasks: []rdssim.Task{full("1", "Failed", 60), timed(form, full("2", "Success", 30))},
			read:  reads(2), gate: opens(0),
		}
		cases[fmt.Sprintf("%s: an older success", form)] = modelCase{
			tasks: []rdssim.Task{full("2", "Failed", 30), timed(form, full("1", "Success", 60))},
			read:  readsNot(2, "task 2.* Failed"), gate: fails("task 2 "),
		}
		cases[fmt.Sprintf("%s: a newer failure", form)] = modelCase{
			tasks: []rdssim.Task{full("1", "Success", 60), timed(form, full("2", "Failed", 30))},
			read:  readsNot(2, "task 2.* Failed"), gate: fails("task 2 "),
		}
		cases[fmt.Sprintf("%s: 250 rows, start_time", form)] = modelCase{
			tasks: append(longHistory(249, "Success"), timed(form, full("9999", "Failed", 2))),
			start: "2026-11-20T11:00:00Z",
			read:  readsNot(13, "task 9999.* Failed"), gate: fails("task 9999 "),
		}
	}
	runModelCases(t, cases)
}

// TestModels_UnreadableTimes has creation times that cannot be read. Section 4, rule 4: such tasks must be Success, and
// are evidence only without a start_time and if there is no readable task.
func TestModels_UnreadableTimes(t *testing.T) {
	t.Parallel()
	cases := make(map[string]modelCase)
	for _, form := range []rdssim.TimeForm{rdssim.TimeFormUnreadable, rdssim.TimeFormAbsent} {
		row := func(status string) rdssim.Task { return timed(form, full("2", status, 90)) }
		add := func(name string, read readResult, gate gateResult, tasks ...rdssim.Task) {
			cases[fmt.Sprintf("%s: %s", form, name)] = modelCase{
				tasks: tasks, read: read.warns(unreadableTime), gate: gate,
			}
		}
		success := full("1", "Success", 60)
		add("Success alone", reads(1), opens(0), row("Success"))
		add("Success, and a readable success", reads(2), opens(0), success, row("Success"))
		for _, status := range []string{"Failed", "Terminated", "Waiting", "Running", "NoStart", "Suspended"} {
			words := "task 2.*" + status
			add(status+" alone", readsNot(1, words), timesOut(words), row(status))
			add(status+", and a readable success", readsNot(2, words), timesOut(words), success, row(status))
		}
		add("Success, and a readable failure", readsNot(2, "task 1.*Failed"), timesOut("task 1.*Failed"),
			full("1", "Failed", 60), row("Success"))
		// The window of the simulator is by the true time, which is after start_time.
		cases[fmt.Sprintf("%s: with start_time", form)] = modelCase{
			tasks: []rdssim.Task{row("Success")}, start: "2026-11-20T10:00:00Z",
			read: readsNot(1, "task 2").warns(unreadableTime), gate: timesOut("task 2"),
		}
		cases[fmt.Sprintf("%s: with start_time and a readable success", form)] = modelCase{
			tasks: []rdssim.Task{row("Success"), success}, start: "2026-11-20T10:00:00Z",
			read: reads(2).warns(unreadableTime), gate: opens(0),
		}
	}
	runModelCases(t, cases)
}

// TestModels_Statuses has one row. Section 3: Terminated is treated as Failed, and backup modes are open-ended.
func TestModels_Statuses(t *testing.T) {
	t.Parallel()
	cases := make(map[string]modelCase)
	for _, mode := range []string{"FULL", "UPDF", "DIFF", "LOG", "0", "1", "2"} {
		cases[mode+" Success"] = modelCase{
			tasks: []rdssim.Task{simRow("1", mode, "Success", 30)}, read: reads(1), gate: opens(0),
		}
		// Rule 5 is the data source's: the window may hide the base of an incremental migration.
		c := modelCase{
			tasks: []rdssim.Task{simRow("1", mode, "Success", 30)}, start: "2026-11-20T11:00:00Z",
			read: readsNot(1, "task 1 .*start_time"), gate: opens(0),
		}
		if mode == "FULL" {
			c.read = reads(1)
		}
		cases[mode+" Success, start_time"] = c
		for _, status := range []string{"Failed", "Terminated"} {
			cases[mode+" "+status] = modelCase{
				tasks: []rdssim.Task{simRow("1", mode, status, 30)},
				read:  readsNot(1, "task 1.* is "+status), gate: fails("is " + status),
			}
			cases[mode+" "+status+", and a newer full success"] = modelCase{
				tasks: []rdssim.Task{simRow("1", mode, status, 30), full("2", "Success", 10)},
				read:  reads(2), gate: opens(0),
			}
		}
		for _, status := range []string{"Running", "NoStart", "Waiting", "Suspended"} {
			words := "task 1.*" + status
			cases[mode+" "+status] = modelCase{
				tasks: []rdssim.Task{simRow("1", mode, status, 30)}, read: readsNot(1, words), gate: timesOut(words),
			}
		}
	}
	runModelCases(t, cases)
}

// TestModels_ConsistencyChecks has the descriptions of a consistency check. Section 3: a success whose description says
// that it failed opens the gate with a warning that quotes it.
func TestModels_ConsistencyChecks(t *testing.T) {
	t.Parallel()
	described := func(description, status string) []rdssim.Task {
		row := full("1", status, 60)
		row.Steps[1].Description = description
		return []rdssim.Task{row}
	}
	runModelCases(t, map[string]modelCase{
		"it succeeded": {
			tasks: described(rdssim.DescriptionCheckSucceeded, "Success"), read: reads(1), gate: opens(0),
		},
		"it failed": {
			tasks: described(rdssim.DescriptionCheckFailed, "Success"),
			read:  reads(1), gate: opens(0).warns(failedCheck),
		},
		"the migration failed": {
			tasks: described(rdssim.DescriptionCheckFailed, "Failed"),
			read:  readsNot(1, "task 1.* Failed"), gate: fails("2 consistency errors"),
		},
	})
}

// TestModels_Spellings has names that SQL Server treats as equal by default. Section 4: V are also the tasks whose
// names equal the name after NFKC, case folding, and trimming.
func TestModels_Spellings(t *testing.T) {
	t.Parallel()
	cases := make(map[string]modelCase)
	for _, spelling := range []string{"Orders", "ORDERS", "orders ", "\uff4frders", " Orders"} {
		row := func(status string, minutesAgo int) rdssim.Task {
			return named(spelling, full("2", status, minutesAgo))
		}
		add := func(name string, read readResult, gate gateResult, tasks ...rdssim.Task) {
			cases[fmt.Sprintf("%+q: %s", spelling, name)] = modelCase{tasks: tasks, read: read, gate: gate}
		}
		success := full("1", "Success", 60)
		add("a newer success", reads(2).with(spelling, ""), opens(0), success, row("Success", 30))
		add("an older failure", reads(2).with(spelling, "task 2"), opens(0), success, row("Failed", 90))
		newer := fmt.Sprintf("the database %q has a newer task that is Failed: task 2", spelling)
		add("a newer failure", readsNot(2, newer).with(spelling, "task 2 .* is Failed"), timesOut(newer),
			success, row("Failed", 30))
		add("a newer base waits", readsNot(2, "task 2.* Waiting").with(spelling, "task 2.* Waiting"),
			timesOut("task 2.* Waiting"), success, row("Waiting", 30))
		add("an older one is running", readsNot(2, "task 2.* Running").with(spelling, "task 2.* Running"),
			timesOut("task 2.* Running"), success, row("Running", 90))
		add("it failed, a newer success", readsNot(2, "task 1").with(spelling, ""), timesOut("task 1"),
			full("1", "Failed", 60), row("Success", 30))
		only := readResult{databases: map[string]string{spelling: ""}, tasks: 1, warnings: nameNotFound}
		add("the only one", only, timesOut(`db_names has "orders"`), row("Success", 30))
	}
	// While the gate waits, a task starts: only another case ends the wait.
	starts := []rdssim.Task{named("Orders", full("1", "Running", -6))}
	cases["another case starts"] = modelCase{
		tasks: starts, gate: gateResult{after: 10, err: nameNotFound, words: `"orders".*"Orders"`},
	}
	cases["another width starts"] = modelCase{
		tasks: []rdssim.Task{named("\uff4frders", full("1", "Running", -6))}, gate: timesOut(`db_names has "orders"`),
	}
	runModelCases(t, cases)
}

// migrationModels returns every combination of what the rows of an incremental migration show. Section 4: it is not
// documented whether increments are rows, under which ID, and what the row of an opened database shows.
func migrationModels() map[string]rdssim.Model {
	models := make(map[string]rdssim.Model)
	for _, rows := range []rdssim.IncrementRows{"", rdssim.IncrementRowsBaseID, rdssim.IncrementRowsNone} {
		for _, waiting := range []rdssim.WaitingRows{"", rdssim.WaitingRowsNewest, rdssim.WaitingRowsNone} {
			for i := range 4 {
				m := rdssim.Model{
					IncrementRows: rows, WaitingRows: waiting, FullBase: i&1 != 0, OpenedStaysWaiting: i&2 != 0,
				}
				models[fmt.Sprintf("increments %q, waiting %q, FULL base %t, stays waiting %t",
					rows, waiting, m.FullBase, m.OpenedStaysWaiting)] = m
			}
		}
	}
	return models
}

// incremental returns a migration that was created 2 hours ago, with two increments, and is not opened.
func incremental() rdssim.Migration {
	return rdssim.Migration{
		ID: "10", Database: "orders", Incremental: true, Created: -simMinutes(120), Restored: simMinutes(10),
		Increments: []rdssim.Increment{
			{ID: "11", Started: simMinutes(20), Ended: simMinutes(30)},
			{ID: "12", Started: simMinutes(40), Ended: simMinutes(50)},
		},
	}
}

// migrationRows returns the number of rows of incremental.
func migrationRows(m rdssim.Model) int {
	if m.IncrementRows == rdssim.IncrementRowsNone {
		return 1
	}
	return 3
}

// openSuccess is the case of exception (i): every listed row is Success before the database was opened.
func openSuccess(m rdssim.Model, run rdssim.Migration) modelCase {
	return modelCase{
		model: m, migrations: []rdssim.Migration{run}, read: reads(migrationRows(m)), gate: opens(0),
		exception: rdssim.ExceptionUnopened,
	}
}

// closedCase is a migration that keeps the gate closed for a reason with this pattern.
func closedCase(m rdssim.Model, run rdssim.Migration, reason string) modelCase {
	return modelCase{
		model: m, migrations: []rdssim.Migration{run}, read: readsNot(migrationRows(m), reason), gate: timesOut(reason),
	}
}

// unopenedCase is a database that waits to be opened.
func unopenedCase(m rdssim.Model) modelCase {
	if m.WaitingRows == rdssim.WaitingRowsNone {
		return openSuccess(m, incremental())
	}
	return closedCase(m, incremental(), "Waiting: import its next backup file or open the database")
}

// importingCase is a database whose second increment is imported and never ends.
func importingCase(m rdssim.Model) modelCase {
	run := incremental()
	run.Increments[1].Ended = 0
	if m.WaitingRows == rdssim.WaitingRowsNone && m.IncrementRows == rdssim.IncrementRowsNone {
		return openSuccess(m, run)
	}
	return closedCase(m, run, "Running|Waiting")
}

// failedIncrementCase is a database whose second increment failed. Unless a row is Waiting, its import cannot be
// repeated, and the database has failed.
func failedIncrementCase(m rdssim.Model) modelCase {
	run := incremental()
	run.Increments[1].Status = "Failed"
	switch {
	case m.IncrementRows == rdssim.IncrementRowsNone && m.WaitingRows == rdssim.WaitingRowsNone:
		return openSuccess(m, run)
	case m.IncrementRows == rdssim.IncrementRowsNone, m.WaitingRows == "":
		return closedCase(m, run, "Failed|Waiting")
	}
	c := closedCase(m, run, "Failed")
	c.gate = fails(`\(UPDF\)`)
	return c
}

// failedBaseCase is a database whose base failed after its increments.
func failedBaseCase(m rdssim.Model, status string) modelCase {
	run := incremental()
	run.Ended, run.Status = simMinutes(60), status
	c := closedCase(m, run, status+"|Waiting")
	if m.IncrementRows == rdssim.IncrementRowsNone {
		c.gate = fails("is " + status)
	}
	return c
}

// openedCase is a database that was opened an hour ago, or is opened 7 minutes after the start of the gate.
func openedCase(m rdssim.Model, opened int) modelCase {
	run := incremental()
	run.Ended = simMinutes(opened)
	c := modelCase{model: m, migrations: []rdssim.Migration{run}, read: reads(migrationRows(m)), gate: opens(0)}
	isLater := opened > 120
	switch {
	case m.WaitingRows == rdssim.WaitingRowsNone:
		if isLater {
			c.exception = rdssim.ExceptionUnopened
		}
	case m.OpenedStaysWaiting: // a known needless wait
		return closedCase(m, run, "Waiting")
	case isLater:
		c = closedCase(m, run, "Waiting")
		c.gate = opens(modelInterval * 2)
	}
	return c
}

// rerunCase is an incremental migration that is never opened, and a full one after it.
func rerunCase(m rdssim.Model) modelCase {
	full := rdssim.Migration{ID: "20", Database: "orders", Created: -simMinutes(40), Ended: simMinutes(10)}
	return modelCase{
		model:      m,
		migrations: []rdssim.Migration{incremental(), full},
		read:       reads(migrationRows(m) + 1),
		gate:       opens(0),
	}
}

// oldBaseCase is a base that the API no longer lists, and an increment that was imported an hour ago: exception (ii).
func oldBaseCase(m rdssim.Model) modelCase {
	run := incremental()
	run.Created = -simMinutes(8 * 24 * 60)
	run.Increments = []rdssim.Increment{{ID: "11", Started: simMinutes(8*24*60 - 60), Ended: simMinutes(8*24*60 - 50)}}
	c := modelCase{
		model: m, migrations: []rdssim.Migration{run}, read: reads(1), gate: opens(0),
		exception: rdssim.ExceptionOldBase,
	}
	switch {
	case m.IncrementRows == rdssim.IncrementRowsNone:
		c.read, c.gate = readResult{}, timesOut("orders: no task of this database was found")
	case m.WaitingRows == rdssim.WaitingRowsNewest:
		c.read, c.gate = readsNot(1, "Waiting"), timesOut("Waiting")
	}
	return c
}

// TestModels_Incremental has an incremental migration in each state that matters, with the exceptions of section 4.
func TestModels_Incremental(t *testing.T) {
	t.Parallel()
	cases := make(map[string]modelCase)
	for name, m := range migrationModels() {
		cases[name+": not opened"] = unopenedCase(m)
		cases[name+": an increment is imported"] = importingCase(m)
		cases[name+": an increment failed"] = failedIncrementCase(m)
		cases[name+": the base failed last"] = failedBaseCase(m, "Failed")
		cases[name+": the base was terminated last"] = failedBaseCase(m, "Terminated")
		cases[name+": opened"] = openedCase(m, 60)
		cases[name+": opened while the gate waits"] = openedCase(m, 127)
		cases[name+": abandoned, and a full run"] = rerunCase(m)
		cases[name+": the base is too old to be listed"] = oldBaseCase(m)
	}
	runModelCases(t, cases)
}

// TestModels_Runs has several full runs of one database. Section 4, rules 1 and 2.
func TestModels_Runs(t *testing.T) {
	t.Parallel()
	run := func(id string, minutesAgo, ended int, status string) rdssim.Migration {
		return rdssim.Migration{
			ID: id, Database: "orders", Created: -simMinutes(minutesAgo), Ended: simMinutes(ended), Status: status,
		}
	}
	cases := make(map[string]modelCase)
	add := func(name string, read readResult, gate gateResult, runs ...rdssim.Migration) {
		cases[name] = modelCase{migrations: runs, read: read, gate: gate}
	}
	add("one, success", reads(1), opens(0), run("1", 60, 10, ""))
	add("one, failed", readsNot(1, "task 1.*Failed"), fails("task 1 "), run("1", 60, 10, "Failed"))
	add("one, terminated", readsNot(1, "task 1.*Terminated"), fails("task 1 "), run("1", 60, 10, "Terminated"))
	add("failed, then success", reads(2), opens(0), run("1", 60, 10, "Failed"), run("2", 30, 10, ""))
	add("success, then failed", readsNot(2, "task 2.*Failed"), fails("task 2 "), run("1", 60, 10, ""),
		run("2", 30, 10, "Failed"))
	add("ends while the gate waits", readsNot(1, "task 1.*Running"), opens(2*modelInterval), run("1", 60, 67, ""))
	add("fails while the gate waits", readsNot(1, "task 1.*Running"),
		gateResult{after: 2 * modelInterval, err: "Migration Failed", words: "task 1 "}, run("1", 60, 67, "Failed"))
	add("never ends", readsNot(1, "task 1.*Running"), timesOut("task 1.*Running"), run("1", 60, 0, ""))
	add("an older one still runs", readsNot(2, "task 1.*Running"), timesOut("task 1.*Running"),
		run("1", 60, 0, ""), run("2", 30, 10, ""))
	add("two in one second, one failed", readsNot(2, "task 1.*Failed"), timesOut("task 1.*Failed"),
		run("1", 60, 10, "Failed"), run("2", 60, 20, ""))
	add("created while the gate waits", readResult{}, opens(2*modelInterval), run("1", -6, 1, ""))
	runModelCases(t, cases)
}

// TestModels_InstanceErrors has errors that pass, and errors that last. Section 5: wait for an instance that is not
// ready, and repeat what is transient. The data source does not wait for an instance. A gate that has never read a list
// gives up after 15 minutes.
func TestModels_InstanceErrors(t *testing.T) {
	t.Parallel()
	cases := make(map[string]modelCase)
	add := func(f rdssim.Fault, read readResult, gate gateResult, name string, skip, times int) {
		f.Skip, f.Times = skip, times
		cases[f.Code+" "+name] = modelCase{
			faults: []rdssim.Fault{f}, migrations: []rdssim.Migration{{
				ID: "1", Database: "orders", Created: -simMinutes(10), Ended: simMinutes(13),
			}},
			read: read, gate: gate,
		}
	}
	running := readsNot(1, "task 1.*Running")
	for _, f := range rdssim.NotReadyErrors() {
		err := readResult{err: notReady}
		add(f, err, opens(modelInterval), "at first", 0, 1)
		add(f, err, opens(3*modelInterval), "for three polls", 0, 3)
		add(f, err, gateResult{after: 15, err: notReady, words: "Code: " + f.Code}, "always", 0, 0)
		lasting := timesOut("task 1.*Running(.|\n)*" + f.Code)
		add(f, running, opens(3*modelInterval), "after a list", 1, 2)
		add(f, running, lasting, "always after a list", 1, 0)
	}
	for _, f := range rdssim.TransientErrors() {
		add(f, running, opens(modelInterval), "at first", 0, 1)
		add(f, running, opens(modelInterval), "for three calls", 0, 3)
		add(f, running, opens(modelInterval), "after a list", 1, 3)
		add(f, readResult{err: readTimedOut}, timesOut("unknown(.|\n)*"+f.Code), "always", 0, 0)
	}
	runModelCases(t, cases)
}
