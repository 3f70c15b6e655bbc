// SPDX-License-Identifier: MPL-2.0

package rds

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/rds-migrate/terraform-provider-alicloud/internal/rdssim"
)

// complete means that the read returns the true list without an error.
const complete Kind = ""

// incomplete is the result of a read that returns a list with fewer tasks than the API counts.
const incomplete Kind = "incomplete list"

type faults []rdssim.Fault

// matrixRow is a fault and the results of reads with it.
type matrixRow struct {
	name   string
	faults faults
	results
}

// results are the results of a read, by the calls that a fault applies to.
type results struct {
	firstPage Kind // every call for the first page
	laterPage Kind // every call for the second page
	everyPage Kind // every call
	oneCall   Kind // the first call for the first page and the first for the second
}

// harmless are the results of a fault that changes nothing.
func harmless() results { return results{} }

// retried are the results of a fault that is retried: kind if it lasts.
func retried(kind Kind) results { return results{kind, kind, kind, complete} }

// notRetried are the results of a fault that ends the read at once.
func notRetried(kind Kind) results { return results{kind, kind, kind, kind} }

// matrix is the specification of a read when the network or the API misbehaves: it returns the true list or an error of
// a named kind, and never a part of the list or an empty one.
func matrix() []matrixRow {
	rows := []matrixRow{
		// The API throttles: the calls slow down until the read times out.
		{"throttled: Throttling", apiErrorFault(400, "Throttling"), retried(TimedOut)},
		{"throttled: Throttling.User", apiErrorFault(400, "Throttling.User"), retried(TimedOut)},
		{"throttled: Throttling.Api", apiErrorFault(400, "Throttling.Api"), retried(TimedOut)},
		{
			"throttled: 503 ServiceUnavailable.Throttling",
			apiErrorFault(503, "ServiceUnavailable.Throttling"), retried(TimedOut),
		},
		{"throttled: 429 with a code", apiErrorFault(429, "TooManyRequests"), retried(TimedOut)},
		{"throttled: 429 without a body", bodyFault(429, "", ""), retried(TimedOut)},
		{"throttled: in a 200", apiErrorFault(200, "Throttling.User"), retried(TimedOut)},

		// The API or a gateway before it is out of order: retried until the read times out.
		{"500 InternalError", apiErrorFault(500, "InternalError"), retried(TimedOut)},
		{"502 as HTML", bodyFault(502, "text/html", "<html><h1>502 Bad Gateway</h1></html>"), retried(TimedOut)},
		{"503 without a body", bodyFault(503, "", ""), retried(TimedOut)},
		{"503 ServiceUnavailable", apiErrorFault(503, "ServiceUnavailable"), retried(TimedOut)},
		{"the nonce was used already", apiErrorFault(400, "SignatureNonceUsed"), retried(TimedOut)},

		// The network breaks: retried until the read times out.
		{"connection refused", faultOfKind(kindRefused), retried(TimedOut)},
		{"connection reset", faultOfKind(rdssim.KindReset), retried(TimedOut)},
		{"connection closed without a response", faultOfKind(rdssim.KindClose), retried(TimedOut)},
		{"hung before the header", faultOfKind(rdssim.KindHang), retried(TimedOut)},
		{"hung in the body", faults{{Kind: rdssim.KindHang, At: 0.5}}, retried(TimedOut)},
		{"a header that is too large", faults{{
			Kind: rdssim.KindBody, Status: 200,
			// More than the client accepts in a header.
			Header: map[string]string{"X-Padding": strings.Repeat("x", 256<<10)},
		}}, retried(TimedOut)},

		// The response is not from the API.
		{"an empty 200", bodyFault(200, "application/json", ""), retried(UnexpectedResponse)},
		{"a 204", bodyFault(204, "", ""), retried(UnexpectedResponse)},
		{"a redirect", faults{{
			Kind: rdssim.KindBody, Status: 302, Header: map[string]string{"Location": "http://127.0.0.1:1/"},
		}}, retried(UnexpectedResponse)},
		{"HTML in a 200", bodyFault(200, "text/html", "<html>Please log in</html>"), retried(UnexpectedResponse)},
		{"HTML in a 403", bodyFault(403, "text/html", "<html>Forbidden by proxy</html>"), retried(UnexpectedResponse)},
		{
			"XML in a 200",
			bodyFault(200, "text/xml", `<?xml version="1.0"?><R><RequestId>1</RequestId></R>`),
			retried(UnexpectedResponse),
		},

		// JSON that is not a list of tasks.
		{"null", jsonFault(`null`), retried(UnexpectedResponse)},
		{"[]", jsonFault(`[]`), retried(UnexpectedResponse)},
		{"{}", jsonFault(`{}`), retried(UnexpectedResponse)},
		{"a string", jsonFault(`"ok"`), retried(UnexpectedResponse)},
		{"a list of tasks alone", jsonFault(`{"Items":{"MigrateTask":[]}}`), retried(UnexpectedResponse)},
		{"no list, and no counts", jsonFault(`{"RequestId":"1"}`), retried(UnexpectedResponse)},
		{
			"two responses run together",
			faults{{Kind: rdssim.KindTrailingBytes, Body: `{"RequestId":"2"}`}},
			retried(UnexpectedResponse),
		},
		{"Items is an empty list", setField("Items", `[]`), retried(incomplete)},
		{"Items is null", setField("Items", `null`), retried(incomplete)},
		{"Items is missing", removeField("Items"), retried(incomplete)},
		{"Items is a string", setField("Items", `"1"`), retried(UnexpectedResponse)},
		{"MigrateTask is an object without an ID", setTasks(`{"DBName":"orders"}`), retried(UnexpectedResponse)},
		{"MigrateTask is a string", setTasks(`"1"`), retried(UnexpectedResponse)},
		{"MigrateTask is null", setTasks(`null`), retried(incomplete)},
		{"MigrateTask is empty", setTasks(`[]`), retried(incomplete)},
		{"MigrateTask is [null]", setTasks(`[null]`), retried(UnexpectedResponse)},
		{"a task is null", setFirstTask(`null`), retried(UnexpectedResponse)},
		{"a task is a list", setFirstTask(`[]`), retried(UnexpectedResponse)},
		{"a task has no ID", removeTaskField("MigrateTaskId"), retried(UnexpectedResponse)},
		{"a database's name cannot be read", setTaskField("DBName", "\"db\ufffd\""), retried(UnexpectedResponse)},
		{"a status is an object", setTaskField("Status", `{}`), retried(UnexpectedResponse)},
		{"a task is lost", dropLastTask(), retried(incomplete)},
		{"the RequestId is missing", removeField("RequestId"), retried(UnexpectedResponse)},
		{"about another instance", setField("DBInstanceId", `"rm-other"`), retried(UnexpectedResponse)},
		{"another page than asked for", incrementField("PageNumber"), retried(UnexpectedResponse)},

		// Numbers.
		{"numbers as strings", quoteNumbers(), harmless()},
		{"the total is missing", removeField("TotalRecordCount"), retried(UnexpectedResponse)},
		{"the total is null", setField("TotalRecordCount", `null`), retried(UnexpectedResponse)},
		{"the total is empty", setField("TotalRecordCount", `""`), retried(UnexpectedResponse)},
		{"the total is negative", setField("TotalRecordCount", `-1`), retried(UnexpectedResponse)},
		{"the total is a fraction", setField("TotalRecordCount", `9.5`), retried(UnexpectedResponse)},
		{"the total is 9e0", setField("TotalRecordCount", `9e0`), retried(UnexpectedResponse)},
		{"the total is 9abc", setField("TotalRecordCount", `"9abc"`), retried(UnexpectedResponse)},
		{"the total is true", setField("TotalRecordCount", `true`), retried(UnexpectedResponse)},
		{"the total is 0", setField("TotalRecordCount", `0`), retried(UnexpectedResponse)},
		{"the total is huge", setField("TotalRecordCount", strconv.Itoa(maxTasks+1)), retried(UnexpectedResponse)},
		{
			"the total fits no number type",
			setField("TotalRecordCount", `1`+strings.Repeat("0", 400)), retried(UnexpectedResponse),
		},
		{"the count of the page is missing", removeField("PageRecordCount"), harmless()},
		{"the count of the page is negative", setField("PageRecordCount", `-1`), harmless()},
		{"the count of the page is wrong", incrementField("PageRecordCount"), harmless()},
		{"the count of the page is an object", setField("PageRecordCount", `{}`), harmless()},
		{"the page number is missing", removeField("PageNumber"), retried(UnexpectedResponse)},

		// Pages that do not form a list: read again, five times.
		{
			"the total is one more",
			incrementField("TotalRecordCount"),
			results{Unstable, Unstable, incomplete, complete},
		},
		{
			"a page repeats the one before",
			faults{{Kind: rdssim.KindOtherPage, PageOffset: -1}},
			results{complete, incomplete, incomplete, complete},
		},
		{"a task comes before the response", taskCreatedFault(false), results{complete, Unstable, Unstable, complete}},
		{"a task comes after the response", taskCreatedFault(true), results{Unstable, complete, Unstable, complete}},
		// Before the attempts are used up, the tasks that are left are on one page.
		{"a task goes before the response", taskExpiredFault(false), results{complete, Unstable, complete, complete}},
		{"a task goes after the response", taskExpiredFault(true), results{Unstable, complete, Unstable, complete}},
		{"a page is in another order", reverseTasks(), harmless()},
		{
			"pages of one task",
			faults{{Kind: rdssim.KindMaxPageSize, PageSize: 1}},
			results{incomplete, incomplete, complete, complete},
		},

		// Too large, and compressed.
		{"200 MB", faults{{Kind: rdssim.KindFlood, Bytes: 200 << 20}}, retried(UnexpectedResponse)},
		{"200 MB, compressed into 200 kB", gzipBombFault(200), retried(UnexpectedResponse)},
		{"gzip", faultOfKind(rdssim.KindGzip), harmless()},
		{"says gzip and is not", faults{{
			Kind: rdssim.KindBody, Status: 200, Header: map[string]string{"Content-Encoding": "gzip"},
			Body: `{"RequestId":"1"}`,
		}}, retried(TimedOut)},

		// The API refuses the call: nothing is retried.
		{"404 InvalidDBInstanceId.NotFound", apiErrorFault(404, "InvalidDBInstanceId.NotFound"), notRetried(NotFound)},
		{"403 Forbidden.RAM", apiErrorFault(403, "Forbidden.RAM"), notRetried(Denied)},
		{"403 InvalidInstanceState", apiErrorFault(403, "InvalidInstanceState"), notRetried(InvalidInstanceState)},
		{"400 SignatureDoesNotMatch", apiErrorFault(400, "SignatureDoesNotMatch"), notRetried(Credentials)},
		{
			"400 InvalidSecurityToken.Expired",
			apiErrorFault(400, "InvalidSecurityToken.Expired"), notRetried(Credentials),
		},
		{
			"400 InvalidStartTime.Malformed", apiErrorFault(400, "InvalidStartTime.Malformed"),
			results{InvalidWindow, Unstable, InvalidWindow, complete},
		},
		{"400 with an unknown code", apiErrorFault(400, "Something.New"), notRetried(Rejected)},
		{"an error in a 200", apiErrorFault(200, "InvalidDBInstanceId.NotFound"), notRetried(NotFound)},
		{"an error next to a list, in a 200", setField("Code", `"Something.New"`), notRetried(Rejected)},
		{"an error whose Code is a number, in a 200", setField("Code", `503`), notRetried(Rejected)},
		{"an error whose Code is an object, in a 200", setField("Code", `{"a":1}`), retried(UnexpectedResponse)},
		{
			"an error whose Code is a number",
			bodyFault(400, "application/json", `{"RequestId":"1","Code":7,"Message":"no"}`), notRetried(Rejected),
		},
		{
			"an error whose Code is an object",
			bodyFault(400, "application/json", `{"RequestId":"1","Code":{},"Message":[1]}`),
			retried(UnexpectedResponse),
		},
		{
			"an error whose AccessDeniedDetail is a number",
			bodyFault(403, "application/json", `{"Code":"NoPermission","AccessDeniedDetail":1}`), notRetried(Denied),
		},
	}
	for n := range 8 {
		at := float64(n) / 8
		rows = append(rows,
			matrixRow{
				fmt.Sprintf("connection closed at %d/8 of the body", n),
				faults{{Kind: rdssim.KindTruncate, At: at}},
				retried(TimedOut),
			},
			matrixRow{
				fmt.Sprintf("complete message with %d/8 of the body", n),
				faults{{Kind: rdssim.KindTruncateSilently, At: at}},
				retried(UnexpectedResponse),
			})
	}
	return rows
}

