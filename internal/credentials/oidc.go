// SPDX-License-Identifier: MPL-2.0

package credentials

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// oidcToken is an OIDC token or the file that holds it.
type oidcToken struct {
	inline   string // takes precedence over file
	file     string
	hideFile bool // leave the file's name out of errors
}

// read returns the token, from the current content of its file.
func (t oidcToken) read() (string, error) {
	if t.inline != "" {
		return t.inline, nil
	}
	name := "The OIDC token file " + t.file
	if t.hideFile {
		name = "The oidc_token_file of the profile"
	}
	content, err := readFile(t.file)
	if err != nil {
		return "", failf("Check the path and the permissions of the file.",
			"%s could not be read: %s.", name, fileErrorReason(err))
	}
	token := strings.TrimSpace(string(content))
	if token == "" {
		return "", failf("Write the token to the file.", "%s is empty.", name)
	}
	return token, nil
}

// oidcSettings are the settings of a role that is assumed with an OIDC token.
type oidcSettings struct {
	provider, role, sessionName configValue
	token, file                 configValue // at least one is required
	policy                      string
	duration                    int // of the session, in seconds
}

// oidcFromBlock returns the role of the block assume_role_with_oidc.
func (r *resolver) oidcFromBlock() (Source, error) {
	const argument = "assume_role_with_oidc"
	b := r.config.AssumeRoleWithOIDC
	s := oidcSettings{
		provider:    r.env.valueOr(fromBlock(argument, b.OIDCProviderARN), oidcProviderVariables),
		role:        r.env.valueOr(fromBlock(argument, b.RoleARN), oidcRoleVariables),
		sessionName: r.env.valueOr(fromBlock(argument, b.RoleSessionName), oidcSessionNameVariables),
		token:       fromBlock(argument, b.OIDCToken),
		file:        fromBlock(argument, b.OIDCTokenFile),
		policy:      b.Policy,
		duration:    cmp.Or(b.SessionExpiration, defaultSessionDuration),
	}
	if s.token.value == "" && s.file.value == "" {
		s.token, s.file = r.env.firstSet(oidcTokenVariables), r.env.firstSet(oidcTokenFileVariables)
	}
	if _, err := validateBlockDuration(s.duration, argument); err != nil {
		return nil, err
	}
	return r.newOIDCSource(argument, "the provider block", s)
}

// oidcFromEnv returns the role of the environment, as in a pod with a service
// account.
func (r *resolver) oidcFromEnv() (Source, error) {
	return r.newOIDCSource("", "the environment", oidcSettings{
		provider:    r.env.firstSet(oidcProviderVariables),
		role:        r.env.firstSet(oidcRoleVariables),
		sessionName: r.env.firstSet(oidcSessionNameVariables),
		token:       r.env.firstSet(oidcTokenVariables),
		file:        r.env.firstSet(oidcTokenFileVariables),
		duration:    defaultSessionDuration,
	})
}

// newOIDCSource returns a source that assumes a role with an OIDC token. origin
// is where the role is configured.
func (r *resolver) newOIDCSource(argument, origin string, s oidcSettings) (Source, error) {
	switch {
	case s.provider.value == "":
		return nil, incompleteOIDC(argument, oidcProviderVariables, "oidc_provider_arn")
	case s.role.value == "":
		return nil, incompleteOIDC(argument, oidcRoleVariables, "role_arn")
	case s.token.value == "" && s.file.value == "":
		variables := slices.Concat(oidcTokenFileVariables, oidcTokenVariables)
		return nil, incompleteOIDC(argument, variables, "oidc_token_file", "oidc_token")
	}
	client, err := r.newSTSClient()
	if err != nil {
		return nil, err
	}
	token := oidcToken{inline: s.token.value, file: r.expandHome(s.file.value)}
	name := fmt.Sprintf("the role %s of %s, assumed with an OIDC token", s.role.value, origin)
	return newCachedSource(name, argument, r.clock, client.assumeRoleWithOIDC(assumedRole{
		arn:         s.role.value,
		sessionName: cmp.Or(s.sessionName.value, defaultSessionName),
		duration:    s.duration,
		policy:      s.policy,
	}, s.provider.value, token.read)), nil
}

// incompleteOIDC returns an error that names what a role lacks, as an argument
// or as a variable depending on where the role is configured.
func incompleteOIDC(argument string, variables []string, missing ...string) *Error {
	if argument != "" {
		return incompleteRole(argument, missing, variables)
	}
	return &Error{
		Summary: "Missing " + variables[0],
		Detail: fmt.Sprintf("The environment variables that start with ALIBABA_CLOUD_OIDC_ select a role that is "+
			"assumed with an OIDC token, but %s is not set.\n\n"+
			"Set it, or unset the variables that start with ALIBABA_CLOUD_OIDC_.", strings.Join(variables, " or ")),
	}
}
