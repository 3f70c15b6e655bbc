// SPDX-License-Identifier: MPL-2.0

package credentials

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"testing"
)

// sourceCase is a source that can be configured together with others.
type sourceCase struct {
	name     string // of the source
	setBlock func(*Config)
	vars     map[string]string
}

// sourceCases returns all sources in the order of the documentation. file is
// the file of profiles.
func sourceCases(file string) []sourceCase {
	return slices.Concat(blockSourceCases(file), envSourceCases(file))
}

func blockSourceCases(file string) []sourceCase {
	return []sourceCase{
		{"the static credentials of the provider block", func(c *Config) {
			c.AccessKey, c.SecretKey = "block-id", "block-secret"
		}, nil},
		{fmt.Sprintf("the profile %q of %s", "in-block", file), func(c *Config) { c.Profile = "in-block" }, nil},
		{"the credentials URI of the provider block", func(c *Config) {
			c.CredentialsURI = "http://127.0.0.1:1/block"
		}, nil},
		{"the ECS role in-block of the provider block", func(c *Config) { c.ECSRoleName = "in-block" }, nil},
		{"the role " + roleARN + " of the provider block, assumed with an OIDC token", func(c *Config) {
			c.AssumeRoleWithOIDC = &AssumeRoleWithOIDC{
				OIDCProviderARN: providerARN, RoleARN: roleARN, OIDCToken: "block-token",
			}
		}, nil},
	}
}

func envSourceCases(file string) []sourceCase {
	return []sourceCase{
		{"the static credentials of the environment (ALICLOUD_ACCESS_KEY)", nil, map[string]string{
			"ALICLOUD_ACCESS_KEY": "id", "ALICLOUD_SECRET_KEY": "secret",
		}},
		{"the static credentials of the environment (ALIBABA_CLOUD_ACCESS_KEY_ID)", nil, map[string]string{
			"ALIBABA_CLOUD_ACCESS_KEY_ID": "id", "ALIBABA_CLOUD_ACCESS_KEY_SECRET": "secret",
		}},
		{"the static credentials of the environment (ALIBABACLOUD_ACCESS_KEY_ID)", nil, map[string]string{
			"ALIBABACLOUD_ACCESS_KEY_ID": "id", "ALIBABACLOUD_ACCESS_KEY_SECRET": "secret",
		}},
		{fmt.Sprintf("the profile %q of %s", "env-1", file), nil, map[string]string{"ALICLOUD_PROFILE": "env-1"}},
		{fmt.Sprintf("the profile %q of %s", "env-2", file), nil, map[string]string{"ALIBABA_CLOUD_PROFILE": "env-2"}},
		{"the credentials URI of the environment (ALICLOUD_CREDENTIALS_URI)", nil, map[string]string{
			"ALICLOUD_CREDENTIALS_URI": "http://127.0.0.1:1/",
		}},
		{"the credentials URI of the environment (ALIBABA_CLOUD_CREDENTIALS_URI)", nil, map[string]string{
			"ALIBABA_CLOUD_CREDENTIALS_URI": "http://127.0.0.1:1/",
		}},
		{"the ECS role env-1 of the environment (ALICLOUD_ECS_ROLE_NAME)", nil, map[string]string{
			"ALICLOUD_ECS_ROLE_NAME": "env-1",
		}},
		{"the ECS role env-2 of the environment (ALIBABA_CLOUD_ECS_METADATA)", nil, map[string]string{
			"ALIBABA_CLOUD_ECS_METADATA": "env-2",
		}},
		{"the role " + otherARN + " of the environment, assumed with an OIDC token", nil, map[string]string{
			"ALIBABA_CLOUD_OIDC_PROVIDER_ARN": providerARN, "ALIBABA_CLOUD_ROLE_ARN": otherARN,
			"ALIBABA_CLOUD_OIDC_TOKEN_FILE": "/nowhere/token",
		}},
	}
}

// addTo adds the source to a block and an environment.
func (s sourceCase) addTo(c *Config, vars map[string]string) {
	if s.setBlock != nil {
		s.setBlock(c)
	}
	maps.Copy(vars, s.vars)
}

