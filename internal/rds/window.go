// SPDX-License-Identifier: MPL-2.0

package rds

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/rds-migrate/terraform-provider-alicloud/internal/migration"
)

// windowAttempts is the number of windows that are tried in a row: one that is wide
// enough even if the local clock is slow, one that ends in the current minute of the
// API, and the same again after its end. The others allow for requests that are slow
// and for a clock that is set in the meantime.
const windowAttempts = 6

// apiClock estimates the time of the API. It is safe for concurrent use.
type apiClock struct {
	mu     sync.Mutex
	offset time.Duration // of the API's clock from the local one
}

// newAPIClock returns an estimate that is never too early: the API rejects a
// signature whose time differs by more.
func newAPIClock() *apiClock { return &apiClock{offset: migration.ClockSkew} }

func (c *apiClock) current() time.Duration {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.offset
}

// observe sets the estimate from a response to a request that was sent at a local time.
// The estimate is never too early, as the response is not older than the request. If
// the request was slow, it is too late, and the API refuses an end by it.
func (c *apiClock) observe(date, sent time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.offset = date.Sub(sent)
}

// advance corrects an estimate that is too early, because the local clock was set back:
// at a local time, the time of the API was date.
func (c *apiClock) advance(date, local time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.offset = max(c.offset, date.Sub(local))
}

// firstPageReader reads page 1 of one list. Every attempt computes a new window.
type firstPageReader struct {
	client *Client
	query  migration.Query

	// comparesSeconds reports whether the API has rejected an end in its current
	// minute, so that an attempt waits until the end has passed.
	comparesSeconds bool

	// minOffset is the smallest difference of the API's clock from the local one that
	// the latest rejection permits. A wait by it does not end too early.
	minOffset time.Duration

	// learned reports whether an earlier attempt has set the estimate of the API's time.
	learned bool
}

// read makes one attempt. If the API rejects the window, the error is InvalidWindow
// and the next attempt sends another window. If nothing can be sent, the page is empty
// and has no window.
func (r *firstPageReader) read(ctx context.Context) (page, error) {
	c := r.client
	began := c.config.Clock.Now()
	openEnd := migration.OpenEnd(began, c.apiClock.current())
	w, ok := r.query.Range.At(openEnd)
	if !ok {
		return page{}, nil
	}
	if r.comparesSeconds {
		if err := c.waitUntil(ctx, openEnd.Add(time.Second-r.minOffset)); err != nil {
			return page{}, err
		}
	}
	sent := c.config.Clock.Now()
	p, err := c.fetchPage(ctx, r.query, w, 1)
	var e *Error
	if errors.As(err, &e) && e.Kind == InvalidWindow {
		return page{}, r.refuse(e, sent, openEnd)
	}
	if err == nil && w.End.Equal(openEnd) {
		err = r.checkEnd(p.date, began, sent, openEnd)
	}
	p.window = w
	p.startsLate = w.Start.After(migration.EarliestStart(openEnd))
	return p, err
}

// refuse prepares the next attempt after the API has rejected a window that was sent
// at a local time.
func (r *firstPageReader) refuse(e *Error, sent, openEnd time.Time) error {
	c := r.client
	now := c.config.Clock.Now()
	switch {
	case e.Date.IsZero():
		e.Kind, e.Err = UnexpectedResponse, errors.New("the response has no Date header, so it is not from the API")
		return e
	case !isPossibleDate(e.Date, sent, now):
		e.Kind, e.Err = UnexpectedResponse, fmt.Errorf("the Date header is %s, but the response was received at %s, "+
			"so it is not from the API", e.Date.Format(time.RFC3339), now.UTC().Format(time.RFC3339))
		return e
	}
	c.apiClock.observe(e.Date, sent)
	r.minOffset, r.learned = e.Date.Sub(now), true
	// No later end is closer to the time of the API.
	r.comparesSeconds = openEnd.Sub(e.Date) <= time.Minute
	return e
}

// checkEnd returns an error if a response shows that the open end may be earlier than
// the time of the API when the attempt started, so that it may hide the newest task. The
// request was sent at another local time, after the wait for the end.
func (r *firstPageReader) checkEnd(date, began, sent, openEnd time.Time) error {
	c := r.client
	received := c.config.Clock.Now()
	if !isPossibleDate(date, sent, received) {
		return nil
	}
	local := sent
	if r.learned {
		// The estimate was not too early, unless the local clock was set back since. If
		// the time that this request took were allowed for, too, a list would be read
		// again after each slow request.
		local = received
	}
	c.apiClock.advance(date, local)
	if !migration.OpenEnd(began, c.apiClock.current()).After(openEnd) {
		return nil
	}
	r.learned = true
	return &Error{Kind: InvalidWindow, Err: fmt.Errorf("the time range ended at %s, but the time of the API was %s",
		openEnd.Format(time.RFC3339), date.Format(time.RFC3339))}
}

// isPossibleDate reports whether the API can have sent a Date header, which has no
// fraction, in a response that was received at a local time to a request that was sent
// at another. The API would have rejected the signature if the clocks differed by more.
func isPossibleDate(date, sent, received time.Time) bool {
	return !date.Before(sent.Add(-migration.ClockSkew-time.Second)) && !date.After(received.Add(migration.ClockSkew))
}

// waitUntil waits until a local time.
func (c *Client) waitUntil(ctx context.Context, t time.Time) error {
	select {
	case <-c.config.Clock.After(t.Sub(c.config.Clock.Now())):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
