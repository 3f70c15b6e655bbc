// SPDX-License-Identifier: MPL-2.0

package credentials

import (
	"maps"
	"regexp"
	"strings"
	"testing"
)

// invalidProfile is the content of a file with a profile p that cannot be used.
// Every value in it that must not be quoted begins with "hidden".
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
			`{"profiles": [{"name": "hidden-other", "mode": "AK"}]}`, []string{"no such profile"},
		},
		"in a file without profiles": {`{"current": "hidden"}`, []string{"no such profile"}},
		"in a file that is null":     {`null`, []string{"no such profile"}},
		"that is null":               {`{"profiles": [null]}`, []string{"no such profile"}},
		"that exists twice":          {`{"profiles": [{"name": "p"}, {"name": "p"}]}`, []string{"more than one"}},
		"in an empty file":           {``, []string{"not valid JSON", "line 1"}},
		"in truncated JSON": {
			"{\"profiles\": [\n{\"name\": \"p\", \"access_key_secret\": \"hidden\"\nhidden",
			[]string{"not valid JSON", "line 3"},
		},
		"with text behind it": {fileWithProfile(`"mode": "AK"`) + "hidden", []string{"not valid JSON"}},
		"in an INI file":      {"[p]\ntype = access_key\naccess_key_secret = hidden\n", []string{"not valid JSON"}},
		"with a number for text": {
			fileWithProfile("\n" + `"mode": "AK", "access_key_id": 1`), []string{"not valid JSON", "line 2"},
		},
		"with text for a number": {
			fileWithProfile(`"mode": "AK", "expired_seconds": "hidden"`), []string{"not valid JSON"},
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
		"without its URI":   {fileWithProfile(`"mode": "CredentialsURI"`), []string{"credentials_uri"}},
		"with a source without credentials": {
			chainedTo(`"mode": "AK"`), []string{"source profile of", "access_key_id"},
		},
	}
}

func invalidFields() map[string]invalidProfile {
	const role = `"mode": "RamRoleArn", "ram_role_arn": "hidden"` + hiddenPair
	const chain = `"mode": "ChainableRamRoleArn", "ram_role_arn": "hidden"`
	return map[string]invalidProfile{
		"with an unknown mode":        {fileWithProfile(`"mode": "hidden"`), []string{"mode", "AK, StsToken"}},
		"with a mode of another case": {fileWithProfile(`"mode": "ak"` + hiddenPair), []string{"mode"}},
		"with too short a session": {
			fileWithProfile(role + `, "expired_seconds": 899`), []string{"expired_seconds"},
		},
		"with an endpoint that is not a host": {
			fileWithProfile(role + `, "sts_endpoint": "hidden/hidden"`), []string{"sts_endpoint"},
		},
		"with a source that does not exist": {
			fileWithProfile(chain + `, "source_profile": "hidden"`), []string{"source profile of", "no such profile"},
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
var profileErrors = regexp.MustCompile("^(the file has no such profile|" +
	"the file has more than one profile of that name|" +
	"its mode is missing or unknown; the supported modes are " + strings.Join(modes, ", ") + "|" +
	"it does not have (access_key_id|access_key_secret|sts_token|ram_role_arn|oidc_provider_arn|oidc_token_file|" +
	"source_profile|cloud_sso_[a-z_]+|oauth_site_type|process_command|credentials_uri), " +
	"which the mode (" + strings.Join(modes, "|") + ") requires|" +
	"the file is not valid JSON of the command-line tool, at line [0-9]+)$")

func FuzzProfile(f *testing.F) {
	f.Add([]byte(`{"current": "p", "profiles": [
		{"name": "p", "mode": "AK", "access_key_id": "i", "access_key_secret": "s", "region_id": "r"}]}`))
	f.Add([]byte(`{"profiles": [{"name": "p", "mode": "External", "process_command": "tool 'a b'"}], "meta_path": ""}`))
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
