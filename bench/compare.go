package main

import (
	"context"
	"fmt"
	"slices"
)

const megabyte = 1e6

// comparison is what a contender and its floor are run for, in turn.
type comparison struct {
	provider, baseline variant
	command            string // plan when empty
	server             *apiServer
	calls              int // that one command of ours makes
	pairs              int
	withRusage         bool // look at the provider's processes
}

// pair is what both took, one right after the other.
type pair struct{ provider, baseline result }

// compare runs a pair for the caches and then those that count.
func (b *bench) compare(ctx context.Context, c comparison) ([]pair, error) {
	if c.command == "" {
		c.command = "plan"
	}
	ours, err := b.workspace(ctx, c.provider, c.withRusage)
	if err != nil {
		return nil, err
	}
	floor, err := b.workspace(ctx, c.baseline, c.withRusage)
	if err != nil {
		return nil, err
	}
	pairs := make([]pair, c.pairs+1)
	for i := range pairs {
		p := &pairs[i]
		c.server.ClearCalls()
		if p.provider, err = ours.run(ctx, c.command); err != nil {
			return nil, err
		}
		if n := len(c.server.Calls()); n != c.calls {
			return nil, fmt.Errorf("%d calls were made, not %d", n, c.calls)
		}
		if p.baseline, err = floor.run(ctx, c.command); err != nil {
			return nil, err
		}
	}
	return pairs[1:], nil
}

// row is how pairs make a line of the table.
type row struct {
	metric         func(result) float64
	format         func(float64) string
	baselineOffset float64 // added to the floor's figure
	target         float64 // the largest ratio; 0: none
}

// print prints the medians of both and of their ratios.
func (b *bench) print(what string, pairs []pair, r row) {
	if len(pairs) == 0 {
		return
	}
	var ours, floors, ratios []float64
	for _, p := range pairs {
		o, f := r.metric(p.provider), r.metric(p.baseline)+r.baselineOffset
		ours, floors, ratios = append(ours, o), append(floors, f), append(ratios, o/f)
	}
	ratio := median(ratios)
	target, met := "", ""
	if r.target > 0 {
		target, met = fmt.Sprintf("%.2f", r.target), targetStatus(ratio <= r.target)
	}
	b.printf("| %s | %s | %s | %.2f | %s | %s |\n", what, r.format(median(ours)), r.format(median(floors)), ratio, target, met)
}

func targetStatus(met bool) string {
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

func wallTime(r result) float64 { return r.wallTime.Seconds() }

func totalCPU(r result) float64 { return r.totalCPU.Seconds() }

func providerCPU(r result) float64 { return r.providerCPU.Seconds() }

func peakMemory(r result) float64 { return float64(r.peakMemory) }

func seconds(f float64) string { return fmt.Sprintf("%.3f s", f) }

func megabytes(f float64) string { return fmt.Sprintf("%.1f MB", f/megabyte) }
