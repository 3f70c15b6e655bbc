package provider_test

import (
	"fmt"
	"net/http/httptest"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"
	"time"

	frameworkprovider "github.com/hashicorp/terraform-plugin-framework/provider"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/jonboulle/clockwork"

	"github.com/rds-migrate/terraform-provider-alicloud/internal/credentials/credtest"
	"github.com/rds-migrate/terraform-provider-alicloud/internal/provider"
	"github.com/rds-migrate/terraform-provider-alicloud/internal/rdssim"
)

// TestMain makes plain `go test` work where terraform is on the path. Where it
// is not, plugin-testing would try to download it.
func TestMain(m *testing.M) {
	if served, err := serveOfficial(); served {
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	if os.Getenv("TF_ACC_TERRAFORM_PATH") == "" {
		if _, err := exec.LookPath("terraform"); err != nil {
			fmt.Fprintln(os.Stderr, "These tests need Terraform or OpenTofu. Run `make test`, which builds OpenTofu where neither is on the path.")
			os.Exit(1)
		}
	}
	for name, value := range map[string]string{
		"TF_ACC_PROVIDER_NAMESPACE": "rds-migrate",
		"CHECKPOINT_DISABLE":        "1",
	} {
		if err := os.Setenv(name, value); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
	}
	// The keys of whoever runs the tests must not reach them.
	for _, v := range os.Environ() {
		name, _, _ := strings.Cut(v, "=")
		if strings.HasPrefix(name, "ALICLOUD_") || strings.HasPrefix(name, "ALIBABA") || name == "TF_CLI_CONFIG_FILE" {
			if err := os.Unsetenv(name); err != nil {
				fmt.Fprintln(os.Stderr, err)
				os.Exit(1)
			}
		}
	}
	os.Exit(runTests(m))
}

// sharedDir is a directory for what all tests of a run share.
var sharedDir string

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
	region     = "cn-hangzhou"
	instanceID = "rm-orders"
)

// start is when every test begins.
var start = time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)

// testEnv is a simulated service and the provider in front of it. They share a
// clock, which takes no real time: whoever waits on it is let through at once,
// and the clock is then that much later.
type testEnv struct {
	*rdssim.Simulator

	clock  *clockwork.FakeClock // nil where the service goes by the machine's clock
	server *httptest.Server
	addr   string
}

// newTestEnv starts a service in which the instance has these tasks.
func newTestEnv(t *testing.T, tasks ...rdssim.Task) *testEnv {
	t.Helper()
	return newTestEnvFrom(t, scenarioWith(tasks))
}

func newTestEnvFrom(t *testing.T, s rdssim.Scenario) *testEnv {
	t.Helper()
	clock := clockwork.NewFakeClockAt(start)
	c := startTestEnv(t, s, clock)
	c.clock = clock
	return c
}

// newRealTimeEnv is newCloud by the machine's own clock, for a provider that
// runs in a process of its own.
func newRealTimeEnv(t *testing.T, tasks ...rdssim.Task) *testEnv {
	t.Helper()
	return newRealTimeEnvFrom(t, scenarioWith(tasks))
}

func newRealTimeEnvFrom(t *testing.T, s rdssim.Scenario) *testEnv {
	t.Helper()
	return startTestEnv(t, s, clockwork.NewRealClock())
}

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
	// The SDK signs with the machine's own time.
	sim.SetTimestampClock(clockwork.NewRealClock())
	server := httptest.NewServer(sim)
	t.Cleanup(func() {
		sim.Close()
		server.Close()
	})
	return &testEnv{Simulator: sim, server: server, addr: server.Listener.Addr().String()}
}

// shutDown takes the service off the network.
func (c *testEnv) shutDown() {
	c.Close()
	c.server.Close()
}

// inject adds misbehaviour.
func (c *testEnv) inject(t *testing.T, faults ...rdssim.Fault) {
	t.Helper()
	if err := c.Inject(faults...); err != nil {
		t.Fatal(err)
	}
}

// providerBlock returns a provider block that reaches the service.
func (c *testEnv) providerBlock() string {
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
`, accessKey, secretKey, region, c.addr)
}

const requiredProviders = `
terraform {
  required_providers {
    alicloud = { source = "rds-migrate/alicloud" }
  }
}
`

// tasksConfig is a whole configuration that reads the instance's tasks, with more
// lines in the data block.
func (c *testEnv) tasksConfig(more ...string) string {
	return c.providerBlock() + fmt.Sprintf(`
data "alicloud_rds_migrate_tasks" "test" {
  db_instance_id = %q
  %s
}
`, instanceID, strings.Join(more, "\n  "))
}

// test runs steps with real Terraform.
func (c *testEnv) run(t *testing.T, steps ...resource.TestStep) {
	t.Helper()
	resource.UnitTest(t, resource.TestCase{
		ProtoV6ProviderFactories: c.factories(),
		Steps:                    steps,
	})
}

func (c *testEnv) factories() map[string]func() (tfprotov6.ProviderServer, error) {
	clock := clockwork.NewRealClock()
	if c.clock != nil {
		clock = provider.SteppingClock{c.clock}
	}
	return factoriesFor(func() frameworkprovider.Provider { return provider.New("test", clock) })
}

// factoriesFor is how plugin-testing takes a provider.
func factoriesFor(newProvider func() frameworkprovider.Provider) map[string]func() (tfprotov6.ProviderServer, error) {
	return map[string]func() (tfprotov6.ProviderServer, error){
		"alicloud": func() (tfprotov6.ProviderServer, error) { return provider.NewServer(newProvider()), nil },
	}
}

// minutes is a span for a scenario.
func minutes(n int) rdssim.Duration { return rdssim.Duration(time.Duration(n) * time.Minute) }

// endedTask is one that was created so many minutes before the start, or after it
// where that is negative, and has ended with the status a minute later.
func endedTask(id, database, status string, ago int) rdssim.Task {
	return rdssim.Task{
		ID: id, Database: database, Created: minutes(-ago),
		Steps: []rdssim.Step{{Status: "Running"}, {After: minutes(1), Status: status}},
	}
}

// matchOutput matches a text in Terraform's output, which breaks lines where it likes.
func matchOutput(parts ...string) *regexp.Regexp {
	patterns := make([]string, 0, len(parts))
	for _, part := range parts {
		patterns = append(patterns, strings.Join(strings.Fields(regexp.QuoteMeta(part)), `\s+`))
	}
	return regexp.MustCompile(`(?s)` + strings.Join(patterns, `.*`))
}
