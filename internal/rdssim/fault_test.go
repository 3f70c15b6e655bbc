// SPDX-License-Identifier: MPL-2.0

package rdssim_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/jonboulle/clockwork"

	"github.com/rds-migrate/terraform-provider-alicloud/internal/rdssim"
)

// newFaultFixture returns a fixture with n tasks and these faults.
func newFaultFixture(t *testing.T, n int, faults ...rdssim.Fault) *fixture {
	t.Helper()
	s := scenarioWith(newTasks(n)...)
	s.Faults = faults
	return newFixture(t, s)
}

func TestFault_Error(t *testing.T) {
	t.Parallel()
	tests := map[string]rdssim.Fault{
		"throttling":      {Kind: rdssim.KindError, Status: 400, Code: "Throttling.User", Message: "slower"},
		"429":             {Kind: rdssim.KindError, Status: 429, Code: "Slow", Header: values{"Retry-After": "7"}},
		"an outage":       {Kind: rdssim.KindError, Status: 503, Code: "ServiceUnavailable"},
		"an error in 200": {Kind: rdssim.KindError, Status: 200, Code: "InternalError"},
	}
	for name, f := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newFaultFixture(t, 1, f)
			got := r.mustCall(t, nil)
			e := requireError(t, got, strconv.Itoa(f.Status)+" "+f.Code)
			if e.Message != f.Message || e.RequestID == "" {
				t.Errorf("got %+v", e)
			}
			if got.header.Get("Retry-After") != f.Header["Retry-After"] {
				t.Errorf("header %v", got.header)
			}
			call := r.sim.Calls()[0]
			if call.Status != f.Status || call.Code != f.Code || !slices.Equal(call.Faults, []rdssim.Kind{f.Kind}) {
				t.Errorf("recorded as %+v", call)
			}
		})
	}
}

func TestFault_Body(t *testing.T) {
	t.Parallel()
	tests := map[string]rdssim.Fault{
		"HTML":        {Status: 502, ContentType: "text/html", Body: "<html>Bad Gateway</html>"},
		"nothing":     {Status: 503},
		"empty 200":   {Status: 200, ContentType: "application/json"},
		"204":         {Status: 204},
		"null":        {Status: 200, ContentType: "application/json", Body: "null"},
		"odd error":   {Status: 400, ContentType: "application/json", Body: `{"Code":7}`},
		"no JSON 200": {Status: 200, Body: "[]"},
	}
	for name, f := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f.Kind = rdssim.KindBody
			got := newFaultFixture(t, 1, f).mustCall(t, nil)
			if got.status != f.Status || string(got.body) != f.Body || got.header.Get("Content-Type") != f.ContentType {
				t.Errorf("status %d, %v: %s", got.status, got.header, got.body)
			}
		})
	}
}

func TestFault_BrokenConnection(t *testing.T) {
	t.Parallel()
	for kind, want := range map[rdssim.Kind]error{rdssim.KindClose: io.EOF, rdssim.KindReset: syscall.ECONNRESET} {
		for name, serve := range map[string]func(http.Handler) *httptest.Server{
			"HTTP": httptest.NewServer, "HTTPS": httptest.NewTLSServer,
		} {
			t.Run(string(kind)+" over "+name, func(t *testing.T) {
				t.Parallel()
				r := newFaultFixture(t, 1, rdssim.Fault{Kind: kind})
				r.server = serve(r.sim)
				t.Cleanup(r.server.Close)
				if _, err := r.call(t.Context(), nil); !errors.Is(err, want) {
					t.Errorf("got %v, want %v", err, want)
				}
				if call := r.sim.Calls()[0]; call.Status != 0 || !slices.Equal(call.Faults, []rdssim.Kind{kind}) {
					t.Errorf("recorded as %+v", call)
				}
			})
		}
	}
}

