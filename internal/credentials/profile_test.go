package credentials

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/rds-migrate/terraform-provider-alicloud/internal/credentials/credtest"
)

// standIns are all services that a profile may log in at.
type standIns struct {
	sts     *credtest.STS
	stsHost string
	signIn  string // URL
	uri     string
	token   string // file
	options []Option
}

func newStandIns(t *testing.T) standIns {
	t.Helper()
	clock := fakeClock()
	s := standIns{sts: credtest.NewSTS(clock)}
	s.sts.Accept(callerKeys)
	s.sts.Accept(handed(3))
	s.sts.AcceptToken(providerARN, "oidc-token")
	s.sts.Grant(roleARN, handed(1))
	s.sts.Grant(otherARN, handed(2))
	s.stsHost = serveTLS(t, s.sts)
	s.signIn = "https://" + serveTLS(t, credtest.NewSignIn(clock, "access-token", "account", "config", time.Hour, handed(4)))
	metadata := serve(t, credtest.NewMetadata(clock, "reader", time.Hour, handed(5)))
	s.uri = serve(t, credtest.NewURI(clock, time.Hour, handed(6)))
	s.options = []Option{WithClock(clock), WithMetadataURL(metadata), WithOAuthURL(s.signIn)}
	s.token = file(t, "oidc-token")
	return s
}

// keysOf returns the fields of static keys in a profile.
func keysOf(k credtest.Credentials, more map[string]any) map[string]any {
	p := map[string]any{"name": "p", "access_key_id": k.AccessKeyID, "access_key_secret": k.AccessKeySecret}
	if k.SecurityToken != "" {
		p["sts_token"] = k.SecurityToken
	}
	maps.Copy(p, more)
	return p
}

func TestEveryModeOfAProfile(t *testing.T) {
	t.Parallel()
	s := newStandIns(t)
	later := fakeClock().Now().Add(time.Hour).Unix()
	source := keysOf(callerKeys, map[string]any{"name": "source", "mode": "AK"})
	cloudSSO := map[string]any{
		"name": "p", "mode": "CloudSSO", "cloud_sso_sign_in_url": s.signIn + "/login", "cloud_sso_account_id": "account",
		"cloud_sso_access_config": "config", "access_token": "access-token", "cloud_sso_access_token_expire": later,
	}
	oauth := map[string]any{
		"name": "p", "mode": "OAuth", "oauth_site_type": "INTL", "oauth_access_token": "access-token", "oauth_access_token_expire": later,
		"oauth_refresh_token": "never-used",
	}
	for name, c := range map[string]struct {
		profiles []map[string]any
		want     credtest.Credentials
	}{
		"AK": {[]map[string]any{keysOf(callerKeys, map[string]any{"mode": "AK"})}, callerKeys},
		"AK with a token that the mode does not know": {
			[]map[string]any{keysOf(callerKeys, map[string]any{"mode": "AK", "sts_token": "stray"})}, callerKeys,
		},
		"StsToken": {[]map[string]any{keysOf(handed(9), map[string]any{"mode": "StsToken"})}, handed(9)},
		"RamRoleArn": {
			[]map[string]any{keysOf(callerKeys, map[string]any{
				"mode": "RamRoleArn", "ram_role_arn": roleARN, "ram_session_name": "me", "expired_seconds": 900,
			})}, handed(1),
		},
		"RamRoleArn with a token": {[]map[string]any{keysOf(handed(3), map[string]any{"mode": "RamRoleArn", "ram_role_arn": roleARN})}, handed(1)},
		"EcsRamRole":              {[]map[string]any{{"name": "p", "mode": "EcsRamRole", "ram_role_name": "reader"}}, handed(5)},
		"EcsRamRole without the role's name": {
			[]map[string]any{{"name": "p", "mode": "EcsRamRole"}}, handed(5),
		},
		"OIDC with a file": {
			[]map[string]any{{"name": "p", "mode": "OIDC", "oidc_provider_arn": providerARN, "ram_role_arn": roleARN, "oidc_token_file": s.token}}, handed(1),
		},
		"OIDC with a token": {
			[]map[string]any{{"name": "p", "mode": "OIDC", "oidc_provider_arn": providerARN, "ram_role_arn": roleARN, "oidc_token": "oidc-token"}}, handed(1),
		},
		"ChainableRamRoleArn": {
			[]map[string]any{{"name": "p", "mode": "ChainableRamRoleArn", "ram_role_arn": roleARN, "source_profile": "source"}, source}, handed(1),
		},
		"ChainableRamRoleArn of a ChainableRamRoleArn": {
			[]map[string]any{
				{"name": "p", "mode": "ChainableRamRoleArn", "ram_role_arn": otherARN, "source_profile": "middle"},
				{"name": "middle", "mode": "ChainableRamRoleArn", "ram_role_arn": roleARN, "source_profile": "source"},
				source,
			}, handed(2),
		},
		"CloudSSO":       {[]map[string]any{cloudSSO}, handed(4)},
		"OAuth":          {[]map[string]any{oauth}, handed(4)},
		"CredentialsURI": {[]map[string]any{{"name": "p", "mode": "CredentialsURI", "credentials_uri": s.uri}}, handed(6)},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			config := Config{Profile: "p", SharedCredentialsFile: profiles(t, c.profiles...), STSEndpoint: s.stsHost}
			source := resolve(t, config, nil, s.options...)
			want(t, source, c.want)
			if name := fmt.Sprintf("the profile %q of %s", "p", config.SharedCredentialsFile); source.Name() != name {
				t.Errorf("source is %s, want %s", source.Name(), name)
			}
		})
	}
}

