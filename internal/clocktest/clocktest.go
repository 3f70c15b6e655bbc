// SPDX-License-Identifier: MPL-2.0

// Package clocktest provides a clock for tests in which waiting takes no time.
package clocktest

import (
	"time"

	"github.com/jonboulle/clockwork"
)

// Start is the time at which tests start, unless they depend on another one.
var Start = time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)

// Clock is a fake clock that advances itself: After moves it forward by the
// duration, so that its channel is ready at once. Timers of AfterFunc and the
// other methods of the fake clock fire when the clock passes their time.
type Clock struct{ *clockwork.FakeClock }

// New returns a clock that shows start.
func New(start time.Time) Clock { return Clock{clockwork.NewFakeClockAt(start)} }

// After advances the clock by d and returns a channel that holds the new time.
func (c Clock) After(d time.Duration) <-chan time.Time {
	fired := c.FakeClock.After(d)
	c.Advance(d)
	return fired
}
