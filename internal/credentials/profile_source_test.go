// SPDX-License-Identifier: MPL-2.0

package credentials

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/rds-migrate/terraform-provider-alicloud/internal/credentials/credtest"
)

// fakeServices are all services from which a profile may get credentials.
type fakeServices struct {
	sts       *credtest.STS
	stsHost   string
	signInURL string
	uri       string
	tokenFile string
	options   []Option
}

func newFakeServices(t *testing.T) fakeServices {
	t.Helper()
	clock := fakeClock()
	s := fakeServices{sts: credtest.NewSTS(clock)}
	s.sts.Accept(callerCredentials)
	s.sts.Accept(issued(3))
	s.sts.Accept(issued(5))
	s.sts.AcceptToken(providerARN, "oidc-token")
	s.sts.Grant(roleARN, issued(1))
	s.sts.Grant(otherARN, issued(2))
	s.stsHost = serveTLS(t, s.sts)
	signIn := credtest.NewSignIn(clock, "access-token", "account", "config", time.Hour, issued(4))
	s.signInURL = "https://" + serveTLS(t, signIn)
	metadata := serve(t, credtest.NewMetadata(clock, "reader", time.Hour, issued(5)))
	s.uri = serve(t, credtest.NewURI(clock, time.Hour, issued(6)))
	s.options = []Option{WithClock(clock), WithMetadataURL(metadata), WithOAuthURL(s.signInURL)}
	s.tokenFile = writeFile(t, "oidc-token")
	return s
}

// fields are the fields of a profile.
type fields = map[string]any

// profileOf returns the profile p of a mode, with more fields.
func profileOf(mode string, more fields) fields {
	p := fields{"name": "p", "mode": mode}
	maps.Copy(p, more)
	return p
}

// staticProfileOf returns the profile p of a mode with static credentials and
// more fields.
func staticProfileOf(mode string, c credtest.Credentials, more fields) fields {
	p := profileOf(mode, fields{"access_key_id": c.AccessKeyID, "access_key_secret": c.AccessKeySecret})
	if c.SecurityToken != "" {
		p["sts_token"] = c.SecurityToken
	}
	maps.Copy(p, more)
	return p
}