func TestFault_Hang(t *testing.T) {
	t.Parallel()
	for name, at := range map[string]float64{"before the response": 0, "in the middle of it": 0.5} {
		t.Run(name+", until the client closes the connection", func(t *testing.T) {
			t.Parallel()
			r := newFaultFixture(t, 1, rdssim.Fault{Kind: rdssim.KindHang, At: at})
			ended := make(chan rdssim.Call, 1)
			r.sim.Observe(func(c rdssim.Call) { ended <- c })
			ctx, cancel := context.WithCancel(t.Context())
			result := callInBackground(ctx, r)
			waitForFault(t, r)
			select {
			case err := <-result:
				t.Fatalf("it did not hang: %v", err)
			case <-clockwork.NewRealClock().After(50 * time.Millisecond):
			}
			cancel()
			if err := <-result; !errors.Is(err, context.Canceled) {
				t.Errorf("got %v", err)
			}
			<-ended
		})
		t.Run(name+", until the simulator is closed", func(t *testing.T) {
			t.Parallel()
			r := newFaultFixture(t, 1, rdssim.Fault{Kind: rdssim.KindHang, At: at})
			result := callInBackground(t.Context(), r)
			r.sim.Close()
			if err := <-result; !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
				t.Errorf("got %v", err)
			}
		})
	}
}

func callInBackground(ctx context.Context, r *fixture) <-chan error {
	result := make(chan error, 1)
	go func() {
		_, err := r.call(ctx, nil)
		result <- err
	}()
	return result
}

// waitForFault waits until a fault has been applied to the first call. A call that is canceled before it has arrived is
// never served.
func waitForFault(t *testing.T, r *fixture) {
	t.Helper()
	clock := clockwork.NewRealClock()
	for calls := r.sim.Calls(); len(calls) == 0 || len(calls[0].Faults) == 0; calls = r.sim.Calls() {
		<-clock.After(time.Millisecond)
	}
}

func TestFault_TruncatedResponse(t *testing.T) {
	t.Parallel()
	truth := newFaultFixture(t, 31).mustCall(t, nil)
	for eighth := range 8 {
		at := float64(eighth) / 8
		t.Run("broken off at eighth "+strconv.Itoa(eighth), func(t *testing.T) {
			t.Parallel()
			r := newFaultFixture(t, 31, rdssim.Fault{Kind: rdssim.KindTruncate, At: at})
			got, err := r.call(t.Context(), nil)
			if !errors.Is(err, io.ErrUnexpectedEOF) {
				t.Errorf("got %v", err)
			}
			requirePrefix(t, got, truth, at)
			if announced := got.header.Get("Content-Length"); announced != strconv.Itoa(len(truth.body)) {
				t.Errorf("%s bytes announced of %d", announced, len(truth.body))
			}
		})
		t.Run("cleanly at eighth "+strconv.Itoa(eighth), func(t *testing.T) {
			t.Parallel()
			r := newFaultFixture(t, 31, rdssim.Fault{Kind: rdssim.KindTruncateSilently, At: at})
			requirePrefix(t, r.mustCall(t, nil), truth, at)
		})
	}
}

// requirePrefix compares everything but the request IDs, which differ in their characters and not in their length.
func requirePrefix(t *testing.T, got, truth httpResponse, at float64) {
	t.Helper()
	if want := int(at * float64(len(truth.body))); got.status != http.StatusOK || len(got.body) != want {
		t.Errorf("status %d, %d bytes, want %d of %d", got.status, len(got.body), want, len(truth.body))
	}
	n := min(len(got.body), bytes.Index(truth.body, []byte(`"RequestId"`)))
	if !bytes.Equal(got.body[:n], truth.body[:n]) {
		t.Errorf("not the true response: %s", got.body)
	}
}

func TestFault_Flood(t *testing.T) {
	t.Parallel()
	const size = 300_000
	r := newFaultFixture(t, 1, rdssim.Fault{Kind: rdssim.KindFlood, Bytes: size})
	got := r.mustCall(t, nil)
	if len(got.body) < size || len(got.body) > size+1000 {
		t.Errorf("%d bytes", len(got.body))
	}
	l := decodeTaskList(t, got.body)
	if n := len(l.ids()); n == 0 || l.PageRecordCount != n || l.TotalRecordCount != n || l.InstanceID != instanceID {
		t.Errorf("%d tasks in a response of %d, %d in all", n, l.PageRecordCount, l.TotalRecordCount)
	}
}

