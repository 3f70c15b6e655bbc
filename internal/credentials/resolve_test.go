package credentials

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// place is a place where keys may be configured, in a form that can be added to
// others.
type place struct {
	name  string // of the source
	block func(*Config)
	vars  map[string]string
}

// places returns all of them in the order of the documentation.
func places(file string) []place {
	return []place{
		{"the static keys of the provider block", func(c *Config) { c.AccessKey, c.SecretKey = "block-id", "block-secret" }, nil},
		{fmt.Sprintf("the profile %q of %s", "in-block", file), func(c *Config) { c.Profile = "in-block" }, nil},
		{"the credentials URI of the provider block", func(c *Config) { c.CredentialsURI = "http://127.0.0.1:1/block" }, nil},
		{"the ECS role in-block of the provider block", func(c *Config) { c.ECSRoleName = "in-block" }, nil},
		{
			"the role " + roleARN + " of the provider block, assumed with an OIDC token",
			func(c *Config) {
				c.AssumeRoleWithOIDC = &AssumeRoleWithOIDC{OIDCProviderARN: providerARN, RoleARN: roleARN, OIDCToken: "block-token"}
			}, nil,
		},
		{"the static keys of the environment (ALICLOUD_ACCESS_KEY)", nil, map[string]string{"ALICLOUD_ACCESS_KEY": "id", "ALICLOUD_SECRET_KEY": "secret"}},
		{
			"the static keys of the environment (ALIBABA_CLOUD_ACCESS_KEY_ID)", nil,
			map[string]string{"ALIBABA_CLOUD_ACCESS_KEY_ID": "id", "ALIBABA_CLOUD_ACCESS_KEY_SECRET": "secret"},
		},
		{
			"the static keys of the environment (ALIBABACLOUD_ACCESS_KEY_ID)", nil,
			map[string]string{"ALIBABACLOUD_ACCESS_KEY_ID": "id", "ALIBABACLOUD_ACCESS_KEY_SECRET": "secret"},
		},
		{fmt.Sprintf("the profile %q of %s", "env-1", file), nil, map[string]string{"ALICLOUD_PROFILE": "env-1"}},
		{fmt.Sprintf("the profile %q of %s", "env-2", file), nil, map[string]string{"ALIBABA_CLOUD_PROFILE": "env-2"}},
		{"the credentials URI of the environment (ALICLOUD_CREDENTIALS_URI)", nil, map[string]string{"ALICLOUD_CREDENTIALS_URI": "http://127.0.0.1:1/"}},
		{
			"the credentials URI of the environment (ALIBABA_CLOUD_CREDENTIALS_URI)", nil,
			map[string]string{"ALIBABA_CLOUD_CREDENTIALS_URI": "http://127.0.0.1:1/"},
		},
		{"the ECS role env-1 of the environment (ALICLOUD_ECS_ROLE_NAME)", nil, map[string]string{"ALICLOUD_ECS_ROLE_NAME": "env-1"}},
		{"the ECS role env-2 of the environment (ALIBABA_CLOUD_ECS_METADATA)", nil, map[string]string{"ALIBABA_CLOUD_ECS_METADATA": "env-2"}},
		{
			"the role " + otherARN + " of the environment, assumed with an OIDC token", nil,
			map[string]string{
				"ALIBABA_CLOUD_OIDC_PROVIDER_ARN": providerARN, "ALIBABA_CLOUD_ROLE_ARN": otherARN, "ALIBABA_CLOUD_OIDC_TOKEN_FILE": "/nowhere/token",
			},
		},
	}
}

func homeWithProfiles(t *testing.T) (home, config string) {
	t.Helper()
	home = t.TempDir()
	config = filepath.Join(home, ".aliyun", "config.json")
	if err := os.Mkdir(filepath.Dir(config), 0o700); err != nil {
		t.Fatal(err)
	}
	rewrite(t, config, `{"current": "default", "profiles": [
		{"name": "default", "mode": "AK", "access_key_id": "default-id", "access_key_secret": "default-secret"},
		{"name": "in-block", "mode": "AK", "access_key_id": "profile-id", "access_key_secret": "profile-secret"},
		{"name": "env-1", "mode": "AK", "access_key_id": "profile-id", "access_key_secret": "profile-secret"},
		{"name": "env-2", "mode": "AK", "access_key_id": "profile-id", "access_key_secret": "profile-secret"}]}`)
	return home, config
}

func (p place) add(c *Config, vars map[string]string) {
	if p.block != nil {
		p.block(c)
	}
	maps.Copy(vars, p.vars)
}

func TestResolveOrder(t *testing.T) {
	t.Parallel()
	home, config := homeWithProfiles(t)
	all := places(config)
	for i, first := range all {
		t.Run(first.name+" alone", func(t *testing.T) {
			t.Parallel()
			var c Config
			vars := map[string]string{"HOME": home, "USERPROFILE": home}
			first.add(&c, vars)
			if got := resolve(t, c, vars).Name(); got != first.name {
				t.Errorf("source is %s", got)
			}
		})
		for _, second := range all[i+1:] {
			t.Run(first.name+" before "+second.name, func(t *testing.T) {
				t.Parallel()
				var c Config
				vars := map[string]string{"HOME": home, "USERPROFILE": home}
				first.add(&c, vars)
				second.add(&c, vars)
				if got := resolve(t, c, vars).Name(); got != first.name {
					t.Errorf("source is %s", got)
				}
			})
		}
	}
}

