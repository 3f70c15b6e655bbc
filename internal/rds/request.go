// SPDX-License-Identifier: MPL-2.0

package rds

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/aliyun/alibaba-cloud-sdk-go/sdk/requests"
	"github.com/aliyun/alibaba-cloud-sdk-go/services/rds"

	"github.com/rds-migrate/terraform-provider-alicloud/internal/credentials"
	"github.com/rds-migrate/terraform-provider-alicloud/internal/migration"
	"github.com/rds-migrate/terraform-provider-alicloud/internal/openapi"
)

// fetchPage requests one page, and again if the API refuses a session that the source
// of credentials can replace. Its errors are of type *Error, or that of the context.
func (c *Client) fetchPage(ctx context.Context, q migration.Query, w migration.Window, number int) (page, error) {
	creds, err := c.config.Source.Retrieve(ctx)
	if err != nil {
		return page{}, credentialsError(err, c.config.Source)
	}
	p, err := c.sendRequest(ctx, creds, q, w, number)
	if e, ok := errors.AsType[*Error](err); !ok || e.Kind != Credentials || !credentials.IsRefusedSession(e.Code) {
		return p, err
	}
	renewed, renewalErr := c.config.Source.Replace(ctx, creds)
	switch {
	case renewalErr != nil:
		return page{}, credentialsError(renewalErr, c.config.Source)
	case renewed == creds:
		return page{}, err
	}
	c.config.OnFailure(ctx, "the API refused a session, which was renewed", err)
	return c.sendRequest(ctx, renewed, q, w, number)
}

// sendRequest requests one page, once.
func (c *Client) sendRequest(
	ctx context.Context, creds openapi.Credentials, q migration.Query, w migration.Window, number int,
) (page, error) {
	ctx, cancel := context.WithTimeout(ctx, c.config.ConnectTimeout+c.config.ReadTimeout)
	defer cancel()
	req, err := openapi.NewSignedRequest(c.newRequest(q, w, number), c.target(), creds)
	if err != nil {
		return page{}, &Error{Kind: Rejected, Err: err}
	}
	resp, err := c.sender.Send(ctx, req)
	if err != nil {
		return page{}, transportError(err)
	}
	p, err := decodeResponse(resp, number, q.InstanceID)
	if err != nil {
		return page{}, sanitize(err, req, resp)
	}
	p.date = dateOf(resp)
	return p, nil
}

func (c *Client) target() openapi.Target {
	return openapi.Target{
		Region: c.config.Region, Scheme: c.config.Protocol, Endpoints: endpointMap(), UserAgent: c.config.UserAgent,
	}
}

// newRequest returns the SDK's request for one page.
func (c *Client) newRequest(q migration.Query, w migration.Window, number int) *rds.DescribeMigrateTasksRequest {
	r := rds.CreateDescribeMigrateTasksRequest()
	r.DBInstanceId = q.InstanceID
	r.ResourceGroupId = q.ResourceGroupID
	r.StartTime, r.EndTime = w.Format()
	r.PageSize = requests.NewInteger(pageSize)
	r.PageNumber = requests.NewInteger(number)
	r.Domain = c.config.Endpoint
	if c.config.SourceIP != "" && c.config.SecureTransport != "" {
		r.QueryParams["SourceIp"] = c.config.SourceIP
		r.QueryParams["SecureTransport"] = c.config.SecureTransport
	}
	return r
}

func decodeResponse(resp *openapi.Response, number int, instanceID string) (page, error) {
	if resp.Status != http.StatusOK {
		return page{}, decodeError(resp.Body, resp.Status)
	}
	return decodePage(resp.Body, resp.Status, number, instanceID)
}

// sanitize removes from an *Error what the response quotes of the request, and adds
// the time of the response.
func sanitize(err error, req *openapi.Request, resp *openapi.Response) error {
	var e *Error
	if !errors.As(err, &e) {
		return err
	}
	e.Date = dateOf(resp)
	e.Message, e.Code, e.RequestID = req.Redact(e.Message), req.Redact(e.Code), req.Redact(e.RequestID)
	if e.Err != nil {
		e.Err = errors.New(req.Redact(e.Err.Error()))
	}
	return e
}

// dateOf returns the time of a response by the clock of the API, zero if there is none.
func dateOf(resp *openapi.Response) time.Time {
	date, err := http.ParseTime(resp.Header.Get("Date"))
	if err != nil {
		return time.Time{}
	}
	return date
}

// transportError is the failure of a request that has no complete response.
func transportError(err error) error {
	var e *openapi.Error
	if !errors.As(err, &e) {
		return &Error{Kind: Unavailable, Err: err}
	}
	kind := Unavailable
	switch e.Reason {
	case openapi.HostNotFound, openapi.UntrustedServer:
		kind = Unreachable
	case openapi.TooLarge:
		kind = UnexpectedResponse
	case openapi.ProxyRefused:
		// Over plain HTTP, the same response of the proxy arrives as that of the API.
		kind = classify(e.Status, "")
	case openapi.ConnectionFailed, openapi.TimedOut:
	}
	return &Error{Kind: kind, Status: e.Status, Err: e}
}

// credentialsError is a failure to retrieve credentials. A retryable one is
// retried like a failure of the API.
func credentialsError(err error, source credentials.Source) error {
	var e *credentials.Error
	switch {
	case !errors.As(err, &e):
		err = fmt.Errorf("no credentials were obtained in time from %s: %w", source.Name(), err)
		return &Error{Kind: Unavailable, Err: err}
	case e.Retryable:
		return &Error{Kind: Unavailable, Err: err}
	}
	return &Error{Kind: Credentials, Err: err}
}
