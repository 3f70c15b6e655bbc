package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"time"
)

const (
	pageSize  = 100
	instances = 500 // in the rows with many data blocks
	parallel  = 10  // Terraform's default

	slowCall = 50 * time.Millisecond
	eachCall = 20 * time.Millisecond
)

// Lists, by the number of their tasks.
const (
	short  = 250
	long   = 1_000
	huge   = 10_000
	single = 1
)

// Of the pairs of a row that takes long, only a part is run.
const (
	half    = 2
	quarter = 4
)

// sizes are the lists that are read.
var sizes = []int{single, short, long, huge}

// bench is a run of all rows.
type bench struct {
	runner

	pairs int
	only  string
	out   io.Writer

	fast        *apiServer // answers at once
	slow        *apiServer // takes slowCall
	perInstance *apiServer // takes eachCall, and has instances with one task
}

func (b *bench) run(ctx context.Context) (err error) {
	defer func() {
		for _, c := range []*apiServer{b.fast, b.slow, b.perInstance} {
			if c != nil {
				c.stop()
			}
		}
	}()
	if b.fast, err = newAPIServer(0, 0, sizes...); err != nil {
		return err
	}
	if b.slow, err = newAPIServer(slowCall, 0, long); err != nil {
		return err
	}
	if b.perInstance, err = newAPIServer(eachCall, instances); err != nil {
		return err
	}
	if err := b.checkFixture(ctx); err != nil {
		return err
	}
	if err := b.printEnvironment(ctx); err != nil {
		return err
	}
	b.printf("\n| what | the provider | the floor | ratio | target | |\n| --- | --: | --: | --: | --: | --- |\n")
	found := b.only == ""
	for _, step := range []struct {
		name string
		run  func(context.Context) error
	}{
		{"one", b.oneTask},
		{"list", b.list},
		{"cpu", func(ctx context.Context) error { return b.cpu(ctx, long, half) }},
		{"cpu10k", func(ctx context.Context) error { return b.cpu(ctx, huge, quarter) }},
		{"slow", b.slowCalls},
		{"each", b.forEach},
		{"size", b.size},
		{"memory", b.comparePeakMemory},
		{"validate", b.validate},
	} {
		if b.only != "" && b.only != step.name {
			continue
		}
		found = true
		if err := step.run(ctx); err != nil {
			return fmt.Errorf("%s: %w", step.name, err)
		}
	}
	if !found {
		return fmt.Errorf("there is no step %q", b.only)
	}
	return nil
}

func (b *bench) printf(format string, args ...any) {
	// Whoever cannot be told needs no table.
	_, _ = fmt.Fprintf(b.out, format, args...)
}

// printEnvironment prints what the figures are taken on.
func (b *bench) printEnvironment(ctx context.Context) error {
	w := workspace{runner: &b.runner, dir: b.temp, env: baseEnv(b.temp)}
	r, err := w.run(ctx, "version")
	if err != nil {
		return err
	}
	load, err := os.ReadFile("/proc/loadavg")
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	terraform, _, _ := strings.Cut(r.output, "\n")
	average, _, _ := strings.Cut(string(load), " ")
	b.printf("%s on %s. Load of the last minute: %s.\n", terraform, cpuModel(), average)
	return nil
}

// cpuModel names the machine's processors.
func cpuModel() string {
	model := "processors"
	info, err := os.ReadFile("/proc/cpuinfo")
	if _, after, ok := strings.Cut(string(info), "model name"); ok && err == nil {
		line, _, _ := strings.Cut(after, "\n")
		model = strings.TrimSpace(strings.TrimLeft(line, "\t :"))
	}
	return fmt.Sprintf("%d × %s, %s/%s", runtime.NumCPU(), model, runtime.GOOS, runtime.GOARCH)
}

// withProvider is this provider with a configuration.
func (b *bench) withProvider(c *apiServer, blocks string) variant {
	return variant{binary: b.provider, config: c.providerBlock() + blocks}
}

// withNoop is the floor that does nothing.
func (b *bench) withNoop(blocks string) variant {
	return variant{binary: filepath.Join(b.binaries, "noop"), config: blocks}
}

// withFixture is the floor that has n tasks in memory.
func (b *bench) withFixture(n int) variant {
	return variant{binary: filepath.Join(b.binaries, "fixture"), config: readTasks(n), env: []string{fmt.Sprintf("BENCH_TASKS=%d", n)}}
}

// readTasks is a block that reads n tasks.
func readTasks(n int) string { return dataBlock("test", instanceWith(n)) }

// dataBlock is a block that reads an instance.
func dataBlock(name, instance string) string {
	return fmt.Sprintf("data \"alicloud_rds_migrate_tasks\" %q {\n  db_instance_id = %q\n}\n", name, instance)
}

// checkFixture makes sure that the provider and the floor with a list in memory
// answer the same.
func (b *bench) checkFixture(ctx context.Context) error {
	const n = short
	var digests []string
	for _, who := range []variant{b.withProvider(b.fast, readTasks(n)), b.withFixture(n)} {
		who.config += `
locals {
  d = data.alicloud_rds_migrate_tasks.test
}
output "digest" {
  value = "${length(local.d.tasks)}-${sha256(jsonencode([local.d.ids, local.d.tasks, local.d.databases, local.d.all_succeeded]))}"
}
`
		w, err := b.workspace(ctx, who, false)
		if err != nil {
			return err
		}
		r, err := w.run(ctx, "plan")
		if err != nil {
			return err
		}
		_, digest, _ := strings.Cut(r.output, "digest = ")
		digest, _, _ = strings.Cut(digest, "\n")
		digests = append(digests, digest)
	}
	if digests[0] != digests[1] || !strings.HasPrefix(digests[0], fmt.Sprintf(`"%d-`, n)) {
		return fmt.Errorf("the provider's answer is not the floor's: %q and %q", digests[0], digests[1])
	}
	return nil
}

