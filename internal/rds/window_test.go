// SPDX-License-Identifier: MPL-2.0

package rds

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jonboulle/clockwork"

	"github.com/rds-migrate/terraform-provider-alicloud/internal/clocktest"
	"github.com/rds-migrate/terraform-provider-alicloud/internal/migration"
)

// windowAPI is an API with a clock of its own that accepts some windows and lists no task.
type windowAPI struct {
	clock    clocktest.Clock
	skew     time.Duration // of the API's clock from the local one
	accepts  func(now, end time.Time) bool
	slowDown time.Duration // of a refusal, from its Date to its last byte
	slowList time.Duration // of a list, from its Date to its last byte
	slow     int           // refusals that are slow; 0: all
	code     string        // of a refusal; empty: InvalidEndTime.Malformed
	noDate   bool
	// arrivals are the delays of requests until they arrive, in order. The last one is repeated.
	arrivals []time.Duration
	// dateError is how far the Date header is ahead of the API's clock, in the first wrongDates responses or, if that
	// is zero, in all.
	dateError  time.Duration
	wrongDates int
	failing    int      // requests that fail before anything else
	fails      int      // requests with an acceptable window that fail
	ends       []string // of the requests, in order
	starts     []string
	sent       time.Time // of the last request, by the API's clock
}

func (a *windowAPI) RoundTrip(r *http.Request) (*http.Response, error) {
	query := r.URL.Query()
	a.starts, a.ends = append(a.starts, query.Get("StartTime")), append(a.ends, query.Get("EndTime"))
	checkEnds(len(a.ends))
	a.sent = a.clock.Now().Add(a.skew)
	if len(a.arrivals) > 0 {
		a.clock.Advance(a.arrivals[min(len(a.ends), len(a.arrivals))-1])
	}
	now := a.clock.Now().Add(a.skew)
	end, err := time.Parse(migration.MinuteLayout, query.Get("EndTime"))
	if err != nil {
		return nil, err
	}
	status, body := http.StatusOK, `{"RequestId":"1","PageNumber":1,"TotalRecordCount":0}`
	switch {
	case len(a.ends) <= a.failing:
		status, body = http.StatusServiceUnavailable, `{"Code":"ServiceUnavailable"}`
	case a.accepts(now, end) && a.fails > 0:
		a.fails--
		status, body = http.StatusServiceUnavailable, `{"Code":"ServiceUnavailable"}`
	case !a.accepts(now, end):
		code := a.code
		if code == "" {
			code = "InvalidEndTime.Malformed"
		}
		status, body = http.StatusBadRequest, fmt.Sprintf(`{"RequestId":"1","Code":%q,"Message":"No."}`, code)
		if a.slow == 0 || len(a.ends) <= a.slow {
			a.clock.Advance(a.slowDown)
		}
	default:
		a.clock.Advance(a.slowList)
	}
	header := http.Header{}
	if !a.noDate {
		header.Set("Date", a.date(now).UTC().Format(http.TimeFormat))
	}
	return &http.Response{
		StatusCode: status, Header: header, Body: io.NopCloser(strings.NewReader(body)), Request: r,
	}, nil
}

func (a *windowAPI) date(now time.Time) time.Time {
	if a.wrongDates > 0 && len(a.ends) > a.wrongDates {
		return now
	}
	return now.Add(a.dateError)
}

func (a *windowAPI) client() *Client {
	c := config("rds.test", a.clock)
	c.MaxRetryDuration = time.Hour // so that a test of a client that sends nothing ends
	client := New(c)
	client.sender.Transport = a
	return client
}

// The ends that an API may accept.
var (
	anyEnd    = func(time.Time, time.Time) bool { return true }
	noEnd     = func(time.Time, time.Time) bool { return false }
	minuteEnd = func(now, end time.Time) bool { return !end.After(now.Add(time.Minute - 1).Truncate(time.Minute)) }
	secondEnd = func(now, end time.Time) bool { return !end.After(now) }
)

