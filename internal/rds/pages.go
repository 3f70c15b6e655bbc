// SPDX-License-Identifier: MPL-2.0

package rds

import (
	"context"
	"fmt"
	"slices"
	"sync/atomic"

	"golang.org/x/sync/errgroup"

	"github.com/rds-migrate/terraform-provider-alicloud/internal/migration"
)

// list returns all tasks, newest first. It fails with Unstable if the pages do not
// form one list.
//
// Every page must have the same total, and no task may be read twice. That proves
// that the list is complete if the API lists the newest task first: a task that is
// created while the pages are read moves newer tasks to every later page, so that
// one of them is read twice or follows an older one; a task that expires changes
// the total. In another order a task can be missed if one is created and one
// expires between two pages, so such a list is read a second time.
func (c *Client) list(ctx context.Context, q migration.Query) ([]migration.Task, error) {
	listed, pages, err := c.readPages(ctx, q)
	if err != nil {
		return nil, err
	}
	sorted := slices.Clone(listed)
	migration.SortNewestFirst(sorted)
	if pages == 1 || sameTasks(listed, sorted) {
		return sorted, nil
	}
	again, _, err := c.readPages(ctx, q)
	if err != nil {
		return nil, err
	}
	if !sameTasks(listed, again) {
		return nil, &Error{
			Kind: Unstable,
			Err:  fmt.Errorf("read twice, the %d pages did not hold the same tasks", pages),
		}
	}
	return sorted, nil
}

func sameTasks(a, b []migration.Task) bool {
	return slices.EqualFunc(a, b, func(a, b migration.Task) bool { return a.ID == b.ID })
}

// readPages reads every page once, the first one alone and the others
// concurrently. It returns the tasks in the order of the API and the number of
// pages.
func (c *Client) readPages(ctx context.Context, q migration.Query) ([]migration.Task, int, error) {
	first, err := c.page(ctx, q, 1)
	if err != nil {
		return nil, 0, err
	}
	pages := []page{first}
	if len(first.tasks) < first.total {
		if pages, err = c.readRemainingPages(ctx, q, first); err != nil {
			return nil, 0, err
		}
	}
	listed, err := joinPages(pages)
	return listed, len(pages), err
}

// readRemainingPages reads the pages after the first and returns all of them.
func (c *Client) readRemainingPages(ctx context.Context, q migration.Query, first page) ([]page, error) {
	// A server may limit the page size.
	size := len(first.tasks)
	last := (first.total + size - 1) / size
	if last > maxPages {
		return nil, &Error{
			Kind: UnexpectedResponse,
			Err:  fmt.Errorf("%d tasks on pages of %d are more than %d pages", first.total, size, maxPages),
		}
	}
	pages := make([]page, last)
	pages[0] = first
	var bytes atomic.Int64
	bytes.Add(int64(first.bytes))
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(parallelPages)
	for number := 2; number <= last; number++ {
		g.Go(func() error {
			p, err := c.page(ctx, q, number)
			if err != nil {
				return err
			}
			if bytes.Add(int64(p.bytes)) > maxListBytes {
				return &Error{
					Kind: UnexpectedResponse,
					Err:  fmt.Errorf("the pages have more than %d bytes", maxListBytes),
				}
			}
			pages[number-1] = p
			return checkPage(first, p, number)
		})
	}
	return pages, g.Wait()
}

// checkPage checks that p can be the page of that number in the list that starts
// with first.
func checkPage(first, p page, number int) error {
	size := len(first.tasks)
	want := min(size, first.total-(number-1)*size)
	switch {
	case p.total != first.total:
		return &Error{
			Kind: Unstable,
			Err:  fmt.Errorf("one page counts %d tasks in all, another %d", first.total, p.total),
		}
	case len(p.tasks) != want:
		return &Error{Kind: Unstable, Err: fmt.Errorf("page %d has %d tasks, not %d", number, len(p.tasks), want)}
	}
	return nil
}

// page reads one page and retries.
func (c *Client) page(ctx context.Context, q migration.Query, number int) (page, error) {
	return retrier[page]{
		call: func() (page, error) {
			if err := c.limiter.wait(ctx); err != nil {
				return page{}, err
			}
			began := c.config.Clock.Now()
			p, err := c.fetchPage(ctx, q, number)
			c.limiter.observe(began, err)
			return p, err
		},
		retryable:   []Kind{Throttled, Unavailable},
		maxAttempts: map[Kind]uint{UnexpectedResponse: pageAttempts},
	}.do(ctx, c)
}

// joinPages returns the tasks of all pages.
func joinPages(pages []page) ([]migration.Task, error) {
	total := pages[0].total
	listed := make([]migration.Task, 0, total)
	seen := make(map[string]bool, total)
	for _, p := range pages {
		for _, t := range p.tasks {
			seen[t.ID] = true
		}
		listed = append(listed, p.tasks...)
	}
	if len(seen) != total {
		return nil, &Error{Kind: Unstable, Err: fmt.Errorf("of %d tasks in all, the pages hold %d", total, len(seen))}
	}
	return listed, nil
}
