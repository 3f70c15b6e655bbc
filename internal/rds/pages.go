// SPDX-License-Identifier: MPL-2.0

package rds

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"sync/atomic"

	"golang.org/x/sync/errgroup"

	"github.com/rds-migrate/terraform-provider-alicloud/internal/migration"
)

// List is the result of a read.
type List struct {
	Tasks []migration.Task // newest first

	// Unlisted is the number of tasks that the API counts in addition to those that
	// it returns. If it is not 0, tasks may be missing from the list.
	Unlisted int

	// Window is the window that was sent. It is zero if nothing was sent, because
	// the range ends before the API returns tasks.
	Window migration.Window

	// StartsLate reports whether the window starts after the earliest time whose
	// tasks the API returns.
	StartsLate bool
}

// reading is one pass over the pages of a list.
type reading struct {
	first    page
	tasks    []migration.Task // in the order of the API
	total    int              // tasks that the API counts
	requests int
	repeated bool // whether a task is on two pages
}

// list returns all tasks. The error is Unstable if the tasks changed while the pages
// were read, so that one could be missing. If they did not change and the API counts
// more tasks than it returns, Unlisted is set.
func (c *Client) list(ctx context.Context, q migration.Query) (List, error) {
	r, err := c.readPages(ctx, q)
	if err != nil {
		return List{}, err
	}
	switch {
	case r.requests == 1 && r.isComplete(), r.isProven():
	case r.isComplete() && isSorted(r.tasks, oldestFirst):
		err = c.confirmFirstPage(ctx, q, r.first)
	default:
		r, err = c.confirm(ctx, q, r)
	}
	if err != nil {
		return List{}, err
	}
	sorted := slices.Clone(r.tasks)
	migration.SortNewestFirst(sorted)
	return List{
		Tasks: sorted, Unlisted: r.total - len(r.tasks), Window: r.first.window, StartsLate: r.first.startsLate,
	}, nil
}

// isProven reports whether one reading proves that no task is missing: the newest
// task is first, and no task was read twice. A task that is created while the pages
// are read moves newer tasks to every later page, so that one of them is read twice
// or follows an older one. A task that expires is the last one. If all tasks of page 1
// have the creation time of the next one, a newer task may have that time too.
func (r reading) isProven() bool {
	if !r.isComplete() || !isSorted(r.tasks, newestFirst) {
		return false
	}
	later := r.tasks[len(r.first.tasks):] // on the other pages
	return len(later) == 0 || newestFirst(r.tasks[0], later[0]) < 0
}

// isComplete reports whether the reading has as many tasks as the API counts, each
// on one page only.
func (r reading) isComplete() bool { return r.total == len(r.tasks) && !r.repeated }

// confirmFirstPage reads page 1 again. If the oldest task is first and page 1 is
// unchanged, no task has expired while the pages were read, so none has moved to a
// page that was read before.
func (c *Client) confirmFirstPage(ctx context.Context, q migration.Query, first page) error {
	again, err := c.page(ctx, q, first.window, 1)
	if err != nil {
		return err
	}
	if again.total != first.total || !sameTasks(again.tasks, first.tasks) {
		return unstable("page 1 changed while the other pages were read")
	}
	return nil
}

// confirm reads the whole list again. Two equal readings are accepted, and so is a
// second one that proves itself.
func (c *Client) confirm(ctx context.Context, q migration.Query, r reading) (reading, error) {
	again, err := c.readPages(ctx, q)
	if err != nil {
		return reading{}, err
	}
	if !again.isProven() && (again.total != r.total || !sameTasks(again.tasks, r.tasks)) {
		return reading{}, unstable("two reads of the %d pages returned different tasks", r.requests)
	}
	return again, nil
}

// rowKey identifies a row of the list. An ID alone does not: the increments of a
// migration may have the ID of its base.
type rowKey struct {
	id, database, backupMode string
	createTime               migration.Timestamp
}

func keyOf(t migration.Task) rowKey { return rowKey{t.ID, t.Database, t.BackupMode, t.CreateTime} }

func sameTasks(a, b []migration.Task) bool {
	return slices.EqualFunc(a, b, func(a, b migration.Task) bool { return keyOf(a) == keyOf(b) })
}

