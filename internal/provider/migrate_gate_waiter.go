// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-log/tflog"
	"github.com/jonboulle/clockwork"

	"github.com/rds-migrate/terraform-provider-alicloud/internal/migration"
	"github.com/rds-migrate/terraform-provider-alicloud/internal/openapi"
	"github.com/rds-migrate/terraform-provider-alicloud/internal/rds"
)

// gateWaiter polls the tasks of a gate's databases until all have succeeded.
type gateWaiter struct {
	client        apiClient
	clock         clockwork.Clock
	query         migration.Query // each poll extends its window to the current time
	databaseNames []string        // sorted
	pollInterval  time.Duration
	timeout       time.Duration
	deadline      time.Time
}

func newGateWaiter(
	ctx context.Context, client apiClient, clock clockwork.Clock, m *migrateGateModel, diags *diag.Diagnostics,
) *gateWaiter {
	now := clock.Now()
	start := parseTime(path.Root("start_time"), m.StartTime, diags)
	w := &gateWaiter{
		client: client,
		clock:  clock,
		query: migration.Query{
			InstanceID:      m.DBInstanceID.ValueString(),
			ResourceGroupID: m.ResourceGroupID.ValueString(),
			Window:          migration.NewWindow(start, time.Time{}, now),
		},
		pollInterval: parseDuration(m.PollInterval, defaultPollInterval),
		timeout:      timeoutFromConfig(m.Timeouts.Object, "create", defaultCreateTimeout, diags),
	}
	w.deadline = now.Add(w.timeout)
	diags.Append(m.DBNames.ElementsAs(ctx, &w.databaseNames, false)...)
	slices.Sort(w.databaseNames)
	return w
}

// run polls until every database has succeeded, and returns the databases. It
// adds an error and returns nil if a database has failed, the timeout has
// passed, ctx has ended, or an error is not retryable.
func (w *gateWaiter) run(ctx context.Context, diags *diag.Diagnostics) map[string]migration.Database {
	status := gateStatus{databaseNames: w.databaseNames}
	for {
		remaining := w.deadline.Sub(w.clock.Now())
		tasks, err := w.poll(ctx, max(remaining, finalPollTimeout))
		if err == nil {
			status.recordTasks(tasks)
		} else {
			status.recordError(err)
		}
		switch {
		case ctx.Err() != nil:
			addWaitInterrupted(diags, w, status)
			return nil
		case err != nil && !status.isRetryable(err):
			addReadError(diags, err, readErrorContext{client: w.client, instanceID: w.query.InstanceID})
			return nil
		case err == nil && status.allSucceeded():
			return status.databases
		case err == nil && len(status.failedDatabases()) > 0:
			addMigrationFailed(diags, w, status)
			return nil
		case remaining <= 0:
			addWaitTimedOut(diags, w, status)
			return nil
		}
		status.log(ctx)
		select {
		case <-w.clock.After(max(0, min(w.pollInterval, w.deadline.Sub(w.clock.Now())))):
		case <-ctx.Done():
		}
	}
}

// poll lists the tasks once, within timeout.
func (w *gateWaiter) poll(ctx context.Context, timeout time.Duration) ([]migration.Task, error) {
	ctx, cancel := withTimeout(ctx, w.clock, timeout)
	defer cancel()
	q := w.query
	q.Window = migration.NewWindow(q.Window.Start, time.Time{}, w.clock.Now())
	if !q.Window.End.After(q.Window.Start) {
		// The start is in the future. The API rejects a window that ends before
		// its start; a window of one minute returns no task, as it should.
		q.Window.End = q.Window.Start.Add(time.Minute)
	}
	tasks, err := w.client.MigrateTasks(ctx, q)
	// The API takes times in minutes, so it may return tasks that are too old.
	return slices.DeleteFunc(tasks, func(t migration.Task) bool {
		return t.CreateTime.Readable() && t.CreateTime.Time().Before(q.Window.Start.Truncate(time.Second))
	}), err
}

// gateStatus is the status of a gate's databases after the latest poll.
type gateStatus struct {
	databaseNames  []string // of the gate, sorted
	databases      map[string]migration.Database
	otherDatabases []string // not of the gate, with tasks, sorted
	polled         bool     // whether a poll has returned tasks
	lastError      error    // of the latest poll; nil if it returned tasks or was canceled
}

// recordTasks records the tasks that a poll has returned.
func (s *gateStatus) recordTasks(tasks []migration.Task) {
	s.polled, s.otherDatabases, s.lastError = true, nil, nil
	s.databases = migration.Databases(tasks)
	for name := range s.databases {
		if !slices.Contains(s.databaseNames, name) {
			s.otherDatabases = append(s.otherDatabases, name)
			delete(s.databases, name)
		}
	}
	slices.Sort(s.otherDatabases)
}

// recordError records the error of a poll. A canceled poll counts by the error
// of the attempt before the cancellation, if there was one.
func (s *gateStatus) recordError(err error) {
	if interrupted, ok := errors.AsType[*rds.Interrupted](err); ok {
		s.lastError = interrupted.Last
	} else if _, ok := errors.AsType[*rds.Error](err); ok {
		s.lastError = err
	}
}

// isRetryable reports whether another poll may succeed after err. Before the
// first list, an unreachable host is a configuration error; after it, an outage.
func (s *gateStatus) isRetryable(err error) bool {
	var e *rds.Error
	return errors.As(err, &e) && (e.Retryable() || e.Kind == rds.TimedOut || s.polled && e.Kind == rds.Unreachable)
}

// allSucceeded reports whether every database has succeeded.
func (s *gateStatus) allSucceeded() bool { return migration.AllSucceeded(s.databases, s.databaseNames) }

// failedDatabases returns the sorted names of the databases that have failed.
func (s *gateStatus) failedDatabases() []string {
	return s.databasesWhere(func(d migration.Database, _ bool) bool { return d.Failed() })
}

// missingDatabases returns the sorted names of the databases that have no task.
func (s *gateStatus) missingDatabases() []string {
	return s.databasesWhere(func(_ migration.Database, exists bool) bool { return !exists })
}

// databasesWhere returns the sorted names of the databases that match. A
// database without a task does not exist.
func (s *gateStatus) databasesWhere(match func(d migration.Database, exists bool) bool) []string {
	var names []string
	for _, name := range s.databaseNames {
		if d, exists := s.databases[name]; match(d, exists) {
			names = append(names, name)
		}
	}
	return names
}

// describe returns the status of one database for a message.
func (s *gateStatus) describe(name string) string {
	d, exists := s.databases[name]
	switch {
	case !s.polled:
		return "not known"
	case !exists:
		return "no task yet"
	case d.Ambiguity != "":
		return openapi.Printable(d.Ambiguity)
	}
	t := d.Newest
	status := fmt.Sprintf("task %s (%s, created %s) is %s", t.ID, t.BackupMode, t.CreateTime, t.Status)
	if t.Description == "" {
		return openapi.Printable(status)
	}
	return fmt.Sprintf("%s: %q", openapi.Printable(status), openapi.Printable(t.Description))
}

// log writes one log entry with the status of each database.
func (s *gateStatus) log(ctx context.Context) {
	fields := make(map[string]any, len(s.databaseNames)+1)
	for _, name := range s.databaseNames {
		fields["database "+name] = s.describe(name)
	}
	if s.lastError != nil {
		fields["error"] = s.lastError.Error()
	}
	tflog.Info(ctx, "the gate waits", fields)
}
