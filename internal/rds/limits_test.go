// SPDX-License-Identifier: MPL-2.0

package rds

import (
	"fmt"
	"io"
	"net/http"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/rds-migrate/terraform-provider-alicloud/internal/clocktest"
)

// stubTransport responds to each call for a page with a status and a body.
type stubTransport struct {
	page  func(number int) (status int, body io.Reader)
	calls atomic.Int64
	bytes atomic.Int64 // of all bodies, as far as they were read
}

func (s *stubTransport) RoundTrip(r *http.Request) (*http.Response, error) {
	checkEnds(int(s.calls.Add(1)))
	var number int
	if _, err := fmt.Sscan(r.URL.Query().Get("PageNumber"), &number); err != nil {
		return nil, err
	}
	status, body := s.page(number)
	return &http.Response{StatusCode: status, Body: io.NopCloser(&countingReader{body, &s.bytes}), Request: r}, nil
}

// countingReader counts the bytes that are read.
type countingReader struct {
	io.Reader

	n *atomic.Int64
}

func (c *countingReader) Read(p []byte) (int, error) {
	n, err := c.Reader.Read(p)
	c.n.Add(int64(n))
	return n, err
}

// newStubbedClient returns a client with a stub as its transport.
func newStubbedClient(s *stubTransport) *Client {
	client := New(config("rds.test", clocktest.New(clocktest.Start)))
	client.sender.Transport = s
	return client
}

// repeatForever returns a text and then another one without an end.
func repeatForever(begin, again string) io.Reader {
	block := strings.Repeat(again, 1+64<<10/len(again))
	return io.MultiReader(strings.NewReader(begin), &endlessReader{text: block})
}

type endlessReader struct {
	text string
	at   int
}

func (e *endlessReader) Read(p []byte) (int, error) {
	n := copy(p, e.text[e.at:])
	e.at = (e.at + n) % len(e.text)
	return n, nil
}

// TestClient_OversizedResponse checks that a response is read up to a limit, and that decoding needs no more than a few
// times that limit.
//
//nolint:paralleltest // it measures what the whole process allocates
func TestClient_OversizedResponse(t *testing.T) {
	const list = `{"RequestId":"1","TotalRecordCount":100,"PageRecordCount":100,"Items":{"MigrateTask":[`
	for name, test := range map[string]struct {
		status int
		body   func() io.Reader
	}{
		"tasks":             {200, func() io.Reader { return repeatForever(list, aTask+",") }},
		"one long string":   {200, func() io.Reader { return repeatForever(`{"RequestId":"`, "1") }},
		"blanks":            {200, func() io.Reader { return repeatForever("", " ") }},
		"a page and blanks": {200, func() io.Reader { return repeatForever(pageOf(0), " ") }},
		"nesting":           {200, func() io.Reader { return repeatForever(`{"Items":`, "[") }},
		"an error":          {500, func() io.Reader { return repeatForever(`{"Code":"`, "1") }},
		"a page of HTML":    {502, func() io.Reader { return repeatForever("<html>", "<p>no</p>") }},
		"no tasks, whole":   {200, func() io.Reader { return largestBody(list, `{},`, `{}]}}`) }},
		"nulls, whole":      {200, func() io.Reader { return largestBody(list, `null,`, `null]}}`) }},
		"lists, whole":      {200, func() io.Reader { return largestBody(list, `[],`, `[]]}}`) }},
		"fields, whole":     {400, func() io.Reader { return largestBody(`{`, `"a":1,`, `"Code":"a"}`) }},
		"escapes, whole":    {200, func() io.Reader { return largestBody(`{"RequestId":"`, `\u0001`, `"}`) }},
		"a message, whole":  {400, func() io.Reader { return largestBody(`{"Code":"a","Message":"`, `long `, `"}`) }},
	} {
		t.Run(name, func(t *testing.T) {
			s := &stubTransport{page: func(int) (int, io.Reader) { return test.status, test.body() }}
			client := newStubbedClient(s)
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			p, err := client.fetchPage(t.Context(), testQuery, testWindow, 1)
			runtime.ReadMemStats(&after)
			if err == nil {
				t.Errorf("a flood was accepted as a page: %+v", p)
			} else if len(err.Error()) > maxErrorLength {
				t.Errorf("the error has %d bytes", len(err.Error()))
			}
			if n := s.bytes.Load(); n > maxPageBytes+1 {
				t.Errorf("%d bytes were read", n)
			}
			if allocated := after.TotalAlloc - before.TotalAlloc; allocated > 8*maxPageBytes {
				t.Errorf("%d bytes were allocated", allocated)
			}
		})
	}
}

