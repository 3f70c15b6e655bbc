// SPDX-License-Identifier: MPL-2.0

package migration

import (
	"fmt"
	"strconv"
	"testing"
	"time"
)

// benchTasks are n tasks, four of each database, the newest first.
func benchTasks(n int) []Task {
	newest := time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)
	tasks := make([]Task, n)
	for i := range tasks {
		created := newest.Add(-time.Duration(i) * time.Second)
		tasks[i] = Task{
			ID:         strconv.Itoa(n - i),
			Database:   "database_" + strconv.Itoa(i/4),
			Status:     Success,
			BackupMode: "FULL",
			CreateTime: ParseTimestamp(created.Format(time.RFC3339)),
			EndTime:    ParseTimestamp(created.Add(time.Minute).Format(time.RFC3339)),
		}
	}
	return tasks
}

func BenchmarkEvaluate(b *testing.B) {
	for _, n := range []int{1, 250, 10_000} {
		b.Run(fmt.Sprintf("tasks=%d", n), func(b *testing.B) {
			tasks := benchTasks(n)
			b.ReportAllocs()
			for b.Loop() {
				if !AllSucceeded(Evaluate(tasks, nil, Evidence{}), nil) {
					b.Fatal("not all databases have succeeded")
				}
			}
		})
	}
}

func BenchmarkParseTimestamp(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		if !ParseTimestamp("2026-11-20T12:00:00Z").Readable() {
			b.Fatal("the time was not read")
		}
	}
}
