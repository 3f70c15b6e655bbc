// SPDX-License-Identifier: MPL-2.0

package migration

import (
	"fmt"
	"math/big"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// task is a task of the database orders, created so many minutes past noon.
func task(id string, minute int, status Status) Task {
	return Task{
		ID:         id,
		Database:   "orders",
		Status:     status,
		CreateTime: ParseTimestamp(noon.Add(time.Duration(minute) * time.Minute).Format(time.RFC3339)),
	}
}

func inDatabase(database string, t Task) Task {
	t.Database = database
	return t
}

func TestAllSucceeded_Histories(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		tasks []Task
		names []string
		want  bool
	}{
		"no tasks at all":    {nil, nil, false},
		"one that succeeded": {[]Task{task("1", 0, Success)}, nil, true},
		"failed, then succeeded": {
			[]Task{task("1", 0, Failed), task("2", 1, Success)}, nil, true,
		},
		"succeeded, then failed": {
			[]Task{task("1", 0, Success), task("2", 1, Failed)}, nil, false,
		},
		"succeeded, then running again": {
			[]Task{task("1", 0, Success), task("2", 1, Running)}, nil, false,
		},
		"restored, then waiting for a log": {
			[]Task{task("1", 0, Success), task("2", 1, Waiting)}, nil, false,
		},
		"a status nobody knows":    {[]Task{task("1", 0, "Finished")}, nil, false},
		"a status in another case": {[]Task{task("1", 0, "success")}, nil, false},
		"another database failed": {
			[]Task{task("1", 0, Success), inDatabase("billing", task("2", 0, Failed))}, nil, false,
		},
		"both databases succeeded": {
			[]Task{task("1", 0, Success), inDatabase("billing", task("2", 0, Success))}, nil, true,
		},
		"a named database has no task": {
			[]Task{task("1", 0, Success)}, []string{"orders", "billing"}, false,
		},
		"every named database is there": {
			[]Task{task("1", 0, Success)}, []string{"orders"}, true,
		},
		"a name in another case is another name": {
			[]Task{task("1", 0, Success)}, []string{"Orders"}, false,
		},
		"created in the same second, the larger ID succeeded": {
			[]Task{task("9", 0, Failed), task("10", 0, Success)}, nil, true,
		},
		"created in the same second, the larger ID failed": {
			[]Task{task("9", 0, Success), task("10", 0, Failed)}, nil, false,
		},
		"created in the same second, with IDs that are no numbers": {
			[]Task{task("a", 0, Failed), task("b", 0, Success)}, nil, false,
		},
		"created in the same second, one ID no number": {
			[]Task{task("a", 0, Failed), task("7", 0, Success)}, nil, false,
		},
		"the same number written twice": {
			[]Task{task("07", 0, Failed), task("7", 0, Success)}, nil, false,
		},
		"IDs beyond 64 bits": {
			[]Task{task("99999999999999999999", 0, Failed), task("100000000000000000000", 0, Success)}, nil, true,
		},
		"no number in an older task does not matter": {
			[]Task{task("a", 0, Failed), task("7", 1, Success)}, nil, true,
		},
		"the only creation time cannot be read": {
			[]Task{{ID: "1", Database: "orders", Status: Success, CreateTime: ParseTimestamp("soon")}}, nil, false,
		},
		"the creation time of another task cannot be read": {
			[]Task{task("1", 0, Success), {ID: "2", Database: "orders", Status: Success}}, nil, false,
		},
		"an unreadable creation time in another database only": {
			[]Task{task("1", 0, Success), {ID: "2", Database: "billing", Status: Success}}, []string{"orders"}, false,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := AllSucceeded(Databases(test.tasks), test.names); got != test.want {
				t.Errorf("AllSucceeded = %t, want %t", got, test.want)
			}
		})
	}
}

func TestDatabase_Failed(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		tasks []Task
		want  bool
	}{
		"failed":                     {[]Task{task("1", 0, Failed)}, true},
		"succeeded, then failed":     {[]Task{task("1", 0, Success), task("2", 1, Failed)}, true},
		"failed, then running again": {[]Task{task("1", 0, Failed), task("2", 1, Running)}, false},
		"failed, and another cannot be read": {
			[]Task{task("1", 0, Failed), {ID: "2", Database: "orders", Status: Running}}, false,
		},
		"failed beside a success of the same second without a number": {
			[]Task{task("a", 0, Failed), task("b", 0, Success)}, false,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := Databases(test.tasks)["orders"].Failed(); got != test.want {
				t.Errorf("Failed = %t, want %t", got, test.want)
			}
		})
	}
}

