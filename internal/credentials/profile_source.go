// SPDX-License-Identifier: MPL-2.0

package credentials

import (
	"cmp"
	"errors"
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
	f.path = r.expandHome(f.file.value)
	if f.path == "" {
		home := r.homeDir()
		if home == "" {
			return nil, f.newError(name.value, errors.New(
				"the home directory is unknown, and shared_credentials_file is not set"))
		}
		f.path = filepath.Join(home, ".aliyun", "config.json")
	}
	p, err := f.readProfile(name.value)
	if err != nil {
		return nil, err
	}
	r.profileRegion = p.RegionID
	if err := r.checkRegion(); err != nil {
		return nil, err
	}
	return r.newProfileSource(selectedProfile{profile: p, file: f, description: "the " + f.describe(p.Name)})
}

// readProfile returns the profile of a name.
func (f profileFile) readProfile(name string) (profile, error) {
	content, err := readFile(f.path)
	if err != nil {
		return profile{}, f.readError(name, err)
	}
	p, err := findProfile(content, name)
	if err != nil {
		return profile{}, f.newError(name, err)
	}
	return p, nil
}

// readError returns an error about the file of the profile of a name.
func (f profileFile) readError(name string, err error) *Error {
	argument := f.name.argument
	if f.file.value != "" {
		argument = f.file.argument
	}
	return &Error{
		Argument: argument,
		Summary:  "Unable to Read Profile",
		Detail: fmt.Sprintf("The %s, selected in %s, cannot be used: the file could not be read: %s.\n\n"+
			"Check the path and the permissions of the file, or set shared_credentials_file.",
			f.describe(name), f.name, fileErrorReason(err)),
	}
}

// newError returns an error about the profile of a name. It quotes the path and
// the name of the selected profile. The name of any other profile is content of
// the file and is not quoted.
func (f profileFile) newError(name string, reason error) *Error {
	summary := "Invalid Profile"
	advice := "Correct the profile, in the file or with `aliyun configure`, or select another one."
	if errors.Is(reason, errNoProfile) {
		summary, advice = "Profile Not Found", "Check the name, or create the profile with `aliyun configure`."
	}
	return &Error{
		Argument: f.name.argument,
		Summary:  summary,
		Detail: fmt.Sprintf("The %s, selected in %s, cannot be used: %v.\n\n%s",
			f.describe(name), f.name, reason, advice),
	}
}

// describe says which profile of which file the profile of a name is.
func (f profileFile) describe(name string) string {
	if name == f.name.value {
		return fmt.Sprintf("profile %q of %s", name, f.path)
	}
	return fmt.Sprintf("source profile of the profile %q of %s", f.name.value, f.path)
}

// selectedProfile is a profile that is in use.
type selectedProfile struct {
	profile

	file        profileFile
	description string   // as in "the profile "p" of config.json"; safe to print
	dependents  []string // names of the profiles that use this one
	printed     bool     // by a program; the file has a profile of this name, but another one
}

// newProfileSource returns the source that a profile of the file describes. Its
// errors are of type *Error.
func (r *resolver) newProfileSource(p selectedProfile) (Source, error) {
	switch p.Mode {
	case modeAK:
		return newStatic(p.description, p.AccessKeyID, p.AccessKeySecret, ""), nil
	case modeStsToken:
		return newStatic(p.description, p.AccessKeyID, p.AccessKeySecret, p.STSToken), nil
	}
	retrieve, err := r.newProfileRetrieve(p)
	if e, ok := errors.AsType[*Error](err); ok {
		return nil, e
	}
	if err != nil {
		return nil, p.file.newError(p.Name, err)
	}
	return r.cache(p, retrieve), nil
}

// cache returns a source that is described as the profile.
func (r *resolver) cache(p selectedProfile, retrieve retrieveFunc) Source {
	return newCachedSource(p.description, p.file.name.argument, r.clock, retrieve)
}

// newProfileRetrieve returns a function that authenticates with a profile of a
// mode other than AK and StsToken. Its errors are of type *Error, or say what is
// wrong with the profile.
func (r *resolver) newProfileRetrieve(p selectedProfile) (retrieveFunc, error) {
	switch p.Mode {
	case modeRAMRoleARN:
		// The command-line tool uses sts_token in this mode too.
		return r.retrieveRole(p, newStatic(p.description, p.AccessKeyID, p.AccessKeySecret, p.STSToken))
	case modeECSRAMRole:
		return r.retrieveECSRole(p)
	case modeRAMRoleARNWithECSRole:
		retrieve, err := r.retrieveECSRole(p)
		if err != nil {
			return nil, err
		}
		return r.retrieveRole(p, r.cache(p, retrieve))
	case modeChainableRAMRoleARN:
		source, err := r.newSourceProfileSource(p)
		if err != nil {
			return nil, err
		}
		return r.retrieveRole(p, source)
	case modeOIDC:
		return r.retrieveOIDCRole(p)
	case modeCloudSSO, modeOAuth:
		return r.retrieveSignIn(p)
	case modeExternal:
		return r.retrieveExternal(p)
	}
	return r.retrieveURI(p)
}

// retrieveRole assumes the role of a profile with the credentials of previous.
func (r *resolver) retrieveRole(p selectedProfile, previous Source) (retrieveFunc, error) {
	client, role, err := r.newProfileRole(p.profile)
	if err != nil {
		return nil, err
	}
	return client.assumeRole(role, previous), nil
}

