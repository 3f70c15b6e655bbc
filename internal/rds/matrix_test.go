package rds

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
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

// whole says that the read returns the true list, and no error.
const whole Kind = ""

type faults []rdssim.Fault

// row is a fault, and what a read makes of it.
type row struct {
	name   string
	faults faults

	first Kind // played on the first page whenever it is asked for
	later Kind // on the second page
	every Kind // on every page
	once  Kind // on the first call for the first page and the first for the second
}

// matrix is the specification of what becomes of a list when the network or
// the service misbehaves: the true list, or an error of a named kind. It is
// never a part of the list, and never an empty one.
func matrix() []row {
	rows := []row{
		// The service throttles: the calls slow down, until the read's time is over.
		{"throttled: Throttling", answers(400, "Throttling"), TimedOut, TimedOut, TimedOut, whole},
		{"throttled: Throttling.User", answers(400, "Throttling.User"), TimedOut, TimedOut, TimedOut, whole},
		{"throttled: Throttling.Api", answers(400, "Throttling.Api"), TimedOut, TimedOut, TimedOut, whole},
		{"throttled: 503 ServiceUnavailable.Throttling", answers(503, "ServiceUnavailable.Throttling"), TimedOut, TimedOut, TimedOut, whole},
		{"throttled: 429 with a code", answers(429, "TooManyRequests"), TimedOut, TimedOut, TimedOut, whole},
		{"throttled: 429 without a body", sends(429, "", ""), TimedOut, TimedOut, TimedOut, whole},
		{"throttled: in a 200", answers(200, "Throttling.User"), TimedOut, TimedOut, TimedOut, whole},

		// The service or what stands before it is out of order: asked again, until the read's time is over.
		{"500 InternalError", answers(500, "InternalError"), TimedOut, TimedOut, TimedOut, whole},
		{"502 as HTML", sends(502, "text/html", "<html><h1>502 Bad Gateway</h1></html>"), TimedOut, TimedOut, TimedOut, whole},
		{"503 without a body", sends(503, "", ""), TimedOut, TimedOut, TimedOut, whole},
		{"503 ServiceUnavailable", answers(503, "ServiceUnavailable"), TimedOut, TimedOut, TimedOut, whole},
		{"the nonce was used already", answers(400, "SignatureNonceUsed"), TimedOut, TimedOut, TimedOut, whole},

		// The network breaks: asked again.
		{"connection refused", does(refused), TimedOut, TimedOut, TimedOut, whole},
		{"connection reset", does(rdssim.KindReset), TimedOut, TimedOut, TimedOut, whole},
		{"connection closed without an answer", does(rdssim.KindClose), TimedOut, TimedOut, TimedOut, whole},
		{"hung before the header", does(rdssim.KindHang), TimedOut, TimedOut, TimedOut, whole},
		{"hung in the body", faults{{Kind: rdssim.KindHang, At: 0.5}}, TimedOut, TimedOut, TimedOut, whole},
		{"a header that is too large", faults{{
			Kind: rdssim.KindBody, Status: 200, Header: map[string]string{"X-Padding": strings.Repeat("x", maxHeader)},
		}}, TimedOut, TimedOut, TimedOut, whole},

		// Something answers that is not the service.
		{"an empty 200", sends(200, "application/json", ""), BadAnswer, BadAnswer, BadAnswer, whole},
		{"a 204", sends(204, "", ""), BadAnswer, BadAnswer, BadAnswer, whole},
		{"a redirect", faults{{
			Kind: rdssim.KindBody, Status: 302, Header: map[string]string{"Location": "http://127.0.0.1:1/"},
		}}, BadAnswer, BadAnswer, BadAnswer, whole},
		{"HTML in a 200", sends(200, "text/html", "<html>Please log in</html>"), BadAnswer, BadAnswer, BadAnswer, whole},
		{"HTML in a 403", sends(403, "text/html", "<html>The proxy forbids it</html>"), BadAnswer, BadAnswer, BadAnswer, whole},
		{"XML in a 200", sends(200, "text/xml", `<?xml version="1.0"?><R><RequestId>1</RequestId></R>`), BadAnswer, BadAnswer, BadAnswer, whole},

		// JSON that is no list of tasks.
		{"null", sendsJSON(`null`), BadAnswer, BadAnswer, BadAnswer, whole},
		{"[]", sendsJSON(`[]`), BadAnswer, BadAnswer, BadAnswer, whole},
		{"{}", sendsJSON(`{}`), BadAnswer, BadAnswer, BadAnswer, whole},
		{"a string", sendsJSON(`"ok"`), BadAnswer, BadAnswer, BadAnswer, whole},
		{"a list of tasks alone", sendsJSON(`{"Items":{"MigrateTask":[]}}`), BadAnswer, BadAnswer, BadAnswer, whole},
		{"no list, and no counts", sendsJSON(`{"RequestId":"1"}`), BadAnswer, BadAnswer, BadAnswer, whole},
		{"two answers run together", faults{{Kind: rdssim.KindTrail, Body: `{"RequestId":"2"}`}}, BadAnswer, BadAnswer, BadAnswer, whole},
		{"Items is a list", sets("Items", `[]`), BadAnswer, BadAnswer, BadAnswer, whole},
		{"Items is null", sets("Items", `null`), BadAnswer, BadAnswer, BadAnswer, whole},
		{"Items is missing", edits(rdssim.OpRemove, "Items"), BadAnswer, BadAnswer, BadAnswer, whole},
		{"MigrateTask is an object", sets("Items.MigrateTask", `{"MigrateTaskId":"1"}`), BadAnswer, BadAnswer, BadAnswer, whole},
		{"MigrateTask is a string", sets("Items.MigrateTask", `"1"`), BadAnswer, BadAnswer, BadAnswer, whole},
		{"MigrateTask is null", sets("Items.MigrateTask", `null`), BadAnswer, BadAnswer, BadAnswer, whole},
		{"MigrateTask is empty", sets("Items.MigrateTask", `[]`), BadAnswer, BadAnswer, BadAnswer, whole},
		{"MigrateTask is [null]", sets("Items.MigrateTask", `[null]`), BadAnswer, BadAnswer, BadAnswer, whole},
		{"a task is null", sets("Items.MigrateTask.0", `null`), BadAnswer, BadAnswer, BadAnswer, whole},
		{"a task is a list", sets("Items.MigrateTask.0", `[]`), BadAnswer, BadAnswer, BadAnswer, whole},
		{"a task has no ID", edits(rdssim.OpRemove, "Items.MigrateTask.0.MigrateTaskId"), BadAnswer, BadAnswer, BadAnswer, whole},
		{"a task has no database", sets("Items.MigrateTask.0.DBName", `""`), BadAnswer, BadAnswer, BadAnswer, whole},
		{"a database's name cannot be read", sets("Items.MigrateTask.0.DBName", `"db\ufffd"`), BadAnswer, BadAnswer, BadAnswer, whole},
		{"a status is an object", sets("Items.MigrateTask.0.Status", `{}`), BadAnswer, BadAnswer, BadAnswer, whole},
		{"a task is lost", edits(rdssim.OpDrop, "Items.MigrateTask"), BadAnswer, BadAnswer, BadAnswer, whole},
		{"the RequestId is missing", edits(rdssim.OpRemove, "RequestId"), BadAnswer, BadAnswer, BadAnswer, whole},
		{"about another instance", sets("DBInstanceId", `"rm-other"`), BadAnswer, BadAnswer, BadAnswer, whole},
		{"another page than asked for", edits(rdssim.OpAdd, "PageNumber"), BadAnswer, BadAnswer, BadAnswer, whole},

		// Numbers.
		{"numbers as strings", faults{{Kind: rdssim.KindEdit, Edits: []rdssim.Edit{
			{Op: rdssim.OpQuote, Path: "TotalRecordCount"}, {Op: rdssim.OpQuote, Path: "PageRecordCount"}, {Op: rdssim.OpQuote, Path: "PageNumber"},
		}}}, whole, whole, whole, whole},
		{"the total is missing", edits(rdssim.OpRemove, "TotalRecordCount"), BadAnswer, BadAnswer, BadAnswer, whole},
		{"the total is null", sets("TotalRecordCount", `null`), BadAnswer, BadAnswer, BadAnswer, whole},
		{"the total is empty", sets("TotalRecordCount", `""`), BadAnswer, BadAnswer, BadAnswer, whole},
		{"the total is negative", sets("TotalRecordCount", `-1`), BadAnswer, BadAnswer, BadAnswer, whole},
		{"the total is a fraction", sets("TotalRecordCount", `9.5`), BadAnswer, BadAnswer, BadAnswer, whole},
		{"the total is 9e0", sets("TotalRecordCount", `9e0`), BadAnswer, BadAnswer, BadAnswer, whole},
		{"the total is 9abc", sets("TotalRecordCount", `"9abc"`), BadAnswer, BadAnswer, BadAnswer, whole},
		{"the total is true", sets("TotalRecordCount", `true`), BadAnswer, BadAnswer, BadAnswer, whole},
		{"the total is 0", sets("TotalRecordCount", `0`), BadAnswer, BadAnswer, BadAnswer, whole},
		{"the total is huge", sets("TotalRecordCount", strconv.Itoa(maxTasks+1)), BadAnswer, BadAnswer, BadAnswer, whole},
		{"the total is no number that a computer has", sets("TotalRecordCount", `1`+strings.Repeat("0", 400)), BadAnswer, BadAnswer, BadAnswer, whole},
		{"the count of the page is missing", edits(rdssim.OpRemove, "PageRecordCount"), BadAnswer, BadAnswer, BadAnswer, whole},
		{"the count of the page is negative", sets("PageRecordCount", `-1`), BadAnswer, BadAnswer, BadAnswer, whole},
		{"the count of the page is wrong", edits(rdssim.OpAdd, "PageRecordCount"), BadAnswer, BadAnswer, BadAnswer, whole},
		{"the count of the page is 101", sets("PageRecordCount", `101`), BadAnswer, BadAnswer, BadAnswer, whole},

		// Pages that make up no list: read again, five times.
		{"the total is one more", edits(rdssim.OpAdd, "TotalRecordCount"), Unstable, Unstable, Unstable, whole},
		{"an ID is on the page twice", edits(rdssim.OpDuplicate, "Items.MigrateTask"), BadAnswer, BadAnswer, BadAnswer, whole},
		{"a page repeats the one before", faults{{Kind: rdssim.KindEdit, Edits: []rdssim.Edit{{Op: rdssim.OpPage, By: -1}}}}, whole, Unstable, BadAnswer, whole},
		{"a task comes before the answer", comes(false), whole, Unstable, Unstable, whole},
		{"a task comes after the answer", comes(true), Unstable, whole, Unstable, whole},
		{"a task goes before the answer", goes(false), whole, Unstable, Unstable, whole},
		{"a task goes after the answer", goes(true), Unstable, whole, Unstable, whole},
		{"a page is in another order", edits(rdssim.OpReverse, "Items.MigrateTask"), whole, whole, whole, whole},
		{"pages of one task", faults{{Kind: rdssim.KindCap, PageSize: 1}}, Unstable, Unstable, whole, whole},

		// Too much, and packed.
		{"200 MB", faults{{Kind: rdssim.KindFlood, Bytes: 200 << 20}}, BadAnswer, BadAnswer, BadAnswer, whole},
		{"200 MB, packed into 200 kB", bomb(200), BadAnswer, BadAnswer, BadAnswer, whole},
		{"gzip", does(rdssim.KindGzip), whole, whole, whole, whole},
		{"says gzip and is not", faults{{
			Kind: rdssim.KindBody, Status: 200, Header: map[string]string{"Content-Encoding": "gzip"}, Body: `{"RequestId":"1"}`,
		}}, TimedOut, TimedOut, TimedOut, whole},

		// Refusals of the service: nothing is asked again.
		{"404 InvalidDBInstanceId.NotFound", answers(404, "InvalidDBInstanceId.NotFound"), NotFound, NotFound, NotFound, NotFound},
		{"403 Forbidden.RAM", answers(403, "Forbidden.RAM"), Denied, Denied, Denied, Denied},
		{"403 InvalidInstanceState", answers(403, "InvalidInstanceState"), BadState, BadState, BadState, BadState},
		{"400 SignatureDoesNotMatch", answers(400, "SignatureDoesNotMatch"), Credentials, Credentials, Credentials, Credentials},
		{"400 InvalidSecurityToken.Expired", answers(400, "InvalidSecurityToken.Expired"), Credentials, Credentials, Credentials, Credentials},
		{"400 InvalidStartTime.Malformed", answers(400, "InvalidStartTime.Malformed"), BadWindow, BadWindow, BadWindow, BadWindow},
		{"400 with a code that nobody knows", answers(400, "Something.New"), Rejected, Rejected, Rejected, Rejected},
		{"an error in a 200", answers(200, "InvalidDBInstanceId.NotFound"), NotFound, NotFound, NotFound, NotFound},
		{"an error beside a list, in a 200", sets("Code", `"Something.New"`), Rejected, Rejected, Rejected, Rejected},
		{"an error whose Code is a number, in a 200", sets("Code", `503`), Rejected, Rejected, Rejected, Rejected},
		{"an error whose Code is an object, in a 200", sets("Code", `{"a":1}`), BadAnswer, BadAnswer, BadAnswer, whole},
		{"an error whose Code is a number", sends(400, "application/json", `{"RequestId":"1","Code":7,"Message":"no"}`), Rejected, Rejected, Rejected, Rejected},
		{"an error whose Code is an object", sends(400, "application/json", `{"RequestId":"1","Code":{},"Message":[1]}`), BadAnswer, BadAnswer, BadAnswer, whole},
		{"an error whose AccessDeniedDetail is a number", sends(403, "application/json", `{"Code":"NoPermission","AccessDeniedDetail":1}`), Denied, Denied, Denied, Denied},
	}
	for n := range 8 {
		at := float64(n) / 8
		rows = append(rows,
			row{fmt.Sprintf("body cut off at %d/8", n), faults{{Kind: rdssim.KindCut, At: at}}, TimedOut, TimedOut, TimedOut, whole},
			row{fmt.Sprintf("body short by design at %d/8", n), faults{{Kind: rdssim.KindCutClean, At: at}}, BadAnswer, BadAnswer, BadAnswer, whole})
	}
	return rows
}