// homeWithProfiles returns a home directory with a file of profiles, and the
// name of that file.
func homeWithProfiles(t *testing.T) (home, config string) {
	t.Helper()
	home = t.TempDir()
	config = filepath.Join(home, ".aliyun", "config.json")
	if err := os.Mkdir(filepath.Dir(config), 0o700); err != nil {
		t.Fatal(err)
	}
	overwriteFile(t, config, `{"current": "default", "profiles": [
		{"name": "default", "mode": "AK", "access_key_id": "default-id", "access_key_secret": "default-secret"},
		{"name": "in-block", "mode": "AK", "access_key_id": "profile-id", "access_key_secret": "profile-secret"},
		{"name": "env-1", "mode": "AK", "access_key_id": "profile-id", "access_key_secret": "profile-secret"},
		{"name": "env-2", "mode": "AK", "access_key_id": "profile-id", "access_key_secret": "profile-secret"}]}`)
	return home, config
}

func TestResolve_Order(t *testing.T) {
	t.Parallel()
	home, config := homeWithProfiles(t)
	all := sourceCases(config)
	for i, first := range all {
		t.Run(first.name+" alone", func(t *testing.T) {
			t.Parallel()
			var c Config
			vars := map[string]string{"HOME": home, "USERPROFILE": home}
			first.addTo(&c, vars)
			if got := mustResolve(t, c, vars).Name(); got != first.name {
				t.Errorf("source is %s", got)
			}
		})
		for _, second := range all[i+1:] {
			t.Run(first.name+" before "+second.name, func(t *testing.T) {
				t.Parallel()
				var c Config
				vars := map[string]string{"HOME": home, "USERPROFILE": home}
				first.addTo(&c, vars)
				second.addTo(&c, vars)
				if got := mustResolve(t, c, vars).Name(); got != first.name {
					t.Errorf("source is %s", got)
				}
			})
		}
	}
}

func TestResolve_AssumesARoleWithEverySource(t *testing.T) {
	t.Parallel()
	home, config := homeWithProfiles(t)
	for _, s := range sourceCases(config) {
		t.Run(s.name, func(t *testing.T) {
			t.Parallel()
			c := Config{AssumeRole: &AssumeRole{RoleARN: roleARN}}
			vars := map[string]string{"HOME": home, "USERPROFILE": home}
			s.addTo(&c, vars)
			want := "the role " + roleARN + ", assumed with " + s.name
			if got := mustResolve(t, c, vars).Name(); got != want {
				t.Errorf("source is %s, want %s", got, want)
			}
		})
	}
}

func TestResolve_AssumesNoRoleOfTheEnvironmentAlone(t *testing.T) {
	t.Parallel()
	s := mustResolve(t, Config{AccessKey: "id", SecretKey: "secret"}, map[string]string{
		"ALICLOUD_ASSUME_ROLE_ARN": roleARN, "ALIBABA_CLOUD_ROLE_ARN": roleARN,
	})
	if s.Name() != "the static credentials of the provider block" {
		t.Errorf("source is %s", s.Name())
	}
}

func TestResolve_UsesNoProfileThatIsNotNamed(t *testing.T) {
	t.Parallel()
	home, config := homeWithProfiles(t)
	for name, c := range map[string]Config{
		"with the default file": {},
		"with a file":           {SharedCredentialsFile: config},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := Resolve(c, getenvFrom(map[string]string{"HOME": home, "USERPROFILE": home}))
			expectError(t, err, "access_key", "Missing Credentials")
		})
	}
}

func TestResolve_NoCredentials(t *testing.T) {
	t.Parallel()
	_, err := Resolve(Config{}, getenvFrom(nil))
	var words []string
	for _, s := range sourceCases("") {
		words = slices.AppendSeq(words, maps.Keys(s.vars))
	}
	words = append(words, "access_key and secret_key", "security_token", "profile", "shared_credentials_file",
		"credentials_uri", "ecs_role_name", "assume_role_with_oidc")
	expectError(t, err, "access_key", words...)
}

// rejection is an invalid configuration, and what its error must contain.
type rejection struct {
	config   Config
	vars     map[string]string
	argument string
	words    []string
}

func expectRejections(t *testing.T, cases map[string]rejection) {
	t.Helper()
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := Resolve(c.config, getenvFrom(c.vars))
			expectError(t, err, c.argument, c.words...)
		})
	}
}

