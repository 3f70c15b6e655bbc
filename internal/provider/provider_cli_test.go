// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/rds-migrate/terraform-provider-alicloud/internal/rdssim"
)

func TestProvider_TwoAccounts(t *testing.T) {
	t.Parallel()
	first := newRealTimeEnv(t, endedTask("1", "orders", "Success", 60))
	second := newRealTimeEnvFrom(t, rdssim.Scenario{
		AccessKeys: []rdssim.AccessKey{{ID: "second", Secret: "second-secret"}},
		Instances: []rdssim.Instance{{
			ID: instanceID, Region: "us-east-1", Tasks: []rdssim.Task{endedTask("2", "orders", "Failed", 60)},
		}},
	})
	dir := newTerraformDir(t, map[string]string{"main.tf": first.tasksConfig() + fmt.Sprintf(`
provider "alicloud" {
  alias      = "second"
  access_key = "second"
  secret_key = "second-secret"
  region     = "us-east-1"
  protocol   = "HTTP"
  endpoints {
    rds = %q
  }
}
data "alicloud_rds_migrate_tasks" "second" {
  provider       = alicloud.second
  db_instance_id = %q
}
locals {
  first  = data.alicloud_rds_migrate_tasks.test.all_succeeded
  second = data.alicloud_rds_migrate_tasks.second.all_succeeded
}
output "all_succeeded" {
  value = "first ${local.first}, second ${local.second}"
}
`, second.addr, instanceID)})
	if out := dir.run(t, "apply", "-auto-approve"); !strings.Contains(out, "first true, second false") {
		t.Error(out)
	}
}

func TestProvider_PlainHTTPWarning(t *testing.T) {
	t.Parallel()
	env := newRealTimeEnv(t)
	// The host does not exist. The simulator is its proxy.
	config := strings.ReplaceAll(env.tasksConfig(), env.addr, "rds.invalid")
	dir := newTerraformDir(t, map[string]string{"main.tf": config})
	dir.env = append(dir.env, "HTTP_PROXY=http://"+env.addr, "NO_PROXY=")
	out := dir.run(t, "plan")
	if !matchOutput("Warning: Unencrypted Connection", `protocol = "HTTP"`, "HTTPS").MatchString(out) {
		t.Error(out)
	}
}
