// SPDX-License-Identifier: MPL-2.0

package rdssim

import (
	"cmp"
	"fmt"
	"time"
)

// Descriptions of the asynchronous consistency check, CheckDBMode=AsyncExecuteDBCheck, which runs after the database
// has been opened. A failed check does not change the status Success.
const (
	DescriptionCheckSucceeded = "Success to DBCC checkdb asynchronously"
	DescriptionCheckFailed    = "asynchronously DBCC checkdb failed: CHECKDB found 0 allocation errors and " +
		"2 consistency errors"
)

// RowForm is the form of a task's row. The zero value is the documented form.
type RowForm struct {
	// DBNameForm is the form of DBName.
	DBNameForm DBNameForm `json:"db_name_form,omitempty"`
	// TimeForm is the form of CreateTime, and of EndTime if it is a readable form.
	TimeForm TimeForm `json:"time_form,omitempty"`
}

// DBNameForm is the field DBName of a row: by default the name of the database. It is a plain string in the SDK, and
// the documentation does not state that it is always present.
type DBNameForm string

const (
	// DBNameAbsent leaves the field out.
	DBNameAbsent DBNameForm = "absent"
	// DBNameNull is null.
	DBNameNull DBNameForm = "null"
	// DBNameEmpty is an empty string.
	DBNameEmpty DBNameForm = "empty"
)

// TimeForm is the form of a time: by default "yyyy-MM-ddTHH:mm:ssZ", as documented.
type TimeForm string

const (
	// TimeFormSample has the form of the sample responses, "2017-05-30 T12:11:4Z".
	TimeFormSample TimeForm = "sample"
	// TimeFormColonOffset is in the vendor's time zone, with the offset +08:00.
	TimeFormColonOffset TimeForm = "+08:00"
	// TimeFormOffset is in the vendor's time zone, with the offset +0800.
	TimeFormOffset TimeForm = "+0800"
	// TimeFormUnreadable is not a time.
	TimeFormUnreadable TimeForm = "unreadable"
	// TimeFormAbsent leaves the field out.
	TimeFormAbsent TimeForm = "absent"
)

// unreadableTime is the text of TimeFormUnreadable.
const unreadableTime = "unknown"

// vendorOffset is the offset of the vendor's time zone from UTC.
const vendorOffset = 8 * time.Hour

func (f RowForm) validate() error {
	switch {
	case !isOneOf(f.DBNameForm, DBNameAbsent, DBNameNull, DBNameEmpty):
		return fmt.Errorf("unknown db_name_form %q", f.DBNameForm)
	case !isOneOf(f.TimeForm,
		TimeFormSample, TimeFormColonOffset, TimeFormOffset, TimeFormUnreadable, TimeFormAbsent):
		return fmt.Errorf("unknown time_form %q", f.TimeForm)
	}
	return nil
}

// createTime returns the text of CreateTime, empty if it is absent.
func (f TimeForm) createTime(t time.Time) string {
	switch f {
	case TimeFormUnreadable:
		return unreadableTime
	case TimeFormAbsent:
		return ""
	default:
		return f.format(t)
	}
}

// format returns t in the form, or in the documented form if it is not readable.
func (f TimeForm) format(t time.Time) string {
	zone := time.FixedZone("", int(vendorOffset.Seconds()))
	switch f {
	case TimeFormSample:
		return t.UTC().Format("2006-01-02 T15:04:5Z")
	case TimeFormColonOffset:
		return t.In(zone).Format("2006-01-02T15:04:05-07:00")
	case TimeFormOffset:
		return t.In(zone).Format("2006-01-02T15:04:05-0700")
	default:
		return t.UTC().Format(timeFormat)
	}
}

// ListedTask is a task in a response. A field is empty if the response leaves it out or has null.
type ListedTask struct {
	ID           string `json:"MigrateTaskId"`
	Database     string `json:"DBName"`
	Status       string `json:"Status"`
	BackupMode   string `json:"BackupMode"`
	CreateTime   string `json:"CreateTime"`
	EndTime      string `json:"EndTime"`
	IsDBReplaced string `json:"IsDBReplaced"`
	Description  string `json:"Description"`
}

// toListedTask returns the task as the API lists it at now.
func (t *taskState) toListedTask(now time.Time) ListedTask {
	status, description, ended := t.status(now)
	listed := ListedTask{
		ID:           t.ID,
		Database:     t.Database,
		Status:       status,
		BackupMode:   cmp.Or(t.BackupMode, "FULL"),
		CreateTime:   t.TimeForm.createTime(t.created),
		IsDBReplaced: cmp.Or(t.IsDBReplaced, "False"),
		Description:  cmp.Or(description, t.Description),
	}
	if t.DBNameForm != "" {
		listed.Database = ""
	}
	if !ended.IsZero() {
		listed.EndTime = t.TimeForm.format(ended)
	}
	if t.CreateTime != nil {
		listed.CreateTime = *t.CreateTime
	}
	if t.EndTime != nil {
		listed.EndTime = *t.EndTime
	}
	return listed
}

// row is a ListedTask as it is encoded: the fields that may be null or absent have no value of their own.
type row struct {
	ID           string  `json:"MigrateTaskId"`
	Database     any     `json:"DBName,omitempty"`
	Status       string  `json:"Status"`
	BackupMode   string  `json:"BackupMode"`
	CreateTime   *string `json:"CreateTime,omitempty"`
	EndTime      string  `json:"EndTime"`
	IsDBReplaced string  `json:"IsDBReplaced"`
	Description  string  `json:"Description"`
}

func (t *taskState) toRow(now time.Time) row {
	listed := t.toListedTask(now)
	r := row{
		ID:           listed.ID,
		Database:     listed.Database,
		Status:       listed.Status,
		BackupMode:   listed.BackupMode,
		CreateTime:   &listed.CreateTime,
		EndTime:      listed.EndTime,
		IsDBReplaced: listed.IsDBReplaced,
		Description:  listed.Description,
	}
	switch t.DBNameForm {
	case DBNameAbsent:
		r.Database = nil
	case DBNameNull:
		r.Database = jsonNull
	default:
	}
	if t.TimeForm == TimeFormAbsent && t.CreateTime == nil {
		r.CreateTime = nil
	}
	return r
}
