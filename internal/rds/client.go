// SPDX-License-Identifier: MPL-2.0

// Package rds is a client of the DescribeMigrateTasks operation of the RDS API.
// It returns a complete list of migration tasks or an error.
package rds

import (
	"context"
	"net/http"
	"sync"
	"time"

	"github.com/aliyun/alibaba-cloud-sdk-go/services/rds"

	"github.com/rds-migrate/terraform-provider-alicloud/internal/credentials"
	"github.com/rds-migrate/terraform-provider-alicloud/internal/migration"
	"github.com/rds-migrate/terraform-provider-alicloud/internal/openapi"
)

const (
	pageSize     = 100      // the largest page that the API documents
	maxTasks     = 50_000   // more than an instance can have in 7 days
	maxPages     = 2_000    // enough for maxTasks on pages of the smallest documented size
	maxPageBytes = 2 << 20  // bytes of one page; a real one has about 50 kB
	maxListBytes = 32 << 20 // bytes of all pages of one list

	parallelPages = 4
	listAttempts  = 5 // for a list that changes while it is read
	pageAttempts  = 3 // for a page that is not a valid response

	firstRetryDelay = 500 * time.Millisecond
	maxRetryDelay   = 20 * time.Second
)

// endpointMap guards the SDK's map, which initializes itself on first use without
// a lock.
var endpointMap = sync.OnceValue(rds.GetEndpointMap)

// A Clock returns the time and waits.
type Clock interface {
	Now() time.Time
	After(d time.Duration) <-chan time.Time
}

// Config configures a client.
type Config struct {
	Region         string             // such as cn-hangzhou
	Endpoint       string             // host[:port]; empty: the SDK's endpoint of the region
	Protocol       string             // HTTP or HTTPS
	Source         credentials.Source // returns the credentials of each request
	UserAgent      string             // appended to the User-Agent of the SDK
	ConnectTimeout time.Duration      // of one connection
	ReadTimeout    time.Duration      // of one response, from the connection to its last byte

	// MaxRetryDuration limits the retries of a failed request. Zero means until
	// the context ends.
	MaxRetryDuration time.Duration

	// Clock provides the local time, from which time ranges are computed, and waits
	// between attempts.
	Clock Clock

	// Transport sends a request. If it is nil, the client has a transport of its own.
	Transport http.RoundTripper

	// SourceIP and SecureTransport ("true" or "false") are the condition keys of
	// RAM policies that restrict the caller. They are sent if both are set.
	SourceIP, SecureTransport string

	// OnFailure is called after every failed attempt that may be retried, with a
	// message for the log. It may be nil, and is called concurrently.
	OnFailure func(ctx context.Context, msg string, err error)
}

// Client lists migration tasks. It is safe for concurrent use, and its requests
// share connections and a rate limit.
type Client struct {
	config   Config
	limiter  *adaptiveLimiter
	apiClock *apiClock
	sender   openapi.Client
}

// New returns a client. It sends no request.
func New(c Config) *Client {
	if c.OnFailure == nil {
		c.OnFailure = func(context.Context, string, error) {}
	}
	if c.Transport == nil {
		c.Transport = openapi.NewTransport(c.ConnectTimeout, http.ProxyFromEnvironment)
	}
	return &Client{
		config:   c,
		limiter:  newAdaptiveLimiter(c.Clock),
		apiClock: newAPIClock(),
		sender:   openapi.Client{Transport: c.Transport, MaxResponseSize: maxPageBytes},
	}
}

// MigrateTasks returns all tasks of an instance that were created in a range,
// newest first. Retryable failures are retried until ctx ends. The list is
// complete, or the error is the cause of ctx, an *Interrupted, or an *Error.
//
// A read uses less than 192 MiB of memory, whatever the server sends: it accepts at
// most 2 MiB for a page and 32 MiB for all pages of a list.
func (c *Client) MigrateTasks(ctx context.Context, q migration.Query) (List, error) {
	return retrier[List]{
		call:        func() (List, error) { return c.list(ctx, q) },
		maxAttempts: map[Kind]uint{Unstable: listAttempts},
	}.do(ctx, c)
}
