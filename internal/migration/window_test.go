// SPDX-License-Identifier: MPL-2.0

package migration

import (
	"testing"
	"time"

	"pgregory.net/rapid"
)

var noon = time.Date(2026, 11, 20, 12, 0, 30, 0, time.UTC)

func TestBeyondRetention_Boundary(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		ago  time.Duration
		want bool
	}{
		"now":                            {0, false},
		"seven days ago":                 {Retention, false},
		"seven days and a few seconds":   {Retention + 30*time.Second, false},
		"seven days and two minutes ago": {Retention + 2*time.Minute, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := BeyondRetention(noon.Add(-test.ago), noon); got != test.want {
				t.Errorf("BeyondRetention = %t, want %t", got, test.want)
			}
		})
	}
}

func TestOpenEnd_RoundsUp(t *testing.T) {
	t.Parallel()
	shanghai := time.FixedZone("", 8*60*60)
	for name, test := range map[string]struct {
		now    time.Time
		offset time.Duration
		want   string
	}{
		"at first":                              {noon, ClockSkew, "2026-11-20T12:16:00Z"},
		"on the minute":                         {noon.Truncate(time.Minute), ClockSkew, "2026-11-20T12:15:00Z"},
		"a nanosecond later":                    {noon.Truncate(time.Minute).Add(1), ClockSkew, "2026-11-20T12:16:00Z"},
		"a clock that is behind by 14 minutes":  {noon, 14 * time.Minute, "2026-11-20T12:15:00Z"},
		"a clock that is ahead by 2 seconds":    {noon, -2 * time.Second, "2026-11-20T12:01:00Z"},
		"a clock that is ahead by half an hour": {noon, -30 * time.Minute, "2026-11-20T11:31:00Z"},
		"a local time":                          {noon.In(shanghai), ClockSkew, "2026-11-20T12:16:00Z"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := OpenEnd(test.now, test.offset).Format(time.RFC3339); got != test.want {
				t.Errorf("OpenEnd = %s, want %s", got, test.want)
			}
		})
	}
}

func TestRange_At(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		start, end         string // empty: open
		wantStart, wantEnd string
		empty              bool
	}{
		"open": {wantStart: "2026-11-13T12:17Z", wantEnd: "2026-11-20T12:16Z"},
		"a start is rounded down": {
			start: "2026-11-19T00:00:59+08:00", wantStart: "2026-11-18T16:00Z", wantEnd: "2026-11-20T12:16Z",
		},
		"an end is rounded up": {
			end: "2026-11-19T08:00:01+08:00", wantStart: "2026-11-13T12:17Z", wantEnd: "2026-11-19T00:01Z",
		},
		"both within one minute": {
			start: "2026-11-19T00:00:10.5Z", end: "2026-11-19T00:00:10.6Z",
			wantStart: "2026-11-19T00:00Z", wantEnd: "2026-11-19T00:01Z",
		},
		"a start before the earliest one": {
			start: "2026-11-01T00:00Z", wantStart: "2026-11-13T12:17Z", wantEnd: "2026-11-20T12:16Z",
		},
		"a start in the minute before the earliest one": {
			start: "2026-11-13T12:16:59Z", wantStart: "2026-11-13T12:17Z", wantEnd: "2026-11-20T12:16Z",
		},
		"a start in the minute of the earliest one": {
			start: "2026-11-13T12:17:59Z", wantStart: "2026-11-13T12:17Z", wantEnd: "2026-11-20T12:16Z",
		},
		"a start after it": {
			start: "2026-11-13T12:18:01Z", wantStart: "2026-11-13T12:18Z", wantEnd: "2026-11-20T12:16Z",
		},
		"an end in the minute before the open end": {
			end: "2026-11-20T12:14:01Z", wantStart: "2026-11-13T12:17Z", wantEnd: "2026-11-20T12:15Z",
		},
		"an end at the open end": {
			end: "2026-11-20T12:16Z", wantStart: "2026-11-13T12:17Z", wantEnd: "2026-11-20T12:16Z",
		},
		"an end in the future": {
			end: "2026-12-01T00:00Z", wantStart: "2026-11-13T12:17Z", wantEnd: "2026-11-20T12:16Z",
		},
		"an end at the earliest start": {
			end: "2026-11-13T12:17Z", wantStart: "2026-11-13T12:17Z", wantEnd: "2026-11-13T12:17Z", empty: true,
		},
		"an end a minute after the earliest start": {
			end: "2026-11-13T12:17:01Z", wantStart: "2026-11-13T12:17Z", wantEnd: "2026-11-13T12:18Z",
		},
		"an end before the earliest start": {
			start: "2026-11-01T00:00Z", end: "2026-11-02T00:00Z",
			wantStart: "2026-11-13T12:17Z", wantEnd: "2026-11-02T00:00Z", empty: true,
		},
		"a start at the open end": {
			start: "2026-11-20T12:16:30Z", wantStart: "2026-11-20T12:16Z", wantEnd: "2026-11-20T12:16Z", empty: true,
		},
		"a start in the future": {
			start: "2026-12-01T00:00Z", wantStart: "2026-12-01T00:00Z", wantEnd: "2026-11-20T12:16Z", empty: true,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := Range{Start: parseOrOpen(t, test.start), End: parseOrOpen(t, test.end)}
			// The open end need not be on the minute.
			w, ok := r.At(noon.Add(ClockSkew))
			if w.Start.Format(MinuteLayout) != test.wantStart || w.End.Format(MinuteLayout) != test.wantEnd {
				t.Errorf("At = %s to %s, want %s to %s", w.Start, w.End, test.wantStart, test.wantEnd)
			}
			if ok == test.empty {
				t.Errorf("ok = %t, want %t", ok, !test.empty)
			}
			if again, _ := r.At(OpenEnd(noon, ClockSkew)); again != w {
				t.Errorf("At a rounded open end is %v, want %v", again, w)
			}
		})
	}
}

