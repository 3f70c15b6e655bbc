package provider

import (
	"context"
	"time"

	"github.com/jonboulle/clockwork"
)

// withTimeout is context.WithTimeout by a clock. The context's cause is
// context.DeadlineExceeded once d has passed.
func withTimeout(ctx context.Context, clock clockwork.Clock, d time.Duration) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancelCause(ctx)
	timer := clock.AfterFunc(d, func() { cancel(context.DeadlineExceeded) })
	return ctx, func() {
		timer.Stop()
		cancel(context.Canceled)
	}
}
