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
	keyID     = "testid"
	keySecret = "testsecret"
	instance  = "rm-1"
)

// start is when every simulator of these tests starts.
func start() time.Time { return time.Date(2026, 11, 20, 10, 0, 0, 0, time.UTC) }

// escape is the percent encoding of the published rules, written out byte by byte.
func escape(s string) string {
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

func join(params map[string]string) string {
	var pairs []string
	for _, name := range slices.Sorted(maps.Keys(params)) {
		pairs = append(pairs, escape(name)+"="+escape(params[name]))
	}
	return strings.Join(pairs, "&")
}

func signature(method string, params map[string]string, secret string) string {
	mac := hmac.New(crypto.SHA1.New, []byte(secret+"&"))
	_, _ = io.WriteString(mac, method+"&%2F&"+escape(join(params)))
	return base64.StdEncoding.EncodeToString(mac.Sum(nil))
}

// rig is a simulator behind a server, its clock, and a client that signs.
type rig struct {
	sim    *rdssim.Simulator
	clock  *clockwork.FakeClock
	server *httptest.Server
	nonces atomic.Int64
}

func newRig(t *testing.T, s rdssim.Scenario) *rig {
	t.Helper()
	if s.AccessKeys == nil {
		s.AccessKeys = []rdssim.AccessKey{{ID: keyID, Secret: keySecret}}
	}
	clock := clockwork.NewFakeClockAt(start())
	sim, err := rdssim.New(s, clock)
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(sim)
	t.Cleanup(func() {
		sim.Close()
		server.Close()
	})
	return &rig{sim: sim, clock: clock, server: server}
}

// params are those of a call that is right in every way.
func (r *rig) params() map[string]string {
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
		"DBInstanceId":     instance,
		"StartTime":        now.Add(-8 * 24 * time.Hour).Format("2006-01-02T15:04Z"),
		"EndTime":          now.Add(time.Minute).Format("2006-01-02T15:04Z"),
	}
}

// with returns the right parameters with some of them changed; "-" takes one away.
func (r *rig) with(changes map[string]string) map[string]string {
	params := r.params()
	for name, value := range changes {
		if value == "-" {
			delete(params, name)
		} else {
			params[name] = value
		}
	}
	return params
}

// reply is what came back.
type reply struct {
	status int
	header http.Header
	body   []byte
}

// signed returns the query string of params with their signature.
func signed(method string, params map[string]string, secret string) string {
	return join(params) + "&Signature=" + escape(signature(method, params, secret))
}

// call signs params and sends them in the query of a GET.
func (r *rig) call(t *testing.T, params map[string]string) (reply, error) {
	t.Helper()
	return r.send(t.Context(), http.MethodGet, "/?"+signed(http.MethodGet, params, keySecret), "")
}

func (r *rig) send(ctx context.Context, method, target, form string) (got reply, err error) {
	req, err := http.NewRequestWithContext(ctx, method, r.server.URL+target, strings.NewReader(form))
	if err != nil {
		return reply{}, err
	}
	if form != "" {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	// A connection of its own for each call, so that no retry of the transport hides a broken one.
	req.Close = true
	resp, err := r.server.Client().Do(req)
	if err != nil {
		return reply{}, err
	}
	defer func() {
		if e := resp.Body.Close(); e != nil && err == nil {
			err = e
		}
	}()
	body, err := io.ReadAll(resp.Body)
	return reply{status: resp.StatusCode, header: resp.Header, body: body}, err
}

// list is an answer, as its reader sees it.
type list struct {
	InstanceID                                    string `json:"DBInstanceId"`
	RequestID                                     string `json:"RequestId"`
	PageNumber, PageRecordCount, TotalRecordCount int
	Items                                         struct{ MigrateTask []rdssim.ListedTask }
}

// list makes a call that must succeed.
func (r *rig) list(t *testing.T, params map[string]string) list {
	t.Helper()
	got, err := r.call(t, params)
	if err != nil {
		t.Fatal(err)
	}
	if got.status != http.StatusOK {
		t.Fatalf("status %d: %s", got.status, got.body)
	}
	return read(t, got.body)
}

func read(t *testing.T, body []byte) list {
	t.Helper()
	var l list
	d := json.NewDecoder(strings.NewReader(string(body)))
	d.DisallowUnknownFields()
	if err := d.Decode(&l); err != nil {
		t.Fatalf("%v in %s", err, body)
	}
	return l
}

func (l list) ids() []string {
	ids := []string{}
	for _, t := range l.Items.MigrateTask {
		ids = append(ids, t.ID)
	}
	return ids
}

// failure is an error answer, as its reader sees it.
type failure struct {
	RequestID                        string `json:"RequestId"`
	HostID, Code, Message, Recommend string
}

func readFailure(t *testing.T, body []byte) failure {
	t.Helper()
	var f failure
	if err := json.Unmarshal(body, &f); err != nil {
		t.Fatalf("%v in %s", err, body)
	}
	return f
}

// tasks makes n tasks, created a second apart before the start; the last of them is the newest.
func tasks(n int) []rdssim.Task {
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

// holding is a scenario with one instance that has these tasks.
func holding(tasks ...rdssim.Task) rdssim.Scenario {
	return rdssim.Scenario{Instances: []rdssim.Instance{{ID: instance, Region: "cn-hangzhou", Tasks: tasks}}}
}

// numbers returns the IDs from first down to last.
func numbers(first, last int) []string {
	ids := []string{}
	for i := first; i >= last; i-- {
		ids = append(ids, strconv.Itoa(i))
	}
	return ids
}
