// SPDX-License-Identifier: MPL-2.0

package migration

import (
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"
	"pgregory.net/rapid"
)

// TestEvaluate_Definition draws tasks and compares the result with a transcription
// of the definition that states each rule independently of the code.
func TestEvaluate_Definition(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		tasks := rapid.SliceOfN(drawRelatedTask(), 0, 8).Draw(t, "tasks")
		names := rapid.SliceOfNDistinct(rapid.SampledFrom(spellings), 0, 3, rapid.ID).Draw(t, "names")
		e := drawEvidence().Draw(t, "evidence")
		before := slices.Clone(tasks)

		dbs := Evaluate(tasks, names, e)
		if !slices.Equal(tasks, before) {
			t.Fatal("Evaluate has changed the tasks")
		}
		for name, db := range dbs {
			d := definition{tasks: tasks, name: name, evidence: e}
			checkByDefinition(t, d, db)
		}
		for _, task := range tasks {
			if _, ok := dbs[task.Database]; !ok && strings.TrimSpace(task.Database) != "" {
				t.Fatalf("%q is missing", task.Database)
			}
		}
		shuffled := Evaluate(rapid.Permutation(tasks).Draw(t, "shuffled"), names, e)
		for name, db := range dbs {
			if db.Reason != shuffled[name].Reason || db.Failed() != shuffled[name].Failed() {
				t.Fatalf("the order of the tasks changes %q from %+v to %+v", name, db, shuffled[name])
			}
		}
	})
}

// TestEvaluate_DefinitionOfHistories compares the result with the definition for the
// histories of the service.
func TestEvaluate_DefinitionOfHistories(t *testing.T) {
	t.Parallel()
	for i := range *histories {
		h := drawHistory(newChoices(*seed, i))
		tasks := h.response()
		for name, db := range Evaluate(tasks, nil, h.evidence) {
			checkByDefinition(t, definition{tasks: tasks, name: name, evidence: h.evidence}, db)
		}
	}
}

func checkByDefinition(t rapid.TB, d definition, db Database) {
	t.Helper()
	if want := d.succeeded(); db.Succeeded() != want || (db.Reason == "") != want {
		t.Fatalf("%q: Succeeded = %t, by the definition %t; reason %q", d.name, db.Succeeded(), want, db.Reason)
	}
	if db.Failed() != d.failed() {
		t.Fatalf("%q: Failed = %t, by the definition %t; reason %q", d.name, db.Failed(), d.failed(), db.Reason)
	}
	exact := d.exact()
	SortNewestFirst(exact)
	if len(exact) > 0 && (db.Newest.ID != exact[0].ID || db.Newest.CreateTime != exact[0].CreateTime) {
		t.Fatalf("%q: Newest = %+v, want %+v", d.name, db.Newest, exact[0])
	}
	if db.HasTask() != (len(exact) > 0) {
		t.Fatalf("%q: HasTask = %t with %d tasks", d.name, db.HasTask(), len(exact))
	}
}

var spellings = []string{"orders", "Orders", "orders ", "ｏｒｄｅｒｓ", "billing"}

func drawRelatedTask() *rapid.Generator[Task] {
	instants := rapid.SampledFrom([]string{
		"2026-11-20T12:00:30Z", "2026-11-20T12:00:31Z", "2026-11-20T12:00:31.5Z", "2026-11-20T12:00:32Z",
		"2026-11-20T20:00:33+08:00", "2026-11-20T20:00:33+0800", "2026-11-20T12:00:34Z", "soon",
	})
	names := slices.Concat(spellings, slices.Repeat(spellings[:1], 5), []string{"", " "})
	statuses := append(slices.Repeat([]Status{Success}, 12),
		Failed, Failed, Terminated, Terminated, Waiting, Running, NoStart, "Finished")
	return rapid.Custom(func(t *rapid.T) Task {
		return Task{
			ID:         rapid.SampledFrom([]string{"1", "9", "10"}).Draw(t, "id"),
			Database:   rapid.SampledFrom(names).Draw(t, "database"),
			Status:     rapid.SampledFrom(statuses).Draw(t, "status"),
			BackupMode: rapid.SampledFrom([]string{"FULL", "UPDF"}).Draw(t, "mode"),
			CreateTime: ParseTimestamp(instants.Draw(t, "created")),
			EndTime:    ParseTimestamp(instants.Draw(t, "ended")),
		}
	})
}

func drawEvidence() *rapid.Generator[Evidence] {
	return rapid.Custom(func(t *rapid.T) Evidence {
		e := Evidence{Narrowed: rapid.Bool().Draw(t, "narrowed")}
		if rapid.Bool().Draw(t, "has start") {
			e.Since = noon.Add(time.Duration(rapid.IntRange(-1, 8).Draw(t, "start")) * time.Second / 2)
		}
		return e
	})
}

