package provider_test

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"

	"github.com/rds-migrate/terraform-provider-alicloud/internal/rdssim"
)

// terraformDir is a directory with a configuration in it, and the command that works
// on it as a user's does: with the built provider, installed in a plugin
// directory. It is for what plugin-testing cannot show: warnings, signals,
// several instances of the provider, and everything that is logged.
type terraformDir struct {
	dir string
	env []string
}

// pluginVersion is what the built provider calls itself.
const pluginVersion = "0.0.1"

// newTerraformDir initialises a directory that holds files.
func newTerraformDir(t *testing.T, files map[string]string) *terraformDir {
	t.Helper()
	c := &terraformDir{dir: t.TempDir(), env: append(os.Environ(), "TF_CLI_CONFIG_FILE="+os.DevNull, "TF_IN_AUTOMATION=1", "GORACE=atexit_sleep_ms=0")}
	for name, content := range files {
		path := filepath.Join(c.dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	plugins, err := pluginDir()
	if err != nil {
		t.Fatal(err)
	}
	c.run(t, "init", "-input=false", "-plugin-dir="+plugins)
	return c
}

// run runs a command that must succeed, and returns what it printed.
func (c *terraformDir) run(t *testing.T, args ...string) string {
	t.Helper()
	out, err := c.command(t.Context(), args...).CombinedOutput()
	if err != nil {
		t.Fatalf("%s: %v\n%s", strings.Join(args, " "), err, out)
	}
	return string(out)
}

// runFailing runs a command that must fail, and returns what it printed.
func (c *terraformDir) runFailing(t *testing.T, args ...string) string {
	t.Helper()
	out, err := c.command(t.Context(), args...).CombinedOutput()
	if err == nil {
		t.Fatalf("%s succeeded:\n%s", strings.Join(args, " "), out)
	}
	return string(out)
}

func (c *terraformDir) command(ctx context.Context, args ...string) *exec.Cmd {
	args = append([]string{args[0], "-no-color"}, args[1:]...)
	cmd := exec.CommandContext(ctx, terraformPath(), args...)
	cmd.Dir, cmd.Env = c.dir, c.env
	return cmd
}

func terraformPath() string {
	if path := os.Getenv("TF_ACC_TERRAFORM_PATH"); path != "" {
		return path
	}
	return "terraform"
}

// pluginDir returns a plugin directory with the provider of this tree, built
// once, and the stand-in of the official one, which is this program.
var pluginDir = sync.OnceValues(func() (string, error) {
	dir := filepath.Join(sharedDir, "plugins")
	binary := filepath.Join(sharedDir, "terraform-provider-alicloud")
	build := exec.Command("go", "build", "-ldflags", "-X main.version="+pluginVersion, "-o", binary, "../..")
	if out, err := build.CombinedOutput(); err != nil {
		return "", fmt.Errorf("build the provider: %w\n%s", err, out)
	}
	self, err := os.Executable()
	if err != nil {
		return "", err
	}
	for source, program := range map[string]string{"rds-migrate/alicloud": binary, officialSource: self} {
		for _, host := range []string{"registry.terraform.io", "registry.opentofu.org"} {
			pkg := filepath.Join(dir, host, source, pluginVersion, runtime.GOOS+"_"+runtime.GOARCH)
			if err := os.MkdirAll(pkg, 0o700); err != nil {
				return "", err
			}
			if err := os.Symlink(program, filepath.Join(pkg, "terraform-provider-alicloud_v"+pluginVersion)); err != nil {
				return "", err
			}
		}
	}
	return dir, nil
})

func TestProvider_TwoAccounts(t *testing.T) {
	t.Parallel()
	here := newRealTimeEnv(t, endedTask("1", "orders", "Success", 60))
	there := newRealTimeEnvFrom(t, rdssim.Scenario{
		AccessKeys: []rdssim.AccessKey{{ID: "there", Secret: "there-secret"}},
		Instances:  []rdssim.Instance{{ID: instanceID, Region: "us-east-1", Tasks: []rdssim.Task{endedTask("2", "orders", "Failed", 60)}}},
	})
	c := newTerraformDir(t, map[string]string{"main.tf": here.tasksConfig() + fmt.Sprintf(`
provider "alicloud" {
  alias      = "there"
  access_key = "there"
  secret_key = "there-secret"
  region     = "us-east-1"
  protocol   = "HTTP"
  endpoints {
    rds = %q
  }
}
data "alicloud_rds_migrate_tasks" "there" {
  provider       = alicloud.there
  db_instance_id = "rm-orders"
}
output "verdicts" {
  value = "here ${data.alicloud_rds_migrate_tasks.test.all_succeeded}, there ${data.alicloud_rds_migrate_tasks.there.all_succeeded}"
}
`, there.addr)})
	if out := c.run(t, "apply", "-auto-approve"); !strings.Contains(out, "here true, there false") {
		t.Error(out)
	}
}

func TestMigrateTasksDataSource_Warnings(t *testing.T) {
	t.Parallel()
	const old, older = `timeadd(plantimestamp(), "-240h")`, `timeadd(plantimestamp(), "-241h")`
	for name, test := range map[string]struct {
		arguments string
		want      string // empty for no warning
	}{
		"of a window that begins too early":          {"start_time = " + old, "The service remembers only 7 days"},
		"of a window that lies too early as a whole": {"start_time = " + older + "\n end_time = " + old, "The service has forgotten the whole window"},
		"of an end that is too early":                {"end_time = " + old, "The service has forgotten the whole window"},
		"not of a week":                              {`start_time = timeadd(plantimestamp(), "-168h")`, ""},
		"not of the default before an end":           {`end_time = timeadd(plantimestamp(), "-1h")`, ""},
		"not of HTTP to this machine":                {"", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := newTerraformDir(t, map[string]string{"main.tf": newRealTimeEnv(t).tasksConfig(test.arguments)})
			out := c.run(t, "plan")
			if test.want == "" && strings.Contains(out, "Warning") || strings.Count(out, test.want) != 1 && test.want != "" {
				t.Errorf("want %q once, got:\n%s", test.want, out)
			}
		})
	}
}

// TestMigrateTasksDataSource_YearOne: plantimestamp() is such a time
// while Terraform before 1.10 validates, and the right one when it plans.
func TestMigrateTasksDataSource_YearOne(t *testing.T) {
	t.Parallel()
	for name, arguments := range map[string]string{
		"alone":                 `start_time = "0001-01-01T00:00:00Z"`,
		"in minutes":            `start_time = formatdate("YYYY-MM-DD'T'hh:mm'Z'", "0001-01-01T00:00:00Z")`,
		"three days before":     `start_time = timeadd("0001-01-01T00:00:00Z", "-72h")`,
		"beside a time of ours": "start_time = \"2026-11-20T10:00Z\"\n  end_time = \"0001-01-01T00:00:00Z\"",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cloud := newRealTimeEnv(t)
			c := newTerraformDir(t, map[string]string{"main.tf": cloud.tasksConfig(arguments)})
			c.run(t, "validate")
			if out := c.runFailing(t, "plan"); !matchOutput("not within the years 1970 to 9999").MatchString(out) {
				t.Error(out)
			}
			if n := len(cloud.Calls()); n != 0 {
				t.Errorf("%d calls were made", n)
			}
		})
	}
}

