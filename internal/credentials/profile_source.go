package credentials

import (
	"cmp"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
)

// profileFile is a file of profiles, and where it and the profile were named.
type profileFile struct {
	path string
	name configValue
	file configValue // empty for the usual path
}

// blockProfile is the profile that the provider block names.
func (r *resolver) blockProfile() (Source, error) {
	return r.namedProfile(block("profile", r.block.Profile))
}

// environmentProfile is the profile that the environment names.
func (r *resolver) environmentProfile() (Source, error) {
	return r.namedProfile(r.env.first(profileVariables))
}

func (r *resolver) namedProfile(name configValue) (Source, error) {
	f := profileFile{
		name: name,
		file: r.env.or(block("shared_credentials_file", r.block.SharedCredentialsFile), sharedFileVariables),
	}
	f.path = r.env.expand(f.file.value)
	if f.path == "" {
		home := r.env.home()
		if home == "" {
			return nil, f.fail(name.value, "there is no home directory to look for it; set shared_credentials_file")
		}
		f.path = filepath.Join(home, ".aliyun", "config.json")
	}
	p, err := f.read(name.value)
	if err != nil {
		return nil, err
	}
	r.profileRegion = p.RegionID
	return r.newProfileSource(f, p, nil)
}

// read returns one of the file's profiles.
func (f profileFile) read(name string) (profile, error) {
	text, err := readFile(f.path)
	if err != nil {
		e := f.fail(name, "the file could not be read: "+fileError(err))
		if f.file.value != "" {
			e.Argument = f.file.argument
		}
		return profile{}, e
	}
	p, err := findProfile(text, name)
	if err != nil {
		return profile{}, f.fail(name, err.Error())
	}
	return p, nil
}

// fail returns an error about a profile. It quotes the names of file and
// profile, and of a profile that only the file names not even that.
func (f profileFile) fail(name, why string) *Error {
	return &Error{
		Argument: f.name.argument,
		Summary:  "Unusable profile",
		Detail: fmt.Sprintf("The %s, named in %s, cannot be used: %s. "+
			"Correct it there or with `aliyun configure --profile`, or name another profile.", f.title(name), f.name, why),
	}
}

// title says which profile of which file it is.
func (f profileFile) title(name string) string {
	if name == f.name.value {
		return fmt.Sprintf("profile %q of %s", name, f.path)
	}
	return fmt.Sprintf("profile that the profile %q of %s builds on", f.name.value, f.path)
}

// newProfileSource returns the source that a profile describes. seen are the
// profiles that build on it.
func (r *resolver) newProfileSource(f profileFile, p profile, seen []string) (Source, error) {
	name := "the " + f.title(p.Name)
	session := func(l retrieveFunc) Source { return newSession(name, f.name.argument, r.clock, l) }
	switch p.Mode {
	case modeAK:
		return newStatic(name, p.AccessKeyID, p.AccessKeySecret, ""), nil
	case modeStsToken:
		return newStatic(name, p.AccessKeyID, p.AccessKeySecret, p.STSToken), nil
	case modeRAMRoleARN:
		// The tool takes sts_token into account in this mode too.
		return r.newRoleSource(f, p, newStatic(name, p.AccessKeyID, p.AccessKeySecret, p.STSToken))
	case modeChainableRAMRoleARN:
		return r.newChainSource(f, p, append(seen, p.Name))
	case modeOIDC:
		return r.newOIDCProfileSource(f, p)
	case modeECSRAMRole:
		if err := r.metadataDisabled(f.name.argument); err != nil {
			return nil, err
		}
		return session(newMetadata(r.metadataURL).login(p.RoleName)), nil
	case modeCloudSSO, modeOAuth:
		return r.newSignInSource(f, p)
	case modeExternal:
		args := splitCommand(p.ProcessCommand)
		if args == nil {
			return nil, f.fail(p.Name, "its process_command is empty or has an open quote")
		}
		return session(external{args}.retrieve), nil
	}
	u, ok := newURI(strings.TrimSpace(p.CredentialsURI), r.client)
	if !ok {
		return nil, f.fail(p.Name, "its credentials_uri is not an address of http:// or https://")
	}
	return session(u.retrieve), nil
}

