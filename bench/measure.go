// SPDX-License-Identifier: MPL-2.0

package main

import (
	"context"
	"fmt"
	"slices"
	"time"
)

const megabyte = 1e6

// pair holds the results of two commands, one run right after the other.
type pair struct{ provider, baseline result }

// measure runs the command of a comparison with the provider and with the
// baseline, in turn. A first pair, which fills the caches, does not count. It
// returns an error if the number of API calls is not the expected one.
func (b *bench) measure(ctx context.Context, c comparison) ([]pair, error) {
	if c.command == "" {
		c.command = "plan"
	}
	provider, err := b.workspace(ctx, b.providerVariant(c), c.withRusage)
	if err != nil {
		return nil, err
	}
	baseline, err := b.workspace(ctx, b.baselineVariant(c), c.withRusage)
	if err != nil {
		return nil, err
	}
	pairs := make([]pair, 1+max(1, b.pairs/max(1, c.divisor)))
	for i := range pairs {
		p := &pairs[i]
		c.server.ClearCalls()
		if p.provider, err = provider.run(ctx, c.command); err != nil {
			return nil, err
		}
		if n := len(c.server.Calls()); n != c.calls {
			return nil, fmt.Errorf("the provider made %d API calls, not %d", n, c.calls)
		}
		if p.baseline, err = baseline.run(ctx, c.command); err != nil {
			return nil, err
		}
	}
	return pairs[1:], nil
}

// row is a row of the table.
type row struct {
	title          string
	metric         func(result) float64
	format         func(float64) string // seconds if nil
	baselineOffset time.Duration        // added to the baseline's time
	target         float64              // the largest ratio that meets the target; 0: no target
}

// line returns the row in Markdown, with the medians of provider and baseline
// and the median of the ratios of the pairs.
func (r row) line(baselineName string, pairs []pair) string {
	var provider, baseline, ratios []float64
	for _, p := range pairs {
		pm, bm := r.metric(p.provider), r.metric(p.baseline)+r.baselineOffset.Seconds()
		provider, baseline, ratios = append(provider, pm), append(baseline, bm), append(ratios, pm/bm)
	}
	ratio, format := median(ratios), r.format
	if format == nil {
		format = seconds
	}
	target, status := "", ""
	if r.target > 0 {
		target, status = fmt.Sprintf("%.2f", r.target), "met"
		if ratio > r.target {
			status = "**not met**"
		}
	}
	if r.baselineOffset > 0 {
		baselineName += " + " + r.baselineOffset.String()
	}
	return fmt.Sprintf("| %s | %s | %s | %s | %.2f | %s | %s |",
		r.title, baselineName, format(median(provider)), format(median(baseline)), ratio, target, status)
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

func binarySize(r result) float64 { return float64(r.binarySize) }

func seconds(f float64) string { return fmt.Sprintf("%.3f s", f) }

func megabytes(f float64) string { return fmt.Sprintf("%.1f MB", f/megabyte) }
