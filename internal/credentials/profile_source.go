// SPDX-License-Identifier: MPL-2.0

package credentials

import (
	"cmp"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/rds-migrate/terraform-provider-alicloud/internal/openapi"
)

// profileFile is a file of profiles, with the origin of its path and of the
// name of the selected profile.
type profileFile struct {
	path string
	name configValue
	file configValue // not set for the default path
}

// profileFromBlock returns the profile that the provider block names.
func (r *resolver) profileFromBlock() (Source, error) {
	return r.newNamedProfileSource(fromBlock("profile", r.config.Profile))
}

// profileFromEnv returns the profile that the environment names.
func (r *resolver) profileFromEnv() (Source, error) {
	return r.newNamedProfileSource(r.env.firstSet(profileVariables))
}

func (r *resolver) newNamedProfileSource(name configValue) (Source, error) {
	f := profileFile{
		name: name,
		file: r.env.valueOr(fromBlock("shared_credentials_file", r.config.SharedCredentialsFile), sharedFileVariables),
	}
	f.path = r.env.expandHome(f.file.value)
	if f.path == "" {
		home := r.env.homeDir()
		if home == "" {
			return nil, f.newError(name.value, "no home directory was found, and shared_credentials_file is not set")
		}
		f.path = filepath.Join(home, ".aliyun", "config.json")
	}
	p, err := f.readProfile(name.value)
	if err != nil {
		return nil, err
	}
	r.profileRegion = p.RegionID
	return r.newProfileSource(f, p, nil)
}

// readProfile returns the profile of a name.
func (f profileFile) readProfile(name string) (profile, error) {
	content, err := readFile(f.path)
	if err != nil {
		e := f.newError(name, "the file could not be read: "+fileErrorReason(err))
		if f.file.value != "" {
			e.Argument = f.file.argument
		}
		return profile{}, e
	}
	p, err := findProfile(content, name)
	if err != nil {
		return profile{}, f.newError(name, err.Error())
	}
	return p, nil
}

// readProfileOfMode is readProfile for a profile that must have kept its mode.
func (f profileFile) readProfileOfMode(name, mode string) (profile, error) {
	p, err := f.readProfile(name)
	if err == nil && p.Mode != mode {
		return profile{}, f.newError(name, "its mode has changed since this command started")
	}
	return p, err
}

// newError returns an error about the profile of a name. It quotes the path and
// the name of the selected profile. The name of any other profile is content of
// the file and is not quoted.
func (f profileFile) newError(name, reason string) *Error {
	return &Error{
		Argument: f.name.argument,
		Summary:  "Invalid Profile",
		Detail: fmt.Sprintf("The %s, selected in %s, cannot be used: %s.\n\n"+
			"Correct the profile, in the file or with `aliyun configure`, or select another one.",
			f.describe(name), f.name, reason),
	}
}

// describe says which profile of which file the profile of a name is.
func (f profileFile) describe(name string) string {
	if name == f.name.value {
		return fmt.Sprintf("profile %q of %s", name, f.path)
	}
	return fmt.Sprintf("source profile of the profile %q of %s", f.name.value, f.path)
}

// newProfileSource returns the source that a profile describes. dependents are
// the names of the profiles that build on it.
func (r *resolver) newProfileSource(f profileFile, p profile, dependents []string) (Source, error) {
	name := "the " + f.describe(p.Name)
	cached := func(retrieve retrieveFunc) Source { return newCachedSource(name, f.name.argument, r.clock, retrieve) }
	switch p.Mode {
	case modeAK:
		return newStatic(name, p.AccessKeyID, p.AccessKeySecret, ""), nil
	case modeStsToken:
		return newStatic(name, p.AccessKeyID, p.AccessKeySecret, p.STSToken), nil
	case modeRAMRoleARN:
		// The command-line tool uses sts_token in this mode too.
		return r.newRoleSource(f, p, newStatic(name, p.AccessKeyID, p.AccessKeySecret, p.STSToken))
	case modeChainableRAMRoleARN:
		return r.newChainSource(f, p, append(dependents, p.Name))
	case modeOIDC:
		return r.newOIDCProfileSource(f, p)
	case modeECSRAMRole:
		if err := r.checkMetadataEnabled(f.name.argument); err != nil {
			return nil, err
		}
		return cached(newMetadataService(r.metadataURL).retrieveRole(p.RoleName)), nil
	case modeCloudSSO, modeOAuth:
		return r.newSignInSource(f, p)
	case modeExternal:
		args := splitCommand(p.ProcessCommand)
		if args == nil {
			return nil, f.newError(p.Name, "its process_command is empty or has a quote that is not closed")
		}
		return cached(externalProgram{args}.retrieve), nil
	}
	u, ok := newURIService(strings.TrimSpace(p.CredentialsURI), r.client)
	if !ok {
		return nil, f.newError(p.Name, "its credentials_uri is not an http:// or https:// URL")
	}
	return cached(u.retrieve), nil
}

