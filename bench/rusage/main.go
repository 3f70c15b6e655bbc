// SPDX-License-Identifier: MPL-2.0

// Command rusage runs the provider BENCH_PROVIDER in its place, and appends the
// resource usage of the process to the file BENCH_USAGE, as JSON.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"log"
	"os"
	"os/exec"
	"syscall"
)

func main() {
	program := os.Getenv("BENCH_PROVIDER")
	cmd := exec.CommandContext(context.Background(), program, os.Args[1:]...) //nolint:gosec // set by the benchmark
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	if err := cmd.Start(); err != nil {
		log.Fatal(err)
	}
	if err := errors.Join(cmd.Wait(), appendUsage(cmd.ProcessState)); err != nil {
		log.Fatal(err)
	}
}

func appendUsage(p *os.ProcessState) (err error) {
	f, err := os.OpenFile(os.Getenv("BENCH_USAGE"), os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	usage, ok := p.SysUsage().(*syscall.Rusage)
	if !ok {
		return errors.New("this platform does not report the resource usage of a process")
	}
	return json.NewEncoder(f).Encode(usage)
}
