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

// newFaultFixture is a rig with n tasks and these faults.
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
		"429":             {Kind: rdssim.KindError, Status: 429, Code: "Throttling", Header: values{"Retry-After": "7"}},
		"an outage":       {Kind: rdssim.KindError, Status: 503, Code: "ServiceUnavailable"},
		"an error in 200": {Kind: rdssim.KindError, Status: 200, Code: "InternalError"},
	}
	for name, f := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newFaultFixture(t, 1, f)
			got, err := r.call(t, r.validParams())
			if err != nil {
				t.Fatal(err)
			}
			e := decodeErrorBody(t, got.body)
			if got.status != f.Status || e.Code != f.Code || e.Message != f.Message || e.RequestID == "" {
				t.Errorf("status %d: %s", got.status, got.body)
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
			r := newFaultFixture(t, 1, f)
			got, err := r.call(t, r.validParams())
			if err != nil {
				t.Fatal(err)
			}
			if got.status != f.Status || string(got.body) != f.Body || got.header.Get("Content-Type") != f.ContentType {
				t.Errorf("status %d, %v: %s", got.status, got.header, got.body)
			}
		})
	}
}

func TestFault_BrokenConnection(t *testing.T) {
	t.Parallel()
	tests := map[rdssim.Kind]error{
		rdssim.KindClose: io.EOF,
		rdssim.KindReset: syscall.ECONNRESET,
	}
	for kind, want := range tests {
		for name, serve := range map[string]func(http.Handler) *httptest.Server{
			"HTTP": httptest.NewServer, "HTTPS": httptest.NewTLSServer,
		} {
			t.Run(string(kind)+" over "+name, func(t *testing.T) {
				t.Parallel()
				r := newFaultFixture(t, 1, rdssim.Fault{Kind: kind})
				r.server = serve(r.sim)
				t.Cleanup(r.server.Close)
				if _, err := r.call(t, r.validParams()); !errors.Is(err, want) {
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
	for name, at := range map[string]float64{"before the answer": 0, "in the middle of it": 0.5} {
		t.Run(name+", until the client goes away", func(t *testing.T) {
			t.Parallel()
			r := newFaultFixture(t, 1, rdssim.Fault{Kind: rdssim.KindHang, At: at})
			ended := make(chan rdssim.Call, 1)
			r.sim.Observe(func(c rdssim.Call) { ended <- c })
			ctx, cancel := context.WithCancel(t.Context())
			result := make(chan error, 1)
			go func() {
				_, err := r.send(ctx, http.MethodGet, "/?"+signedQuery(http.MethodGet, r.validParams(), keySecret), "")
				result <- err
			}()
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
			result := make(chan error, 1)
			go func() {
				_, err := r.send(t.Context(), http.MethodGet, "/?"+signedQuery(http.MethodGet, r.validParams(), keySecret), "")
				result <- err
			}()
			r.sim.Close()
			if err := <-result; !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
				t.Errorf("got %v", err)
			}
		})
	}
}

func TestFault_TruncatedResponse(t *testing.T) {
	t.Parallel()
	whole := newFaultFixture(t, 31)
	truth, err := whole.call(t, whole.validParams())
	if err != nil {
		t.Fatal(err)
	}
	for eighth := range 8 {
		at := float64(eighth) / 8
		t.Run("broken off at eighth "+strconv.Itoa(eighth), func(t *testing.T) {
			t.Parallel()
			r := newFaultFixture(t, 31, rdssim.Fault{Kind: rdssim.KindTruncate, At: at})
			got, err := r.call(t, r.validParams())
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
			got, err := r.call(t, r.validParams())
			if err != nil {
				t.Error(err)
			}
			requirePrefix(t, got, truth, at)
		})
	}
}

// requirePrefix compares all but the request IDs, which differ in their characters but not in their length.
func requirePrefix(t *testing.T, got, truth httpResponse, at float64) {
	t.Helper()
	if want := int(at * float64(len(truth.body))); got.status != http.StatusOK || len(got.body) != want {
		t.Errorf("status %d, %d bytes, want %d of %d", got.status, len(got.body), want, len(truth.body))
	}
	head := min(len(got.body), bytes.Index(truth.body, []byte(`"RequestId"`)))
	if !bytes.Equal(got.body[:head], truth.body[:head]) {
		t.Errorf("not the true answer: %s", got.body)
	}
}

func TestFault_Flood(t *testing.T) {
	t.Parallel()
	const size = 300_000
	r := newFaultFixture(t, 1, rdssim.Fault{Kind: rdssim.KindFlood, Bytes: size})
	got, err := r.call(t, r.validParams())
	if err != nil {
		t.Fatal(err)
	}
	if len(got.body) < size || len(got.body) > size+1000 {
		t.Errorf("%d bytes", len(got.body))
	}
	l := decodeTaskList(t, got.body)
	if n := len(l.ids()); n == 0 || l.PageRecordCount != n || l.TotalRecordCount != n || l.InstanceID != instanceID {
		t.Errorf("%d tasks in an answer of %d, %d in all", n, l.PageRecordCount, l.TotalRecordCount)
	}
}

func TestFault_Gzip(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		faults []rdssim.Fault
		least  int
	}{
		"a true one": {[]rdssim.Fault{{Kind: rdssim.KindGzip}}, 100},
		"a flood":    {[]rdssim.Fault{{Kind: rdssim.KindGzip}, {Kind: rdssim.KindFlood, Bytes: 300_000}}, 300_000},
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
			got, err := r.call(t, r.validParams())
			if err != nil {
				t.Fatal(err)
			}
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
		l := r.listTasks(t, r.paramsWith(values{"PageSize": "100", "PageNumber": strconv.Itoa(i + 1)}))
		if diff := cmp.Diff(ids, l.ids()); diff != "" || l.PageNumber != i+1 || l.PageRecordCount != len(ids) ||
			l.TotalRecordCount != 70 {
			t.Errorf("page %d: %+v", i+1, l)
		}
	}
}

func TestFault_ListChangesBetweenPages(t *testing.T) {
	t.Parallel()
	task := &rdssim.Task{Database: "new"}
	tests := map[string]struct {
		fault         rdssim.Fault
		first, second []string
	}{
		"a task comes before the answer": {
			rdssim.Fault{Kind: rdssim.KindInsert, Task: task, Times: 1},
			descendingIDs(61, 32), descendingIDs(31, 2),
		},
		"a task comes after it": {
			rdssim.Fault{Kind: rdssim.KindInsert, Task: task, Times: 1, AfterResponse: true},
			descendingIDs(60, 31), descendingIDs(31, 2),
		},
		"a task comes with each answer": {
			rdssim.Fault{Kind: rdssim.KindInsert, Task: task},
			descendingIDs(61, 32), descendingIDs(32, 3),
		},
		"an old task comes": {
			rdssim.Fault{Kind: rdssim.KindInsert, Times: 1, Task: &rdssim.Task{
				ID: "old", Database: "db", Created: rdssim.Duration(-time.Hour),
			}, Page: 2},
			descendingIDs(60, 31), descendingIDs(30, 1),
		},
		"the oldest go before the answer": {
			rdssim.Fault{Kind: rdssim.KindExpire, Count: 2, Times: 1},
			descendingIDs(60, 31), descendingIDs(30, 3),
		},
		"all go after it": {
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
				l := r.listTasks(t, r.paramsWith(values{"PageNumber": strconv.Itoa(i + 1)}))
				if diff := cmp.Diff(want, l.ids()); diff != "" {
					t.Errorf("page %d: %s", i+1, diff)
				}
			}
		})
	}
}

func TestFault_InsertDuplicateID(t *testing.T) {
	t.Parallel()
	r := newFaultFixture(t, 1, rdssim.Fault{Kind: rdssim.KindInsert, Times: 1, Task: &rdssim.Task{ID: "1", Database: "db"}})
	got, err := r.call(t, r.validParams())
	if err != nil {
		t.Fatal(err)
	}
	if f := decodeErrorBody(t, got.body); got.status != 500 || f.Code != "Simulator.BadScenario" {
		t.Errorf("status %d: %s", got.status, got.body)
	}
}

func TestFault_Edit(t *testing.T) {
	t.Parallel()
	type object = map[string]any
	tests := map[string]struct {
		edit func(body, items object, tasks []any)
		want string
	}{
		"nothing": {func(object, object, []any) {}, `{"T":[{"I":"2"},{"I":"1"}],"N":2}`},
		"a field that does not exist": {
			func(body, _ object, _ []any) { delete(body, "Other") }, `{"T":[{"I":"2"},{"I":"1"}],"N":2}`,
		},
		"an object for the list": {func(_, items object, _ []any) { items["MigrateTask"] = object{} }, `{"T":{},"N":2}`},
		"no list":                {func(_, items object, _ []any) { delete(items, "MigrateTask") }, `{"N":2}`},
		"a null list":            {func(_, items object, _ []any) { items["MigrateTask"] = nil }, `{"T":null,"N":2}`},
		"a null task":            {func(_, _ object, tasks []any) { tasks[1] = nil }, `{"T":[{"I":"2"},null],"N":2}`},
		"null tasks":             {func(_, _ object, tasks []any) { clear(tasks) }, `{"T":[null,null],"N":2}`},
		"the last task lost": {
			func(_, items object, tasks []any) { items["MigrateTask"] = tasks[:1] }, `{"T":[{"I":"2"}],"N":2}`,
		},
		"the first task lost": {
			func(_, items object, tasks []any) { items["MigrateTask"] = tasks[1:] }, `{"T":[{"I":"1"}],"N":2}`,
		},
		"a task twice": {func(_, _ object, tasks []any) { tasks[1] = tasks[0] }, `{"T":[{"I":"2"},{"I":"2"}],"N":2}`},
		"another ID":   {func(_, _ object, tasks []any) { tasks[1] = object{"I": "x"} }, `{"T":[{"I":"2"},{"I":"x"}],"N":2}`},
		"an ID as a list": {
			func(_, _ object, tasks []any) { tasks[0] = object{"I": []string{"b"}} }, `{"T":[{"I":["b"]},{"I":"1"}],"N":2}`,
		},
		"the list reversed": {func(_, _ object, tasks []any) { slices.Reverse(tasks) }, `{"T":[{"I":"1"},{"I":"2"}],"N":2}`},
		"no IDs":            {func(_, _ object, tasks []any) { tasks[0], tasks[1] = object{}, object{} }, `{"T":[{},{}],"N":2}`},
		"a total one too high": {
			func(body, _ object, _ []any) { body["TotalRecordCount"] = 3 }, `{"T":[{"I":"2"},{"I":"1"}],"N":3}`,
		},
		"a negative total": {
			func(body, _ object, _ []any) { body["TotalRecordCount"] = -3 }, `{"T":[{"I":"2"},{"I":"1"}],"N":-3}`,
		},
		"a total as a string": {
			func(body, _ object, _ []any) { body["TotalRecordCount"] = "2" }, `{"T":[{"I":"2"},{"I":"1"}],"N":"2"}`,
		},
		"a huge total": {
			func(body, _ object, _ []any) { body["TotalRecordCount"] = json.Number("99999999999999999999") },
			`{"T":[{"I":"2"},{"I":"1"}],"N":99999999999999999999}`,
		},
		"a fractional total": {
			func(body, _ object, _ []any) { body["TotalRecordCount"] = 1.5 }, `{"T":[{"I":"2"},{"I":"1"}],"N":1.5}`,
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newFaultFixture(t, 2, rdssim.Fault{Kind: rdssim.KindEdit, Edit: func(body object) {
				// Tasks with one field, so that the whole response fits on a line.
				tasks := []any{object{"I": "2"}, object{"I": "1"}}
				items := object{"MigrateTask": tasks}
				body["Items"] = items
				tt.edit(body, items, tasks)
			}})
			got, err := r.call(t, r.validParams())
			if err != nil {
				t.Fatal(err)
			}
			if short := summarize(t, got.body); short != tt.want {
				t.Errorf("\n got %s\nwant %s", short, tt.want)
			}
		})
	}
}

