// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"

	"github.com/rds-migrate/terraform-provider-alicloud/internal/openapi"
	"github.com/rds-migrate/terraform-provider-alicloud/internal/rds"
)

// readErrorContext describes the read that an error belongs to.
type readErrorContext struct {
	client      apiClient
	instanceID  string
	timeout     time.Duration
	timeoutPath path.Path // of the attribute that timeout comes from
	polls       string    // in which polls of a wait the error occurred; empty for a single one
	ending      string    // paragraph about the end of a wait; empty for a read
}

// addReadError reports an error of the client on the attribute at fault.
func addReadError(diags *diag.Diagnostics, err error, r readErrorContext) {
	var e *rds.Error
	if !errors.As(err, &e) {
		diags.AddError("Read Interrupted", fmt.Sprintf(
			"The read of the migration tasks of the instance %s was interrupted: %s.\n\nRun the command again.",
			r.instanceID, err))
		return
	}
	if e.Kind == rds.Credentials && e.Err != nil {
		addSourceError(diags, e.Err, r.ending)
		return
	}
	text := r.errorText(e)
	detail := text.detail + r.ending + apiErrorDetails(e, r.polls)
	if text.path.Equal(path.Empty()) {
		diags.AddError(text.summary, detail)
		return
	}
	diags.AddAttributeError(text.path, text.summary, detail)
}

// diagnosticText is the text of a diagnostic, and the attribute that it is about.
type diagnosticText struct {
	path            path.Path // empty for none
	summary, detail string
}

// errorText returns the text for an error of the client.
func (r readErrorContext) errorText(e *rds.Error) diagnosticText {
	switch e.Kind {
	case rds.NotFound:
		return diagnosticText{path.Root("db_instance_id"), "RDS Instance Not Found", fmt.Sprintf(
			"The account has no RDS instance %q in the region %s.\n\n"+
				"Check db_instance_id, region of the provider, and resource_group_id if it is set. Check that the "+
				"credentials belong to the account of the instance.",
			r.instanceID, r.client.region)}
	case rds.Denied:
		return diagnosticText{path.Empty(), "Missing Permission", fmt.Sprintf(
			"The credentials do not have permission to read the migration tasks of the instance %s.\n\n"+
				"Grant the RAM user or role the action rds:DescribeMigrateTasks on this instance.", r.instanceID)}
	case rds.Credentials:
		return diagnosticText{path.Empty(), "Invalid Credentials", credentialsAdvice(e.Code)}
	case rds.InvalidTimestamp:
		return diagnosticText{
			path.Empty(), "Invalid Timestamp",
			"The time of the request differs from the time of the API by more than 15 minutes.\n\n" +
				"Correct the clock of this machine, and run the command again.",
		}
	case rds.InvalidWindow:
		return diagnosticText{path.Empty(), "Invalid Time Range", fmt.Sprintf(
			"The API rejected every time range in which the provider tried to read the migration tasks of the "+
				"instance %s, although the last one was computed from the time that the API had returned.\n\n"+
				"Check endpoints.rds of the provider and HTTPS_PROXY: a proxy or another server may have responded. "+
				"If it was the API, report this to the provider developers.", r.instanceID)}
	case rds.InvalidInstanceState:
		return diagnosticText{path.Root("db_instance_id"), "Invalid Instance State", fmt.Sprintf(
			"The API does not return migration tasks for the instance %s in its state. %s\n\n"+
				"If the instance is being created, restarted, or upgraded, wait until this is complete and run the "+
				"command again.",
			r.instanceID, instanceRequirement)}
	case rds.TimedOut:
		return r.timeoutText(e)
	default:
		if refusal, ok := errors.AsType[*openapi.Error](e.Err); ok && refusal.Reason == openapi.ProxyRefused {
			return diagnosticText{path.Empty(), "Unable to Connect to API", fmt.Sprintf(
				"The provider cannot connect to the RDS API at %s, because the proxy refused the connection.\n\n%s",
				refusal.Host, openapi.ProxyAdvice)}
		}
		return r.transportErrorText(e)
	}
}

// timeoutText returns the text for a read that has reached its timeout.
func (r readErrorContext) timeoutText(e *rds.Error) diagnosticText {
	connection := connectionAdvice(e.Err)
	advice := fmt.Sprintf("Run the command again later, or set a longer %s.", r.timeoutPath)
	switch {
	case connection != "":
		advice = fmt.Sprintf("%s Then run the command again, or set a longer %s.", connection, r.timeoutPath)
	case errors.Is(e.Err, rds.Throttled):
		advice = fmt.Sprintf("Reduce the number of concurrent reads, for example with terraform plan -parallelism=4, "+
			"or set a longer %s.", r.timeoutPath)
	}
	return diagnosticText{r.timeoutPath, "Timeout Reading Migration Tasks", fmt.Sprintf(
		"The migration tasks of the instance %s could not be read within %s (%s).\n\n%s",
		r.instanceID, r.timeout, r.timeoutPath, advice)}
}

// connectionAdvice returns what to do if a request of the client has failed to connect,
// or "".
func connectionAdvice(err error) string {
	switch {
	case hasReason(err, openapi.ConnectionFailed):
		return "Check endpoints.rds of the provider or ALIBABA_CLOUD_ENDPOINT_RDS in the environment, the network, " +
			"and HTTPS_PROXY."
	case hasReason(err, openapi.ProxyRefused):
		return openapi.ProxyAdvice
	}
	return ""
}

