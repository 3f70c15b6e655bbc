// SPDX-License-Identifier: MPL-2.0

package credentials

import (
	"maps"
	"regexp"
	"strings"
	"testing"
)

// invalidProfile is the content of a file with a profile p that cannot be used.
// Every value in it that must not be quoted starts with "hidden".
type invalidProfile struct {
	content string
	words   []string // in the error
}

func invalidProfiles() map[string]invalidProfile {
	all := invalidFiles()
	maps.Copy(all, incompleteProfiles())
	maps.Copy(all, invalidFields())
	return all
}

// fileWithProfile returns the content of a file with the profile p.
func fileWithProfile(fields string) string { return `{"profiles": [{"name": "p", ` + fields + `}]}` }

// chainedTo returns a profile p with the source profile "hidden", which has some
// fields.
func chainedTo(fields string) string {
	return `{"profiles": [
		{"name": "p", "mode": "ChainableRamRoleArn", "ram_role_arn": "hidden", "source_profile": "hidden"},
		{"name": "hidden", ` + fields + `}]}`
}

// hiddenPair is the AccessKey pair of a profile.
const hiddenPair = `, "access_key_id": "hidden", "access_key_secret": "hidden"`

func invalidFiles() map[string]invalidProfile {
	return map[string]invalidProfile{
		"that does not exist": {
			`{"profiles": [{"name": "hidden-other", "mode": "AK"}]}`, []string{"no profile of that name"},
		},
		"in a file without profiles": {`{"current": "hidden"}`, []string{"no profile of that name"}},
		"in a file that is null":     {`null`, []string{"no profile of that name"}},
		"that is null":               {`{"profiles": [null]}`, []string{"no profile of that name"}},
		"that exists twice":          {`{"profiles": [{"name": "p"}, {"name": "p"}]}`, []string{"more than one"}},
		"in an empty file":           {``, []string{"not the JSON configuration", "line 1"}},
		"in truncated JSON": {
			"{\"profiles\": [\n{\"name\": \"p\", \"access_key_secret\": \"hidden\"\nhidden",
			[]string{"not the JSON configuration", "line 3"},
		},
		"with text behind it": {
			fileWithProfile(`"mode": "AK"`) + "hidden",
			[]string{"not the JSON configuration"},
		},
		"in an INI file": {
			"[p]\ntype = access_key\naccess_key_secret = hidden\n",
			[]string{"not the JSON configuration"},
		},
		"in a file with an object of profiles": {
			"{\n" + `"profiles": {}}`, []string{"not the JSON configuration", "line 2"},
		},
	}
}

func incompleteProfiles() map[string]invalidProfile {
	return map[string]invalidProfile{
		"without a mode": {
			fileWithProfile(`"access_key_id": "hidden", "access_key_secret": "hidden"`),
			[]string{"mode", "CredentialsURI"},
		},
		"without an access key": {
			fileWithProfile(`"mode": "AK", "access_key_secret": "hidden"`), []string{"access_key_id", "mode AK"},
		},
		"with a blank secret": {
			fileWithProfile(`"mode": "AK", "access_key_id": "hidden", "access_key_secret": " "`),
			[]string{"access_key_secret"},
		},
		"without its token": {fileWithProfile(`"mode": "StsToken"` + hiddenPair), []string{"sts_token"}},
		"without its role":  {fileWithProfile(`"mode": "RamRoleArn"` + hiddenPair), []string{"ram_role_arn"}},
		"without an identity provider": {
			fileWithProfile(`"mode": "OIDC", "ram_role_arn": "hidden", "oidc_token": "hidden"`),
			[]string{"oidc_provider_arn"},
		},
		"without an OIDC token": {
			fileWithProfile(`"mode": "OIDC", "ram_role_arn": "hidden", "oidc_provider_arn": "hidden"`),
			[]string{"oidc_token_file"},
		},
		"without its source": {
			fileWithProfile(`"mode": "ChainableRamRoleArn", "ram_role_arn": "hidden"`), []string{"source_profile"},
		},
		"without a sign-in address": {
			fileWithProfile(`"mode": "CloudSSO", "access_token": "hidden"`), []string{"cloud_sso_sign_in_url"},
		},
		"without a site": {
			fileWithProfile(`"mode": "OAuth", "oauth_access_token": "hidden"`), []string{"oauth_site_type"},
		},
		"without a program": {fileWithProfile(`"mode": "External"`), []string{"process_command"}},
		"without its URI": {
			fileWithProfile(`"mode": "CredentialsURI"`),
			[]string{"credentials_uri", "ALICLOUD_CREDENTIALS_URI or ALIBABA_CLOUD_CREDENTIALS_URI"},
		},
		"without the role to assume with the ECS role": {
			fileWithProfile(`"mode": "RamRoleArnWithEcs", "ram_role_name": "hidden"`), []string{"ram_role_arn"},
		},
		"with a source without credentials": {
			chainedTo(`"mode": "AK"`), []string{"source profile of", "access_key_id"},
		},
	}
}

