// Package rds asks the RDS service for migration tasks: one narrow client
// over the vendor's SDK, which answers with a complete list or an error.
package rds

import (
	"context"
	"net/http"
	"sync"
	"time"

	"github.com/aliyun/alibaba-cloud-sdk-go/sdk"
	"github.com/aliyun/alibaba-cloud-sdk-go/services/rds"

	"github.com/rds-migrate/terraform-provider-alicloud/internal/credentials"
	"github.com/rds-migrate/terraform-provider-alicloud/internal/migration"
)

const (
	pageSize = 100      // the most that the service gives on a page
	maxTasks = 50_000   // more than an instance can have in a week
	maxPages = 2_000    // enough for maxTasks on pages of the smallest documented size
	maxBody  = 2 << 20  // bytes of one page; a true one has about 50 kB
	maxList  = 32 << 20 // bytes of all pages of one list

	parallelPages = 4
	listAttempts  = 5 // how often a list is read that changes meanwhile
	pageAttempts  = 3 // how often a page is asked for that is not understood

	firstRetryDelay = 500 * time.Millisecond
	maxRetryDelay   = 20 * time.Second
)

// endpointMap guards the SDK's map, which fills itself at its first use
// without a lock.
var endpointMap = sync.OnceValue(rds.GetEndpointMap)

// A Clock tells the time and waits.
type Clock interface {
	Now() time.Time
	After(d time.Duration) <-chan time.Time
}

// Config says how to reach the service.
type Config struct {
	Region           string             // such as cn-hangzhou
	Endpoint         string             // host[:port]; empty: the one that the SDK knows for the region
	Protocol         string             // HTTP or HTTPS
	Source           credentials.Source // hands out the keys for each call
	UserAgent        string             // joins the SDK's own
	ConnectTimeout   time.Duration      // of one connection
	ReadTimeout      time.Duration      // of one answer, from the connection to its last byte
	MaxRetryDuration time.Duration      // for how long a failing call is tried again; 0: until the context ends
	Clock            Clock              // waits between attempts

	// SourceIP and SecureTransport ("true" or "false") tell the service where
	// the caller's caller is, for policies that ask for it. They are sent
	// where both are there.
	SourceIP, SecureTransport string

	// Log is told of every failed attempt that another may follow. It may be
	// nil.
	Log func(ctx context.Context, msg string, fields ...map[string]any)
}

// Client asks for migration tasks. It is safe for concurrent use, and its
// calls share connections.
type Client struct {
	config    Config
	limiter   *adaptiveLimiter
	transport http.RoundTripper
	endpoints map[string]string
}

// New returns a client. It makes no call.
func New(c Config) *Client {
	c.UserAgent = sdk.DefaultUserAgent + " " + c.UserAgent
	if c.Log == nil {
		c.Log = func(context.Context, string, ...map[string]any) {}
	}
	return &Client{config: c, limiter: newAdaptiveLimiter(c.Clock), transport: newTransport(c.ConnectTimeout), endpoints: endpointMap()}
}

// MigrateTasks returns all tasks of the query's instance that were created in
// its window, newest first. Failures that may pass are retried until ctx ends.
// The list is complete, or there is none: the error is then the cause of ctx,
// an *Interrupted or an *Error.
//
// Whatever the service sends, a read holds less than 192 MiB: it gives up a
// list whose pages have more than 32 MiB, and of a body it reads no more than
// 2 MiB.
func (c *Client) MigrateTasks(ctx context.Context, q migration.Query) ([]migration.Task, error) {
	return retrier[[]migration.Task]{
		call:        func() ([]migration.Task, error) { return c.list(ctx, q) },
		maxAttempts: map[Kind]uint{Unstable: listAttempts},
	}.do(ctx, c)
}
