package rdssim_test

import (
	"context"
	"crypto"
	"crypto/hmac"
	_ "crypto/sha1" //nolint:gosec // the service's signature method is HMAC-SHA1
	"encoding/base64"
	"encoding/json"
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
)

// startTime is when every simulator of these tests starts.
func startTime() time.Time { return time.Date(2026, 11, 20, 10, 0, 0, 0, time.UTC) }

// percentEncodeByte is the percent encoding of the published rules, written out byte by byte.
func percentEncodeByte(s string) string {
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

func encodeParams(params map[string]string) string {
	var pairs []string
	for _, name := range slices.Sorted(maps.Keys(params)) {
		pairs = append(pairs, percentEncodeByte(name)+"="+percentEncodeByte(params[name]))
	}
	return strings.Join(pairs, "&")
}

func computeSignature(method string, params map[string]string, secret string) string {
	mac := hmac.New(crypto.SHA1.New, []byte(secret+"&"))
	_, _ = io.WriteString(mac, method+"&%2F&"+percentEncodeByte(encodeParams(params)))
	return base64.StdEncoding.EncodeToString(mac.Sum(nil))
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

// validParams are those of a call that is right in every way.
func (r *fixture) validParams() map[string]string {
	now := r.clock.Now().UTC()
	return map[string]string{
		"Action":           "DescribeMigrateTasks",
		"Version":          "2014-08-15",
		"Format":           "JSON",
		"AccessKeyId":      keyID,
		"SignatureMethod":  "HMAC-SHA1",
		"SignatureVersion": "1.0",
		"SignatureType":    "",
		"SignatureNonce":   "nonce-" + strconv.FormatInt(r.nonces.Add(1), 10),
		"Timestamp":        now.Format("2006-01-02T15:04:05Z"),
		"RegionId":         "cn-hangzhou",
		"DBInstanceId":     instanceID,
		"StartTime":        now.Add(-8 * 24 * time.Hour).Format("2006-01-02T15:04Z"),
		"EndTime":          now.Add(time.Minute).Format("2006-01-02T15:04Z"),
	}
}

// paramsWith returns the right parameters with some of them changed; "-" takes one away.
func (r *fixture) paramsWith(changes map[string]string) map[string]string {
	params := r.validParams()
	for name, value := range changes {
		if value == "-" {
			delete(params, name)
		} else {
			params[name] = value
		}
	}
	return params
}

// httpResponse is what came back.
type httpResponse struct {
	status int
	header http.Header
	body   []byte
}

// signedQuery returns the query string of params with their signature.
func signedQuery(method string, params map[string]string, secret string) string {
	return encodeParams(params) + "&Signature=" + percentEncodeByte(computeSignature(method, params, secret))
}

// call signs params and sends them in the query of a GET.
func (r *fixture) call(t *testing.T, params map[string]string) (httpResponse, error) {
	t.Helper()
	return r.send(t.Context(), http.MethodGet, "/?"+signedQuery(http.MethodGet, params, keySecret), "")
}

func (r *fixture) send(ctx context.Context, method, target, form string) (got httpResponse, err error) {
	req, err := http.NewRequestWithContext(ctx, method, r.server.URL+target, strings.NewReader(form))
	if err != nil {
		return httpResponse{}, err
	}
	if form != "" {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	// A connection of its own for each call, so that no retry of the transport hides a broken one.
	req.Close = true
	resp, err := r.server.Client().Do(req)
	if err != nil {
		return httpResponse{}, err
	}
	defer func() {
		if e := resp.Body.Close(); e != nil && err == nil {
			err = e
		}
	}()
	body, err := io.ReadAll(resp.Body)
	return httpResponse{status: resp.StatusCode, header: resp.Header, body: body}, err
}

// taskList is an answer, as its reader sees it.
type taskList struct {
	InstanceID                                    string `json:"DBInstanceId"`
	RequestID                                     string `json:"RequestId"`
	PageNumber, PageRecordCount, TotalRecordCount int
	Items                                         struct{ MigrateTask []rdssim.ListedTask }
}

// listTasks makes a call that must succeed.
func (r *fixture) listTasks(t *testing.T, params map[string]string) taskList {
	t.Helper()
	got, err := r.call(t, params)
	if err != nil {
		t.Fatal(err)
	}
	if got.status != http.StatusOK {
		t.Fatalf("status %d: %s", got.status, got.body)
	}
	return decodeTaskList(t, got.body)
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

// errorBody is an error answer, as its reader sees it.
type errorBody struct {
	RequestID                        string `json:"RequestId"`
	HostID, Code, Message, Recommend string
}

func decodeErrorBody(t *testing.T, body []byte) errorBody {
	t.Helper()
	var f errorBody
	if err := json.Unmarshal(body, &f); err != nil {
		t.Fatalf("%v in %s", err, body)
	}
	return f
}

// newTasks makes n tasks, created a second apart before the start; the last of them is the newest.
func newTasks(n int) []rdssim.Task {
	made := make([]rdssim.Task, n)
	for i := range made {
		made[i] = rdssim.Task{
			ID:       strconv.Itoa(i + 1),
			Database: "db",
			Created:  -rdssim.Duration(time.Duration(n-i) * time.Second),
		}
	}
	return made
}

// scenarioWith is a scenario with one instance that has these tasks.
func scenarioWith(tasks ...rdssim.Task) rdssim.Scenario {
	return rdssim.Scenario{Instances: []rdssim.Instance{{ID: instanceID, Region: "cn-hangzhou", Tasks: tasks}}}
}

// descendingIDs returns the IDs from first down to last.
func descendingIDs(first, last int) []string {
	ids := []string{}
	for i := first; i >= last; i-- {
		ids = append(ids, strconv.Itoa(i))
	}
	return ids
}