func TestFault_Gzip(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		faults []rdssim.Fault
		least  int
	}{
		"a true response": {[]rdssim.Fault{{Kind: rdssim.KindGzip}}, 100},
		"a flood":         {[]rdssim.Fault{{Kind: rdssim.KindGzip}, {Kind: rdssim.KindFlood, Bytes: 300_000}}, 300_000},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newFaultFixture(t, 1, tt.faults...)
			transport, ok := r.server.Client().Transport.(*http.Transport)
			if !ok {
				t.Fatal("the test server's client has another transport")
			}
			transport.DisableCompression = true
			got := r.mustCall(t, nil)
			if got.header.Get("Content-Encoding") != "gzip" {
				t.Errorf("header %v", got.header)
			}
			z, err := gzip.NewReader(bytes.NewReader(got.body))
			if err != nil {
				t.Fatal(err)
			}
			body, err := io.ReadAll(z)
			if err != nil {
				t.Fatal(err)
			}
			if l := decodeTaskList(t, body); len(body) < tt.least || len(l.ids()) != l.TotalRecordCount {
				t.Errorf("%d bytes, %d tasks of %d", len(body), len(l.ids()), l.TotalRecordCount)
			}
		})
	}
}

func TestFault_MaxPageSize(t *testing.T) {
	t.Parallel()
	r := newFaultFixture(t, 70, rdssim.Fault{Kind: rdssim.KindMaxPageSize, PageSize: 30})
	want := [][]string{descendingIDs(70, 41), descendingIDs(40, 11), descendingIDs(10, 1), {}}
	for i, ids := range want {
		l := r.list(t, values{"PageSize": "100", "PageNumber": strconv.Itoa(i + 1)})
		if diff := cmp.Diff(ids, l.ids()); diff != "" || l.PageNumber != i+1 || l.PageRecordCount != len(ids) ||
			l.TotalRecordCount != 70 {
			t.Errorf("page %d: %+v", i+1, l)
		}
	}
}

func TestFault_OtherPage(t *testing.T) {
	t.Parallel()
	r := newFaultFixture(t, 70, rdssim.Fault{Kind: rdssim.KindOtherPage, PageOffset: -1})
	want := [][]string{descendingIDs(70, 41), descendingIDs(70, 41), descendingIDs(40, 11)}
	for i, ids := range want {
		l := r.list(t, values{"PageNumber": strconv.Itoa(i + 1)})
		if diff := cmp.Diff(ids, l.ids()); diff != "" || l.PageNumber != i+1 {
			t.Errorf("page %d: %d, %s", i+1, l.PageNumber, diff)
		}
	}
}

func TestFault_PageBeyondRange(t *testing.T) {
	t.Parallel()
	l := newFaultFixture(t, 70, rdssim.Fault{Kind: rdssim.KindOtherPage, PageOffset: 1 << 59}).list(t, nil)
	if len(l.ids()) != 0 || l.TotalRecordCount != 70 {
		t.Errorf("got %+v", l)
	}
}

