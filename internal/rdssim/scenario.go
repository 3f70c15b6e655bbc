package rdssim

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
)

// Scenario is what a simulator plays: who may call it, which instances it has, what becomes of their tasks, and how it
// misbehaves. It is also the format of a scenario file.
type Scenario struct {
	AccessKeys []AccessKey `json:"access_keys"`
	Instances  []Instance  `json:"instances"`
	Faults     []Fault     `json:"faults,omitempty"`
}

// AccessKey is a key that the simulator knows.
type AccessKey struct {
	ID     string `json:"id"`
	Secret string `json:"secret"`
	// SecurityToken is the STS token that every call with this key must carry; empty for a permanent key.
	SecurityToken string `json:"security_token,omitempty"`
	// Inactive: the key is disabled.
	Inactive bool `json:"inactive,omitempty"`
	// Denied: the key's owner lacks rds:DescribeMigrateTasks.
	Denied bool `json:"denied,omitempty"`
	// Expired: the time of the SecurityToken is over.
	Expired bool `json:"expired,omitempty"`
}

// Instance is a database instance with its migration tasks.
type Instance struct {
	// ID is unique in the scenario.
	ID              string `json:"id"`
	Region          string `json:"region"`
	ResourceGroupID string `json:"resource_group_id,omitempty"`
	// Unsupported: the service answers InvalidInstanceState, as for SQL Server 2017 Cluster Edition.
	Unsupported bool   `json:"unsupported,omitempty"`
	Tasks       []Task `json:"tasks,omitempty"`
}

// Task is a migration task and the script of what becomes of it.
type Task struct {
	// ID is unique in the instance.
	ID       string `json:"id"`
	Database string `json:"database"`
	// BackupMode is FULL when empty.
	BackupMode string `json:"backup_mode,omitempty"`
	// Description is sent while the current step has none of its own.
	Description string `json:"description,omitempty"`
	// IsDBReplaced is sent as it is; "False" when empty.
	IsDBReplaced string `json:"is_db_replaced,omitempty"`
	// Created is the instant of creation, counted from the simulator's start. Before it the task does not exist.
	Created Duration `json:"created,omitempty"`
	// CreatedAfterPolls, when above 0, creates the task right after that many polls of its instance, and Created counts
	// from that instant. A poll is a call for page 1 that passes every check and is not ended by a fault without a list
	// response. Polls are counted from the simulator's start.
	CreatedAfterPolls int `json:"created_after_polls,omitempty"`
	// CreateTime and EndTime, when not nil, are sent as they are in place of the computed times.
	CreateTime *string `json:"create_time,omitempty"`
	EndTime    *string `json:"end_time,omitempty"`
	// Steps take effect in their order. A task is NoStart before its first step; one without steps is Success from its
	// creation on.
	Steps []Step `json:"steps,omitempty"`
}

// Step is a status of a task. It takes effect at the instant that After or AfterPolls gives, but not before the step
// above it. A step with neither takes effect with the one above it.
type Step struct {
	// After counts from the task's creation.
	After Duration `json:"after,omitempty"`
	// AfterPolls is the number of polls of the instance, counted from the task's creation, that still list the status
	// before this step: with 3, the fourth response has the new one. It excludes After.
	AfterPolls int `json:"after_polls,omitempty"`
	// Status may be one that the service does not document.
	Status      string `json:"status"`
	Description string `json:"description,omitempty"`
}

// Load reads a scenario file. It refuses fields that it does not know and anything after the scenario, and leaves the
// sense of the values to [New].
func Load(r io.Reader) (Scenario, error) {
	d := json.NewDecoder(r)
	d.DisallowUnknownFields()
	var s Scenario
	if err := d.Decode(&s); err != nil {
		return Scenario{}, fmt.Errorf("reading the scenario: %w", err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return Scenario{}, errors.New("reading the scenario: something follows its closing brace")
	}
	return s, nil
}
