// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/jonboulle/clockwork"
)

// parseDuration parses a duration that a validator has accepted. It returns
// fallback if the duration is null or unknown.
func parseDuration(v types.String, fallback time.Duration) time.Duration {
	d, err := time.ParseDuration(v.ValueString())
	if err != nil {
		return fallback
	}
	return d
}

// timeoutFromConfig returns one of the timeouts, or fallback if it is null or
// unknown.
func timeoutFromConfig(timeouts types.Object, name string, fallback time.Duration) time.Duration {
	value, _ := timeouts.Attributes()[name].(types.String)
	return parseDuration(value, fallback)
}

// withTimeout is context.WithTimeout for an injected clock. After d, the
// context's cause is context.DeadlineExceeded.
func withTimeout(ctx context.Context, clock clockwork.Clock, d time.Duration) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancelCause(ctx)
	timer := clock.AfterFunc(d, func() { cancel(context.DeadlineExceeded) })
	return ctx, func() {
		timer.Stop()
		cancel(context.Canceled)
	}
}
