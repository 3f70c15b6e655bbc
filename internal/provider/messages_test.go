// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/rds-migrate/terraform-provider-alicloud/internal/clocktest"
	"github.com/rds-migrate/terraform-provider-alicloud/internal/credentials"
	"github.com/rds-migrate/terraform-provider-alicloud/internal/migration"
	"github.com/rds-migrate/terraform-provider-alicloud/internal/openapi"
	"github.com/rds-migrate/terraform-provider-alicloud/internal/rds"
)

// goldenFile holds every message, so that wording is reviewed like code.
// `UPDATE_GOLDEN=1 go test ./internal/provider -run TestMessages` rewrites it.
const goldenFile = "testdata/messages.golden"

// messageCase is one situation, and the function that adds its diagnostics.
type messageCase struct {
	name string
	add  func(diags *diag.Diagnostics)
}

func TestMessages_Golden(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	credentialMessages := newCredentialMessages(t)
	for _, m := range slices.Concat(
		argumentCredentialMessages(credentialMessages), profileMessages(credentialMessages),
		serviceMessages(credentialMessages), providerMessages(), argumentMessages(), readMessages(), gateMessages(),
		actionMessages(),
	) {
		var diags diag.Diagnostics
		m.add(&diags)
		if len(diags) == 0 {
			t.Errorf("%s: no message", m.name)
		}
		fmt.Fprintf(&b, "=== %s\n", m.name)
		for _, d := range diags {
			fmt.Fprintf(&b, "%s: %s\n", d.Severity(), d.Summary())
			if at, ok := d.(diag.DiagnosticWithPath); ok {
				fmt.Fprintf(&b, "  at %s\n", at.Path())
			}
			fmt.Fprintf(&b, "\n%s\n\n", d.Detail())
		}
	}
	for _, m := range progressMessages() {
		fmt.Fprintf(&b, "=== progress: %s\n%s\n\n", m.name, m.text)
	}
	if os.Getenv("UPDATE_GOLDEN") != "" {
		if err := os.WriteFile(goldenFile, []byte(b.String()), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(goldenFile)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), b.String()); diff != "" {
		t.Errorf("messages differ from %s (UPDATE_GOLDEN=1 rewrites it):\n%s", goldenFile, diff)
	}
}

// providerMessages are about the provider block and the environment.
func providerMessages() []messageCase {
	return []messageCase{
		{"no region", addMissingRegion},
		{"an invalid endpoint in the environment", func(d *diag.Diagnostics) {
			addInvalidEndpoint(d, "RDS_ENDPOINT", "https://rds")
		}},
		{"an invalid endpoint", func(d *diag.Diagnostics) {
			validate(newEndpointValidator(), path.Root("endpoints").AtName("sts"), "https://sts.aliyuncs.com", d)
		}},
		{"an invalid number in the environment", func(d *diag.Diagnostics) {
			addInvalidNumber(d, "MAX_RETRY_TIMEOUT", maxRetryTimeoutSeconds, "1m")
		}},
		{"a control character in the environment", func(d *diag.Diagnostics) {
			addControlCharacter(d, configurationSourceVariable, "ci\nX-Header: 1")
		}},
		{"a control character in the provider block", func(d *diag.Diagnostics) {
			addControlCharacterAttribute(d, path.Root("configuration_source"), "ci\tjob")
		}},
		{"an invalid proxy", func(d *diag.Diagnostics) { addInvalidProxy(d, "HTTPS_PROXY") }},
		{"plain HTTP", addPlainHTTP},
		{"a provider block with unknown values", func(d *diag.Diagnostics) {
			addUnknownProvider(d, []string{"access_key", "region"})
		}},
		{"a data source with data of another type", func(d *diag.Diagnostics) {
			var resp datasource.ConfigureResponse
			(&migrateTasksDataSource{}).Configure(
				context.Background(), datasource.ConfigureRequest{ProviderData: 1}, &resp)
			d.Append(resp.Diagnostics...)
		}},
		{"a resource with data of another type", func(d *diag.Diagnostics) {
			var resp resource.ConfigureResponse
			(&migrateGateResource{}).Configure(
				context.Background(), resource.ConfigureRequest{ProviderData: 1}, &resp)
			d.Append(resp.Diagnostics...)
		}},
	}
}

