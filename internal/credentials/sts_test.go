package credentials

import (
	"net/url"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/rds-migrate/terraform-provider-alicloud/internal/credentials/credtest"
)

var callerKeys = credtest.Credentials{AccessKeyID: "caller-id", AccessKeySecret: "caller-secret/+="}

// callerConfig is a block with the static keys of the caller.
func callerConfig(endpoint string) Config {
	return Config{AccessKey: callerKeys.AccessKeyID, SecretKey: callerKeys.AccessKeySecret, STSEndpoint: endpoint}
}

// chosen returns the parameters of a login that are the user's choice.
func chosen(p url.Values) map[string]string {
	got := map[string]string{}
	for _, name := range []string{"RoleArn", "RoleSessionName", "DurationSeconds", "Policy", "ExternalId", "OIDCProviderArn", "OIDCToken"} {
		if p.Has(name) {
			got[name] = p.Get(name)
		}
	}
	return got
}

func TestAssumeRole(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		role AssumeRole
		vars map[string]string
		want map[string]string
	}{
		"with the defaults": {
			AssumeRole{RoleARN: roleARN},
			nil,
			map[string]string{"RoleArn": roleARN, "RoleSessionName": "terraform", "DurationSeconds": "3600"},
		},
		"with everything in the block": {
			AssumeRole{RoleARN: roleARN, SessionName: "me@here", Policy: `{"Version": "1"}`, SessionExpiration: 43200, ExternalID: "a/b=c"},
			map[string]string{
				"ALICLOUD_ASSUME_ROLE_ARN": otherARN, "ALICLOUD_ASSUME_ROLE_SESSION_NAME": "other", "ALICLOUD_ASSUME_ROLE_SESSION_EXPIRATION": "900",
			},
			map[string]string{
				"RoleArn": roleARN, "RoleSessionName": "me@here", "DurationSeconds": "43200", "Policy": `{"Version": "1"}`, "ExternalId": "a/b=c",
			},
		},
		"with the rest from the environment": {
			AssumeRole{},
			map[string]string{
				"ALICLOUD_ASSUME_ROLE_ARN": roleARN, "ALICLOUD_ASSUME_ROLE_SESSION_NAME": "ours", "ALICLOUD_ASSUME_ROLE_SESSION_EXPIRATION": "900",
				"ALIBABA_CLOUD_ROLE_ARN": otherARN, "ALIBABA_CLOUD_ROLE_SESSION_NAME": "other",
			},
			map[string]string{"RoleArn": roleARN, "RoleSessionName": "ours", "DurationSeconds": "900"},
		},
		"with the other names of the environment": {
			AssumeRole{},
			map[string]string{"ALIBABA_CLOUD_ROLE_ARN": roleARN, "ALIBABA_CLOUD_ROLE_SESSION_NAME": "ours"},
			map[string]string{"RoleArn": roleARN, "RoleSessionName": "ours", "DurationSeconds": "3600"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			service := credtest.NewSTS(fakeClock())
			service.Accept(callerKeys)
			service.Grant(roleARN, handed(1))
			config := callerConfig(serveTLS(t, service))
			config.AssumeRole = &c.role
			want(t, resolve(t, config, c.vars, WithClock(fakeClock())), handed(1))
			logins := service.IssuedRequests("AssumeRole")
			if len(logins) != 1 {
				t.Fatalf("%d logins", len(logins))
			}
			if diff := cmp.Diff(c.want, chosen(logins[0])); diff != "" {
				t.Errorf("STS was asked for (-want +got):\n%s", diff)
			}
		})
	}
}

func TestAssumeRoleWithKeysThatHaveAToken(t *testing.T) {
	t.Parallel()
	service := credtest.NewSTS(fakeClock())
	service.Accept(handed(7))
	service.Grant(roleARN, handed(1))
	config := Config{
		AccessKey: handed(7).AccessKeyID, SecretKey: handed(7).AccessKeySecret, SecurityToken: handed(7).SecurityToken,
		STSEndpoint: serveTLS(t, service), AssumeRole: &AssumeRole{RoleARN: roleARN},
	}
	want(t, resolve(t, config, nil), handed(1))
}

