// SPDX-License-Identifier: MPL-2.0

// Command terraform-provider-alicloud serves the provider to Terraform.
package main

import (
	"flag"
	"fmt"
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
	debug := flag.Bool("debug", false, "serve until interrupted, for a debugger")
	printVersion := flag.Bool("version", false, "print the version, the commit and the platform, and exit")
	flag.Parse()

	if *printVersion {
		_, err := fmt.Fprintf(os.Stdout, "terraform-provider-alicloud %s\ncommit %s\n%s %s_%s\n",
			version, commit, runtime.Version(), runtime.GOOS, runtime.GOARCH)
		if err != nil {
			log.Fatal(err)
		}
		return
	}
	if !*debug {
		if err := disableSDKTraces(); err != nil {
			log.Fatal(err)
		}
	}
	var options []tf6server.ServeOpt
	if *debug {
		options = append(options, tf6server.WithManagedDebug())
	}
	newServer := func() tfprotov6.ProviderServer {
		return provider.NewServer(provider.New(version, clockwork.NewRealClock()))
	}
	if err := tf6server.Serve(provider.Address, newServer, options...); err != nil {
		log.Fatal(err)
	}
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
