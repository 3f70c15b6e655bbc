package provider

import (
	"context"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/jonboulle/clockwork"
)

// parseDuration reads a duration whose form the schema has checked.
func parseDuration(v types.String, otherwise time.Duration) time.Duration {
	d, err := time.ParseDuration(v.ValueString())
	if err != nil {
		return otherwise
	}
	return d
}

// timeoutFromConfig returns one of the timeouts, and refuses one that leaves no time.
func timeoutFromConfig(v types.Object, name string, otherwise time.Duration, diags *diag.Diagnostics) time.Duration {
	text, _ := v.Attributes()[name].(types.String)
	d := parseDuration(text, otherwise)
	if d <= 0 {
		addInvalidTimeout(diags, path.Root("timeouts").AtName(name), text.ValueString())
	}
	return d
}

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
