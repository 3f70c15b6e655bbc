package provider

import (
	"strings"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/rds-migrate/terraform-provider-alicloud/internal/migration"
)

const timeDescription = "RFC 3339 such as `2026-11-20T10:00:00Z`, or in minutes as the service writes it, `2026-11-20T10:00Z`."

// timeRange are a window's start and end as they were written, zero where they
// were not or are not known yet.
type timeRange struct {
	start, end time.Time

	// endOmitted says that no end was written.
	endOmitted bool
}

// parseTimeRange reads start_time and end_time, and checks their form and order.
func parseTimeRange(start, end types.String, diags *diag.Diagnostics) timeRange {
	t := timeRange{
		start:      parseTime(path.Root("start_time"), start, diags),
		end:        parseTime(path.Root("end_time"), end, diags),
		endOmitted: end.IsNull(),
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
		addInvalidTime(diags, at, err)
	}
	return t
}

// unknownIfPlantimestamp returns a time as it is configured, or unknown where it is computed
// from plantimestamp(): for that, Terraform before 1.10 has a time of the year
// 1 while it validates, and of the year before where something is taken off.
func unknownIfPlantimestamp(v types.String) types.String {
	if s := v.ValueString(); strings.HasPrefix(s, "0001-") || strings.HasPrefix(s, "0000-") {
		return types.StringUnknown()
	}
	return v
}

// resolveWindow completes the times as of now.
func (t timeRange) resolveWindow(now time.Time, diags *diag.Diagnostics) migration.Window {
	w := migration.NewWindow(t.start, t.end, now)
	if t.endOmitted && !w.End.After(w.Start) {
		addStartInFuture(diags, t.start, now)
	}
	return w
}

// warnBeyondRetention warns of a window that begins, or lies as a whole, before
// what the service remembers.
func (t timeRange) warnBeyondRetention(now time.Time, diags *diag.Diagnostics) {
	switch {
	case !t.end.IsZero() && migration.BeyondRetention(t.end, now):
		warnWindowBeyondRetention(diags, t.end, now)
	case !t.start.IsZero() && migration.BeyondRetention(t.start, now):
		warnStartBeyondRetention(diags, t.start, now)
	}
}

func formatUTC(t time.Time) string { return t.UTC().Format(time.RFC3339) }