// validate adds what a validator reports about the value of an attribute.
func validate(v validator.String, attribute path.Path, value string, diags *diag.Diagnostics) {
	var resp validator.StringResponse
	v.ValidateString(context.Background(), validator.StringRequest{
		Path: attribute, ConfigValue: types.StringValue(value),
	}, &resp)
	diags.Append(resp.Diagnostics...)
}

// argumentMessages are about the arguments and results of the data source.
func argumentMessages() []messageCase {
	timeRange := func(start, end types.String) func(diags *diag.Diagnostics) {
		return func(diags *diag.Diagnostics) {
			parseTimeRange(start, end, diags).warnStartBeyondRetention(clocktest.Start, diags)
		}
	}
	emptyRange := func(start, end types.String) func(diags *diag.Diagnostics) {
		return func(diags *diag.Diagnostics) {
			parseTimeRange(start, end, diags).reportEmpty(clocktest.Start, diags)
		}
	}
	at, omitted := types.StringValue, types.StringNull()
	unreadable := migration.Task{
		ID: "7", Database: "orders",
		CreateTime: migration.ParseTimestamp("soon"), EndTime: migration.ParseTimestamp("later"),
	}
	return []messageCase{
		{"a time in another format", timeRange(at("2026-11-20"), omitted)},
		{"a date that does not exist", timeRange(at("2026-13-01T00:00Z"), omitted)},
		{"a time before 1970", timeRange(at("1969-01-01T00:00Z"), omitted)},
		{"an end before the start", timeRange(at("2026-11-20T09:00+08:00"), at("2026-11-20T01:00Z"))},
		{"a start in the future", emptyRange(at("2026-11-21T00:00Z"), omitted)},
		{"a range that starts before the retention period", timeRange(at("2026-11-01T00:00Z"), omitted)},
		{"a range before the retention period", emptyRange(omitted, at("2026-11-01T00:00Z"))},
		{"a range in the future", emptyRange(at("2026-11-21T00:00Z"), at("2026-11-22T00:00Z"))},
		{"a list with missing tasks", func(d *diag.Diagnostics) { warnUnlisted(d, 3) }},
		{"other spellings of two names", func(d *diag.Diagnostics) {
			warnOtherSpellings(d, []string{"orders", "caf\u00e9", "hr"}, []migration.Task{
				{ID: "1", Database: "Orders"}, {ID: "2", Database: "ORDERS"}, {ID: "3", Database: "cafe\u0301"},
			})
		}},
		{"a timeout of zero", func(d *diag.Diagnostics) {
			validate(newTimeoutValidator(), path.Root("timeouts").AtName("read"), "0s", d)
		}},
		{"a timeout in days", func(d *diag.Diagnostics) {
			validate(newTimeoutValidator(), path.Root("timeouts").AtName("create"), "1d", d)
		}},
		{"a poll interval that is too short", func(d *diag.Diagnostics) {
			validate(newDurationValidator(minPollInterval), path.Root("poll_interval"), "500ms", d)
		}},
		{"an invalid regular expression", func(d *diag.Diagnostics) {
			validate(newRegexpValidator(), path.Root("name_regex"), "(orders", d)
		}},
		{"names that are equal in Unicode", func(d *diag.Diagnostics) { addNameCollision(d, "\u00e9", "e\u0301") }},
		{"more invalid times than the message lists", func(d *diag.Diagnostics) {
			warnUnreadableTimes(slices.Repeat([]migration.Task{{ID: "8", Database: "billing"}}, 1000), d)
		}},
		{"invalid times", func(d *diag.Diagnostics) {
			warnUnreadableTimes([]migration.Task{unreadable}, d)
		}},
		{"results without a server", func(d *diag.Diagnostics) {
			addUndeliveredResults(d, results{}.deliver(context.Background()))
		}},
		{"a read without results", func(d *diag.Diagnostics) {
			e := unencodedResults(resultsSink{}.encodeInto(nil))
			d.AddError(e.Summary, e.Detail)
		}},
	}
}