func TestAssumeRoleWithOIDC(t *testing.T) {
	t.Parallel()
	token := file(t, "token-of-file\n")
	for name, c := range map[string]struct {
		block *AssumeRoleWithOIDC
		vars  map[string]string
		want  map[string]string
	}{
		"with a token": {
			&AssumeRoleWithOIDC{OIDCProviderARN: providerARN, RoleARN: roleARN, OIDCToken: "inline"}, nil,
			map[string]string{"RoleSessionName": "terraform", "DurationSeconds": "3600", "OIDCToken": "inline"},
		},
		"with a file": {
			&AssumeRoleWithOIDC{
				OIDCProviderARN: providerARN, RoleARN: roleARN, OIDCTokenFile: token,
				RoleSessionName: "me", Policy: "{}", SessionExpiration: 900,
			}, nil,
			map[string]string{"RoleSessionName": "me", "DurationSeconds": "900", "OIDCToken": "token-of-file", "Policy": "{}"},
		},
		"with a file that the environment's token does not beat": {
			&AssumeRoleWithOIDC{OIDCProviderARN: providerARN, RoleARN: roleARN, OIDCTokenFile: token},
			map[string]string{"ALIBABA_CLOUD_OIDC_TOKEN": "stray"},
			map[string]string{"RoleSessionName": "terraform", "DurationSeconds": "3600", "OIDCToken": "token-of-file"},
		},
		"with a token before a file": {
			&AssumeRoleWithOIDC{OIDCProviderARN: providerARN, RoleARN: roleARN, OIDCToken: "inline", OIDCTokenFile: token}, nil,
			map[string]string{"RoleSessionName": "terraform", "DurationSeconds": "3600", "OIDCToken": "inline"},
		},
		"with an empty block and the environment": {
			&AssumeRoleWithOIDC{},
			map[string]string{
				"ALIBABA_CLOUD_OIDC_PROVIDER_ARN": providerARN, "ALIBABA_CLOUD_ROLE_ARN": roleARN,
				"ALIBABA_CLOUD_OIDC_TOKEN_FILE": token, "ALIBABA_CLOUD_ROLE_SESSION_NAME": "pod",
			},
			map[string]string{"RoleSessionName": "pod", "DurationSeconds": "3600", "OIDCToken": "token-of-file"},
		},
		"with the environment alone": {
			nil,
			map[string]string{
				"ALIBABA_CLOUD_OIDC_PROVIDER_ARN": providerARN, "ALIBABA_CLOUD_ROLE_ARN": roleARN,
				"ALIBABA_CLOUD_OIDC_TOKEN": "inline", "ALIBABA_CLOUD_OIDC_TOKEN_FILE": token,
			},
			map[string]string{"RoleSessionName": "terraform", "DurationSeconds": "3600", "OIDCToken": "inline"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			service := credtest.NewSTS(fakeClock())
			service.AcceptToken(providerARN, c.want["OIDCToken"])
			service.Grant(roleARN, handed(1))
			config := Config{STSEndpoint: serveTLS(t, service), AssumeRoleWithOIDC: c.block}
			want(t, resolve(t, config, c.vars, WithClock(fakeClock())), handed(1))
			c.want["RoleArn"], c.want["OIDCProviderArn"] = roleARN, providerARN
			if diff := cmp.Diff(c.want, chosen(service.IssuedRequests("AssumeRoleWithOIDC")[0])); diff != "" {
				t.Errorf("STS was asked for (-want +got):\n%s", diff)
			}
		})
	}
}

func TestAssumedRoleIsRenewed(t *testing.T) {
	t.Parallel()
	clock := fakeClock()
	service := credtest.NewSTS(clock)
	service.Accept(callerKeys)
	service.Grant(roleARN, handed(1), handed(2), handed(3))
	config := callerConfig(serveTLS(t, service))
	config.AssumeRole = &AssumeRole{RoleARN: roleARN, SessionExpiration: 900}
	s := resolve(t, config, nil, WithClock(clock))

	want(t, s, handed(1))
	clock.Advance(12*time.Minute - time.Second)
	want(t, s, handed(1))
	clock.Advance(time.Second)
	want(t, s, handed(2))
	want(t, s, handed(2))
	clock.Advance(24 * time.Hour)
	want(t, s, handed(3))
}

