package provider

import (
	"strings"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/rds-migrate/terraform-provider-alicloud/internal/migration"
)

// times are a window's start and end as they were written, zero where they
// were not or are not known yet.
type times struct {
	start, end time.Time

	// openEnd says that no end was written.
	openEnd bool
}

// parseTimes reads start_time and end_time, and checks their form and order.
func parseTimes(start, end types.String, diags *diag.Diagnostics) times {
	t := times{
		start:   parseTime(path.Root("start_time"), start, diags),
		end:     parseTime(path.Root("end_time"), end, diags),
		openEnd: end.IsNull(),
	}
	if !t.start.IsZero() && !t.end.IsZero() && !t.end.After(t.start) {
		addEndNotAfterStart(diags, start.ValueString(), end.ValueString())
	}
	return t
}

func parseTime(at path.Path, v types.String, diags *diag.Diagnostics) time.Time {
	if v.IsNull() || v.IsUnknown() {
		return time.Time{}
	}
	t, err := migration.ParseTime(v.ValueString())
	if err != nil {
		addBadTime(diags, at, err)
	}
	return t
}

// settled returns a time as it is configured, or unknown where it is computed
// from plantimestamp(): for that, Terraform before 1.10 has a time of the year
// 1 while it validates, and of the year before where something is taken off.
func settled(v types.String) types.String {
	if s := v.ValueString(); strings.HasPrefix(s, "0001-") || strings.HasPrefix(s, "0000-") {
		return types.StringUnknown()
	}
	return v
}

// window completes the times as of now.
func (t times) window(now time.Time, diags *diag.Diagnostics) migration.Window {
	w := migration.NewWindow(t.start, t.end, now)
	if t.openEnd && !w.End.After(w.Start) {
		addStartInFuture(diags, t.start, now)
	}
	return w
}

// warnForgotten warns of a window that begins, or lies as a whole, before
// what the service remembers.
func (t times) warnForgotten(now time.Time, diags *diag.Diagnostics) {
	switch {
	case !t.end.IsZero() && migration.BeyondRetention(t.end, now):
		warnAllForgotten(diags, t.end, now)
	case !t.start.IsZero() && migration.BeyondRetention(t.start, now):
		warnStartForgotten(diags, t.start, now)
	}
}

// parseDuration reads a duration whose form the schema has checked.
func parseDuration(v types.String, otherwise time.Duration) time.Duration {
	d, err := time.ParseDuration(v.ValueString())
	if err != nil {
		return otherwise
	}
	return d
}

// timeoutOf returns one of the timeouts, and refuses one that leaves no time.
func timeoutOf(v types.Object, name string, otherwise time.Duration, diags *diag.Diagnostics) time.Duration {
	text, _ := v.Attributes()[name].(types.String)
	d := parseDuration(text, otherwise)
	if d <= 0 {
		addBadTimeout(diags, path.Root("timeouts").AtName(name), text.ValueString())
	}
	return d
}
