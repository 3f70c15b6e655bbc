package credentials

import "strings"

// The environment variables of each setting, the first that is not empty wins.
// They are those of the official provider.
var (
	regionVariables            = []string{"ALICLOUD_REGION", "ALIBABA_CLOUD_REGION"}
	profileVariables           = []string{"ALICLOUD_PROFILE", "ALIBABA_CLOUD_PROFILE"}
	sharedFileVariables        = []string{"ALICLOUD_SHARED_CREDENTIALS_FILE", "ALIBABA_CLOUD_CREDENTIALS_FILE", "ALIBABA_CLOUD_CONFIG_FILE"}
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

// A envKeyNames is the names that one generation of tools gives to static keys.
type envKeyNames struct{ id, key, token string }

// envKeyNameSets are in the order in which they are looked at.
var envKeyNameSets = []envKeyNames{
	{"ALICLOUD_ACCESS_KEY", "ALICLOUD_SECRET_KEY", "ALICLOUD_SECURITY_TOKEN"},
	{"ALIBABA_CLOUD_ACCESS_KEY_ID", "ALIBABA_CLOUD_ACCESS_KEY_SECRET", "ALIBABA_CLOUD_SECURITY_TOKEN"},
	{"ALIBABACLOUD_ACCESS_KEY_ID", "ALIBABACLOUD_ACCESS_KEY_SECRET", "ALIBABACLOUD_SECURITY_TOKEN"},
}

// A configValue is a value and where it was written.
type configValue struct {
	value    string
	argument string // of the provider block, "" for the environment
	variable string // of the environment, "" for the provider block
}

// block returns a setting that is written in the provider block.
func block(argument, value string) configValue {
	return configValue{value: strings.TrimSpace(value), argument: argument}
}

// String says where the setting was written, and not what it is.
func (s configValue) String() string {
	if s.variable != "" {
		return "the environment (" + s.variable + ")"
	}
	return "the provider block"
}

// An environment looks up environment variables.
type environment func(string) string

// get returns a variable without white space around it.
func (e environment) get(name string) string { return strings.TrimSpace(e(name)) }

// first returns the first of the variables that is not empty.
func (e environment) first(names []string) configValue {
	for _, name := range names {
		if v := e.get(name); v != "" {
			return configValue{value: v, variable: name}
		}
	}
	return configValue{}
}

// or returns s, or the first of the variables where s is empty.
func (e environment) or(s configValue, names []string) configValue {
	if s.value != "" {
		return s
	}
	return e.first(names)
}