func TestChainIsRenewedFromItsBeginning(t *testing.T) {
	t.Parallel()
	clock := fakeClock()
	service := credtest.NewSTS(clock)
	service.AcceptToken(providerARN, "token")
	service.Grant(otherARN, handed(1), handed(2))
	service.Grant(roleARN, handed(11), handed(12))
	s := resolve(t, Config{
		STSEndpoint:        serveTLS(t, service),
		AssumeRoleWithOIDC: &AssumeRoleWithOIDC{OIDCProviderARN: providerARN, RoleARN: otherARN, OIDCToken: "token", SessionExpiration: 1800},
		AssumeRole:         &AssumeRole{RoleARN: roleARN, SessionExpiration: 3600},
	}, nil, WithClock(clock))
	want(t, s, handed(11))
	// By now the keys that the role was assumed with have expired, too.
	clock.Advance(time.Hour)
	want(t, s, handed(12))
	if got := service.IssuedRequests("AssumeRole")[1].Get("AccessKeyId"); got != handed(2).AccessKeyID {
		t.Errorf("the role was assumed again with %q", got)
	}
}

func TestRewrittenTokenFileIsReadAgain(t *testing.T) {
	t.Parallel()
	clock := fakeClock()
	service := credtest.NewSTS(clock)
	service.AcceptToken(providerARN, "first")
	service.Grant(roleARN, handed(1), handed(2))
	name := filepath.Join(t.TempDir(), "token")
	rewrite(t, name, "first")
	s := resolve(t, Config{STSEndpoint: serveTLS(t, service), AssumeRoleWithOIDC: &AssumeRoleWithOIDC{
		OIDCProviderARN: providerARN, RoleARN: roleARN, OIDCTokenFile: name,
	}}, nil, WithClock(clock))
	want(t, s, handed(1))

	service.AcceptToken(providerARN, "second")
	rewrite(t, name, "second")
	want(t, s, handed(1))
	clock.Advance(time.Hour)
	want(t, s, handed(2))
	if got := service.IssuedRequests("AssumeRoleWithOIDC")[1].Get("OIDCToken"); got != "second" {
		t.Errorf("the second login used the token %q", got)
	}
}

func TestSTSEndpoint(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		config  Config
		vars    map[string]string
		profile profile
		want    string
	}{
		"without a region":                  {want: "sts.aliyuncs.com"},
		"of a region in the block":          {config: Config{Region: "cn-hangzhou"}, vars: map[string]string{"ALICLOUD_REGION": "x"}, want: "sts.cn-hangzhou.aliyuncs.com"},
		"of a region in the environment":    {vars: map[string]string{"ALIBABA_CLOUD_REGION": "cn-beijing"}, want: "sts.cn-beijing.aliyuncs.com"},
		"of the block":                      {config: Config{Region: "cn-hangzhou", STSEndpoint: " sts.example.com:8443 "}, want: "sts.example.com:8443"},
		"of a profile":                      {profile: profile{STSEndpoint: "https://sts.example.com/", STSRegion: "x"}, want: "sts.example.com"},
		"of a profile's region":             {config: Config{Region: "cn-hangzhou"}, profile: profile{STSRegion: "cn-shanghai"}, want: "sts.cn-shanghai.aliyuncs.com"},
		"of a profile within a VPC":         {profile: profile{STSRegion: "cn-shanghai", EnableVPC: true}, want: "sts-vpc.cn-shanghai.aliyuncs.com"},
		"of the block before a profile":     {config: Config{STSEndpoint: "sts.example.com"}, profile: profile{STSEndpoint: "x", STSRegion: "y"}, want: "sts.example.com"},
		"of the region beside a bare VPC":   {config: Config{Region: "cn-hangzhou"}, profile: profile{EnableVPC: true}, want: "sts-vpc.cn-hangzhou.aliyuncs.com"},
		"without a region but within a VPC": {profile: profile{EnableVPC: true}, want: "sts.aliyuncs.com"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newResolver(c.config, env(c.vars), nil)
			s, _, err := r.profileRole(profileFile{}, c.profile)
			if err != nil {
				t.Fatal(err)
			}
			if s.endpoint != c.want {
				t.Errorf("endpoint is %q, want %q", s.endpoint, c.want)
			}
		})
	}
}