func TestClient_WindowEnd(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		local   string // time of day of the local clock
		skew    time.Duration
		accepts func(now, end time.Time) bool
		want    []string // time of day of the ends that are sent
	}{
		"a future end is accepted":              {"12:00:00", 0, anyEnd, []string{"12:15"}},
		"it is rounded up":                      {"12:00:01", 0, anyEnd, []string{"12:16"}},
		"an end after this minute is refused":   {"12:00:30", 0, minuteEnd, []string{"12:16", "12:01"}},
		"an end after this second is refused":   {"12:00:30", 0, secondEnd, []string{"12:16", "12:01", "12:01"}},
		"the local clock is slow":               {"12:00:30", 10 * time.Minute, minuteEnd, []string{"12:16", "12:11"}},
		"the local clock is as slow as allowed": {"12:00:30", 15 * time.Minute, minuteEnd, []string{"12:16"}},
		"the local clock is fast":               {"12:00:30", -10 * time.Minute, minuteEnd, []string{"12:16", "11:51"}},
		"it is fast, and seconds are compared": {
			"12:00:30", -15 * time.Minute, secondEnd, []string{"12:16", "11:46", "11:46"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			local, err := time.Parse(time.RFC3339, "2026-11-20T"+test.local+"Z")
			if err != nil {
				t.Fatal(err)
			}
			api := &windowAPI{clock: clocktest.New(local), skew: test.skew, accepts: test.accepts}
			list, err := api.client().MigrateTasks(t.Context(), testQuery)
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, end := range api.ends {
				got = append(got, strings.TrimSuffix(strings.TrimPrefix(end, "2026-11-20T"), "Z"))
			}
			if !slices.Equal(got, test.want) {
				t.Errorf("the ends are %v, want %v", got, test.want)
			}
			if start := list.Window.End.Add(
				time.Minute - migration.Retention,
			); !list.Window.Start.Equal(start) ||
				list.StartsLate {
				t.Errorf("the window is %+v, want the start %s", list, start)
			}
		})
	}
}

// TestClient_WindowEndOfMinute makes the attempts of a read without the delays between them.
func TestClient_WindowEndOfMinute(t *testing.T) {
	t.Parallel()
	api := &windowAPI{clock: clocktest.New(clocktest.Start), accepts: secondEnd}
	r := firstPageReader{client: api.client(), query: testQuery}
	if _, err := r.read(t.Context()); kindOf(err) != InvalidWindow {
		t.Fatalf("the error is %v", err)
	}
	if _, err := r.read(t.Context()); err != nil {
		t.Fatal(err)
	}
	if want := []string{"2026-11-20T12:15Z", "2026-11-20T12:00Z"}; !slices.Equal(api.ends, want) {
		t.Errorf("the ends are %v, want %v", api.ends, want)
	}
}

func TestIsPossibleDate_ClockSkew(t *testing.T) {
	t.Parallel()
	sent := clocktest.Start.Add(500 * time.Millisecond)
	received := sent.Add(time.Minute)
	for name, test := range map[string]struct {
		date time.Time
		want bool
	}{
		"the earliest date":       {sent.Add(-migration.ClockSkew - time.Second), true},
		"an earlier one":          {sent.Add(-migration.ClockSkew - time.Second - 1), false},
		"the date of the request": {sent, true},
		"the latest date":         {received.Add(migration.ClockSkew), true},
		"a later one":             {received.Add(migration.ClockSkew + 1), false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := isPossibleDate(test.date, sent, received); got != test.want {
				t.Errorf("isPossibleDate = %t, want %t", got, test.want)
			}
		})
	}
}

// TestClient_WindowOfCurrentMinute has the API refuse an end, and shows whether the next attempt waits for it to pass.
func TestClient_WindowOfCurrentMinute(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		ahead time.Duration // of the end, from the time of the API
		want  bool
	}{
		"less than a minute ahead": {time.Second, true},
		"a minute ahead":           {time.Minute, true},
		"more than a minute ahead": {time.Minute + time.Second, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			now := clocktest.Start
			r := firstPageReader{client: New(config("rds.test", clocktest.New(now)))}
			err := r.refuse(&Error{Kind: InvalidWindow, Date: now}, now, now.Add(test.ahead))
			if kindOf(err) != InvalidWindow || r.comparesSeconds != test.want {
				t.Errorf("it waits: %t, want %t; error: %v", r.comparesSeconds, test.want, err)
			}
		})
	}
}

