package credentials

import (
	"context"
	"fmt"
	"strings"
)

// static hands out keys that were written down.
type static struct{ credentials Credentials }

func newStatic(name, id, secret, token string) static {
	return static{Credentials{AccessKeyID: id, AccessKeySecret: secret, SecurityToken: token, Source: name}}
}

// Credentials returns the same keys always.
func (s static) Retrieve(ctx context.Context) (Credentials, error) {
	if err := ctx.Err(); err != nil {
		return Credentials{}, err
	}
	return s.credentials, nil
}

// Name says where the keys are written.
func (s static) Name() string { return s.credentials.Source }

// blockKeys are the static keys of the provider block.
func (r *resolver) blockKeys() (Source, error) {
	id, secret := strings.TrimSpace(r.block.AccessKey), strings.TrimSpace(r.block.SecretKey)
	switch {
	case id == "" && secret == "":
		return nil, &Error{
			Argument: "security_token",
			Summary:  "A security token without its keys",
			Detail: "A token belongs to the keys it was issued with, and those are not written in the provider block. " +
				"Write access_key and secret_key beside security_token, or leave all three to the environment.",
		}
	case secret == "":
		return nil, incompleteBlockPair("secret_key", "access_key")
	case id == "":
		return nil, incompleteBlockPair("access_key", "secret_key")
	}
	return newStatic("the static keys of the provider block", id, secret, strings.TrimSpace(r.block.SecurityToken)), nil
}

func incompleteBlockPair(missing, written string) *Error {
	return &Error{
		Argument: missing,
		Summary:  "Half of a pair of keys",
		Detail: fmt.Sprintf("The provider block has %s and no %s. Keys are taken whole from one place: "+
			"write both in the provider block, or neither.", written, missing),
	}
}

// environmentKeyNames returns the family of variables that holds static keys.
func (r *resolver) environmentKeyNames() (envKeyNames, bool) {
	for _, f := range envKeyNameSets {
		if r.env.get(f.id) != "" || r.env.get(f.key) != "" {
			return f, true
		}
	}
	return envKeyNames{}, false
}

// environmentKeys are the static keys of the environment.
func (r *resolver) environmentKeys() (Source, error) {
	f, _ := r.environmentKeyNames()
	id, secret := r.env.get(f.id), r.env.get(f.key)
	switch {
	case secret == "":
		return nil, r.incompleteEnvPair(f.key, f.id)
	case id == "":
		return nil, r.incompleteEnvPair(f.id, f.key)
	}
	name := fmt.Sprintf("the static keys of the environment (%s)", f.id)
	return newStatic(name, id, secret, r.env.get(f.token)), nil
}

func (r *resolver) incompleteEnvPair(missing, written string) *Error {
	var others []string
	for _, f := range envKeyNameSets {
		for _, other := range []string{f.id, f.key} {
			if other != written && r.env.get(other) != "" {
				others = append(others, other)
			}
		}
	}
	var beside string
	if len(others) > 0 {
		beside = fmt.Sprintf(" It has %s, but that belongs to another pair.", strings.Join(others, " and "))
	}
	return &Error{
		Summary: "Half of a pair of keys",
		Detail: fmt.Sprintf("The environment has %s and no %s.%s Keys are taken whole from one place: set both %s and %s, or unset %s.",
			written, missing, beside, written, missing, written),
	}
}
