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
	const startTooOld, allTooOld = "The service remembers only 7 days", "The service has forgotten the whole window"
	for name, test := range map[string]struct {
		arguments []string
		want      string // "" for no warning
	}{
		"of a window that begins too early": {[]string{"start_time = " + old}, startTooOld},
		"of a window that lies too early as a whole": {
			[]string{"start_time = " + older, "end_time = " + old}, allTooOld,
		},
		"of an end that is too early":      {[]string{"end_time = " + old}, allTooOld},
		"not of a week":                    {[]string{`start_time = timeadd(plantimestamp(), "-168h")`}, ""},
		"not of the default before an end": {[]string{`end_time = timeadd(plantimestamp(), "-1h")`}, ""},
		"not of HTTP to this machine":      {nil, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := newTerraformDir(t, map[string]string{"main.tf": newRealTimeEnv(t).tasksConfig(test.arguments...)})
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
