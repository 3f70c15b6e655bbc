// SPDX-License-Identifier: MPL-2.0

package rdssim

import (
	"cmp"
	"net/http"
	"slices"
	"time"
)

// faultState is a Fault at run time.
type faultState struct {
	Fault
	skipped, applied int
	allowed          []time.Time // the calls of the last second that KindRate did not throttle
}

// matchAndCount reports whether f applies to a call for q, that long after the simulator's start, and counts the call.
func (f *faultState) matchAndCount(q query, elapsed time.Duration) bool {
	switch {
	case f.Until != 0 && elapsed >= time.Duration(f.Until):
		return false
	case f.InstanceID != "" && f.InstanceID != q.instanceID, f.Page != 0 && f.Page != q.page:
		return false
	case f.skipped < f.Skip:
		f.skipped++
		return false
	case f.Times > 0 && f.applied == f.Times:
		return false
	}
	f.applied++
	return true
}

// exceedsRate reports whether a call at now exceeds the rate, and counts the call if it does not.
func (f *faultState) exceedsRate(now time.Time) bool {
	f.allowed = slices.DeleteFunc(f.allowed, func(t time.Time) bool { return now.Sub(t) >= time.Second })
	if len(f.allowed) >= f.PerSecond {
		return true
	}
	f.allowed = append(f.allowed, now)
	return false
}

// outcome is what the simulator does with a valid call.
type outcome struct {
	// faults are the kinds of the faults that were applied.
	faults  []Kind
	options responseOptions
	// afterResponse are the faults that change the instance after the response.
	afterResponse []Fault
	delay         time.Duration
	// terminal is the fault that ends the call; nil if the whole response is sent.
	terminal *Fault
	response listResponse
	edits    []func(map[string]any)
	trailing string
	gzip     bool
}

// decide returns the outcome of a call for q at this instant, or the error response of the API.
func (s *Simulator) decide(q query) (*outcome, *errorResponse) {
	s.mu.Lock()
	defer s.mu.Unlock()
	in, errResponse := s.findInstance(q)
	if errResponse != nil {
		return nil, errResponse
	}
	now := s.apiTime(s.clock.Now())
	if err := s.model.checkWindow(q, now); err != nil {
		return nil, err
	}
	o := &outcome{options: responseOptions{model: s.model, number: in.responses, pageSize: q.pageSize}}
	for _, f := range s.faults {
		if o.terminal != nil {
			break
		}
		if !f.matchAndCount(q, now.Sub(s.start)) || f.Kind == KindRate && !f.exceedsRate(now) {
			continue
		}
		if err := o.apply(f.Fault, in, now); err != nil {
			return nil, invalidScenario(err)
		}
	}
	if o.response, errResponse = newListResponse(in, q, o.options, now); errResponse != nil && o.hasListResponse() {
		return nil, errResponse
	}
	in.responses++
	if q.page == 1 && o.hasListResponse() {
		in.recordPoll(now)
	}
	for _, f := range o.afterResponse {
		if err := in.apply(f, now); err != nil {
			return nil, invalidScenario(err)
		}
	}
	return o, nil
}

// apply applies a fault to a call for the instance in.
func (o *outcome) apply(f Fault, in *instanceState, now time.Time) error {
	o.faults = append(o.faults, f.Kind)
	switch f.Kind {
	case KindMaxPageSize:
		o.options.pageSize = min(o.options.pageSize, f.PageSize)
	case KindOtherPage:
		o.options.pageOffset += f.PageOffset
	case KindInsert, KindExpire:
		if !f.AfterResponse {
			return in.apply(f, now)
		}
		o.afterResponse = append(o.afterResponse, f)
	case KindEdit:
		o.edits = append(o.edits, f.Edit)
	case KindTrailingBytes:
		o.trailing += f.Body
	case KindGzip:
		o.gzip = true
	case KindDelay:
		o.delay += time.Duration(f.Wait)
	case KindRate:
		o.terminal = &Fault{
			Kind:    KindError,
			Status:  http.StatusBadRequest,
			Code:    cmp.Or(f.Code, "Throttling.User"),
			Message: cmp.Or(f.Message, "Request was denied due to user flow control."),
		}
	default:
		o.terminal = &f
	}
	return nil
}

// apply applies KindInsert or KindExpire. Its error is one in the scenario.
func (in *instanceState) apply(f Fault, now time.Time) error {
	if f.Kind == KindInsert {
		return in.add(*f.Task, now)
	}
	in.expire(f.Count, now)
	return nil
}

// hasListResponse reports whether the list response is sent, in whole or in part.
func (o *outcome) hasListResponse() bool {
	return o.terminal == nil || slices.Contains([]Kind{KindTruncate, KindTruncateSilently, KindHang}, o.terminal.Kind)
}
