// SPDX-License-Identifier: MPL-2.0

// Command rdssim serves a simulated RDS API on a loopback address until it is interrupted.
package main

import (
	"cmp"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"os"
	"os/signal"
	"strconv"
	"syscall"
	"time"

	"github.com/jonboulle/clockwork"

	"github.com/rds-migrate/terraform-provider-alicloud/internal/rdssim"
)

const (
	exitFailure = 1
	exitUsage   = 2
)

// shutdownTimeout is how long a client may take to send the header of a call, and how long calls may take to end at a
// shutdown.
const shutdownTimeout = 5 * time.Second

const usage = `Usage: rdssim -scenario FILE [-listen ADDRESS] [-log]

Serves a simulation of Alibaba Cloud's RDS API with one action, DescribeMigrateTasks. It plays the scenario in
FILE, checks every signature, and runs until it is interrupted. When it is ready, it prints one line:

    rdssim listening on 127.0.0.1:PORT

This page describes the file:

    https://registry.terraform.io/providers/rds-migrate/alicloud/latest/docs/guides/rdssim-scenarios

Flags:
`

// errUsage is returned for a wrong command line that the flag package has already reported.
var errUsage = errors.New("wrong usage")

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr)
	stop()
	switch {
	case err == nil, errors.Is(err, flag.ErrHelp):
	case errors.Is(err, errUsage):
		os.Exit(exitUsage)
	default:
		fmt.Fprintf(os.Stderr, "rdssim: %v\n", err)
		os.Exit(exitFailure)
	}
}

type options struct {
	listen, scenario string
	log              bool
}

func parseFlags(args []string, stderr io.Writer) (options, error) {
	var o options
	flags := flag.NewFlagSet("rdssim", flag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.StringVar(&o.listen, "listen", "127.0.0.1:0", "loopback `address` to listen on; port 0 selects a free one")
	flags.StringVar(&o.scenario, "scenario", "", "JSON `file` with the scenario to play; - reads standard input")
	flags.BoolVar(&o.log, "log", false, "print a line for each call to standard error")
	flags.Usage = func() {
		// Without standard error, this error cannot be reported either.
		_, _ = io.WriteString(stderr, usage)
		flags.PrintDefaults()
	}
	err := flags.Parse(args)
	switch {
	case errors.Is(err, flag.ErrHelp):
		return o, err
	case err != nil:
		return o, errUsage
	case flags.NArg() > 0:
		return o, fmt.Errorf("unexpected argument %q; see rdssim -help", flags.Arg(0))
	case o.scenario == "":
		return o, errors.New("the flag -scenario is missing; see rdssim -help")
	}
	return o, nil
}

func run(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) error {
	o, err := parseFlags(args, stderr)
	if err != nil {
		return err
	}
	scenario, err := loadScenario(o.scenario, stdin)
	if err != nil {
		return err
	}
	sim, err := rdssim.New(scenario, clockwork.NewRealClock())
	if err != nil {
		return err
	}
	defer sim.Close()
	logger := log.New(io.Discard, "", log.LstdFlags|log.LUTC)
	if o.log {
		logger.SetOutput(stderr)
	}
	sim.Observe(func(c rdssim.Call) {
		logger.Print(formatCall(c))
		// A simulator may run for days, and no code here reads the recorded calls.
		sim.ClearCalls()
	})
	l, err := listen(ctx, o.listen)
	if err != nil {
		return err
	}
	return serve(ctx, l, sim, stdout)
}

// formatCall describes a call in the log, without secrets and with every parameter quoted.
func formatCall(c rdssim.Call) string {
	result := "no response"
	if c.Status != 0 {
		result = strconv.Itoa(c.Status)
	}
	if c.Code != "" {
		result += " " + c.Code
	}
	if len(c.Faults) > 0 {
		result += fmt.Sprintf(" %v", c.Faults)
	}
	return fmt.Sprintf("%s %q %q page %q: %s", c.Method, c.Action, c.Params.Get("DBInstanceId"),
		cmp.Or(c.Params.Get("PageNumber"), "1"), result)
}

func loadScenario(name string, stdin io.Reader) (s rdssim.Scenario, err error) {
	if name == "-" {
		return rdssim.Load(stdin)
	}
	f, err := os.Open(name)
	if err != nil {
		return s, fmt.Errorf("opening the scenario: %w", err)
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	s, err = rdssim.Load(f)
	if err != nil {
		return s, fmt.Errorf("%s: %w", name, err)
	}
	return s, nil
}

// listen accepts loopback addresses only: other machines must not reach a simulator.
func listen(ctx context.Context, address string) (net.Listener, error) {
	a, err := net.ResolveTCPAddr("tcp", address)
	if err != nil {
		return nil, fmt.Errorf("-listen %s: %w", address, err)
	}
	if !a.IP.IsLoopback() {
		return nil, fmt.Errorf("-listen %s: not a loopback address; use 127.0.0.1:0 or [::1]:0", address)
	}
	var config net.ListenConfig
	l, err := config.Listen(ctx, "tcp", a.String())
	if err != nil {
		return nil, fmt.Errorf("-listen %s: %w", address, err)
	}
	return l, nil
}

// serve serves calls until ctx is done.
func serve(ctx context.Context, l net.Listener, sim *rdssim.Simulator, stdout io.Writer) error {
	server := &http.Server{Handler: sim, ReadHeaderTimeout: shutdownTimeout}
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(l) }()
	if _, err := fmt.Fprintf(stdout, "rdssim listening on %s\n", l.Addr()); err != nil {
		return errors.Join(fmt.Errorf("printing the address: %w", err), server.Close())
	}
	select {
	case err := <-ended:
		return fmt.Errorf("serving: %w", err)
	case <-ctx.Done():
	}
	sim.Close()
	shutdown, cancel := context.WithTimeout(context.WithoutCancel(ctx), shutdownTimeout)
	defer cancel()
	if err := server.Shutdown(shutdown); err != nil {
		return errors.Join(fmt.Errorf("stopping: %w", err), server.Close())
	}
	return nil
}
