// SPDX-License-Identifier: MPL-2.0

package migration

import (
	"strings"
	"testing"
	"time"
)

// taskOf returns a task of the database orders, created, and ended this many minutes
// past noon. It has not ended if ended is negative.
func taskOf(id, mode string, status Status, created, ended int) Task {
	t := task(id, created, status)
	t.BackupMode = mode
	if ended >= 0 {
		t.EndTime = task(id, ended, status).CreateTime
	}
	return t
}

func full(id string, status Status, created, ended int) Task {
	return taskOf(id, "FULL", status, created, ended)
}

func updf(id string, status Status, created, ended int) Task {
	return taskOf(id, "UPDF", status, created, ended)
}

func untimed(t Task) Task {
	t.CreateTime = ParseTimestamp("soon")
	return t
}

func unended(t Task) Task {
	t.EndTime = ParseTimestamp("soon")
	return t
}

// since returns evidence that starts this many minutes past noon.
func since(minute int) Evidence {
	return Evidence{Since: noon.Add(time.Duration(minute) * time.Minute)}
}

// never is the end of a task that has not ended.
const never = -1

type reasonCase struct {
	tasks    []Task
	evidence Evidence
	want     string // empty if the migration of orders succeeded
}

func testReasons(t *testing.T, cases map[string]reasonCase) {
	t.Helper()
	for name, test := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			db := Evaluate(test.tasks, []string{"orders"}, test.evidence)["orders"]
			if db.Reason != test.want {
				t.Errorf("Reason = %q, want %q", db.Reason, test.want)
			}
			if db.Succeeded() != (test.want == "") {
				t.Errorf("Succeeded = %t with the reason %q", db.Succeeded(), db.Reason)
			}
			if strings.HasSuffix(db.Reason, ".") || strings.Contains(db.Reason, "\n") {
				t.Errorf("Reason %q is not one sentence without a period", db.Reason)
			}
		})
	}
}

func TestEvaluate_Evidence(t *testing.T) {
	t.Parallel()
	at := func(second string, task Task) Task {
		task.CreateTime = ParseTimestamp("2026-11-20T12:00:" + second)
		return task
	}
	testReasons(t, map[string]reasonCase{
		"no task": {nil, Evidence{}, "no task of this database was found"},
		"no task, and a start_time": {
			nil, since(0), "no task of this database was created since 2026-11-20T12:00:30Z",
		},
		"a task of another database": {
			[]Task{inDatabase("billing", full("1", Success, 0, 1))}, Evidence{}, "no task of this database was found",
		},
		"a task of another spelling": {
			[]Task{inDatabase("Orders", full("1", Success, 0, 1))}, Evidence{}, "no task of this database was found",
		},
		"a task without a name": {
			[]Task{inDatabase("", full("1", Success, 0, 1))}, Evidence{}, "no task of this database was found",
		},
		"a success": {[]Task{full("1", Success, 0, 1)}, Evidence{}, ""},
		"a success before start_time": {
			[]Task{full("1", Success, 0, 1)},
			since(1),
			"no task of this database was created since 2026-11-20T12:01:30Z: task 1 (FULL) is Success and was " +
				"created at 2026-11-20T12:00:30Z; start the migration again or set an earlier start_time",
		},
		"a success at start_time": {[]Task{full("1", Success, 1, 2)}, since(1), ""},
		"a success in the second of start_time": {
			[]Task{at("30.1Z", full("1", Success, 0, 1))}, Evidence{Since: noon.Add(900 * time.Millisecond)}, "",
		},
		"a success a moment before that second": {
			[]Task{at("29.9Z", full("1", Success, 0, 1))},
			Evidence{Since: noon},
			"no task of this database was created since 2026-11-20T12:00:30Z: task 1 (FULL) is Success and was " +
				"created at 2026-11-20T12:00:29Z; start the migration again or set an earlier start_time",
		},
		"a failure before start_time, then success": {
			[]Task{full("1", Failed, 0, 1), full("2", Success, 2, 3)}, since(1), "",
		},
		"a success before start_time, then failure": {
			[]Task{full("1", Success, 0, 1), full("2", Failed, 2, 3)},
			since(1), "task 2 (FULL) is Failed and no task is newer",
		},
	})
}

