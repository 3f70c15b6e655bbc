// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"errors"
	"fmt"
	"net/http/httptest"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	frameworkprovider "github.com/hashicorp/terraform-plugin-framework/provider"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/jonboulle/clockwork"

	"github.com/rds-migrate/terraform-provider-alicloud/internal/clocktest"
	"github.com/rds-migrate/terraform-provider-alicloud/internal/credentials/credtest"
	"github.com/rds-migrate/terraform-provider-alicloud/internal/provider"
	"github.com/rds-migrate/terraform-provider-alicloud/internal/rdssim"
)

// TestMain prepares the environment, so that plain `go test` works if terraform is
// on the path. Without it, plugin-testing would try to download Terraform.
func TestMain(m *testing.M) {
	for _, serve := range []func() (bool, error){serveOfficial, serveWithServices} {
		served, err := serve()
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		if served {
			return
		}
	}
	if err := prepareEnvironment(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(runTests(m))
}

// prepareEnvironment sets what plugin-testing needs, and unsets the credentials
// of the user who runs the tests.
func prepareEnvironment() error {
	if os.Getenv("TF_ACC_TERRAFORM_PATH") == "" {
		if _, err := exec.LookPath("terraform"); err != nil {
			return errors.New("terraform is not on the path: run `make test`, which also finds or builds OpenTofu")
		}
	}
	for _, v := range os.Environ() {
		name, _, _ := strings.Cut(v, "=")
		if strings.HasPrefix(name, "ALICLOUD_") || strings.HasPrefix(name, "ALIBABA") || name == "TF_CLI_CONFIG_FILE" {
			if err := os.Unsetenv(name); err != nil {
				return err
			}
		}
	}
	return errors.Join(os.Setenv("TF_ACC_PROVIDER_NAMESPACE", "rds-migrate"), os.Setenv("CHECKPOINT_DISABLE", "1"))
}

// sharedDir is a directory that all tests of a run share.
var sharedDir string

// runTests runs the tests and returns the exit status.
func runTests(m *testing.M) int {
	err := credtest.TrustCertificates()
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	if sharedDir, err = os.MkdirTemp("", "provider-test-"); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer func() {
		if err := os.RemoveAll(sharedDir); err != nil {
			fmt.Fprintln(os.Stderr, err)
		}
	}()
	return m.Run()
}

const (
	accessKey  = "LTAI-test"
	secretKey  = "a-secret-that-no-output-may-show"
	region     = provider.TestRegion
	instanceID = provider.TestInstanceID
)

// testEnv is a simulated RDS API and a provider that calls it.
type testEnv struct {
	*rdssim.Simulator

	clock         *clockwork.FakeClock // nil if the environment runs in real time
	providerClock clockwork.Clock
	server        *httptest.Server
	addr          string
}

// newTestEnv starts an API whose instance has these tasks. API and provider share
// a clock that starts at clocktest.Start, and waiting takes no time.
func newTestEnv(t *testing.T, tasks ...rdssim.Task) *testEnv {
	t.Helper()
	return newTestEnvFrom(t, scenarioWith(tasks))
}

func newTestEnvFrom(t *testing.T, s rdssim.Scenario) *testEnv {
	t.Helper()
	clock := clocktest.New(clocktest.Start)
	// The simulator gets the fake clock, so that a delayed response does not advance it.
	e := startTestEnv(t, s, clock.FakeClock)
	e.clock, e.providerClock = clock.FakeClock, clock
	return e
}

// newRealTimeEnv is newTestEnv in real time, for a provider in another process.
func newRealTimeEnv(t *testing.T, tasks ...rdssim.Task) *testEnv {
	t.Helper()
	return newRealTimeEnvFrom(t, scenarioWith(tasks))
}

func newRealTimeEnvFrom(t *testing.T, s rdssim.Scenario) *testEnv {
	t.Helper()
	return startTestEnv(t, s, clockwork.NewRealClock())
}

// scenarioWith returns a scenario of one instance with these tasks.
func scenarioWith(tasks []rdssim.Task) rdssim.Scenario {
	return rdssim.Scenario{
		AccessKeys: []rdssim.AccessKey{{ID: accessKey, Secret: secretKey}},
		Instances:  []rdssim.Instance{{ID: instanceID, Region: region, Tasks: tasks}},
	}
}

func startTestEnv(t *testing.T, s rdssim.Scenario, clock clockwork.Clock) *testEnv {
	t.Helper()
	sim, err := rdssim.New(s, clock)
	if err != nil {
		t.Fatal(err)
	}
	// The SDK signs requests with the real time.
	sim.SetTimestampClock(clockwork.NewRealClock())
	server := httptest.NewServer(sim)
	t.Cleanup(func() {
		sim.Close()
		server.Close()
	})
	return &testEnv{
		Simulator: sim, providerClock: clock, server: server, addr: server.Listener.Addr().String(),
	}
}

// shutDown stops the API, so that connections to it are refused.
func (e *testEnv) shutDown() {
	e.Close()
	e.server.Close()
}

// inject adds faults to the API.
func (e *testEnv) inject(t *testing.T, faults ...rdssim.Fault) {
	t.Helper()
	if err := e.Inject(faults...); err != nil {
		t.Fatal(err)
	}
}

// requiredProviders is the terraform block of a configuration.
const requiredProviders = `
terraform {
  required_providers {
    alicloud = { source = "rds-migrate/alicloud" }
  }
}
`

// providerBlock returns a terraform block and a provider block for the API.
func (e *testEnv) providerBlock() string {
	return requiredProviders + fmt.Sprintf(`
provider "alicloud" {
  access_key = %q
  secret_key = %q
  region     = %q
  protocol   = "HTTP"
  endpoints {
    rds = %q
  }
}
`, accessKey, secretKey, region, e.addr)
}

// tasksConfig returns a configuration that reads the instance's tasks. The data
// block has more arguments.
func (e *testEnv) tasksConfig(arguments ...string) string {
	return e.providerBlock() + fmt.Sprintf(`
data "alicloud_rds_migrate_tasks" "test" {
  db_instance_id = %q
  %s
}
`, instanceID, strings.Join(arguments, "\n  "))
}

// gateConfig returns a configuration with a gate, and a resource that depends on
// it. The gate waits for orders unless arguments have db_names.
func (e *testEnv) gateConfig(arguments ...string) string {
	if !slices.ContainsFunc(arguments, func(a string) bool { return strings.HasPrefix(a, "db_names") }) {
		arguments = append(slices.Clone(arguments), `db_names = ["orders"]`)
	}
	return e.providerBlock() + fmt.Sprintf(`
resource "alicloud_rds_migrate_gate" "test" {
  db_instance_id = %q
  %s
}
resource "terraform_data" "dependent" {
  input = alicloud_rds_migrate_gate.test.opened_at
}
`, instanceID, strings.Join(arguments, "\n  "))
}

// run runs the steps with Terraform.
func (e *testEnv) run(t *testing.T, steps ...resource.TestStep) {
	t.Helper()
	resource.UnitTest(t, resource.TestCase{
		ProtoV6ProviderFactories: factoriesFor(func() frameworkprovider.Provider {
			return provider.New("test", e.providerClock)
		}),
		Steps: steps,
	})
}

// checkNoCalls reports an error if the API was called.
func (e *testEnv) checkNoCalls(t *testing.T) {
	t.Helper()
	if n := len(e.Calls()); n != 0 {
		t.Errorf("there were %d calls, want none", n)
	}
}

// factoriesFor returns the factories that plugin-testing takes for a provider.
func factoriesFor(
	newProvider func() frameworkprovider.Provider,
) map[string]func() (tfprotov6.ProviderServer, error) {
	return map[string]func() (tfprotov6.ProviderServer, error){
		"alicloud": func() (tfprotov6.ProviderServer, error) { return provider.NewServer(newProvider()), nil },
	}
}

// minutes returns a duration of a scenario.
func minutes(n int) rdssim.Duration { return rdssim.Duration(time.Duration(n) * time.Minute) }

// endedTask returns a task that was created this many minutes before the start of
// the test and has ended with the status a minute later.
func endedTask(id, database, status string, minutesAgo int) rdssim.Task {
	return scriptedTask(id, database, -minutesAgo, statusAfter(0, "Running"), statusAfter(1, status))
}

// scriptedTask returns a task that is created this many minutes after the start of
// the test, with its statuses.
func scriptedTask(id, database string, created int, steps ...rdssim.Step) rdssim.Task {
	return rdssim.Task{ID: id, Database: database, Created: minutes(created), Steps: steps}
}

// statusAfter returns the status of a task this many minutes after its creation.
func statusAfter(n int, status string) rdssim.Step {
	return rdssim.Step{After: minutes(n), Status: status}
}

// matchOutput returns a pattern that matches the parts in this order. Terraform
// may break lines within a part.
func matchOutput(parts ...string) *regexp.Regexp {
	patterns := make([]string, 0, len(parts))
	for _, part := range parts {
		patterns = append(patterns, strings.Join(strings.Fields(regexp.QuoteMeta(part)), `\s+`))
	}
	return regexp.MustCompile(`(?s)` + strings.Join(patterns, `.*`))
}
