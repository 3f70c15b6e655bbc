// Command terraform-provider-alicloud serves the provider to Terraform.
package main

import (
	"context"
	"flag"
	"fmt"
	"log"
	"os"
	"runtime"

	"github.com/hashicorp/terraform-plugin-framework/providerserver"
	"github.com/jonboulle/clockwork"

	"github.com/rds-migrate/terraform-provider-alicloud/internal/provider"
)

// Set by the linker.
var (
	version = "dev"
	commit  = "unknown"
)

func main() {
	debug := flag.Bool("debug", false, "serve until interrupted, so that a debugger can be attached")
	about := flag.Bool("version", false, "print the version, the commit and the platform, and exit")
	flag.Parse()

	if *about {
		_, err := fmt.Fprintf(os.Stdout, "terraform-provider-alicloud %s\ncommit %s\n%s %s_%s\n",
			version, commit, runtime.Version(), runtime.GOOS, runtime.GOARCH)
		if err != nil {
			log.Fatal(err)
		}
		return
	}
	err := providerserver.Serve(context.Background(), provider.New(version, clockwork.NewRealClock()), providerserver.ServeOpts{
		Address: provider.Address,
		Debug:   *debug,
	})
	if err != nil {
		log.Fatal(err)
	}
}