// summarize returns the list and the total of an answer, as they stand in it.
func summarize(t *testing.T, body []byte) string {
	t.Helper()
	var answer struct {
		Items            struct{ MigrateTask json.RawMessage }
		TotalRecordCount json.RawMessage
	}
	if err := json.Unmarshal(body, &answer); err != nil {
		t.Fatal(err)
	}
	short := `"N":` + string(answer.TotalRecordCount) + `}`
	if answer.Items.MigrateTask != nil {
		short = `"T":` + string(answer.Items.MigrateTask) + `,` + short
	}
	return "{" + short
}

func TestFault_OtherPage(t *testing.T) {
	t.Parallel()
	r := newFaultFixture(t, 70, rdssim.Fault{Kind: rdssim.KindOtherPage, PageOffset: -1})
	want := [][]string{descendingIDs(70, 41), descendingIDs(70, 41), descendingIDs(40, 11)}
	for i, ids := range want {
		l := r.listTasks(t, r.paramsWith(values{"PageNumber": strconv.Itoa(i + 1)}))
		if diff := cmp.Diff(ids, l.ids()); diff != "" || l.PageNumber != i+1 {
			t.Errorf("page %d: %d, %s", i+1, l.PageNumber, diff)
		}
	}
}

func TestFault_PageBeyondRange(t *testing.T) {
	t.Parallel()
	r := newFaultFixture(t, 70, rdssim.Fault{Kind: rdssim.KindOtherPage, PageOffset: 1 << 59})
	if l := r.listTasks(t, r.validParams()); len(l.ids()) != 0 || l.TotalRecordCount != 70 {
		t.Errorf("got %+v", l)
	}
}

