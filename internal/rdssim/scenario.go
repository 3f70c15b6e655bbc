// SPDX-License-Identifier: MPL-2.0

package rdssim

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
)

// Scenario configures a simulator: the access keys, the instances with their tasks, the faults, and the model of the
// API. It is also the format of a scenario file.
type Scenario struct {
	AccessKeys []AccessKey `json:"access_keys"`
	Instances  []Instance  `json:"instances"`
	Faults     []Fault     `json:"faults,omitempty"`
	Model      Model       `json:"model,omitzero"`
}

// AccessKey is an access key that may call the simulator.
type AccessKey struct {
	ID     string `json:"id"`
	Secret string `json:"secret"`
	// SecurityToken is the STS token that every call with this key must have; empty for a permanent key.
	SecurityToken string `json:"security_token,omitempty"`
	// Inactive: the key is disabled.
	Inactive bool `json:"inactive,omitempty"`
	// Denied: the key's owner lacks the permission rds:DescribeMigrateTasks.
	Denied bool `json:"denied,omitempty"`
	// Expired: the SecurityToken has expired.
	Expired bool `json:"expired,omitempty"`
}

// Instance is a database instance with its migration tasks.
type Instance struct {
	// ID is unique in the scenario.
	ID              string `json:"id"`
	Region          string `json:"region"`
	ResourceGroupID string `json:"resource_group_id,omitempty"`
	// Unsupported: calls are refused with InvalidInstanceState, as for SQL Server 2017 Cluster Edition.
	Unsupported bool   `json:"unsupported,omitempty"`
	Tasks       []Task `json:"tasks,omitempty"`
	// Migrations have rows in addition to Tasks.
	Migrations []Migration `json:"migrations,omitempty"`
}

// Task is a migration task and the sequence of its statuses.
type Task struct {
	// ID may be that of other tasks: the MigrateTaskId of an increment is "the ID of the corresponding FULL task". But
	// ID, Database, BackupMode, and time of creation together are unique in the instance, unless Duplicate is set.
	ID string `json:"id"`
	// Duplicate allows a row that is the same as another.
	Duplicate bool `json:"duplicate,omitempty"`
	// Database may be empty if DBNameForm leaves it out. It may differ from another spelling of the name in case, in
	// width, or in trailing blanks: SQL Server's names are case-insensitive by default.
	Database string `json:"database"`
	// BackupMode is listed unchanged, FULL when empty. The documentation has FULL and UPDF, older text FULL, DIFF, and
	// LOG, and the parameter of CreateMigrateTask also accepts 0, 1, and 2.
	BackupMode string `json:"backup_mode,omitempty"`
	// Description is listed while the current step has none of its own.
	Description string `json:"description,omitempty"`
	// IsDBReplaced is listed unchanged; "False" when empty.
	IsDBReplaced string `json:"is_db_replaced,omitempty"`
	// Created is the time of creation, relative to the simulator's start. Before it, the task does not exist.
	Created Duration `json:"created,omitempty"`
	// CreatedAfterPolls, when above 0, creates the task right after that many polls of its instance, and Created is
	// relative to that instant. A poll is a response with a list, for page 1, whatever faults change in it. Polls are
	// counted from the simulator's start.
	CreatedAfterPolls int `json:"created_after_polls,omitempty"`
	// CreateTime and EndTime, when not nil, are listed as they are, in place of the computed times.
	CreateTime *string `json:"create_time,omitempty"`
	EndTime    *string `json:"end_time,omitempty"`
	// Steps take effect in their order. Before the first, a task is NoStart. Without steps, it is Success from its
	// creation on.
	Steps []Step `json:"steps,omitempty"`
	RowForm
}

// Step is a status that a task reaches, by time or by polls, but never before the step above it.
type Step struct {
	// After is the time since the task's creation.
	After Duration `json:"after,omitempty"`
	// AfterPolls is the number of polls of the instance since the task's creation: with 3, the fourth response has the
	// status of this step. It excludes After.
	AfterPolls int `json:"after_polls,omitempty"`
	// Status may be one that the API does not document.
	Status      string `json:"status"`
	Description string `json:"description,omitempty"`
}

// Load reads a scenario file. It fails for unknown fields and for data after the scenario. [New] validates the values.
func Load(r io.Reader) (Scenario, error) {
	d := json.NewDecoder(r)
	d.DisallowUnknownFields()
	var s Scenario
	if err := d.Decode(&s); err != nil {
		return Scenario{}, fmt.Errorf("reading the scenario: %w", err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return Scenario{}, errors.New("reading the scenario: unexpected data after its closing brace")
	}
	return s, nil
}