// newRoleSource assumes the role of a profile with the credentials of previous.
func (r *resolver) newRoleSource(f profileFile, p profile, previous Source) (Source, error) {
	client, role, err := r.newProfileRole(f, p)
	if err != nil {
		return nil, err
	}
	retrieve := client.assumeRole(role, previous)
	return newCachedSource("the "+f.describe(p.Name), f.name.argument, r.clock, retrieve), nil
}

// newChainSource assumes the role of a profile with the credentials of its
// source profile.
func (r *resolver) newChainSource(f profileFile, p profile, dependents []string) (Source, error) {
	if slices.Contains(dependents, p.SourceProfile) {
		return nil, f.newError(p.Name, "its chain of source_profile is circular")
	}
	source, err := f.readProfile(p.SourceProfile)
	if err != nil {
		return nil, err
	}
	previous, err := r.newProfileSource(f, source, dependents)
	if err != nil {
		return nil, err
	}
	return r.newRoleSource(f, p, previous)
}

// newOIDCProfileSource assumes the role of a profile with an OIDC token.
func (r *resolver) newOIDCProfileSource(f profileFile, p profile) (Source, error) {
	client, role, err := r.newProfileRole(f, p)
	if err != nil {
		return nil, err
	}
	token := oidcToken{inline: p.OIDCToken, file: r.env.expandHome(p.OIDCTokenFile), hideFile: true}
	retrieve := client.assumeRoleWithOIDC(role, p.OIDCProviderARN, token.read)
	return newCachedSource("the "+f.describe(p.Name), f.name.argument, r.clock, retrieve), nil
}

// newProfileRole returns the role of a profile and a client of the STS endpoint
// that issues its sessions.
func (r *resolver) newProfileRole(f profileFile, p profile) (stsClient, assumedRole, error) {
	endpoint := strings.TrimSuffix(strings.TrimPrefix(strings.TrimPrefix(p.STSEndpoint, "https://"), "http://"), "/")
	if endpoint == "" && (p.STSRegion != "" || p.EnableVPC) {
		endpoint = stsHost(cmp.Or(p.STSRegion, r.region()), p.EnableVPC)
	}
	if r.config.STSEndpoint != "" || endpoint == "" {
		endpoint = r.stsEndpoint()
	}
	if !openapi.IsHost(endpoint) {
		return stsClient{}, assumedRole{}, f.newError(p.Name, "its sts_endpoint is not a host, or its sts_region is not a region")
	}
	duration := cmp.Or(p.ExpiredSeconds, defaultSessionDuration)
	if duration < MinSessionDuration || duration > MaxSessionDuration {
		reason := fmt.Sprintf("its expired_seconds is not between %d and %d", MinSessionDuration, MaxSessionDuration)
		return stsClient{}, assumedRole{}, f.newError(p.Name, reason)
	}
	return r.stsClientFor(endpoint), assumedRole{
		arn:         p.RoleARN,
		sessionName: cmp.Or(p.SessionName, defaultSessionName),
		duration:    duration,
		policy:      p.Policy,
		externalID:  p.ExternalID,
	}, nil
}

// newSignInSource uses a sign-in that the command-line tool stores in a
// profile.
func (r *resolver) newSignInSource(f profileFile, p profile) (Source, error) {
	e := tokenExchanger{client: r.client, oauthURL: r.oauthURL}
	exchange := e.cloudSSO
	if p.Mode == modeOAuth {
		if e.oauthURL[p.OAuthSiteType] == "" {
			return nil, f.newError(p.Name, "its oauth_site_type is neither CN nor INTL")
		}
		exchange = e.oauth
	}
	s := signInSource{
		read:     func() (profile, error) { return f.readProfileOfMode(p.Name, p.Mode) },
		exchange: exchange,
		advice:   fmt.Sprintf("Sign in again with `aliyun configure --mode %s --profile <name>`.", p.Mode),
		clock:    r.clock,
	}
	return newCachedSource("the "+f.describe(p.Name), f.name.argument, r.clock, s.retrieve), nil
}
