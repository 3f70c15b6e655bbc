// SPDX-License-Identifier: MPL-2.0

// Command bench compares Terraform commands with the provider to the same
// commands with a baseline: noop, a provider that does nothing, or fixture, a
// provider that returns the same list from memory. It prints a table in
// Markdown.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"

	"github.com/jonboulle/clockwork"
)

const defaultPairs = 20

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := run(ctx)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context) (err error) {
	terraform := flag.String("terraform", "terraform", "the `command` to run")
	binaries := flag.String("binaries", ".", "the `directory` of noop, fixture and rusage")
	provider := flag.String("provider", "", "the provider's `binary`")
	pairs := flag.Int("pairs", defaultPairs, "how many pairs of commands to run; comparisons that take long run fewer")
	only := flag.String("only", "", "run only the comparisons of this `name`, such as memory")
	flag.Parse()
	for _, path := range []*string{binaries, provider} {
		if *path, err = filepath.Abs(*path); err != nil { // commands run in directories of their own
			return err
		}
	}

	temp, err := os.MkdirTemp("", "bench-")
	if err != nil {
		return err
	}
	defer func() {
		if e := os.RemoveAll(temp); err == nil {
			err = e
		}
	}()
	b := &bench{
		runner: runner{
			terraform: *terraform, binaries: *binaries, provider: *provider,
			temp: temp, clock: clockwork.NewRealClock(),
		},
		pairs: *pairs,
		only:  *only,
		out:   os.Stdout,
	}
	return b.run(ctx)
}
