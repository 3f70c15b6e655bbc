// SPDX-License-Identifier: MPL-2.0

package rds

import (
	"context"
	"errors"
	"fmt"
	"testing"
)

func TestError_Classify(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		status int
		code   string
		want   Kind
	}{
		{400, "Throttling", Throttled},
		{400, "Throttling.User", Throttled},
		{400, "Throttling.Api", Throttled},
		{503, "ServiceUnavailable.Throttling", Throttled},
		{429, "", Throttled},
		{429, "TooManyRequests", Throttled},

		{500, "InternalError", Unavailable},
		{400, "InternalError", Unavailable},
		{503, "ServiceUnavailable", Unavailable},
		{502, "", Unavailable},
		{599, "Something.New", Unavailable},
		{400, "SignatureNonceUsed", Unavailable},

		{404, "InvalidDBInstanceId.NotFound", NotFound},
		{404, "InvalidDBInstanceName.NotFound", NotFound},
		{404, "InvalidDBInstanceId.Malformed", Rejected},

		{404, "InvalidAccessKeyId.NotFound", Credentials},
		{403, "InvalidAccessKeyId.Inactive", Credentials},
		{400, "SignatureDoesNotMatch", Credentials},
		{400, "IncompleteSignature", Credentials},
		{400, "InvalidSecurityToken.Expired", Credentials},
		{403, "InvalidSecurityToken.MismatchWithAccessKey", Credentials},
		{400, "MissingSecurityToken", Credentials},
		{400, "InvalidTimeStamp.Expired", InvalidTimestamp},
		{400, "IllegalTimestamp", InvalidTimestamp},

		{403, "Forbidden.RAM", Denied},
		{403, "NoPermission", Denied},

		{400, "InvalidStartTime.Malformed", InvalidWindow},
		{400, "InvalidEndTime.Malformed", InvalidWindow},
		{400, "InvalidStartTimeAndEndTime.Malformed", InvalidWindow},

		{403, "InvalidInstanceState", InvalidInstanceState},

		{400, "InvalidPageSize", Rejected},
		{400, "MissingDBInstanceId", Rejected},
		{404, "InvalidAction.NotFound", Rejected},
		{200, "Something.New", Rejected},

		{400, "", UnexpectedResponse},
		{403, "", UnexpectedResponse},
		{204, "", UnexpectedResponse},
		{302, "", UnexpectedResponse},
	} {
		t.Run(fmt.Sprint(test.status, " ", test.code), func(t *testing.T) {
			t.Parallel()
			if got := classify(test.status, test.code); got != test.want {
				t.Errorf("classify(%d, %q) = %q, want %q", test.status, test.code, got, test.want)
			}
		})
	}
}

func TestError_Text(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		err  *Error
		want string
	}{
		"every field": {
			&Error{
				Kind: NotFound, Code: "InvalidDBInstanceId.NotFound", Message: "No such instance.",
				RequestID: "6F9619FF", Status: 404,
			},
			"instance not found: No such instance. " +
				"(code InvalidDBInstanceId.NotFound, request ID 6F9619FF, HTTP status 404)",
		},
		"no response": {
			&Error{Kind: Unavailable, Err: errors.New("connection refused")}, "service unavailable: connection refused",
		},
		"only a kind": {&Error{Kind: Denied}, "permission denied"},
		"the cause of a timeout": {
			&Error{Kind: TimedOut, Err: &Error{Kind: Throttled, Code: "Throttling.User", Status: 400}},
			"read timed out: throttled (code Throttling.User, HTTP status 400)",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := test.err.Error(); got != test.want {
				t.Errorf("the error reads\n%s, want\n%s", got, test.want)
			}
		})
	}
}

func TestError_IsKind(t *testing.T) {
	t.Parallel()
	cause := errors.New("a cause")
	err := fmt.Errorf("reading: %w", &Error{Kind: TimedOut, Err: &Error{Kind: Unavailable, Err: cause}})
	for _, target := range []error{TimedOut, Unavailable, cause} {
		if !errors.Is(err, target) {
			t.Errorf("%v is not %v", err, target)
		}
	}
	for _, target := range []error{NotFound, Kind(""), context.DeadlineExceeded} {
		if errors.Is(err, target) {
			t.Errorf("%v is %v", err, target)
		}
	}
	if NotFound.Error() != "instance not found" {
		t.Errorf("the kind reads %q", NotFound.Error())
	}
}
