package credentials

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// oidcToken is where an OIDC token is.
type oidcToken struct {
	inline string // beats file
	file   string
	hide   bool // whether errors leave out the file's name
}

// read returns the token, from its file as that is now.
func (t oidcToken) read() (string, error) {
	if t.inline != "" {
		return t.inline, nil
	}
	name := "the OIDC token file " + t.file
	if t.hide {
		name = "the profile's oidc_token_file"
	}
	text, err := readFile(t.file)
	if err != nil {
		return "", failf("The token could not be read from %s: %s.", name, fileError(err))
	}
	token := strings.TrimSpace(string(text))
	if token == "" {
		return "", failf("There is no token in %s.", name)
	}
	return token, nil
}

// oidcSettings are the settings of a role that is assumed with an OIDC token.
type oidcSettings struct {
	provider, role, sessionName configValue
	token, file                 configValue // one of them is enough
	policy                      string
	seconds                     int // length of the session
}

// blockOIDC is the role of the block assume_role_with_oidc.
func (r *resolver) blockOIDC() (Source, error) {
	const argument = "assume_role_with_oidc"
	b := r.block.AssumeRoleWithOIDC
	s := oidcSettings{
		provider:    r.env.or(block(argument, b.OIDCProviderARN), oidcProviderVariables),
		role:        r.env.or(block(argument, b.RoleARN), oidcRoleVariables),
		sessionName: r.env.or(block(argument, b.RoleSessionName), oidcSessionNameVariables),
		token:       block(argument, b.OIDCToken),
		file:        block(argument, b.OIDCTokenFile),
		policy:      b.Policy,
		seconds:     cmp.Or(b.SessionExpiration, defaultSessionDuration),
	}
	if s.token.value == "" && s.file.value == "" {
		s.token, s.file = r.env.first(oidcTokenVariables), r.env.first(oidcTokenFileVariables)
	}
	if _, err := checkDuration(s.seconds, "session_expiration in the block "+argument, argument); err != nil {
		return nil, err
	}
	return r.oidc(argument, "the provider block", s)
}

// environmentOIDC is the role that the environment names, as in a pod with a
// service account.
func (r *resolver) environmentOIDC() (Source, error) {
	return r.oidc("", "the environment", oidcSettings{
		provider:    r.env.first(oidcProviderVariables),
		role:        r.env.first(oidcRoleVariables),
		sessionName: r.env.first(oidcSessionNameVariables),
		token:       r.env.first(oidcTokenVariables),
		file:        r.env.first(oidcTokenFileVariables),
		seconds:     defaultSessionDuration,
	})
}

func (r *resolver) oidc(argument, place string, c oidcSettings) (Source, error) {
	switch {
	case c.provider.value == "":
		return nil, incompleteOIDC(argument, "oidc_provider_arn", oidcProviderVariables)
	case c.role.value == "":
		return nil, incompleteOIDC(argument, "role_arn", oidcRoleVariables)
	case c.token.value == "" && c.file.value == "":
		return nil, incompleteOIDC(argument, "oidc_token_file or oidc_token", slices.Concat(oidcTokenFileVariables, oidcTokenVariables))
	}
	s, err := r.sts()
	if err != nil {
		return nil, err
	}
	token := oidcToken{inline: c.token.value, file: r.env.expand(c.file.value)}
	name := fmt.Sprintf("the role %s of %s, assumed with an OIDC token", c.role.value, place)
	return newSession(name, argument, r.clock, s.assumeWithOIDC(role{
		arn:         c.role.value,
		sessionName: cmp.Or(c.sessionName.value, defaultSessionName),
		duration:    c.seconds,
		policy:      c.policy,
	}, c.provider.value, token.read)), nil
}

// incompleteOIDC says what a role lacks, in the words of where it is
// configured.
func incompleteOIDC(argument, missing string, variables []string) *Error {
	if argument != "" {
		return missingRole(argument, missing, variables)
	}
	return &Error{
		Summary: "Incomplete role",
		Detail: fmt.Sprintf("The environment has a part of what it takes to assume a role with an OIDC token, and lacks %s. "+
			"Set it, or unset the variables that begin with ALIBABA_CLOUD_OIDC_.", strings.Join(variables, " or ")),
	}
}