func TestResolveChainsAssumeRoleOnEverySource(t *testing.T) {
	t.Parallel()
	home, config := homeWithProfiles(t)
	for _, p := range places(config) {
		t.Run(p.name, func(t *testing.T) {
			t.Parallel()
			c := Config{AssumeRole: &AssumeRole{RoleARN: roleARN}}
			vars := map[string]string{"HOME": home, "USERPROFILE": home}
			p.add(&c, vars)
			wanted := "the role " + roleARN + ", assumed with " + p.name
			if got := resolve(t, c, vars).Name(); got != wanted {
				t.Errorf("source is %s, want %s", got, wanted)
			}
		})
	}
}

func TestResolveDoesNotAssumeARoleOfTheEnvironmentAlone(t *testing.T) {
	t.Parallel()
	s := resolve(t, Config{AccessKey: "id", SecretKey: "secret"}, map[string]string{
		"ALICLOUD_ASSUME_ROLE_ARN": roleARN, "ALIBABA_CLOUD_ROLE_ARN": roleARN,
	})
	if s.Name() != "the static keys of the provider block" {
		t.Errorf("source is %s", s.Name())
	}
}

func TestResolveNeedsAProfileToBeNamed(t *testing.T) {
	t.Parallel()
	home, config := homeWithProfiles(t)
	for name, c := range map[string]Config{
		"with the usual file": {},
		"with a file":         {SharedCredentialsFile: config},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := Resolve(c, env(map[string]string{"HOME": home, "USERPROFILE": home}))
			wantError(t, err, "access_key", "No credentials")
		})
	}
}

// wantError checks that an error is an Error on an argument, and that it says
// some words.
func wantError(t *testing.T, err error, argument string, words ...string) {
	t.Helper()
	var e *Error
	if !errors.As(err, &e) {
		t.Fatalf("error is %v, want an *Error", err)
	}
	if e.Argument != argument {
		t.Errorf("error is on argument %q, want %q: %v", e.Argument, argument, err)
	}
	for _, w := range words {
		if !strings.Contains(err.Error(), w) {
			t.Errorf("error does not say %q: %v", w, err)
		}
	}
}

func TestNoCredentialsNamesEveryWay(t *testing.T) {
	t.Parallel()
	_, err := Resolve(Config{}, env(nil))
	var words []string
	for _, p := range places("") {
		words = slices.AppendSeq(words, maps.Keys(p.vars))
	}
	words = append(words, "access_key and secret_key", "security_token", "profile", "shared_credentials_file",
		"credentials_uri", "ecs_role_name", "assume_role_with_oidc")
	wantError(t, err, "access_key", words...)
}

