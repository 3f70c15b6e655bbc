package credentials

import (
	"context"
	"testing"

	"github.com/rds-migrate/terraform-provider-alicloud/internal/credentials/credtest"
)

func TestSTS_Endpoint(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		config  Config
		vars    map[string]string
		profile profile
		want    string
	}{
		"without a region": {want: "sts.aliyuncs.com"},
		"of a region in the block": {
			config: Config{Region: "cn-hangzhou"}, vars: map[string]string{"ALICLOUD_REGION": "x"},
			want: "sts.cn-hangzhou.aliyuncs.com",
		},
		"of a region in the environment": {
			vars: map[string]string{"ALIBABA_CLOUD_REGION": "cn-beijing"}, want: "sts.cn-beijing.aliyuncs.com",
		},
		"of the block": {
			config: Config{Region: "cn-hangzhou", STSEndpoint: " sts.example.com:8443 "}, want: "sts.example.com:8443",
		},
		"of a profile": {
			profile: profile{STSEndpoint: "https://sts.example.com/", STSRegion: "x"}, want: "sts.example.com",
		},
		"of a profile's region": {
			config: Config{Region: "cn-hangzhou"}, profile: profile{STSRegion: "cn-shanghai"},
			want: "sts.cn-shanghai.aliyuncs.com",
		},
		"of a profile within a VPC": {
			profile: profile{STSRegion: "cn-shanghai", EnableVPC: true}, want: "sts-vpc.cn-shanghai.aliyuncs.com",
		},
		"of the block before a profile": {
			config: Config{STSEndpoint: "sts.example.com"}, profile: profile{STSEndpoint: "x", STSRegion: "y"},
			want: "sts.example.com",
		},
		"of the region with a VPC": {
			config: Config{Region: "cn-hangzhou"}, profile: profile{EnableVPC: true},
			want: "sts-vpc.cn-hangzhou.aliyuncs.com",
		},
		"without a region but within a VPC": {profile: profile{EnableVPC: true}, want: "sts.aliyuncs.com"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newResolver(c.config, getenvFrom(c.vars), nil)
			s, _, err := r.newProfileRole(profileFile{}, c.profile)
			if err != nil {
				t.Fatal(err)
			}
			if s.endpoint != c.want {
				t.Errorf("endpoint is %q, want %q", s.endpoint, c.want)
			}
		})
	}
}

func TestSTS_ErrorResponses(t *testing.T) {
	t.Parallel()
	assume := func(change func(*Config)) Config {
		c := Config{AccessKey: "hidden.id", SecretKey: "hidden-secret", AssumeRole: &AssumeRole{RoleARN: roleARN}}
		change(&c)
		return c
	}
	oidc := Config{AssumeRoleWithOIDC: &AssumeRoleWithOIDC{
		OIDCProviderARN: providerARN, RoleARN: roleARN, OIDCToken: "hidden-wrong",
	}}
	for name, c := range map[string]struct {
		config   Config
		argument string
		words    []string
	}{
		"for a wrong secret": {
			assume(func(c *Config) { c.SecretKey = "hidden-wrong" }), "assume_role",
			[]string{"SignatureDoesNotMatch", "FAKE-STS", "Check the static keys of the provider block"},
		},
		"for an unknown access key": {
			assume(func(c *Config) { c.AccessKey = "hidden" }), "assume_role",
			[]string{"InvalidAccessKeyId.NotFound", "Check the static keys"},
		},
		"for a wrong token": {
			assume(func(c *Config) { c.SecurityToken = "hidden-token" }), "assume_role",
			[]string{"InvalidSecurityToken.MismatchWithAccessKey"},
		},
		"for an unknown role": {
			assume(func(c *Config) { c.AssumeRole.RoleARN = otherARN }), "assume_role",
			[]string{"EntityNotExist.Role", "no such role"},
		},
		"for a malformed role": {
			assume(func(c *Config) { c.AssumeRole.RoleARN = "reader" }), "assume_role",
			[]string{"InvalidParameter.RoleArn", "Check the arguments"},
		},
		"for a malformed policy": {
			assume(func(c *Config) { c.AssumeRole.Policy = "{hidden" }), "assume_role",
			[]string{"InvalidParameter.PolicyGrammar"},
		},
		"for a wrong OIDC token": {
			oidc, "assume_role_with_oidc", []string{"AuthenticationFail", "Check the OIDC token"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			service := credtest.NewSTS(fakeClock())
			service.Accept(credtest.Credentials{AccessKeyID: "hidden.id", AccessKeySecret: "hidden-secret"})
			service.AcceptToken(providerARN, "hidden-token")
			service.Grant(roleARN, issued(1))
			c.config.STSEndpoint = serveTLS(t, service)
			s := mustResolve(t, c.config, nil, WithClock(fakeClock()))
			_, err := s.Retrieve(context.Background())
			expectError(t, err, c.argument, c.words...)
			expectNoSecret(t, err)
		})
	}
}
