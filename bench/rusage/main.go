// Command rusage stands in a provider's place: it runs BENCH_PROVIDER, and adds
// what the system says of its use of the machine to the file BENCH_USAGE.
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
	cmd := exec.CommandContext(context.Background(), os.Getenv("BENCH_PROVIDER"), os.Args[1:]...) //nolint:gosec // the benchmark that starts Terraform names it
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
		return errors.New("the system says nothing of a process that has ended")
	}
	return json.NewEncoder(f).Encode(usage)
}
