// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"strings"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/rds-migrate/terraform-provider-alicloud/internal/migration"
)

// timeDescription is the part of a description that lists the accepted formats.
const timeDescription = "RFC 3339, such as `2026-11-20T10:00:00Z`. The seconds can be omitted."

// timeRange holds start_time and end_time as configured. A time that is omitted
// or not known yet is zero.
type timeRange struct {
	start, end time.Time
}

// parseTimeRange parses start_time and end_time, and checks their format and
// order.
func parseTimeRange(start, end types.String, diags *diag.Diagnostics) timeRange {
	r := timeRange{
		start: parseTime(path.Root("start_time"), start, diags),
		end:   parseTime(path.Root("end_time"), end, diags),
	}
	if !r.start.IsZero() && !r.end.IsZero() && !r.end.After(r.start) {
		addEndNotAfterStart(diags, start.ValueString(), end.ValueString())
	}
	return r
}

// parseTime parses the time of an attribute. It returns zero if the time is null,
// unknown, or invalid.
func parseTime(attribute path.Path, v types.String, diags *diag.Diagnostics) time.Time {
	if v.IsNull() || v.IsUnknown() {
		return time.Time{}
	}
	t, err := migration.ParseTime(v.ValueString())
	if err != nil {
		addInvalidTime(diags, attribute, err)
	}
	return t
}

// unknownIfPlantimestamp returns v, or unknown if v is computed from
// plantimestamp(). Terraform before 1.10 evaluates that function to the year 1
// during validation; after subtracting a duration, the year may be 0.
func unknownIfPlantimestamp(v types.String) types.String {
	if s := v.ValueString(); strings.HasPrefix(s, "0001-") || strings.HasPrefix(s, "0000-") {
		return types.StringUnknown()
	}
	return v
}

// reportEmpty adds a warning that the range does not overlap the time whose tasks the
// API returns, or an error if it starts in the future without an end.
func (r timeRange) reportEmpty(now time.Time, diags *diag.Diagnostics) {
	if r.end.IsZero() {
		addStartInFuture(diags, r.start, now)
		return
	}
	warnRangeBeyondRetention(diags, r.start, r.end, now)
}

// warnStartBeyondRetention warns if the start is before the retention period. If the
// whole range is, the read warns of that instead.
func (r timeRange) warnStartBeyondRetention(now time.Time, diags *diag.Diagnostics) {
	isEmpty := !r.end.IsZero() && migration.BeyondRetention(r.end, now)
	if !isEmpty && !r.start.IsZero() && migration.BeyondRetention(r.start, now) {
		warnStartBeyondRetention(diags, r.start, now)
	}
}

// formatUTC returns a time for a message or the state: RFC 3339 in UTC.
func formatUTC(t time.Time) string { return t.UTC().Format(time.RFC3339) }