// retrieveECSRole retrieves the credentials of the RAM role of the ECS instance.
func (r *resolver) retrieveECSRole(p selectedProfile) (retrieveFunc, error) {
	if err := r.checkMetadataEnabled(p.file.name.argument); err != nil {
		return nil, err
	}
	return r.newMetadataService().retrieveRole(p.RoleName), nil
}

// newSourceProfileSource returns the source profile of a profile.
func (r *resolver) newSourceProfileSource(p selectedProfile) (Source, error) {
	dependents := append(slices.Clone(p.dependents), p.Name)
	if slices.Contains(dependents, p.SourceProfile) {
		return nil, errors.New("its chain of source_profile is circular")
	}
	source, err := p.file.readProfile(p.SourceProfile)
	if err != nil {
		return nil, err
	}
	return r.newProfileSource(selectedProfile{
		profile:     source,
		file:        p.file,
		description: "the " + p.file.describe(source.Name),
		dependents:  dependents,
	})
}

// retrieveOIDCRole assumes the role of a profile with an OIDC token.
func (r *resolver) retrieveOIDCRole(p selectedProfile) (retrieveFunc, error) {
	client, role, err := r.newProfileRole(p.profile)
	if err != nil {
		return nil, err
	}
	token := oidcToken{inline: p.OIDCToken, file: r.expandHome(p.OIDCTokenFile), hideFile: true}
	return client.assumeRoleWithOIDC(role, p.OIDCProviderARN, token.read), nil
}

// newProfileRole returns the role of a profile and a client of the STS endpoint
// that issues its sessions.
func (r *resolver) newProfileRole(p profile) (stsClient, assumedRole, error) {
	endpoint := strings.TrimSuffix(strings.TrimPrefix(strings.TrimPrefix(p.STSEndpoint, "https://"), "http://"), "/")
	if endpoint == "" && (p.STSRegion != "" || p.EnableVPC) {
		endpoint = stsHost(cmp.Or(p.STSRegion, r.region()), p.EnableVPC)
	}
	if r.config.STSEndpoint != "" || endpoint == "" {
		endpoint = r.stsEndpoint()
	}
	if !openapi.IsHost(endpoint) {
		return stsClient{}, assumedRole{}, errors.New(
			"its sts_endpoint is not a host, or its sts_region is not a region")
	}
	duration := cmp.Or(p.ExpiredSeconds, defaultSessionDuration)
	if duration < MinSessionDuration || duration > MaxSessionDuration {
		return stsClient{}, assumedRole{}, fmt.Errorf(
			"its expired_seconds is not between %d and %d", MinSessionDuration, MaxSessionDuration)
	}
	return r.stsClientFor(endpoint), assumedRole{
		arn:         p.RoleARN,
		sessionName: cmp.Or(p.SessionName, defaultSessionName),
		duration:    int(duration),
		policy:      p.Policy,
		externalID:  p.ExternalID,
	}, nil
}

// retrieveSignIn uses a sign-in that the command-line tool stores in a profile.
func (r *resolver) retrieveSignIn(p selectedProfile) (retrieveFunc, error) {
	e := tokenExchanger{client: r.client, oauthURL: r.oauthURL}
	exchange := e.cloudSSO
	if p.Mode == modeOAuth {
		if e.oauthURL[p.OAuthSiteType] == "" {
			return nil, errors.New("its oauth_site_type is neither CN nor INTL")
		}
		exchange = e.oauth
	}
	s := &signInSource{
		read:     p.reread,
		exchange: exchange,
		command:  fmt.Sprintf("aliyun configure --mode %s --profile <name>", p.Mode),
		clock:    r.clock,
	}
	return s.retrieve, nil
}

// reread returns the profile as it is in the file now. Its mode must not have
// changed.
func (p selectedProfile) reread() (profile, error) {
	if p.printed {
		return p.profile, nil
	}
	now, err := p.file.readProfile(p.Name)
	if err == nil && now.Mode != p.Mode {
		return profile{}, p.file.newError(p.Name, errors.New("its mode has changed since this command started"))
	}
	return now, err
}

// retrieveURI calls the credentials URI of a profile, or of the environment if
// the profile has none.
func (r *resolver) retrieveURI(p selectedProfile) (retrieveFunc, error) {
	if err := r.checkExternalEnabled(p); err != nil {
		return nil, err
	}
	address := cmp.Or(p.CredentialsURI, r.env.firstSet(uriVariables).value)
	if address == "" {
		return nil, fmt.Errorf("it does not have credentials_uri, and the environment does not set %s",
			strings.Join(uriVariables, " or "))
	}
	u, ok := newURIService(address, r.client)
	if !ok {
		return nil, errors.New("its credentials_uri is not an http:// or https:// URL")
	}
	return u.retrieve, nil
}

// checkExternalEnabled returns an error if the environment disables profiles that
// run a program or call a credentials URI. The variable and its values are those
// of the command-line tool.
func (r *resolver) checkExternalEnabled(p selectedProfile) error {
	const variable = "ALIBABA_CLOUD_DISABLE_EXTERNAL_PROCESS"
	if value := r.env.get(variable); value != "1" && !strings.EqualFold(value, "true") {
		return nil
	}
	return &Error{
		Argument: p.file.name.argument,
		Summary:  "Unable to Use Profile",
		Detail: fmt.Sprintf("The %s, selected in %s, has the mode %s, which the environment variable %s disables.\n\n"+
			"Select a profile of another mode, or unset the variable if you trust the program or the service from "+
			"which the profile gets its credentials.",
			p.file.describe(p.Name), p.file.name, p.Mode, variable),
	}
}
