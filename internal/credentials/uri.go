// SPDX-License-Identifier: MPL-2.0

package credentials

import (
	"context"
	"encoding/base64"
	"fmt"
	"net/http"
	"net/url"

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
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return uriService{}, false
	}
	return uriService{url: u, client: client}, true
}

func (u uriService) retrieve(ctx context.Context) (session, error) {
	req := request{method: http.MethodGet, address: u.url.String(), header: http.Header{}}
	if user := u.url.User; user != nil {
		password, _ := user.Password()
		req.secret = base64.StdEncoding.EncodeToString([]byte(user.Username() + ":" + password))
		req.header.Set("Authorization", "Basic "+req.secret)
	}
	body, err := req.send(ctx, u.client)
	if err != nil {
		return session{}, err
	}
	resp, err := parseCredentials(u.url.Host, body)
	if err != nil {
		return session{}, err
	}
	return resp.toSession(u.url.Host)
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
			Summary:  "Unusable credentials URI",
			Detail:   fmt.Sprintf("Expected an address of http:// or https:// in %s.", address),
		}
	}
	name := fmt.Sprintf("the credentials URI of %s", address)
	return newCachedSource(name, address.argument, r.clock, u.retrieve), nil
}