// largestBody returns the largest body that is read as a whole, and is JSON.
func largestBody(begin, again, end string) io.Reader {
	n := (maxPageBytes - len(begin) - len(end)) / len(again)
	middle := io.LimitReader(repeatForever("", again), int64(n*len(again)))
	return io.MultiReader(strings.NewReader(begin), middle, strings.NewReader(end))
}

// TestClient_LargeListMemory reads lists up to the largest that is accepted, and larger ones, and measures the heap.
//
//nolint:paralleltest // it measures the memory of the whole process
func TestClient_LargeListMemory(t *testing.T) {
	const maxHeld = 192 << 20
	for name, test := range map[string]struct {
		total, size int
		description int // bytes
		oldestFirst bool
		want        Kind
	}{
		"pages of the largest size": {
			total: maxTasks, size: pageSize, description: maxPageBytes/pageSize - 200, want: UnexpectedResponse,
		},
		"the largest number of tasks, read twice": {
			total: maxTasks, size: pageSize, description: maxListBytes/maxTasks - 250, oldestFirst: true,
		},
		"more pages than a list can have": {total: maxPages + 1, size: 1, want: UnexpectedResponse},
	} {
		t.Run(name, func(t *testing.T) {
			text := strings.Repeat("x", test.description)
			held := newHeapSampler()
			s := &stubTransport{page: func(number int) (int, io.Reader) {
				held.sample(number)
				return http.StatusOK, listPage(test.total, test.size, number, text, test.oldestFirst)
			}}
			list, err := newStubbedClient(s).MigrateTasks(t.Context(), testQuery)
			if kindOf(err) != test.want || test.want == "" && len(list.Tasks) != test.total {
				t.Errorf("%d tasks came with the error %v, want the kind %q", len(list.Tasks), err, test.want)
			}
			held.sample(0)
			t.Logf("heap at most %d MiB, read %d MiB in %d calls", held.most>>20, s.bytes.Load()>>20, s.calls.Load())
			if held.most > maxHeld {
				t.Errorf("the heap had %d bytes", held.most)
			}
			runtime.KeepAlive(list.Tasks)
		})
	}
}

// listPage is a page of the list of this many tasks.
func listPage(total, size, number int, description string, oldestFirst bool) io.Reader {
	from := (number - 1) * size
	n := min(size, total-from)
	readers := []io.Reader{strings.NewReader(fmt.Sprintf(
		`{"RequestId":"1","PageNumber":%d,"TotalRecordCount":%d,"PageRecordCount":%d,"Items":{"MigrateTask":[`,
		number, total, n))}
	comma := ""
	for i := range n {
		id := total - from - i
		if oldestFirst {
			id = from + i + 1
		}
		readers = append(readers,
			strings.NewReader(fmt.Sprintf(`%s{"MigrateTaskId":"%d","DBName":"a","Status":"Success",`+
				`"BackupMode":"FULL","CreateTime":"2026-11-20T10:00:00Z","EndTime":"2026-11-20T10:00:00Z",`+
				`"Description":"`, comma, id)),
			strings.NewReader(description), strings.NewReader(`"}`))
		comma = ","
	}
	return io.MultiReader(append(readers, strings.NewReader(`]}}`))...)
}

// heapSampler measures the heap in use.
type heapSampler struct {
	mu   sync.Mutex
	base uint64
	most uint64
}

func newHeapSampler() *heapSampler {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return &heapSampler{base: m.HeapAlloc}
}

// sample measures at each of the first 12 pages and then at every 125th, because it is slow.
func (h *heapSampler) sample(number int) {
	if number > 12 && number%125 != 0 {
		return
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	h.most = max(h.most, m.HeapAlloc-min(h.base, m.HeapAlloc))
}
