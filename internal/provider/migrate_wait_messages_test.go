// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"errors"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"

	"github.com/rds-migrate/terraform-provider-alicloud/internal/clocktest"
	"github.com/rds-migrate/terraform-provider-alicloud/internal/credentials"
	"github.com/rds-migrate/terraform-provider-alicloud/internal/migration"
	"github.com/rds-migrate/terraform-provider-alicloud/internal/rds"
)

// actionMessages are about the wait of an action, as far as they differ from those of
// a gate.
func actionMessages() []messageCase {
	w := newTestWaiter()
	w.kind = actionWait
	failed := gateStatusOf(newList(gateTask("2", "orders", migration.Failed)))
	running := gateStatusOf(newList(gateTask("2", "orders", migration.Running)))
	return []messageCase{
		{"an action whose migration failed", func(d *diag.Diagnostics) { addMigrationFailed(d, w, failed) }},
		{"an action with a name that differs in case", func(d *diag.Diagnostics) {
			addMisspelledDatabases(d, w, gateStatusOf(newList(gateTask("1", "Orders", migration.Running))))
		}},
		{"an action with a start time after the deadline", func(d *diag.Diagnostics) {
			late := *w
			late.evidence.Since = w.deadline.Add(time.Hour)
			addStartAfterDeadline(d, &late)
		}},
		{"an action that timed out", func(d *diag.Diagnostics) { addWaitTimedOut(d, w, running) }},
		{"an action that was interrupted", func(d *diag.Diagnostics) { addWaitInterrupted(d, w, running) }},
		{"an action with a failed check", func(d *diag.Diagnostics) {
			task := gateTask("1", "orders", migration.Success)
			task.Description = "asynchronously DBCC checkdb failed: 2 consistency errors"
			warnFailedChecks(d, path.Root("db_names"), actionWait, gateStatusOf(newList(task)))
		}},
		{"data of another type for an action", func(d *diag.Diagnostics) {
			addUnexpectedConfigureType(d, "Action", "text")
		}},
	}
}

// progressMessage is a message of the progress of an action.
type progressMessage struct{ name, text string }

// progressMessages returns the messages of a wait for billing and orders.
func progressMessages() []progressMessage {
	now := clocktest.Start.Add(72 * time.Minute)
	message := func(name string, failure error, tasks ...migration.Task) progressMessage {
		p := progress{sentAt: now, failure: failure}
		if len(tasks) > 0 {
			p.status = gateStatusOf(newList(tasks...))
		}
		return progressMessage{name, p.message()}
	}
	incomplete := newList(gateTask("1", "billing", migration.Success), gateTask("2", "orders", migration.Success))
	incomplete.Unlisted = 2
	billing, running := gateTask("1", "billing", migration.Success), gateTask("2", "orders", migration.Running)
	noMode := running
	noMode.BackupMode, noMode.CreateTime = "", migration.ParseTimestamp("soon")
	throttled := &rds.Error{Kind: rds.TimedOut, Err: &rds.Error{
		Kind: rds.Throttled, Code: "Throttling.User", RequestID: "5C1A-4E8B", Status: 400,
	}}
	return []progressMessage{
		message("before the first list", nil),
		message("no list, with a code", throttled),
		message("no list, without a code", &rds.Error{
			Kind: rds.Unavailable, Err: errors.New("dial tcp 127.0.0.1:8859: connect: connection refused"),
		}),
		message("no list, without credentials", &rds.Error{Kind: rds.Unavailable, Err: &credentials.Error{
			Summary: "Unable to Obtain Credentials", Detail: "The ECS role could not be reached.\n\nCheck it.",
		}}),
		message("one that is Running", nil, billing, running),
		message("one without backup mode and creation time", nil, billing, noMode),
		message("one that is NoStart, one that is Waiting", nil,
			gateTask("1", "billing", migration.NoStart), gateTask("2", "orders", migration.Waiting)),
		message("one without a task", nil, running),
		message("one that failed", nil, billing, gateTask("2", "orders", migration.Failed)),
		message("one with an unknown status", nil, billing, gateTask("2", "orders", "Paused")),
		message("a success that an older run keeps from counting", nil, billing, running,
			gateTask("3", "orders", migration.Success)),
		message("a failure after a list", throttled, billing, running),
		{"an incomplete list", (&progress{sentAt: now, status: gateStatusOf(incomplete)}).message()},
		message("all succeeded", nil, billing, gateTask("2", "orders", migration.Success)),
	}
}