func TestFault_ListChangesBetweenPages(t *testing.T) {
	t.Parallel()
	task := &rdssim.Task{Database: "new"}
	old := &rdssim.Task{ID: "old", Database: "db", Created: rdssim.Duration(-time.Hour)}
	tests := map[string]struct {
		fault         rdssim.Fault
		first, second []string
	}{
		"a task is created before the response": {
			rdssim.Fault{Kind: rdssim.KindInsert, Task: task, Times: 1}, descendingIDs(61, 32), descendingIDs(31, 2),
		},
		"a task is created after it": {
			rdssim.Fault{Kind: rdssim.KindInsert, Task: task, Times: 1, AfterResponse: true},
			descendingIDs(60, 31), descendingIDs(31, 2),
		},
		"a task is created with each response": {
			rdssim.Fault{Kind: rdssim.KindInsert, Task: task}, descendingIDs(61, 32), descendingIDs(32, 3),
		},
		"an old task appears": {
			rdssim.Fault{Kind: rdssim.KindInsert, Times: 1, Task: old, Page: 2},
			descendingIDs(60, 31), descendingIDs(30, 1),
		},
		"the oldest expire before the response": {
			rdssim.Fault{Kind: rdssim.KindExpire, Count: 2, Times: 1}, descendingIDs(60, 31), descendingIDs(30, 3),
		},
		"all expire after it": {
			rdssim.Fault{Kind: rdssim.KindExpire, Count: 1000, Times: 1, AfterResponse: true},
			descendingIDs(60, 31),
			[]string{},
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newFaultFixture(t, 60, tt.fault)
			for i, want := range [][]string{tt.first, tt.second} {
				l := r.list(t, values{"PageNumber": strconv.Itoa(i + 1)})
				if diff := cmp.Diff(want, l.ids()); diff != "" {
					t.Errorf("page %d: %s", i+1, diff)
				}
			}
		})
	}
}

func TestFault_InsertDuplicateID(t *testing.T) {
	t.Parallel()
	task := &rdssim.Task{ID: "1", Database: "db", Created: rdssim.Duration(-time.Second)}
	r := newFaultFixture(t, 1, rdssim.Fault{Kind: rdssim.KindInsert, Times: 1, Task: task})
	requireError(t, r.mustCall(t, nil), "500 Simulator.BadScenario")
}

func TestFault_Edit(t *testing.T) {
	t.Parallel()
	type object = map[string]any
	// The tasks have one field, so that the whole response fits on a line.
	type response struct {
		body, items object
		tasks       []any
	}
	tests := map[string]struct {
		edit func(r response)
		want string
	}{
		"nothing":        {func(response) {}, `{"T":[{"I":"2"},{"I":"1"}],"N":2}`},
		"a field absent": {func(r response) { delete(r.body, "Other") }, `{"T":[{"I":"2"},{"I":"1"}],"N":2}`},
		"an object for the list": {
			func(r response) { r.items["MigrateTask"] = object{} }, `{"T":{},"N":2}`,
		},
		"no list":     {func(r response) { delete(r.items, "MigrateTask") }, `{"N":2}`},
		"a null list": {func(r response) { r.items["MigrateTask"] = nil }, `{"T":null,"N":2}`},
		"a null task": {func(r response) { r.tasks[1] = nil }, `{"T":[{"I":"2"},null],"N":2}`},
		"null tasks":  {func(r response) { clear(r.tasks) }, `{"T":[null,null],"N":2}`},
		"the last task lost": {
			func(r response) { r.items["MigrateTask"] = r.tasks[:1] }, `{"T":[{"I":"2"}],"N":2}`,
		},
		"the first task lost": {
			func(r response) { r.items["MigrateTask"] = r.tasks[1:] }, `{"T":[{"I":"1"}],"N":2}`,
		},
		"a task twice":    {func(r response) { r.tasks[1] = r.tasks[0] }, `{"T":[{"I":"2"},{"I":"2"}],"N":2}`},
		"another ID":      {func(r response) { r.tasks[1] = object{"I": "x"} }, `{"T":[{"I":"2"},{"I":"x"}],"N":2}`},
		"an ID as a list": {func(r response) { r.tasks[0] = object{"I": []any{}} }, `{"T":[{"I":[]},{"I":"1"}],"N":2}`},
		"a reversed list": {func(r response) { slices.Reverse(r.tasks) }, `{"T":[{"I":"1"},{"I":"2"}],"N":2}`},
		"no IDs":          {func(r response) { r.tasks[0], r.tasks[1] = object{}, object{} }, `{"T":[{},{}],"N":2}`},
		"a higher total":  {func(r response) { r.body["TotalRecordCount"] = 3 }, `{"T":[{"I":"2"},{"I":"1"}],"N":3}`},
		"a negative total": {
			func(r response) { r.body["TotalRecordCount"] = -3 }, `{"T":[{"I":"2"},{"I":"1"}],"N":-3}`,
		},
		"a total as a string": {
			func(r response) { r.body["TotalRecordCount"] = "2" }, `{"T":[{"I":"2"},{"I":"1"}],"N":"2"}`,
		},
		"a huge total": {
			func(r response) { r.body["TotalRecordCount"] = json.Number("99999999999999999999") },
			`{"T":[{"I":"2"},{"I":"1"}],"N":99999999999999999999}`,
		},
		"a fraction": {func(r response) { r.body["TotalRecordCount"] = 1.5 }, `{"T":[{"I":"2"},{"I":"1"}],"N":1.5}`},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			shorten := func(body object) {
				body["Items"] = object{"MigrateTask": []any{object{"I": "2"}, object{"I": "1"}}}
			}
			edit := func(body object) {
				items, _ := body["Items"].(object)
				tasks, _ := items["MigrateTask"].([]any)
				tt.edit(response{body, items, tasks})
			}
			r := newFaultFixture(t, 2,
				rdssim.Fault{Kind: rdssim.KindEdit, Edit: shorten}, rdssim.Fault{Kind: rdssim.KindEdit, Edit: edit})
			if got := summarize(t, r.mustCall(t, nil).body); got != tt.want {
				t.Errorf("\n got %s\nwant %s", got, tt.want)
			}
		})
	}
}