// newRoleSource assumes the role of a profile with the keys of previous.
func (r *resolver) newRoleSource(f profileFile, p profile, previous Source) (Source, error) {
	s, role, err := r.profileRole(f, p)
	if err != nil {
		return nil, err
	}
	return newSession("the "+f.title(p.Name), f.name.argument, r.clock, s.assume(role, previous)), nil
}

// newChainSource assumes the role of a profile with the keys of another profile.
func (r *resolver) newChainSource(f profileFile, p profile, seen []string) (Source, error) {
	if slices.Contains(seen, p.SourceProfile) {
		return nil, f.fail(p.Name, "by way of source_profile it builds on itself")
	}
	source, err := f.read(p.SourceProfile)
	if err != nil {
		return nil, err
	}
	previous, err := r.newProfileSource(f, source, seen)
	if err != nil {
		return nil, err
	}
	return r.newRoleSource(f, p, previous)
}

// newOIDCProfileSource assumes the role of a profile with an OIDC token.
func (r *resolver) newOIDCProfileSource(f profileFile, p profile) (Source, error) {
	s, role, err := r.profileRole(f, p)
	if err != nil {
		return nil, err
	}
	token := oidcToken{inline: p.OIDCToken, file: r.env.expand(p.OIDCTokenFile), hide: true}
	return newSession("the "+f.title(p.Name), f.name.argument, r.clock, s.assumeWithOIDC(role, p.OIDCProviderARN, token.read)), nil
}

// profileRole returns the role of a profile, and where it is assumed.
func (r *resolver) profileRole(f profileFile, p profile) (sts, role, error) {
	endpoint := strings.TrimSuffix(strings.TrimPrefix(strings.TrimPrefix(p.STSEndpoint, "https://"), "http://"), "/")
	if endpoint == "" && (p.STSRegion != "" || p.EnableVPC) {
		endpoint = regionalSTS(cmp.Or(p.STSRegion, r.region()), p.EnableVPC)
	}
	if r.block.STSEndpoint != "" || endpoint == "" {
		endpoint = r.stsEndpoint()
	}
	if !IsHost(endpoint) {
		return sts{}, role{}, f.fail(p.Name, "its sts_endpoint or sts_region is not that of a host")
	}
	seconds := cmp.Or(p.ExpiredSeconds, defaultSessionDuration)
	if seconds < MinSessionDuration || seconds > MaxSessionDuration {
		return sts{}, role{}, f.fail(p.Name, fmt.Sprintf("its expired_seconds is not between %d and %d", MinSessionDuration, MaxSessionDuration))
	}
	return sts{endpoint: endpoint, timeouts: r.block.timeouts(), clock: r.clock}, role{
		arn:         p.RoleARN,
		sessionName: cmp.Or(p.SessionName, defaultSessionName),
		duration:    seconds,
		policy:      p.Policy,
		externalID:  p.ExternalID,
	}, nil
}

// newSignInSource uses a sign-in that the command-line tool keeps in a profile.
func (r *resolver) newSignInSource(f profileFile, p profile) (Source, error) {
	e := tokenExchanger{client: r.client, oauthURL: r.oauthURL}
	exchange := e.cloudSSO
	if p.Mode == modeOAuth {
		if e.oauthURL[p.OAuthSiteType] == "" {
			return nil, f.fail(p.Name, "its oauth_site_type is neither CN nor INTL")
		}
		exchange = e.oauth
	}
	s := signInSource{
		read:     func() (profile, error) { return f.readMode(p.Name, p.Mode) },
		exchange: exchange,
		advice:   fmt.Sprintf("Sign in again with `aliyun configure --mode %s --profile <name>`.", p.Mode),
		clock:    r.clock,
	}
	return newSession("the "+f.title(p.Name), f.name.argument, r.clock, s.retrieve), nil
}

// readMode is read for a profile that must have kept its mode.
func (f profileFile) readMode(name, mode string) (profile, error) {
	p, err := f.read(name)
	if err == nil && p.Mode != mode {
		return profile{}, f.fail(name, "its mode has changed meanwhile")
	}
	return p, err
}
