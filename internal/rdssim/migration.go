// SPDX-License-Identifier: MPL-2.0

package rdssim

import (
	"cmp"
	"errors"
	"fmt"
	"time"
)

// Migration is a whole migration of a database. Its rows follow from it and from the model, and [Simulator.Online]
// decides by it. All its times but Created count from its creation.
type Migration struct {
	// ID is that of its first row; when empty, it becomes one higher than all others of the instance.
	ID string `json:"id,omitempty"`
	// Database is the name in its rows.
	Database string `json:"database"`
	// Incremental: a base is restored, increments are imported, and in the end the database is opened. Without it, the
	// migration is full: it restores full backup files and brings the database online.
	Incremental bool `json:"incremental,omitempty"`
	// Created is relative to the simulator's start.
	Created Duration `json:"created,omitempty"`
	// Started is when its restore starts and takes the database offline. Before it, its row is NoStart.
	Started Duration `json:"started,omitempty"`
	// Restored is when the base of an incremental migration has been restored; 0: never.
	Restored Duration `json:"restored,omitempty"`
	// Increments are imported in their order, after Restored and before Ended.
	Increments []Increment `json:"increments,omitempty"`
	// Ended is when it ends with Status; 0: never.
	Ended Duration `json:"ended,omitempty"`
	// Status is Success when empty: the database is online, which an incremental migration reaches when it is opened.
	// With Failed or Terminated, the database stays offline, and the base of an incremental migration has that status.
	Status string `json:"status,omitempty"`
	// Description is that of the row that gets Status.
	Description string `json:"description,omitempty"`
	// IsDBReplaced is as in Task.
	IsDBReplaced string `json:"is_db_replaced,omitempty"`
	// RowForm is the form of all its rows.
	RowForm
}

// Increment is the import of an incremental backup file. Its times count from the creation of its Migration.
type Increment struct {
	// ID is that of its row, if that has its own; when empty, it becomes one higher than all others of the instance.
	ID string `json:"id,omitempty"`
	// BackupMode is UPDF when empty.
	BackupMode string `json:"backup_mode,omitempty"`
	// Started is when its row is created and its import starts.
	Started Duration `json:"started"`
	// Ended is when it ends with Status; 0: never.
	Ended Duration `json:"ended,omitempty"`
	// Status is Success when empty, or Failed. It leaves the database offline in both cases.
	Status string `json:"status,omitempty"`
}

// IncrementRows is how increments are listed: by default as rows with IDs of their own. The documentation has the mode
// UPDF, "restores incremental or log backup files", and says that only migrations from a full backup file are listed.
type IncrementRows string

const (
	// IncrementRowsBaseID lists them with the ID of the base. To create one, MigrateTaskId is "the ID of the
	// corresponding FULL task".
	IncrementRowsBaseID IncrementRows = "base_id"
	// IncrementRowsNone does not list them.
	IncrementRowsNone IncrementRows = "none"
)

// WaitingRows is which row of an incremental migration is Waiting until the database is opened: by default the base.
// The status "waits for an incremental backup file to be imported".
type WaitingRows string

const (
	// WaitingRowsNewest is the newest row, if it did not fail. The rows before it are Success.
	WaitingRowsNewest WaitingRows = "newest"
	// WaitingRowsNone is no row: each is Success when it has been restored.
	WaitingRowsNone WaitingRows = "none"
)

const (
	statusRunning = "Running"
	statusWaiting = "Waiting"
)

const modeUPDF = "UPDF"

func (m Migration) validate() error {
	switch {
	case m.Database == "":
		return errors.New("database is missing")
	case !isOneOf(m.Status, statusSuccess, statusFailed, statusTerminated):
		return fmt.Errorf("unknown status %q", m.Status)
	case !m.Incremental && (m.Restored != 0 || len(m.Increments) > 0):
		return errors.New("restored and increments require incremental")
	case m.Restored == 0 && len(m.Increments) > 0:
		return errors.New("increments require restored")
	case m.Incremental && m.Restored == 0 && m.opened():
		return errors.New("the end with Success requires restored")
	}
	if err := m.validateTimes(); err != nil {
		return err
	}
	return m.RowForm.validate()
}

func (m Migration) validateTimes() error {
	times := []fieldTime{{"started", m.Started}, {"restored", m.Restored}}
	for i, inc := range m.Increments {
		name := fmt.Sprintf("increments[%d]", i)
		if err := inc.validate(); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		if isLast := i == len(m.Increments)-1; inc.Ended == 0 && (!isLast || m.opened()) {
			return fmt.Errorf("%s: ended is missing", name)
		}
		times = append(times, fieldTime{name + ".started", inc.Started}, fieldTime{name + ".ended", inc.Ended})
	}
	return validateOrder(append(times, fieldTime{"ended", m.Ended}))
}

