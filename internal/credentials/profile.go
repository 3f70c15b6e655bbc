// SPDX-License-Identifier: MPL-2.0

package credentials

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// The modes of a profile.
const (
	modeAK                  = "AK"
	modeStsToken            = "StsToken"
	modeRAMRoleARN          = "RamRoleArn"
	modeECSRAMRole          = "EcsRamRole"
	modeOIDC                = "OIDC"
	modeChainableRAMRoleARN = "ChainableRamRoleArn"
	modeCloudSSO            = "CloudSSO"
	modeOAuth               = "OAuth"
	modeExternal            = "External"
	modeCredentialsURI      = "CredentialsURI"
)

// modes lists all modes in the order in which errors name them.
var modes = []string{
	modeAK, modeStsToken, modeRAMRoleARN, modeECSRAMRole, modeOIDC, modeChainableRAMRoleARN,
	modeCloudSSO, modeOAuth, modeExternal, modeCredentialsURI,
}

// profile holds the fields in use of a profile in the command-line tool's
// config.json.
type profile struct {
	Name     string `json:"name"`
	Mode     string `json:"mode"`
	RegionID string `json:"region_id"`

	AccessKeyID     string `json:"access_key_id"`
	AccessKeySecret string `json:"access_key_secret"`
	STSToken        string `json:"sts_token"`
	STSExpiration   int64  `json:"sts_expiration"` // seconds since 1970

	RoleARN        string `json:"ram_role_arn"`
	SessionName    string `json:"ram_session_name"`
	ExpiredSeconds int    `json:"expired_seconds"`
	Policy         string `json:"policy"`
	ExternalID     string `json:"external_id"`
	SourceProfile  string `json:"source_profile"`
	STSRegion      string `json:"sts_region"`
	STSEndpoint    string `json:"sts_endpoint"`
	EnableVPC      bool   `json:"enable_vpc"`

	OIDCProviderARN string `json:"oidc_provider_arn"`
	OIDCTokenFile   string `json:"oidc_token_file"`
	OIDCToken       string `json:"oidc_token"`

	RoleName       string `json:"ram_role_name"`
	ProcessCommand string `json:"process_command"`
	CredentialsURI string `json:"credentials_uri"`

	CloudSSOSignInURL         string `json:"cloud_sso_sign_in_url"`
	CloudSSOAccountID         string `json:"cloud_sso_account_id"`
	CloudSSOAccessConfig      string `json:"cloud_sso_access_config"`
	AccessToken               string `json:"access_token"`
	CloudSSOAccessTokenExpire int64  `json:"cloud_sso_access_token_expire"` // seconds since 1970

	OAuthSiteType          string `json:"oauth_site_type"`
	OAuthAccessToken       string `json:"oauth_access_token"`
	OAuthAccessTokenExpire int64  `json:"oauth_access_token_expire"` // seconds since 1970
}

// missingField returns the name of the first empty field that the profile's
// mode requires, or "".
func (p profile) missingField() string {
	type field struct{ name, value string }
	var (
		id     = field{"access_key_id", p.AccessKeyID}
		secret = field{"access_key_secret", p.AccessKeySecret}
		role   = field{"ram_role_arn", p.RoleARN}
	)
	required := map[string][]field{
		modeAK:         {id, secret},
		modeStsToken:   {id, secret, {"sts_token", p.STSToken}},
		modeRAMRoleARN: {id, secret, role},
		modeOIDC: {
			role,
			{"oidc_provider_arn", p.OIDCProviderARN},
			{"oidc_token_file", p.OIDCTokenFile + p.OIDCToken},
		},
		modeChainableRAMRoleARN: {role, {"source_profile", p.SourceProfile}},
		modeCloudSSO: {
			{"cloud_sso_sign_in_url", p.CloudSSOSignInURL},
			{"cloud_sso_account_id", p.CloudSSOAccountID},
			{"cloud_sso_access_config", p.CloudSSOAccessConfig},
		},
		modeOAuth:          {{"oauth_site_type", p.OAuthSiteType}},
		modeExternal:       {{"process_command", p.ProcessCommand}},
		modeCredentialsURI: {{"credentials_uri", p.CredentialsURI}},
	}
	for _, f := range required[p.Mode] {
		if strings.TrimSpace(f.value) == "" {
			return f.name
		}
	}
	return ""
}

// findProfile returns the profile of a name from the content of a file. The
// profile has every field that its mode requires. Errors quote nothing of the
// content.
func findProfile(content []byte, name string) (profile, error) {
	var file struct {
		Profiles []profile `json:"profiles"`
	}
	if err := json.Unmarshal(content, &file); err != nil {
		return profile{}, invalidJSONError(content, err)
	}
	named := slices.DeleteFunc(file.Profiles, func(p profile) bool { return p.Name != name })
	if len(named) == 0 {
		return profile{}, errors.New("the file has no such profile")
	}
	if len(named) > 1 {
		return profile{}, errors.New("the file has more than one profile of that name")
	}
	p := named[0]
	if !slices.Contains(modes, p.Mode) {
		return profile{}, fmt.Errorf("its mode is missing or unknown; the supported modes are %s", strings.Join(modes, ", "))
	}
	if field := p.missingField(); field != "" {
		return profile{}, fmt.Errorf("it does not have %s, which the mode %s requires", field, p.Mode)
	}
	return p, nil
}

// invalidJSONError names the line at which a file is invalid. It replaces the
// error of encoding/json, which quotes the file.
func invalidJSONError(content []byte, err error) error {
	var (
		syntaxError *json.SyntaxError
		typeError   *json.UnmarshalTypeError
		offset      int64
	)
	switch {
	case errors.As(err, &syntaxError):
		offset = syntaxError.Offset
	case errors.As(err, &typeError):
		offset = typeError.Offset
	}
	before := content[:min(max(offset, 0), int64(len(content)))]
	line := 1 + strings.Count(string(before), "\n")
	return fmt.Errorf("the file is not valid JSON of the command-line tool, at line %d", line)
}