// TestClient_WindowRefusedLate has the API refuse an end with a slow response. Its time may be that of the request, so
// that the next end is not too early, or that of the response, so that a wait for the end is not too short.
func TestClient_WindowRefusedLate(t *testing.T) {
	t.Parallel()
	now := clocktest.Start
	sent, date := now.Add(-50*time.Second), now.Add(-20*time.Second)
	r := firstPageReader{client: New(config("rds.test", clocktest.New(now)))}
	if err := r.refuse(&Error{Kind: InvalidWindow, Date: date}, sent, now); kindOf(err) != InvalidWindow {
		t.Fatal(err)
	}
	if got, want := r.client.apiClock.current(), 30*time.Second; got != want {
		t.Errorf("the offset is %s, want %s", got, want)
	}
	if want := -20 * time.Second; r.minOffset != want {
		t.Errorf("the smallest offset is %s, want %s", r.minOffset, want)
	}
}

// TestClient_WindowEndedEarly checks the end of a window against the time of the API in the response. A second is too
// much: a task of that second may be the newest.
func TestClient_WindowEndedEarly(t *testing.T) {
	t.Parallel()
	openEnd := clocktest.Start
	for name, test := range map[string]struct {
		late time.Duration // the time of the API, after the end
		wait time.Duration // for the end, since the start of the attempt
		want Kind
	}{
		"before the end":                         {-time.Minute, 0, ""},
		"at the end":                             {0, 0, ""},
		"a second after it":                      {time.Second, 0, InvalidWindow},
		"a minute after it":                      {time.Minute, 0, InvalidWindow},
		"an impossible time after it":            {time.Hour, 0, ""},
		"a second after it, which was waited":    {time.Second, time.Second, ""},
		"a second after it, after a wait":        {time.Second, 59 * time.Second, ""},
		"two seconds after it, after one second": {2 * time.Second, time.Second, InvalidWindow},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			sent := clocktest.Start
			r := firstPageReader{client: New(config("rds.test", clocktest.New(sent)))}
			began := sent.Add(-test.wait)
			r.client.apiClock.observe(openEnd, began)
			if err := r.checkEnd(openEnd.Add(test.late), began, sent, openEnd); kindOf(err) != test.want {
				t.Errorf("the error is %v, want the kind %q", err, test.want)
			}
		})
	}
}

// TestClient_WindowAfterSlowRequests reads a list again because a request was slow, and again with a slow request. The
// second one is not read again, as its end is by a time that the first one has set.
func TestClient_WindowAfterSlowRequests(t *testing.T) {
	t.Parallel()
	sent := clocktest.Start
	received := sent.Add(50 * time.Second)
	r := firstPageReader{client: New(config("rds.test", clocktest.New(received)))}
	for _, want := range []Kind{InvalidWindow, ""} {
		r.client.apiClock.observe(sent, sent)
		if err := r.checkEnd(received, sent, sent, sent); kindOf(err) != want {
			t.Errorf("the error is %v, want the kind %q", err, want)
		}
	}
}

// TestClient_WindowAfterFailures reads from an API that compares seconds and fails before each window that it accepts.
func TestClient_WindowAfterFailures(t *testing.T) {
	t.Parallel()
	api := &windowAPI{clock: clocktest.New(clocktest.Start.Add(30 * time.Second)), accepts: secondEnd, fails: 10}
	if _, err := api.client().MigrateTasks(t.Context(), testQuery); err != nil {
		t.Fatalf("%v, after the ends %v", err, api.ends)
	}
}

