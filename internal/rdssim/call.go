package rdssim

import (
	"maps"
	"net/http"
	"net/url"
	"slices"
	"time"
)

// Call is a request that came to the simulator.
type Call struct {
	// Time is when it came, by the simulator's clock.
	Time   time.Time
	Method string
	// Action is the parameter of that name.
	Action string
	// Params are those of query and form together, without the signature.
	Params url.Values
	Header http.Header
	// RequestID is the one in the answer.
	RequestID string
	// Faults are the kinds that were played on it.
	Faults []Kind
	// Status is the HTTP status that it was answered with; 0 when it was not, or not yet.
	Status int
	// Code is the service's error code in the answer; empty without one.
	Code string
}

func newCall(r *http.Request, params url.Values, requestID string, now time.Time) *Call {
	kept := url.Values{}
	maps.Copy(kept, params)
	kept.Del("Signature")
	return &Call{
		Time:      now,
		Method:    r.Method,
		Action:    params.Get("Action"),
		Params:    kept,
		Header:    r.Header.Clone(),
		RequestID: requestID,
	}
}

// clone returns a call that later changes to c do not reach.
func (c *Call) clone() Call {
	d := *c
	d.Params = maps.Clone(c.Params)
	d.Header = c.Header.Clone()
	d.Faults = slices.Clone(c.Faults)
	return d
}