// summarize returns the list and the total of a response, as they are in it.
func summarize(t *testing.T, body []byte) string {
	t.Helper()
	var response struct {
		Items            struct{ MigrateTask json.RawMessage }
		TotalRecordCount json.RawMessage
	}
	if err := json.Unmarshal(body, &response); err != nil {
		t.Fatal(err)
	}
	short := `"N":` + string(response.TotalRecordCount) + `}`
	if response.Items.MigrateTask != nil {
		short = `"T":` + string(response.Items.MigrateTask) + `,` + short
	}
	return "{" + short
}

func TestFault_TrailingBytes(t *testing.T) {
	t.Parallel()
	got := newFaultFixture(t, 1, rdssim.Fault{Kind: rdssim.KindTrailingBytes, Body: "{}"}).mustCall(t, nil)
	response, found := strings.CutSuffix(string(got.body), "}{}")
	if !found || !json.Valid([]byte(response+"}")) {
		t.Errorf("got %s", got.body)
	}
}

func TestFault_Delay(t *testing.T) {
	t.Parallel()
	const wait = 30 * time.Millisecond
	r := newFaultFixture(t, 1, rdssim.Fault{Kind: rdssim.KindDelay, Wait: rdssim.Duration(wait)})
	clock := clockwork.NewRealClock()
	sent := clock.Now()
	r.list(t, nil)
	if took := clock.Since(sent); took < wait {
		t.Errorf("the response came after %v", took)
	}
}

func TestFault_DelayEndsOnClose(t *testing.T) {
	t.Parallel()
	r := newFaultFixture(t, 1, rdssim.Fault{Kind: rdssim.KindDelay, Wait: rdssim.Duration(24 * time.Hour)})
	r.sim.Close()
	r.list(t, nil)
}

func TestFault_Rate(t *testing.T) {
	t.Parallel()
	r := newFaultFixture(t, 1, rdssim.Fault{Kind: rdssim.KindRate, PerSecond: 2})
	const ms = time.Millisecond
	for i, step := range []struct {
		advance time.Duration
		status  int
	}{
		{0, 200},
		{500 * ms, 200},
		{0, 400},
		{499 * ms, 400},
		{1 * ms, 200},
		{0, 400},
		{500 * ms, 200},
		{10_000 * ms, 200},
		{0, 200},
		{0, 400},
	} {
		r.clock.Advance(step.advance)
		got := r.mustCall(t, nil)
		if got.status != step.status {
			t.Errorf("call %d: status %d, want %d", i+1, got.status, step.status)
		}
		if got.status == http.StatusBadRequest {
			requireError(t, got, "400 Throttling.User")
		}
	}
}