func TestEvaluate_NewestTask(t *testing.T) {
	t.Parallel()
	testReasons(t, map[string]reasonCase{
		"failed, then succeeded": {[]Task{full("1", Failed, 0, 1), full("2", Success, 2, 3)}, Evidence{}, ""},
		"succeeded, then failed": {
			[]Task{full("1", Success, 0, 1), full("2", Failed, 2, 3)},
			Evidence{},
			"task 2 (FULL) is Failed and no task is newer",
		},
		"succeeded, then terminated": {
			[]Task{full("1", Success, 0, 1), full("2", Terminated, 2, 3)},
			Evidence{},
			"task 2 (FULL) is Terminated and no task is newer",
		},
		"no backup mode": {[]Task{task("1", 0, Failed)}, Evidence{}, "task 1 is Failed and no task is newer"},
		"a failure that ended before an older success": {
			[]Task{full("1", Success, 0, 9), full("2", Failed, 2, 3)},
			Evidence{},
			"task 2 (FULL) is Failed and no task is newer",
		},
		"in the same second, the larger ID succeeded": {
			[]Task{full("9", Failed, 0, 1), full("10", Success, 0, 2)},
			Evidence{},
			"task 9 (FULL) is Failed and no task is newer",
		},
		"in the same second, the larger ID failed": {
			[]Task{full("9", Success, 0, 2), full("10", Failed, 0, 1)},
			Evidence{},
			"task 10 (FULL) is Failed and no task is newer",
		},
		"in the same second, both succeeded": {
			[]Task{full("9", Success, 0, 2), full("10", Success, 0, 1)}, Evidence{}, "",
		},
	})
}

func TestEvaluate_UnfinishedTask(t *testing.T) {
	t.Parallel()
	testReasons(t, map[string]reasonCase{
		"running":     {[]Task{full("7", Running, 0, never)}, Evidence{}, "task 7 is still Running"},
		"not started": {[]Task{full("7", NoStart, 0, never)}, Evidence{}, "task 7 is still NoStart"},
		"an older run is running": {
			[]Task{full("7", Running, 0, never), full("8", Success, 1, 2)}, Evidence{}, "task 7 is still Running",
		},
		"an older run from before start_time is running": {
			[]Task{full("7", Running, 0, never), full("8", Success, 2, 3)}, since(1), "task 7 is still Running",
		},
		"a task at an unreadable time is running": {
			[]Task{untimed(full("7", Running, 0, never)), full("8", Success, 1, 2)},
			Evidence{},
			"task 7 is still Running",
		},
		"the older run has ended": {[]Task{full("7", Success, 0, 1), full("8", Success, 1, 2)}, Evidence{}, ""},
	})
}

func TestEvaluate_OpenTask(t *testing.T) {
	t.Parallel()
	const waiting = "task 10 (UPDF) is Waiting: import its next backup file or open the database"
	testReasons(t, map[string]reasonCase{
		"a base that waits": {[]Task{updf("10", Waiting, 0, never)}, Evidence{}, waiting},
		"an increment that succeeded, on a base that waits": {
			[]Task{updf("10", Waiting, 0, never), updf("11", Success, 1, 2)}, Evidence{}, waiting,
		},
		"a base from before start_time that waits": {
			[]Task{updf("10", Waiting, 0, never), updf("11", Success, 2, 3)}, since(1), waiting,
		},
		"a base listed as FULL that waits": {
			[]Task{full("10", Waiting, 0, never), updf("11", Success, 1, 2)},
			Evidence{},
			"task 10 (FULL) is Waiting: import its next backup file or open the database",
		},
		"an opened base": {[]Task{updf("10", Success, 0, 3), updf("11", Success, 1, 2)}, Evidence{}, ""},
		"a base that waits, then a full migration": {
			[]Task{updf("10", Waiting, 0, never), full("11", Success, 1, 2)}, Evidence{}, "",
		},
		"a base of the second of the full migration": {
			[]Task{updf("10", Waiting, 0, never), full("11", Success, 0, 2), full("12", Success, 1, 2)}, Evidence{}, "",
		},
		"a base that waits in the second of the last full migration": {
			[]Task{updf("10", Waiting, 1, never), full("11", Success, 1, 2), updf("12", Success, 3, 4)},
			Evidence{},
			waiting,
		},
		"a base that waits after a full migration from before start_time": {
			[]Task{full("9", Success, 0, 1), updf("10", Waiting, 1, never), updf("11", Success, 3, 4)},
			since(2), waiting,
		},
		"a base that waits before a full migration from before start_time": {
			[]Task{updf("9", Waiting, 0, never), full("10", Success, 1, 2), updf("11", Success, 3, 4)}, since(2), "",
		},
		"a base that waits, then a full migration that failed": {
			[]Task{updf("10", Waiting, 0, never), full("11", Failed, 1, 2), updf("12", Success, 3, 4)},
			Evidence{},
			waiting,
		},
		"an unknown status": {
			[]Task{full("10", "Finished", 0, 1)}, Evidence{}, `task 10 (FULL) has the unknown status "Finished"`,
		},
		"a status in another case": {
			[]Task{full("10", "success", 0, 1)}, Evidence{}, `task 10 (FULL) has the unknown status "success"`,
		},
		"an unknown status before a success": {
			[]Task{updf("10", "", 0, 1), updf("11", Success, 1, 2)},
			Evidence{},
			`task 10 (UPDF) has the unknown status ""`,
		},
	})
}

