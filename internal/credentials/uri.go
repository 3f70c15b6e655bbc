package credentials

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"time"
)

// uri logs in by a request to a credentials URI, as a sidecar offers it.
//
// credentials-go cannot do it: it does not show when the keys expire, so that
// our clock could not renew them in time.
type uri struct {
	address string
	host    string
	client  *http.Client
}

// newURI returns false where the address is not one of HTTP or HTTPS.
func newURI(address string, client *http.Client) (uri, bool) {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return uri{}, false
	}
	return uri{address: address, host: u.Host, client: client}, true
}

func (u uri) retrieve(ctx context.Context) (Credentials, time.Time, error) {
	req, err := newRequest(ctx, http.MethodGet, u.address, http.NoBody)
	if err != nil {
		return Credentials{}, time.Time{}, err
	}
	body, err := send(u.client, req)
	if err != nil {
		return Credentials{}, time.Time{}, err
	}
	a, err := parseCredentials(u.host, body)
	if err != nil {
		return Credentials{}, time.Time{}, err
	}
	return a.toCredentials(u.host)
}

// blockURI is the credentials URI of the provider block.
func (r *resolver) blockURI() (Source, error) {
	return r.credentialsURI(block("credentials_uri", r.block.CredentialsURI))
}

// environmentURI is the credentials URI of the environment.
func (r *resolver) environmentURI() (Source, error) {
	return r.credentialsURI(r.env.first(uriVariables))
}

func (r *resolver) credentialsURI(address configValue) (Source, error) {
	u, ok := newURI(address.value, r.client)
	if !ok {
		return nil, &Error{
			Argument: address.argument,
			Summary:  "Unusable credentials URI",
			Detail:   fmt.Sprintf("Expected an address of http:// or https:// in %s.", address),
		}
	}
	return newSession(fmt.Sprintf("the credentials URI of %s", address), address.argument, r.clock, u.retrieve), nil
}
