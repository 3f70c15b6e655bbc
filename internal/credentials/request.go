// SPDX-License-Identifier: MPL-2.0

package credentials

import (
	"cmp"
	"context"
	"net/http"
	"net/url"
	"time"

	"github.com/rds-migrate/terraform-provider-alicloud/internal/openapi"
)

const (
	defaultConnectTimeout = 5 * time.Second
	defaultReadTimeout    = 10 * time.Second

	// maxResponseSize limits the response to an authentication request, in
	// bytes.
	maxResponseSize = 1 << 20
)

// newClient returns a client for authentication requests.
func newClient(c Config) *openapi.Client {
	connectTimeout := cmp.Or(c.ConnectTimeout, defaultConnectTimeout)
	return &openapi.Client{
		Transport:       openapi.NewTransport(connectTimeout, http.ProxyFromEnvironment),
		Timeout:         connectTimeout + cmp.Or(c.ReadTimeout, defaultReadTimeout),
		MaxResponseSize: maxResponseSize,
	}
}

// request is a request to a service other than STS.
type request struct {
	method  string
	address string
	header  http.Header
	body    []byte
	secrets []string
}

// send sends the request and returns a response with status 200. Its error is a
// *failure.
func (r request) send(ctx context.Context, client *openapi.Client) (*openapi.Response, error) {
	u, err := url.Parse(r.address)
	if err != nil {
		// The error quotes the address, which may hold a token.
		return nil, failf("Correct the address.", "The address of the service is not a URL.")
	}
	req, err := openapi.NewRequest(r.method, r.address, r.header, r.body, r.secrets...)
	if err != nil {
		return nil, buildError(u.Host, err)
	}
	resp, err := client.Send(ctx, req)
	if err != nil {
		return nil, connectionError(u.Host, err, checkNetwork)
	}
	if resp.Status != http.StatusOK {
		return nil, statusError(u.Host, resp)
	}
	return resp, nil
}

// buildError describes a request that could not be built. err must be safe to
// print.
func buildError(host string, err error) *failure {
	return failf("Remove control characters and other invalid characters from the configuration.",
		"The request to %s could not be built: %v.", host, err)
}