func TestEvaluate_LastEnd(t *testing.T) {
	t.Parallel()
	const failed = "task 10 (UPDF) is Failed and no task succeeded after it ended"
	testReasons(t, map[string]reasonCase{
		"a base that failed after its increments": {
			[]Task{updf("10", Failed, 0, 3), updf("11", Success, 1, 2)}, Evidence{}, failed,
		},
		"a base that was terminated after its increments": {
			[]Task{updf("10", Terminated, 0, 3), updf("11", Success, 1, 2)},
			Evidence{},
			"task 10 (UPDF) is Terminated and no task succeeded after it ended",
		},
		"a base that failed when the last increment ended": {
			[]Task{updf("10", Failed, 0, 2), updf("11", Success, 1, 2)}, Evidence{}, failed,
		},
		"a base from before start_time that failed after its increments": {
			[]Task{updf("10", Failed, 0, 5), updf("11", Success, 3, 4)}, since(2), failed,
		},
		"a base that failed before another run": {
			[]Task{updf("10", Failed, 0, 1), updf("11", Success, 2, 3)}, Evidence{}, "",
		},
		"a base that failed while another run went on": {
			[]Task{updf("9", Success, 0, 9), updf("10", Failed, 1, 4), updf("11", Success, 2, 3)}, Evidence{}, "",
		},
		"a base that failed before a full migration": {
			[]Task{updf("10", Failed, 0, 9), full("11", Success, 1, 2)}, Evidence{}, "",
		},
		"a base that failed in the second of a full migration": {
			[]Task{updf("10", Failed, 1, 9), full("11", Success, 1, 2), updf("12", Success, 3, 4)}, Evidence{}, failed,
		},
		"an older success that ended later does not count": {
			[]Task{
				updf("8", Success, 0, 9), full("9", Success, 1, 2), updf("10", Failed, 3, 6), updf("11", Success, 4, 5),
			}, Evidence{}, failed,
		},
		"no success has a readable end": {
			[]Task{updf("10", Failed, 0, 3), unended(updf("11", Success, 1, 2))}, Evidence{}, failed,
		},
		"the end of the failure is unreadable": {
			[]Task{unended(updf("10", Failed, 0, 3)), updf("11", Success, 1, 2)},
			Evidence{},
			"task 10 (UPDF) is Failed and no task succeeded after it ended",
		},
	})
}

