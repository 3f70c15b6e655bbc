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

// complete says that the read returns the true list, and no error.
const complete Kind = ""

type faults []rdssim.Fault

// matrixRow is a fault, and what a read makes of it.
type matrixRow struct {
	name   string
	faults faults

	firstPage Kind // played on the first page whenever it is asked for
	laterPage Kind // on the second page
	everyPage Kind // on every page
	oneCall   Kind // on the first call for the first page and the first for the second
}

// matrix is the specification of what becomes of a list when the network or
// the service misbehaves: the true list, or an error of a named kind. It is
// never a part of the list, and never an empty one.
func matrix() []matrixRow {
	rows := []matrixRow{
		// The service throttles: the calls slow down, until the read's time is over.
		{"throttled: Throttling", apiErrorFault(400, "Throttling"), TimedOut, TimedOut, TimedOut, complete},
		{"throttled: Throttling.User", apiErrorFault(400, "Throttling.User"), TimedOut, TimedOut, TimedOut, complete},
		{"throttled: Throttling.Api", apiErrorFault(400, "Throttling.Api"), TimedOut, TimedOut, TimedOut, complete},
		{"throttled: 503 ServiceUnavailable.Throttling", apiErrorFault(503, "ServiceUnavailable.Throttling"), TimedOut, TimedOut, TimedOut, complete},
		{"throttled: 429 with a code", apiErrorFault(429, "TooManyRequests"), TimedOut, TimedOut, TimedOut, complete},
		{"throttled: 429 without a body", bodyFault(429, "", ""), TimedOut, TimedOut, TimedOut, complete},
		{"throttled: in a 200", apiErrorFault(200, "Throttling.User"), TimedOut, TimedOut, TimedOut, complete},

		// The service or what stands before it is out of order: asked again, until the read's time is over.
		{"500 InternalError", apiErrorFault(500, "InternalError"), TimedOut, TimedOut, TimedOut, complete},
		{"502 as HTML", bodyFault(502, "text/html", "<html><h1>502 Bad Gateway</h1></html>"), TimedOut, TimedOut, TimedOut, complete},
		{"503 without a body", bodyFault(503, "", ""), TimedOut, TimedOut, TimedOut, complete},
		{"503 ServiceUnavailable", apiErrorFault(503, "ServiceUnavailable"), TimedOut, TimedOut, TimedOut, complete},
		{"the nonce was used already", apiErrorFault(400, "SignatureNonceUsed"), TimedOut, TimedOut, TimedOut, complete},

		// The network breaks: asked again.
		{"connection refused", faultOfKind(kindRefused), TimedOut, TimedOut, TimedOut, complete},
		{"connection reset", faultOfKind(rdssim.KindReset), TimedOut, TimedOut, TimedOut, complete},
		{"connection closed without an answer", faultOfKind(rdssim.KindClose), TimedOut, TimedOut, TimedOut, complete},
		{"hung before the header", faultOfKind(rdssim.KindHang), TimedOut, TimedOut, TimedOut, complete},
		{"hung in the body", faults{{Kind: rdssim.KindHang, At: 0.5}}, TimedOut, TimedOut, TimedOut, complete},
		{"a header that is too large", faults{{
			Kind: rdssim.KindBody, Status: 200, Header: map[string]string{"X-Padding": strings.Repeat("x", (256 << 10))},
		}}, TimedOut, TimedOut, TimedOut, complete},

		// Something answers that is not the service.
		{"an empty 200", bodyFault(200, "application/json", ""), UnexpectedResponse, UnexpectedResponse, UnexpectedResponse, complete},
		{"a 204", bodyFault(204, "", ""), UnexpectedResponse, UnexpectedResponse, UnexpectedResponse, complete},
		{"a redirect", faults{{
			Kind: rdssim.KindBody, Status: 302, Header: map[string]string{"Location": "http://127.0.0.1:1/"},
		}}, UnexpectedResponse, UnexpectedResponse, UnexpectedResponse, complete},
		{"HTML in a 200", bodyFault(200, "text/html", "<html>Please log in</html>"), UnexpectedResponse, UnexpectedResponse, UnexpectedResponse, complete},
		{"HTML in a 403", bodyFault(403, "text/html", "<html>The proxy forbids it</html>"), UnexpectedResponse, UnexpectedResponse, UnexpectedResponse, complete},
		{"XML in a 200", bodyFault(200, "text/xml", `<?xml version="1.0"?><R><RequestId>1</RequestId></R>`), UnexpectedResponse, UnexpectedResponse, UnexpectedResponse, complete},

		// JSON that is no list of tasks.
		{"null", jsonFault(`null`), UnexpectedResponse, UnexpectedResponse, UnexpectedResponse, complete},
		{"[]", jsonFault(`[]`), UnexpectedResponse, UnexpectedResponse, UnexpectedResponse, complete},
		{"{}", jsonFault(`{}`), UnexpectedResponse, UnexpectedResponse, UnexpectedResponse, complete},
		{"a string", jsonFault(`"ok"`), UnexpectedResponse, UnexpectedResponse, UnexpectedResponse, complete},
		{"a list of tasks alone", jsonFault(`{"Items":{"MigrateTask":[]}}`), UnexpectedResponse, UnexpectedResponse, UnexpectedResponse, complete},
		{"no list, and no counts", jsonFault(`{"RequestId":"1"}`), UnexpectedResponse, UnexpectedResponse, UnexpectedResponse, complete},
		{"two answers run together", faults{{Kind: rdssim.KindTrailingBytes, Body: `{"RequestId":"2"}`}}, UnexpectedResponse, UnexpectedResponse, UnexpectedResponse, complete},
		{"Items is a list", setField("Items", `[]`), UnexpectedResponse, UnexpectedResponse, UnexpectedResponse, complete},
		{"Items is null", setField("Items", `null`), UnexpectedResponse, UnexpectedResponse, UnexpectedResponse, complete},
		{"Items is missing", removeField("Items"), UnexpectedResponse, UnexpectedResponse, UnexpectedResponse, complete},
		{"MigrateTask is an object", setTasks(`{"MigrateTaskId":"1"}`), UnexpectedResponse, UnexpectedResponse, UnexpectedResponse, complete},
		{"MigrateTask is a string", setTasks(`"1"`), UnexpectedResponse, UnexpectedResponse, UnexpectedResponse, complete},
		{"MigrateTask is null", setTasks(`null`), UnexpectedResponse, UnexpectedResponse, UnexpectedResponse, complete},
		{"MigrateTask is empty", setTasks(`[]`), UnexpectedResponse, UnexpectedResponse, UnexpectedResponse, complete},
		{"MigrateTask is [null]", setTasks(`[null]`), UnexpectedResponse, UnexpectedResponse, UnexpectedResponse, complete},
		{"a task is null", setFirstTask(`null`), UnexpectedResponse, UnexpectedResponse, UnexpectedResponse, complete},
		{"a task is a list", setFirstTask(`[]`), UnexpectedResponse, UnexpectedResponse, UnexpectedResponse, complete},
		{"a task has no ID", removeTaskField("MigrateTaskId"), UnexpectedResponse, UnexpectedResponse, UnexpectedResponse, complete},
		{"a task has no database", setTaskField("DBName", `""`), UnexpectedResponse, UnexpectedResponse, UnexpectedResponse, complete},
		{"a database's name cannot be read", setTaskField("DBName", "\"db\ufffd\""), UnexpectedResponse, UnexpectedResponse, UnexpectedResponse, complete},
		{"a status is an object", setTaskField("Status", `{}`), UnexpectedResponse, UnexpectedResponse, UnexpectedResponse, complete},
		{"a task is lost", dropLastTask(), UnexpectedResponse, UnexpectedResponse, UnexpectedResponse, complete},
		{"the RequestId is missing", removeField("RequestId"), UnexpectedResponse, UnexpectedResponse, UnexpectedResponse, complete},
		{"about another instance", setField("DBInstanceId", `"rm-other"`), UnexpectedResponse, UnexpectedResponse, UnexpectedResponse, complete},
		{"another page than asked for", incrementField("PageNumber"), UnexpectedResponse, UnexpectedResponse, UnexpectedResponse, complete},

		// Numbers.
		{"numbers as strings", quoteNumbers(), complete, complete, complete, complete},
		{"the total is missing", removeField("TotalRecordCount"), UnexpectedResponse, UnexpectedResponse, UnexpectedResponse, complete},
		{"the total is null", setField("TotalRecordCount", `null`), UnexpectedResponse, UnexpectedResponse, UnexpectedResponse, complete},
		{"the total is empty", setField("TotalRecordCount", `""`), UnexpectedResponse, UnexpectedResponse, UnexpectedResponse, complete},
		{"the total is negative", setField("TotalRecordCount", `-1`), UnexpectedResponse, UnexpectedResponse, UnexpectedResponse, complete},
		{"the total is a fraction", setField("TotalRecordCount", `9.5`), UnexpectedResponse, UnexpectedResponse, UnexpectedResponse, complete},
		{"the total is 9e0", setField("TotalRecordCount", `9e0`), UnexpectedResponse, UnexpectedResponse, UnexpectedResponse, complete},
		{"the total is 9abc", setField("TotalRecordCount", `"9abc"`), UnexpectedResponse, UnexpectedResponse, UnexpectedResponse, complete},
		{"the total is true", setField("TotalRecordCount", `true`), UnexpectedResponse, UnexpectedResponse, UnexpectedResponse, complete},
		{"the total is 0", setField("TotalRecordCount", `0`), UnexpectedResponse, UnexpectedResponse, UnexpectedResponse, complete},
		{"the total is huge", setField("TotalRecordCount", strconv.Itoa(maxTasks+1)), UnexpectedResponse, UnexpectedResponse, UnexpectedResponse, complete},
		{"the total is no number that a computer has", setField("TotalRecordCount", `1`+strings.Repeat("0", 400)), UnexpectedResponse, UnexpectedResponse, UnexpectedResponse, complete},
		{"the count of the page is missing", removeField("PageRecordCount"), UnexpectedResponse, UnexpectedResponse, UnexpectedResponse, complete},
		{"the count of the page is negative", setField("PageRecordCount", `-1`), UnexpectedResponse, UnexpectedResponse, UnexpectedResponse, complete},
		{"the count of the page is wrong", incrementField("PageRecordCount"), UnexpectedResponse, UnexpectedResponse, UnexpectedResponse, complete},
		{"the count of the page is 101", setField("PageRecordCount", `101`), UnexpectedResponse, UnexpectedResponse, UnexpectedResponse, complete},

		// Pages that make up no list: read again, five times.
		{"the total is one more", incrementField("TotalRecordCount"), Unstable, Unstable, Unstable, complete},
		{"an ID is on the page twice", duplicateFirstTask(), UnexpectedResponse, UnexpectedResponse, UnexpectedResponse, complete},
		{"a page repeats the one before", faults{{Kind: rdssim.KindOtherPage, PageOffset: -1}}, complete, Unstable, UnexpectedResponse, complete},
		{"a task comes before the answer", taskCreatedFault(false), complete, Unstable, Unstable, complete},
		{"a task comes after the answer", taskCreatedFault(true), Unstable, complete, Unstable, complete},
		{"a task goes before the answer", taskExpiredFault(false), complete, Unstable, Unstable, complete},
		{"a task goes after the answer", taskExpiredFault(true), Unstable, complete, Unstable, complete},
		{"a page is in another order", reverseTasks(), complete, complete, complete, complete},
		{"pages of one task", faults{{Kind: rdssim.KindMaxPageSize, PageSize: 1}}, Unstable, Unstable, complete, complete},

		// Too much, and packed.
		{"200 MB", faults{{Kind: rdssim.KindFlood, Bytes: 200 << 20}}, UnexpectedResponse, UnexpectedResponse, UnexpectedResponse, complete},
		{"200 MB, packed into 200 kB", gzipBombFault(200), UnexpectedResponse, UnexpectedResponse, UnexpectedResponse, complete},
		{"gzip", faultOfKind(rdssim.KindGzip), complete, complete, complete, complete},
		{"says gzip and is not", faults{{
			Kind: rdssim.KindBody, Status: 200, Header: map[string]string{"Content-Encoding": "gzip"}, Body: `{"RequestId":"1"}`,
		}}, TimedOut, TimedOut, TimedOut, complete},

		// Refusals of the service: nothing is asked again.
		{"404 InvalidDBInstanceId.NotFound", apiErrorFault(404, "InvalidDBInstanceId.NotFound"), NotFound, NotFound, NotFound, NotFound},
		{"403 Forbidden.RAM", apiErrorFault(403, "Forbidden.RAM"), Denied, Denied, Denied, Denied},
		{"403 InvalidInstanceState", apiErrorFault(403, "InvalidInstanceState"), InvalidInstanceState, InvalidInstanceState, InvalidInstanceState, InvalidInstanceState},
		{"400 SignatureDoesNotMatch", apiErrorFault(400, "SignatureDoesNotMatch"), Credentials, Credentials, Credentials, Credentials},
		{"400 InvalidSecurityToken.Expired", apiErrorFault(400, "InvalidSecurityToken.Expired"), Credentials, Credentials, Credentials, Credentials},
		{"400 InvalidStartTime.Malformed", apiErrorFault(400, "InvalidStartTime.Malformed"), InvalidWindow, InvalidWindow, InvalidWindow, InvalidWindow},
		{"400 with a code that nobody knows", apiErrorFault(400, "Something.New"), Rejected, Rejected, Rejected, Rejected},
		{"an error in a 200", apiErrorFault(200, "InvalidDBInstanceId.NotFound"), NotFound, NotFound, NotFound, NotFound},
		{"an error beside a list, in a 200", setField("Code", `"Something.New"`), Rejected, Rejected, Rejected, Rejected},
		{"an error whose Code is a number, in a 200", setField("Code", `503`), Rejected, Rejected, Rejected, Rejected},
		{"an error whose Code is an object, in a 200", setField("Code", `{"a":1}`), UnexpectedResponse, UnexpectedResponse, UnexpectedResponse, complete},
		{"an error whose Code is a number", bodyFault(400, "application/json", `{"RequestId":"1","Code":7,"Message":"no"}`), Rejected, Rejected, Rejected, Rejected},
		{"an error whose Code is an object", bodyFault(400, "application/json", `{"RequestId":"1","Code":{},"Message":[1]}`), UnexpectedResponse, UnexpectedResponse, UnexpectedResponse, complete},
		{"an error whose AccessDeniedDetail is a number", bodyFault(403, "application/json", `{"Code":"NoPermission","AccessDeniedDetail":1}`), Denied, Denied, Denied, Denied},
	}
	for n := range 8 {
		at := float64(n) / 8
		rows = append(rows,
			matrixRow{fmt.Sprintf("body cut off at %d/8", n), faults{{Kind: rdssim.KindTruncate, At: at}}, TimedOut, TimedOut, TimedOut, complete},
			matrixRow{fmt.Sprintf("body short by design at %d/8", n), faults{{Kind: rdssim.KindTruncateSilently, At: at}}, UnexpectedResponse, UnexpectedResponse, UnexpectedResponse, complete})
	}
	return rows
}

