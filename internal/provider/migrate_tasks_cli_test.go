// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/rds-migrate/terraform-provider-alicloud/internal/rdssim"
)

func TestMigrateTasksDataSource_Warnings(t *testing.T) {
	t.Parallel()
	const old, older = `timeadd(plantimestamp(), "-240h")`, `timeadd(plantimestamp(), "-241h")`
	const startTooOld, allTooOld = "Time Range Exceeds Retention Period", "Time Range Outside Retention Period"
	const otherSpelling = `db_names has "orders"; the API returns tasks of "Orders"`
	for name, test := range map[string]struct {
		arguments []string
		want      string // "" for no warning
	}{
		"of a range that starts too early": {[]string{"start_time = " + old}, startTooOld},
		"of a range that ends too early": {
			[]string{"start_time = " + older, "end_time = " + old}, allTooOld,
		},
		"of an end alone that is too early": {[]string{"end_time = " + old}, allTooOld},
		"of a range in the future": {
			[]string{
				`start_time = timeadd(plantimestamp(), "1h")`, `end_time = timeadd(plantimestamp(), "2h")`,
			},
			allTooOld,
		},
		"of another spelling":              {[]string{`db_names = ["orders"]`}, otherSpelling},
		"not of the right spelling":        {[]string{`db_names = ["Orders"]`}, ""},
		"not of a name without any task":   {[]string{`db_names = ["billing"]`}, ""},
		"not of 7 days":                    {[]string{`start_time = timeadd(plantimestamp(), "-168h")`}, ""},
		"not of the default before an end": {[]string{`end_time = timeadd(plantimestamp(), "-1h")`}, ""},
		"not of HTTP to this machine":      {nil, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			env := newRealTimeEnv(t, endedTask("1", "Orders", "Success", 60))
			dir := newTerraformDir(t, map[string]string{"main.tf": env.tasksConfig(test.arguments...)})
			out := dir.run(t, "plan")
			if test.want == "" {
				if strings.Contains(out, "Warning") {
					t.Errorf("want no warning, got:\n%s", out)
				}
				return
			}
			if strings.Count(out, test.want) != 1 {
				t.Errorf("want %q once, got:\n%s", test.want, out)
			}
		})
	}
}

// TestMigrateTasksDataSource_Reason prints why databases have not succeeded.
func TestMigrateTasksDataSource_Reason(t *testing.T) {
	t.Parallel()
	env := newRealTimeEnv(t,
		endedTask("1", "hr", "Success", 60), endedTask("2", "billing", "Success", 60),
		endedTask("3", "Billing", "Failed", 50), scriptedTask("4", "orders", -5, statusAfter(0, "Running")),
	)
	dir := newTerraformDir(t, map[string]string{"main.tf": env.tasksConfig(`db_names = ["billing", "hr", "orders"]`) + `
output "reasons" {
  value = { for name, database in data.alicloud_rds_migrate_tasks.test.databases : name => database.reason }
}
`})
	want := matchOutput(
		`"billing" = "the database \"Billing\" has a newer task that is Failed: task 3 (FULL)"`,
		`"hr" = tostring(null)`, `"orders" = "task 4 is still Running"`,
	)
	if out := dir.run(t, "apply", "-auto-approve"); !want.MatchString(out) {
		t.Error(out)
	}
}

// TestMigrateTasksDataSource_YearOne: plantimestamp() is a time of the year 1 while
// Terraform before 1.10 validates, so only a plan can reject such a time.
func TestMigrateTasksDataSource_YearOne(t *testing.T) {
	t.Parallel()
	for name, arguments := range map[string][]string{
		"alone":                        {`start_time = "0001-01-01T00:00:00Z"`},
		"in minutes":                   {`start_time = formatdate("YYYY-MM-DD'T'hh:mm'Z'", "0001-01-01T00:00:00Z")`},
		"three days before":            {`start_time = timeadd("0001-01-01T00:00:00Z", "-72h")`},
		"together with a current time": {`start_time = "2026-11-20T10:00Z"`, `end_time = "0001-01-01T00:00:00Z"`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			env := newRealTimeEnv(t)
			dir := newTerraformDir(t, map[string]string{"main.tf": env.tasksConfig(arguments...)})
			dir.run(t, "validate")
			if out := dir.runFailing(t, "plan"); !matchOutput("not within the years 1970 to 9999").MatchString(out) {
				t.Error(out)
			}
			env.checkNoCalls(t)
		})
	}
}

// TestMigrateTasksDataSource_ManyReads has 200 data sources in one plan, and an
// API that accepts 20 calls a second.
func TestMigrateTasksDataSource_ManyReads(t *testing.T) {
	t.Parallel()
	const reads = 200
	env := newRealTimeEnv(t, endedTask("1", "orders", "Success", 60))
	env.inject(t, rdssim.Fault{Kind: rdssim.KindRate, PerSecond: 20})
	dir := newTerraformDir(t, map[string]string{"main.tf": env.providerBlock() + fmt.Sprintf(`
data "alicloud_rds_migrate_tasks" "test" {
  for_each       = toset([for i in range(%d) : tostring(i)])
  db_instance_id = %q
}
output "succeeded" {
  value = "${length([for d in data.alicloud_rds_migrate_tasks.test : d if d.all_succeeded])} reads"
}
`, reads, instanceID)})
	if out := dir.run(t, "plan"); !strings.Contains(out, fmt.Sprintf("%d reads", reads)) {
		t.Error(out)
	}
	throttled := 0
	for _, call := range env.Calls() {
		if call.Code != "" {
			throttled++
		}
	}
	if throttled == 0 {
		t.Error("the API throttled no call")
	}
	t.Logf("%d calls, of which %d were throttled", len(env.Calls()), throttled)
}
