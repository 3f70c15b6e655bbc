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

// gateWaiter is what a gate waits for, and how.
type gateWaiter struct {
	providerData  *providerData
	clock         clockwork.Clock
	query         migration.Query // its window grows with each look
	databaseNames []string        // of the databases, in order
	pollInterval  time.Duration
	timeout       time.Duration
	deadline      time.Time
}

func newGateWaiter(ctx context.Context, s *providerData, clock clockwork.Clock, m *migrateGateModel, diags *diag.Diagnostics) *gateWaiter {
	now := clock.Now()
	w := &gateWaiter{
		providerData: s,
		clock:        clock,
		query: migration.Query{
			InstanceID:      m.DBInstanceID.ValueString(),
			ResourceGroupID: m.ResourceGroupID.ValueString(),
			Window:          migration.NewWindow(parseTime(path.Root("start_time"), m.StartTime, diags), time.Time{}, now),
		},
		databaseNames: stringsFrom(ctx, m.DBNames, diags),
		pollInterval:  parseDuration(m.PollInterval, defaultPollInterval),
		timeout:       timeoutFromConfig(m.Timeouts.Object, "create", defaultCreateTimeout, diags),
	}
	w.deadline = now.Add(w.timeout)
	slices.Sort(w.databaseNames)
	return w
}

// run looks again and again until every database has succeeded and returns
// them, or until one has failed, the time is over or ctx ends.
func (w *gateWaiter) run(ctx context.Context, diags *diag.Diagnostics) map[string]migration.Database {
	s := gateStatus{databaseNames: w.databaseNames}
	for {
		left := w.deadline.Sub(w.clock.Now())
		tasks, err := w.poll(ctx, max(left, finalPollTimeout))
		if err == nil {
			s.recordTasks(tasks)
		} else {
			s.recordError(err)
		}
		switch {
		case ctx.Err() != nil:
			addWaitInterrupted(diags, w, s)
			return nil
		case err != nil && !s.isRetryable(err):
			addReadError(diags, err, readErrorContext{providerData: w.providerData, instanceID: w.query.InstanceID})
			return nil
		case err == nil && s.allSucceeded():
			return s.databases
		case err == nil && len(s.failedDatabases()) > 0:
			addMigrationFailed(diags, w, s)
			return nil
		case left <= 0:
			addWaitTimedOut(diags, w, s)
			return nil
		}
		s.log(ctx)
		select {
		case <-w.clock.After(max(0, min(w.pollInterval, w.deadline.Sub(w.clock.Now())))):
		case <-ctx.Done():
		}
	}
}

// look lists the tasks once, within timeout.
func (w *gateWaiter) poll(ctx context.Context, timeout time.Duration) ([]migration.Task, error) {
	ctx, cancel := withTimeout(ctx, w.clock, timeout)
	defer cancel()
	q := w.query
	q.Window = migration.NewWindow(q.Window.Start, time.Time{}, w.clock.Now())
	if !q.Window.End.After(q.Window.Start) {
		// Nothing has been created in a window that begins in the future, but
		// the service takes no window that ends before it begins.
		q.Window.End = q.Window.Start.Add(time.Minute)
	}
	tasks, err := w.providerData.MigrateTasks(ctx, q)
	// The service is asked by the minute, and so also for what is older.
	return slices.DeleteFunc(tasks, func(t migration.Task) bool {
		return t.CreateTime.Readable() && t.CreateTime.Time().Before(q.Window.Start.Truncate(time.Second))
	}), err
}

// gateStatus is where the databases of a gate stand.
type gateStatus struct {
	databaseNames  []string // of the databases that are waited for, in order
	databases      map[string]migration.Database
	otherDatabases []string // databases beside them that have tasks, in order
	polled         bool     // whether the tasks could be listed at all

	// lastError is that of the last look, nil where it was none.
	lastError error
}

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

// recordError notes a look that failed. That a look was cancelled is no failure of it.
func (s *gateStatus) recordError(err error) {
	if i, ok := errors.AsType[*rds.Interrupted](err); ok {
		s.lastError = i.Last
	} else if _, ok := errors.AsType[*rds.Error](err); ok {
		s.lastError = err
	}
}

// isRetryable reports whether a failed look may be followed by a better one. A host
// that could be reached before may be reached again.
func (s *gateStatus) isRetryable(err error) bool {
	var e *rds.Error
	return errors.As(err, &e) && (e.Retryable() || e.Kind == rds.TimedOut || s.polled && e.Kind == rds.Unreachable)
}

// allSucceeded reports whether every database has succeeded.
func (s *gateStatus) allSucceeded() bool { return migration.AllSucceeded(s.databases, s.databaseNames) }

// failedDatabases returns the databases that have failed, in order.
func (s *gateStatus) failedDatabases() []string {
	return s.databasesWhere(func(d migration.Database, _ bool) bool { return d.Failed() })
}

// missingDatabases returns the databases that have no task, in order.
func (s *gateStatus) missingDatabases() []string {
	return s.databasesWhere(func(_ migration.Database, there bool) bool { return !there })
}

func (s *gateStatus) databasesWhere(holds func(d migration.Database, there bool) bool) []string {
	var names []string
	for _, name := range s.databaseNames {
		if d, there := s.databases[name]; holds(d, there) {
			names = append(names, name)
		}
	}
	return names
}

// describe says where one database stands.
func (s *gateStatus) describe(name string) string {
	d, there := s.databases[name]
	switch {
	case !s.polled:
		return "not known"
	case !there:
		return "no task yet"
	case d.Ambiguity != "":
		return openapi.Printable(d.Ambiguity)
	}
	t := d.Newest
	text := openapi.Printable(fmt.Sprintf("task %s (%s, created %s) is %s", t.ID, t.BackupMode, t.CreateTime, t.Status))
	if t.Description != "" {
		text += fmt.Sprintf(": %q", openapi.Printable(t.Description))
	}
	return text
}

// log writes one line that says what each database is doing.
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