// apiErrorFault is an answer in the service's shape of errors.
func apiErrorFault(status int, code string) faults {
	return faults{{Kind: rdssim.KindError, Status: status, Code: code, Message: "The service says no."}}
}

func bodyFault(status int, contentType, body string) faults {
	return faults{{Kind: rdssim.KindBody, Status: status, ContentType: contentType, Body: body}}
}

func jsonFault(body string) faults { return bodyFault(http.StatusOK, "application/json", body) }

func faultOfKind(kind rdssim.Kind) faults { return faults{{Kind: kind}} }

// gzipBombFault is so many megabytes of JSON, packed.
func gzipBombFault(megabytes int) faults {
	packed := func(text string) string {
		var b bytes.Buffer
		z := gzip.NewWriter(&b)
		_, err := z.Write([]byte(text))
		if err = errors.Join(err, z.Close()); err != nil {
			panic(err)
		}
		return b.String()
	}
	// What is packed in parts unpacks as one.
	body := packed(`{"RequestId":"`) + strings.Repeat(packed(strings.Repeat("1", 1<<20)), megabytes) + packed(`"}`)
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

// onPage returns the faults for the calls that match.
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
			{"once, then well", append(row.faults.onPage(1, 1), row.faults.onPage(2, 1)...), row.oneCall},
		} {
			t.Run(row.name+"/"+cell.name, func(t *testing.T) {
				t.Parallel()
				runMatrixCell(t, cell.faults, cell.want)
			})
		}
	}
}

