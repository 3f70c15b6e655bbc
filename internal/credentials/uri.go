package credentials

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"time"
)

// uriService is a service behind a credentials URI, such as a sidecar.
//
// credentials-go is not used for it: it does not return when the credentials
// expire, so that they could not be renewed in time.
type uriService struct {
	address string
	host    string
	client  *http.Client
}

// newURIService returns false if the address is not an HTTP or HTTPS URL.
func newURIService(address string, client *http.Client) (uriService, bool) {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return uriService{}, false
	}
	return uriService{address: address, host: u.Host, client: client}, true
}

func (u uriService) retrieve(ctx context.Context) (Credentials, time.Time, error) {
	req, err := newRequest(ctx, http.MethodGet, u.address, http.NoBody)
	if err != nil {
		return Credentials{}, time.Time{}, err
	}
	body, err := send(u.client, req)
	if err != nil {
		return Credentials{}, time.Time{}, err
	}
	resp, err := parseCredentials(u.host, body)
	if err != nil {
		return Credentials{}, time.Time{}, err
	}
	return resp.toCredentials(u.host)
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