func TestRoleOfAProfile(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		profile map[string]any
		want    map[string]string
	}{
		"with everything": {
			map[string]any{"ram_session_name": "me", "expired_seconds": 900, "policy": "{}", "external_id": "ours"},
			map[string]string{"RoleSessionName": "me", "DurationSeconds": "900", "Policy": "{}", "ExternalId": "ours"},
		},
		"with the defaults": {nil, map[string]string{"RoleSessionName": "terraform", "DurationSeconds": "3600"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newStandIns(t)
			p := keysOf(callerKeys, map[string]any{"mode": "RamRoleArn", "ram_role_arn": roleARN, "sts_endpoint": s.stsHost})
			maps.Copy(p, c.profile)
			config := Config{Profile: "p", SharedCredentialsFile: profiles(t, p)}
			want(t, resolve(t, config, map[string]string{"ALIBABA_CLOUD_ROLE_SESSION_NAME": "stray"}, s.options...), handed(1))
			c.want["RoleArn"] = roleARN
			if diff := cmp.Diff(c.want, chosen(s.sts.IssuedRequests("AssumeRole")[0])); diff != "" {
				t.Errorf("STS was asked for (-want +got):\n%s", diff)
			}
		})
	}
}

func TestWhereTheProfilesAre(t *testing.T) {
	t.Parallel()
	home := t.TempDir()
	if err := os.Mkdir(filepath.Join(home, ".aliyun"), 0o700); err != nil {
		t.Fatal(err)
	}
	// Each file has the one profile p, with the file's own name as its key.
	for _, name := range []string{".aliyun/config.json", "block", "env-1", "env-2", "env-3"} {
		rewrite(t, filepath.Join(home, name), fmt.Sprintf(`{"profiles": [{"name": "p", "mode": "AK", "access_key_id": %q, "access_key_secret": "s"}]}`, name))
	}
	all := map[string]string{
		"ALICLOUD_SHARED_CREDENTIALS_FILE": filepath.Join(home, "env-1"),
		"ALIBABA_CLOUD_CREDENTIALS_FILE":   filepath.Join(home, "env-2"),
		"ALIBABA_CLOUD_CONFIG_FILE":        "~/env-3",
	}
	for name, c := range map[string]struct {
		block string
		drop  []string
		want  string
	}{
		"in the block":                        {"~/block", nil, "block"},
		"in ALICLOUD_SHARED_CREDENTIALS_FILE": {"", nil, "env-1"},
		"in ALIBABA_CLOUD_CREDENTIALS_FILE":   {"", []string{"ALICLOUD_SHARED_CREDENTIALS_FILE"}, "env-2"},
		"in ALIBABA_CLOUD_CONFIG_FILE":        {"", []string{"ALICLOUD_SHARED_CREDENTIALS_FILE", "ALIBABA_CLOUD_CREDENTIALS_FILE"}, "env-3"},
		"nowhere, and so in the usual place":  {"", []string{"ALICLOUD_SHARED_CREDENTIALS_FILE", "ALIBABA_CLOUD_CREDENTIALS_FILE", "ALIBABA_CLOUD_CONFIG_FILE"}, ".aliyun/config.json"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			vars := map[string]string{"HOME": home, "USERPROFILE": home}
			maps.Copy(vars, all)
			for _, k := range c.drop {
				delete(vars, k)
			}
			want(t, resolve(t, Config{Profile: "p", SharedCredentialsFile: c.block}, vars), credtest.Credentials{AccessKeyID: c.want, AccessKeySecret: "s"})
		})
	}
}

// brokenProfile is a file with a profile p that cannot be used. Every value in
// it that must not be quoted begins with "hidden".
type brokenProfile struct {
	text  string
	words []string
}