func TestSortNewestFirst_Order(t *testing.T) {
	t.Parallel()
	tasks := []Task{
		{ID: "5", CreateTime: ParseTimestamp("soon")},
		task("2", 0, Failed), task("10", 0, Failed), task("x", 0, Failed),
		task("1", 3, Success),
		{ID: "6"},
		task("9", 0, Failed),
	}
	SortNewestFirst(tasks)
	var ids []string
	for _, task := range tasks {
		ids = append(ids, task.ID)
	}
	if got, want := strings.Join(ids, " "), "1 10 9 2 x 6 5"; got != want {
		t.Errorf("order is %s, want %s", got, want)
	}
}

// TestAllSucceeded_Definition draws histories and compares the verdict
// with one that is written straight from the definition.
func TestAllSucceeded_Definition(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		tasks := rapid.SliceOfN(drawTask(), 0, 12).Draw(t, "tasks")
		if len(tasks) > 0 && rapid.Bool().Draw(t, "duplicate") {
			tasks = append(tasks, rapid.SampledFrom(tasks).Draw(t, "duplicated"))
		}
		names := rapid.SliceOfNDistinct(rapid.SampledFrom(databaseNames), 0, len(databaseNames), rapid.ID).
			Draw(t, "names")
		before := slices.Clone(tasks)

		dbs := Databases(tasks)
		if got, want := AllSucceeded(dbs, names), allSucceededByDefinition(tasks, names); got != want {
			t.Fatalf("AllSucceeded = %t, by the definition %t", got, want)
		}
		if !slices.EqualFunc(tasks, before, func(a, b Task) bool { return a.ID == b.ID }) {
			t.Fatal("the verdict has reordered the tasks it was given")
		}
		shuffled := rapid.Permutation(tasks).Draw(t, "shuffled")
		if AllSucceeded(Databases(shuffled), names) != AllSucceeded(dbs, names) {
			t.Fatal("the verdict depends on the order of the tasks")
		}
		for name, db := range dbs {
			if db.Succeeded() && db.Failed() {
				t.Fatalf("%s has succeeded and failed", name)
			}
		}
	})
}

var databaseNames = []string{"orders", "Orders", "billing"}

func drawTask() *rapid.Generator[Task] {
	return rapid.Custom(func(t *rapid.T) Task {
		created := rapid.OneOf(
			rapid.Map(
				rapid.IntRange(0, 3),
				func(n int) string { return noon.Add(time.Duration(n) * time.Second).Format(time.RFC3339) },
			),
			rapid.SampledFrom([]string{"2026-11-20 T12:0:30Z", "2026-11-20T20:00:30+08:00", "soon", ""}),
		).Draw(t, "created")
		return Task{
			ID: rapid.SampledFrom([]string{"1", "2", "9", "10", "010", "100000000000000000000", "x", "y", ""}).
				Draw(t, "id"),
			Database: rapid.SampledFrom(databaseNames).Draw(t, "database"),
			Status: rapid.SampledFrom([]Status{
				Success, Success, Success, Failed, Running, Waiting, NoStart, "", "Finished",
			}).
				Draw(t, "status"),
			BackupMode: rapid.SampledFrom([]string{"FULL", "UPDF"}).Draw(t, "mode"),
			CreateTime: ParseTimestamp(created),
		}
	})
}

// allSucceededByDefinition is the definition: there is at least one database, every one
// that is named is there, and of each, every creation time can be read and no
// task that may be the newest is anything but a Success. A task may be the
// newest when no other of its database is known to be newer.
func allSucceededByDefinition(tasks []Task, names []string) bool {
	of := func(database string) (own []Task) {
		for _, t := range tasks {
			if t.Database == database {
				own = append(own, t)
			}
		}
		return own
	}
	for _, name := range names {
		if len(of(name)) == 0 {
			return false
		}
	}
	for _, candidate := range tasks {
		if candidate.CreateTime.Time().IsZero() {
			return false
		}
		mayBeNewest := true
		for _, other := range of(candidate.Database) {
			mayBeNewest = mayBeNewest && !isKnownNewer(other, candidate)
		}
		if mayBeNewest && candidate.Status != "Success" {
			return false
		}
	}
	return len(tasks) > 0
}

func isKnownNewer(a, b Task) bool {
	if !a.CreateTime.Time().Equal(b.CreateTime.Time()) {
		return a.CreateTime.Time().After(b.CreateTime.Time())
	}
	var x, y big.Int
	_, aok := x.SetString(a.ID, 10)
	_, bok := y.SetString(b.ID, 10)
	return aok && bok && x.Cmp(&y) > 0
}

func BenchmarkAllSucceeded(b *testing.B) {
	var tasks []Task
	for i := range 1000 {
		tasks = append(tasks, inDatabase(fmt.Sprintf("db%d", i%50), task(strconv.Itoa(i), i, Success)))
	}
	b.ReportAllocs()
	for b.Loop() {
		if !AllSucceeded(Databases(tasks), nil) {
			b.Fatal("not succeeded")
		}
	}
}
