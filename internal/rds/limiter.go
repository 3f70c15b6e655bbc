package rds

import (
	"context"
	"errors"
	"sync"
	"time"
)

// Rates are calls a second.
const (
	firstRate     = 32.0 // after the service has throttled for the first time
	minRate       = 0.2
	unlimitedRate = 2 * firstRate // from here on calls go as they come again

	decreaseFactor    = 0.8 // what is left of the rate after a second with throttling
	increasePerSecond = 1.0 // by how much it rises in a second without
)

// pace spreads the calls of all reads that share a client. It does nothing
// until the service throttles. From then on calls go one by one, at a rate
// that falls while the service throttles and slowly rises while it does not.
type adaptiveLimiter struct {
	clock Clock
	token chan struct{} // holds one token while a call waits for its time

	mu           sync.Mutex
	rate         float64   // 0: calls go as they come
	next         time.Time // when the next call may go
	lastDecrease time.Time // when the rate fell last
}

func newAdaptiveLimiter(clock Clock) *adaptiveLimiter {
	return &adaptiveLimiter{clock: clock, token: make(chan struct{}, 1)}
}

// wait returns when a call may go, or with the context's error.
func (p *adaptiveLimiter) wait(ctx context.Context) error {
	if p.unlimited() {
		return nil
	}
	// One call at a time looks at the rate, so that a rate that changes is
	// the rate of all who still wait.
	select {
	case p.token <- struct{}{}:
	case <-ctx.Done():
		return ctx.Err()
	}
	defer func() { <-p.token }()
	d := p.reserve()
	if d <= 0 {
		return nil
	}
	select {
	case <-p.clock.After(d):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (p *adaptiveLimiter) unlimited() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.rate == 0
}

// reserve returns how long the next call has to wait.
func (p *adaptiveLimiter) reserve() time.Duration {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.rate == 0 {
		return 0
	}
	now := p.clock.Now()
	if p.next.Before(now) {
		p.next = now
	}
	d := p.next.Sub(now)
	p.next = p.next.Add(time.Duration(float64(time.Second) / p.rate))
	return d
}

// observe takes the outcome of a call into account.
func (p *adaptiveLimiter) observe(began time.Time, err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch {
	case errors.Is(err, Throttled):
		p.decrease(began)
	case err == nil && p.rate > 0:
		p.rate += increasePerSecond / max(p.rate, 1)
		if p.rate >= unlimitedRate {
			p.rate = 0
		}
	}
}

// decrease lowers the rate, unless the call began within a second of the last
// time: the service counts by the second, and still counted the calls before.
func (p *adaptiveLimiter) decrease(began time.Time) {
	if began.Before(p.lastDecrease.Add(time.Second)) {
		return
	}
	p.lastDecrease = p.clock.Now()
	if p.rate == 0 {
		p.rate = firstRate
		return
	}
	p.rate = max(minRate, p.rate*decreaseFactor)
}