// readMessages are about errors of the client.
func readMessages() []messageCase {
	read := readErrorContext{
		client:     apiClient{region: TestRegion},
		instanceID: TestInstanceID, timeout: 5 * time.Minute, timeoutPath: path.Root("timeouts").AtName("read"),
	}
	report := func(e *rds.Error) func(diags *diag.Diagnostics) {
		return func(diags *diag.Diagnostics) { addReadError(diags, e, read) }
	}
	reportResponse := func(kind rds.Kind, status int, code string) func(diags *diag.Diagnostics) {
		return report(&rds.Error{
			Kind: kind, Code: code, Message: "The message of the API.", RequestID: "5C1A-4E8B", Status: status,
		})
	}
	reportCredentials := func(code string) func(diags *diag.Diagnostics) {
		return report(&rds.Error{
			Kind: rds.Credentials, Code: code, RequestID: "5C1A-4E8B", Status: http.StatusForbidden,
		})
	}
	unreachableEndpoint := func(reason openapi.Reason, cause string) func(diags *diag.Diagnostics) {
		return func(d *diag.Diagnostics) {
			withEndpoint := read
			withEndpoint.client = apiClient{region: TestRegion, endpoint: "127.0.0.1:8850"}
			err := &openapi.Error{Reason: reason, Err: errors.New(cause)}
			addReadError(d, &rds.Error{Kind: rds.Unreachable, Err: err}, withEndpoint)
		}
	}
	throttled := &rds.Error{
		Kind: rds.Throttled, Code: "Throttling.User", RequestID: "5C1A-4E8B", Status: http.StatusBadRequest,
	}
	return []messageCase{
		{
			"an instance that does not exist",
			reportResponse(rds.NotFound, http.StatusNotFound, "InvalidDBInstanceId.NotFound"),
		},
		{"a missing permission", reportResponse(rds.Denied, http.StatusForbidden, "Forbidden.RAM")},
		{"an unknown AccessKey ID", reportCredentials("InvalidAccessKeyId.NotFound")},
		{"a signature that does not match", reportCredentials("SignatureDoesNotMatch")},
		{"a session that has expired", reportCredentials("InvalidSecurityToken.Expired")},
		{
			"a clock that is wrong",
			reportResponse(rds.InvalidTimestamp, http.StatusBadRequest, "InvalidTimeStamp.Expired"),
		},
		{"an authentication that fails", report(&rds.Error{Kind: rds.Credentials, Err: &credentials.Error{
			Argument: "profile", Summary: "Unable to Get Credentials",
			Detail: "No credentials were obtained from the profile \"p\". The request was refused.",
		}})},
		{"a role that is not assumed", report(&rds.Error{Kind: rds.Credentials, Err: &credentials.Error{
			Argument: "assume_role", Summary: "Unable to Get Credentials",
			Detail: "No credentials were obtained from the role acs:ram::1234567890:role/reader.",
		}})},
		{"a source of the environment that fails", report(&rds.Error{Kind: rds.Credentials, Err: &credentials.Error{
			Summary: "Unable to Get Credentials",
			Detail:  "No credentials were obtained from the credentials URI of the environment.",
		}})},
		{
			"a time range that the API rejects",
			reportResponse(rds.InvalidWindow, http.StatusBadRequest, "InvalidEndTime.Malformed"),
		},
		{
			"an instance in another state",
			reportResponse(rds.InvalidInstanceState, http.StatusForbidden, "InvalidInstanceState"),
		},
		{"another error of the API", reportResponse(rds.Rejected, http.StatusBadRequest, "InvalidParameter")},
		{"a request that cannot be sent", report(&rds.Error{
			Kind: rds.Rejected, Err: errors.New(`the endpoint "rds\x00" is not a valid host`),
		})},
		{"a host that does not exist", report(&rds.Error{
			Kind: rds.Unreachable, Err: errors.New("lookup rds.example: no such host"),
		})},
		{"an endpoint that does not exist", unreachableEndpoint(openapi.HostNotFound, "no such host")},
		{
			"an endpoint without TLS",
			unreachableEndpoint(openapi.UntrustedServer, "tls: first record does not look like a TLS handshake"),
		},
		{"a read that was interrupted after a failure", func(d *diag.Diagnostics) {
			addReadError(d, &rds.Interrupted{Cause: context.Canceled, Last: throttled}, read)
		}},
		{"a response that is not a list", report(&rds.Error{
			Kind: rds.UnexpectedResponse, Status: http.StatusOK, Err: errors.New("the body is HTML or XML, not JSON"),
		})},
		{"a list that keeps changing", report(&rds.Error{
			Kind: rds.Unstable, Err: errors.New("TotalRecordCount is 119, but the pages have 120 tasks"),
		})},
		{"throttling until the timeout", report(&rds.Error{Kind: rds.TimedOut, Err: throttled})},
		{"an outage until the timeout", report(&rds.Error{
			Kind: rds.TimedOut, Err: &rds.Error{Kind: rds.Unavailable, Status: http.StatusServiceUnavailable},
		})},
		{"connection failures until the timeout", report(&rds.Error{
			Kind: rds.TimedOut, Err: &rds.Error{Kind: rds.Unavailable, Err: connectionRefused()},
		})},
		{"a proxy that requires a password", report(&rds.Error{
			Kind: rds.UnexpectedResponse, Status: http.StatusProxyAuthRequired, Err: proxyRefused(),
		})},
		{"a proxy that cannot connect to the API until the timeout", report(&rds.Error{
			Kind: rds.TimedOut,
			Err:  &rds.Error{Kind: rds.Unavailable, Status: http.StatusBadGateway, Err: proxyRefused()},
		})},
		{"throttling until max_retry_timeout", report(throttled)},
		{
			"an outage until max_retry_timeout",
			reportResponse(rds.Unavailable, http.StatusServiceUnavailable, "ServiceUnavailable"),
		},
		{"an interrupted read", func(d *diag.Diagnostics) {
			addReadError(d, errors.New("context canceled"), read)
		}},
	}
}

