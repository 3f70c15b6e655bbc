package rds

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"

	"github.com/aliyun/alibaba-cloud-sdk-go/sdk"
	sdkcredentials "github.com/aliyun/alibaba-cloud-sdk-go/sdk/auth/credentials"
	"github.com/aliyun/alibaba-cloud-sdk-go/sdk/requests"
	"github.com/aliyun/alibaba-cloud-sdk-go/services/rds"

	"github.com/rds-migrate/terraform-provider-alicloud/internal/credentials"
	"github.com/rds-migrate/terraform-provider-alicloud/internal/migration"
)

// fetchPage asks for one page, once. Every error it returns is an *Error, but one
// of the context.
func (c *Client) fetchPage(ctx context.Context, q migration.Query, number int) (page, error) {
	ctx, cancel := context.WithTimeout(ctx, c.config.ConnectTimeout+c.config.ReadTimeout)
	defer cancel()
	keys, err := c.config.Source.Retrieve(ctx)
	if err != nil {
		return page{}, credentialsError(err, c.config.Source)
	}
	req, err := c.sign(ctx, c.newRequest(q, number), keys)
	if err != nil {
		return page{}, &Error{Kind: Rejected, Err: err}
	}
	p, err := c.send(req, q.InstanceID, number)
	return p, redact(err, keys, req)
}

// newRequest returns the SDK's request for one page.
func (c *Client) newRequest(q migration.Query, number int) *rds.DescribeMigrateTasksRequest {
	r := rds.CreateDescribeMigrateTasksRequest()
	r.DBInstanceId = q.InstanceID
	r.ResourceGroupId = q.ResourceGroupID
	r.StartTime, r.EndTime = q.Window.Format()
	r.PageSize = requests.NewInteger(pageSize)
	r.PageNumber = requests.NewInteger(number)
	r.Domain = c.config.Endpoint
	if c.config.SourceIP != "" && c.config.SecureTransport != "" {
		r.QueryParams["SourceIp"] = c.config.SourceIP
		r.QueryParams["SecureTransport"] = c.config.SecureTransport
	}
	return r
}

// sign lets the SDK resolve the endpoint and sign, and returns what it would
// send. The SDK's own way of sending takes no context, panics at some errors,
// reads NO_PROXY as regular expressions, and with DEBUG=sdk prints the
// signature.
func (c *Client) sign(ctx context.Context, r *rds.DescribeMigrateTasksRequest, keys credentials.Credentials) (*http.Request, error) {
	signer, err := sdk.NewClientWithOptions(c.config.Region, sdk.NewConfig().WithScheme(c.config.Protocol), signingKeys(keys))
	if err != nil {
		return nil, fmt.Errorf("the region %q cannot be asked: %w", c.config.Region, err)
	}
	signer.SetEndpointRules(c.endpoints, rds.GetEndpointType(), "")
	if err := signer.BuildRequestWithSigner(r, nil); err != nil {
		return nil, signingError(err, r.GetDomain())
	}
	req, err := http.NewRequestWithContext(ctx, r.GetMethod(), r.BuildUrl(), r.GetBodyReader())
	if err != nil {
		return nil, signingError(err, r.GetDomain())
	}
	for name, value := range r.GetHeaders() {
		req.Header.Set(name, value)
	}
	// The SDK asks for an answer as it is. Without that the transport asks for
	// a packed one, and unpacks it.
	req.Header.Del("Accept-Encoding")
	req.Header.Set("User-Agent", c.config.UserAgent)
	return req, nil
}

// signingError is the error of a request that could not be made.
func signingError(err error, endpoint string) error {
	if _, ok := errors.AsType[*url.Error](err); ok {
		// Its text quotes the signed URL.
		return fmt.Errorf("the endpoint %q makes no URL", endpoint)
	}
	return fmt.Errorf("the request cannot be signed: %w", err)
}

// send sends a signed request and reads the page in its answer.
func (c *Client) send(req *http.Request, instanceID string, number int) (page, error) {
	// A round trip follows no redirect, which would carry the signature on.
	resp, err := c.transport.RoundTrip(req)
	if err != nil {
		return page{}, transportError(err, 0)
	}
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxBody+1))
	err = errors.Join(err, resp.Body.Close())
	if err != nil {
		return page{}, transportError(err, resp.StatusCode)
	}
	if len(body) > maxBody {
		return page{}, &Error{Kind: UnexpectedResponse, Status: resp.StatusCode, Err: fmt.Errorf("the body has more than %d bytes", maxBody)}
	}
	if resp.StatusCode != http.StatusOK {
		return page{}, decodeError(body, resp.StatusCode)
	}
	return decodePage(body, resp.StatusCode, number, instanceID)
}

// transportError sorts an error of the network.
func transportError(err error, status int) error {
	var dns *net.DNSError
	var cert *tls.CertificateVerificationError
	var notTLS tls.RecordHeaderError
	switch {
	case errors.As(err, &cert), errors.As(err, &notTLS), errors.As(err, &dns) && dns.IsNotFound:
		return &Error{Kind: Unreachable, Status: status, Err: err}
	case errors.Is(err, context.DeadlineExceeded):
		return &Error{Kind: Unavailable, Status: status, Err: errors.New("the answer did not come in time")}
	}
	return &Error{Kind: Unavailable, Status: status, Err: err}
}

// credentialsError is a failure to get keys. One that may pass is retried like
// a failure of the service itself.
func credentialsError(err error, source credentials.Source) error {
	var e *credentials.Error
	switch {
	case !errors.As(err, &e):
		return &Error{Kind: Unavailable, Err: fmt.Errorf("no keys came in time from %s: %w", source.Name(), err)}
	case e.Retryable:
		return &Error{Kind: Unavailable, Err: err}
	}
	return &Error{Kind: Credentials, Err: err}
}

// signingKeys gives one call's keys to the SDK.
type signingKeys credentials.Credentials

// GetCredentials returns the keys.
func (k signingKeys) GetCredentials() (*sdkcredentials.Credentials, error) {
	return &sdkcredentials.Credentials{
		AccessKeyId:     k.AccessKeyID,
		AccessKeySecret: k.AccessKeySecret,
		SecurityToken:   k.SecurityToken,
		ProviderName:    k.GetProviderName(),
	}, nil
}

// GetProviderName returns what the SDK tells the service of where keys came
// from.
func (k signingKeys) GetProviderName() string { return "terraform-provider-alicloud" }

var _ sdkcredentials.CredentialsProvider = signingKeys{}
