// SPDX-License-Identifier: MPL-2.0

// Command terraform-provider-alicloud serves the provider to Terraform.
package main

import (
	"flag"
	"fmt"
	"io"
	"log"
	"os"
	"runtime"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6/tf6server"
	"github.com/jonboulle/clockwork"

	"github.com/rds-migrate/terraform-provider-alicloud/internal/provider"
)

// Set by the linker.
var (
	version = "dev"
	commit  = "unknown"
)

func main() {
	discardStandardLog()
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// discardStandardLog discards what net/http writes to the standard logger: it quotes
// a response without a request, and so a signature that a proxy sends back.
func discardStandardLog() { log.SetOutput(io.Discard) }

func run() error {
	debug := flag.Bool("debug", false, "serve until interrupted, for a debugger")
	printVersion := flag.Bool("version", false, "print the version, the commit and the platform, and exit")
	flag.Parse()

	if *printVersion {
		_, err := fmt.Fprintf(os.Stdout, "terraform-provider-alicloud %s\ncommit %s\n%s %s_%s\n",
			version, commit, runtime.Version(), runtime.GOOS, runtime.GOARCH)
		return err
	}
	if !*debug {
		if err := disableSDKTraces(); err != nil {
			return err
		}
	}
	var options []tf6server.ServeOpt
	if *debug {
		options = append(options, tf6server.WithManagedDebug())
	}
	newServer := func() tfprotov6.ProviderServer {
		return provider.NewServer(provider.New(version, clockwork.NewRealClock()))
	}
	return tf6server.Serve(provider.Address, newServer, options...)
}

// disableSDKTraces limits the log of the plugin SDK to errors, unless an
// environment variable sets a log level. By default the SDK writes all traces
// to Terraform, about 130 kB for the smallest plan, and Terraform drops them.
func disableSDKTraces() error {
	for _, name := range []string{"TF_LOG", "TF_LOG_PROVIDER", "TF_LOG_SDK"} {
		if os.Getenv(name) != "" {
			return nil
		}
	}
	return os.Setenv("TF_LOG_SDK", "ERROR")
}