// apiErrorFault is a response in the API's error format.
func apiErrorFault(status int, code string) faults {
	return faults{{Kind: rdssim.KindError, Status: status, Code: code, Message: "No."}}
}

func bodyFault(status int, contentType, body string) faults {
	return faults{{Kind: rdssim.KindBody, Status: status, ContentType: contentType, Body: body}}
}

func jsonFault(body string) faults { return bodyFault(http.StatusOK, "application/json", body) }

func faultOfKind(kind rdssim.Kind) faults { return faults{{Kind: kind}} }

// gzipBombFault is a body of this many megabytes of JSON, compressed.
func gzipBombFault(megabytes int) faults {
	compressed := func(text string) string {
		var b bytes.Buffer
		z := gzip.NewWriter(&b)
		_, err := z.Write([]byte(text))
		if err = errors.Join(err, z.Close()); err != nil {
			panic(err)
		}
		return b.String()
	}
	// Parts that are compressed one by one are decompressed as one.
	megabyte := compressed(strings.Repeat("1", 1<<20))
	body := compressed(`{"RequestId":"`) + strings.Repeat(megabyte, megabytes) + compressed(`"}`)
	return faults{{
		Kind: rdssim.KindBody, Status: http.StatusOK, Header: map[string]string{"Content-Encoding": "gzip"}, Body: body,
	}}
}

