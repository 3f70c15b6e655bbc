// SPDX-License-Identifier: MPL-2.0

package credentials

import "strings"

// The environment variables of each setting. The first that is not empty is
// used. They are those of the official provider.
var (
	regionVariables     = []string{"ALICLOUD_REGION", "ALIBABA_CLOUD_REGION"}
	profileVariables    = []string{"ALICLOUD_PROFILE", "ALIBABA_CLOUD_PROFILE"}
	sharedFileVariables = []string{
		"ALICLOUD_SHARED_CREDENTIALS_FILE", "ALIBABA_CLOUD_CREDENTIALS_FILE", "ALIBABA_CLOUD_CONFIG_FILE",
	}
	uriVariables               = []string{"ALICLOUD_CREDENTIALS_URI", "ALIBABA_CLOUD_CREDENTIALS_URI"}
	ecsRoleVariables           = []string{"ALICLOUD_ECS_ROLE_NAME", "ALIBABA_CLOUD_ECS_METADATA"}
	assumeRoleVariables        = []string{"ALICLOUD_ASSUME_ROLE_ARN", "ALIBABA_CLOUD_ROLE_ARN"}
	sessionNameVariables       = []string{"ALICLOUD_ASSUME_ROLE_SESSION_NAME", "ALIBABA_CLOUD_ROLE_SESSION_NAME"}
	sessionExpirationVariables = []string{"ALICLOUD_ASSUME_ROLE_SESSION_EXPIRATION"}
	oidcProviderVariables      = []string{"ALIBABA_CLOUD_OIDC_PROVIDER_ARN"}
	oidcTokenVariables         = []string{"ALIBABA_CLOUD_OIDC_TOKEN"}
	oidcTokenFileVariables     = []string{"ALIBABA_CLOUD_OIDC_TOKEN_FILE"}
	oidcRoleVariables          = []string{"ALIBABA_CLOUD_ROLE_ARN"}
	oidcSessionNameVariables   = []string{"ALIBABA_CLOUD_ROLE_SESSION_NAME"}
)

// envKeyNames are the variables in which one generation of tools keeps static
// credentials.
type envKeyNames struct{ id, secret, token string }

// envKeyNameSets are in the order in which they are searched.
var envKeyNameSets = []envKeyNames{
	{"ALICLOUD_ACCESS_KEY", "ALICLOUD_SECRET_KEY", "ALICLOUD_SECURITY_TOKEN"},
	{"ALIBABA_CLOUD_ACCESS_KEY_ID", "ALIBABA_CLOUD_ACCESS_KEY_SECRET", "ALIBABA_CLOUD_SECURITY_TOKEN"},
	{"ALIBABACLOUD_ACCESS_KEY_ID", "ALIBABACLOUD_ACCESS_KEY_SECRET", "ALIBABACLOUD_SECURITY_TOKEN"},
}

// configValue is a value with its origin. The zero value is not set.
type configValue struct {
	value    string
	argument string // of the provider block, "" for the environment
	variable string // of the environment, "" for the provider block
}

// fromBlock returns the value of an argument of the provider block.
func fromBlock(argument, value string) configValue {
	return configValue{value: strings.TrimSpace(value), argument: argument}
}

// String names the origin of the value, and does not show the value.
func (v configValue) String() string {
	if v.variable != "" {
		return "the environment (" + v.variable + ")"
	}
	return "the provider block"
}

// environment looks up environment variables.
type environment func(string) string

// get returns a variable without surrounding white space.
func (e environment) get(name string) string { return strings.TrimSpace(e(name)) }

// firstSet returns the first of the variables that is not empty, or the zero
// value.
func (e environment) firstSet(names []string) configValue {
	for _, name := range names {
		if v := e.get(name); v != "" {
			return configValue{value: v, variable: name}
		}
	}
	return configValue{}
}

// valueOr returns v, or the first of the variables that is set if v is empty.
func (e environment) valueOr(v configValue, names []string) configValue {
	if v.value != "" {
		return v
	}
	return e.firstSet(names)
}