// hasReason reports whether a request of the client has no response for this reason.
func hasReason(err error, reason openapi.Reason) bool {
	e, ok := errors.AsType[*openapi.Error](err)
	return ok && e.Reason == reason
}

// transportErrorText returns the text for the errors that are not about an
// attribute.
func (r readErrorContext) transportErrorText(e *rds.Error) diagnosticText {
	switch e.Kind {
	case rds.Unreachable:
		return r.unreachableText(e)
	case rds.UnexpectedResponse:
		return diagnosticText{path.Empty(), "Unexpected API Response", fmt.Sprintf(
			"The response to a request for the migration tasks of the instance %s is not a list of migration tasks. "+
				"It may come from a proxy, a sign-in page or another server.\n\n"+
				"Check endpoints.rds of the provider and HTTPS_PROXY, and run the command again.", r.instanceID)}
	case rds.Throttled, rds.Unavailable:
		return diagnosticText{path.Empty(), "Unable to Read Migration Tasks", fmt.Sprintf(
			"The migration tasks of the instance %s could not be read. Every attempt failed until max_retry_timeout "+
				"of the provider had passed.\n\n"+
				"Run the command again later, or set a longer max_retry_timeout. With 0, requests are retried until "+
				"timeouts.read has passed.",
			r.instanceID)}
	case rds.Unstable:
		return diagnosticText{path.Empty(), "Unable to Read Migration Tasks", fmt.Sprintf(
			"The list of the migration tasks of the instance %s changed each time it was read, so that tasks may be "+
				"missing from it.\n\n"+
				"Run the command again, or limit the time range with start_time and end_time.", r.instanceID)}
	default:
		return diagnosticText{path.Empty(), "Unable to Read Migration Tasks", fmt.Sprintf(
			"The request for the migration tasks of the instance %s was rejected.\n\n"+
				"Correct the configuration as the following details describe, and run the command "+
				"again.", r.instanceID)}
	}
}

// unreachableText returns the text for a host that does not exist or is not trusted.
func (r readErrorContext) unreachableText(e *rds.Error) diagnosticText {
	if r.client.endpoint == "" {
		return diagnosticText{path.Empty(), "Unable to Connect to API", fmt.Sprintf(
			"The provider cannot connect to the RDS API in the region %s.\n\n"+
				"Check region of the provider, the network, and HTTPS_PROXY. If the region has another endpoint, set "+
				"endpoints.rds of the provider.", r.client.region)}
	}
	protocol := ""
	if hasReason(e.Err, openapi.UntrustedServer) {
		protocol = " Set protocol to \"HTTP\" if the endpoint does not support TLS."
	}
	return diagnosticText{path.Empty(), "Unable to Connect to API", fmt.Sprintf(
		"The provider cannot connect to the RDS API at the endpoint %s.\n\n"+
			"Check endpoints.rds of the provider, or ALIBABA_CLOUD_ENDPOINT_RDS and RDS_ENDPOINT in the "+
			"environment.%s Check the network and HTTPS_PROXY.",
		r.client.endpoint, protocol)}
}

// instanceRequirement states which instances have migration tasks that can be read.
const instanceRequirement = "It must be a running instance of ApsaraDB RDS for SQL Server, but not of SQL Server " +
	"2017 Cluster Edition."

// credentialsAdvice returns the cause of, and the remedy for, an error code about
// the credentials.
func credentialsAdvice(code string) string {
	switch {
	case strings.HasPrefix(code, "InvalidAccessKeyId"):
		return "The AccessKey ID does not exist or is disabled.\n\n" +
			"Check the AccessKey ID (access_key, its environment variable, or the profile), and that it is enabled " +
			"in the RAM console. If it starts with STS., it is a part of temporary credentials, and the security " +
			"token is required."
	case strings.HasPrefix(code, "InvalidSecurityToken"), strings.HasPrefix(code, "MissingSecurityToken"):
		return "The security token has expired, or was not issued with this AccessKey pair.\n\n" +
			"Get new temporary credentials, and use the AccessKey ID, AccessKey secret, and security token that were " +
			"issued together."
	default:
		return "The signature of the request does not match the AccessKey ID.\n\n" +
			"Check the AccessKey secret (secret_key, its environment variable, or the profile): it must belong to " +
			"the AccessKey ID, and have no spaces or line breaks."
	}
}

// apiErrorDetails returns a paragraph with the cause, what the API has returned, and
// the polls that failed, or "".
func apiErrorDetails(e *rds.Error, polls string) string {
	var b strings.Builder
	addLine := func(name, value string) {
		if value != "" {
			fmt.Fprintf(&b, "\n%s: %s", name, value)
		}
	}
	switch {
	case e.Kind == rds.TimedOut && e.Err != nil:
		addLine("Latest failure", e.Err.Error())
	case e.Err != nil:
		addLine("Cause", e.Err.Error())
	}
	addLine("Message", e.Message)
	addLine("Code", e.Code)
	addLine("Request ID", e.RequestID)
	if e.Status != 0 {
		addLine("HTTP status", strconv.Itoa(e.Status))
	}
	addLine("Failed polls", polls)
	if b.Len() == 0 {
		return ""
	}
	return "\n" + b.String()
}
