package migration

import (
	"fmt"
	"regexp"
	"strings"
	"time"
)

// MinuteLayout is the form of the times that the service takes, always UTC.
const MinuteLayout = "2006-01-02T15:04Z"

// TimeForms names, for people, the forms that ParseTime takes.
const TimeForms = `RFC 3339 such as "2026-11-20T10:00:00Z" or "2026-11-20T18:00:00+08:00", ` +
	`or the service's own form in minutes such as "2026-11-20T10:00Z"`

// timeForm is what time.Parse is too lenient for: it takes one-digit hours,
// a comma before the fractions and offsets of a day and more.
var timeForm = regexp.MustCompile(`^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]([01]\d|2[0-3]):[0-5]\d)$`)

// ParseTime reads a time that a person wrote: RFC 3339 with any offset, with
// or without fractions, or the same without the seconds. The error names the
// accepted forms.
func ParseTime(s string) (time.Time, error) {
	form := timeForm.FindStringSubmatch(s)
	if form == nil {
		return time.Time{}, fmt.Errorf("%q is not a time in an accepted form: %s", s, TimeForms)
	}
	layout := time.RFC3339
	if form[1] == "" {
		layout = "2006-01-02T15:04Z07:00"
	}
	t, err := time.Parse(layout, s)
	if err != nil {
		return time.Time{}, fmt.Errorf("%q is not a time that there is; accepted is %s", s, TimeForms)
	}
	if t = t.UTC(); t.Year() < 1970 || ceilMinute(t).Year() > 9999 {
		return time.Time{}, fmt.Errorf("%q is not within the years 1970 to 9999 in UTC", s)
	}
	return t, nil
}

func ceilMinute(t time.Time) time.Time {
	return t.Add(time.Minute - 1).Truncate(time.Minute)
}

// Stamp is a time as the service wrote it, readable or not.
type Stamp struct {
	raw string
	t   time.Time
}

// ParseStamp reads a time of the service, which writes "2017-05-30T12:11:04Z"
// and, in its own samples, "2017-05-30 T12:11:4Z".
func ParseStamp(raw string) Stamp {
	raw = strings.TrimSpace(raw)
	text := strings.ReplaceAll(raw, " ", "")
	for _, layout := range []string{"2006-1-2T15:4:5Z07:00", "2006-1-2T15:4Z07:00"} {
		if t, err := time.Parse(layout, text); err == nil && t.UTC().Year() >= 1970 && t.UTC().Year() <= 9999 {
			return Stamp{raw: raw, t: t.UTC()}
		}
	}
	return Stamp{raw: raw}
}

// Time returns the instant in UTC, or the zero time when it cannot be read.
func (s Stamp) Time() time.Time { return s.t }

// Readable reports whether the text was understood as a time.
func (s Stamp) Readable() bool { return !s.t.IsZero() }

// Empty reports whether the service wrote nothing.
func (s Stamp) Empty() bool { return s.raw == "" }

// String returns RFC 3339 in UTC with seconds, or the text as the service
// wrote it when it cannot be read.
func (s Stamp) String() string {
	if !s.Readable() {
		return s.raw
	}
	return s.t.Format(time.RFC3339)
}
