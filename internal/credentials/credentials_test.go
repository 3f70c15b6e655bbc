// SPDX-License-Identifier: MPL-2.0

package credentials

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/rds-migrate/terraform-provider-alicloud/internal/openapi"
)

func TestCredentials_PrintNoSecret(t *testing.T) {
	t.Parallel()
	c := openapi.Credentials{
		AccessKeyID: "hidden-id", AccessKeySecret: "hidden-secret", SecurityToken: "hidden-token",
	}
	oidc := AssumeRoleWithOIDC{OIDCToken: "hidden-token"}
	config := Config{
		AccessKey: "hidden-id", SecretKey: "hidden-secret", SecurityToken: "hidden-token", AssumeRoleWithOIDC: &oidc,
	}
	for name, v := range map[string]any{
		"credentials": c, "a pointer to credentials": &c, "a struct of credentials": struct{ C openapi.Credentials }{c},
		"a list of credentials": []openapi.Credentials{c}, "a block": config, "a pointer to a block": &config,
		"a block for OIDC": oidc, "a pointer to a block for OIDC": &oidc,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			encoded, err := json.Marshal(v)
			if err != nil {
				t.Fatal(err)
			}
			for _, text := range []string{
				fmt.Sprintf("%v", v), fmt.Sprintf("%+v", v), fmt.Sprintf("%#v", v), fmt.Sprintf("%s", v),
				fmt.Sprintf("%q", v), fmt.Sprintf("%x", v), fmt.Sprint(v), string(encoded),
			} {
				inHex := fmt.Sprintf("%x", "hidden")
				if strings.Contains(text, "hidden") || strings.Contains(text, inHex) || text == "" {
					t.Errorf("printed as %s", text)
				}
			}
		})
	}
}