func TestFault_TrailingBytes(t *testing.T) {
	t.Parallel()
	r := newFaultFixture(t, 1, rdssim.Fault{Kind: rdssim.KindTrailingBytes, Body: "{}"})
	got, err := r.call(t, r.validParams())
	if err != nil {
		t.Fatal(err)
	}
	answer, found := strings.CutSuffix(string(got.body), "}{}")
	if !found || !json.Valid([]byte(answer+"}")) {
		t.Errorf("got %s", got.body)
	}
}

func TestFault_Delay(t *testing.T) {
	t.Parallel()
	const wait = 30 * time.Millisecond
	r := newFaultFixture(t, 1, rdssim.Fault{Kind: rdssim.KindDelay, Wait: rdssim.Duration(wait)})
	wall := clockwork.NewRealClock()
	sent := wall.Now()
	r.listTasks(t, r.validParams())
	if took := wall.Since(sent); took < wait {
		t.Errorf("the answer came after %v", took)
	}
}

func TestFault_DelayEndsOnClose(t *testing.T) {
	t.Parallel()
	r := newFaultFixture(t, 1, rdssim.Fault{Kind: rdssim.KindDelay, Wait: rdssim.Duration(24 * time.Hour)})
	r.sim.Close()
	r.listTasks(t, r.validParams())
}