// TestClient_WindowWaitEndsWithContext cancels a read that waits for the end of its window.
func TestClient_WindowWaitEndsWithContext(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	r := firstPageReader{
		client: New(
			config("rds.test", clockwork.NewFakeClockAt(clocktest.Start)),
		),
		query: testQuery, comparesSeconds: true,
	}
	if _, err := r.read(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("the error is %v", err)
	}
}

// TestClient_WindowOffset checks that the time of the API is learned once.
func TestClient_WindowOffset(t *testing.T) {
	t.Parallel()
	api := &windowAPI{clock: clocktest.New(clocktest.Start), skew: -10 * time.Minute, accepts: minuteEnd}
	client := api.client()
	for range 3 {
		if _, err := client.MigrateTasks(t.Context(), testQuery); err != nil {
			t.Fatal(err)
		}
		api.clock.Advance(time.Hour)
	}
	if len(api.ends) != 4 {
		t.Errorf("three reads sent %v", api.ends)
	}
}

func TestClient_WindowAttempts(t *testing.T) {
	t.Parallel()
	api := &windowAPI{clock: clocktest.New(clocktest.Start), accepts: anyEnd, failing: 40}
	if _, err := api.client().MigrateTasks(t.Context(), testQuery); err != nil {
		t.Fatal(err)
	}
	if first, last := api.ends[0], api.ends[len(api.ends)-1]; first >= last {
		t.Errorf("after %d failures the end is still %s", api.failing, last)
	}
}

func TestClient_WindowRefused(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		api  windowAPI
		want Kind
	}{
		"every window": {windowAPI{accepts: noEnd}, InvalidWindow},
		"with the code of a start": {
			windowAPI{accepts: noEnd, code: "InvalidStartTime.Malformed"}, InvalidWindow,
		},
		"with the code of both": {
			windowAPI{accepts: noEnd, code: "InvalidStartTimeAndEndTime.Malformed"}, InvalidWindow,
		},
		"with the code of a search range": {windowAPI{accepts: noEnd, code: "InvalidSearchTimeRange"}, InvalidWindow},
		"with the code of a range":        {windowAPI{accepts: noEnd, code: "InvalidTimeRange"}, InvalidWindow},
		"without a date":                  {windowAPI{accepts: noEnd, noDate: true}, UnexpectedResponse},
		"but the current minute, with the code of a range": {
			windowAPI{accepts: minuteEnd, code: "InvalidTimeRange"}, "",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			api := test.api
			api.clock = clocktest.New(clocktest.Start.Add(30 * time.Second))
			if _, err := api.client().MigrateTasks(t.Context(), testQuery); kindOf(err) != test.want {
				t.Errorf("the error is %v, want the kind %q", err, test.want)
			}
			if len(api.ends) > windowAttempts {
				t.Errorf("%d windows were sent: %v", len(api.ends), api.ends)
			}
		})
	}
}

func TestClient_WindowRange(t *testing.T) {
	t.Parallel()
	at := func(s string) time.Time {
		v, err := migration.ParseTime(s)
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	for name, test := range map[string]struct {
		query      migration.Range
		start, end string // that are sent; empty: nothing is
		startsLate bool
	}{
		"open": {migration.Range{}, "2026-11-13T12:16Z", "2026-11-20T12:15Z", false},
		"a start is rounded down": {
			migration.Range{Start: at("2026-11-18T10:00:59Z")}, "2026-11-18T10:00Z", "2026-11-20T12:15Z", true,
		},
		"a start before the retention": {
			migration.Range{Start: at("2026-11-01T10:00Z")}, "2026-11-13T12:16Z", "2026-11-20T12:15Z", false,
		},
		"an end is rounded up": {
			migration.Range{End: at("2026-11-18T10:00:01Z")}, "2026-11-13T12:16Z", "2026-11-18T10:01Z", false,
		},
		"an end in the future": {
			migration.Range{End: at("2026-12-18T10:00Z")}, "2026-11-13T12:16Z", "2026-11-20T12:15Z", false,
		},
		"an end before retention": {migration.Range{End: at("2026-11-13T12:00Z")}, "", "", false},
		"a start in the future":   {migration.Range{Start: at("2026-11-20T13:00Z")}, "", "", false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			api := &windowAPI{clock: clocktest.New(clocktest.Start), accepts: anyEnd}
			list, err := api.client().
				MigrateTasks(t.Context(), migration.Query{InstanceID: instance, Range: test.query})
			if err != nil {
				t.Fatal(err)
			}
			if test.start == "" {
				if len(api.ends) > 0 || list.Window != (migration.Window{}) || list.Tasks == nil ||
					len(list.Tasks) > 0 {
					t.Errorf("%v was sent, and the list is %+v", api.ends, list)
				}
				return
			}
			if api.starts[0] != test.start || api.ends[0] != test.end || list.StartsLate != test.startsLate {
				t.Errorf("%s to %s was sent, starts late: %t", api.starts[0], api.ends[0], list.StartsLate)
			}
		})
	}
}

