// Package live_test asks the real service. It runs only where the environment
// names an RDS instance to look at, and it only reads: it lists tasks, and
// holds a gate before a database that is not there.
package live_test

import (
	"errors"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/terraform"
	"github.com/jonboulle/clockwork"

	"github.com/rds-migrate/terraform-provider-alicloud/internal/migration"
	"github.com/rds-migrate/terraform-provider-alicloud/internal/provider"
)

// instanceVariable names the instance to look at. Keys and region come from
// wherever the provider takes them.
const instanceVariable = "RDS_MIGRATE_LIVE_INSTANCE_ID"

const required = `
terraform {
  required_providers {
    alicloud = { source = "rds-migrate/alicloud" }
  }
}
`

// TestMain says under which namespace Terraform looks for the provider.
func TestMain(m *testing.M) {
	if err := os.Setenv("TF_ACC_PROVIDER_NAMESPACE", "rds-migrate"); err != nil {
		panic(err)
	}
	m.Run()
}

func TestTasksOfTheInstance(t *testing.T) {
	t.Parallel()
	instance := liveInstance(t)
	const address = "data.alicloud_rds_migrate_tasks.live"
	run(t, resource.TestStep{
		Config: required + fmt.Sprintf("data \"alicloud_rds_migrate_tasks\" \"live\" { db_instance_id = %q }", instance),
		Check: resource.ComposeTestCheckFunc(
			resource.TestMatchResourceAttr(address, "all_succeeded", regexp.MustCompile(`^(true|false)$`)),
			func(s *terraform.State) error { return checkTasks(s.RootModule().Resources[address]) },
		),
	})
}

func TestNoSuchInstance(t *testing.T) {
	t.Parallel()
	liveInstance(t)
	run(t, resource.TestStep{
		Config:      required + `data "alicloud_rds_migrate_tasks" "live" { db_instance_id = "rm-there0is0no0such" }`,
		ExpectError: regexp.MustCompile(`InvalidDBInstance(Id|Name)\.NotFound`),
	})
}

func TestGateStaysShutBeforeADatabaseThatIsNotThere(t *testing.T) {
	t.Parallel()
	instance := liveInstance(t)
	run(t, resource.TestStep{
		Config: required + fmt.Sprintf(`
resource "alicloud_rds_migrate_gate" "live" {
  db_instance_id = %q
  db_names       = ["there-is-no-such-database"]
  poll_interval  = "1s"
  timeouts       = { create = "5s" }
}
`, instance),
		ExpectError: regexp.MustCompile(`there-is-no-such-database: no\s+task\s+yet`),
	})
}

// liveInstance returns the instance to look at. Without one it skips the test,
// and says so: no other test of this repository is ever skipped.
func liveInstance(t *testing.T) string {
	t.Helper()
	instance := os.Getenv(instanceVariable)
	if instance == "" {
		t.Skipf("The real service is not asked: %s is not set. CONTRIBUTING.md says what else it takes.", instanceVariable)
	}
	return instance
}

func run(t *testing.T, step resource.TestStep) {
	t.Helper()
	resource.UnitTest(t, resource.TestCase{
		ProtoV6ProviderFactories: map[string]func() (tfprotov6.ProviderServer, error){
			"alicloud": func() (tfprotov6.ProviderServer, error) {
				return provider.NewServer(provider.New("live", clockwork.NewRealClock())), nil
			},
		},
		Steps: []resource.TestStep{step},
	})
}

// checkTasks compares what the service says with what the provider's
// documentation says of it, task by task.
func checkTasks(data *terraform.ResourceState) error {
	attributes := data.Primary.Attributes
	count, err := strconv.Atoi(attributes["tasks.#"])
	if err != nil {
		return err
	}
	var errs []error
	for i := range count {
		task := func(name string) string { return attributes[fmt.Sprintf("tasks.%d.%s", i, name)] }
		if !slices.Contains(migration.Statuses(), migration.Status(task("status"))) {
			errs = append(errs, fmt.Errorf("task %s has the status %q, which is not documented", task("migrate_task_id"), task("status")))
		}
		if _, err := time.Parse("2006-01-02T15:04:05Z", task("create_time")); err != nil {
			errs = append(errs, fmt.Errorf("task %s: %w", task("migrate_task_id"), err))
		}
		if attributes["databases."+task("db_name")+".status"] == "" {
			errs = append(errs, fmt.Errorf("task %s: its database %q is not among databases", task("migrate_task_id"), task("db_name")))
		}
	}
	return errors.Join(errs...)
}