// definition evaluates whether the migration of a database succeeded.
type definition struct {
	tasks    []Task
	name     string
	evidence Evidence
}

func filter(tasks []Task, keep func(Task) bool) []Task {
	var kept []Task
	for _, t := range tasks {
		if keep(t) {
			kept = append(kept, t)
		}
	}
	return kept
}

func all(tasks []Task, is func(Task) bool) bool { return len(filter(tasks, is)) == len(tasks) }

func (d definition) exact() []Task {
	return filter(d.tasks, func(t Task) bool { return t.Database == d.name })
}

func (d definition) nameless() []Task {
	return filter(d.tasks, func(t Task) bool { return strings.TrimSpace(t.Database) == "" })
}

func (d definition) unsuccessfulNameless() []Task {
	return filter(d.nameless(), func(t Task) bool { return t.Status != "Success" })
}

// related returns the tasks that may be those of the database under any spelling.
func (d definition) related() []Task {
	fold := func(s string) string {
		return strings.TrimSpace(norm.NFKC.String(cases.Fold().String(norm.NFKC.String(s))))
	}
	spelled := filter(d.tasks, func(t Task) bool { return fold(t.Database) == fold(d.name) })
	return slices.Concat(spelled, d.unsuccessfulNameless())
}

func (d definition) succeeded() bool {
	return d.isGood(d.exact()) && d.isGood(slices.Concat(d.exact(), d.unsuccessfulNameless())) && d.isGood(d.related())
}

func isReadable(t Task) bool { return !t.CreateTime.Time().IsZero() }

func isFailure(t Task) bool { return t.Status == "Failed" || t.Status == "Terminated" }

func isBefore(a, b Task) bool { return a.CreateTime.Time().Before(b.CreateTime.Time()) }

// readableEvidence returns the tasks of a set that are evidence by their time.
func (d definition) readableEvidence(set []Task) []Task {
	return filter(set, func(t Task) bool {
		return isReadable(t) && (d.evidence.Since.IsZero() || t.CreateTime.Time().Unix() >= d.evidence.Since.Unix())
	})
}

func newestOf(evidence []Task) []Task {
	return filter(evidence, func(t Task) bool {
		return all(evidence, func(o Task) bool { return !isBefore(t, o) })
	})
}

// sinceLastFull returns the tasks of a set created at or after the last full
// migration that succeeded.
func sinceLastFull(set []Task) []Task {
	fulls := filter(set, func(t Task) bool { return t.BackupMode == "FULL" && t.Status == "Success" && isReadable(t) })
	return filter(set, func(t Task) bool {
		return all(fulls, func(f Task) bool { return isReadable(t) && !isBefore(t, f) })
	})
}

func (d definition) isGood(set []Task) bool {
	newest, recent := newestOf(d.readableEvidence(set)), sinceLastFull(set)
	noReadable := len(filter(set, isReadable)) == 0
	hasEvidence := len(newest) > 0 || len(set) > 0 && noReadable && d.evidence == Evidence{}
	rule1 := all(newest, func(t Task) bool { return t.Status == "Success" })
	rule2 := all(set, func(t Task) bool { return t.Status != "NoStart" && t.Status != "Running" })
	rule3a := all(recent, func(t Task) bool { return t.Status == "Success" || isFailure(t) })
	rule3b := all(recent, func(t Task) bool { return !isFailure(t) || !endsLast(t, recent) })
	rule4 := all(set, func(t Task) bool { return isReadable(t) || t.Status == "Success" })
	rule5 := !d.evidence.Narrowed || all(newest, func(t Task) bool { return t.BackupMode == "FULL" })
	return !slices.Contains([]bool{hasEvidence, rule1, rule2, rule3a, rule3b, rule4, rule5}, false)
}

// endsLast reports whether t ended no earlier than every Success of a set, as far as
// the ends are readable.
func endsLast(t Task, set []Task) bool {
	successes := filter(set, func(o Task) bool { return o.Status == "Success" && !o.EndTime.Time().IsZero() })
	return t.EndTime.Time().IsZero() || all(successes, func(o Task) bool {
		return !t.EndTime.Time().Before(o.EndTime.Time())
	})
}

func (d definition) failed() bool {
	newest := newestOf(d.readableEvidence(d.exact()))
	if len(newest) == 0 || !all(newest, isFailure) {
		return false
	}
	isNotLater := func(t Task) bool { return !isReadable(t) || !isBefore(newest[0], t) }
	isSettled := func(t Task) bool { return t.Status != "NoStart" && t.Status != "Running" && isReadable(t) }
	hasFull := len(filter(newest, func(t Task) bool { return t.BackupMode == "FULL" })) > 0
	return all(d.related(), isNotLater) && all(d.nameless(), isNotLater) && all(d.related(), isSettled) &&
		(hasFull || all(sinceLastFull(d.related()), func(t Task) bool { return t.Status != "Waiting" }))
}
