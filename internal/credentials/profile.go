// SPDX-License-Identifier: MPL-2.0

package credentials

import (
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
)

// The modes of a profile.
const (
	modeAK                    = "AK"
	modeStsToken              = "StsToken"
	modeRAMRoleARN            = "RamRoleArn"
	modeECSRAMRole            = "EcsRamRole"
	modeRAMRoleARNWithECSRole = "RamRoleArnWithRoleName"
	modeOIDC                  = "OIDC"
	modeChainableRAMRoleARN   = "ChainableRamRoleArn"
	modeCloudSSO              = "CloudSSO"
	modeOAuth                 = "OAuth"
	modeExternal              = "External"
	modeCredentialsURI        = "CredentialsURI"
)

// supportedModes lists the modes in the order in which errors name them.
var supportedModes = []string{
	modeAK, modeStsToken, modeRAMRoleARN, modeECSRAMRole, modeRAMRoleARNWithECSRole, modeOIDC,
	modeChainableRAMRoleARN, modeCloudSSO, modeOAuth, modeExternal, modeCredentialsURI,
}

// unsupportedModes lists the modes that only the command-line tool supports: a
// deprecated key pair for STS, and modes that do not sign requests.
var unsupportedModes = []string{"RsaKeyPair", "BearerToken", "Anonymous"}

// parseMode returns the mode as the constants spell it. As in the command-line
// tool, case does not matter. The error quotes nothing but known names.
func parseMode(mode string) (string, error) {
	if strings.EqualFold(mode, "RamRoleArnWithEcs") { // the tool documents both names
		return modeRAMRoleARNWithECSRole, nil
	}
	isMode := func(m string) bool { return strings.EqualFold(m, mode) }
	if i := slices.IndexFunc(supportedModes, isMode); i >= 0 {
		return supportedModes[i], nil
	}
	problem := "its mode is unknown"
	if mode == "" {
		problem = "it does not have a mode"
	}
	if i := slices.IndexFunc(unsupportedModes, isMode); i >= 0 {
		problem = "its mode " + unsupportedModes[i] + " is not supported"
	}
	return "", fmt.Errorf("%s; the supported modes are %s", problem, strings.Join(supportedModes, ", "))
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
	STSExpiration   number `json:"sts_expiration"` // seconds since 1970

	RoleARN        string `json:"ram_role_arn"`
	SessionName    string `json:"ram_session_name"`
	ExpiredSeconds number `json:"expired_seconds"`
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
	CloudSSOAccessTokenExpire number `json:"cloud_sso_access_token_expire"` // seconds since 1970

	OAuthSiteType          string `json:"oauth_site_type"`
	OAuthAccessToken       string `json:"oauth_access_token"`
	OAuthAccessTokenExpire number `json:"oauth_access_token_expire"` // seconds since 1970
}

// number is an integer that may be written as a JSON string.
type number int64

// UnmarshalJSON parses an integer, an empty string or null. Its error is a
// *json.UnmarshalTypeError, to which encoding/json adds the field.
func (n *number) UnmarshalJSON(content []byte) error {
	var text string
	if json.Unmarshal(content, &text) != nil {
		text = string(content)
	}
	text = strings.TrimSpace(text)
	if text == "" {
		*n = 0
		return nil
	}
	parsed, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return &json.UnmarshalTypeError{Value: "value", Type: reflect.TypeFor[int64]()}
	}
	*n = number(parsed)
	return nil
}

// parseProfile parses and checks a profile. The profile has every field that its
// mode requires, without surrounding white space. Errors quote no value.
func parseProfile(content []byte) (profile, error) {
	var p profile
	if err := json.Unmarshal(content, &p); err != nil {
		return profile{}, fieldError(err)
	}
	for _, field := range reflect.ValueOf(&p).Elem().Fields() {
		if field.Kind() == reflect.String {
			field.SetString(strings.TrimSpace(field.String()))
		}
	}
	var err error
	if p.Mode, err = parseMode(p.Mode); err != nil {
		return profile{}, err
	}
	if field := p.missingField(); field != "" {
		return profile{}, fmt.Errorf("it does not have %s, which the mode %s requires", field, p.Mode)
	}
	return p, nil
}

// errNotObject means that a profile is not a JSON object.
var errNotObject = errors.New("it is not a JSON object")

// fieldError names the field at which a profile is invalid. It replaces the error
// of encoding/json, which quotes the profile.
func fieldError(err error) error {
	e, ok := errors.AsType[*json.UnmarshalTypeError](err)
	if !ok || e.Field == "" {
		return errNotObject
	}
	want := "a string"
	switch e.Type.Kind() {
	case reflect.Int64:
		want = "an integer"
	case reflect.Bool:
		want = "true or false"
	default:
	}
	return fmt.Errorf("its field %s is not %s", e.Field, want)
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
		modeAK:                    {id, secret},
		modeStsToken:              {id, secret, {"sts_token", p.STSToken}},
		modeRAMRoleARN:            {id, secret, role},
		modeRAMRoleARNWithECSRole: {role},
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
		modeOAuth:    {{"oauth_site_type", p.OAuthSiteType}},
		modeExternal: {{"process_command", p.ProcessCommand}},
	}
	for _, f := range required[p.Mode] {
		if f.value == "" {
			return f.name
		}
	}
	return ""
}

// errNoProfile means that a file does not have the selected profile.
var errNoProfile = errors.New("the file has no profile of that name")

// findProfile returns the profile of a name from the content of a file. Each
// profile is parsed by itself: only an error in the selected one matters. Errors
// quote no value.
func findProfile(content []byte, name string) (profile, error) {
	var file struct {
		Profiles []json.RawMessage `json:"profiles"`
	}
	if err := json.Unmarshal(content, &file); err != nil {
		return profile{}, invalidJSONError(content, err)
	}
	var positions []int
	for i, raw := range file.Profiles {
		var p struct {
			Name string `json:"name"`
		}
		if json.Unmarshal(raw, &p) == nil && strings.TrimSpace(p.Name) == name {
			positions = append(positions, i)
		}
	}
	switch {
	case len(positions) == 0:
		return profile{}, errNoProfile
	case len(positions) > 1:
		return profile{}, errors.New("the file has more than one profile of that name")
	}
	i := positions[0]
	p, err := parseProfile(file.Profiles[i])
	if err != nil {
		return profile{}, fmt.Errorf("entry %d of %d in the file is invalid: %w", i+1, len(file.Profiles), err)
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
	return fmt.Errorf("the file is not the JSON configuration of the command-line tool: it is invalid at line %d", line)
}
