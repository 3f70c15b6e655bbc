package rdssim

import (
	"cmp"
	"net/http"
	"slices"
	"time"
)

// fault is a Fault while it is played.
type fault struct {
	Fault
	skipped, played int
	passed          []time.Time // the calls that KindRate let through in the last second
}

// take reports whether f is played on a call for q, and counts the call.
func (f *fault) take(q query) bool {
	if f.InstanceID != "" && f.InstanceID != q.instanceID || f.Page != 0 && f.Page != q.page {
		return false
	}
	if f.skipped < f.Skip {
		f.skipped++
		return false
	}
	if f.Times > 0 && f.played == f.Times {
		return false
	}
	f.played++
	return true
}

// exceeded reports whether a call at now is beyond the rate, and counts it when it is not.
func (f *fault) exceeded(now time.Time) bool {
	f.passed = slices.DeleteFunc(f.passed, func(t time.Time) bool { return now.Sub(t) >= time.Second })
	if len(f.passed) >= f.PerSecond {
		return true
	}
	f.passed = append(f.passed, now)
	return false
}

// plan is what becomes of a call.
type plan struct {
	wait   time.Duration
	answer answer
	pages  func(number int) []ListedTask // the tasks of any page, at the moment of the answer
	edits  []Edit
	trail  string
	gzip   bool
	// ending is the fault that ends the call; nil: the answer is sent.
	ending *Fault
	played []Kind
}

// plan decides what becomes of a call for q, at one moment. It fails as the service does.
func (s *Simulator) plan(q query) (*plan, *serviceError) {
	s.mu.Lock()
	defer s.mu.Unlock()
	in, err := s.find(q)
	if err != nil {
		return nil, err
	}
	now := s.clock.Now()
	p := &plan{}
	size := q.pageSize
	var after []Fault
	for _, f := range s.faults {
		if p.ending != nil {
			break
		}
		if !f.take(q) || f.Kind == KindRate && !f.exceeded(now) {
			continue
		}
		p.played = append(p.played, f.Kind)
		switch f.Kind {
		case KindMaxPageSize:
			size = min(size, f.PageSize)
		case KindInsert, KindExpire:
			if f.AfterAnswer {
				after = append(after, f.Fault)
			} else if err := in.change(f.Fault, now); err != nil {
				return nil, err
			}
		default:
			p.add(f.Fault)
		}
	}
	p.take(in.list(now, q.start, q.end), q, size, now)
	for _, f := range after {
		if err := in.change(f, now); err != nil {
			return nil, err
		}
	}
	return p, nil
}

// change plays KindInsert and KindForget. A task that cannot be added is a mistake in the scenario, and said loudly.
func (in *instance) change(f Fault, now time.Time) *serviceError {
	if f.Kind == KindExpire {
		in.forget(f.Count, now)
		return nil
	}
	if err := in.add(*f.Task, now); err != nil {
		return refusal(http.StatusInternalServerError, "Simulator.BadScenario", "insert: "+err.Error())
	}
	return nil
}

func (p *plan) add(f Fault) {
	switch f.Kind {
	case KindEdit:
		p.edits = append(p.edits, f.Edits...)
	case KindTrailingBytes:
		p.trail += f.Body
	case KindGzip:
		p.gzip = true
	case KindDelay:
		p.wait += time.Duration(f.Wait)
	case KindRate:
		p.ending = &Fault{
			Kind:    KindError,
			Status:  http.StatusBadRequest,
			Code:    cmp.Or(f.Code, "Throttling.User"),
			Message: cmp.Or(f.Message, "Request was denied due to user flow control."),
		}
	default:
		p.ending = &f
	}
}

// take fills the plan with the answer that is true at now.
func (p *plan) take(list []task, q query, size int, now time.Time) {
	p.pages = func(number int) []ListedTask {
		listed := []ListedTask{}
		for _, t := range page(list, number, size) {
			listed = append(listed, t.at(now))
		}
		return listed
	}
	tasks := p.pages(q.page)
	p.answer = answer{
		InstanceID:       q.instanceID,
		PageNumber:       q.page,
		PageRecordCount:  len(tasks),
		TotalRecordCount: len(list),
		Items:            items{Tasks: tasks},
	}
}