func TestProfileSource_Modes(t *testing.T) {
	t.Parallel()
	s := newFakeServices(t)
	later := fakeClock().Now().Add(time.Hour).Unix()
	oidc := fields{"oidc_provider_arn": providerARN, "ram_role_arn": roleARN}
	oidcWithFile, oidcWithToken := profileOf("OIDC", oidc), profileOf("OIDC", oidc)
	oidcWithFile["oidc_token_file"], oidcWithToken["oidc_token"] = s.tokenFile, "oidc-token"
	chain := func(role, source string) fields {
		return profileOf("ChainableRamRoleArn", fields{"ram_role_arn": role, "source_profile": source})
	}
	middle := chain(roleARN, "source")
	middle["name"] = "middle"
	source := staticProfileOf("AK", callerCredentials, fields{"name": "source"})
	for name, c := range map[string]struct {
		profiles []fields
		want     credtest.Credentials
	}{
		"AK": {[]fields{staticProfileOf("AK", callerCredentials, nil)}, callerCredentials},
		"AK with a token that the mode does not use": {
			[]fields{staticProfileOf("AK", callerCredentials, fields{"sts_token": "unrelated"})}, callerCredentials,
		},
		"StsToken": {[]fields{staticProfileOf("StsToken", issued(9), nil)}, issued(9)},
		"RamRoleArn": {[]fields{staticProfileOf("RamRoleArn", callerCredentials, fields{
			"ram_role_arn": roleARN, "ram_session_name": "me", "expired_seconds": 900,
		})}, issued(1)},
		"RamRoleArn with a token": {
			[]fields{staticProfileOf("RamRoleArn", issued(3), fields{"ram_role_arn": roleARN})}, issued(1),
		},
		"EcsRamRole": {
			[]fields{profileOf("EcsRamRole", fields{"ram_role_name": "reader"})}, issued(5),
		},
		"EcsRamRole without the role's name": {[]fields{profileOf("EcsRamRole", nil)}, issued(5)},
		"OIDC with a file":                   {[]fields{oidcWithFile}, issued(1)},
		"OIDC with a token":                  {[]fields{oidcWithToken}, issued(1)},
		"ChainableRamRoleArn":                {[]fields{chain(roleARN, "source"), source}, issued(1)},
		"ChainableRamRoleArn of a ChainableRamRoleArn": {
			[]fields{chain(otherARN, "middle"), middle, source}, issued(2),
		},
		"CloudSSO": {[]fields{profileOf("CloudSSO", fields{
			"cloud_sso_sign_in_url": s.signInURL + "/login", "cloud_sso_account_id": "account",
			"cloud_sso_access_config": "config", "access_token": "access-token", "cloud_sso_access_token_expire": later,
		})}, issued(4)},
		"OAuth": {[]fields{profileOf("OAuth", fields{
			"oauth_site_type": "INTL", "oauth_access_token": "access-token", "oauth_access_token_expire": later,
			"oauth_refresh_token": "never-used",
		})}, issued(4)},
		"CredentialsURI": {[]fields{profileOf("CredentialsURI", fields{"credentials_uri": s.uri})}, issued(6)},
		"RamRoleArnWithRoleName": {[]fields{profileOf("RamRoleArnWithRoleName", fields{
			"ram_role_name": "reader", "ram_role_arn": roleARN,
		})}, issued(1)},
		"RamRoleArnWithEcs without the ECS role's name": {
			[]fields{profileOf("RamRoleArnWithEcs", fields{"ram_role_arn": roleARN})}, issued(1),
		},
		"ak in lower case":          {[]fields{staticProfileOf("ak", callerCredentials, nil)}, callerCredentials},
		"ECSRAMROLE in upper case":  {[]fields{profileOf("ECSRAMROLE", nil)}, issued(5)},
		"a mode with a white space": {[]fields{profileOf(" EcsRamRole\n", nil)}, issued(5)},
		"values with white space": {[]fields{staticProfileOf("AK", credtest.Credentials{
			AccessKeyID:     " " + callerCredentials.AccessKeyID,
			AccessKeySecret: callerCredentials.AccessKeySecret + "\r\n",
		}, fields{"name": " p\t"})}, callerCredentials},
		"a number as a string": {[]fields{staticProfileOf("RamRoleArn", callerCredentials, fields{
			"ram_role_arn": roleARN, "expired_seconds": "900", "sts_expiration": "",
		})}, issued(1)},
		"malformed profiles next to it": {[]fields{
			nil,
			{"name": 1},
			{"name": "other", "mode": 2, "expired_seconds": "soon"},
			staticProfileOf("AK", callerCredentials, nil),
			{"name": "another", "profiles": []int{1}},
		}, callerCredentials},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			file := writeProfiles(t, c.profiles...)
			config := Config{Profile: "p", SharedCredentialsFile: file, STSEndpoint: s.stsHost}
			source := mustResolve(t, config, nil, s.options...)
			expectCredentials(t, source, c.want)
			if name := fmt.Sprintf("the profile %q of %s", "p", file); source.Name() != name {
				t.Errorf("source is %s, want %s", source.Name(), name)
			}
		})
	}
}

func TestProfileSource_RoleParameters(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		profile fields
		want    map[string]string
	}{
		"with everything": {
			fields{"ram_session_name": "me", "expired_seconds": 900, "policy": "{}", "external_id": "ours"},
			map[string]string{"RoleSessionName": "me", "DurationSeconds": "900", "Policy": "{}", "ExternalId": "ours"},
		},
		"with the longest session": {
			fields{"expired_seconds": 43200},
			map[string]string{"RoleSessionName": "terraform", "DurationSeconds": "43200"},
		},
		"with the defaults": {nil, map[string]string{"RoleSessionName": "terraform", "DurationSeconds": "3600"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newFakeServices(t)
			p := staticProfileOf("RamRoleArn", callerCredentials, c.profile)
			p["ram_role_arn"], p["sts_endpoint"] = roleARN, s.stsHost
			config := Config{Profile: "p", SharedCredentialsFile: writeProfiles(t, p)}
			vars := map[string]string{"ALIBABA_CLOUD_ROLE_SESSION_NAME": "unrelated"}
			expectCredentials(t, mustResolve(t, config, vars, s.options...), issued(1))
			c.want["RoleArn"] = roleARN
			if diff := cmp.Diff(c.want, roleParameters(s.sts.IssuedRequests("AssumeRole")[0])); diff != "" {
				t.Errorf("parameters of the request to STS (-want +got):\n%s", diff)
			}
		})
	}
}

