// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"fmt"
	"regexp"
	"strings"
	"time"
	"unicode"

	"github.com/hashicorp/terraform-plugin-framework/schema/validator"

	"github.com/rds-migrate/terraform-provider-alicloud/internal/openapi"
)

// As the framework recommends, the validators accept null and unknown values.

// regexpValidator accepts RE2 regular expressions.
type regexpValidator struct{ validatorDescription }

func newRegexpValidator() validator.String {
	return regexpValidator{"must be a regular expression (RE2)"}
}

func (v regexpValidator) ValidateString(
	_ context.Context, req validator.StringRequest, resp *validator.StringResponse,
) {
	if req.ConfigValue.IsNull() || req.ConfigValue.IsUnknown() {
		return
	}
	if _, err := regexp.Compile(req.ConfigValue.ValueString()); err != nil {
		addInvalidRegexp(&resp.Diagnostics, req.Path, req.ConfigValue.ValueString(), err)
	}
}

// endpointValidator accepts host, host:port and the empty string.
type endpointValidator struct{ validatorDescription }

func newEndpointValidator() validator.String {
	return endpointValidator{"must be a host or host:port, without https:// and without a path"}
}

func (v endpointValidator) ValidateString(
	_ context.Context, req validator.StringRequest, resp *validator.StringResponse,
) {
	if req.ConfigValue.IsNull() || req.ConfigValue.IsUnknown() || req.ConfigValue.ValueString() == "" {
		return
	}
	if endpoint := req.ConfigValue.ValueString(); !openapi.IsHost(endpoint) {
		addInvalidEndpointAttribute(&resp.Diagnostics, req.Path, endpoint)
	}
}

// headerValidator accepts text without control characters, which a header cannot
// contain.
type headerValidator struct{ validatorDescription }

func newHeaderValidator() validator.String {
	return headerValidator{"must not contain control characters"}
}

func (headerValidator) ValidateString(
	_ context.Context, req validator.StringRequest, resp *validator.StringResponse,
) {
	if text := req.ConfigValue.ValueString(); strings.ContainsFunc(text, unicode.IsControl) {
		addControlCharacterAttribute(&resp.Diagnostics, req.Path, text)
	}
}

// durationValidator accepts Go durations of at least min.
type durationValidator struct {
	validatorDescription

	accepted string // what it accepts, in words
	min      time.Duration
}

func newDurationValidator(minimum time.Duration) validator.String {
	accepted := fmt.Sprintf("a duration of at least %q", minimum.String())
	return durationValidator{validatorDescription("must be " + accepted), accepted, minimum}
}

func newTimeoutValidator() validator.String {
	const accepted = "a duration longer than zero"
	return durationValidator{"must be " + accepted, accepted, 1}
}

func (v durationValidator) ValidateString(
	_ context.Context, req validator.StringRequest, resp *validator.StringResponse,
) {
	if req.ConfigValue.IsNull() || req.ConfigValue.IsUnknown() {
		return
	}
	if d, err := time.ParseDuration(req.ConfigValue.ValueString()); err != nil || d < v.min {
		addInvalidDuration(&resp.Diagnostics, req.Path, v.accepted, req.ConfigValue.ValueString())
	}
}

// validatorDescription is the description of a validator, to be embedded.
type validatorDescription string

func (d validatorDescription) Description(context.Context) string { return string(d) }

func (d validatorDescription) MarkdownDescription(context.Context) string { return string(d) }
