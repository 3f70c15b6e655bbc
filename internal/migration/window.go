package migration

import "time"

const (
	// Retention is how far back the service remembers tasks.
	Retention = 7 * 24 * time.Hour

	// ClockSkew is by how much this machine's clock may differ from the
	// service's before the service refuses a signature. A window that ends
	// now is asked for with this much more, so that a task that the service
	// has just created is never outside it.
	ClockSkew = 15 * time.Minute
)

// Query is what the service is asked for.
type Query struct {
	InstanceID      string
	ResourceGroupID string // empty: not sent
	Window          Window
}

// Window is the period in which tasks were created, both ends included.
type Window struct {
	Start, End time.Time
}

// NewWindow completes a window as of now. A zero end is now; a zero start is
// Retention before the end.
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

// Text returns the window in the form that the service takes. The start is
// rounded down to the minute and the end up, so that it is never narrower.
func (w Window) Text() (start, end string) {
	return w.Start.UTC().Truncate(time.Minute).Format(MinuteLayout), ceilMinute(w.End.UTC()).Format(MinuteLayout)
}

// Forgotten reports whether the service no longer remembers what happened at
// t. It allows for the minute to which a time is rounded.
func Forgotten(t, now time.Time) bool {
	return t.Before(now.Add(-Retention - time.Minute))
}