func TestProfileSource_File(t *testing.T) {
	t.Parallel()
	home := t.TempDir()
	if err := os.Mkdir(filepath.Join(home, ".aliyun"), 0o700); err != nil {
		t.Fatal(err)
	}
	// Each file has the profile p, with the file's own name as its AccessKey ID.
	for _, name := range []string{".aliyun/config.json", "block", "env-1", "env-2", "env-3"} {
		const format = `{"profiles": [{"name": "p", "mode": "AK", "access_key_id": %q, "access_key_secret": "s"}]}`
		overwriteFile(t, filepath.Join(home, name), fmt.Sprintf(format, name))
	}
	const first, second, third = "ALICLOUD_SHARED_CREDENTIALS_FILE", "ALIBABA_CLOUD_CREDENTIALS_FILE",
		"ALIBABA_CLOUD_CONFIG_FILE"
	all := map[string]string{
		first:  filepath.Join(home, "env-1"),
		second: filepath.Join(home, "env-2"),
		third:  "~/env-3",
	}
	for name, c := range map[string]struct {
		block string
		unset []string
		want  string
	}{
		"in the block":                        {"~/block", nil, "block"},
		"in " + first:                         {"", nil, "env-1"},
		"in " + second:                        {"", []string{first}, "env-2"},
		"in " + third:                         {"", []string{first, second}, "env-3"},
		"not set, and so at the default path": {"", []string{first, second, third}, ".aliyun/config.json"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			vars := map[string]string{"HOME": home, "USERPROFILE": home}
			maps.Copy(vars, all)
			for _, variable := range c.unset {
				delete(vars, variable)
			}
			s := mustResolve(t, Config{Profile: "p", SharedCredentialsFile: c.block}, vars)
			expectCredentials(t, s, credtest.Credentials{AccessKeyID: c.want, AccessKeySecret: "s"})
		})
	}
}

func TestProfileSource_UnreadableFile(t *testing.T) {
	t.Parallel()
	missing := filepath.Join(t.TempDir(), "missing.json")
	huge := writeFile(t, strings.Repeat(" ", maxFileSize+1))
	nowhere := map[string]string{"HOME": "/nowhere", "USERPROFILE": "/nowhere"}
	for name, c := range map[string]struct {
		config   Config
		vars     map[string]string
		argument string
		words    []string
	}{
		"named in the block": {
			Config{Profile: "p", SharedCredentialsFile: missing},
			nil,
			"shared_credentials_file",
			[]string{missing, "no such file"},
		},
		"named in the environment": {
			Config{Profile: "p"}, map[string]string{"ALIBABA_CLOUD_CONFIG_FILE": missing}, "", []string{missing},
		},
		"at the default path": {Config{Profile: "p"}, nowhere, "profile", []string{"config.json"}},
		"without a home":      {Config{Profile: "p"}, nil, "profile", []string{"home directory"}},
		// Not a file of the working directory, in which others can write.
		"in an unknown home": {
			Config{Profile: "p", SharedCredentialsFile: "~/.aliyun/config.json"},
			nil, "shared_credentials_file",
			[]string{"~/.aliyun/config.json", "no such file"},
		},
		"with a profile of the environment": {
			Config{},
			map[string]string{"ALIBABA_CLOUD_PROFILE": "p", "HOME": "/nowhere", "USERPROFILE": "/nowhere"},
			"",
			[]string{"ALIBABA_CLOUD_PROFILE"},
		},
		"that is a directory": {
			Config{Profile: "p", SharedCredentialsFile: t.TempDir()}, nil, "shared_credentials_file", nil,
		},
		"that is too large": {
			Config{Profile: "p", SharedCredentialsFile: huge}, nil, "shared_credentials_file", []string{"bytes"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := Resolve(c.config, getenvFrom(c.vars), withUserHomeDir(""))
			expectError(t, err, c.argument, c.words...)
		})
	}
}

