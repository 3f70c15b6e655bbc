package rdssim

import (
	"cmp"
	"net/http"
	"slices"
	"time"
)

// faultState is a Fault while it is played.
type faultState struct {
	Fault
	skipped, applied int
	allowed          []time.Time // the calls that KindRate let through in the last second
}

// matchAndCount reports whether f is played on a call for q, and counts the call.
func (f *faultState) matchAndCount(q query) bool {
	if f.InstanceID != "" && f.InstanceID != q.instanceID || f.Page != 0 && f.Page != q.page {
		return false
	}
	if f.skipped < f.Skip {
		f.skipped++
		return false
	}
	if f.Times > 0 && f.applied == f.Times {
		return false
	}
	f.applied++
	return true
}

// exceedsRate reports whether a call at now is beyond the rate, and counts it when it is not.
func (f *faultState) exceedsRate(now time.Time) bool {
	f.allowed = slices.DeleteFunc(f.allowed, func(t time.Time) bool { return now.Sub(t) >= time.Second })
	if len(f.allowed) >= f.PerSecond {
		return true
	}
	f.allowed = append(f.allowed, now)
	return false
}

// outcome is the result of a call.
type outcome struct {
	// faults are the kinds that were applied.
	faults []Kind
	delay  time.Duration
	// terminal is the fault that ends the call; nil: the whole response is sent.
	terminal *Fault
	response listResponse
	edits    []func(map[string]any)
	trailing string
	gzip     bool
}

// decide returns the outcome of a call for q at this instant, or the error response of the service.
func (s *Simulator) decide(q query) (*outcome, *errorResponse) {
	s.mu.Lock()
	defer s.mu.Unlock()
	in, err := s.findInstance(q)
	if err != nil {
		return nil, err
	}
	now := s.clock.Now()
	o := &outcome{}
	options := responseOptions{pageSize: q.pageSize}
	var afterResponse []Fault
	for _, f := range s.faults {
		if o.terminal != nil {
			break
		}
		if !f.matchAndCount(q) || f.Kind == KindRate && !f.exceedsRate(now) {
			continue
		}
		o.faults = append(o.faults, f.Kind)
		switch f.Kind {
		case KindMaxPageSize:
			options.pageSize = min(options.pageSize, f.PageSize)
		case KindOtherPage:
			options.pageOffset += f.PageOffset
		case KindInsert, KindExpire:
			if f.AfterResponse {
				afterResponse = append(afterResponse, f.Fault)
			} else if err := in.applyFault(f.Fault, now); err != nil {
				return nil, err
			}
		default:
			o.addFault(f.Fault)
		}
	}
	o.response = newListResponse(in, q, options, now)
	if q.page == 1 && (o.terminal == nil || o.terminal.needsResponse()) {
		in.recordPoll(now)
	}
	for _, f := range afterResponse {
		if err := in.applyFault(f, now); err != nil {
			return nil, err
		}
	}
	return o, nil
}

// applyFault plays KindInsert and KindForget. A task that cannot be added is a mistake in the scenario, and said loudly.
func (in *instanceState) applyFault(f Fault, now time.Time) *errorResponse {
	if f.Kind == KindExpire {
		in.expire(f.Count, now)
		return nil
	}
	if err := in.add(*f.Task, now); err != nil {
		return newErrorResponse(http.StatusInternalServerError, "Simulator.BadScenario", "insert: "+err.Error())
	}
	return nil
}

func (o *outcome) addFault(f Fault) {
	switch f.Kind {
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
}