func TestEvaluate_UnreadableCreationTime(t *testing.T) {
	t.Parallel()
	testReasons(t, map[string]reasonCase{
		"the only task": {[]Task{untimed(full("5", Success, 0, 1))}, Evidence{}, ""},
		"all tasks": {
			[]Task{untimed(full("5", Success, 0, 1)), untimed(updf("6", Success, 0, 1))},
			Evidence{},
			"",
		},
		"a second success": {
			[]Task{full("5", Success, 0, 1), untimed(full("6", Success, 0, 1))}, Evidence{}, "",
		},
		"next to a failure": {
			[]Task{full("5", Failed, 0, 1), untimed(full("6", Success, 0, 1))},
			Evidence{},
			"task 5 (FULL) is Failed and no task is newer",
		},
		"a failure": {
			[]Task{full("4", Success, 0, 1), untimed(full("5", Failed, 0, 1))},
			Evidence{},
			"task 5 (FULL) is Failed and its creation time cannot be read",
		},
		"a task that waits": {
			[]Task{full("4", Success, 0, 1), untimed(updf("5", Waiting, 0, 1))},
			Evidence{},
			"task 5 (UPDF) is Waiting and its creation time cannot be read",
		},
		"with a start_time": {
			[]Task{untimed(full("5", Success, 0, 1))},
			since(0),
			"task 5 (FULL) may have been created before start_time: its creation time cannot be read",
		},
		"in a window that starts late": {
			[]Task{untimed(full("5", Success, 0, 1))},
			Evidence{Narrowed: true},
			"task 5 (FULL) may have been created before start_time: its creation time cannot be read",
		},
		"with a start_time, next to a success": {
			[]Task{untimed(full("5", Success, 0, 1)), full("6", Success, 1, 2)}, since(1), "",
		},
		"with a start_time, next to an older success": {
			[]Task{untimed(full("5", Success, 0, 1)), full("6", Success, 1, 2)},
			since(2),
			"no task of this database was created since 2026-11-20T12:02:30Z: task 6 (FULL) is Success and was " +
				"created at 2026-11-20T12:01:30Z; start the migration again or set an earlier start_time",
		},
		"is no full migration that hides a failure": {
			[]Task{updf("4", Failed, 0, 3), updf("5", Success, 1, 2), untimed(full("6", Success, 0, 1))},
			Evidence{},
			"task 4 (UPDF) is Failed and no task succeeded after it ended",
		},
	})
}

func TestEvaluate_NarrowedQuery(t *testing.T) {
	t.Parallel()
	narrowed := Evidence{Narrowed: true}
	const hidden = "task 8 (UPDF) may belong to an incremental migration that started before start_time"
	testReasons(t, map[string]reasonCase{
		"full":                 {[]Task{full("8", Success, 0, 1)}, narrowed, ""},
		"incremental":          {[]Task{updf("8", Success, 0, 1)}, narrowed, hidden},
		"full, then increment": {[]Task{full("7", Success, 0, 1), updf("8", Success, 1, 2)}, narrowed, hidden},
		"increment, then full": {[]Task{updf("7", Success, 0, 1), full("8", Success, 1, 2)}, narrowed, ""},
		"both in one second":   {[]Task{full("7", Success, 0, 1), updf("8", Success, 0, 1)}, narrowed, hidden},
		"a mode in another case": {
			[]Task{taskOf("8", "Full", Success, 0, 1)},
			narrowed,
			"task 8 (Full) may belong to an incremental migration that started before start_time",
		},
	})
}

func TestEvaluate_OtherSpellings(t *testing.T) {
	t.Parallel()
	other := func(t Task) Task { return inDatabase("Orders", t) }
	testReasons(t, map[string]reasonCase{
		"a newer failure": {
			[]Task{full("1", Success, 0, 1), other(full("2", Failed, 2, 3))},
			Evidence{},
			`the database "Orders" has a newer task that is Failed: task 2 (FULL)`,
		},
		"a newer failure of a name with full-width letters and spaces": {
			[]Task{full("1", Success, 0, 1), inDatabase(" ｏｒｄｅｒｓ", full("2", Failed, 2, 3))},
			Evidence{},
			`the database " ｏｒｄｅｒｓ" has a newer task that is Failed: task 2 (FULL)`,
		},
		"a failure in the same second": {
			[]Task{full("1", Success, 0, 1), other(full("2", Failed, 0, 3))},
			Evidence{},
			`task 2 (FULL) of the database "Orders" is Failed and no task is newer`,
		},
		"an older failure": {[]Task{full("1", Success, 1, 2), other(full("2", Failed, 0, 1))}, Evidence{}, ""},
		"a newer success":  {[]Task{full("1", Success, 0, 1), other(full("2", Success, 2, 3))}, Evidence{}, ""},
		"a newer success does not count for a failure": {
			[]Task{full("1", Failed, 0, 1), other(full("2", Success, 2, 3))},
			Evidence{},
			"task 1 (FULL) is Failed and no task is newer",
		},
		"an older run is running": {
			[]Task{full("1", Success, 1, 2), other(full("2", Running, 0, never))},
			Evidence{},
			`task 2 of the database "Orders" is still Running`,
		},
		"a base that waits": {
			[]Task{updf("1", Success, 1, 2), other(updf("2", Waiting, 0, never))},
			Evidence{},
			`task 2 (UPDF) of the database "Orders" is Waiting: import its next backup file or open the database`,
		},
		"an unreadable time": {
			[]Task{updf("1", Success, 1, 2), untimed(other(updf("2", Failed, 0, 1)))},
			Evidence{},
			`task 2 (UPDF) of the database "Orders" is Failed and its creation time cannot be read`,
		},
		"an increment in a window that starts late": {
			[]Task{full("1", Success, 0, 1), other(updf("2", Success, 1, 2))},
			Evidence{Narrowed: true},
			`task 2 (UPDF) of the database "Orders" may belong to an incremental migration ` +
				"that started before start_time",
		},
		"another database": {
			[]Task{full("1", Success, 0, 1), inDatabase("order", full("2", Failed, 2, 3))}, Evidence{}, "",
		},
	})
}