// runMatrixCell reads a list of 20 tasks on three pages.
func runMatrixCell(t *testing.T, played faults, want Kind) {
	t.Helper()
	r := newFixture(t, finishedTasks(20)...)
	size, timeout := 7, readTimeout
	switch played[0].Kind {
	case rdssim.KindInsert, rdssim.KindExpire:
		// Two pages: whether a third is read before or after the second is chance.
		size = 10
	case rdssim.KindHang:
		// The only real time in this test. On a slow machine true answers may
		// come too late as well, and are then asked for again.
		r.client.config.ConnectTimeout, r.client.config.ReadTimeout = 0, 200*time.Millisecond
		if want == TimedOut {
			timeout = 10 * time.Second
		}
	default:
	}
	r.inject(t, rdssim.Fault{Kind: rdssim.KindMaxPageSize, PageSize: size})
	r.inject(t, played...)
	truths := newHistory(t, r)

	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	tasks, err := r.read(ctx, timeout)
	if errors.Is(ctx.Err(), context.DeadlineExceeded) {
		t.Fatal("the read has gone on after its time was over")
	}
	if got := kindOf(err); got != want {
		t.Fatalf("the error is of the kind %q, want %q: %v", got, want, err)
	}
	r.requireNoSecrets(t, err)
	if err != nil {
		if tasks != nil {
			t.Errorf("with the error there are %d tasks", len(tasks))
		}
		return
	}
	if !truths.contains(toListedTasks(tasks)) {
		t.Errorf("at no time was this list true, and last it was (-true +read):\n%s", cmp.Diff(r.expectedTasks(t), toListedTasks(tasks)))
	}
}

// history are the lists that were true at the beginning and after each call.
type history struct {
	mu    sync.Mutex
	lists [][]rdssim.ListedTask
}

func newHistory(t *testing.T, r *fixture) *history {
	t.Helper()
	seen := &history{lists: [][]rdssim.ListedTask{r.expectedTasks(t)}}
	r.Observe(func(rdssim.Call) {
		list := r.expectedTasks(t)
		seen.mu.Lock()
		defer seen.mu.Unlock()
		seen.lists = append(seen.lists, list)
	})
	return seen
}

func (s *history) contains(list []rdssim.ListedTask) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.ContainsFunc(s.lists, func(l []rdssim.ListedTask) bool { return slices.Equal(l, list) })
}
