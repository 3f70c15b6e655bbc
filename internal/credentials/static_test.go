package credentials

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/rds-migrate/terraform-provider-alicloud/internal/credentials/credtest"
)

func TestStaticKeysAreTakenWhole(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		config Config
		vars   map[string]string
		want   credtest.Credentials
	}{
		"keys of the block with their token": {
			Config{AccessKey: "id", SecretKey: "secret", SecurityToken: "token"},
			nil,
			credtest.Credentials{AccessKeyID: "id", AccessKeySecret: "secret", SecurityToken: "token"},
		},
		"keys of the block without the environment's token": {
			Config{AccessKey: "id", SecretKey: "secret"},
			map[string]string{"ALICLOUD_SECURITY_TOKEN": "stray", "ALIBABA_CLOUD_SECURITY_TOKEN": "stray", "ALIBABACLOUD_SECURITY_TOKEN": "stray"},
			credtest.Credentials{AccessKeyID: "id", AccessKeySecret: "secret"},
		},
		"keys of a family with their token": {
			Config{},
			map[string]string{"ALICLOUD_ACCESS_KEY": "id", "ALICLOUD_SECRET_KEY": "secret", "ALICLOUD_SECURITY_TOKEN": "token"},
			credtest.Credentials{AccessKeyID: "id", AccessKeySecret: "secret", SecurityToken: "token"},
		},
		"keys of a family without the tokens of the others": {
			Config{},
			map[string]string{
				"ALIBABA_CLOUD_ACCESS_KEY_ID": "id", "ALIBABA_CLOUD_ACCESS_KEY_SECRET": "secret",
				"ALICLOUD_SECURITY_TOKEN": "stray", "ALIBABACLOUD_SECURITY_TOKEN": "stray",
			},
			credtest.Credentials{AccessKeyID: "id", AccessKeySecret: "secret"},
		},
		"keys with white space around them": {
			Config{AccessKey: " id\n", SecretKey: "secret\n", SecurityToken: "\ttoken"},
			nil,
			credtest.Credentials{AccessKeyID: "id", AccessKeySecret: "secret", SecurityToken: "token"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			want(t, resolve(t, c.config, c.vars), c.want)
		})
	}
}

func TestStaticKeysHonourTheContext(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := resolve(t, Config{AccessKey: "id", SecretKey: "secret"}, nil).Retrieve(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("error is %v, want context.Canceled", err)
	}
}

func TestSecretsAreNotPrinted(t *testing.T) {
	t.Parallel()
	keys := Credentials{AccessKeyID: "hidden-id", AccessKeySecret: "hidden-secret", SecurityToken: "hidden-token", Source: "a test"}
	oidc := AssumeRoleWithOIDC{OIDCToken: "hidden-token"}
	config := Config{AccessKey: "hidden-id", SecretKey: "hidden-secret", SecurityToken: "hidden-token", AssumeRoleWithOIDC: &oidc}
	for name, v := range map[string]any{
		"keys": keys, "a pointer to keys": &keys, "a struct of keys": struct{ K Credentials }{keys}, "a list of keys": []Credentials{keys},
		"a block": config, "a pointer to a block": &config, "a block for OIDC": oidc, "a pointer to a block for OIDC": &oidc,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			encoded, err := json.Marshal(v)
			if err != nil {
				t.Fatal(err)
			}
			for _, text := range []string{
				fmt.Sprintf("%v", v), fmt.Sprintf("%+v", v), fmt.Sprintf("%#v", v), fmt.Sprintf("%s", v), fmt.Sprintf("%q", v),
				fmt.Sprintf("%x", v), fmt.Sprint(v), string(encoded),
			} {
				if strings.Contains(text, "hidden") || strings.Contains(text, fmt.Sprintf("%x", "hidden")) || text == "" {
					t.Errorf("printed as %s", text)
				}
			}
		})
	}
}
