package credentials

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
)

// maxFileSize bounds a file of profiles and a file with a token, in bytes.
const maxFileSize = 1 << 20

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

// modes are all of them, in the order in which errors list them.
var modes = []string{
	modeAK, modeStsToken, modeRAMRoleARN, modeECSRAMRole, modeOIDC, modeChainableRAMRoleARN,
	modeCloudSSO, modeOAuth, modeExternal, modeCredentialsURI,
}

// profile is what is used of a profile in the command-line tool's config.json.
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

// missing returns the first of the fields that the profile's mode needs and
// that are empty, or "".
func (p profile) missing() string {
	type field struct{ name, value string }
	var (
		id     = field{"access_key_id", p.AccessKeyID}
		secret = field{"access_key_secret", p.AccessKeySecret}
		role   = field{"ram_role_arn", p.RoleARN}
	)
	needs := map[string][]field{
		modeAK:                  {id, secret},
		modeStsToken:            {id, secret, {"sts_token", p.STSToken}},
		modeRAMRoleARN:          {id, secret, role},
		modeOIDC:                {role, {"oidc_provider_arn", p.OIDCProviderARN}, {"oidc_token_file", p.OIDCTokenFile + p.OIDCToken}},
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
	for _, f := range needs[p.Mode] {
		if strings.TrimSpace(f.value) == "" {
			return f.name
		}
	}
	return ""
}

// findProfile returns the profile of a name from the text of a file, complete
// for its mode. Its errors quote nothing of the text.
func findProfile(text []byte, name string) (profile, error) {
	var file struct {
		Profiles []profile `json:"profiles"`
	}
	if err := json.Unmarshal(text, &file); err != nil {
		return profile{}, invalidJSONError(text, err)
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
		return profile{}, fmt.Errorf("its mode is none of %s", strings.Join(modes, ", "))
	}
	if field := p.missing(); field != "" {
		return profile{}, fmt.Errorf("it has no %s, which the mode %s needs", field, p.Mode)
	}
	return p, nil
}

// invalidJSONError says where a file is broken, in place of the error of encoding/json,
// which quotes it.
func invalidJSONError(text []byte, err error) error {
	var (
		syntax *json.SyntaxError
		kind   *json.UnmarshalTypeError
		offset int64
	)
	switch {
	case errors.As(err, &syntax):
		offset = syntax.Offset
	case errors.As(err, &kind):
		offset = kind.Offset
	}
	before := text[:min(max(offset, 0), int64(len(text)))]
	return fmt.Errorf("the file is not the JSON of the command-line tool from line %d on", 1+strings.Count(string(before), "\n"))
}

// readFile reads a file of no more than maxFile bytes.
func readFile(name string) (_ []byte, err error) {
	f, err := os.Open(filepath.Clean(name))
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	text, err := io.ReadAll(io.LimitReader(f, maxFileSize+1))
	if err != nil {
		return nil, err
	}
	if len(text) > maxFileSize {
		return nil, fmt.Errorf("it has more than %d bytes", maxFileSize)
	}
	return text, nil
}

// fileError says why a file could not be read, without its name, which the
// caller says.
func fileError(err error) string {
	if e, ok := errors.AsType[*fs.PathError](err); ok {
		return e.Err.Error()
	}
	return err.Error()
}

// home returns the home directory as the command-line tool finds it.
func (e environment) home() string {
	if runtime.GOOS == "windows" {
		return e.get("USERPROFILE")
	}
	return e.get("HOME")
}

// expand puts the home directory in place of a leading ~.
func (e environment) expand(name string) string {
	if rest, ok := strings.CutPrefix(name, "~"); ok && (rest == "" || os.IsPathSeparator(rest[0])) {
		return filepath.Join(e.home(), rest)
	}
	return name
}