// TestClient_WindowWrongDate reads from an API that refuses an end in the future, through a proxy that sets the Date
// header by a wrong clock. The API has accepted the signature, so that its clock cannot differ by that much, and an end
// by the wrong clock would hide the newest tasks.
func TestClient_WindowWrongDate(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		skew, dateError time.Duration
		want            Kind
	}{
		"an hour behind":                {0, -time.Hour, UnexpectedResponse},
		"an hour ahead":                 {0, time.Hour, UnexpectedResponse},
		"just too far behind":           {0, -15*time.Minute - 2*time.Second, UnexpectedResponse},
		"just too far ahead":            {0, 15*time.Minute + time.Second, UnexpectedResponse},
		"the API's clock is behind":     {-15 * time.Minute, 0, ""},
		"the API's clock is ahead":      {14 * time.Minute, 0, ""},
		"an hour behind, later correct": {0, -time.Hour, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			api := &windowAPI{
				clock: clocktest.New(clocktest.Start.Add(30 * time.Second)), skew: test.skew,
				accepts: minuteEnd, dateError: test.dateError,
			}
			if strings.HasSuffix(name, "later correct") {
				api.wrongDates = 2
			}
			_, err := api.client().MigrateTasks(t.Context(), testQuery)
			if kindOf(err) != test.want {
				t.Errorf("the error is %v, want the kind %q", err, test.want)
			}
			now := api.clock.Now().Add(test.skew)
			if last := api.ends[len(api.ends)-1]; last < now.Add(-time.Minute).Format(migration.MinuteLayout) {
				t.Errorf("the ends are %v, although it is %s", api.ends, now)
			}
		})
	}
}

// TestClient_WindowEndsEarly learns the time of the API from one response, and then finds from a list that the end of
// its window is too early.
func TestClient_WindowEndsEarly(t *testing.T) {
	t.Parallel()
	t.Run("the local clock is corrected", func(t *testing.T) {
		t.Parallel()
		api := &windowAPI{
			clock: clocktest.New(clocktest.Start.Add(30 * time.Second)), skew: -10 * time.Minute, accepts: minuteEnd,
		}
		client := api.client()
		if _, err := client.MigrateTasks(t.Context(), testQuery); err != nil {
			t.Fatal(err)
		}
		api.skew = 0
		list, err := client.MigrateTasks(t.Context(), testQuery)
		if now := api.clock.Now(); err != nil || list.Window.End.Before(now) {
			t.Errorf("the list ends at %s, although it is %s; error: %v", list.Window.End, now, err)
		}
	})
	t.Run("a refusal is slow", func(t *testing.T) {
		t.Parallel()
		api := &windowAPI{clock: clocktest.New(clocktest.Start.Add(30 * time.Second)), accepts: minuteEnd}
		api.slowDown = 50 * time.Second
		client := api.client()
		for range 2 {
			if _, err := client.MigrateTasks(t.Context(), testQuery); err != nil {
				t.Fatal(err)
			}
		}
		api.clock.Advance(20 * time.Second)
		list, err := client.MigrateTasks(t.Context(), testQuery)
		if now := api.clock.Now(); err != nil || list.Window.End.Before(now.Add(-time.Second)) {
			t.Errorf("the list ends at %s, although it is %s; error: %v", list.Window.End, now, err)
		}
	})
}

