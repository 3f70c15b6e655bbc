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
	diags.AddAttributeError(path.Root("region"), "Missing Region",
		"The provider block does not have region, and neither the environment nor the profile in use sets a region. "+
			"There is no default.\n\n"+
			"Set region in the provider block, such as region = \"cn-hangzhou\". Or set ALICLOUD_REGION or "+
			"ALIBABA_CLOUD_REGION in the environment.")
}

// addInvalidEndpoint reports the endpoint in an environment variable.
func addInvalidEndpoint(diags *diag.Diagnostics, variable, got string) {
	diags.AddError("Invalid Endpoint", endpointText("environment variable "+variable, got))
}

// addInvalidEndpointAttribute reports an argument of the block endpoints.
func addInvalidEndpointAttribute(diags *diag.Diagnostics, attribute path.Path, got string) {
	diags.AddAttributeError(attribute, "Invalid Endpoint", endpointText("attribute "+attribute.String(), got))
}

// endpointText describes an invalid endpoint. place is the attribute or the variable
// that has it.
func endpointText(place, got string) string {
	return fmt.Sprintf("The %s is %q, which is not a host or host:port.\n\n"+
		"Set it to a value such as \"rds.aliyuncs.com\" or \"sts.aliyuncs.com:443\", without https:// and without a "+
		"path.",
		place, got)
}

func addInvalidNumber(diags *diag.Diagnostics, variable string, maximum int64, got string) {
	diags.AddError("Invalid Number", fmt.Sprintf(
		"The environment variable %[1]s is %[2]q, which is not a whole number from 0 to %[3]d.\n\n"+
			"Correct %[1]s, or unset it to use the default.", variable, got, maximum))
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
	diags.AddError("Invalid Proxy", fmt.Sprintf(
		"The environment variable %[1]s is not the URL of a proxy. Its value is not shown, because it may have a "+
			"password.\n\nSet %[1]s to a URL such as \"http://proxy.example.com:3128\", or unset it to connect "+
			"without a proxy.", variable))
}

func addPlainHTTP(diags *diag.Diagnostics) {
	diags.AddAttributeWarning(path.Root("protocol"), "Unencrypted Connection",
		"The attribute protocol is \"HTTP\", so requests and responses are not encrypted. An attacker in the network "+
			"can read them, and can change a response so that a failed migration appears to have succeeded.\n\n"+
			"Remove protocol, or set it to \"HTTPS\". Use \"HTTP\" only if the endpoint is on this machine.")
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

// addSourceError reports an error of package credentials during a read or a wait, with
// a paragraph about the end of a wait, which may be empty. It names the argument at
// fault in its text: an attribute path would be taken for one of the data source or the
// resource.
func addSourceError(diags *diag.Diagnostics, err error, ending string) {
	e, ok := errors.AsType[*credentials.Error](err)
	if !ok {
		diags.AddError("Unable to Get Credentials", err.Error()+ending)
		return
	}
	var argument string
	switch {
	case strings.HasPrefix(e.Argument, "assume_role"):
		argument = fmt.Sprintf("The %s block of the provider selects the credentials. ", e.Argument)
	case e.Argument != "":
		argument = fmt.Sprintf("The %s argument of the provider selects the credentials. ", e.Argument)
	}
	diags.AddError(e.Summary, argument+e.Detail+ending)
}

// addUnexpectedConfigureType reports that a data source or a resource, depending on
// kind, was configured with data of another type.
func addUnexpectedConfigureType(diags *diag.Diagnostics, kind string, data any) {
	diags.AddError("Unexpected "+kind+" Configure Type", fmt.Sprintf(
		"The provider passed %T instead of *provider.providerData. This is a bug in the provider.\n\n"+
			"Report it to the provider developers.", data))
}

// addUnknownProvider reports arguments of the provider block that are needed
// before their values are known.
func addUnknownProvider(diags *diag.Diagnostics, arguments []string) {
	diags.AddError("Unknown Provider Configuration", fmt.Sprintf(
		"The provider needs its configuration now, but these arguments of the provider block depend on resources that "+
			"are not applied yet: %s.\n\n"+
			"Apply these resources first, with -target. For a data source, you can add them to depends_on of its data "+
			"block instead, so that it is read during the apply.", strings.Join(arguments, ", ")))
}
