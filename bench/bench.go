// SPDX-License-Identifier: MPL-2.0

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
)

// bench measures the comparisons and prints their rows.
type bench struct {
	runner

	pairs int
	only  string // the name of the comparisons to run; all if empty
	out   io.Writer
}

func (b *bench) run(ctx context.Context) error {
	s, err := newServers()
	if err != nil {
		return err
	}
	defer s.close()
	if err := b.checkFixture(ctx, s.fast); err != nil {
		return err
	}
	if err := b.printEnvironment(ctx); err != nil {
		return err
	}
	b.printf("\n| what | baseline | provider | baseline | ratio | target | |\n" +
		"| --- | --- | --: | --: | --: | --: | --- |\n")
	found := false
	for _, c := range comparisons(s) {
		if b.only != "" && b.only != c.name {
			continue
		}
		found = true
		pairs, err := b.measure(ctx, c)
		if err != nil {
			return fmt.Errorf("%s: %w", c.name, err)
		}
		for _, r := range c.rows {
			b.printf("%s\n", r.line(c.baseline, pairs))
		}
	}
	if !found {
		return fmt.Errorf("no comparison is named %q", b.only)
	}
	return nil
}

func (b *bench) printf(format string, args ...any) {
	_, _ = fmt.Fprintf(b.out, format, args...) // an error could only be reported to the same terminal
}

// printEnvironment prints the versions, the machine, and its load.
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
	b.printf("%s on %s. Load average of the last minute: %s.\n", terraform, cpuModel(), average)
	return nil
}

// cpuModel returns the number and the model of the processors, and the platform.
func cpuModel() string {
	model := "processors"
	info, err := os.ReadFile("/proc/cpuinfo")
	if _, after, ok := strings.Cut(string(info), "model name"); ok && err == nil {
		line, _, _ := strings.Cut(after, "\n")
		model = strings.TrimSpace(strings.TrimLeft(line, "\t :"))
	}
	return fmt.Sprintf("%d × %s, %s/%s", runtime.NumCPU(), model, runtime.GOOS, runtime.GOARCH)
}

// checkFixture returns an error if the provider and the fixture baseline
// return different results for the same list.
func (b *bench) checkFixture(ctx context.Context, server *apiServer) error {
	const output = `
locals {
  d       = data.alicloud_rds_migrate_tasks.test
  results = [local.d.ids, local.d.tasks, local.d.databases, local.d.all_succeeded]
}
output "digest" {
  value = "${length(local.d.tasks)}-${sha256(jsonencode(local.results))}"
}
`
	c := comparison{server: server, tasks: fixtureTasks, baseline: "fixture"}
	var digests []string
	for _, v := range []variant{b.providerVariant(c), b.baselineVariant(c)} {
		v.config += output
		w, err := b.workspace(ctx, v, false)
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
	if digests[0] != digests[1] || !strings.HasPrefix(digests[0], fmt.Sprintf(`"%d-`, c.tasks)) {
		return fmt.Errorf("the provider and the fixture return different results: %q and %q", digests[0], digests[1])
	}
	return nil
}

// providerVariant is the provider with the configuration of a comparison.
func (b *bench) providerVariant(c comparison) variant {
	return variant{binary: b.provider, config: c.server.providerBlock() + c.blocks()}
}

// baselineVariant is the baseline of a comparison with the same configuration.
func (b *bench) baselineVariant(c comparison) variant {
	return variant{
		binary: filepath.Join(b.binaries, c.baseline),
		config: c.blocks(),
		env:    []string{fmt.Sprintf("BENCH_TASKS=%d", c.tasks)},
	}
}
