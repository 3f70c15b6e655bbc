package rds

import (
	"context"
	"fmt"

	"golang.org/x/sync/errgroup"

	"github.com/rds-migrate/terraform-provider-alicloud/internal/migration"
)

// list reads every page once, the first alone and the others side by side.
// It fails with Unstable when the pages do not make up one list.
func (c *Client) list(ctx context.Context, q migration.Query) ([]migration.Task, error) {
	first, err := c.page(ctx, q, 1)
	if err != nil {
		return nil, err
	}
	pages := []page{first}
	if size := len(first.tasks); size < first.total {
		if size == 0 {
			return nil, &Error{Kind: BadAnswer, Err: fmt.Errorf("the first page of %d tasks is empty", first.total)}
		}
		// A server may give fewer a page than it was asked for.
		rest, err := c.rest(ctx, q, (first.total+size-1)/size)
		if err != nil {
			return nil, err
		}
		pages = append(pages, rest...)
	}
	return join(pages)
}

// page reads one page, however often it takes.
func (c *Client) page(ctx context.Context, q migration.Query, number int) (page, error) {
	return attempts[page]{
		run:    func() (page, error) { return c.call(ctx, q, number) },
		always: []Kind{Throttled, Unavailable},
		some:   map[Kind]uint{BadAnswer: answerTries},
	}.do(ctx, c)
}

// rest reads the pages from the second to the last.
func (c *Client) rest(ctx context.Context, q migration.Query, last int) ([]page, error) {
	pages := make([]page, last-1)
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(parallelPages)
	for i := range pages {
		g.Go(func() (err error) {
			pages[i], err = c.page(ctx, q, i+2)
			return err
		})
	}
	return pages, g.Wait()
}

// join makes one list of all pages. They count when each has the same total,
// and they have exactly that many different tasks.
func join(pages []page) ([]migration.Task, error) {
	total := pages[0].total
	tasks := make([]migration.Task, 0, total)
	seen := make(map[string]bool, total)
	for _, p := range pages {
		if p.total != total {
			return nil, &Error{Kind: Unstable, Err: fmt.Errorf("one page counts %d tasks in all, another %d", total, p.total)}
		}
		for _, t := range p.tasks {
			seen[t.ID] = true
		}
		tasks = append(tasks, p.tasks...)
	}
	if len(tasks) != total || len(seen) != total {
		return nil, &Error{Kind: Unstable, Err: fmt.Errorf("of %d tasks in all, the pages hold %d", total, len(seen))}
	}
	return tasks, nil
}