// gateMessages are about the gate and its wait.
func gateMessages() []messageCase {
	w := newTestWaiter()
	listed := func(tasks ...migration.Task) gateStatus { return gateStatusOf(newList(tasks...)) }
	incomplete := func(tasks ...migration.Task) gateStatus {
		list := newList(tasks...)
		list.Unlisted = 2
		return gateStatusOf(list)
	}
	afterError := func(e *rds.Error) gateStatus {
		return gateStatus{databaseNames: []string{"orders"}, lastError: e}
	}
	success, running := gateTask("1", "billing", migration.Success), gateTask("2", "orders", migration.Running)
	failed := gateTask("2", "orders", migration.Failed)
	failed.Description = "The backup file is broken"
	failedCheck := success
	failedCheck.Description = "asynchronously DBCC checkdb failed: 2 consistency errors"
	withEscapes := migration.Task{
		ID: "4\x1b[8m", Database: "orders", Status: migration.Failed, BackupMode: "\x1b[8m",
		CreateTime: failed.CreateTime, EndTime: migration.ParseTimestamp("\x1b[8m"),
		Description: "\x1b[2J\nApply complete!",
	}
	withoutReason := gateTask("3", "billing", migration.Terminated)
	withoutReason.EndTime = migration.Timestamp{}
	timedOut := func(status gateStatus) func(*diag.Diagnostics) {
		return func(d *diag.Diagnostics) { addWaitTimedOut(d, w, status) }
	}
	hasFailed := func(status gateStatus) func(*diag.Diagnostics) {
		return func(d *diag.Diagnostics) { addMigrationFailed(d, w, status) }
	}
	notReady := &rds.Error{
		Kind: rds.InvalidInstanceState, Status: http.StatusForbidden,
		Message: "The current instance state does not support this operation.",
	}
	return []messageCase{
		{"an import", addImportNotSupported},
		{"a migration that failed", hasFailed(listed(failed))},
		{"two that failed, one without a reason", hasFailed(listed(failed, withoutReason))},
		{"a failure in an incomplete list", hasFailed(incomplete(failed))},
		{"a failure with terminal escape sequences", func(d *diag.Diagnostics) {
			addMigrationFailed(d, w, listed(withEscapes))
			addWaitTimedOut(d, w, listed(withEscapes))
		}},
		{"a name that differs in case", func(d *diag.Diagnostics) {
			addMisspelledDatabases(d, w, listed(gateTask("1", "Orders", migration.Running)))
		}},
		{"a start time after the deadline", func(d *diag.Diagnostics) {
			late := newTestWaiter()
			late.evidence.Since = late.deadline.Add(time.Hour)
			addStartAfterDeadline(d, late)
		}},
		{"a wait that was too short", timedOut(listed(success, running))},
		{"a wait for databases without tasks", timedOut(listed(
			gateTask("1", "Orders", migration.Success), gateTask("2", "hr", migration.Success)))},
		{"a wait for the next backup file", timedOut(listed(success, gateTask("2", "orders", migration.Waiting)))},
		{"a wait with an incomplete list", timedOut(incomplete(success, gateTask("2", "orders", migration.Success)))},
		{"a wait without a response", timedOut(afterError(&rds.Error{
			Kind: rds.Unavailable, Status: http.StatusServiceUnavailable,
		}))},
		{"a wait behind a proxy that refuses connections", timedOut(afterError(&rds.Error{
			Kind: rds.Unavailable, Status: http.StatusBadGateway, Err: proxyRefused(),
		}))},
		{"a wait that a proxy that refuses connections ends", func(d *diag.Diagnostics) {
			err := &rds.Error{Kind: rds.UnexpectedResponse, Status: http.StatusForbidden, Err: proxyRefused()}
			status := afterError(err)
			status.failures = failureRun{polls: 9, began: w.began.Add(-2 * time.Minute)}
			addWaitFailed(d, w, status, err)
		}},
		{"a wait for an instance that is not ready", timedOut(afterError(notReady))},
		{"a failure that has reached its limit", func(d *diag.Diagnostics) {
			status := afterError(notReady)
			status.failures = failureRun{polls: 61, began: w.began.Add(-15 * time.Minute)}
			addWaitFailed(d, w, status, notReady)
		}},
		{"a wait without credentials", func(d *diag.Diagnostics) {
			err := &rds.Error{Kind: rds.Credentials, Err: &credentials.Error{
				Argument: "ecs_role_name", Summary: "Unable to Get Credentials",
				Detail: "No credentials were obtained from the ECS role. It could not be reached.",
			}}
			addWaitFailed(d, w, afterError(err), err)
		}},
		{"a wait that was interrupted before the first response", func(d *diag.Diagnostics) {
			addWaitInterrupted(d, w, afterError(&rds.Error{
				Kind: rds.Unavailable, Err: connectionRefused(),
			}))
		}},
		{"a wait that was interrupted", func(d *diag.Diagnostics) { addWaitInterrupted(d, w, listed(running)) }},
		{"a success with a failed check", func(d *diag.Diagnostics) {
			warnFailedChecks(d, path.Root("databases"), gateWait, listed(failedCheck))
		}},
	}
}

