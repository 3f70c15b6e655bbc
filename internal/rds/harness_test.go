// SPDX-License-Identifier: MPL-2.0

package rds

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jonboulle/clockwork"

	"github.com/rds-migrate/terraform-provider-alicloud/internal/clocktest"
	"github.com/rds-migrate/terraform-provider-alicloud/internal/migration"
	"github.com/rds-migrate/terraform-provider-alicloud/internal/openapi"
	"github.com/rds-migrate/terraform-provider-alicloud/internal/rdssim"
)

const (
	accessKey = "LTAI-test"
	secretKey = "a-secret-that-nothing-may-show"
	token     = "a token/that+nothing=may show"
	region    = "cn-hangzhou"
	instance  = "rm-orders"

	maxErrorLength = 4000 // of all texts from outside in an error

	readTimeout = 5 * time.Minute // of a whole read, by the clock of its test
)

var testQuery = migration.Query{InstanceID: instance}

// testWindow is the window of testQuery at the start of a test.
var testWindow = migration.Window{
	Start: clocktest.Start.Add(16*time.Minute - migration.Retention), End: clocktest.Start.Add(15 * time.Minute),
}

// static is a source of fixed credentials.
type static openapi.Credentials

func (s static) Retrieve(context.Context) (openapi.Credentials, error) {
	return openapi.Credentials(s), nil
}

func (s static) Replace(context.Context, openapi.Credentials) (openapi.Credentials, error) {
	return openapi.Credentials(s), nil
}

func (s static) Name() string { return "a test" }

var testKeys = static{AccessKeyID: accessKey, AccessKeySecret: secretKey, SecurityToken: token}

// config returns a configuration for an endpoint on this machine.
func config(addr string, clock Clock) Config {
	return Config{
		Region: region, Endpoint: addr, Protocol: "HTTP", Source: testKeys, UserAgent: "test",
		ConnectTimeout: time.Minute, ReadTimeout: time.Minute, Clock: clock,
	}
}

// scenario returns a scenario of one instance with these tasks.
func scenario(tasks ...rdssim.Task) rdssim.Scenario {
	return rdssim.Scenario{
		AccessKeys: []rdssim.AccessKey{{ID: accessKey, Secret: secretKey, SecurityToken: token}},
		Instances:  []rdssim.Instance{{ID: instance, Region: region, Tasks: tasks}},
	}
}

// fixture is a simulator and a client of it, connected over loopback. They share a clock on which no wait takes time.
type fixture struct {
	*rdssim.Simulator

	clock     clocktest.Clock
	transport *recordingTransport
	client    *Client
	log       *logRecorder
}

func newFixture(t *testing.T, tasks ...rdssim.Task) *fixture {
	t.Helper()
	return newFixtureOf(t, scenario(tasks...))
}

func newFixtureOf(t *testing.T, s rdssim.Scenario) *fixture {
	t.Helper()
	clock := clocktest.New(clocktest.Start)
	sim, err := rdssim.New(s, clock)
	if err != nil {
		t.Fatal(err)
	}
	// The SDK signs with the time of the machine.
	sim.SetTimestampClock(clockwork.NewRealClock())
	server := httptest.NewServer(sim)
	r := &fixture{Simulator: sim, clock: clock, log: &logRecorder{}}
	c := config(server.Listener.Addr().String(), clock)
	c.OnFailure = r.log.add
	r.client, r.transport = newRecordedClient(c)
	t.Cleanup(func() {
		r.transport.CloseIdleConnections()
		sim.Close()
		server.Close()
	})
	return r
}

func (r *fixture) inject(t *testing.T, faults ...rdssim.Fault) {
	t.Helper()
	for _, f := range faults {
		if f.Kind == kindRefused {
			r.transport.refuse(f)
		} else if err := r.Inject(f); err != nil {
			t.Fatal(err)
		}
	}
}

// read reads all tasks, within a timeout by the clock.
func (r *fixture) read(ctx context.Context, timeout time.Duration) ([]migration.Task, error) {
	list, err := r.readList(ctx, timeout)
	return list.Tasks, err
}

// readList reads the list, within a timeout by the clock.
func (r *fixture) readList(ctx context.Context, timeout time.Duration) (List, error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	timer := r.clock.AfterFunc(timeout, func() { cancel(context.DeadlineExceeded) })
	defer timer.Stop()
	return r.client.MigrateTasks(ctx, testQuery)
}

// expectedTasks returns the tasks of the simulator at this instant.
func (r *fixture) expectedTasks(t *testing.T) []rdssim.ListedTask {
	t.Helper()
	tasks, err := r.Tasks(instance)
	if err != nil {
		t.Fatal(err)
	}
	return tasks
}

// toListedTasks returns tasks as the API lists them.
func toListedTasks(tasks []migration.Task) []rdssim.ListedTask {
	list := make([]rdssim.ListedTask, 0, len(tasks))
	for _, t := range tasks {
		replaced := ""
		if t.Replaced != nil {
			replaced = map[bool]string{true: "True", false: "False"}[*t.Replaced]
		}
		list = append(list, rdssim.ListedTask{
			ID: t.ID, Database: t.Database, Status: string(t.Status), BackupMode: t.BackupMode,
			CreateTime: t.CreateTime.String(), EndTime: t.EndTime.String(), IsDBReplaced: replaced,
			Description: t.Description,
		})
	}
	return list
}