func brokenProfiles() map[string]brokenProfile {
	one := func(fields string) string { return `{"profiles": [{"name": "p", ` + fields + `}]}` }
	return map[string]brokenProfile{
		"that is not there":                 {`{"profiles": [{"name": "hidden-other", "mode": "AK"}]}`, []string{"no such profile"}},
		"in a file without profiles":        {`{"current": "hidden"}`, []string{"no such profile"}},
		"in a file that is null":            {`null`, []string{"no such profile"}},
		"that is null":                      {`{"profiles": [null]}`, []string{"no such profile"}},
		"that is there twice":               {`{"profiles": [{"name": "p"}, {"name": "p"}]}`, []string{"more than one"}},
		"in an empty file":                  {``, []string{"not the JSON", "line 1"}},
		"in broken JSON":                    {"{\"profiles\": [\n{\"name\": \"p\", \"access_key_secret\": \"hidden\"\nhidden", []string{"not the JSON", "line 3"}},
		"with text behind it":               {one(`"mode": "AK"`) + "hidden", []string{"not the JSON"}},
		"in an INI file":                    {"[p]\ntype = access_key\naccess_key_secret = hidden\n", []string{"not the JSON"}},
		"with a number for text":            {one("\n" + `"mode": "AK", "access_key_id": 1`), []string{"not the JSON", "line 2"}},
		"with text for a number":            {one(`"mode": "AK", "expired_seconds": "hidden"`), []string{"not the JSON"}},
		"without a mode":                    {one(`"access_key_id": "hidden", "access_key_secret": "hidden"`), []string{"mode", "CredentialsURI"}},
		"with an unknown mode":              {one(`"mode": "hidden"`), []string{"mode", "AK, StsToken"}},
		"with a mode of another case":       {one(`"mode": "ak", "access_key_id": "hidden", "access_key_secret": "hidden"`), []string{"mode"}},
		"without a key":                     {one(`"mode": "AK", "access_key_secret": "hidden"`), []string{"access_key_id", "mode AK"}},
		"with a blank secret":               {one(`"mode": "AK", "access_key_id": "hidden", "access_key_secret": " "`), []string{"access_key_secret"}},
		"without its token":                 {one(`"mode": "StsToken", "access_key_id": "hidden", "access_key_secret": "hidden"`), []string{"sts_token"}},
		"without its role":                  {one(`"mode": "RamRoleArn", "access_key_id": "hidden", "access_key_secret": "hidden"`), []string{"ram_role_arn"}},
		"with too short a session":          {one(`"mode": "RamRoleArn", "ram_role_arn": "hidden", "access_key_id": "hidden", "access_key_secret": "hidden", "expired_seconds": 899`), []string{"expired_seconds"}},
		"with an endpoint that is no host":  {one(`"mode": "RamRoleArn", "ram_role_arn": "hidden", "access_key_id": "hidden", "access_key_secret": "hidden", "sts_endpoint": "hidden/hidden"`), []string{"sts_endpoint"}},
		"without an identity provider":      {one(`"mode": "OIDC", "ram_role_arn": "hidden", "oidc_token": "hidden"`), []string{"oidc_provider_arn"}},
		"without an OIDC token":             {one(`"mode": "OIDC", "ram_role_arn": "hidden", "oidc_provider_arn": "hidden"`), []string{"oidc_token_file"}},
		"without its source":                {one(`"mode": "ChainableRamRoleArn", "ram_role_arn": "hidden"`), []string{"source_profile"}},
		"with a source that is not there":   {one(`"mode": "ChainableRamRoleArn", "ram_role_arn": "hidden", "source_profile": "hidden"`), []string{"builds on", "no such profile"}},
		"that is its own source":            {one(`"mode": "ChainableRamRoleArn", "ram_role_arn": "hidden", "source_profile": "p"`), []string{"itself"}},
		"without a sign-in address":         {one(`"mode": "CloudSSO", "access_token": "hidden"`), []string{"cloud_sso_sign_in_url"}},
		"without a site":                    {one(`"mode": "OAuth", "oauth_access_token": "hidden"`), []string{"oauth_site_type"}},
		"with an unknown site":              {one(`"mode": "OAuth", "oauth_site_type": "hidden"`), []string{"oauth_site_type", "CN"}},
		"without a program":                 {one(`"mode": "External"`), []string{"process_command"}},
		"with an open quote in its program": {one(`"mode": "External", "process_command": "hidden 'hidden"`), []string{"process_command"}},
		"without its URI":                   {one(`"mode": "CredentialsURI"`), []string{"credentials_uri"}},
		"with a URI of another scheme":      {one(`"mode": "CredentialsURI", "credentials_uri": "file://hidden"`), []string{"credentials_uri"}},
		"that builds on itself by another": {
			`{"profiles": [{"name": "p", "mode": "ChainableRamRoleArn", "ram_role_arn": "hidden", "source_profile": "hidden"},
			{"name": "hidden", "mode": "ChainableRamRoleArn", "ram_role_arn": "hidden", "source_profile": "p"}]}`, []string{"itself"},
		},
		"with a source without keys": {
			`{"profiles": [{"name": "p", "mode": "ChainableRamRoleArn", "ram_role_arn": "hidden", "source_profile": "hidden"},
			{"name": "hidden", "mode": "AK"}]}`, []string{"builds on", "access_key_id"},
		},
	}
}

