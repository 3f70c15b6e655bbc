// SPDX-License-Identifier: MPL-2.0

package rdssim_test

import (
	"net/http"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/rds-migrate/terraform-provider-alicloud/internal/rdssim"
)

// requireOutcome compares the status and the error code of a call with want, such as "200 ".
func requireOutcome(t *testing.T, r *fixture, changes values, want string) {
	t.Helper()
	r.mustCall(t, changes)
	calls := r.sim.Calls()
	if c := calls[len(calls)-1]; strconv.Itoa(c.Status)+" "+c.Code != want {
		t.Errorf("%s to %s: %d %s, want %s", c.Params.Get("StartTime"), c.Params.Get("EndTime"), c.Status, c.Code, want)
	}
}

func TestModel_FutureEnd(t *testing.T) {
	t.Parallel()
	const ok, refused = "200 ", "400 InvalidEndTime.Malformed"
	type outcomes = map[string]string
	const minute, next, later = "2026-11-20T10:00Z", "2026-11-20T10:01Z", "2026-11-20T10:02Z"
	tests := map[rdssim.FutureEnd]struct{ onTheMinute, after30Seconds, after59Seconds outcomes }{
		"": {
			outcomes{minute: ok, next: ok, later: ok},
			outcomes{minute: ok, next: ok, later: ok},
			outcomes{minute: ok, next: ok, later: ok},
		},
		rdssim.FutureEndMinute: {
			outcomes{minute: ok, next: refused, later: refused},
			outcomes{minute: ok, next: ok, later: refused},
			outcomes{minute: ok, next: ok, later: refused},
		},
		rdssim.FutureEndSecond: {
			outcomes{minute: ok, next: refused, later: refused},
			outcomes{minute: ok, next: refused, later: refused},
			outcomes{minute: ok, next: refused, later: refused},
		},
	}
	for end, tt := range tests {
		t.Run(string(end), func(t *testing.T) {
			t.Parallel()
			r := newModelFixture(t, rdssim.Model{FutureEnd: end})
			for _, want := range []outcomes{tt.onTheMinute, tt.after30Seconds, tt.after59Seconds} {
				for sent, outcome := range want {
					requireOutcome(t, r, values{"EndTime": sent}, outcome)
				}
				r.clock.Advance(30*time.Second - time.Millisecond)
			}
		})
	}
}

func TestModel_OldStart(t *testing.T) {
	t.Parallel()
	const start = "StartTime"
	for refuse, want := range map[bool]string{false: "200 ", true: "400 InvalidStartTime.Malformed"} {
		r := newModelFixture(t, rdssim.Model{RefuseOldStart: refuse})
		requireOutcome(t, r, values{start: "2026-11-13T10:00Z"}, "200 ")
		requireOutcome(t, r, values{start: "2026-11-13T09:59Z"}, want)
		r.clock.Advance(time.Second)
		requireOutcome(t, r, values{start: "2026-11-13T10:00Z"}, want)
	}
}

func TestModel_LongWindow(t *testing.T) {
	t.Parallel()
	for refuse, want := range map[bool]string{false: "200 ", true: "400 InvalidStartTimeAndEndTime.Malformed"} {
		r := newModelFixture(t, rdssim.Model{RefuseLongWindow: refuse})
		requireOutcome(t, r, values{"StartTime": "2026-11-01T10:00Z", "EndTime": "2026-11-08T10:00Z"}, "200 ")
		requireOutcome(t, r, values{"StartTime": "2026-11-01T10:00Z", "EndTime": "2026-11-08T10:01Z"}, want)
	}
}

func TestModel_WindowCode(t *testing.T) {
	t.Parallel()
	for _, code := range []rdssim.WindowCode{
		rdssim.WindowCodeStart, rdssim.WindowCodeEnd, rdssim.WindowCodeStartAndEnd, rdssim.WindowCodeSearchRange,
		rdssim.WindowCodeRange,
	} {
		for _, m := range []rdssim.Model{
			{FutureEnd: rdssim.FutureEndMinute}, {RefuseOldStart: true}, {RefuseLongWindow: true},
		} {
			m.WindowCode = code
			requireOutcome(t, newModelFixture(t, m), nil, "400 "+string(code))
		}
	}
}

func TestModel_RefusedWindowIsNoPoll(t *testing.T) {
	t.Parallel()
	r := newModelFixture(t, rdssim.Model{RefuseLongWindow: true}, rdssim.Task{
		ID: "1", Database: "db", Steps: []rdssim.Step{{Status: "Running"}, {AfterPolls: 1, Status: "Success"}},
	})
	requireOutcome(t, r, nil, "400 InvalidStartTimeAndEndTime.Malformed")
	if got := r.list(t, values{"StartTime": "2026-11-20T09:00Z"}).Items.MigrateTask[0].Status; got != "Running" {
		t.Errorf("got %s", got)
	}
}