func TestResolve_RejectsStaticCredentials(t *testing.T) {
	t.Parallel()
	expectRejections(t, map[string]rejection{
		"an access key without a secret key": {
			Config{AccessKey: "id"}, nil, "secret_key", []string{"access_key", "Set both"},
		},
		"a secret key without an access key": {
			Config{SecretKey: "secret"}, nil, "access_key", []string{"secret_key", "Set both"},
		},
		"a blank secret key": {Config{AccessKey: "id", SecretKey: " "}, nil, "secret_key", nil},
		"a token without a pair": {
			Config{SecurityToken: "token"}, nil, "security_token", []string{"access_key and secret_key"},
		},
		"an access key in the block and a secret key in the environment": {
			Config{AccessKey: "id"}, map[string]string{"ALICLOUD_SECRET_KEY": "x"}, "secret_key", nil,
		},
		"an access key with a profile": {Config{AccessKey: "id", Profile: "p"}, nil, "secret_key", nil},
		"a variable for the access key alone": {
			Config{}, map[string]string{"ALICLOUD_ACCESS_KEY": "x"}, "", []string{"not ALICLOUD_SECRET_KEY"},
		},
		"a variable for the secret alone": {
			Config{},
			map[string]string{"ALIBABA_CLOUD_ACCESS_KEY_SECRET": "x"},
			"",
			[]string{"not ALIBABA_CLOUD_ACCESS_KEY_ID"},
		},
		"an incomplete set of variables before a complete one": {
			Config{},
			map[string]string{
				"ALICLOUD_ACCESS_KEY": "x", "ALIBABACLOUD_ACCESS_KEY_ID": "x", "ALIBABACLOUD_ACCESS_KEY_SECRET": "x",
			},
			"",
			[]string{"ALICLOUD_SECRET_KEY"},
		},
		"a pair from two sets of variables": {
			Config{},
			map[string]string{"ALICLOUD_ACCESS_KEY": "x", "ALIBABA_CLOUD_ACCESS_KEY_SECRET": "x"},
			"",
			[]string{"ALICLOUD_ACCESS_KEY", "ALIBABA_CLOUD_ACCESS_KEY_SECRET"},
		},
	})
}

func TestResolve_RejectsServices(t *testing.T) {
	t.Parallel()
	expectRejections(t, map[string]rejection{
		"a URI without a scheme": {
			Config{CredentialsURI: "127.0.0.1/keys"}, nil, "credentials_uri", []string{"http://"},
		},
		"a URI without a host": {Config{CredentialsURI: "http:///keys"}, nil, "credentials_uri", []string{"http://"}},
		"a URI of another scheme": {
			Config{},
			map[string]string{"ALICLOUD_CREDENTIALS_URI": "file:///etc/keys"},
			"",
			[]string{"ALICLOUD_CREDENTIALS_URI"},
		},
		"an ARN for the ECS role": {Config{ECSRoleName: roleARN}, nil, "ecs_role_name", []string{"not to its ARN"}},
		"an ECS role with a disabled metadata service": {
			Config{ECSRoleName: "r"},
			map[string]string{"ALIBABA_CLOUD_ECS_METADATA_DISABLED": "true"},
			"ecs_role_name",
			[]string{"ALIBABA_CLOUD_ECS_METADATA_DISABLED"},
		},
	})
}

func TestResolve_RejectsRoles(t *testing.T) {
	t.Parallel()
	assume := func(role AssumeRole) Config {
		return Config{AccessKey: "id", SecretKey: "secret", AssumeRole: &role}
	}
	withEndpoint := func(endpoint string) Config {
		c := assume(AssumeRole{RoleARN: roleARN})
		c.STSEndpoint = endpoint
		return c
	}
	expectRejections(t, map[string]rejection{
		"a role without an ARN": {
			assume(AssumeRole{}), nil, "assume_role", []string{"role_arn", "ALICLOUD_ASSUME_ROLE_ARN"},
		},
		"a session that is too short": {
			assume(AssumeRole{RoleARN: roleARN, SessionExpiration: 899}), nil, "assume_role", []string{"900", "43200"},
		},
		"a session that is too long": {
			assume(AssumeRole{RoleARN: roleARN, SessionExpiration: 43201}), nil, "assume_role", nil,
		},
		"a duration that is not a number": {
			assume(AssumeRole{RoleARN: roleARN}),
			map[string]string{"ALICLOUD_ASSUME_ROLE_SESSION_EXPIRATION": "1h"},
			"",
			[]string{"ALICLOUD_ASSUME_ROLE_SESSION_EXPIRATION"},
		},
		"an endpoint with a scheme": {withEndpoint("https://sts"), nil, "endpoints", []string{"without https://"}},
		"an endpoint with a user":   {withEndpoint("me@sts"), nil, "endpoints", nil},
	})
}