func TestFault_Selection(t *testing.T) {
	t.Parallel()
	down := rdssim.Fault{Kind: rdssim.KindError, Status: 503, Code: "ServiceUnavailable"}
	busy := rdssim.Fault{Kind: rdssim.KindError, Status: 429, Code: "Throttling", Times: 1}
	with := func(f rdssim.Fault, page, skip, times int) rdssim.Fault {
		f.Page, f.Skip, f.Times = page, skip, times
		return f
	}
	of := func(f rdssim.Fault, instanceID string) rdssim.Fault {
		f.InstanceID = instanceID
		return f
	}
	tests := map[string]struct {
		faults []rdssim.Fault
		want   []int // the status of a call for page 1 and one for page 2, twice
	}{
		"every call":                   {[]rdssim.Fault{down}, []int{503, 503, 503, 503}},
		"a page":                       {[]rdssim.Fault{with(down, 2, 0, 0)}, []int{200, 503, 200, 503}},
		"a number of times":            {[]rdssim.Fault{with(down, 0, 0, 3)}, []int{503, 503, 503, 200}},
		"after some calls":             {[]rdssim.Fault{with(down, 0, 1, 2)}, []int{200, 503, 503, 200}},
		"a page once, the second time": {[]rdssim.Fault{with(down, 1, 1, 1)}, []int{200, 200, 503, 200}},
		"this instance":                {[]rdssim.Fault{of(down, instanceID)}, []int{503, 503, 503, 503}},
		"another instance":             {[]rdssim.Fault{of(down, "rm-2")}, []int{200, 200, 200, 200}},
		"one after the other":          {[]rdssim.Fault{busy, with(down, 0, 0, 1)}, []int{429, 503, 200, 200}},
		"a change does not end a call": {[]rdssim.Fault{{Kind: rdssim.KindGzip}, busy}, []int{429, 200, 200, 200}},
		"an end hides what follows":    {[]rdssim.Fault{busy, with(down, 0, 1, 0)}, []int{429, 200, 503, 503}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := scenarioWith(newTasks(31)...)
			s.Instances = append(s.Instances, rdssim.Instance{ID: "rm-2", Region: region})
			s.Faults = tt.faults
			r := newFixture(t, s)
			for i, want := range tt.want {
				if got := r.mustCall(t, values{"PageNumber": strconv.Itoa(i%2 + 1)}); got.status != want {
					t.Errorf("call %d: status %d, want %d", i+1, got.status, want)
				}
			}
		})
	}
}

func TestFault_InvalidCall(t *testing.T) {
	t.Parallel()
	r := newFaultFixture(t, 1, rdssim.Fault{Kind: rdssim.KindClose, Times: 1})
	if got := r.mustCall(t, values{"PageSize": "29"}); got.status != http.StatusBadRequest {
		t.Fatalf("status %d", got.status)
	}
	if _, err := r.call(t.Context(), nil); !errors.Is(err, io.EOF) {
		t.Errorf("the fault was used up: %v", err)
	}
}

func TestFault_InjectAndClear(t *testing.T) {
	t.Parallel()
	r := newFaultFixture(t, 1)
	r.list(t, nil)
	if err := r.sim.Inject(rdssim.Fault{Kind: rdssim.KindClose}); err != nil {
		t.Fatal(err)
	}
	if _, err := r.call(t.Context(), nil); !errors.Is(err, io.EOF) {
		t.Errorf("got %v", err)
	}
	r.sim.ClearFaults()
	r.list(t, nil)
	if err := r.sim.Inject(rdssim.Fault{Kind: rdssim.KindClose}, rdssim.Fault{Kind: "explode"}); err == nil {
		t.Error("a kind that does not exist was injected")
	}
	r.list(t, nil)
}