func TestModel_WindowByMinute(t *testing.T) {
	t.Parallel()
	var made []rdssim.Task
	for i, created := range []time.Duration{-time.Second, 0, 59 * time.Second, time.Minute} {
		made = append(made, rdssim.Task{ID: strconv.Itoa(i), Database: "db", Created: rdssim.Duration(created)})
	}
	window := values{"StartTime": "2026-11-20T10:00Z", "EndTime": "2026-11-20T10:01Z"}
	firstMinute := values{"StartTime": "2026-11-20T09:59Z", "EndTime": "2026-11-20T10:00Z"}
	tests := map[bool]struct{ window, firstMinute []string }{
		false: {[]string{"3", "2", "1"}, []string{"1", "0"}},
		true:  {[]string{"3", "2", "1"}, []string{"2", "1", "0"}},
	}
	for byMinute, want := range tests {
		r := newModelFixture(t, rdssim.Model{WindowByMinute: byMinute}, made...)
		r.clock.Advance(time.Minute)
		if got := r.list(t, window).ids(); !slices.Equal(got, want.window) {
			t.Errorf("by minute %t: got %v, want %v", byMinute, got, want.window)
		}
		if got := r.list(t, firstMinute).ids(); !slices.Equal(got, want.firstMinute) {
			t.Errorf("by minute %t, the first minute: got %v, want %v", byMinute, got, want.firstMinute)
		}
	}
}

func TestModel_ClockSkew(t *testing.T) {
	t.Parallel()
	for _, skew := range []time.Duration{-15 * time.Minute, 0, 15 * time.Minute} {
		t.Run(skew.String(), func(t *testing.T) {
			t.Parallel()
			model := rdssim.Model{ClockSkew: rdssim.Duration(skew), FutureEnd: rdssim.FutureEndMinute}
			r := newModelFixture(t, model, rdssim.Task{ID: "1", Database: "db"})
			apiTime := startTime().Add(skew)
			window := values{"EndTime": minutes(apiTime)}
			got := r.mustCall(t, window)
			task := decodeTaskList(t, got.body).Items.MigrateTask[0]
			if task.CreateTime != seconds(apiTime) || got.header.Get("Date") != apiTime.Format(http.TimeFormat) {
				t.Errorf("created at %s, Date %s, want %s", task.CreateTime, got.header.Get("Date"), apiTime)
			}
			requireOutcome(t, r, values{"EndTime": minutes(apiTime.Add(time.Minute))}, "400 InvalidEndTime.Malformed")
			for offset, want := range map[time.Duration]string{
				-15*time.Minute - time.Second: "400 InvalidTimeStamp.Expired",
				-15 * time.Minute:             "200 ",
				15 * time.Minute:              "200 ",
				15*time.Minute + time.Second:  "400 InvalidTimeStamp.Expired",
			} {
				changes := values{"Timestamp": seconds(apiTime.Add(offset)), "EndTime": minutes(apiTime)}
				requireOutcome(t, r, changes, want)
			}
			r.clock.Advance(7 * 24 * time.Hour)
			if got := r.list(t, window).ids(); len(got) != 1 {
				t.Errorf("after 7 days: %v", got)
			}
			r.clock.Advance(time.Second)
			if got := r.list(t, window).ids(); len(got) != 0 {
				t.Errorf("after retention: %v", got)
			}
		})
	}
}

func TestModel_Date(t *testing.T) {
	t.Parallel()
	date := startTime().Format(http.TimeFormat)
	body := rdssim.Fault{Kind: rdssim.KindBody, Status: http.StatusBadGateway}
	refusal := rdssim.Fault{Kind: rdssim.KindError, Status: http.StatusForbidden, Code: "Forbidden"}
	noDate := func(f rdssim.Fault) rdssim.Fault {
		f.NoDate = true
		return f
	}
	tests := map[string]struct {
		fault   rdssim.Fault
		changes values
		want    []string
	}{
		"a list":                {rdssim.Fault{Kind: rdssim.KindGzip}, nil, []string{date}},
		"an invalid call":       {rdssim.Fault{Kind: rdssim.KindGzip}, values{"PageSize": "1"}, []string{date}},
		"an error":              {refusal, nil, []string{date}},
		"a body":                {body, nil, []string{date}},
		"an error without Date": {noDate(refusal), nil, nil},
		"a body without Date":   {noDate(body), nil, nil},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := newFaultFixture(t, 0, tt.fault).mustCall(t, tt.changes).header.Values("Date")
			if !slices.Equal(got, tt.want) {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}