func TestResolveRefuses(t *testing.T) {
	t.Parallel()
	static := Config{AccessKey: "id", SecretKey: "secret"}
	with := func(change func(*Config)) Config {
		c := static
		change(&c)
		return c
	}
	oidc := AssumeRoleWithOIDC{OIDCProviderARN: providerARN, RoleARN: roleARN, OIDCToken: "token"}
	withOIDC := func(change func(*AssumeRoleWithOIDC)) Config {
		o := oidc
		change(&o)
		return Config{AssumeRoleWithOIDC: &o}
	}
	for name, c := range map[string]struct {
		config   Config
		vars     map[string]string
		argument string
		words    []string
	}{
		"an access key without a secret key":      {Config{AccessKey: "id"}, nil, "secret_key", []string{"access_key", "whole"}},
		"a secret key without an access key":      {Config{SecretKey: "secret"}, nil, "access_key", []string{"secret_key", "whole"}},
		"a blank secret key":                      {Config{AccessKey: "id", SecretKey: " "}, nil, "secret_key", nil},
		"a token without keys":                    {Config{SecurityToken: "token"}, nil, "security_token", []string{"access_key and secret_key"}},
		"half of the keys, the rest elsewhere":    {Config{AccessKey: "id"}, map[string]string{"ALICLOUD_SECRET_KEY": "x"}, "secret_key", nil},
		"half of the keys beside a profile":       {Config{AccessKey: "id", Profile: "p"}, nil, "secret_key", nil},
		"a variable for the key alone":            {Config{}, map[string]string{"ALICLOUD_ACCESS_KEY": "x"}, "", []string{"no ALICLOUD_SECRET_KEY"}},
		"a variable for the secret alone":         {Config{}, map[string]string{"ALIBABA_CLOUD_ACCESS_KEY_SECRET": "x"}, "", []string{"no ALIBABA_CLOUD_ACCESS_KEY_ID"}},
		"half of a family before a whole one":     {Config{}, map[string]string{"ALICLOUD_ACCESS_KEY": "x", "ALIBABACLOUD_ACCESS_KEY_ID": "x", "ALIBABACLOUD_ACCESS_KEY_SECRET": "x"}, "", []string{"ALICLOUD_SECRET_KEY"}},
		"a pair from two families":                {Config{}, map[string]string{"ALICLOUD_ACCESS_KEY": "x", "ALIBABA_CLOUD_ACCESS_KEY_SECRET": "x"}, "", []string{"ALICLOUD_ACCESS_KEY", "ALIBABA_CLOUD_ACCESS_KEY_SECRET"}},
		"a URI without a scheme":                  {Config{CredentialsURI: "127.0.0.1/keys"}, nil, "credentials_uri", []string{"http://"}},
		"a URI of another scheme":                 {Config{}, map[string]string{"ALICLOUD_CREDENTIALS_URI": "file:///etc/keys"}, "", []string{"ALICLOUD_CREDENTIALS_URI"}},
		"an ARN for the ECS role":                 {Config{ECSRoleName: roleARN}, nil, "ecs_role_name", []string{"not its ARN"}},
		"an ECS role where metadata is forbidden": {Config{ECSRoleName: "r"}, map[string]string{"ALIBABA_CLOUD_ECS_METADATA_DISABLED": "true"}, "ecs_role_name", []string{"ALIBABA_CLOUD_ECS_METADATA_DISABLED"}},
		"a role without an ARN":                   {with(func(c *Config) { c.AssumeRole = &AssumeRole{} }), nil, "assume_role", []string{"role_arn", "ALICLOUD_ASSUME_ROLE_ARN"}},
		"a session that is too short":             {with(func(c *Config) { c.AssumeRole = &AssumeRole{RoleARN: roleARN, SessionExpiration: 899} }), nil, "assume_role", []string{"900", "43200"}},
		"a session that is too long":              {with(func(c *Config) { c.AssumeRole = &AssumeRole{RoleARN: roleARN, SessionExpiration: 43201} }), nil, "assume_role", nil},
		"a length that is no number": {
			with(func(c *Config) { c.AssumeRole = &AssumeRole{RoleARN: roleARN} }),
			map[string]string{"ALICLOUD_ASSUME_ROLE_SESSION_EXPIRATION": "1h"},
			"",
			[]string{"ALICLOUD_ASSUME_ROLE_SESSION_EXPIRATION"},
		},
		"an endpoint with a scheme":         {with(func(c *Config) { c.AssumeRole, c.STSEndpoint = &AssumeRole{RoleARN: roleARN}, "https://sts" }), nil, "endpoints", []string{"without https://"}},
		"an endpoint with a user":           {with(func(c *Config) { c.AssumeRole, c.STSEndpoint = &AssumeRole{RoleARN: roleARN}, "me@sts" }), nil, "endpoints", nil},
		"a region that is no host":          {with(func(c *Config) { c.AssumeRole, c.Region = &AssumeRole{RoleARN: roleARN}, "cn/x" }), nil, "region", nil},
		"OIDC without a provider":           {withOIDC(func(o *AssumeRoleWithOIDC) { o.OIDCProviderARN = "" }), nil, "assume_role_with_oidc", []string{"oidc_provider_arn"}},
		"OIDC without a role":               {withOIDC(func(o *AssumeRoleWithOIDC) { o.RoleARN = "" }), nil, "assume_role_with_oidc", []string{"role_arn"}},
		"OIDC without a token":              {withOIDC(func(o *AssumeRoleWithOIDC) { o.OIDCToken = "" }), nil, "assume_role_with_oidc", []string{"oidc_token_file"}},
		"OIDC with too short a session":     {withOIDC(func(o *AssumeRoleWithOIDC) { o.SessionExpiration = 1 }), nil, "assume_role_with_oidc", []string{"900"}},
		"a part of OIDC in the environment": {Config{}, map[string]string{"ALIBABA_CLOUD_OIDC_TOKEN": "x", "ALIBABA_CLOUD_OIDC_PROVIDER_ARN": "x"}, "", []string{"ALIBABA_CLOUD_ROLE_ARN"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := Resolve(c.config, env(c.vars))
			wantError(t, err, c.argument, c.words...)
		})
	}
}

func TestRegion(t *testing.T) {
	t.Parallel()
	config := profiles(t,
		map[string]any{"name": "with", "mode": "AK", "access_key_id": "i", "access_key_secret": "s", "region_id": "cn-shanghai"},
		map[string]any{"name": "without", "mode": "AK", "access_key_id": "i", "access_key_secret": "s"})
	for name, c := range map[string]struct {
		config Config
		want   string
	}{
		"of a profile":                  {Config{Profile: "with", SharedCredentialsFile: config}, "cn-shanghai"},
		"of a profile under a role":     {Config{Profile: "with", SharedCredentialsFile: config, AssumeRole: &AssumeRole{RoleARN: roleARN}}, "cn-shanghai"},
		"of a profile without one":      {Config{Profile: "without", SharedCredentialsFile: config}, ""},
		"of a profile that is not used": {Config{AccessKey: "i", SecretKey: "s", Profile: "with", SharedCredentialsFile: config}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := Region(resolve(t, c.config, nil)); got != c.want {
				t.Errorf("region is %q, want %q", got, c.want)
			}
		})
	}
}
