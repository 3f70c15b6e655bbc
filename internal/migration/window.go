// SPDX-License-Identifier: MPL-2.0

package migration

import "time"

const (
	// Retention is how long the API returns a task after its creation.
	Retention = 7 * 24 * time.Hour

	// ClockSkew is the largest difference between the local clock and that of the
	// API with which the API accepts a signature. It is added to the end of a window
	// that ends now, so that the window includes a task that has just been created.
	ClockSkew = 15 * time.Minute
)

// Query selects the tasks of one instance.
type Query struct {
	InstanceID      string
	ResourceGroupID string // empty: not sent
	Range           Range
}

// Window is a period of creation times, both ends included.
type Window struct {
	Start, End time.Time
}

// Range is a configured period of creation times. A zero Start or End is open.
type Range struct {
	Start, End time.Time
}

// OpenEnd returns the end that is sent if none is configured: the time of the API,
// rounded up to the minute. The time of the API is now, the local time, plus
// offset, which is ClockSkew until a response has shown a better one.
func OpenEnd(now time.Time, offset time.Duration) time.Time {
	return ceilMinute(now.UTC().Add(offset))
}

// EarliestStart returns the earliest start that is sent. The API rejects a start that
// is more than Retention before its own time, so the result is Retention before
// openEnd, rounded up, and a minute later.
func EarliestStart(openEnd time.Time) time.Time {
	return ceilMinute(openEnd.UTC()).Add(time.Minute - Retention)
}

// At returns the window to send, in minutes, when the open end is openEnd, rounded
// up. The start is rounded down, and is the earliest start if that is later. The
// end is rounded up, and is the open end if that is earlier. ok is false if the end
// is not after the start, so that nothing can be sent.
func (r Range) At(openEnd time.Time) (w Window, ok bool) {
	w = Window{
		Start: later(EarliestStart(openEnd), r.Start.UTC().Truncate(time.Minute)),
		End:   ceilMinute(openEnd.UTC()),
	}
	if end := ceilMinute(r.End.UTC()); !r.End.IsZero() && end.Before(w.End) {
		w.End = end
	}
	return w, w.End.After(w.Start)
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