func invalidFields() map[string]invalidProfile {
	const role = `"mode": "RamRoleArn", "ram_role_arn": "hidden"` + hiddenPair
	const chain = `"mode": "ChainableRamRoleArn", "ram_role_arn": "hidden"`
	return map[string]invalidProfile{
		"with an unknown mode": {
			fileWithProfile(`"mode": "hidden"`), append([]string{"mode is unknown"}, supportedModes...),
		},
		"with a mode that only the command-line tool supports": {
			fileWithProfile(`"mode": "rsakeypair"`), append([]string{"RsaKeyPair is not supported"}, supportedModes...),
		},
		"with a number for text": {
			`{"profiles": [null, {"name": "p", "mode": "AK", "access_key_id": 1}]}`,
			[]string{"access_key_id is not a string", "entry 2 of 2"},
		},
		"with text for a number": {
			fileWithProfile(`"mode": "AK", "expired_seconds": "hidden"`),
			[]string{"expired_seconds is not an integer", "entry 1 of 1"},
		},
		"with a fraction for a number": {
			fileWithProfile(`"mode": "AK", "sts_expiration": 1.5`), []string{"sts_expiration is not an integer"},
		},
		"with text for a truth value": {
			fileWithProfile(`"mode": "AK", "enable_vpc": "hidden"`), []string{"enable_vpc is not true or false"},
		},
		"with too short a session": {
			fileWithProfile(role + `, "expired_seconds": 899`), []string{"expired_seconds"},
		},
		"with an endpoint that is not a host": {
			fileWithProfile(role + `, "sts_endpoint": "hidden/hidden"`), []string{"sts_endpoint"},
		},
		"with a source that does not exist": {
			fileWithProfile(
				chain + `, "source_profile": "hidden"`,
			),
			[]string{"source profile of", "no profile of that name"},
		},
		"that is its own source": {fileWithProfile(chain + `, "source_profile": "p"`), []string{"circular"}},
		"with an unknown site": {
			fileWithProfile(`"mode": "OAuth", "oauth_site_type": "hidden"`), []string{"oauth_site_type", "CN"},
		},
		"with an open quote in its program": {
			fileWithProfile(`"mode": "External", "process_command": "hidden 'hidden"`), []string{"process_command"},
		},
		"with a URI of another scheme": {
			fileWithProfile(`"mode": "CredentialsURI", "credentials_uri": "file://hidden"`),
			[]string{"credentials_uri"},
		},
		"that builds on itself through another": {chainedTo(chain + `, "source_profile": "p"`), []string{"circular"}},
	}
}

// profileErrors matches every error of findProfile.
var profileErrors = regexp.MustCompile("^(the file has no profile of that name|" +
	"the file has more than one profile of that name|" +
	"entry [0-9]+ of [0-9]+ in the file is invalid: (" +
	"(it does not have a mode|its mode is unknown|its mode (RsaKeyPair|BearerToken|Anonymous) is not supported); " +
	"the supported modes are " + strings.Join(supportedModes, ", ") + "|" +
	"it does not have (access_key_id|access_key_secret|sts_token|ram_role_arn|oidc_provider_arn|oidc_token_file|" +
	"source_profile|cloud_sso_[a-z_]+|oauth_site_type|process_command), " +
	"which the mode (" + strings.Join(supportedModes, "|") + ") requires|" +
	"its field [a-z_]+ is not (a string|an integer|true or false))|" +
	"the file is not the JSON configuration of the command-line tool: it is invalid at line [0-9]+)$")

func FuzzProfile(f *testing.F) {
	f.Add([]byte(`{"current": "p", "profiles": [
		{"name": "p", "mode": "AK", "access_key_id": "i", "access_key_secret": "s", "region_id": "r"}]}`))
	f.Add([]byte(`{"profiles": [{"name": "p", "mode": "External", "process_command": "tool 'a b'"}], "meta_path": ""}`))
	f.Add([]byte(`{"profiles": [1, {"name": 2}, {"name": " p ", "mode": "ecsramrole", "expired_seconds": " 900 "}]}`))
	for _, c := range invalidProfiles() {
		f.Add([]byte(c.content))
	}
	f.Fuzz(func(t *testing.T, content []byte) {
		p, err := findProfile(content, "p")
		if err != nil {
			if !profileErrors.MatchString(err.Error()) {
				t.Errorf("error may quote the file: %v", err)
			}
			return
		}
		if p.Name != "p" || p.missingField() != "" {
			t.Errorf("accepted %+v", p)
		}
		hasPair := strings.TrimSpace(p.AccessKeyID) != "" && strings.TrimSpace(p.AccessKeySecret) != ""
		if strings.HasPrefix(p.Mode, modeAK) && !hasPair {
			t.Errorf("accepted the pair %q and %q", p.AccessKeyID, p.AccessKeySecret)
		}
	})
}
