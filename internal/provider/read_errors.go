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

	"github.com/rds-migrate/terraform-provider-alicloud/internal/rds"
)

// readErrorContext describes the read that an error belongs to.
type readErrorContext struct {
	client      apiClient
	instanceID  string
	timeout     time.Duration
	timeoutPath path.Path // of the attribute that timeout comes from
	polls       string    // how often the error came in a wait; empty for a single time
}

// addReadError reports an error of the client on the attribute at fault.
func addReadError(diags *diag.Diagnostics, err error, r readErrorContext) {
	var e *rds.Error
	if !errors.As(err, &e) {
		diags.AddError("The read was interrupted",
			fmt.Sprintf("The migration tasks of %s were not read to the end (%s). Run the command again.",
				r.instanceID, err))
		return
	}
	if e.Kind == rds.Credentials && e.Err != nil {
		addSourceError(diags, e.Err)
		return
	}
	text := r.errorText(e)
	detail := text.detail + apiErrorDetails(e, r.polls)
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
		return diagnosticText{path.Root("db_instance_id"), "No such instance", fmt.Sprintf(
			"This account has no RDS instance %q in the region %s.\n\n"+
				"Check the ID, the region of the provider, the resource group if one is given, and whose credentials "+
				"are in use.",
			r.instanceID, r.client.region)}
	case rds.Denied:
		return diagnosticText{path.Empty(), "No permission to read migration tasks", fmt.Sprintf(
			"The credentials in use may not read the migration tasks of %s.\n\n"+
				"Grant the RAM user or role the action rds:DescribeMigrateTasks on this instance.", r.instanceID)}
	case rds.Credentials:
		return diagnosticText{path.Empty(), "The service refuses the credentials", credentialsAdvice(e.Code)}
	case rds.InvalidWindow:
		return diagnosticText{path.Empty(), "Invalid Time Range", fmt.Sprintf(
			"The API refused every time range in which the provider tried to read the migration tasks of %s, although "+
				"the last one was computed from the time that the API itself had sent.\n\n"+
				"Check endpoints.rds of the provider and HTTPS_PROXY: a proxy or another service may have responded. "+
				"If it was the API, report this to the provider developers.", r.instanceID)}
	case rds.InvalidInstanceState:
		return diagnosticText{path.Root("db_instance_id"), "The instance cannot be asked now", fmt.Sprintf(
			"The state of the instance %s does not support reading its migration tasks. %s\n\n"+
				"If it is being created, restarted or upgraded, try again when it is done.",
			r.instanceID, instanceStateAdvice)}
	case rds.TimedOut:
		return diagnosticText{r.timeoutPath, "No complete answer in time", fmt.Sprintf(
			"The migration tasks of %s could not be read within %s. What went wrong last stands below.\n\n"+
				"If it was throttling, fewer reads at a time help (terraform plan -parallelism=4); if the service "+
				"only takes long, set a longer %s.", r.instanceID, r.timeout, r.timeoutPath)}
	default:
		return r.transportErrorText(e.Kind)
	}
}

// transportErrorText returns the text for the errors that are not about an
// attribute.
func (r readErrorContext) transportErrorText(kind rds.Kind) diagnosticText {
	switch kind {
	case rds.Unreachable:
		if r.client.endpoint != "" {
			return diagnosticText{path.Empty(), "The service cannot be reached", fmt.Sprintf(
				"The endpoint %s cannot be used.\n\n"+
					"Check endpoints.rds of the provider, or ALIBABA_CLOUD_ENDPOINT_RDS and RDS_ENDPOINT in the "+
					"environment; protocol, which must be \"HTTP\" where the endpoint speaks no TLS; the network, "+
					"and HTTPS_PROXY.",
				r.client.endpoint)}
		}
		return diagnosticText{path.Empty(), "The service cannot be reached", fmt.Sprintf(
			"There is no usable endpoint of RDS for the region %s.\n\n"+
				"Check region and endpoints.rds of the provider, the network, and HTTPS_PROXY.", r.client.region)}
	case rds.UnexpectedResponse:
		return diagnosticText{path.Empty(), "The answer is not a list of migration tasks", fmt.Sprintf(
			"Something answered the question for the migration tasks of %s, but it was no complete list, and the "+
				"provider does not guess. A proxy, a login page or a wrong endpoint may stand between.\n\n"+
				"Check endpoints.rds of the provider and HTTPS_PROXY, then try again.", r.instanceID)}
	case rds.Throttled, rds.Unavailable:
		return diagnosticText{path.Empty(), "The service does not answer", fmt.Sprintf(
			"The migration tasks of %s could not be read, although it was tried again for as long as "+
				"max_retry_timeout of the provider allows.\n\nTry again later, or set a longer max_retry_timeout, or "+
				"none: then timeouts.read alone counts.",
			r.instanceID)}
	case rds.Unstable:
		return diagnosticText{path.Empty(), "The list of migration tasks keeps changing", fmt.Sprintf(
			"Tasks of %s came or went each time its pages were read, so that they never made up one list.\n\n"+
				"Try again, or narrow the window with start_time and end_time.", r.instanceID)}
	default:
		return diagnosticText{path.Empty(), "The service does not list the migration tasks", fmt.Sprintf(
			"The service refuses to list the migration tasks of %s.\n\nWhat it says stands below.", r.instanceID)}
	}
}

// instanceStateAdvice says which instances have migration tasks that can be read.
const instanceStateAdvice = "It must be an ApsaraDB RDS for SQL Server instance, not of SQL Server 2017 Cluster " +
	"Edition, and running."

// credentialsAdvice returns the cause of, and the remedy for, an error code about
// the credentials.
func credentialsAdvice(code string) string {
	switch {
	case strings.HasPrefix(code, "InvalidAccessKeyId"):
		return "The access key is unknown or disabled.\n\nCheck access_key, and that the key is active in the RAM " +
			"console."
	case strings.HasPrefix(code, "InvalidSecurityToken"), strings.HasPrefix(code, "MissingSecurityToken"):
		return "The security token of the session has expired, or does not belong to the access key.\n\n" +
			"Get new session credentials: access key, secret and token belong together."
	case strings.Contains(code, "imeStamp"), strings.Contains(code, "imestamp"):
		return "The time in the request is off by more than 15 minutes.\n\nSet the clock of this machine."
	default:
		return "The signature does not match the access key.\n\n" +
			"Check secret_key: it must belong to access_key, without spaces or line breaks around it."
	}
}

// apiErrorDetails returns a paragraph with what the API has returned, the cause, and
// in which polls, or "".
func apiErrorDetails(e *rds.Error, polls string) string {
	var b strings.Builder
	addLine := func(name, value string) {
		if value != "" {
			fmt.Fprintf(&b, "\n%s: %s", name, value)
		}
	}
	if e.Err != nil {
		addLine("Cause", e.Err.Error())
	}
	addLine("Message", e.Message)
	addLine("Code", e.Code)
	addLine("Request ID", e.RequestID)
	if e.Status != 0 {
		addLine("HTTP status", strconv.Itoa(e.Status))
	}
	addLine("Polls", polls)
	if b.Len() == 0 {
		return ""
	}
	return "\n" + b.String()
}