func TestEvaluate_NamelessTasks(t *testing.T) {
	t.Parallel()
	nameless := func(t Task) Task { return inDatabase("", t) }
	testReasons(t, map[string]reasonCase{
		"a newer failure": {
			[]Task{full("1", Success, 0, 1), nameless(full("2", Failed, 2, 3))},
			Evidence{},
			"task 2 (FULL) without a database name is Failed and no task is newer",
		},
		"a newer failure of a name of spaces": {
			[]Task{full("1", Success, 0, 1), inDatabase(" \u3000", full("2", Failed, 2, 3))},
			Evidence{},
			"task 2 (FULL) without a database name is Failed and no task is newer",
		},
		"an older failure": {[]Task{full("1", Success, 1, 2), nameless(full("2", Failed, 0, 1))}, Evidence{}, ""},
		"a newer success": {
			[]Task{full("1", Success, 0, 1), nameless(updf("2", Success, 2, 3))}, Evidence{Narrowed: true}, "",
		},
		"an older run is running": {
			[]Task{full("1", Success, 1, 2), nameless(full("2", Running, 0, never))},
			Evidence{},
			"task 2 without a database name is still Running",
		},
		"a base that waits": {
			[]Task{updf("1", Success, 1, 2), nameless(updf("2", Waiting, 0, never))},
			Evidence{},
			"task 2 (UPDF) without a database name is Waiting: import its next backup file or open the database",
		},
		"a base that failed after its increments": {
			[]Task{updf("1", Success, 1, 2), nameless(updf("2", Failed, 0, 3))},
			Evidence{},
			"task 2 (UPDF) without a database name is Failed and no task succeeded after it ended",
		},
		"a failure before the success of another spelling": {
			[]Task{
				full("1", Success, 0, 1), nameless(full("2", Failed, 2, 3)),
				inDatabase("Orders", full("3", Success, 4, 5)),
			},
			Evidence{},
			"task 2 (FULL) without a database name is Failed and no task is newer",
		},
	})
}

func TestEvaluate_FirstReason(t *testing.T) {
	t.Parallel()
	testReasons(t, map[string]reasonCase{
		"no evidence before a task that is running": {
			[]Task{full("1", Running, 0, never)},
			since(1),
			"no task of this database was created since 2026-11-20T12:01:30Z: task 1 (FULL) is Running and was " +
				"created at 2026-11-20T12:00:30Z; start the migration again or set an earlier start_time",
		},
		"running before unreadable": {
			[]Task{untimed(full("1", Failed, 0, 1)), full("2", Running, 0, never)},
			Evidence{},
			"task 2 is still Running",
		},
		"unreadable before waiting": {
			[]Task{untimed(full("1", Failed, 0, 1)), updf("2", Waiting, 0, never)},
			Evidence{},
			"task 1 (FULL) is Failed and its creation time cannot be read",
		},
		"waiting before the newest": {
			[]Task{updf("1", Waiting, 0, never), updf("2", Failed, 1, 2)},
			Evidence{},
			"task 1 (UPDF) is Waiting: import its next backup file or open the database",
		},
		"the newest before an older failure": {
			[]Task{updf("1", Failed, 0, 3), updf("2", Failed, 1, 2)},
			Evidence{},
			"task 2 (UPDF) is Failed and no task is newer",
		},
		"an older failure before a window that starts late": {
			[]Task{updf("1", Failed, 0, 3), updf("2", Success, 1, 2)},
			Evidence{Narrowed: true},
			"task 1 (UPDF) is Failed and no task succeeded after it ended",
		},
		"the newest of several": {
			[]Task{updf("1", Running, 0, never), updf("2", Running, 1, never)}, Evidence{}, "task 2 is still Running",
		},
		"its own task before one without a name": {
			[]Task{full("1", Failed, 0, 1), inDatabase("", full("2", Running, 1, never))},
			Evidence{},
			"task 1 (FULL) is Failed and no task is newer",
		},
		"a task without a name before one of another spelling": {
			[]Task{
				full("1", Success, 0, 1), inDatabase("", full("2", Failed, 1, 2)),
				inDatabase("Orders", full("3", Running, 3, never)),
			},
			Evidence{},
			"task 2 (FULL) without a database name is Failed and no task is newer",
		},
	})
}

