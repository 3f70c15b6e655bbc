// SPDX-License-Identifier: MPL-2.0

package credentials

import (
	"context"
	"errors"
	"testing"

	"github.com/rds-migrate/terraform-provider-alicloud/internal/credentials/credtest"
)

func TestStatic_ComesFromOneOrigin(t *testing.T) {
	t.Parallel()
	pair := credtest.Credentials{AccessKeyID: "id", AccessKeySecret: "secret"}
	session := credtest.Credentials{AccessKeyID: "id", AccessKeySecret: "secret", SecurityToken: "token"}
	for name, c := range map[string]struct {
		config Config
		vars   map[string]string
		want   credtest.Credentials
	}{
		"a session of the block": {
			Config{AccessKey: "id", SecretKey: "secret", SecurityToken: "token"}, nil, session,
		},
		"a pair of the block without the environment's token": {
			Config{AccessKey: "id", SecretKey: "secret"},
			map[string]string{
				"ALICLOUD_SECURITY_TOKEN": "unrelated", "ALIBABA_CLOUD_SECURITY_TOKEN": "unrelated",
				"ALIBABACLOUD_SECURITY_TOKEN": "unrelated",
			},
			pair,
		},
		"a session of one set of variables": {
			Config{},
			map[string]string{
				"ALICLOUD_ACCESS_KEY": "id", "ALICLOUD_SECRET_KEY": "secret", "ALICLOUD_SECURITY_TOKEN": "token",
			},
			session,
		},
		"a pair of one set of variables without the tokens of the others": {
			Config{},
			map[string]string{
				"ALIBABA_CLOUD_ACCESS_KEY_ID": "id", "ALIBABA_CLOUD_ACCESS_KEY_SECRET": "secret",
				"ALICLOUD_SECURITY_TOKEN": "unrelated", "ALIBABACLOUD_SECURITY_TOKEN": "unrelated",
			},
			pair,
		},
		"a session with surrounding white space": {
			Config{AccessKey: " id\n", SecretKey: "secret\n", SecurityToken: "\ttoken"}, nil, session,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			expectCredentials(t, mustResolve(t, c.config, c.vars), c.want)
		})
	}
}

// TestStatic_IncompletePairOfTheEnvironment has an AccessKey ID without its secret, next to parts of other pairs.
func TestStatic_IncompletePairOfTheEnvironment(t *testing.T) {
	t.Parallel()
	const (
		happened = "The environment has ALICLOUD_ACCESS_KEY but not ALICLOUD_SECRET_KEY."
		remedy   = "\n\nSet both ALICLOUD_ACCESS_KEY and ALICLOUD_SECRET_KEY, or unset ALICLOUD_ACCESS_KEY."
	)
	for name, c := range map[string]struct {
		others []string
		want   string
	}{
		"alone": {nil, happened + remedy},
		"next to one other": {[]string{"ALIBABA_CLOUD_ACCESS_KEY_SECRET"}, happened + " It also has " +
			"ALIBABA_CLOUD_ACCESS_KEY_SECRET, which belongs to another AccessKey pair." + remedy},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			vars := map[string]string{"ALICLOUD_ACCESS_KEY": "id"}
			for _, other := range c.others {
				vars[other] = "value"
			}
			_, err := Resolve(Config{}, getenvFrom(vars))
			if e, ok := errors.AsType[*Error](err); !ok || e.Detail != c.want {
				t.Errorf("the error is %v, want %s", err, c.want)
			}
		})
	}
}

func TestStatic_CancelledContext(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	s := mustResolve(t, Config{AccessKey: "id", SecretKey: "secret"}, nil)
	if _, err := s.Retrieve(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("error is %v, want context.Canceled", err)
	}
}

func TestStatic_PrintNoSecret(t *testing.T) {
	t.Parallel()
	config := Config{AccessKey: "hidden-id", SecretKey: "hidden-secret", SecurityToken: "hidden-token"}
	expectPrintedWithoutSecret(t, mustResolve(t, config, nil))
}
