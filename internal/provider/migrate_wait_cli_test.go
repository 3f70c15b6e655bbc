// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/rds-migrate/terraform-provider-alicloud/internal/rdssim"
)

// actionsDir holds the examples of actions.
const actionsDir = "actions/"

// invokeWait is the argument of an apply that invokes the action in waitConfig.
const invokeWait = "-invoke=action.alicloud_rds_migrate_wait.test"

// requireActions skips the test if the command does not support actions.
func requireActions(t *testing.T) {
	t.Helper()
	out, err := (&terraformDir{path: t.TempDir()}).command(t.Context(), "version").Output()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	version := regexp.MustCompile(`(?m)^Terraform v(\d+)\.(\d+)`).FindSubmatch(out)
	if version == nil {
		t.Skipf("only Terraform has actions, and this is %s", out)
	}
	major, minor := atoi(t, version[1]), atoi(t, version[2])
	if major == 1 && minor < 14 {
		t.Skipf("Terraform has actions since 1.14, and this is %s", out)
	}
}

func atoi(t *testing.T, digits []byte) int {
	t.Helper()
	n, err := strconv.Atoi(string(digits))
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// waitConfig returns a configuration with an action that waits for orders.
func (e *testEnv) waitConfig() string {
	return e.providerBlock() + fmt.Sprintf(`
action "alicloud_rds_migrate_wait" "test" {
  config {
    db_instance_id = %q
    db_names       = ["orders"]
    poll_interval  = "1s"
  }
}
`, instanceID)
}

// TestMigrateWaitAction_Apply has a task that succeeds at the third poll.
func TestMigrateWaitAction_Apply(t *testing.T) {
	t.Parallel()
	requireActions(t)
	env := newRealTimeEnv(t, rdssim.Task{ID: "1", Database: "orders", Created: minutes(-5), Steps: []rdssim.Step{
		{Status: "Running"}, {AfterPolls: 2, Status: "Success"},
	}})
	dir := newTerraformDir(t, map[string]string{"main.tf": env.waitConfig()})
	want := matchOutput(
		"orders: Running (task 1, FULL, ", "m) · 0 of 1\n", "orders: Success · 1 of 1\n", "Action complete",
	)
	if out := dir.run(t, "apply", "-auto-approve", invokeWait); !want.MatchString(out) {
		t.Error(out)
	}
	if n := len(env.Calls()); n != 3 {
		t.Errorf("there were %d polls, want 3", n)
	}
	if out := dir.run(t, "plan"); !strings.Contains(out, "No changes") {
		t.Error(out)
	}
}

// TestMigrateWaitAction_ApplyInterrupt: an interrupted apply does not succeed.
func TestMigrateWaitAction_ApplyInterrupt(t *testing.T) {
	t.Parallel()
	requireActions(t)
	env := newRealTimeEnv(t, scriptedTask("1", "orders", -5, statusAfter(0, "Running")))
	dir := newTerraformDir(t, map[string]string{"main.tf": env.waitConfig()})
	out := interruptApply(t, env, dir, "-auto-approve", invokeWait)
	if !matchOutput("Wait Interrupted", "orders: task 1 is still Running", "Invoke the action again").MatchString(out) {
		t.Error(out)
	}
}

// TestMigrateWaitAction_InvalidVariable has arguments that are not known when Terraform
// validates the action.
func TestMigrateWaitAction_InvalidVariable(t *testing.T) {
	t.Parallel()
	requireActions(t)
	env := newRealTimeEnv(t)
	config := strings.NewReplacer(`["orders"]`, "var.names", `"1s"`, "var.interval").Replace(env.waitConfig())
	dir := newTerraformDir(t, map[string]string{"main.tf": config + `
variable "names" {
  type    = set(string)
  default = []
}
variable "interval" {
  type    = string
  default = "0s"
}
`})
	out := dir.runFailing(t, "plan", invokeWait)
	if !matchOutput("must contain at least 1 elements", "poll_interval is \"0s\"").MatchString(out) {
		t.Error(out)
	}
	if n := len(env.Calls()); n > 0 {
		t.Errorf("there were %d polls", n)
	}
}

// TestMigrateWaitAction_HoldsNothingBack has an action that a resource triggers after
// its creation. What depends on the resource is created although the action fails, and
// the next apply does not invoke it.
func TestMigrateWaitAction_HoldsNothingBack(t *testing.T) {
	t.Parallel()
	requireActions(t)
	env := newRealTimeEnv(t, endedTask("1", "orders", "Failed", 60))
	dir := newTerraformDir(t, map[string]string{"main.tf": env.waitConfig() + `
resource "terraform_data" "migration" {
  lifecycle {
    action_trigger {
      events  = [after_create]
      actions = [action.alicloud_rds_migrate_wait.test]
    }
  }
}
resource "terraform_data" "release" {
  depends_on = [terraform_data.migration]
}
`})
	out := dir.runFailing(t, "apply", "-auto-approve")
	const created = "terraform_data.release: Creation complete"
	if !strings.Contains(out, "Migration Failed") || !strings.Contains(out, created) {
		t.Error(out)
	}
	if out := dir.run(t, "apply", "-auto-approve"); !strings.Contains(out, "no changes are needed") {
		t.Error(out)
	}
}

// TestExamples_Action invokes the action of its page.
func TestExamples_Action(t *testing.T) {
	t.Parallel()
	requireActions(t)
	dir := newExample(t, newExamplesEnv(t, rerunTasks()...), readExample(t, actionsDir+"alicloud_rds_migrate_wait"))
	out := dir.run(t, "apply", "-auto-approve", "-invoke=action.alicloud_rds_migrate_wait.shop")
	if !matchOutput("customers: Success · orders: Success · 2 of 2", "Actions: 1 invoked.").MatchString(out) {
		t.Error(out)
	}
}
