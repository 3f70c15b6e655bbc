// SPDX-License-Identifier: MPL-2.0

// Package simtest draws random scenarios of the RDS simulator for property tests.
package simtest

import (
	"strconv"
	"strings"
	"time"

	"pgregory.net/rapid"

	"github.com/rds-migrate/terraform-provider-alicloud/internal/rdssim"
)

// The access key and the instance of every history.
const (
	AccessKeyID     = "testid"
	AccessKeySecret = "testsecret"
	InstanceID      = "rm-1"
	Region          = "cn-hangzhou"
)

const (
	// pastSpan is how long before the simulator's start a migration may be created. It is more than the retention.
	pastSpan = 9 * 24 * time.Hour
	// futureSpan is how long after it.
	futureSpan = 6 * time.Hour

	// otherSpan is the age of the oldest row of another database.
	otherSpan = 6 * 24 * time.Hour

	maxMigrations = 4
	maxIncrements = 3

	maxSkippedCalls = 5
	maxFaultyCalls  = 3
	maxUnits        = 4
	// oneOf is the number of cases of which rarely selects one.
	oneOf = 8
)

// History is a random scenario and the databases that it is about.
type History struct {
	Scenario rdssim.Scenario
	// Databases are the names to ask for, in their usual spelling. A migration may spell its database differently.
	Databases []string
}

// Histories generates scenarios of one instance: a model, 1 to 3 databases with 1 to 4 migrations each, rows of other
// databases so that lists have several pages, and a few faults that end. Migrations are full or incremental, are
// repeated, overlap, fail, are terminated, and wait; some never end. They are created from 9 days before the
// simulator's start until 6 hours after it. A zero draw is the plainest value, so that rapid finds small histories.
func Histories() *rapid.Generator[History] {
	return rapid.Custom(func(t *rapid.T) History {
		names := []string{"orders", "customers", "stock"}
		h := History{Databases: names[:rapid.IntRange(1, len(names)).Draw(t, "databases")]}
		instance := rdssim.Instance{ID: InstanceID, Region: Region, Tasks: drawOtherRows(t)}
		for _, name := range h.Databases {
			instance.Migrations = append(instance.Migrations, drawMigrations(t, name)...)
		}
		h.Scenario = rdssim.Scenario{
			AccessKeys: []rdssim.AccessKey{{ID: AccessKeyID, Secret: AccessKeySecret}},
			Instances:  []rdssim.Instance{instance},
			Faults:     drawFaults(t),
			Model:      Models().Draw(t, "model"),
		}
		return h
	})
}

// drawOtherRows draws rows of a database that no migration is about. Their numbers fill one page or start another.
func drawOtherRows(t *rapid.T) []rdssim.Task {
	n := sometimes(t, "other rows", []int{28, 29, 30, 50, 99, 100, 130}...)
	tasks := make([]rdssim.Task, n)
	for i := range tasks {
		tasks[i] = rdssim.Task{
			ID:       strconv.Itoa(i + 1),
			Database: "other",
			Created:  rdssim.Duration(-otherSpan + time.Duration(i)*time.Hour),
		}
	}
	return tasks
}

// drawFaults draws a cap on the page size and errors that pass.
func drawFaults(t *rapid.T) []rdssim.Fault {
	var faults []rdssim.Fault
	if size := sometimes(t, "page size", []int{30, 50}...); size > 0 {
		faults = append(faults, rdssim.Fault{Kind: rdssim.KindMaxPageSize, PageSize: size})
	}
	if rarely(t, "error") {
		f := rapid.SampledFrom(append(rdssim.TransientErrors(), rdssim.NotReadyErrors()...)).Draw(t, "fault")
		f.Skip = rapid.IntRange(0, maxSkippedCalls).Draw(t, "skip")
		f.Times = rapid.IntRange(1, maxFaultyCalls).Draw(t, "times")
		faults = append(faults, f)
	}
	return faults
}

// drawMigrations draws the migrations of a database, independent of each other or one after the other.
func drawMigrations(t *rapid.T, name string) []rdssim.Migration {
	var migrations []rdssim.Migration
	for i := range rapid.IntRange(1, maxMigrations).Draw(t, "migrations") {
		m := drawMigration(t, name)
		if i > 0 && rapid.Bool().Draw(t, "follows") {
			m.Created = migrations[i-1].Created + max(migrations[i-1].Ended, 0) + drawDuration(t, "pause")
		}
		migrations = append(migrations, m)
	}
	return migrations
}

