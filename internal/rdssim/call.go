// SPDX-License-Identifier: MPL-2.0

package rdssim

import (
	"maps"
	"net/http"
	"net/url"
	"slices"
	"time"
)

// Call is a call that the simulator received.
type Call struct {
	// Time is the time of arrival, by the simulator's clock.
	Time   time.Time
	Method string
	// Action is the parameter of that name.
	Action string
	// Params are the parameters of query and form, without the signature.
	Params url.Values
	Header http.Header
	// RequestID is the one in the response.
	RequestID string
	// Faults are the kinds of the faults that were applied, in order.
	Faults []Kind
	// Status is the HTTP status of the response; 0 without one, or before it.
	Status int
	// Code is the error code in the response; empty without one.
	Code string
}

func newCall(r *http.Request, params url.Values, now time.Time) *Call {
	recorded := url.Values{}
	maps.Copy(recorded, params)
	recorded.Del("Signature")
	return &Call{
		Time:      now,
		Method:    r.Method,
		Action:    params.Get("Action"),
		Params:    recorded,
		Header:    r.Header.Clone(),
		RequestID: newRequestID(),
	}
}

// clone returns a copy of c that shares no memory with it.
func (c *Call) clone() Call {
	d := *c
	d.Params = maps.Clone(c.Params)
	d.Header = c.Header.Clone()
	d.Faults = slices.Clone(c.Faults)
	return d
}
