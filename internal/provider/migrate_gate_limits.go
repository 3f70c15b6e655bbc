// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"errors"
	"slices"
	"time"

	"github.com/rds-migrate/terraform-provider-alicloud/internal/rds"
)

// failureLimits are the failures of polls that end a wait. A failure that no entry
// matches is waited out.
var failureLimits = []failureLimit{
	{kinds: []rds.Kind{rds.Credentials}, polls: 1},
	{
		kinds: []rds.Kind{rds.NotFound, rds.Rejected, rds.InvalidTimestamp, rds.Unreachable},
		when:  beforeList, polls: 1,
	},
	// The clock of a machine that was suspended is wrong until it is synchronized.
	{
		kinds: []rds.Kind{rds.NotFound, rds.Rejected, rds.InvalidTimestamp},
		when:  afterList, polls: 3, duration: time.Minute,
	},
	// A RAM policy of the same apply takes effect late.
	{kinds: []rds.Kind{rds.Denied}, polls: 3, duration: time.Minute},
	{
		kinds: []rds.Kind{rds.UnexpectedResponse, rds.InvalidWindow},
		when:  beforeList, polls: 5, duration: 2 * time.Minute,
	},
	// The instance is created, or of an edition whose tasks can never be read.
	{kinds: []rds.Kind{rds.InvalidInstanceState}, when: beforeList, duration: 15 * time.Minute},
}

// failureLimit ends a wait after this number of polls in a row has failed in this way,
// and this time has passed since the start of the first of them.
type failureLimit struct {
	kinds    []rds.Kind
	when     waitPhase
	polls    int
	duration time.Duration
}

// waitPhase is the part of a wait in which a limit applies.
type waitPhase int

const (
	always     waitPhase = iota
	beforeList           // no poll has returned a list
	afterList            // a poll has returned a list
)

// limitOf returns the limit of a failure; nil if there is none.
func limitOf(kind rds.Kind, phase waitPhase) *failureLimit {
	for i, l := range failureLimits {
		if slices.Contains(l.kinds, kind) && (l.when == always || l.when == phase) {
			return &failureLimits[i]
		}
	}
	return nil
}

// failureRun is a series of polls that have failed in the same way. The zero value
// is that after a poll that has not failed.
type failureRun struct {
	limit *failureLimit // nil if the failure is waited out
	polls int
	began time.Time // the start of the first of the polls
}

// extend adds a poll that started at a time and failed with this limit.
func (r *failureRun) extend(limit *failureLimit, began time.Time) {
	if r.polls == 0 || r.limit != limit {
		*r = failureRun{limit: limit, began: began}
	}
	r.polls++
}

// isOver reports whether the limit is reached at now.
func (r *failureRun) isOver(now time.Time) bool {
	return r.limit != nil && r.polls >= r.limit.polls && now.Sub(r.began) >= r.limit.duration
}

// failureKind returns the kind of an error of a poll.
func failureKind(err error) rds.Kind {
	if e, ok := errors.AsType[*rds.Error](err); ok {
		return e.Kind
	}
	return rds.Rejected // only a canceled poll returns another error
}
