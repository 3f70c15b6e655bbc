// SPDX-License-Identifier: MPL-2.0

// Package live_test has the acceptance tests: they call the real API and run
// only if TF_ACC is set. They are read-only: they list the tasks of one RDS
// instance, and wait for a database that does not exist.
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

// instanceEnv is the environment variable with the ID of the RDS instance.
// Credentials and region come from the sources that the provider reads.
const instanceEnv = "RDS_MIGRATE_LIVE_INSTANCE_ID"

const requiredProviders = `
terraform {
  required_providers {
    alicloud = { source = "rds-migrate/alicloud" }
  }
}
`

// TestMain sets the namespace in which Terraform looks for the provider.
func TestMain(m *testing.M) {
	if err := os.Setenv("TF_ACC_PROVIDER_NAMESPACE", "rds-migrate"); err != nil {
		panic(err)
	}
	m.Run()
}

func TestAccMigrateTasksDataSource_Basic(t *testing.T) {
	t.Parallel()
	const address = "data.alicloud_rds_migrate_tasks.test"
	testAcc(t, resource.TestStep{
		Config: requiredProviders + fmt.Sprintf(`
data "alicloud_rds_migrate_tasks" "test" {
  db_instance_id = %q
}
`, os.Getenv(instanceEnv)),
		Check: resource.ComposeTestCheckFunc(
			resource.TestMatchResourceAttr(address, "all_succeeded", regexp.MustCompile(`^(true|false)$`)),
			func(s *terraform.State) error { return checkTasks(s.RootModule().Resources[address]) },
		),
	})
}

func TestAccMigrateTasksDataSource_InstanceNotFound(t *testing.T) {
	t.Parallel()
	testAcc(t, resource.TestStep{
		Config: requiredProviders + `
data "alicloud_rds_migrate_tasks" "test" {
  db_instance_id = "rm-there0is0no0such"
}
`,
		ExpectError: regexp.MustCompile(`InvalidDBInstance(Id|Name)\.NotFound`),
	})
}

func TestAccMigrateGateResource_DatabaseWithoutTask(t *testing.T) {
	t.Parallel()
	testAcc(t, resource.TestStep{
		Config: requiredProviders + fmt.Sprintf(`
resource "alicloud_rds_migrate_gate" "test" {
  db_instance_id = %q
  db_names       = ["there-is-no-such-database"]
  poll_interval  = "1s"
  timeouts       = { create = "5s" }
}
`, os.Getenv(instanceEnv)),
		ExpectError: regexp.MustCompile(`there-is-no-such-database:\s+no\s+task\s+of\s+this\s+database\s+was\s+found`),
	})
}

// testAcc runs a step as an acceptance test. Without TF_ACC it skips the test.
func testAcc(t *testing.T, step resource.TestStep) {
	t.Helper()
	resource.Test(t, resource.TestCase{
		PreCheck: func() {
			if os.Getenv(instanceEnv) == "" {
				t.Fatalf("%s is not set. CONTRIBUTING.md lists what acceptance tests need.", instanceEnv)
			}
		},
		ProtoV6ProviderFactories: map[string]func() (tfprotov6.ProviderServer, error){
			"alicloud": func() (tfprotov6.ProviderServer, error) {
				return provider.NewServer(provider.New("live", clockwork.NewRealClock())), nil
			},
		},
		Steps: []resource.TestStep{step},
	})
}

// checkTasks compares each task of a data source with the documentation of the
// provider.
func checkTasks(data *terraform.ResourceState) error {
	attributes := data.Primary.Attributes
	count, err := strconv.Atoi(attributes["tasks.#"])
	if err != nil {
		return err
	}
	var errs []error
	for i := range count {
		task := func(name string) string { return attributes[fmt.Sprintf("tasks.%d.%s", i, name)] }
		id, db, status := task("migrate_task_id"), task("db_name"), task("status")
		if !slices.Contains(migration.Statuses(), migration.Status(status)) {
			errs = append(errs, fmt.Errorf("task %s has the status %q, which is not documented", id, status))
		}
		if _, err := time.Parse("2006-01-02T15:04:05Z", task("create_time")); err != nil {
			errs = append(errs, fmt.Errorf("task %s: %w", id, err))
		}
		if attributes["databases."+db+".status"] == "" {
			errs = append(errs, fmt.Errorf("task %s: databases has no %q", id, db))
		}
	}
	return errors.Join(errs...)
}