// kindRefused is a fault of the transport: the connection is refused.
const kindRefused rdssim.Kind = "refused"

// recordingTransport is the transport of a client. It records the signatures of all calls.
type recordingTransport struct {
	*http.Transport

	mu           sync.Mutex
	signatures   []string
	refusedCalls []rdssim.Fault
}

// checkEnds panics after more calls than any read of a test makes, so that a read that never ends fails its test.
func checkEnds(calls int) {
	const most = 3000
	if calls > most {
		panic("the read does not end")
	}
}

// newRecordedClient returns a client with a recordingTransport.
func newRecordedClient(c Config) (*Client, *recordingTransport) {
	rt := &recordingTransport{Transport: openapi.NewTransport(c.ConnectTimeout, http.ProxyFromEnvironment)}
	client := New(c)
	client.sender.Transport = rt
	return client, rt
}

func (rt *recordingTransport) refuse(f rdssim.Fault) {
	rt.mu.Lock()
	defer rt.mu.Unlock()
	rt.refusedCalls = append(rt.refusedCalls, f)
}

func (rt *recordingTransport) RoundTrip(r *http.Request) (*http.Response, error) {
	params := r.URL.Query()
	rt.mu.Lock()
	rt.signatures = append(rt.signatures, params.Get("Signature"))
	checkEnds(len(rt.signatures))
	refused := rt.matchRefusal(params.Get("PageNumber"))
	rt.mu.Unlock()
	if refused {
		r = r.Clone(r.Context())
		r.URL.Host = "127.0.0.1:1"
	}
	return rt.Transport.RoundTrip(r)
}

func (rt *recordingTransport) matchRefusal(page string) bool {
	for i := range rt.refusedCalls {
		f := &rt.refusedCalls[i]
		if f.Page != 0 && strconv.Itoa(f.Page) != page || f.Skip > 0 {
			continue
		}
		if f.Times == 1 {
			f.Skip = 1
		}
		return true
	}
	return false
}

// findSecret returns the prefix of the first secret that a text contains, in any encoding, or an empty string.
func (rt *recordingTransport) findSecret(text string) string {
	rt.mu.Lock()
	defer rt.mu.Unlock()
	for _, secret := range append([]string{secretKey, token}, rt.signatures...) {
		const minLength = 10 // bytes that reveal a secret
		prefix := secret[:minLength]
		escaped := url.QueryEscape(prefix)
		lower := lowerEscapes(escaped)
		for _, form := range []string{prefix, escaped, lower, url.QueryEscape(escaped), url.QueryEscape(lower)} {
			if strings.Contains(text, form) {
				return form
			}
		}
	}
	return ""
}

// lowerEscapes returns an escaped text with its escapes in lower case.
func lowerEscapes(escaped string) string {
	return regexp.MustCompile("%[0-9A-F]{2}").ReplaceAllStringFunc(escaped, strings.ToLower)
}

// requireNoSecrets fails the test if an error or the log contains a secret.
func (r *fixture) requireNoSecrets(t *testing.T, err error) {
	t.Helper()
	texts := []string{r.log.String()}
	for ; err != nil; err = errors.Unwrap(err) {
		texts = append(texts, err.Error(), fmt.Sprintf("%+v %#v", err, err))
	}
	for _, text := range texts {
		if secret := r.transport.findSecret(text); secret != "" {
			t.Errorf("%q contains %q", text, secret)
		}
	}
}

// logRecorder records failed attempts.
type logRecorder struct {
	mu   sync.Mutex
	text strings.Builder
}

func (l *logRecorder) add(_ context.Context, msg string, err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	fmt.Fprintf(&l.text, "%s: %v\n", msg, err)
}

func (l *logRecorder) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

// kindOf returns the kind of an error, or the empty kind for none.
func kindOf(err error) Kind {
	var e *Error
	switch {
	case err == nil:
		return ""
	case errors.As(err, &e):
		return e.Kind
	}
	return Kind(fmt.Sprintf("not an *Error: %v", err))
}

func minutes(n int) rdssim.Duration { return rdssim.Duration(time.Duration(n) * time.Minute) }

// finishedTasks returns n tasks that have ended, the last of them the oldest.
func finishedTasks(n int) []rdssim.Task {
	tasks := make([]rdssim.Task, 0, n)
	for i := range n {
		tasks = append(tasks, rdssim.Task{
			ID: strconv.Itoa(1000 - i), Database: fmt.Sprintf("db%d", i%3), Created: minutes(-10 * (i + 1)),
			Steps: []rdssim.Step{
				{Status: "Running"},
				{After: minutes(1), Status: []string{"Success", "Failed"}[i%2], Description: fmt.Sprintf("task %d", i)},
			},
		})
	}
	return tasks
}
