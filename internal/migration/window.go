// SPDX-License-Identifier: MPL-2.0

package migration

import "time"

const (
	// Retention is how long the API returns a task after its creation.
	Retention = 7 * 24 * time.Hour

	// ClockSkew is the largest difference between the local clock and that of the
	// API that a signature survives. It is added to the end of a window that ends
	// now, so that the window includes a task that has just been created.
	ClockSkew = 15 * time.Minute
)

// Query selects the tasks of one instance.
type Query struct {
	InstanceID      string
	ResourceGroupID string // empty: not sent
	Window          Window
}

// Window is a period of creation times, both ends included.
type Window struct {
	Start, End time.Time
}

// NewWindow returns a window with its defaults applied. A zero end is replaced
// by now, a zero start by Retention before the end.
func NewWindow(start, end, now time.Time) Window {
	w := Window{Start: start, End: end}
	last := end
	if end.IsZero() {
		last = now
		w.End = now.Add(ClockSkew)
	}
	if start.IsZero() {
		w.Start = last.Add(-Retention)
	}
	return w
}

// Format returns the window in the format of the API. The start is rounded down
// to the minute and the end up, so that the result is never narrower.
func (w Window) Format() (start, end string) {
	return w.Start.UTC().Truncate(time.Minute).Format(MinuteLayout), ceilMinute(w.End.UTC()).Format(MinuteLayout)
}

// BeyondRetention reports whether the API no longer returns tasks created at t.
// It allows for the minute to which a time is rounded.
func BeyondRetention(t, now time.Time) bool {
	return t.Before(now.Add(-Retention - time.Minute))
}