func drawMigration(t *rapid.T, name string) rdssim.Migration {
	m := rdssim.Migration{
		Database:    drawSpelling(t, name),
		Incremental: rapid.Bool().Draw(t, "incremental"),
		Created:     drawCreated(t),
		Started:     drawDuration(t, "started"),
		Status:      rapid.SampledFrom([]string{"", "", "", "Failed", "Terminated"}).Draw(t, "status"),
		Description: sometimes(t, "description", rdssim.DescriptionCheckSucceeded, rdssim.DescriptionCheckFailed),
		RowForm:     drawRowForm(t),
	}
	last := m.Started
	if m.Incremental && (m.Status == "" || !rarely(t, "base fails")) {
		m.Restored = last + drawDuration(t, "restored")
		last = m.Restored
		for range rapid.IntRange(0, maxIncrements).Draw(t, "increments") {
			inc := drawIncrement(t, last)
			m.Increments = append(m.Increments, inc)
			last = inc.Ended
		}
	}
	if !rarely(t, "never ends") {
		m.Ended = last + drawDuration(t, "ended")
	}
	return m
}

func drawIncrement(t *rapid.T, after rdssim.Duration) rdssim.Increment {
	inc := rdssim.Increment{
		BackupMode: sometimes(t, "backup mode", "DIFF", "LOG", "0", "1", "2"),
		Started:    after + drawDuration(t, "increment started"),
	}
	inc.Ended = inc.Started + drawDuration(t, "increment ended")
	if rarely(t, "increment fails") {
		inc.Status = "Failed"
	}
	return inc
}

// drawSpelling draws the name or a spelling that SQL Server treats as the same name.
func drawSpelling(t *rapid.T, name string) string {
	if !rarely(t, "respelled") {
		return name
	}
	const fullWidthA = '\uff41'
	wide := string(fullWidthA+rune(name[0]-'a')) + name[1:]
	return rapid.SampledFrom([]string{strings.ToUpper(name), name + " ", wide}).Draw(t, "spelling")
}

// drawRowForm draws forms of the rows, most often the documented ones.
func drawRowForm(t *rapid.T) rdssim.RowForm {
	var f rdssim.RowForm
	if rarely(t, "no name") {
		f.DBNameForm = rapid.SampledFrom([]rdssim.DBNameForm{
			rdssim.DBNameAbsent, rdssim.DBNameNull, rdssim.DBNameEmpty,
		}).Draw(t, "name")
	}
	if rarely(t, "other times") {
		f.TimeForm = rapid.SampledFrom([]rdssim.TimeForm{
			rdssim.TimeFormSample, rdssim.TimeFormColonOffset, rdssim.TimeFormOffset,
			rdssim.TimeFormUnreadable, rdssim.TimeFormAbsent,
		}).Draw(t, "times")
	}
	return f
}

// drawCreated draws a time of creation to the minute, so that some are equal.
func drawCreated(t *rapid.T) rdssim.Duration {
	span := rapid.SampledFrom([]time.Duration{-time.Hour, -24 * time.Hour, -pastSpan, futureSpan}).Draw(t, "span")
	n := rapid.IntRange(0, int(span.Abs()/time.Minute)).Draw(t, "minutes")
	if span < 0 {
		n = -n
	}
	return rdssim.Duration(time.Duration(n) * time.Minute)
}

// drawDuration draws a duration of a second to 4 days.
func drawDuration(t *rapid.T, label string) rdssim.Duration {
	unit := rapid.SampledFrom([]time.Duration{time.Second, time.Minute, time.Hour, 24 * time.Hour}).Draw(t, label)
	return rdssim.Duration(time.Duration(rapid.IntRange(1, maxUnits).Draw(t, label)) * unit)
}

// rarely draws true in few cases.
func rarely(t *rapid.T, label string) bool {
	return rapid.SampledFrom(append(make([]bool, oneOf-1), true)).Draw(t, label)
}

// sometimes draws the zero value in half of the cases, and otherwise one of the values.
func sometimes[T any](t *rapid.T, label string, values ...T) T {
	var zero T
	if !rapid.Bool().Draw(t, label) {
		return zero
	}
	return rapid.SampledFrom(values).Draw(t, label)
}