func taskCreatedFault(after bool) faults {
	return faults{{Kind: rdssim.KindInsert, Task: &rdssim.Task{Database: "new"}, AfterResponse: after}}
}

func taskExpiredFault(after bool) faults {
	return faults{{Kind: rdssim.KindExpire, Count: 1, AfterResponse: after}}
}

// onPage returns the faults, limited to a page and to a number of times; 0: any.
func (f faults) onPage(page, times int) faults {
	placed := make(faults, 0, len(f))
	for _, one := range f {
		one.Page, one.Times = page, times
		placed = append(placed, one)
	}
	return placed
}

func TestFault_Matrix(t *testing.T) {
	t.Parallel()
	for _, row := range matrix() {
		for _, cell := range []struct {
			name   string
			faults faults
			want   Kind
		}{
			{"first page", row.faults.onPage(1, 0), row.firstPage},
			{"later page", row.faults.onPage(2, 0), row.laterPage},
			{"every page", row.faults.onPage(0, 0), row.everyPage},
			{"once", append(row.faults.onPage(1, 1), row.faults.onPage(2, 1)...), row.oneCall},
		} {
			t.Run(row.name+"/"+cell.name, func(t *testing.T) {
				t.Parallel()
				runMatrixCell(t, cell.faults, cell.want)
			})
		}
	}
}

