// SPDX-License-Identifier: MPL-2.0

package rdssim_test

import (
	"context"
	"crypto"
	"crypto/hmac"
	_ "crypto/sha1" //nolint:gosec // the API's signature method is HMAC-SHA1
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jonboulle/clockwork"

	"github.com/rds-migrate/terraform-provider-alicloud/internal/rdssim"
)

const (
	keyID      = "testid"
	keySecret  = "testsecret"
	instanceID = "rm-1"
	region     = "cn-hangzhou"
)

// values are parameters of a call.
type values = map[string]string

// startTime is when every simulator of these tests starts.
func startTime() time.Time { return time.Date(2026, 11, 20, 10, 0, 0, 0, time.UTC) }

func seconds(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05Z") }
func minutes(t time.Time) string { return t.UTC().Format("2006-01-02T15:04Z") }

// percentEncode is the percent encoding of the published rules, byte by byte.
func percentEncode(s string) string {
	var b strings.Builder
	for i := range len(s) {
		c := s[i]
		switch {
		case c >= 'A' && c <= 'Z', c >= 'a' && c <= 'z', c >= '0' && c <= '9',
			c == '-', c == '_', c == '.', c == '~':
			b.WriteByte(c)
		default:
			fmt.Fprintf(&b, "%%%02X", c)
		}
	}
	return b.String()
}

func encodeParams(params values) string {
	var pairs []string
	for _, name := range slices.Sorted(maps.Keys(params)) {
		pairs = append(pairs, percentEncode(name)+"="+percentEncode(params[name]))
	}
	return strings.Join(pairs, "&")
}

func computeSignature(method string, params values, secret string) string {
	mac := hmac.New(crypto.SHA1.New, []byte(secret+"&"))
	_, _ = io.WriteString(mac, method+"&%2F&"+percentEncode(encodeParams(params)))
	return base64.StdEncoding.EncodeToString(mac.Sum(nil))
}

// signedQuery returns the query string of params with their signature.
func signedQuery(method string, params values, secret string) string {
	return encodeParams(params) + "&Signature=" + percentEncode(computeSignature(method, params, secret))
}

// fixture is a simulator behind a server, its clock, and a client that signs.
type fixture struct {
	sim    *rdssim.Simulator
	clock  *clockwork.FakeClock
	server *httptest.Server
	nonces atomic.Int64
}

func newFixture(t *testing.T, s rdssim.Scenario) *fixture {
	t.Helper()
	if s.AccessKeys == nil {
		s.AccessKeys = []rdssim.AccessKey{{ID: keyID, Secret: keySecret}}
	}
	clock := clockwork.NewFakeClockAt(startTime())
	sim, err := rdssim.New(s, clock)
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(sim)
	t.Cleanup(func() {
		sim.Close()
		server.Close()
	})
	return &fixture{sim: sim, clock: clock, server: server}
}

// params returns the parameters of a valid call with some of them changed; "-" removes one.
func (r *fixture) params(changes values) values {
	now := r.clock.Now()
	params := values{
		"Action":           "DescribeMigrateTasks",
		"Version":          "2014-08-15",
		"Format":           "JSON",
		"AccessKeyId":      keyID,
		"SignatureMethod":  "HMAC-SHA1",
		"SignatureVersion": "1.0",
		"SignatureType":    "",
		"SignatureNonce":   "nonce-" + strconv.FormatInt(r.nonces.Add(1), 10),
		"Timestamp":        seconds(now),
		"RegionId":         region,
		"DBInstanceId":     instanceID,
		"StartTime":        minutes(now.AddDate(0, 0, -8)),
		"EndTime":          minutes(now.Add(time.Minute)),
	}
	maps.Copy(params, changes)
	maps.DeleteFunc(params, func(_, value string) bool { return value == "-" })
	return params
}

type httpResponse struct {
	status int
	header http.Header
	body   []byte
}

func (r *fixture) send(ctx context.Context, method, target, form string) (got httpResponse, err error) {
	req, err := http.NewRequestWithContext(ctx, method, r.server.URL+target, strings.NewReader(form))
	if err != nil {
		return got, err
	}
	if form != "" {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	// With a connection for each call, the transport does not hide a broken one by a retry.
	req.Close = true
	resp, err := r.server.Client().Do(req)
	if err != nil {
		return got, err
	}
	defer func() { err = errors.Join(err, resp.Body.Close()) }()
	body, err := io.ReadAll(resp.Body)
	return httpResponse{status: resp.StatusCode, header: resp.Header, body: body}, err
}

// call sends a valid call with some parameters changed.
func (r *fixture) call(ctx context.Context, changes values) (httpResponse, error) {
	return r.send(ctx, http.MethodGet, "/?"+signedQuery(http.MethodGet, r.params(changes), keySecret), "")
}

// mustCall makes a call that must get a response.
func (r *fixture) mustCall(t *testing.T, changes values) httpResponse {
	t.Helper()
	got, err := r.call(t.Context(), changes)
	if err != nil {
		t.Fatal(err)
	}
	return got
}

// list makes a call that must succeed.
func (r *fixture) list(t *testing.T, changes values) taskList {
	t.Helper()
	got := r.mustCall(t, changes)
	if got.status != http.StatusOK {
		t.Fatalf("status %d: %s", got.status, got.body)
	}
	return decodeTaskList(t, got.body)
}

// taskList is a list response as a client decodes it.
type taskList struct {
	InstanceID                                    string `json:"DBInstanceId"`
	RequestID                                     string `json:"RequestId"`
	PageNumber, PageRecordCount, TotalRecordCount int
	Items                                         struct{ MigrateTask []rdssim.ListedTask }
}

func decodeTaskList(t *testing.T, body []byte) taskList {
	t.Helper()
	var l taskList
	d := json.NewDecoder(strings.NewReader(string(body)))
	d.DisallowUnknownFields()
	if err := d.Decode(&l); err != nil {
		t.Fatalf("%v in %s", err, body)
	}
	return l
}

func (l taskList) ids() []string {
	ids := []string{}
	for _, t := range l.Items.MigrateTask {
		ids = append(ids, t.ID)
	}
	return ids
}

// errorBody is an error response as a client decodes it.
type errorBody struct {
	RequestID                        string `json:"RequestId"`
	HostID, Code, Message, Recommend string
}

// requireError compares the status and the code of an error response with want, such as "400 InvalidPageSize".
func requireError(t *testing.T, got httpResponse, want string) errorBody {
	t.Helper()
	var e errorBody
	if err := json.Unmarshal(got.body, &e); err != nil {
		t.Fatalf("%v in %s", err, got.body)
	}
	if strconv.Itoa(got.status)+" "+e.Code != want {
		t.Errorf("status %d, want %s: %s", got.status, want, got.body)
	}
	return e
}

// newTasks returns n tasks, created a second apart before the start. The last of them is the newest.
func newTasks(n int) []rdssim.Task {
	tasks := make([]rdssim.Task, n)
	for i := range tasks {
		created := -rdssim.Duration(time.Duration(n-i) * time.Second)
		tasks[i] = rdssim.Task{ID: strconv.Itoa(i + 1), Database: "db", Created: created}
	}
	return tasks
}

// scenarioWith returns a scenario of one instance with these tasks.
func scenarioWith(tasks ...rdssim.Task) rdssim.Scenario {
	return rdssim.Scenario{Instances: []rdssim.Instance{{ID: instanceID, Region: region, Tasks: tasks}}}
}

// descendingIDs returns the IDs from first down to last.
func descendingIDs(first, last int) []string {
	ids := []string{}
	for i := first; i >= last; i-- {
		ids = append(ids, strconv.Itoa(i))
	}
	return ids
}
