// SPDX-License-Identifier: MPL-2.0

package migration

import (
	"fmt"
	"regexp"
	"strings"
	"time"
)

// MinuteLayout is the layout of the times in a request, always in UTC.
const MinuteLayout = "2006-01-02T15:04Z"

// AcceptedTimeFormats describes the formats that ParseTime accepts.
const AcceptedTimeFormats = `RFC 3339, such as "2026-11-20T10:00:00Z" or "2026-11-20T18:00:00+08:00", ` +
	`or RFC 3339 without seconds, such as "2026-11-20T10:00Z"`

// timePattern excludes what time.Parse accepts in addition: one-digit hours, a
// comma before the fraction, and offsets of a day or more.
var timePattern = regexp.MustCompile(`^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]([01]\d|2[0-3]):[0-5]\d)$`)

// ParseTime parses a time from a configuration: RFC 3339 with any offset, with or
// without a fraction, or the same without seconds. The error quotes s and states what
// is wrong with it.
func ParseTime(s string) (time.Time, error) {
	match := timePattern.FindStringSubmatch(s)
	if match == nil {
		return time.Time{}, fmt.Errorf("%q does not have an accepted format", s)
	}
	layout := time.RFC3339
	if match[1] == "" {
		layout = "2006-01-02T15:04Z07:00"
	}
	t, err := time.Parse(layout, s)
	if err != nil {
		return time.Time{}, fmt.Errorf("%q has an accepted format, but this date or time does not exist", s)
	}
	if t = t.UTC(); t.Year() < 1970 || ceilMinute(t).Year() > 9999 {
		return time.Time{}, fmt.Errorf("%q is not within the years 1970 to 9999 in UTC", s)
	}
	return t, nil
}

func ceilMinute(t time.Time) time.Time {
	return t.Add(time.Minute - 1).Truncate(time.Minute)
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

// Timestamp is a time as the API returned it, readable or not.
type Timestamp struct {
	raw string
	t   time.Time
}

// ParseTimestamp parses a time from a response. The API documents the format
// "2017-05-30T12:11:04Z"; its sample responses have "2017-05-30 T12:11:4Z". The
// offset may have no colon, as in "2017-05-30T20:11:04+0800".
func ParseTimestamp(raw string) Timestamp {
	raw = strings.TrimSpace(raw)
	compact := strings.ReplaceAll(raw, " ", "")
	for _, layout := range []string{
		"2006-1-2T15:4:5Z07:00", "2006-1-2T15:4Z07:00", "2006-1-2T15:4:5Z0700", "2006-1-2T15:4Z0700",
	} {
		if t, err := time.Parse(layout, compact); err == nil && t.UTC().Year() >= 1970 && t.UTC().Year() <= 9999 {
			return Timestamp{raw: raw, t: t.UTC()}
		}
	}
	return Timestamp{raw: raw}
}

// Time returns the instant in UTC, or the zero time if it is unreadable.
func (t Timestamp) Time() time.Time { return t.t }

// Readable reports whether the value could be parsed.
func (t Timestamp) Readable() bool { return !t.t.IsZero() }

// Empty reports whether the API returned no value.
func (t Timestamp) Empty() bool { return t.raw == "" }

// String returns RFC 3339 in UTC with seconds, or the value as returned by the
// API if it is unreadable.
func (t Timestamp) String() string {
	if !t.Readable() {
		return t.raw
	}
	return t.t.Format(time.RFC3339)
}