// runMatrixCell reads a list of 20 tasks on three pages.
func runMatrixCell(t *testing.T, injected faults, want Kind) {
	t.Helper()
	r := newFixture(t, finishedTasks(20)...)
	size, timeout := 7, readTimeout
	switch injected[0].Kind {
	case rdssim.KindInsert, rdssim.KindExpire:
		// Two pages: a third one may be read before or after the second.
		size = 10
	case rdssim.KindHang:
		// The only real time in this test. On a slow machine, true responses may be late as well, and are retried.
		r.client.config.ConnectTimeout, r.client.config.ReadTimeout = 0, 200*time.Millisecond
		if want == TimedOut {
			timeout = 10 * time.Second
		}
	default:
	}
	r.inject(t, rdssim.Fault{Kind: rdssim.KindMaxPageSize, PageSize: size})
	r.inject(t, injected...)
	history := newHistory(t, r)

	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	list, err := r.readList(ctx, timeout)
	if errors.Is(ctx.Err(), context.DeadlineExceeded) {
		t.Fatal("the read continued after its timeout")
	}
	got := kindOf(err)
	if list.Unlisted > 0 {
		got = incomplete
	}
	if got != want {
		t.Fatalf("the result is %q, want %q: %v", got, want, err)
	}
	r.requireNoSecrets(t, err)
	if err != nil {
		if list.Tasks != nil {
			t.Errorf("the error comes with %d tasks", len(list.Tasks))
		}
		return
	}
	if got := toListedTasks(list.Tasks); !history.contains(got, list.Unlisted) {
		t.Errorf("the list was true at no time; at last (-true +read):\n%s", cmp.Diff(r.expectedTasks(t), got))
	}
}

// history has the lists that were true at the start and after each call.
type history struct {
	mu    sync.Mutex
	lists [][]rdssim.ListedTask
}

func newHistory(t *testing.T, r *fixture) *history {
	t.Helper()
	h := &history{lists: [][]rdssim.ListedTask{r.expectedTasks(t)}}
	r.Observe(func(rdssim.Call) {
		list := r.expectedTasks(t)
		h.mu.Lock()
		defer h.mu.Unlock()
		h.lists = append(h.lists, list)
	})
	return h
}

// contains reports whether a list was true at some time or, if tasks are unlisted, whether its tasks are a part of
// such a list.
func (h *history) contains(list []rdssim.ListedTask, unlisted int) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	return slices.ContainsFunc(h.lists, func(l []rdssim.ListedTask) bool {
		if unlisted > 0 {
			return !slices.ContainsFunc(list, func(t rdssim.ListedTask) bool { return !slices.Contains(l, t) })
		}
		return slices.Equal(l, list)
	})
}