// parseOrOpen parses a time, or returns the zero time for an empty string.
func parseOrOpen(t *testing.T, s string) time.Time {
	t.Helper()
	if s == "" {
		return time.Time{}
	}
	parsed, err := ParseTime(s)
	if err != nil {
		t.Fatal(err)
	}
	return parsed
}

// TestRange_AtIsNeverNarrower draws ranges and checks what the API accepts and what
// the range asks for.
func TestRange_AtIsNeverNarrower(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		r := drawRange().Draw(t, "range")
		offset := time.Duration(rapid.Int64Range(-3600, 3600).Draw(t, "offset")) * time.Second
		openEnd := OpenEnd(noon, offset)
		w, ok := r.At(openEnd)

		if !w.Start.Truncate(time.Minute).Equal(w.Start) || !w.End.Truncate(time.Minute).Equal(w.End) {
			t.Fatalf("%v is not in minutes", w)
		}
		if ok != w.End.After(w.Start) {
			t.Fatalf("ok = %t for %v", ok, w)
		}
		if w.End.After(openEnd) || openEnd.Sub(w.Start) >= Retention {
			t.Fatalf("%v is more than the API accepts at %s", w, openEnd)
		}
		earliest, latest := openEnd.Add(time.Minute-Retention), openEnd
		if r.Start.After(earliest) {
			earliest = r.Start
		}
		if !r.End.IsZero() && r.End.Before(latest) {
			latest = r.End
		}
		if before := earliest.Sub(w.Start); before < 0 || before >= time.Minute {
			t.Fatalf("%v starts %s before %s", w, before, earliest)
		}
		if after := w.End.Sub(latest); after < 0 || after >= time.Minute {
			t.Fatalf("%v ends %s after %s", w, after, latest)
		}
	})
}

func drawRange() *rapid.Generator[Range] {
	instant := rapid.Map(rapid.Int64Range(-8*24*3600, 24*3600), func(n int64) time.Time {
		return noon.Add(time.Duration(n) * time.Second)
	})
	return rapid.Custom(func(t *rapid.T) Range {
		var r Range
		if rapid.Bool().Draw(t, "has start") {
			r.Start = instant.Draw(t, "start")
		}
		if rapid.Bool().Draw(t, "has end") {
			r.End = instant.Draw(t, "end")
		}
		return r
	})
}
