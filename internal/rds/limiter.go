// SPDX-License-Identifier: MPL-2.0

package rds

import (
	"context"
	"errors"
	"sync"
	"time"
)

// Rates are in requests per second.
const (
	firstRate     = 32.0 // after the first throttled request
	minRate       = 0.2
	unlimitedRate = 2 * firstRate // the limit is lifted at this rate

	decreaseFactor    = 0.8 // applied at most once per second of throttling
	increasePerSecond = 1.0 // without throttling
)

// adaptiveLimiter limits the request rate of all reads that share a client. It is
// unlimited until the API throttles. From then on the rate decreases while the
// API throttles and slowly increases while it does not.
type adaptiveLimiter struct {
	clock Clock
	token chan struct{} // held by the request that waits for its reservation

	mu           sync.Mutex
	rate         float64   // 0 means unlimited
	next         time.Time // the earliest time of the next request
	lastDecrease time.Time // the time of the last decrease
}

func newAdaptiveLimiter(clock Clock) *adaptiveLimiter {
	return &adaptiveLimiter{clock: clock, token: make(chan struct{}, 1)}
}

// wait blocks until a request may be sent, or returns the context's error.
func (l *adaptiveLimiter) wait(ctx context.Context) error {
	if l.unlimited() {
		return nil
	}
	// One request at a time makes a reservation, so that a change of the rate
	// applies to all requests that still wait.
	select {
	case l.token <- struct{}{}:
	case <-ctx.Done():
		return ctx.Err()
	}
	defer func() { <-l.token }()
	d := l.reserve()
	if d <= 0 {
		return nil
	}
	select {
	case <-l.clock.After(d):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (l *adaptiveLimiter) unlimited() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.rate == 0
}

// reserve returns how long the next request has to wait.
func (l *adaptiveLimiter) reserve() time.Duration {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.rate == 0 {
		return 0
	}
	now := l.clock.Now()
	if l.next.Before(now) {
		l.next = now
	}
	d := l.next.Sub(now)
	l.next = l.next.Add(time.Duration(float64(time.Second) / l.rate))
	return d
}

// observe adjusts the rate to the result of a request that was sent at a time.
func (l *adaptiveLimiter) observe(began time.Time, err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	switch {
	case errors.Is(err, Throttled):
		l.decrease(began)
	case err == nil && l.rate > 0:
		l.rate += increasePerSecond / max(l.rate, 1)
		if l.rate >= unlimitedRate {
			l.rate = 0
		}
	}
}

// decrease reduces the rate, unless the request was sent within a second of the
// last decrease: the API counts by the second, and earlier requests still counted.
func (l *adaptiveLimiter) decrease(began time.Time) {
	if began.Before(l.lastDecrease.Add(time.Second)) {
		return
	}
	l.lastDecrease = l.clock.Now()
	if l.rate == 0 {
		l.rate = firstRate
		return
	}
	l.rate = max(minRate, l.rate*decreaseFactor)
}