// TestClient_WindowIncludesNewestTask reads repeatedly from an API that refuses an end in the future. No window may end
// before the time of the API at which its read started. If the read need not wait for the end, that is the time at
// which its last request was sent.
func TestClient_WindowIncludesNewestTask(t *testing.T) {
	t.Parallel()
	const late = 50 * time.Second
	alternating := slices.Repeat([]time.Duration{late, 0}, 500)
	for name, test := range map[string]struct {
		api     windowAPI
		setBack time.Duration // of the local clock, after the first read
	}{
		"all is fast":                                {windowAPI{}, 0},
		"the first refusal is slow":                  {windowAPI{slowDown: late, slow: 1}, 0},
		"all refusals are slow":                      {windowAPI{slowDown: late}, 0},
		"all responses are slow":                     {windowAPI{slowDown: late, slowList: late}, 0},
		"the first request is slow":                  {windowAPI{arrivals: []time.Duration{late, 0}}, 0},
		"two requests are slow":                      {windowAPI{arrivals: []time.Duration{late, late, 0}}, 0},
		"each request is faster":                     {windowAPI{arrivals: []time.Duration{late, late / 2, 0}}, 0},
		"every other request is slow":                {windowAPI{arrivals: alternating}, 0},
		"all requests are slow":                      {windowAPI{arrivals: []time.Duration{late}}, 0},
		"the local clock is set back":                {windowAPI{}, late},
		"it is set forward":                          {windowAPI{}, -late},
		"it is set back, and refusals are slow":      {windowAPI{slowDown: late}, late},
		"it is set back, and all responses are slow": {windowAPI{slowDown: late, slowList: late}, late},
		"it is set back, and all lists are slow":     {windowAPI{slowList: late / 2}, late},
		"it is set back, and all requests are slow":  {windowAPI{arrivals: []time.Duration{late / 2}}, late},
		"it is set forward, and requests are slow":   {windowAPI{arrivals: []time.Duration{late / 2}}, -late},
	} {
		for after := 500 * time.Millisecond; after < time.Minute; after += 7 * time.Second {
			start := clocktest.Start.Add(after)
			t.Run(fmt.Sprintf("%s, minutes are compared, %s after the minute", name, after), func(t *testing.T) {
				t.Parallel()
				api := test.api
				api.clock, api.accepts = clocktest.New(start), minuteEnd
				readRepeatedly(t, &api, test.setBack, func(_, lastSent time.Time) time.Time { return lastSent })
			})
			t.Run(fmt.Sprintf("%s, seconds are compared, %s after the minute", name, after), func(t *testing.T) {
				t.Parallel()
				api := test.api
				api.clock, api.accepts = clocktest.New(start), secondEnd
				readRepeatedly(t, &api, test.setBack, func(began, _ time.Time) time.Time { return began })
			})
		}
	}
}

// readRepeatedly reads for 20 minutes, every 13 seconds or when a read has ended. No window may end before the result
// of earliestEnd for the times of the API at which the read started and its last request was sent.
func readRepeatedly(
	t *testing.T, api *windowAPI, setBack time.Duration, earliestEnd func(began, lastSent time.Time) time.Time,
) {
	t.Helper()
	client := api.client()
	for end := api.clock.Now().Add(20 * time.Minute); api.clock.Now().Before(end); api.clock.Advance(13 * time.Second) {
		began, sent := api.clock.Now().Add(api.skew), len(api.ends)
		list, err := client.MigrateTasks(t.Context(), testQuery)
		if err != nil {
			t.Fatalf("at %s: %v, after the ends %v", began, err, api.ends[sent:])
		}
		// The API lists tasks by the second.
		if want := earliestEnd(began, api.sent).Truncate(time.Second); list.Window.End.Before(want) {
			t.Fatalf("the list ends at %s, want not before %s; the ends are %v", list.Window.End, want, api.ends[sent:])
		}
		api.skew = setBack
	}
}