func TestResolve_RejectsOIDC(t *testing.T) {
	t.Parallel()
	without := func(change func(*AssumeRoleWithOIDC)) Config {
		o := AssumeRoleWithOIDC{OIDCProviderARN: providerARN, RoleARN: roleARN, OIDCToken: "token"}
		change(&o)
		return Config{AssumeRoleWithOIDC: &o}
	}
	const argument = "assume_role_with_oidc"
	expectRejections(t, map[string]rejection{
		"OIDC without a provider": {
			without(func(o *AssumeRoleWithOIDC) { o.OIDCProviderARN = "" }), nil, argument,
			[]string{"oidc_provider_arn"},
		},
		"OIDC without a role": {
			without(func(o *AssumeRoleWithOIDC) { o.RoleARN = "" }), nil, argument, []string{"role_arn"},
		},
		"OIDC without a token": {
			without(func(o *AssumeRoleWithOIDC) { o.OIDCToken = "" }), nil, argument, []string{"oidc_token_file"},
		},
		"OIDC with too short a session": {
			without(func(o *AssumeRoleWithOIDC) { o.SessionExpiration = 1 }), nil, argument, []string{"900"},
		},
		"a part of OIDC in the environment": {
			Config{},
			map[string]string{"ALIBABA_CLOUD_OIDC_TOKEN": "x", "ALIBABA_CLOUD_OIDC_PROVIDER_ARN": "x"},
			"",
			[]string{"ALIBABA_CLOUD_ROLE_ARN"},
		},
	})
}

func TestResolve_RejectsRegions(t *testing.T) {
	t.Parallel()
	static := Config{AccessKey: "id", SecretKey: "secret"}
	withRegion := func(region string) Config {
		c := static
		c.Region = region
		return c
	}
	file := writeProfiles(t, map[string]any{
		"name": "p", "mode": "AK", "access_key_id": "i", "access_key_secret": "s", "region_id": "cn hangzhou",
	})
	const argument = "region"
	expectRejections(t, map[string]rejection{
		"a space": {
			withRegion("cn hangzhou"), nil, argument, []string{`The region "cn hangzhou" of the provider block`},
		},
		"a host":                {withRegion("cn-hangzhou.aliyuncs.com"), nil, argument, nil},
		"a slash":               {withRegion("cn/hangzhou"), nil, argument, nil},
		"the character after Z": {withRegion("["), nil, argument, nil},
		"the character after z": {withRegion("{"), nil, argument, nil},
		"the character after 9": {withRegion(":"), nil, argument, nil},
		"the one before A":      {withRegion("@"), nil, argument, nil},
		"the one before a":      {withRegion("`"), nil, argument, nil},
		"a letter with accents": {withRegion("cn-zürich"), nil, argument, nil},
		"of the environment": {
			static,
			map[string]string{"ALIBABA_CLOUD_REGION": "cn hangzhou"},
			argument,
			[]string{`The region "cn hangzhou" of the environment (ALIBABA_CLOUD_REGION)`},
		},
		"of a profile": {
			Config{Profile: "p", SharedCredentialsFile: file},
			nil, argument,
			[]string{`The region "cn hangzhou" of the profile`},
		},
	})
}

func TestResolve_Region(t *testing.T) {
	t.Parallel()
	fields := map[string]any{"mode": "AK", "access_key_id": "i", "access_key_secret": "s"}
	with := map[string]any{"name": "with", "region_id": "cn-shanghai"}
	without := map[string]any{"name": "without"}
	maps.Copy(with, fields)
	maps.Copy(without, fields)
	file := writeProfiles(t, with, without)
	for name, c := range map[string]struct {
		config Config
		want   string
	}{
		"with every kind of character": {Config{AccessKey: "i", SecretKey: "s", Region: "azAZ09-_"}, "azAZ09-_"},
		"of a profile":                 {Config{Profile: "with", SharedCredentialsFile: file}, "cn-shanghai"},
		"of a profile under a role": {
			Config{Profile: "with", SharedCredentialsFile: file, AssumeRole: &AssumeRole{RoleARN: roleARN}},
			"cn-shanghai",
		},
		"of a profile without one": {Config{Profile: "without", SharedCredentialsFile: file}, ""},
		"of a profile that is not used": {
			Config{AccessKey: "i", SecretKey: "s", Profile: "with", SharedCredentialsFile: file}, "",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			resolved, err := Resolve(c.config, getenvFrom(nil))
			if err != nil {
				t.Fatal(err)
			}
			if resolved.Region != c.want {
				t.Errorf("region is %q, want %q", resolved.Region, c.want)
			}
		})
	}
}