func TestEvaluate_Failed(t *testing.T) {
	t.Parallel()
	nameless := func(t Task) Task { return inDatabase("", t) }
	other := func(t Task) Task { return inDatabase("Orders", t) }
	for name, test := range map[string]struct {
		tasks    []Task
		evidence Evidence
		want     bool
	}{
		"no task":                {nil, Evidence{}, false},
		"a success":              {[]Task{full("1", Success, 0, 1)}, Evidence{}, false},
		"a failure":              {[]Task{full("1", Failed, 0, 1)}, Evidence{}, true},
		"terminated":             {[]Task{full("1", Terminated, 0, 1)}, Evidence{}, true},
		"an unknown status":      {[]Task{full("1", "Cancelled", 0, 1)}, Evidence{}, false},
		"succeeded, then failed": {[]Task{full("1", Success, 0, 1), full("2", Failed, 2, 3)}, Evidence{}, true},
		"failed, then running":   {[]Task{full("1", Failed, 0, 1), full("2", Running, 2, never)}, Evidence{}, false},
		"failed, then an unknown status": {
			[]Task{full("1", Failed, 0, 1), full("2", "Cancelled", 2, 3)}, Evidence{}, false,
		},
		"failed before start_time": {[]Task{full("1", Failed, 0, 1)}, since(1), false},
		"failed after start_time":  {[]Task{full("1", Failed, 2, 3)}, since(1), true},
		"failed and terminated in one second": {
			[]Task{full("1", Failed, 0, 1), full("2", Terminated, 0, 1)}, Evidence{}, true,
		},
		"failed and succeeded in one second": {
			[]Task{full("1", Failed, 0, 1), full("2", Success, 0, 1)}, Evidence{}, false,
		},
		"failed at an unreadable time only": {[]Task{untimed(full("1", Failed, 0, 1))}, Evidence{}, false},
		"failed, and a success at an unreadable time": {
			[]Task{full("1", Failed, 0, 1), untimed(full("2", Success, 0, 1))}, Evidence{}, false,
		},
		"an older run is running": {
			[]Task{full("1", Running, 0, never), full("2", Failed, 1, 2)}, Evidence{}, false,
		},
		"an older run has not started": {
			[]Task{full("1", NoStart, 0, never), full("2", Failed, 1, 2)}, Evidence{}, false,
		},
		"a base failed after its increments": {
			[]Task{updf("1", Failed, 0, 3), updf("2", Success, 1, 2)}, Evidence{}, false,
		},
		"an increment failed, its base waits": {
			[]Task{updf("1", Waiting, 0, never), updf("2", Failed, 1, 2)}, Evidence{}, false,
		},
		"a full migration failed after a base that waits": {
			[]Task{updf("1", Waiting, 0, never), full("2", Failed, 1, 2)}, Evidence{}, true,
		},
		"a full migration and an increment failed, a base waits": {
			[]Task{updf("1", Waiting, 0, never), full("2", Failed, 1, 2), updf("3", Failed, 1, 2)}, Evidence{}, true,
		},
		"an increment failed after a full migration, an older base waits": {
			[]Task{updf("1", Waiting, 0, never), full("2", Success, 1, 2), updf("3", Failed, 3, 4)}, Evidence{}, true,
		},
		"an increment failed, a base of the second of the last full migration waits": {
			[]Task{updf("1", Waiting, 1, never), full("2", Success, 1, 2), updf("3", Failed, 3, 4)}, Evidence{}, false,
		},
		"another spelling is newer": {
			[]Task{full("1", Failed, 0, 1), other(full("2", Success, 2, 3))}, Evidence{}, false,
		},
		"another spelling is older": {
			[]Task{full("1", Failed, 1, 2), other(full("2", Success, 0, 3))}, Evidence{}, true,
		},
		"another spelling is of the same second": {
			[]Task{full("1", Failed, 1, 2), other(full("2", Success, 1, 3))}, Evidence{}, true,
		},
		"another spelling is running": {
			[]Task{full("1", Failed, 1, 2), other(full("2", Running, 0, never))}, Evidence{}, false,
		},
		"a base of another spelling waits": {
			[]Task{updf("1", Failed, 1, 2), other(updf("2", Waiting, 0, never))}, Evidence{}, false,
		},
		"a newer task without a name": {
			[]Task{full("1", Failed, 0, 1), nameless(full("2", Success, 2, 3))}, Evidence{}, false,
		},
		"an older task without a name": {
			[]Task{full("1", Failed, 1, 2), nameless(full("2", Success, 0, 3))}, Evidence{}, true,
		},
		"a task without a name of the same second": {
			[]Task{full("1", Failed, 1, 2), nameless(full("2", Success, 1, 3))}, Evidence{}, true,
		},
		"a task without a name is running": {
			[]Task{full("1", Failed, 1, 2), nameless(full("2", Running, 0, never))}, Evidence{}, false,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			db := Evaluate(test.tasks, []string{"orders"}, test.evidence)["orders"]
			if db.Failed() != test.want {
				t.Errorf("Failed = %t, want %t; reason %q", db.Failed(), test.want, db.Reason)
			}
		})
	}
}

