package credentials

import (
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/jonboulle/clockwork"
)

// Resolve chooses the source of keys. It reads a profile's file where it comes
// to that, and logs in nowhere. getenv is os.Getenv outside tests. Its errors
// are of type *Error.
func Resolve(c Config, getenv func(string) string, options ...Option) (Source, error) {
	r := newResolver(c, getenv, options)
	source, err := r.source()
	if err != nil {
		return nil, err
	}
	if c.AssumeRole != nil {
		if source, err = r.assumeRole(source); err != nil {
			return nil, err
		}
	}
	return regional{source, r.region()}, nil
}

// Region returns the region that Resolve found: that of its Config, of the
// environment or of the profile in use, "" for none.
func Region(s Source) string {
	if r, ok := s.(regional); ok {
		return r.region
	}
	return ""
}

// regional is a source with the region that was found beside it.
type regional struct {
	Source
	region string
}

// An Option replaces a part of the world around Resolve, for tests.
type Option func(*resolver)

// WithClock sets the clock that decides when a session is renewed.
func WithClock(clock clockwork.Clock) Option { return func(r *resolver) { r.clock = clock } }

// WithMetadataURL sets the address of the ECS metadata service, in place of
// http://100.100.100.200.
func WithMetadataURL(address string) Option { return func(r *resolver) { r.metadataURL = address } }

// WithOAuthURL sets the address of the OAuth service of both sites, CN and
// INTL.
func WithOAuthURL(address string) Option {
	return func(r *resolver) { r.oauthURL = map[string]string{"CN": address, "INTL": address} }
}

// resolver is one choice of a source.
type resolver struct {
	block         Config
	env           environment
	clock         clockwork.Clock
	client        *http.Client
	metadataURL   string
	oauthURL      map[string]string // by the site type of a profile
	profileRegion string            // known once a profile has been opened
}

func newResolver(c Config, getenv func(string) string, options []Option) *resolver {
	c.Region, c.STSEndpoint = strings.TrimSpace(c.Region), strings.TrimSpace(c.STSEndpoint)
	r := &resolver{
		block:       c,
		env:         getenv,
		clock:       clockwork.NewRealClock(),
		client:      newClient(c.timeouts(), http.ProxyFromEnvironment),
		metadataURL: metadataURL,
		oauthURL:    map[string]string{"CN": "https://oauth.aliyun.com", "INTL": "https://oauth.alibabacloud.com"},
	}
	for _, option := range options {
		option(r)
	}
	return r
}

// A sourceCandidate is one place where keys may come from.
type sourceCandidate struct {
	configured bool
	newSource  func() (Source, error)
}

// candidates lists the places in their order.
func (r *resolver) candidates() []sourceCandidate {
	b := r.block
	_, family := r.environmentKeyNames()
	variables := func(names ...[]string) bool { return r.env.first(slices.Concat(names...)).value != "" }
	return []sourceCandidate{
		{isAnySet(b.AccessKey, b.SecretKey, b.SecurityToken), r.blockKeys},
		{isAnySet(b.Profile), r.blockProfile},
		{isAnySet(b.CredentialsURI), r.blockURI},
		{isAnySet(b.ECSRoleName), r.blockECSRole},
		{b.AssumeRoleWithOIDC != nil, r.blockOIDC},
		{family, r.environmentKeys},
		{variables(profileVariables), r.environmentProfile},
		{variables(uriVariables), r.environmentURI},
		{variables(ecsRoleVariables), r.environmentECSRole},
		{variables(oidcProviderVariables, oidcTokenVariables, oidcTokenFileVariables), r.environmentOIDC},
	}
}

// isAnySet reports whether one of the values is not empty.
func isAnySet(values ...string) bool { return strings.TrimSpace(strings.Join(values, "")) != "" }

// source opens the first place that is configured.
func (r *resolver) source() (Source, error) {
	for _, c := range r.candidates() {
		if c.configured {
			return c.newSource()
		}
	}
	return nil, noCredentialsError()
}

// noCredentialsError says in which ways credentials can be given.
func noCredentialsError() *Error {
	var variables []string
	for _, f := range envKeyNameSets {
		variables = append(variables, f.id+" and "+f.key)
	}
	variables = slices.Concat(variables, profileVariables, uriVariables, ecsRoleVariables)
	variables = append(variables, strings.Join(slices.Concat(oidcProviderVariables, oidcRoleVariables, oidcTokenFileVariables), ", "))
	return &Error{
		Argument: "access_key",
		Summary:  "No credentials",
		Detail: "The provider block names no credentials, and neither does the environment. Write one of these in the provider block: " +
			"access_key and secret_key, with security_token if the keys are temporary; " +
			"profile, with shared_credentials_file if it is not in ~/.aliyun/config.json; " +
			"credentials_uri; ecs_role_name; assume_role_with_oidc. " +
			fmt.Sprintf("Or set one of these in the environment: %s.", strings.Join(variables, "; ")),
	}
}
