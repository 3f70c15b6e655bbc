// SPDX-License-Identifier: MPL-2.0

package rds

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/avast/retry-go/v5"
)

// retrier calls a function until it succeeds, fails with an error that is not
// retryable, or the context ends.
type retrier[T any] struct {
	call        func() (T, error)
	retryable   []Kind        // retried until the context ends
	maxAttempts map[Kind]uint // retried up to this number of attempts
}

// do returns the last result of call. If the context ended first, the error states
// this and wraps the last failure.
func (r retrier[T]) do(ctx context.Context, c *Client) (T, error) {
	var last error
	began := c.config.Clock.Now()
	options := []retry.Option{
		retry.Context(ctx),
		retry.WithTimer(c.config.Clock),
		retry.UntilSucceeded(),
		retry.Delay(firstRetryDelay),
		retry.MaxDelay(maxRetryDelay),
		retry.DelayType(retry.FullJitterBackoffDelay),
		retry.RetryIf(func(err error) bool {
			inTime := c.config.MaxRetryDuration == 0 || c.config.Clock.Now().Sub(began) < c.config.MaxRetryDuration
			return ctx.Err() == nil && inTime && r.shouldRetry(err)
		}),
		retry.OnRetry(func(n uint, err error) {
			last = err
			c.config.OnFailure(ctx, fmt.Sprintf("request failed, may be retried (attempt %d)", n+1), err)
		}),
	}
	for kind, tries := range r.maxAttempts {
		options = append(options, retry.AttemptsForError(tries, kind))
	}
	result, err := retry.NewWithData[T](options...).Do(r.call)
	var e *Error
	isError := errors.As(err, &e)
	switch {
	case err == nil, ctx.Err() == nil, isError && !r.shouldRetry(err):
		return result, err
	case !errors.Is(context.Cause(ctx), context.DeadlineExceeded):
		return result, interrupted(context.Cause(ctx), err, last)
	case last == nil && isError:
		last = err
	case last == nil:
		last = errors.New("no response arrived")
	}
	return result, &Error{Kind: TimedOut, Err: last}
}

// Interrupted is a read that was canceled after at least one failure.
type Interrupted struct {
	Cause error // of the context
	Last  error // the last failure before it
}

// Error returns both in one line.
func (i *Interrupted) Error() string {
	return fmt.Sprintf("%v; the latest attempt failed: %v", i.Cause, i.Last)
}

// Unwrap returns the cause. The last failure did not end the read.
func (i *Interrupted) Unwrap() error { return i.Cause }

// interrupted returns the error of a read that was canceled and returned err.
// last is the failure before that, or nil.
func interrupted(cause, err, last error) error {
	if i, ok := errors.AsType[*Interrupted](err); ok {
		return i
	}
	if last == nil {
		return cause
	}
	return &Interrupted{Cause: cause, Last: last}
}

func (r retrier[T]) shouldRetry(err error) bool {
	var e *Error
	if !errors.As(err, &e) {
		return false
	}
	_, some := r.maxAttempts[e.Kind]
	return some || slices.Contains(r.retryable, e.Kind)
}
