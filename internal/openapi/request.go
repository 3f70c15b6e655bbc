// SPDX-License-Identifier: MPL-2.0

package openapi

import (
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"unicode"

	"github.com/aliyun/alibaba-cloud-sdk-go/sdk"
	"github.com/aliyun/alibaba-cloud-sdk-go/sdk/requests"
	"github.com/aliyun/alibaba-cloud-sdk-go/sdk/utils"
)

// Target is the endpoint of an API. A domain that is set on a request takes
// precedence over Endpoints.
type Target struct {
	Region    string            // such as cn-hangzhou
	Scheme    string            // HTTP or HTTPS
	Endpoints map[string]string // hosts by region, as in the SDK's package of a service
	UserAgent string            // appended to the User-Agent of the SDK
}

// Request is a request and the secrets that it holds.
type Request struct {
	method  string
	url     *url.URL
	header  http.Header
	body    []byte
	secrets []string
	runs    func() secretRuns // of the secrets, computed on first use
}

// Format writes a placeholder, whatever the verb.
func (Request) Format(s fmt.State, _ rune) {
	// A fmt.State keeps in memory what is written, so writing does not fail.
	_, _ = io.WriteString(s, "request")
}

// errNoURL does not quote the address, which may hold a secret.
var errNoURL = errors.New("the address is not a URL with a host")

// NewRequest returns a request that is sent unchanged, except that user information
// in the address is sent as basic authentication. secrets are removed from texts
// by Redact, and so is the user information. Its error quotes neither the address
// nor the value of a header.
func NewRequest(method, address string, header http.Header, body []byte, secrets ...string) (*Request, error) {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" {
		return nil, errNoURL
	}
	for name, values := range header {
		if strings.ContainsFunc(strings.Join(values, ""), unicode.IsControl) {
			return nil, fmt.Errorf("the header %s has a control character", name)
		}
	}
	if u.User != nil {
		password, basic := basicAuth(u)
		header = header.Clone()
		if header == nil {
			header = http.Header{}
		}
		header.Set("Authorization", "Basic "+basic)
		secrets = append(slices.Clone(secrets), password, basic)
	}
	r := &Request{method: method, url: u, header: header, body: body}
	r.setSecrets(secrets)
	return r, nil
}

// setSecrets sets what Redact removes from texts.
func (r *Request) setSecrets(secrets []string) {
	r.secrets = secrets
	r.runs = sync.OnceValue(func() secretRuns { return newSecretRuns(secrets) })
}

// basicAuth returns the password of an address, and user and password as in a
// header of basic authentication. Both are empty if the address has no user
// information.
func basicAuth(u *url.URL) (password, basic string) {
	if u.User == nil {
		return "", ""
	}
	password, _ = u.User.Password()
	return password, base64.StdEncoding.EncodeToString([]byte(u.User.Username() + ":" + password))
}

// NewSignedRequest returns a request that is signed with credentials. It sets the
// domain, the scheme, and the parameters of api, so api must not be reused.
//
// The SDK's own way of sending takes no context, panics on some errors, reads
// NO_PROXY as regular expressions, and prints the signature if DEBUG=sdk is set.
func NewSignedRequest(api requests.AcsRequest, to Target, c Credentials) (*Request, error) {
	signer, err := sdk.NewClientWithOptions(to.Region, sdk.NewConfig().WithScheme(to.Scheme), sdkProvider(c))
	if err != nil {
		return nil, fmt.Errorf("the region %q is invalid: %w", to.Region, err)
	}
	signer.SetEndpointRules(to.Endpoints, "regional", "")
	if err := signer.BuildRequestWithSigner(api, nil); err != nil {
		return nil, buildError(err, api)
	}
	r, err := newAPIRequest(api, to)
	if err != nil {
		return nil, err
	}
	r.setSecrets([]string{c.AccessKeySecret, c.SecurityToken, r.url.Query().Get("Signature")})
	return r, nil
}

// NewUnsignedRequest returns a request for an operation that takes no signature.
// The domain of api must be set. secrets are removed from texts by Redact.
func NewUnsignedRequest(api requests.AcsRequest, to Target, secrets ...string) (*Request, error) {
	if err := requests.InitParams(api); err != nil {
		return nil, buildError(err, api)
	}
	api.SetScheme(to.Scheme)
	query := api.GetQueryParams()
	query["Action"] = api.GetActionName()
	query["Version"] = api.GetVersion()
	query["Format"] = api.GetAcceptFormat()
	// The time of the machine, as in the requests that the SDK signs.
	query["Timestamp"] = utils.GetTimeInFormatISO8601()
	api.GetHeaders()["Content-Type"] = requests.Form
	r, err := newAPIRequest(api, to)
	if err != nil {
		return nil, err
	}
	r.setSecrets(secrets)
	return r, nil
}

func newAPIRequest(api requests.AcsRequest, to Target) (*Request, error) {
	header := http.Header{}
	for name, value := range api.GetHeaders() {
		header.Set(name, value)
	}
	// The SDK requests an uncompressed response. Without this header the transport
	// requests a compressed one and decompresses it.
	header.Del("Accept-Encoding")
	agent := sdk.DefaultUserAgent
	if to.UserAgent != "" {
		agent += " " + to.UserAgent
	}
	header.Set("User-Agent", agent)
	body, err := io.ReadAll(api.GetBodyReader())
	if err != nil {
		return nil, buildError(err, api)
	}
	r, err := NewRequest(api.GetMethod(), api.BuildUrl(), header, body)
	if errors.Is(err, errNoURL) {
		return nil, invalidEndpoint(api)
	}
	return r, err
}

// buildError is the error of a request that could not be built.
func buildError(err error, api requests.AcsRequest) error {
	if _, ok := errors.AsType[*url.Error](err); ok {
		// Its text quotes the signed URL.
		return invalidEndpoint(api)
	}
	return fmt.Errorf("unable to sign the request: %w", err)
}

func invalidEndpoint(api requests.AcsRequest) error {
	return fmt.Errorf("the endpoint %q is not a valid host", api.GetDomain())
}