func (b *bench) oneTask(ctx context.Context) error {
	pairs, err := b.compare(ctx, comparison{
		provider: b.withProvider(b.fast, readTasks(single)), baseline: b.withNoop(readTasks(single)), server: b.fast, calls: 1, pairs: b.pairs,
	})
	b.print("plan with 1 task, beside doing nothing: time", pairs, row{metric: wallTime, format: seconds, target: 1.10})
	b.print("the same: CPU of the whole plan", pairs, row{metric: totalCPU, format: seconds})
	return err
}

func (b *bench) list(ctx context.Context) error {
	pairs, err := b.compare(ctx, comparison{
		provider: b.withProvider(b.fast, readTasks(short)), baseline: b.withFixture(short), server: b.fast, calls: 3, pairs: b.pairs,
	})
	b.print("plan with 250 tasks, beside the same list from memory: time", pairs, row{metric: wallTime, format: seconds, target: 1.10})
	b.print("the same: CPU of the whole plan", pairs, row{metric: totalCPU, format: seconds})
	return err
}

// cpu runs one pair in share.
func (b *bench) cpu(ctx context.Context, n, share int) error {
	c := comparison{
		provider: b.withProvider(b.fast, readTasks(n)), baseline: b.withFixture(n), server: b.fast, calls: n / pageSize, pairs: max(1, b.pairs/share),
	}
	pairs, err := b.compare(ctx, c)
	if err != nil {
		return err
	}
	what := fmt.Sprintf("plan with %d tasks, beside the same list from memory: CPU of ", n)
	b.print(what+"the whole plan", pairs, row{metric: totalCPU, format: seconds, target: 1.30})
	c.withRusage = true
	if pairs, err = b.compare(ctx, c); err != nil {
		return err
	}
	b.print(what+"the provider's processes", pairs, row{metric: providerCPU, format: seconds, target: 1.30})
	return nil
}

func (b *bench) slowCalls(ctx context.Context) error {
	const n = long
	pairs, err := b.compare(ctx, comparison{
		provider: b.withProvider(b.slow, readTasks(n)), baseline: b.withFixture(n), server: b.slow, calls: n / pageSize, pairs: b.pairs,
	})
	b.print("1,000 tasks with 50 ms a call, beside the same list from memory + 4 × 50 ms: time", pairs,
		row{metric: wallTime, format: seconds, target: 1.10, baselineOffset: 4 * slowCall.Seconds()})
	return err
}

func (b *bench) forEach(ctx context.Context) error {
	blocks := fmt.Sprintf(`
data "alicloud_rds_migrate_tasks" "test" {
  for_each       = toset([for i in range(%d) : format("rm-%%03d", i)])
  db_instance_id = each.key
}
`, instances)
	pairs, err := b.compare(ctx, comparison{
		provider: b.withProvider(b.perInstance, blocks), baseline: b.withNoop(blocks), server: b.perInstance, calls: instances, pairs: max(1, b.pairs/half),
	})
	if err != nil {
		return err
	}
	b.print("500 instances with for_each and 20 ms a call, beside doing nothing + 500/10 × 20 ms: time", pairs,
		row{metric: wallTime, format: seconds, target: 1.30, baselineOffset: instances / parallel * eachCall.Seconds()})
	b.print("the same: CPU of the whole plan, beside doing nothing", pairs, row{metric: totalCPU, format: seconds})
	return nil
}

// size compares the binaries.
func (b *bench) size(context.Context) error {
	var p pair
	for binary, r := range map[string]*result{b.provider: &p.provider, filepath.Join(b.binaries, "noop"): &p.baseline} {
		info, err := os.Stat(binary)
		if err != nil {
			return err
		}
		r.peakMemory = info.Size()
	}
	b.print("binary, stripped", []pair{p}, row{metric: peakMemory, format: megabytes, target: 1.30})
	return nil
}

func (b *bench) comparePeakMemory(ctx context.Context) error {
	pairs, err := b.compare(ctx, comparison{
		provider: b.withProvider(b.fast, readTasks(long)), baseline: b.withNoop(readTasks(single)), server: b.fast, calls: 10, pairs: max(1, b.pairs/half), withRusage: true,
	})
	b.print("peak memory of the provider's process with 1,000 tasks, beside doing nothing", pairs,
		row{metric: peakMemory, format: megabytes, target: 1.50})
	return err
}

// validate validates many data blocks.
func (b *bench) validate(ctx context.Context) error {
	var blocks strings.Builder
	for i := range instances {
		blocks.WriteString(dataBlock(fmt.Sprintf("test%d", i), fmt.Sprintf("rm-%03d", i)))
	}
	pairs, err := b.compare(ctx, comparison{
		provider: b.withProvider(b.perInstance, blocks.String()), baseline: b.withNoop(blocks.String()), command: "validate", server: b.perInstance, pairs: max(1, b.pairs/quarter),
	})
	if err != nil {
		return err
	}
	b.print("validate with 500 data blocks, beside doing nothing: time", pairs, row{metric: wallTime, format: seconds})
	b.print("the same: CPU of the whole command", pairs, row{metric: totalCPU, format: seconds})
	return nil
}
