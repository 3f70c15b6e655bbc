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
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-log/tflog"
	"github.com/jonboulle/clockwork"

	"github.com/rds-migrate/terraform-provider-alicloud/internal/migration"
	"github.com/rds-migrate/terraform-provider-alicloud/internal/openapi"
	"github.com/rds-migrate/terraform-provider-alicloud/internal/rds"
)

const (
	// defaultWaitTimeout limits the wait if timeouts omits it.
	defaultWaitTimeout = 2 * time.Hour

	defaultPollInterval = 15 * time.Second
	minPollInterval     = time.Second

	// finalPollTimeout limits a poll when less time remains until the deadline.
	finalPollTimeout = 15 * time.Second
)

// waitArguments are the arguments of every wait, for the models to embed.
type waitArguments struct {
	DBInstanceID    types.String `tfsdk:"db_instance_id"`
	DBNames         types.Set    `tfsdk:"db_names"`
	StartTime       types.String `tfsdk:"start_time"`
	ResourceGroupID types.String `tfsdk:"resource_group_id"`
	PollInterval    types.String `tfsdk:"poll_interval"`
}

// waitKind is what differs between the waits.
type waitKind struct {
	timeout string // name of its timeout: create
	closed  string // what its errors state about the resource, with a space at the end
	start   string // what starts it, capitalized: Apply
	repeat  string // what starts it again after a success
}

// gateWait is the wait of a gate.
var gateWait = waitKind{
	timeout: "create",
	closed:  "The gate remains closed, and nothing that depends on it was created or updated. ",
	start:   "Apply",
	repeat:  "replace the gate with terraform apply -replace",
}

// timeoutPath returns the path of the timeout.
func (k waitKind) timeoutPath() path.Path { return path.Root("timeouts").AtName(k.timeout) }

// waitConfig is the configuration of a wait.
type waitConfig struct {
	waitArguments
	waitKind

	timeouts types.Object
}

// validate checks the start time.
func (c waitConfig) validate(diags *diag.Diagnostics) {
	parseTime(path.Root("start_time"), unknownIfPlantimestamp(c.StartTime), diags)
}

// gateWaiter polls the tasks of a gate's databases until all have succeeded.
type gateWaiter struct {
	kind          waitKind
	client        apiClient
	clock         clockwork.Clock
	query         migration.Query    // of all tasks that the API returns
	evidence      migration.Evidence // excludes tasks created before start_time
	databaseNames []string           // sorted
	pollInterval  time.Duration
	timeout       time.Duration
	began         time.Time
	deadline      time.Time
	onPoll        func(gateStatus) // called after each poll after which the wait continues; may be nil
}

func newGateWaiter(
	ctx context.Context, client apiClient, clock clockwork.Clock, c waitConfig, diags *diag.Diagnostics,
) *gateWaiter {
	w := &gateWaiter{
		kind:   c.waitKind,
		client: client,
		clock:  clock,
		query: migration.Query{
			InstanceID: c.DBInstanceID.ValueString(), ResourceGroupID: c.ResourceGroupID.ValueString(),
		},
		evidence:     migration.Evidence{Since: parseTime(path.Root("start_time"), c.StartTime, diags)},
		pollInterval: parseDuration(c.PollInterval, defaultPollInterval),
		timeout:      timeoutFromConfig(c.timeouts, c.timeout, defaultWaitTimeout),
		began:        clock.Now(),
	}
	w.deadline = w.began.Add(w.timeout)
	diags.Append(c.DBNames.ElementsAs(ctx, &w.databaseNames, false)...)
	slices.Sort(w.databaseNames)
	return w
}

// run polls until every database has succeeded, and returns their status. It adds
// an error and returns false if a database has failed or has another spelling, the
// timeout has passed, ctx has ended, or a failure has reached its limit.
func (w *gateWaiter) run(ctx context.Context, diags *diag.Diagnostics) (status gateStatus, open bool) {
	status = gateStatus{databaseNames: w.databaseNames}
	if w.evidence.Since.After(w.deadline) {
		addStartAfterDeadline(diags, w)
		return status, false
	}
	for {
		began := w.clock.Now()
		list, err := w.poll(ctx, max(w.deadline.Sub(began), finalPollTimeout))
		if err == nil {
			status.recordList(list, w.evidence)
		} else {
			status.recordError(err, began)
		}
		switch {
		case ctx.Err() != nil:
			addWaitInterrupted(diags, w, status)
		case err == nil && status.allSucceeded():
			return status, true
		case err == nil && len(status.failedDatabases()) > 0:
			addMigrationFailed(diags, w, status)
		case err == nil && len(status.misspelledDatabases(w.began)) > 0:
			addMisspelledDatabases(diags, w, status)
		case status.failures.isOver(w.clock.Now()):
			addWaitFailed(diags, w, status, err)
		case !began.Before(w.deadline):
			addWaitTimedOut(diags, w, status)
		default:
			status.log(ctx, w.clock.Now())
			if w.onPoll != nil {
				w.onPoll(status)
			}
			w.sleep(ctx, max(0, min(w.pollInterval, w.deadline.Sub(w.clock.Now()))))
			continue
		}
		return status, false
	}
}