// withUserHomeDir sets the home directory in the user database.
func withUserHomeDir(dir string) Option {
	return func(r *resolver) { r.userHomeDir = func() string { return dir } }
}

func TestProfileSource_UserHomeDir(t *testing.T) {
	t.Parallel()
	home, config := homeWithProfiles(t)
	pair := credtest.Credentials{AccessKeyID: "profile-id", AccessKeySecret: "profile-secret"}
	for _, file := range []string{"", "~/.aliyun/config.json"} {
		c := Config{Profile: "in-block", SharedCredentialsFile: file}
		s := mustResolve(t, c, nil, withUserHomeDir(home))
		expectCredentials(t, s, pair)
		if want := fmt.Sprintf("the profile %q of %s", "in-block", config); s.Name() != want {
			t.Errorf("source is %s, want %s", s.Name(), want)
		}
	}
	if dir := newResolver(Config{}, getenvFrom(nil), nil).homeDir(); !filepath.IsAbs(dir) {
		t.Errorf("the user database has the home directory %q", dir)
	}
}

func TestProfileSource_URIOfTheEnvironment(t *testing.T) {
	t.Parallel()
	s := newFakeServices(t)
	c := Config{Profile: "p", SharedCredentialsFile: writeProfiles(t, profileOf("CredentialsURI", nil))}
	for _, variable := range []string{"ALIBABA_CLOUD_CREDENTIALS_URI", "ALICLOUD_CREDENTIALS_URI"} {
		expectCredentials(t, mustResolve(t, c, map[string]string{variable: s.uri}, s.options...), issued(6))
	}
	_, err := Resolve(c, getenvFrom(map[string]string{"ALIBABA_CLOUD_CREDENTIALS_URI": "file:///hidden"}))
	expectError(t, err, "profile", "not an http:// or https:// URL")
	expectNoSecret(t, err)
}

func TestProfileSource_DisabledExternalProcess(t *testing.T) {
	t.Parallel()
	const variable = "ALIBABA_CLOUD_DISABLE_EXTERNAL_PROCESS"
	external := profileOf("external", fields{"process_command": "hidden"})
	uri := profileOf("CredentialsURI", fields{"credentials_uri": "http://127.0.0.1:1/hidden"})
	chain := profileOf("ChainableRamRoleArn", fields{"ram_role_arn": roleARN, "source_profile": "source"})
	source := fields{"name": "source", "mode": "External", "process_command": "hidden"}
	for name, profiles := range map[string][]fields{
		"External": {external}, "CredentialsURI": {uri}, "External as a source profile": {chain, source},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := Config{Profile: "p", SharedCredentialsFile: writeProfiles(t, profiles...)}
			for _, value := range []string{"1", "true", "TRUE"} {
				_, err := Resolve(c, getenvFrom(map[string]string{variable: value}))
				expectError(t, err, "profile", variable, "Unable to Use Profile")
				expectNoSecret(t, err)
			}
			for _, value := range []string{"", "0", "false", "yes"} {
				mustResolve(t, c, map[string]string{variable: value})
			}
		})
	}
	// It is about profiles. The provider block is part of the configuration.
	mustResolve(t, Config{CredentialsURI: "http://127.0.0.1:1/"}, map[string]string{variable: "1"})
}

func TestProfileSource_InvalidProfile(t *testing.T) {
	t.Parallel()
	for name, c := range invalidProfiles() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			config := Config{Profile: "p", SharedCredentialsFile: writeFile(t, c.content)}
			_, err := Resolve(config, getenvFrom(nil))
			expectError(t, err, "profile", append(c.words, `"p"`, config.SharedCredentialsFile)...)
			if strings.Contains(fmt.Sprintf("%v %+v %#v", err, err, err), "hidden") {
				t.Errorf("error quotes the file: %#v", err)
			}
		})
	}
}