func TestBrokenProfileIsNamedAndNotQuoted(t *testing.T) {
	t.Parallel()
	for name, c := range brokenProfiles() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			config := Config{Profile: "p", SharedCredentialsFile: file(t, c.text)}
			_, err := Resolve(config, env(nil))
			wantError(t, err, "profile", append(c.words, `"p"`, config.SharedCredentialsFile)...)
			if strings.Contains(fmt.Sprintf("%v %+v %#v", err, err, err), "hidden") {
				t.Errorf("error quotes the file: %#v", err)
			}
		})
	}
}

func TestUnreadableFileOfProfiles(t *testing.T) {
	t.Parallel()
	missing := filepath.Join(t.TempDir(), "missing.json")
	for name, c := range map[string]struct {
		config   Config
		vars     map[string]string
		argument string
		words    []string
	}{
		"named in the block":       {Config{Profile: "p", SharedCredentialsFile: missing}, nil, "shared_credentials_file", []string{missing, "no such file"}},
		"named in the environment": {Config{Profile: "p"}, map[string]string{"ALIBABA_CLOUD_CONFIG_FILE": missing}, "", []string{missing}},
		"in the usual place":       {Config{Profile: "p"}, map[string]string{"HOME": "/nowhere", "USERPROFILE": "/nowhere"}, "profile", []string{"config.json"}},
		"without a home":           {Config{Profile: "p"}, nil, "profile", []string{"home directory"}},
		"with a profile of the environment": {
			Config{}, map[string]string{"ALIBABA_CLOUD_PROFILE": "p", "HOME": "/nowhere", "USERPROFILE": "/nowhere"}, "", []string{"ALIBABA_CLOUD_PROFILE"},
		},
		"that is a directory": {Config{Profile: "p", SharedCredentialsFile: t.TempDir()}, nil, "shared_credentials_file", nil},
		"that is huge": {
			Config{Profile: "p", SharedCredentialsFile: file(t, strings.Repeat(" ", maxFileSize+1))}, nil, "shared_credentials_file", []string{"bytes"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := Resolve(c.config, env(c.vars))
			wantError(t, err, c.argument, c.words...)
		})
	}
}

// profileErrors is all that findProfile may say.
var profileErrors = regexp.MustCompile("^(the file has no such profile|the file has more than one profile of that name|" +
	"its mode is none of " + strings.Join(modes, ", ") + "|" +
	"it has no (access_key_id|access_key_secret|sts_token|ram_role_arn|oidc_provider_arn|oidc_token_file|source_profile|" +
	"cloud_sso_[a-z_]+|oauth_site_type|process_command|credentials_uri), which the mode (" + strings.Join(modes, "|") + ") needs|" +
	"the file is not the JSON of the command-line tool from line [0-9]+ on)$")

func FuzzProfile(f *testing.F) {
	f.Add([]byte(`{"current": "p", "profiles": [{"name": "p", "mode": "AK", "access_key_id": "i", "access_key_secret": "s", "region_id": "r"}]}`))
	f.Add([]byte(`{"profiles": [{"name": "p", "mode": "External", "process_command": "tool 'a b'"}], "meta_path": ""}`))
	for _, c := range brokenProfiles() {
		f.Add([]byte(c.text))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		p, err := findProfile(text, "p")
		if err != nil {
			if !profileErrors.MatchString(err.Error()) {
				t.Errorf("error may quote the file: %v", err)
			}
			return
		}
		if p.Name != "p" || p.missing() != "" {
			t.Errorf("accepted %+v", p)
		}
		if strings.HasPrefix(p.Mode, modeAK) && (strings.TrimSpace(p.AccessKeyID) == "" || strings.TrimSpace(p.AccessKeySecret) == "") {
			t.Errorf("accepted keys %q and %q", p.AccessKeyID, p.AccessKeySecret)
		}
	})
}
