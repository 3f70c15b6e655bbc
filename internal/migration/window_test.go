// SPDX-License-Identifier: MPL-2.0

package migration

import (
	"testing"
	"time"
)

var noon = time.Date(2026, 11, 20, 12, 0, 30, 0, time.UTC)

func TestNewWindow_Defaults(t *testing.T) {
	t.Parallel()
	at := func(s string) time.Time {
		v, err := ParseTime(s)
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	for name, test := range map[string]struct {
		start, end         time.Time
		wantStart, wantEnd string
	}{
		"nothing written: the last week, and what the service's clock is ahead": {
			wantStart: "2026-11-13T12:00Z", wantEnd: "2026-11-20T12:16Z",
		},
		"a start": {
			start:     at("2026-11-19T00:00:59Z"),
			wantStart: "2026-11-19T00:00Z", wantEnd: "2026-11-20T12:16Z",
		},
		"an end: the week before it": {
			end:       at("2026-11-19T08:00:01+08:00"),
			wantStart: "2026-11-12T00:00Z", wantEnd: "2026-11-19T00:01Z",
		},
		"both, on the minute": {
			start: at("2026-11-19T00:00Z"), end: at("2026-11-19T00:01Z"),
			wantStart: "2026-11-19T00:00Z", wantEnd: "2026-11-19T00:01Z",
		},
		"both within one minute": {
			start: at("2026-11-19T00:00:10.5Z"), end: at("2026-11-19T00:00:10.6Z"),
			wantStart: "2026-11-19T00:00Z", wantEnd: "2026-11-19T00:01Z",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			start, end := NewWindow(test.start, test.end, noon).Format()
			if start != test.wantStart || end != test.wantEnd {
				t.Errorf("window is %s to %s, want %s to %s", start, end, test.wantStart, test.wantEnd)
			}
		})
	}
}

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
				t.Errorf("Forgotten = %t, want %t", got, test.want)
			}
		})
	}
}
