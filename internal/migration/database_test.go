// SPDX-License-Identifier: MPL-2.0

package migration

import (
	"strings"
	"testing"
	"time"
)

// task is a task of the database orders, created this many minutes past noon.
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

func TestSortNewestFirst_Order(t *testing.T) {
	t.Parallel()
	tasks := []Task{
		{ID: "5", CreateTime: ParseTimestamp("soon")},
		task("2", 0, Failed), task("10", 0, Failed), task("x", 0, Failed), task("0", 0, Failed),
		task("1", 3, Success),
		{ID: "6"},
		task("9", 0, Failed),
	}
	SortNewestFirst(tasks)
	var ids []string
	for _, task := range tasks {
		ids = append(ids, task.ID)
	}
	if got, want := strings.Join(ids, " "), "1 10 9 2 0 x 6 5"; got != want {
		t.Errorf("order is %s, want %s", got, want)
	}
}