func newestFirst(a, b migration.Task) int { return b.CreateTime.Time().Compare(a.CreateTime.Time()) }

func oldestFirst(a, b migration.Task) int { return a.CreateTime.Time().Compare(b.CreateTime.Time()) }

// isSorted reports whether the creation times can be read, are in the order of
// compare, and are not all the same.
func isSorted(tasks []migration.Task, compare func(a, b migration.Task) int) bool {
	unreadable := func(t migration.Task) bool { return !t.CreateTime.Readable() }
	return len(tasks) > 0 && !slices.ContainsFunc(tasks, unreadable) && slices.IsSortedFunc(tasks, compare) &&
		compare(tasks[0], tasks[len(tasks)-1]) < 0
}

// readPages reads every page once.
func (c *Client) readPages(ctx context.Context, q migration.Query) (reading, error) {
	first, err := c.firstPage(ctx, q)
	if err != nil {
		return reading{}, err
	}
	switch n := len(first.tasks); {
	case 0 < n && n < first.total:
		return c.readCountedPages(ctx, q, first)
	case n == first.total && mayBeFull(n):
		return c.readUncountedPages(ctx, q, first)
	}
	return newReading([]page{first}, first.total), nil
}

func newReading(pages []page, total int) reading {
	r := reading{
		first: pages[0], tasks: make([]migration.Task, 0, total), total: total, requests: len(pages),
	}
	for _, p := range pages {
		r.tasks = append(r.tasks, p.tasks...)
	}
	r.repeated = len(pages) > 1 && hasRowOnTwoPages(pages, total)
	return r
}

// hasRowOnTwoPages reports whether a row of one page equals one of another page.
func hasRowOnTwoPages(pages []page, total int) bool {
	pageOf := make(map[rowKey]int, total)
	for i, p := range pages {
		for _, t := range p.tasks {
			key := keyOf(t)
			if other, ok := pageOf[key]; ok && other != i {
				return true
			}
			pageOf[key] = i
		}
	}
	return false
}

// mayBeFull reports whether a page of n tasks may be followed by another one although
// it has as many tasks as the API counts: "the total number of entries returned" may
// be that of the page.
func mayBeFull(n int) bool { return n == 30 || n == 50 || n == pageSize }

// firstPage reads page 1, with retries.
func (c *Client) firstPage(ctx context.Context, q migration.Query) (page, error) {
	r := firstPageReader{client: c, query: q}
	return c.retryPage(ctx, r.read)
}

// page reads another page of a list whose first page was read with a window.
func (c *Client) page(ctx context.Context, q migration.Query, w migration.Window, number int) (page, error) {
	p, err := c.retryPage(ctx, func(ctx context.Context) (page, error) { return c.fetchPage(ctx, q, w, number) })
	var e *Error
	if errors.As(err, &e) && e.Kind == InvalidWindow {
		// The window of page 1 is no longer accepted. The list is read again.
		e.Kind = Unstable
	}
	return p, err
}

// retryPage calls fetch, at the rate of the limiter, until it returns a page.
func (c *Client) retryPage(ctx context.Context, fetch func(context.Context) (page, error)) (page, error) {
	return retrier[page]{
		call: func() (page, error) {
			if err := c.limiter.wait(ctx); err != nil {
				return page{}, err
			}
			began := c.config.Clock.Now()
			p, err := fetch(ctx)
			c.limiter.observe(began, err)
			return p, err
		},
		retryable:   []Kind{Throttled, Unavailable},
		maxAttempts: map[Kind]uint{UnexpectedResponse: pageAttempts, InvalidWindow: windowAttempts},
	}.do(ctx, c)
}