func TestFault_Rate(t *testing.T) {
	t.Parallel()
	r := newFaultFixture(t, 1, rdssim.Fault{Kind: rdssim.KindRate, PerSecond: 2})
	steps := []struct {
		advance time.Duration
		status  int
	}{
		{0, 200},
		{500 * time.Millisecond, 200},
		{0, 400},
		{499 * time.Millisecond, 400},
		{time.Millisecond, 200},
		{0, 400},
		{500 * time.Millisecond, 200},
		{10 * time.Second, 200},
		{0, 200},
		{0, 400},
	}
	for i, step := range steps {
		r.clock.Advance(step.advance)
		got, err := r.call(t, r.validParams())
		if err != nil {
			t.Fatal(err)
		}
		if got.status != step.status {
			t.Errorf("call %d: status %d, want %d", i+1, got.status, step.status)
		}
		if got.status == 400 && decodeErrorBody(t, got.body).Code != "Throttling.User" {
			t.Errorf("call %d: %s", i+1, got.body)
		}
	}
}

func TestFault_Selection(t *testing.T) {
	t.Parallel()
	down := func(f rdssim.Fault) rdssim.Fault {
		f.Kind, f.Status, f.Code = rdssim.KindError, 503, "ServiceUnavailable"
		return f
	}
	busy := rdssim.Fault{Kind: rdssim.KindError, Status: 429, Code: "Throttling", Times: 1}
	tests := map[string]struct {
		faults []rdssim.Fault
		want   []int // the status of a call for page 1 and one for page 2, twice
	}{
		"every call":                    {[]rdssim.Fault{down(rdssim.Fault{})}, []int{503, 503, 503, 503}},
		"a page":                        {[]rdssim.Fault{down(rdssim.Fault{Page: 2})}, []int{200, 503, 200, 503}},
		"a number of times":             {[]rdssim.Fault{down(rdssim.Fault{Times: 3})}, []int{503, 503, 503, 200}},
		"after some have passed":        {[]rdssim.Fault{down(rdssim.Fault{Skip: 1, Times: 2})}, []int{200, 503, 503, 200}},
		"a page once, the second time":  {[]rdssim.Fault{down(rdssim.Fault{Page: 1, Skip: 1, Times: 1})}, []int{200, 200, 503, 200}},
		"this instance":                 {[]rdssim.Fault{down(rdssim.Fault{InstanceID: instanceID})}, []int{503, 503, 503, 503}},
		"another instance":              {[]rdssim.Fault{down(rdssim.Fault{InstanceID: "rm-2"})}, []int{200, 200, 200, 200}},
		"one after the other":           {[]rdssim.Fault{busy, down(rdssim.Fault{Times: 1})}, []int{429, 503, 200, 200}},
		"a change does not end a call":  {[]rdssim.Fault{{Kind: rdssim.KindGzip}, busy}, []int{429, 200, 200, 200}},
		"an end hides what comes after": {[]rdssim.Fault{busy, down(rdssim.Fault{Skip: 1})}, []int{429, 200, 503, 503}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := scenarioWith(newTasks(31)...)
			s.Instances = append(s.Instances, rdssim.Instance{ID: "rm-2", Region: "cn-hangzhou"})
			s.Faults = tt.faults
			r := newFixture(t, s)
			for i, want := range tt.want {
				got, err := r.call(t, r.paramsWith(values{"PageNumber": strconv.Itoa(i%2 + 1)}))
				if err != nil {
					t.Fatal(err)
				}
				if got.status != want {
					t.Errorf("call %d: status %d, want %d", i+1, got.status, want)
				}
			}
		})
	}
}

