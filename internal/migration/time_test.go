// SPDX-License-Identifier: MPL-2.0

package migration

import (
	"regexp"
	"strings"
	"testing"
	"time"
)

func TestParseTime_Formats(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		in   string
		want string // RFC 3339 in UTC with fractions; empty for an error
	}{
		"RFC 3339 in UTC":                      {"2026-11-20T10:00:00Z", "2026-11-20T10:00:00Z"},
		"an offset to the east":                {"2026-11-20T10:00:00+08:00", "2026-11-20T02:00:00Z"},
		"an offset to the west":                {"2026-11-20T22:30:00-05:30", "2026-11-21T04:00:00Z"},
		"fractions":                            {"2026-11-20T10:00:00.25Z", "2026-11-20T10:00:00.25Z"},
		"the service's minutes":                {"2026-11-20T10:00Z", "2026-11-20T10:00:00Z"},
		"minutes with an offset":               {"2026-11-20T10:00+08:00", "2026-11-20T02:00:00Z"},
		"a leap day":                           {"2028-02-29T00:00Z", "2028-02-29T00:00:00Z"},
		"the first minute":                     {"1970-01-01T00:00Z", "1970-01-01T00:00:00Z"},
		"the last minute":                      {"9999-12-31T23:59:00Z", "9999-12-31T23:59:00Z"},
		"a date alone":                         {"2026-11-20", ""},
		"a word":                               {"yesterday", ""},
		"nothing":                              {"", ""},
		"a thirteenth month":                   {"2026-13-01T00:00Z", ""},
		"no leap day":                          {"2026-02-29T00:00Z", ""},
		"minutes without an offset":            {"2026-11-20T10:00", ""},
		"seconds without an offset":            {"2026-11-20T10:00:00", ""},
		"a one-digit hour":                     {"2026-11-20T9:00:00Z", ""},
		"a comma before the fractions":         {"2026-11-20T10:00:00,5Z", ""},
		"an offset of a day":                   {"2026-11-20T10:00:00+24:00", ""},
		"a space instead of the T":             {"2026-11-20 10:00:00Z", ""},
		"something behind":                     {"2026-11-20T10:00Z ", ""},
		"a year before 1970 in UTC":            {"1970-01-01T00:00:00+00:01", ""},
		"a year that rounds up to five digits": {"9999-12-31T23:59:01Z", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := ParseTime(test.in)
			if test.want == "" {
				if err == nil {
					t.Fatalf("ParseTime(%q) = %s, want an error", test.in, got)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if s := got.Format(time.RFC3339Nano); s != test.want {
				t.Errorf("ParseTime(%q) = %s, want %s", test.in, s, test.want)
			}
		})
	}
}

func TestParseTime_ErrorNamesValue(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"yesterday":         `"yesterday" does not have an accepted format`,
		"2026-13-01T00:00Z": `"2026-13-01T00:00Z" has an accepted format, but this date or time does not exist`,
		"1969-01-01T00:00Z": `"1969-01-01T00:00Z" is not within the years 1970 to 9999 in UTC`,
	} {
		if _, err := ParseTime(in); err == nil || err.Error() != want {
			t.Errorf("ParseTime(%q) returns the error %v, want %s", in, err, want)
		}
	}
}

func TestParseTime_AcceptedFormats(t *testing.T) {
	t.Parallel()
	examples := regexp.MustCompile(`"([^"]+)"`).FindAllStringSubmatch(AcceptedTimeFormats, -1)
	if len(examples) != 3 {
		t.Errorf("AcceptedTimeFormats has %d examples, want 3", len(examples))
	}
	for _, example := range examples {
		if _, err := ParseTime(example[1]); err != nil {
			t.Error(err)
		}
	}
}