// sleep waits until the next poll.
func (w *gateWaiter) sleep(ctx context.Context, d time.Duration) {
	select {
	case <-w.clock.After(d):
	case <-ctx.Done():
	}
}

// poll lists the tasks once, within timeout.
func (w *gateWaiter) poll(ctx context.Context, timeout time.Duration) (rds.List, error) {
	ctx, cancel := withTimeout(ctx, w.clock, timeout)
	defer cancel()
	return w.client.MigrateTasks(ctx, w.query)
}

// gateStatus is the status of a gate's databases after the latest poll.
type gateStatus struct {
	databaseNames []string // of the gate, sorted
	databases     map[string]migration.Database
	list          rds.List // the latest
	listed        bool     // whether a poll has returned a list
	lastError     error    // of the latest poll; nil if it returned a list or was canceled
	failures      failureRun
}

// recordList records the list that a poll has returned.
func (s *gateStatus) recordList(list rds.List, evidence migration.Evidence) {
	s.list, s.listed, s.lastError, s.failures = list, true, nil, failureRun{}
	all := migration.Evaluate(list.Tasks, s.databaseNames, evidence)
	s.databases = make(map[string]migration.Database, len(s.databaseNames))
	for _, name := range s.databaseNames {
		s.databases[name] = all[name]
	}
}

// recordError records the error of a poll that started at a time. For a canceled poll,
// it records the error of the attempt before the cancellation, if there was one.
func (s *gateStatus) recordError(err error, began time.Time) {
	if interrupted, ok := errors.AsType[*rds.Interrupted](err); ok {
		s.lastError = interrupted.Last
	} else if _, ok := errors.AsType[*rds.Error](err); ok {
		s.lastError = err
	}
	phase := beforeList
	if s.listed {
		phase = afterList
	}
	s.failures.extend(limitOf(failureKind(err), phase), began)
}

// allSucceeded reports whether every database has succeeded and no task is missing
// from the list.
func (s *gateStatus) allSucceeded() bool {
	return s.list.Unlisted == 0 && migration.AllSucceeded(s.databases, s.databaseNames)
}

// failedDatabases returns the sorted names of the databases that have failed.
func (s *gateStatus) failedDatabases() []string { return s.databasesWhere(migration.Database.Failed) }

// missingDatabases returns the sorted names of the databases that have no task. It
// is empty before the first list.
func (s *gateStatus) missingDatabases() []string {
	return s.databasesWhere(func(d migration.Database) bool { return s.listed && !d.HasTask() })
}

// databasesWhere returns the sorted names of the databases that match.
func (s *gateStatus) databasesWhere(match func(migration.Database) bool) []string {
	var names []string
	for _, name := range s.databaseNames {
		if match(s.databases[name]) {
			names = append(names, name)
		}
	}
	return names
}

// misspelledDatabase is a database of a gate that has no task, and the newest task
// of a name that differs from it only in case.
type misspelledDatabase struct {
	name string
	task migration.Task
}

// misspelledDatabases returns the databases of which a task with a name that differs
// only in case was created at this time or later.
func (s *gateStatus) misspelledDatabases(began time.Time) []misspelledDatabase {
	var misspelled []misspelledDatabase
	for _, name := range s.missingDatabases() {
		differentCase, _ := migration.OtherSpellings(s.list.Tasks, name)
		i := slices.IndexFunc(s.list.Tasks, func(t migration.Task) bool {
			return slices.Contains(differentCase, t.Database) &&
				!t.CreateTime.Time().Before(began.Truncate(time.Second))
		})
		if i >= 0 {
			misspelled = append(misspelled, misspelledDatabase{name, s.list.Tasks[i]})
		}
	}
	return misspelled
}

// otherDatabases returns the sorted names of the databases that have tasks and are
// not those of the gate.
func (s *gateStatus) otherDatabases() []string {
	var names []string
	for _, t := range s.list.Tasks {
		if t.Database != "" && !slices.Contains(s.databaseNames, t.Database) {
			names = append(names, t.Database)
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// describe returns the status of one database for a message.
func (s *gateStatus) describe(name string) string {
	d, t := s.databases[name], s.databases[name].Newest
	switch {
	case !s.listed:
		return "unknown, because no list of tasks was read"
	case d.Succeeded():
		return openapi.Printable(fmt.Sprintf("task %s (%s) is Success", t.ID, t.BackupMode))
	case t.Description == "":
		return openapi.Printable(d.Reason)
	}
	return fmt.Sprintf("%s; the description of task %s is %q",
		openapi.Printable(d.Reason), openapi.Printable(t.ID), openapi.Printable(t.Description))
}

// log writes one log entry with the status of each database. The tasks have their
// age at now.
func (s *gateStatus) log(ctx context.Context, now time.Time) {
	fields := make(map[string]any)
	for _, name := range s.databaseNames {
		fields["database "+name] = s.describe(name)
	}
	if s.list.Unlisted > 0 {
		fields["unlisted"] = s.list.Unlisted
	}
	if s.lastError != nil {
		fields["error"] = s.lastError.Error()
	}
	tflog.Info(ctx, "waiting for the databases: "+s.summary(now), fields)
}