// readCountedPages reads the pages after the first, whose total counts the tasks of
// all pages.
func (c *Client) readCountedPages(ctx context.Context, q migration.Query, first page) (reading, error) {
	// A server may limit the page size.
	size := len(first.tasks)
	last := (first.total + size - 1) / size
	if last > maxPages {
		return reading{}, &Error{
			Kind: UnexpectedResponse,
			Err:  fmt.Errorf("%d tasks on pages of %d need more than %d pages", first.total, size, maxPages),
		}
	}
	pages := make([]page, last)
	pages[0] = first
	budget := newByteBudget(first)
	g, groupCtx := errgroup.WithContext(ctx)
	g.SetLimit(parallelPages)
	for number := 2; number <= last; number++ {
		g.Go(func() error {
			p, err := c.page(groupCtx, q, first.window, number)
			switch {
			case isParameterError(err):
				return nil // the total is larger than the list
			case err != nil:
				return err
			case len(p.tasks) > 0 && p.total != first.total:
				return unstable("TotalRecordCount is %d on one page and %d on another", first.total, p.total)
			}
			pages[number-1] = p
			return budget.spend(p)
		})
	}
	if err := g.Wait(); err != nil {
		return reading{}, err
	}
	r := newReading(withoutRepeatedPages(pages), first.total)
	if len(r.tasks) > r.total {
		return reading{}, unstable("TotalRecordCount is %d, but the pages have %d tasks", r.total, len(r.tasks))
	}
	return r, nil
}

// withoutRepeatedPages removes the tasks of a page that equals an earlier one: the
// API may return another page in place of one that does not exist. The list then has
// fewer tasks than the API counts.
func withoutRepeatedPages(pages []page) []page {
	for i := range pages {
		if isRepeated(pages[i], pages[:i]) {
			pages[i].tasks = nil
		}
	}
	return pages
}

// isRepeated reports whether a page equals an earlier one in every field of every
// task. Equal row keys are not enough: increments of one migration may have the ID, the
// mode, and the creation time of its base.
func isRepeated(p page, earlier []page) bool {
	return slices.ContainsFunc(earlier, func(e page) bool { return reflect.DeepEqual(p.tasks, e.tasks) })
}

// readUncountedPages reads the pages after a full first page whose total may count
// its own tasks only. If page 2 has other tasks, it does, and the pages are read in
// turn until one is empty or shorter than the first.
func (c *Client) readUncountedPages(ctx context.Context, q migration.Query, first page) (reading, error) {
	pages := []page{first}
	total := first.total
	budget := newByteBudget(first)
	for number := 2; number <= maxPages; number++ {
		p, err := c.page(ctx, q, first.window, number)
		switch {
		case isParameterError(err):
			return newReading(append(pages, page{}), total), nil
		case err != nil:
			return reading{}, err
		case len(p.tasks) == 0:
			return newReading(append(pages, p), total), nil
		case isRepeated(p, pages):
			// The API returns another page in place of one that does not exist, or as
			// many tasks as a page has were created since the last request.
			r := newReading(append(pages, page{}), total)
			r.repeated = true
			return r, nil
		case p.total != len(p.tasks):
			return reading{}, unstable("TotalRecordCount is %d on one page and %d on another", first.total, p.total)
		}
		if err := budget.spend(p); err != nil {
			return reading{}, err
		}
		pages = append(pages, p)
		total += p.total
		if len(p.tasks) < len(first.tasks) {
			return newReading(pages, total), nil
		}
	}
	return reading{}, &Error{Kind: UnexpectedResponse, Err: fmt.Errorf("the list has more than %d pages", maxPages)}
}

func unstable(format string, args ...any) *Error {
	return &Error{Kind: Unstable, Err: fmt.Errorf(format, args...)}
}

// byteBudget limits the size of a list. It is safe for concurrent use.
type byteBudget struct{ spent atomic.Int64 }

func newByteBudget(first page) *byteBudget {
	var b byteBudget
	b.spent.Add(int64(first.bytes))
	return &b
}

func (b *byteBudget) spend(p page) error {
	if b.spent.Add(int64(p.bytes)) > maxListBytes {
		return &Error{Kind: UnexpectedResponse, Err: fmt.Errorf("the pages have more than %d bytes", maxListBytes)}
	}
	return nil
}

// isParameterError reports whether the API refused a parameter of the request, such as
// the number of a page that does not exist.
func isParameterError(err error) bool {
	var e *Error
	return errors.As(err, &e) && e.Kind == Rejected &&
		(strings.HasPrefix(e.Code, "InvalidPage") || strings.HasPrefix(e.Code, "InvalidParameter"))
}