func TestFault_InvalidCall(t *testing.T) {
	t.Parallel()
	r := newFaultFixture(t, 1, rdssim.Fault{Kind: rdssim.KindClose, Times: 1})
	got, err := r.call(t, r.paramsWith(values{"PageSize": "29"}))
	if err != nil || got.status != 400 {
		t.Fatalf("status %d, %v", got.status, err)
	}
	if _, err := r.call(t, r.validParams()); !errors.Is(err, io.EOF) {
		t.Errorf("the fault was used up: %v", err)
	}
}

func TestFault_InjectAndClear(t *testing.T) {
	t.Parallel()
	r := newFaultFixture(t, 1)
	r.listTasks(t, r.validParams())
	if err := r.sim.Inject(rdssim.Fault{Kind: rdssim.KindClose}); err != nil {
		t.Fatal(err)
	}
	if _, err := r.call(t, r.validParams()); !errors.Is(err, io.EOF) {
		t.Errorf("got %v", err)
	}
	r.sim.ClearFaults()
	r.listTasks(t, r.validParams())
	if err := r.sim.Inject(rdssim.Fault{Kind: rdssim.KindClose}, rdssim.Fault{Kind: "explode"}); err == nil {
		t.Error("a kind that does not exist was injected")
	}
	r.listTasks(t, r.validParams())
}
