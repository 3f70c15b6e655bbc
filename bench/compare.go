package main

import (
	"context"
	"fmt"
	"slices"
)

const megabyte = 1e6

// comparison is what a contender and its floor are run for, in turn.
type comparison struct {
	ours, floor contender
	command     string // plan when empty
	cloud       *cloud
	calls       int // that one command of ours makes
	pairs       int
	metered     bool // look at the provider's processes
}

// pair is what both took, one right after the other.
type pair struct{ ours, floor result }

// compare runs a pair for the caches and then those that count.
func (b *bench) compare(ctx context.Context, c comparison) ([]pair, error) {
	if c.command == "" {
		c.command = "plan"
	}
	ours, err := b.workspace(ctx, c.ours, c.metered)
	if err != nil {
		return nil, err
	}
	floor, err := b.workspace(ctx, c.floor, c.metered)
	if err != nil {
		return nil, err
	}
	pairs := make([]pair, c.pairs+1)
	for i := range pairs {
		p := &pairs[i]
		c.cloud.ClearCalls()
		if p.ours, err = ours.run(ctx, c.command); err != nil {
			return nil, err
		}
		if n := len(c.cloud.Calls()); n != c.calls {
			return nil, fmt.Errorf("%d calls were made, not %d", n, c.calls)
		}
		if p.floor, err = floor.run(ctx, c.command); err != nil {
			return nil, err
		}
	}
	return pairs[1:], nil
}

// row is how pairs make a line of the table.
type row struct {
	figure func(result) float64
	show   func(float64) string
	more   float64 // added to the floor's figure
	target float64 // the largest ratio; 0: none
}

// print prints the medians of both and of their ratios.
func (b *bench) print(what string, pairs []pair, r row) {
	if len(pairs) == 0 {
		return
	}
	var ours, floors, ratios []float64
	for _, p := range pairs {
		o, f := r.figure(p.ours), r.figure(p.floor)+r.more
		ours, floors, ratios = append(ours, o), append(floors, f), append(ratios, o/f)
	}
	ratio := median(ratios)
	target, met := "", ""
	if r.target > 0 {
		target, met = fmt.Sprintf("%.2f", r.target), verdict(ratio <= r.target)
	}
	b.printf("| %s | %s | %s | %.2f | %s | %s |\n", what, r.show(median(ours)), r.show(median(floors)), ratio, target, met)
}

func verdict(met bool) string {
	if met {
		return "met"
	}
	return "**not met**"
}

func median(v []float64) float64 {
	const two = 2
	v = slices.Sorted(slices.Values(v))
	below, above := v[(len(v)-1)/two], v[len(v)/two]
	return (below + above) / two
}

func wall(r result) float64 { return r.wall.Seconds() }

func cpu(r result) float64 { return r.cpu.Seconds() }

func own(r result) float64 { return r.own.Seconds() }

func memory(r result) float64 { return float64(r.memory) }

func seconds(f float64) string { return fmt.Sprintf("%.3f s", f) }

func megabytes(f float64) string { return fmt.Sprintf("%.1f MB", f/megabyte) }
