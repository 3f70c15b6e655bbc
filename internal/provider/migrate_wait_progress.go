// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/hashicorp/terraform-plugin-log/tflog"
	"github.com/jonboulle/clockwork"

	"github.com/rds-migrate/terraform-provider-alicloud/internal/credentials"
	"github.com/rds-migrate/terraform-provider-alicloud/internal/migration"
	"github.com/rds-migrate/terraform-provider-alicloud/internal/openapi"
	"github.com/rds-migrate/terraform-provider-alicloud/internal/rds"
)

const (
	// progressInterval is the time after which a message is repeated.
	progressInterval = time.Minute

	// maxSummarized is how many databases a message names.
	maxSummarized = 20
)

// progress sends messages about a wait: after the first poll, when the status of a
// database has changed, and otherwise every minute, also during a poll.
type progress struct {
	clock clockwork.Clock
	send  func(message string)

	mu      sync.Mutex
	status  gateStatus // after the latest poll
	failure error      // the latest since a list was read; nil if there is none
	polled  bool       // whether a poll has ended
	sentAt  time.Time  // of the latest message; before the first one, the start
	timer   clockwork.Timer
	stopped bool
}

// startProgress returns the progress of a wait that starts now. Its caller must call
// end.
func startProgress(clock clockwork.Clock, send func(message string)) *progress {
	p := &progress{clock: clock, send: send, sentAt: clock.Now()}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.timer = clock.AfterFunc(progressInterval, p.tick)
	return p
}

// tick sends a message if the latest one is a minute old.
func (p *progress) tick() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.stopped && p.isDue() {
		p.sendMessage()
	}
}

func (p *progress) isDue() bool { return p.clock.Since(p.sentAt) >= progressInterval }

// recordPoll records the status after a poll.
func (p *progress) recordPoll(status gateStatus) {
	p.mu.Lock()
	defer p.mu.Unlock()
	before, isFirst := p.status, !p.polled
	p.status, p.failure, p.polled = status, status.lastError, true
	if isFirst || status.summary(time.Time{}) != before.summary(time.Time{}) || p.isDue() {
		p.sendMessage()
	}
}

// recordFailure records a failed attempt of a poll.
func (p *progress) recordFailure(err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.failure = err
}

// end records the status at the end of the wait. After it has returned, no message
// is sent.
func (p *progress) end(status gateStatus) {
	if status.listed && status.lastError == nil {
		p.recordPoll(status)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.stopped = true
	p.timer.Stop()
}

// sendMessage sends a message and starts the timer of the next one.
func (p *progress) sendMessage() {
	p.sentAt = p.clock.Now()
	p.send(p.message())
	p.timer.Reset(progressInterval)
}

func (p *progress) message() string {
	summary := p.status.summary(p.sentAt)
	if p.failure == nil {
		return summary
	}
	text := "unable to read the tasks (" + failureText(p.failure) + "), retrying"
	if p.status.listed {
		text += " · last known: " + summary
	}
	return text
}

// failureText returns the code of a failure or, if it has none, its first paragraph.
func failureText(err error) string {
	text := err.Error()
	for e := (*rds.Error)(nil); errors.As(err, &e); err = e.Err {
		text = cmp.Or(e.Code, e.Error())
	}
	if c, ok := errors.AsType[*credentials.Error](err); ok {
		text = c.Detail
	}
	text, _, _ = strings.Cut(text, "\n\n")
	return openapi.Printable(strings.TrimSuffix(text, "."))
}

type failureKey struct{}

// withFailures returns a context whose calls to the API pass on each failed attempt.
func withFailures(ctx context.Context, record func(err error)) context.Context {
	return context.WithValue(ctx, failureKey{}, record)
}

// logFailure logs a failed attempt of a call to the API, and passes it on if ctx is
// one of withFailures.
func logFailure(ctx context.Context, msg string, err error) {
	tflog.Warn(ctx, msg, map[string]any{"error": err.Error()})
	if record, ok := ctx.Value(failureKey{}).(func(err error)); ok {
		record(err)
	}
}

// summary returns the status of the databases in a few words, those that have not
// succeeded first, and how many have succeeded. The tasks have their age at now,
// unless that is zero.
func (s *gateStatus) summary(now time.Time) string {
	if !s.listed {
		return "waiting for the first list of tasks"
	}
	var pending, succeeded []string
	for _, name := range s.databaseNames {
		d := s.databases[name]
		text := openapi.Printable(name + ": " + statusText(d, now))
		if d.Succeeded() {
			succeeded = append(succeeded, text)
		} else {
			pending = append(pending, text)
		}
	}
	parts := slices.Concat(pending, succeeded)
	if more := len(parts) - maxSummarized; more > 0 {
		parts = append(parts[:maxSummarized], fmt.Sprintf("%d more", more))
	}
	parts = append(parts, fmt.Sprintf("%d of %d", len(succeeded), len(s.databaseNames)))
	if s.list.Unlisted > 0 {
		parts = append(parts, fmt.Sprintf("%d tasks missing from the list", s.list.Unlisted))
	}
	return strings.Join(parts, " · ")
}

// statusText returns the status of a database in a few words. A task that has not
// ended has its age at now.
func statusText(d migration.Database, now time.Time) string {
	t := d.Newest
	switch {
	case !d.HasTask():
		return "no task yet"
	case d.Succeeded():
		return string(t.Status)
	case d.Failed():
		return taskText(t, "")
	case t.Status == migration.NoStart, t.Status == migration.Running, t.Status == migration.Waiting:
		return taskText(t, taskAge(t, now))
	}
	return d.Reason
}

// taskText returns the status of a task, and the ID, the backup mode and the age that
// are not empty.
func taskText(t migration.Task, age string) string {
	details := slices.DeleteFunc([]string{"task " + t.ID, t.BackupMode, age}, func(s string) bool { return s == "" })
	return fmt.Sprintf("%s (%s)", t.Status, strings.Join(details, ", "))
}

// taskAge returns the time since the creation of a task in minutes, such as 1h12m. It
// is empty if the creation time cannot be read, or now is zero.
func taskAge(t migration.Task, now time.Time) string {
	if now.IsZero() || !t.CreateTime.Readable() {
		return ""
	}
	age := max(0, now.Sub(t.CreateTime.Time())).Truncate(time.Minute)
	return cmp.Or(strings.TrimSuffix(age.String(), "0s"), "0m")
}