func TestProvider_PlainHTTPWarning(t *testing.T) {
	t.Parallel()
	c := newRealTimeEnv(t)
	// There is no such host. The simulator is the proxy that answers for it.
	main := strings.ReplaceAll(c.tasksConfig(), c.addr, "rds.invalid")
	dir := newTerraformDir(t, map[string]string{"main.tf": main})
	dir.env = append(dir.env, "HTTP_PROXY=http://"+c.addr, "NO_PROXY=")
	out := dir.run(t, "plan")
	if !matchOutput("Warning: Requests are sent unencrypted", `protocol = "HTTP"`, "HTTPS").MatchString(out) {
		t.Error(out)
	}
}

// TestMigrateTasksDataSource_ManyReads has 200 data sources in one plan, and a
// service that takes 20 calls a second.
func TestMigrateTasksDataSource_ManyReads(t *testing.T) {
	t.Parallel()
	const reads = 200
	cloud := newRealTimeEnv(t, endedTask("1", "orders", "Success", 60))
	cloud.inject(t, rdssim.Fault{Kind: rdssim.KindRate, PerSecond: 20})
	c := newTerraformDir(t, map[string]string{"main.tf": cloud.providerBlock() + fmt.Sprintf(`
data "alicloud_rds_migrate_tasks" "test" {
  for_each       = toset([for i in range(%d) : tostring(i)])
  db_instance_id = %q
}
output "succeeded" {
  value = "${length([for d in data.alicloud_rds_migrate_tasks.test : d if d.all_succeeded])} reads"
}
`, reads, instanceID)})
	if out := c.run(t, "plan"); !strings.Contains(out, "200 reads") {
		t.Error(out)
	}
	throttled := 0
	for _, call := range cloud.Calls() {
		if call.Code != "" {
			throttled++
		}
	}
	if throttled == 0 {
		t.Error("the service did not throttle")
	}
	t.Logf("%d calls, of which %d were throttled", len(cloud.Calls()), throttled)
}
