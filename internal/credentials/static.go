// SPDX-License-Identifier: MPL-2.0

package credentials

import (
	"context"
	"fmt"
	"strings"

	"github.com/rds-migrate/terraform-provider-alicloud/internal/openapi"
)

// static is a source of credentials that are part of the configuration.
type static struct {
	name        string
	credentials openapi.Credentials
}

func newStatic(name, id, secret, token string) *static {
	return &static{name, openapi.Credentials{AccessKeyID: id, AccessKeySecret: secret, SecurityToken: token}}
}

// Retrieve always returns the same credentials.
func (s *static) Retrieve(ctx context.Context) (openapi.Credentials, error) {
	if err := ctx.Err(); err != nil {
		return openapi.Credentials{}, err
	}
	return s.credentials, nil
}

// Replace returns the same credentials: no others are configured.
func (s *static) Replace(ctx context.Context, _ openapi.Credentials) (openapi.Credentials, error) {
	return s.Retrieve(ctx)
}

// Name says where the credentials are configured.
func (s *static) Name() string { return s.name }

// Format writes the name, whatever the verb.
func (s *static) Format(f fmt.State, _ rune) { writeString(f, s.name) }

// staticFromBlock returns the static credentials of the provider block.
func (r *resolver) staticFromBlock() (Source, error) {
	id, secret := strings.TrimSpace(r.config.AccessKey), strings.TrimSpace(r.config.SecretKey)
	switch {
	case id == "" && secret == "":
		return nil, &Error{
			Argument: "security_token",
			Summary:  "Missing access_key and secret_key",
			Detail: "The provider block has security_token but neither access_key nor secret_key. A security token " +
				"is valid only with the AccessKey pair that was issued with it.\n\n" +
				"Set access_key and secret_key, or remove security_token to use other credentials.",
		}
	case secret == "":
		return nil, incompleteBlockPair("secret_key", "access_key")
	case id == "":
		return nil, incompleteBlockPair("access_key", "secret_key")
	}
	token := strings.TrimSpace(r.config.SecurityToken)
	return newStatic("the static credentials of the provider block", id, secret, token), nil
}

// incompleteBlockPair returns an error about an AccessKey pair of the provider
// block that lacks one of its arguments.
func incompleteBlockPair(missing, present string) *Error {
	return &Error{
		Argument: missing,
		Summary:  "Missing " + missing,
		Detail: fmt.Sprintf("The provider block has %s but not %s. All credentials must come from the same place.\n\n"+
			"Set both in the provider block, or neither.", present, missing),
	}
}

// findEnvKeyNames returns the first set of variables that holds at least a part
// of an AccessKey pair.
func (r *resolver) findEnvKeyNames() (envKeyNames, bool) {
	for _, n := range envKeyNameSets {
		if r.env.get(n.id) != "" || r.env.get(n.secret) != "" {
			return n, true
		}
	}
	return envKeyNames{}, false
}

// staticFromEnv returns the static credentials of the environment.
func (r *resolver) staticFromEnv() (Source, error) {
	n, _ := r.findEnvKeyNames()
	id, secret := r.env.get(n.id), r.env.get(n.secret)
	switch {
	case secret == "":
		return nil, r.incompleteEnvPair(n.secret, n.id)
	case id == "":
		return nil, r.incompleteEnvPair(n.id, n.secret)
	}
	name := fmt.Sprintf("the static credentials of the environment (%s)", n.id)
	return newStatic(name, id, secret, r.env.get(n.token)), nil
}

// incompleteEnvPair returns an error about an AccessKey pair of the environment
// that lacks one of its variables.
func (r *resolver) incompleteEnvPair(missing, present string) *Error {
	var others []string
	for _, n := range envKeyNameSets {
		for _, other := range []string{n.id, n.secret} {
			if other != present && r.env.get(other) != "" {
				others = append(others, other)
			}
		}
	}
	var note string
	if len(others) > 0 {
		note = fmt.Sprintf(" It also has %s, which belongs to another AccessKey pair.", strings.Join(others, " and "))
	}
	return &Error{
		Summary: "Missing " + missing,
		Detail: fmt.Sprintf("The environment has %s but not %s.%s\n\nSet both %s and %s, or unset %s.",
			present, missing, note, present, missing, present),
	}
}
