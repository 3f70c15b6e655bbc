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

	fast *cloud // answers at once
	slow *cloud // takes slowCall
	each *cloud // takes eachCall, and has instances with one task
}

func (b *bench) run(ctx context.Context) (err error) {
	defer func() {
		for _, c := range []*cloud{b.fast, b.slow, b.each} {
			if c != nil {
				c.stop()
			}
		}
	}()
	if b.fast, err = newCloud(0, 0, sizes...); err != nil {
		return err
	}
	if b.slow, err = newCloud(slowCall, 0, long); err != nil {
		return err
	}
	if b.each, err = newCloud(eachCall, instances); err != nil {
		return err
	}
	if err := b.sameAnswers(ctx); err != nil {
		return err
	}
	if err := b.machine(ctx); err != nil {
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
		{"memory", b.peakMemory},
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

// machine prints what the figures are taken on.
func (b *bench) machine(ctx context.Context) error {
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
	b.printf("%s on %s. Load of the last minute: %s.\n", terraform, processor(), average)
	return nil
}

// processor names the machine's processors.
func processor() string {
	model := "processors"
	info, err := os.ReadFile("/proc/cpuinfo")
	if _, after, ok := strings.Cut(string(info), "model name"); ok && err == nil {
		line, _, _ := strings.Cut(after, "\n")
		model = strings.TrimSpace(strings.TrimLeft(line, "\t :"))
	}
	return fmt.Sprintf("%d × %s, %s/%s", runtime.NumCPU(), model, runtime.GOOS, runtime.GOARCH)
}

// ours is this provider with a configuration.
func (b *bench) ours(c *cloud, blocks string) contender {
	return contender{binary: b.provider, config: c.provider() + blocks}
}

// nothing is the floor that does nothing.
func (b *bench) nothing(blocks string) contender {
	return contender{binary: filepath.Join(b.binaries, "nothing"), config: blocks}
}

// memory is the floor that has n tasks in memory.
func (b *bench) memory(n int) contender {
	return contender{binary: filepath.Join(b.binaries, "memory"), config: dataOf(n), env: []string{fmt.Sprintf("BENCH_TASKS=%d", n)}}
}

// dataOf is a block that reads n tasks.
func dataOf(n int) string { return data("test", sized(n)) }

// data is a block that reads an instance.
func data(name, instance string) string {
	return fmt.Sprintf("data \"alicloud_rds_migrate_tasks\" %q {\n  db_instance_id = %q\n}\n", name, instance)
}

// sameAnswers makes sure that the provider and the floor with a list in memory
// answer the same.
func (b *bench) sameAnswers(ctx context.Context) error {
	const n = short
	var digests []string
	for _, who := range []contender{b.ours(b.fast, dataOf(n)), b.memory(n)} {
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
		ours: b.ours(b.fast, dataOf(single)), floor: b.nothing(dataOf(single)), cloud: b.fast, calls: 1, pairs: b.pairs,
	})
	b.print("plan with 1 task, beside doing nothing: time", pairs, row{figure: wall, show: seconds, target: 1.10})
	b.print("the same: CPU of the whole plan", pairs, row{figure: cpu, show: seconds})
	return err
}

func (b *bench) list(ctx context.Context) error {
	pairs, err := b.compare(ctx, comparison{
		ours: b.ours(b.fast, dataOf(short)), floor: b.memory(short), cloud: b.fast, calls: 3, pairs: b.pairs,
	})
	b.print("plan with 250 tasks, beside the same list from memory: time", pairs, row{figure: wall, show: seconds, target: 1.10})
	b.print("the same: CPU of the whole plan", pairs, row{figure: cpu, show: seconds})
	return err
}

// cpu runs one pair in share.
func (b *bench) cpu(ctx context.Context, n, share int) error {
	c := comparison{
		ours: b.ours(b.fast, dataOf(n)), floor: b.memory(n), cloud: b.fast, calls: n / pageSize, pairs: max(1, b.pairs/share),
	}
	pairs, err := b.compare(ctx, c)
	if err != nil {
		return err
	}
	what := fmt.Sprintf("plan with %d tasks, beside the same list from memory: CPU of ", n)
	b.print(what+"the whole plan", pairs, row{figure: cpu, show: seconds, target: 1.30})
	c.metered = true
	if pairs, err = b.compare(ctx, c); err != nil {
		return err
	}
	b.print(what+"the provider's processes", pairs, row{figure: own, show: seconds, target: 1.30})
	return nil
}

func (b *bench) slowCalls(ctx context.Context) error {
	const n = long
	pairs, err := b.compare(ctx, comparison{
		ours: b.ours(b.slow, dataOf(n)), floor: b.memory(n), cloud: b.slow, calls: n / pageSize, pairs: b.pairs,
	})
	b.print("1,000 tasks with 50 ms a call, beside the same list from memory + 4 × 50 ms: time", pairs,
		row{figure: wall, show: seconds, target: 1.10, more: 4 * slowCall.Seconds()})
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
		ours: b.ours(b.each, blocks), floor: b.nothing(blocks), cloud: b.each, calls: instances, pairs: max(1, b.pairs/half),
	})
	if err != nil {
		return err
	}
	b.print("500 instances with for_each and 20 ms a call, beside doing nothing + 500/10 × 20 ms: time", pairs,
		row{figure: wall, show: seconds, target: 1.30, more: instances / parallel * eachCall.Seconds()})
	b.print("the same: CPU of the whole plan, beside doing nothing", pairs, row{figure: cpu, show: seconds})
	return nil
}

// size compares the binaries.
func (b *bench) size(context.Context) error {
	var p pair
	for binary, r := range map[string]*result{b.provider: &p.ours, filepath.Join(b.binaries, "nothing"): &p.floor} {
		info, err := os.Stat(binary)
		if err != nil {
			return err
		}
		r.memory = info.Size()
	}
	b.print("binary, stripped", []pair{p}, row{figure: memory, show: megabytes, target: 1.30})
	return nil
}

func (b *bench) peakMemory(ctx context.Context) error {
	pairs, err := b.compare(ctx, comparison{
		ours: b.ours(b.fast, dataOf(long)), floor: b.nothing(dataOf(single)), cloud: b.fast, calls: 10, pairs: max(1, b.pairs/half), metered: true,
	})
	b.print("peak memory of the provider's process with 1,000 tasks, beside doing nothing", pairs,
		row{figure: memory, show: megabytes, target: 1.50})
	return err
}

// validate validates many data blocks.
func (b *bench) validate(ctx context.Context) error {
	var blocks strings.Builder
	for i := range instances {
		blocks.WriteString(data(fmt.Sprintf("test%d", i), fmt.Sprintf("rm-%03d", i)))
	}
	pairs, err := b.compare(ctx, comparison{
		ours: b.ours(b.each, blocks.String()), floor: b.nothing(blocks.String()), command: "validate", cloud: b.each, pairs: max(1, b.pairs/quarter),
	})
	if err != nil {
		return err
	}
	b.print("validate with 500 data blocks, beside doing nothing: time", pairs, row{figure: wall, show: seconds})
	b.print("the same: CPU of the whole command", pairs, row{figure: cpu, show: seconds})
	return nil
}