// connectionRefused returns the error of a request to a port on which no server listens.
func connectionRefused() error {
	return &openapi.Error{
		Reason: openapi.ConnectionFailed, Host: "127.0.0.1:8859",
		Err: errors.New("dial tcp 127.0.0.1:8859: connect: connection refused"),
	}
}

// proxyRefused returns the error of a request that a proxy does not pass on.
func proxyRefused() error {
	return &openapi.Error{
		Reason: openapi.ProxyRefused, Host: "rds.aliyuncs.com",
		Err: errors.New("the proxy proxy.example.com:3128 refused the connection"),
	}
}

// newTestWaiter returns the waiter of a gate for billing and orders that starts to wait
// at clocktest.Start.
func newTestWaiter() *gateWaiter {
	const timeout = 2 * time.Hour
	return &gateWaiter{
		kind: gateWait, query: migration.Query{InstanceID: TestInstanceID}, clock: clocktest.New(clocktest.Start),
		timeout: timeout, began: clocktest.Start, deadline: clocktest.Start.Add(timeout),
	}
}

// gateStatusOf returns the status of a gate for billing and orders after a list.
func gateStatusOf(list rds.List) gateStatus {
	s := gateStatus{databaseNames: []string{"billing", "orders"}}
	s.recordList(list, migration.Evidence{})
	return s
}

// gateTask returns a FULL task that was created at clocktest.Start and ended half an
// hour later.
func gateTask(id, database string, status migration.Status) migration.Task {
	return migration.Task{
		ID: id, Database: database, Status: status, BackupMode: "FULL",
		CreateTime: migration.ParseTimestamp(clocktest.Start.Format(time.RFC3339)),
		EndTime:    migration.ParseTimestamp(clocktest.Start.Add(30 * time.Minute).Format(time.RFC3339)),
	}
}
