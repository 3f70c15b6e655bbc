// SPDX-License-Identifier: MPL-2.0

package rdssim

import (
	"cmp"
	"time"
)

// FutureEnd is how an EndTime after the API's time is treated: by default it is accepted. The documentation only asks
// for one that is later than StartTime.
type FutureEnd string

const (
	// FutureEndMinute refuses an EndTime after the end of the current minute: at 10:00:30, it accepts 10:01.
	FutureEndMinute FutureEnd = "minute"
	// FutureEndSecond refuses an EndTime after the current second: at 10:00:30, it accepts 10:00 and refuses 10:01.
	// An API that refuses minutes after the current one behaves equally, as an EndTime has no seconds.
	FutureEndSecond FutureEnd = "second"
)

// WindowCode is the error code for a refused window: by default the one of the documented codes that fits the reason
// best. The others are in the lists of error codes without a condition.
type WindowCode string

// The codes that a window may be refused with, whatever the reason.
const (
	WindowCodeStart       WindowCode = "InvalidStartTime.Malformed"
	WindowCodeEnd         WindowCode = "InvalidEndTime.Malformed"
	WindowCodeStartAndEnd WindowCode = "InvalidStartTimeAndEndTime.Malformed"
	WindowCodeSearchRange WindowCode = "InvalidSearchTimeRange"
	WindowCodeRange       WindowCode = "InvalidTimeRange"
)

var windowCodes = []WindowCode{
	WindowCodeStart, WindowCodeEnd, WindowCodeStartAndEnd, WindowCodeSearchRange, WindowCodeRange,
}

// checkWindow returns the error response if the window of q is refused at now.
func (m Model) checkWindow(q query, now time.Time) *errorResponse {
	latest := q.end
	switch m.FutureEnd {
	case FutureEndMinute:
		// The end of the current minute; now, if a minute has just started.
		latest = now.Add(time.Minute - 1).Truncate(time.Minute)
	case FutureEndSecond:
		latest = now
	default:
	}
	switch {
	case q.end.After(latest):
		return m.refuseWindow(WindowCodeEnd, "The end time is in the future.")
	case m.RefuseOldStart && q.start.Before(now.Add(-retention)):
		return m.refuseWindow(WindowCodeStart, "The start time is more than 7 days ago.")
	case m.RefuseLongWindow && q.end.Sub(q.start) > retention:
		return m.refuseWindow(WindowCodeStartAndEnd, "The time range is longer than 7 days.")
	}
	return nil
}

func (m Model) refuseWindow(code WindowCode, message string) *errorResponse {
	return badRequest(string(cmp.Or(m.WindowCode, code)), message)
}

// window selects tasks by their time of creation.
type window struct {
	start, end time.Time
	precision  time.Duration
}

func (m Model) newWindow(q query) window {
	w := window{start: q.start, end: q.end, precision: time.Second}
	if m.WindowByMinute {
		w.precision = time.Minute
	}
	return w
}

// contains reports whether t is in the window, both ends included. The zero window contains every time.
func (w window) contains(t time.Time) bool {
	t = t.Truncate(w.precision)
	return w == window{} || !t.Before(w.start) && !t.After(w.end)
}