// answers is an answer in the service's shape of errors.
func answers(status int, code string) faults {
	return faults{{Kind: rdssim.KindError, Status: status, Code: code, Message: "The service says no."}}
}

func sends(status int, contentType, body string) faults {
	return faults{{Kind: rdssim.KindBody, Status: status, ContentType: contentType, Body: body}}
}

func sendsJSON(body string) faults { return sends(http.StatusOK, "application/json", body) }

func does(kind rdssim.Kind) faults { return faults{{Kind: kind}} }

// sets puts a value in a place of the true answer.
func sets(path, value string) faults {
	return faults{{Kind: rdssim.KindEdit, Edits: []rdssim.Edit{{Op: rdssim.OpSet, Path: path, Value: json.RawMessage(value)}}}}
}

// edits changes a place of the true answer; where that is adding, it adds one.
func edits(op rdssim.Op, path string) faults {
	return faults{{Kind: rdssim.KindEdit, Edits: []rdssim.Edit{{Op: op, Path: path, By: 1}}}}
}

// bomb is so many megabytes of JSON, packed.
func bomb(megabytes int) faults {
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

func comes(after bool) faults {
	return faults{{Kind: rdssim.KindInsert, Task: &rdssim.Task{Database: "new"}, AfterAnswer: after}}
}

func goes(after bool) faults {
	return faults{{Kind: rdssim.KindForget, Count: 1, AfterAnswer: after}}
}

// on returns the faults for the calls that match.
func (f faults) on(page, times int) faults {
	placed := make(faults, 0, len(f))
	for _, one := range f {
		one.Page, one.Times = page, times
		placed = append(placed, one)
	}
	return placed
}

func TestMatrix(t *testing.T) {
	t.Parallel()
	for _, row := range matrix() {
		for _, cell := range []struct {
			name   string
			faults faults
			want   Kind
		}{
			{"first page", row.faults.on(1, 0), row.first},
			{"later page", row.faults.on(2, 0), row.later},
			{"every page", row.faults.on(0, 0), row.every},
			{"once, then well", append(row.faults.on(1, 1), row.faults.on(2, 1)...), row.once},
		} {
			t.Run(row.name+"/"+cell.name, func(t *testing.T) {
				t.Parallel()
				testCell(t, cell.faults, cell.want)
			})
		}
	}
}

// testCell reads a list of 20 tasks on three pages.
func testCell(t *testing.T, played faults, want Kind) {
	t.Helper()
	r := newRig(t, finished(20)...)
	size, timeout := 7, readTimeout
	switch played[0].Kind {
	case rdssim.KindInsert, rdssim.KindForget:
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
	r.inject(t, rdssim.Fault{Kind: rdssim.KindCap, PageSize: size})
	r.inject(t, played...)
	truths := newTruths(t, r)

	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	tasks, err := r.read(ctx, timeout)
	if errors.Is(ctx.Err(), context.DeadlineExceeded) {
		t.Fatal("the read has gone on after its time was over")
	}
	if got := kindOf(err); got != want {
		t.Fatalf("the error is of the kind %q, want %q: %v", got, want, err)
	}
	r.noSecrets(t, err)
	if err != nil {
		if tasks != nil {
			t.Errorf("with the error there are %d tasks", len(tasks))
		}
		return
	}
	if !truths.hold(listed(tasks)) {
		t.Errorf("at no time was this list true, and last it was (-true +read):\n%s", cmp.Diff(r.truth(t), listed(tasks)))
	}
}

// truths are the lists that were true at the beginning and after each call.
type truths struct {
	mu    sync.Mutex
	lists [][]rdssim.ListedTask
}

func newTruths(t *testing.T, r *rig) *truths {
	t.Helper()
	seen := &truths{lists: [][]rdssim.ListedTask{r.truth(t)}}
	r.Observe(func(rdssim.Call) {
		list := r.truth(t)
		seen.mu.Lock()
		defer seen.mu.Unlock()
		seen.lists = append(seen.lists, list)
	})
	return seen
}

func (s *truths) hold(list []rdssim.ListedTask) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.ContainsFunc(s.lists, func(l []rdssim.ListedTask) bool { return slices.Equal(l, list) })
}
