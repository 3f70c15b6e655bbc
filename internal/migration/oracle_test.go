// SPDX-License-Identifier: MPL-2.0

package migration

import (
	"cmp"
	"flag"
	"slices"
	"testing"
)

var (
	histories = flag.Int("histories", 20_000, "how many histories TestEvaluate_Oracle draws")
	seed      = flag.Uint64("seed", 1, "seed of the histories of TestEvaluate_Oracle")
)

// The outcomes of an evaluation. Those of a database that succeeded and is offline
// are the exceptions that the documentation names.
const (
	notSucceeded    = "not succeeded"
	online          = "succeeded and online"
	earlySuccess    = "(i): every task is Success before the database is opened"
	earlyWithFailed = "(i): every task but a failed import is Success before the database is opened"
	missingBase     = "(ii): the base is older than 7 days"
	overlap         = "(iii): an older run took it offline"
	missingOverlap  = "(iii): a run that is older than 7 days took it offline"
	falseSuccess    = "succeeded and offline"
)

// TestEvaluate_Oracle draws histories and checks that a database that succeeded is
// online, apart from the exceptions.
func TestEvaluate_Oracle(t *testing.T) {
	t.Parallel()
	seen := make(map[string]int)
	for i := range *histories {
		c := newChoices(*seed, i)
		outcomes := drawHistory(c).outcomes()
		if slices.Contains(outcomes, falseSuccess) {
			made := shrink(c.made, func(c *choices) bool {
				return slices.Contains(drawHistory(c).outcomes(), falseSuccess)
			})
			t.Fatalf("seed %d, history %d: a database succeeded and is offline\n%s",
				*seed, i, drawHistory(&choices{repeated: made}))
		}
		for _, outcome := range outcomes {
			seen[outcome]++
		}
	}
	for _, outcome := range []string{notSucceeded, online, earlySuccess, missingBase, overlap} {
		if seen[outcome] == 0 {
			t.Errorf("no history shows: %s", outcome)
		}
	}
	for outcome, count := range seen {
		t.Logf("seed %d, %d histories: %7d %s", *seed, *histories, count, outcome)
	}
}

// outcomes returns the outcome of each database in the response.
func (h *history) outcomes() []string {
	var outcomes []string
	for name, db := range Evaluate(h.response(), nil, h.evidence) {
		runs := h.createdRuns(h.databases[name])
		switch {
		case !db.Succeeded():
			outcomes = append(outcomes, notSucceeded)
		case h.isOnline(runs):
			outcomes = append(outcomes, online)
		default:
			outcomes = append(outcomes, cmp.Or(h.exception(runs), falseSuccess))
		}
	}
	return outcomes
}

// exception returns why the tasks of an offline database can be those of one that
// is online. It is empty if there is no such reason.
func (h *history) exception(runs []*run) string {
	runs = slices.DeleteFunc(runs, func(r *run) bool { return len(h.retained(r)) == 0 })
	last := h.lastEvent(runs).run
	newer := runs[slices.Index(runs, last)+1:]
	switch {
	case h.isOnline(runs):
		return missingOverlap
	case slices.ContainsFunc(newer, func(r *run) bool { return r.isOnline(h.now) }) && !h.isShownUnfinished(last):
		return overlap
	}
	for _, r := range runs[slices.Index(runs, last):] {
		if exception := h.incrementalException(r); exception != "" {
			return exception
		}
	}
	return ""
}

// incrementalException returns why the tasks of an incremental migration that was not
// opened can be those of one that was. It is empty if there is no such reason.
func (h *history) incrementalException(r *run) string {
	if r.full || r.isOnline(h.now) {
		return ""
	}
	base, statuses := r.tasks[0], make(map[Status]bool)
	for _, t := range h.retained(r) {
		statuses[t.at(h.now).status] = true
	}
	switch {
	case h.incrementTasks && !h.isRetained(base):
		return missingBase
	case len(statuses) == 1 && statuses[Success]:
		return earlySuccess
	case len(statuses) == 2 && statuses[Failed] && base.at(h.now).status == Success:
		return earlyWithFailed
	}
	return ""
}

// retained returns the tasks of a run that the API still lists.
func (h *history) retained(r *run) []*listedTask {
	return slices.DeleteFunc(slices.Clone(r.tasks), func(t *listedTask) bool { return !h.isRetained(t) })
}

// isShownUnfinished reports whether a task in the response is NoStart or Running.
func (h *history) isShownUnfinished(r *run) bool {
	return slices.ContainsFunc(r.tasks, func(t *listedTask) bool {
		return h.isListed(t) && t.at(h.now).status.isUnfinished()
	})
}