// fieldTime is the time in a field of a scenario file.
type fieldTime struct {
	field string
	at    Duration
}

// validateOrder returns an error if a time is negative or, unless it is 0, less than an earlier one.
func validateOrder(times []fieldTime) error {
	var latest fieldTime
	for _, t := range times {
		switch {
		case t.at < 0:
			return fmt.Errorf("%s must not be negative", t.field)
		case t.at != 0 && t.at < latest.at:
			return fmt.Errorf("%s must not be less than %s", t.field, latest.field)
		case t.at > latest.at:
			latest = t
		}
	}
	return nil
}

func (i Increment) validate() error {
	switch {
	case !isOneOf(i.Status, statusSuccess, statusFailed):
		return fmt.Errorf("unknown status %q", i.Status)
	case i.Started == 0:
		return errors.New("started is missing")
	}
	return nil
}

// opened reports whether it ends with an online database.
func (m Migration) opened() bool {
	return m.Ended != 0 && cmp.Or(m.Status, statusSuccess) == statusSuccess
}

// tasks returns its rows, the base first.
func (m Migration) tasks(model Model) []Task {
	increments := m.Increments
	if model.IncrementRows == IncrementRowsNone {
		increments = nil
	}
	tasks := []Task{m.newTask(m.ID, m.backupMode(model), 0, m.baseSteps(model, increments))}
	for i, inc := range increments {
		steps := []Step{{After: inc.Started, Status: statusRunning}}
		switch {
		case inc.Ended == 0:
		case inc.Status == statusFailed:
			steps = append(steps, Step{After: inc.Ended, Status: statusFailed})
		default:
			waits := model.WaitingRows == WaitingRowsNewest
			steps = append(steps, m.restoredSteps(model, inc.Ended, waits, increments[i+1:])...)
		}
		t := m.newTask(inc.ID, cmp.Or(inc.BackupMode, modeUPDF), inc.Started, steps)
		if model.IncrementRows == IncrementRowsBaseID {
			t.ID, t.Duplicate = m.ID, true
		}
		tasks = append(tasks, t)
	}
	return tasks
}

func (m Migration) backupMode(model Model) string {
	if m.Incremental && !model.FullBase {
		return modeUPDF
	}
	return "FULL"
}

// newTask returns a row that is created that long after the migration. The steps count from the migration's creation.
func (m Migration) newTask(id, mode string, created Duration, steps []Step) Task {
	for i := range steps {
		steps[i].After -= created
	}
	return Task{
		ID:           id,
		Database:     m.Database,
		BackupMode:   mode,
		IsDBReplaced: m.IsDBReplaced,
		Created:      m.Created + created,
		Steps:        steps,
		RowForm:      m.RowForm,
	}
}

// baseSteps returns the statuses of the first row, when the increments are listed.
func (m Migration) baseSteps(model Model, increments []Increment) []Step {
	steps := []Step{{After: m.Started, Status: statusRunning}}
	if m.Restored != 0 {
		waits := model.WaitingRows != WaitingRowsNone
		steps = append(steps, m.restoredSteps(model, m.Restored, waits, increments)...)
	}
	if m.Ended != 0 && (!m.Incremental || !m.opened()) {
		steps = append(steps, m.end())
	}
	return steps
}

// restoredSteps returns the statuses of a row that has been restored, when these increments are listed after it.
func (m Migration) restoredSteps(model Model, restored Duration, waits bool, next []Increment) []Step {
	if !waits {
		return []Step{{After: restored, Status: statusSuccess}}
	}
	steps := []Step{{After: restored, Status: statusWaiting}}
	switch {
	case model.WaitingRows == WaitingRowsNewest && len(next) > 0:
		steps = append(steps, Step{After: next[0].Started, Status: statusSuccess})
	case m.opened() && !model.OpenedStaysWaiting:
		steps = append(steps, m.end())
	}
	return steps
}

// end returns the last status.
func (m Migration) end() Step {
	return Step{After: m.Ended, Status: cmp.Or(m.Status, statusSuccess), Description: m.Description}
}

// addMigration adds the rows of m.
func (in *instanceState) addMigration(m Migration, model Model, start time.Time) error {
	if err := m.validate(); err != nil {
		return err
	}
	m.ID = cmp.Or(m.ID, in.nextID())
	for _, t := range m.tasks(model) {
		if err := in.add(t, start); err != nil {
			return err
		}
	}
	return nil
}