func FuzzParseTime(f *testing.F) {
	for _, seed := range []string{
		"2026-11-20T10:00:00Z", "2026-11-20T10:00Z", "2026-11-20T10:00:00.999999999+08:00", "2026-11-20T10:00-00:01",
		"9999-12-31T23:59:00Z", "1970-01-01T00:00:00Z", "2026-11-20", "2026-11-20T9:00:00Z", "\x00",
		"２０２６-11-20T10:00Z",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got, err := ParseTime(s)
		if err != nil {
			return
		}
		if len(s) < len(MinuteLayout) || s[10] != 'T' {
			t.Fatalf("%q was accepted as a time", s)
		}
		start, end := Window{Start: got, End: got}.Format()
		down, err := time.Parse(MinuteLayout, start)
		if err != nil {
			t.Fatalf("%q makes a start that is not in the format of the API: %v", s, err)
		}
		up, err := time.Parse(MinuteLayout, end)
		if err != nil {
			t.Fatalf("%q makes an end that is not in the format of the API: %v", s, err)
		}
		if down.After(got) || got.Sub(down) >= time.Minute || up.Before(got) || up.Sub(got) >= time.Minute {
			t.Fatalf("%q rounds down to %s and up to %s", s, start, end)
		}
	})
}

func TestParseTimestamp_Formats(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		in       string
		readable bool
		want     string
	}{
		"as documented":                {"2017-05-30T12:11:04Z", true, "2017-05-30T12:11:04Z"},
		"as in the sample responses":   {"2017-05-30 T12:11:4Z", true, "2017-05-30T12:11:04Z"},
		"in minutes":                   {"2017-05-30T12:11Z", true, "2017-05-30T12:11:00Z"},
		"with an offset":               {"2017-05-30T12:11:04+08:00", true, "2017-05-30T04:11:04Z"},
		"with an offset, no colon":     {"2017-05-30T12:11:04+0800", true, "2017-05-30T04:11:04Z"},
		"with an offset to the west":   {"2017-05-30 T22:11:4-0530", true, "2017-05-31T03:41:04Z"},
		"in minutes, no colon":         {"2017-05-30T12:11+0800", true, "2017-05-30T04:11:00Z"},
		"with an offset of hours":      {"2017-05-30T12:11:04+08", false, "2017-05-30T12:11:04+08"},
		"with fractions":               {"2017-05-30T12:11:04.5Z", true, "2017-05-30T12:11:04Z"},
		"the first second":             {"1970-01-01T00:00:00Z", true, "1970-01-01T00:00:00Z"},
		"before the first second":      {"1969-12-31T23:59:59Z", false, "1969-12-31T23:59:59Z"},
		"the last second":              {"9999-12-31T23:59:59Z", true, "9999-12-31T23:59:59Z"},
		"after the last second":        {"9999-12-31T23:59:59-00:01", false, "9999-12-31T23:59:59-00:01"},
		"without an offset":            {"2017-05-30T12:11:04", false, "2017-05-30T12:11:04"},
		"a word":                       {"soon", false, "soon"},
		"nothing":                      {"", false, ""},
		"blanks":                       {"  ", false, ""},
		"the year one, Go's zero time": {"0001-01-01T00:00:00Z", false, "0001-01-01T00:00:00Z"},
		"a month that does not exist":  {"2017-15-30T12:11:04Z", false, "2017-15-30T12:11:04Z"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := ParseTimestamp(test.in)
			if s.Readable() != test.readable || s.String() != test.want {
				t.Errorf("ParseTimestamp(%q) = %q, readable %t; want %q, %t",
					test.in, s, s.Readable(), test.want, test.readable)
			}
			if s.Empty() != (test.want == "") {
				t.Errorf("ParseTimestamp(%q) is empty: %t", test.in, s.Empty())
			}
		})
	}
}

func FuzzParseTimestamp(f *testing.F) {
	for _, seed := range []string{
		"2017-05-30T12:11:04Z", "2017-05-30 T12:11:4Z", "", "soon", "0000-01-01T00:00:00Z",
		"9999-12-31T23:59:59-12:00", "2017-05-30T20:11:04+0800",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, raw string) {
		s := ParseTimestamp(raw)
		if !s.Readable() {
			if s.String() != strings.TrimSpace(raw) {
				t.Fatalf("%q is unreadable and comes through as %q", raw, s)
			}
			return
		}
		again := ParseTimestamp(s.String())
		if !again.Time().Equal(s.Time().Truncate(time.Second)) {
			t.Fatalf("%q reads as %s, and that as %s", raw, s, again)
		}
	})
}
