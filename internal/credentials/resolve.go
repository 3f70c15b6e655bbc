// SPDX-License-Identifier: MPL-2.0

package credentials

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/jonboulle/clockwork"

	"github.com/rds-migrate/terraform-provider-alicloud/internal/openapi"
)

// Resolved is the result of Resolve.
type Resolved struct {
	Source Source
	Region string // of the Config, the environment, or the profile in use, "" for none
}

// Resolve selects the source of credentials. It reads the file of the selected
// profile, if any, and sends no request. getenv is os.Getenv outside tests. Its
// errors are of type *Error.
func Resolve(c Config, getenv func(string) string, options ...Option) (Resolved, error) {
	r := newResolver(c, getenv, options)
	if err := r.checkRegion(); err != nil {
		return Resolved{}, err
	}
	source, err := r.selectSource()
	if err != nil {
		return Resolved{}, err
	}
	if c.AssumeRole != nil {
		if source, err = r.assumeRole(source); err != nil {
			return Resolved{}, err
		}
	}
	return Resolved{Source: source, Region: r.region()}, nil
}

// Option replaces a dependency of Resolve, for tests.
type Option func(*resolver)

// WithClock sets the clock that decides when credentials are renewed.
func WithClock(clock clockwork.Clock) Option { return func(r *resolver) { r.clock = clock } }

// WithTransport sets the transport of requests to all services but the ECS metadata
// service.
func WithTransport(t http.RoundTripper) Option { return func(r *resolver) { r.client.Transport = t } }

// WithMetadataURL sets the address of the ECS metadata service. The default is
// http://100.100.100.200.
func WithMetadataURL(address string) Option { return func(r *resolver) { r.metadataURL = address } }

// WithOAuthURL sets the address of the OAuth service for the sites CN and
// INTL.
func WithOAuthURL(address string) Option {
	return func(r *resolver) { r.oauthURL = map[string]string{"CN": address, "INTL": address} }
}

// resolver is one selection of a source.
type resolver struct {
	config          Config
	env             environment
	clock           clockwork.Clock
	client          *openapi.Client
	metadataURL     string
	userHomeDir     func() string     // used if the environment has no home directory
	externalTimeout time.Duration     // of the program of a profile
	oauthURL        map[string]string // by the site type of a profile
	profileRegion   string            // set once a profile has been read
}

func newResolver(c Config, getenv func(string) string, options []Option) *resolver {
	c.Region, c.STSEndpoint = strings.TrimSpace(c.Region), strings.TrimSpace(c.STSEndpoint)
	r := &resolver{
		config:          c,
		env:             getenv,
		clock:           clockwork.NewRealClock(),
		client:          newClient(c),
		metadataURL:     metadataURL,
		userHomeDir:     userHomeDir,
		externalTimeout: externalTimeout,
		oauthURL:        map[string]string{"CN": "https://oauth.aliyun.com", "INTL": "https://oauth.alibabacloud.com"},
	}
	for _, option := range options {
		option(r)
	}
	return r
}

// region returns the configured region, "" for none.
func (r *resolver) region() string {
	region, _ := r.findRegion()
	return region
}

// findRegion returns the configured region, "" for none, and the place where it is set.
func (r *resolver) findRegion() (region, place string) {
	if v := r.env.valueOr(fromBlock("region", r.config.Region), regionVariables); v.value != "" {
		return v.value, v.String()
	}
	return r.profileRegion, "the profile"
}

// checkRegion returns an error if the region has characters that the SDK rejects.
func (r *resolver) checkRegion() error {
	region, place := r.findRegion()
	isInvalid := func(c rune) bool {
		isLetter := 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z'
		return !isLetter && (c < '0' || c > '9') && c != '-' && c != '_'
	}
	if !strings.ContainsFunc(region, isInvalid) {
		return nil
	}
	return &Error{
		Argument: "region",
		Summary:  "Invalid Region",
		Detail: fmt.Sprintf("The region %q of %s has characters other than letters, digits, hyphens, and "+
			"underscores.\n\nSet region to the ID of a region, such as cn-hangzhou.", region, place),
	}
}

// sourceCandidate is a source that may be configured.
type sourceCandidate struct {
	configured bool
	newSource  func() (Source, error)
}

// candidates returns all sources in the order of the package documentation.
func (r *resolver) candidates() []sourceCandidate {
	c := r.config
	_, hasStaticEnv := r.findEnvKeyNames()
	isSet := func(names ...[]string) bool { return r.env.firstSet(slices.Concat(names...)).value != "" }
	return []sourceCandidate{
		{isAnySet(c.AccessKey, c.SecretKey, c.SecurityToken), r.staticFromBlock},
		{isAnySet(c.Profile), r.profileFromBlock},
		{isAnySet(c.CredentialsURI), r.uriFromBlock},
		{isAnySet(c.ECSRoleName), r.ecsRoleFromBlock},
		{c.AssumeRoleWithOIDC != nil, r.oidcFromBlock},
		{hasStaticEnv, r.staticFromEnv},
		{isSet(profileVariables), r.profileFromEnv},
		{isSet(uriVariables), r.uriFromEnv},
		{isSet(ecsRoleVariables), r.ecsRoleFromEnv},
		{isSet(oidcProviderVariables, oidcTokenVariables, oidcTokenFileVariables), r.oidcFromEnv},
	}
}

// isAnySet reports whether any of the values is not blank.
func isAnySet(values ...string) bool { return strings.TrimSpace(strings.Join(values, "")) != "" }

// selectSource returns the first source that is configured.
func (r *resolver) selectSource() (Source, error) {
	for _, c := range r.candidates() {
		if c.configured {
			return c.newSource()
		}
	}
	return nil, noCredentialsError()
}

// noCredentialsError returns an error that lists all ways to configure
// credentials.
func noCredentialsError() *Error {
	var variables []string
	for _, n := range envKeyNameSets {
		variables = append(variables, n.id+" and "+n.secret)
	}
	variables = slices.Concat(variables, profileVariables, uriVariables, ecsRoleVariables)
	oidc := slices.Concat(oidcProviderVariables, oidcRoleVariables, oidcTokenFileVariables)
	variables = append(variables, strings.Join(oidc, ", "))
	arguments := []string{
		"access_key and secret_key, with security_token for temporary credentials",
		"profile, with shared_credentials_file for a file other than ~/.aliyun/config.json",
		"credentials_uri",
		"ecs_role_name",
		"assume_role_with_oidc",
	}
	const item = "\n- "
	return &Error{
		Argument: "access_key",
		Summary:  "Missing Credentials",
		Detail: "Neither the provider block nor the environment has credentials.\n\n" +
			"Set one of these in the provider block:\n" + item + strings.Join(arguments, item) + "\n\n" +
			"Or set one of these in the environment:\n" + item + strings.Join(variables, item),
	}
}
