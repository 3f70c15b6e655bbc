// SPDX-License-Identifier: MPL-2.0

package credentials

import (
	"context"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"

	"github.com/rds-migrate/terraform-provider-alicloud/internal/openapi"
)

// uriService is a service behind a credentials URI, such as a sidecar.
type uriService struct {
	url    *url.URL
	client *openapi.Client
}

// newURIService returns false if the address is not an HTTP or HTTPS URL.
func newURIService(address string, client *openapi.Client) (uriService, bool) {
	u, err := url.Parse(address)
	if err != nil || !openapi.IsHost(u.Host) || u.Scheme != "http" && u.Scheme != "https" {
		return uriService{}, false
	}
	return uriService{url: u, client: client}, true
}

func (u uriService) retrieve(ctx context.Context) (session, error) {
	// Any parameter may be a token.
	parameters := slices.Concat(slices.Collect(maps.Values(u.url.Query()))...)
	resp, err := request{method: http.MethodGet, address: u.url.String(), secrets: parameters}.send(ctx, u.client)
	if err != nil {
		return session{}, err
	}
	got, err := parseCredentials(u.url.Host, resp.Body, resp)
	if err != nil {
		return session{}, err
	}
	return got.toSession(u.url.Host)
}

// uriFromBlock returns the credentials URI of the provider block.
func (r *resolver) uriFromBlock() (Source, error) {
	return r.newURISource(fromBlock("credentials_uri", r.config.CredentialsURI))
}

// uriFromEnv returns the credentials URI of the environment.
func (r *resolver) uriFromEnv() (Source, error) {
	return r.newURISource(r.env.firstSet(uriVariables))
}

func (r *resolver) newURISource(address configValue) (Source, error) {
	u, ok := newURIService(address.value, r.client)
	if !ok {
		return nil, &Error{
			Argument: address.argument,
			Summary:  "Invalid Credentials URI",
			Detail: fmt.Sprintf("The credentials URI of %s is not an http:// or https:// URL. "+
				"It is not shown, because it may hold a token.\n\n"+
				"Set it to a URL such as http://127.0.0.1:8080/credentials.", address),
		}
	}
	name := fmt.Sprintf("the credentials URI of %s", address)
	return newCachedSource(name, address.argument, r.clock, u.retrieve), nil
}
