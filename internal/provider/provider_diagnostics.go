// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"errors"
	"fmt"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"

	"github.com/rds-migrate/terraform-provider-alicloud/internal/credentials"
)

func addMissingRegion(diags *diag.Diagnostics) {
	diags.AddAttributeError(path.Root("region"), "No region",
		"The provider does not know in which region to look for the instances, and does not guess one.\n\n"+
			"Set region in the provider block, such as region = \"cn-hangzhou\", or one of the environment variables "+
			"ALICLOUD_REGION and ALIBABA_CLOUD_REGION, or the region of the profile in use.")
}

func addInvalidEndpoint(diags *diag.Diagnostics, variables, endpoint string) {
	diags.AddError("Not an endpoint",
		fmt.Sprintf("The environment (%s) gives the endpoint %q. It must be a host or host:port, such as "+
			"\"rds.aliyuncs.com\", without https:// before it or a path behind it.", variables, endpoint))
}

// addInvalidEndpointAttribute reports an argument of the block endpoints. Its
// requirement follows the attribute's name in the sentence.
func addInvalidEndpointAttribute(diags *diag.Diagnostics, attribute path.Path, requirement, got string) {
	diags.AddAttributeError(attribute, "Not an endpoint",
		fmt.Sprintf("Attribute %s %s, such as \"rds.aliyuncs.com\"; got: %q.", attribute, requirement, got))
}

func addInvalidNumber(diags *diag.Diagnostics, variable string, maximum int64, got string) {
	diags.AddError("Invalid Number", fmt.Sprintf(
		"The environment variable %s must be a whole number from 0 to %d; got: %q.\n\nCorrect it or unset it.",
		variable, maximum, got))
}

// controlCharacterDetail returns the detail of an error about an attribute or an
// environment variable with a control character.
func controlCharacterDetail(subject, got string) string {
	return fmt.Sprintf("%s must not contain control characters such as line breaks and tabs; got: %q.\n\n"+
		"Remove the control characters.", subject, got)
}

func addControlCharacter(diags *diag.Diagnostics, variable, got string) {
	diags.AddError("Invalid Configuration Source", controlCharacterDetail("The environment variable "+variable, got))
}

func addControlCharacterAttribute(diags *diag.Diagnostics, attribute path.Path, got string) {
	diags.AddAttributeError(attribute, "Invalid Configuration Source",
		controlCharacterDetail("Attribute "+attribute.String(), got))
}

func addInvalidProxy(diags *diag.Diagnostics, variable string) {
	diags.AddError("Not a proxy",
		fmt.Sprintf("The environment variable %s must be the address of a proxy, such as "+
			"\"http://proxy.example.com:3128\". It is not shown here, because it may hold a password.", variable))
}

func addPlainHTTP(diags *diag.Diagnostics) {
	diags.AddAttributeWarning(path.Root("protocol"), "Requests are sent unencrypted",
		"With protocol = \"HTTP\", everyone on the way can read the requests and change the answers, so that a "+
			"migration may seem to have succeeded that has not.\n\n"+
			"Remove protocol or set it to \"HTTPS\", unless the endpoint is on this machine.")
}

// addCredentialsError reports an error of package credentials on the argument at
// fault, while the provider is configured.
func addCredentialsError(diags *diag.Diagnostics, err error) {
	var e *credentials.Error
	if errors.As(err, &e) && e.Argument != "" {
		diags.AddAttributeError(path.Root(e.Argument), e.Summary, e.Detail)
		return
	}
	if e != nil {
		diags.AddError(e.Summary, e.Detail)
		return
	}
	diags.AddError("Unable to Get Credentials", err.Error())
}

// addSourceError reports an error of package credentials during a read or a wait. It
// names the argument at fault in its text: an attribute path would be taken for one of
// the data source or the resource.
func addSourceError(diags *diag.Diagnostics, err error) {
	e, ok := errors.AsType[*credentials.Error](err)
	if !ok || e.Argument == "" {
		addCredentialsError(diags, err)
		return
	}
	kind := "argument"
	if strings.HasPrefix(e.Argument, "assume_role") {
		kind = "block"
	}
	diags.AddError(e.Summary, fmt.Sprintf(
		"The %s %s of the provider selects the credentials. %s", e.Argument, kind, e.Detail))
}

// addUnexpectedConfigureType reports that a data source or a resource, as kind
// says, was configured with data of another type.
func addUnexpectedConfigureType(diags *diag.Diagnostics, kind string, data any) {
	diags.AddError("Unexpected "+kind+" Configure Type", fmt.Sprintf(
		"Expected *provider.providerData, got: %T. Please report this issue to the provider developers.", data))
}

// addUnknownProvider reports arguments of the provider block that are needed
// before their values are known.
func addUnknownProvider(diags *diag.Diagnostics, arguments []string) {
	diags.AddError("The provider's configuration is not known yet",
		fmt.Sprintf("This is read while planning, but the provider block takes values from resources that are not "+
			"there until apply: %s.\n\n"+
			"Add depends_on with those resources to the data block, and it is read at apply. Or apply those resources "+
			"first, with -target.", strings.Join(arguments, ", ")))
}