func TestEvaluate_Names(t *testing.T) {
	t.Parallel()
	dbs := Evaluate([]Task{
		full("1", Success, 0, 1), inDatabase("Orders", full("2", Success, 0, 1)),
		inDatabase("", full("3", Success, 0, 1)), inDatabase(" ", full("4", Success, 0, 1)),
	}, []string{"orders", "billing"}, Evidence{})
	for name, want := range map[string]Database{
		"orders":  {Newest: full("1", Success, 0, 1)},
		"Orders":  {Newest: inDatabase("Orders", full("2", Success, 0, 1))},
		"billing": {Reason: "no task of this database was found"},
	} {
		got, ok := dbs[name]
		if !ok || got != want {
			t.Errorf("Evaluate()[%q] = %+v, %t; want %+v", name, got, ok, want)
		}
		if got.HasTask() != (want.Newest.ID != "") {
			t.Errorf("HasTask of %q = %t", name, got.HasTask())
		}
		delete(dbs, name)
	}
	if len(dbs) > 0 {
		t.Errorf("Evaluate also returns %v", dbs)
	}
}

func TestDatabase_ZeroValue(t *testing.T) {
	t.Parallel()
	if db := (Database{}); db.Succeeded() || db.Failed() || db.HasTask() {
		t.Errorf("zero value: Succeeded %t, Failed %t, HasTask %t", db.Succeeded(), db.Failed(), db.HasTask())
	}
}

func TestAllSucceeded_Evaluated(t *testing.T) {
	t.Parallel()
	orders, billing := full("1", Success, 0, 1), inDatabase("billing", full("2", Success, 0, 1))
	for name, test := range map[string]struct {
		tasks []Task
		names []string
		want  bool
	}{
		"no database":                {nil, nil, false},
		"one database":               {[]Task{orders}, nil, true},
		"all named databases":        {[]Task{orders, billing}, []string{"orders", "billing"}, true},
		"a named one has no task":    {[]Task{orders}, []string{"orders", "billing"}, false},
		"one failed":                 {[]Task{orders, inDatabase("billing", full("2", Failed, 0, 1))}, nil, false},
		"only tasks without a name":  {[]Task{inDatabase("", orders)}, nil, false},
		"the name of a nameless one": {[]Task{inDatabase("", orders)}, []string{""}, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dbs := Evaluate(test.tasks, test.names, Evidence{})
			if got := AllSucceeded(dbs, test.names); got != test.want {
				t.Errorf("AllSucceeded = %t, want %t: %v", got, test.want, dbs)
			}
		})
	}
}
