// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"regexp"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-testing/compare"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"

	"github.com/rds-migrate/terraform-provider-alicloud/internal/clocktest"
	"github.com/rds-migrate/terraform-provider-alicloud/internal/rdssim"
)

const gateAddress = "alicloud_rds_migrate_gate.test"

// expectGate checks an attribute of the gate in gateConfig.
func expectGate(path tfjsonpath.Path, v knownvalue.Check) statecheck.StateCheck {
	return statecheck.ExpectKnownValue(gateAddress, path, v)
}

func TestMigrateGateResource_Opens(t *testing.T) {
	t.Parallel()
	unreadable := "soon"
	for name, test := range map[string]struct {
		tasks     []rdssim.Task
		faults    []rdssim.Fault
		arguments []string
		openedAt  string
		taskID    string // of orders
	}{
		"at once if all have succeeded": {
			tasks:    []rdssim.Task{endedTask("1", "orders", "Success", 60)},
			openedAt: "2026-11-20T12:00:00Z", taskID: "1",
		},
		"when a running task succeeds": {
			tasks: []rdssim.Task{
				scriptedTask("1", "orders", -5, statusAfter(0, "Running"), statusAfter(15, "Success")),
			},
			openedAt: "2026-11-20T12:10:00Z", taskID: "1",
		},
		"when the first task appears and succeeds": {
			tasks: []rdssim.Task{
				scriptedTask("1", "orders", 20,
					statusAfter(0, "NoStart"), statusAfter(1, "Running"), statusAfter(10, "Success")),
			},
			openedAt: "2026-11-20T12:30:00Z", taskID: "1",
		},
		"through waiting for an incremental backup": {
			tasks: []rdssim.Task{
				scriptedTask("1", "orders", -60,
					statusAfter(0, "Running"), statusAfter(5, "Waiting"), statusAfter(30, "Success")),
				scriptedTask("2", "orders", -25,
					statusAfter(0, "Running"), statusAfter(5, "Waiting"), statusAfter(60, "Success")),
			},
			openedAt: "2026-11-20T12:35:00Z", taskID: "2",
		},
		"when a failed migration has succeeded in another run": {
			tasks: []rdssim.Task{
				endedTask("1", "orders", "Failed", 60),
				scriptedTask("2", "orders", -1, statusAfter(0, "Running"), statusAfter(2, "Success")),
			},
			openedAt: "2026-11-20T12:01:00Z", taskID: "2",
		},
		"when the last of several databases succeeds": {
			tasks: []rdssim.Task{
				endedTask("1", "orders", "Success", 60),
				scriptedTask("2", "billing", -1, statusAfter(0, "Running"), statusAfter(6, "Success")),
				endedTask("3", "hr", "Failed", 60),
			},
			arguments: []string{`db_names = ["orders", "billing"]`},
			openedAt:  "2026-11-20T12:05:00Z", taskID: "1",
		},
		"after a poll interval of its own": {
			tasks: []rdssim.Task{
				scriptedTask("1", "orders", -1, statusAfter(0, "Running"), statusAfter(2, "Success")),
			},
			arguments: []string{`poll_interval = "40s"`},
			openedAt:  "2026-11-20T12:01:20Z", taskID: "1",
		},
		"only for tasks since its start time": {
			tasks: []rdssim.Task{
				endedTask("1", "orders", "Success", 60), scriptedTask("2", "orders", 5, statusAfter(0, "Success")),
			},
			arguments: []string{`start_time = "2026-11-20T11:30Z"`},
			openedAt:  "2026-11-20T12:05:00Z", taskID: "2",
		},
		"for tasks since a start time in the future": {
			tasks: []rdssim.Task{
				endedTask("1", "orders", "Success", 60), scriptedTask("2", "orders", 65, statusAfter(0, "Success")),
			},
			arguments: []string{`start_time = "2026-11-20T13:00Z"`},
			openedAt:  "2026-11-20T13:05:00Z", taskID: "2",
		},
		"when an increment of a base that is opened succeeds": {
			tasks: []rdssim.Task{
				{
					ID: "1", Database: "orders", BackupMode: "UPDF", Created: minutes(-60),
					Steps: []rdssim.Step{{Status: "Waiting"}, {After: minutes(65), Status: "Success"}},
				},
				{ID: "2", Database: "orders", BackupMode: "UPDF", Created: minutes(-30)},
			},
			openedAt: "2026-11-20T12:05:00Z", taskID: "2",
		},
		"although the creation time of a success cannot be read": {
			tasks: []rdssim.Task{
				endedTask("1", "orders", "Success", 60), {ID: "2", Database: "orders", CreateTime: &unreadable},
			},
			openedAt: "2026-11-20T12:00:00Z", taskID: "1",
		},
		"although permission is denied for a short time": {
			tasks:    []rdssim.Task{endedTask("1", "orders", "Success", 60)},
			faults:   []rdssim.Fault{{Kind: rdssim.KindError, Status: 403, Code: "Forbidden.RAM", Times: 4}},
			openedAt: "2026-11-20T12:01:00Z", taskID: "1",
		},
		"at the last poll before the timeout": {
			tasks: []rdssim.Task{
				scriptedTask("1", "orders", -1, statusAfter(0, "Running"), statusAfter(21, "Success")),
			},
			arguments: []string{`timeouts = { create = "20m" }`, `poll_interval = "11m"`},
			openedAt:  "2026-11-20T12:20:00Z", taskID: "1",
		},
		"although the instance was not ready": {
			tasks:    []rdssim.Task{endedTask("1", "orders", "Success", 60)},
			faults:   []rdssim.Fault{{Kind: rdssim.KindError, Status: 403, Code: "InvalidInstanceState", Times: 4}},
			openedAt: "2026-11-20T12:01:00Z", taskID: "1",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			env := newTestEnv(t, test.tasks...)
			env.inject(t, test.faults...)
			env.run(t, resource.TestStep{
				Config: env.gateConfig(test.arguments...),
				ConfigStateChecks: []statecheck.StateCheck{
					expectGate(tfjsonpath.New("opened_at"), knownvalue.StringExact(test.openedAt)),
					expectGate(tfjsonpath.New("id"), knownvalue.StringExact(instanceID+"/"+test.openedAt)),
					expectGate(
						tfjsonpath.New("databases").AtMapKey("orders").AtMapKey("migrate_task_id"),
						knownvalue.StringExact(test.taskID),
					),
					statecheck.ExpectKnownValue(
						"terraform_data.dependent", tfjsonpath.New("output"), knownvalue.StringExact(test.openedAt),
					),
				},
			})
		})
	}
}

// TestMigrateGateResource_Outages has failures that pass. The delay between the
// client's attempts is random, so the time of opening is not checked.
func TestMigrateGateResource_Outages(t *testing.T) {
	t.Parallel()
	for name, fault := range map[string]rdssim.Fault{
		"throttling":               {Kind: rdssim.KindError, Status: 400, Code: "Throttling.User"},
		"an outage":                {Kind: rdssim.KindBody, Status: 503},
		"connections that break":   {Kind: rdssim.KindReset},
		"responses without a list": {Kind: rdssim.KindBody, Status: 200, ContentType: "text/html", Body: "<html>"},
		"empty " +
			"responses": {Kind: rdssim.KindBody, Status: 200, ContentType: "application/json", Body: "{}"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			env := newTestEnv(t, endedTask("1", "orders", "Success", 60))
			fault.Times = 12
			env.inject(t, fault)
			env.run(t, resource.TestStep{
				Config: env.gateConfig(),
				ConfigStateChecks: []statecheck.StateCheck{
					expectGate(tfjsonpath.New("opened_at"), knownvalue.NotNull()),
				},
			})
			if n := len(env.Calls()); n < 13 {
				t.Errorf("the gate opened after %d calls, of which 12 failed", n)
			}
		})
	}
}

func TestMigrateGateResource_Databases(t *testing.T) {
	t.Parallel()
	env := newTestEnv(t,
		endedTask("1", "orders", "Failed", 70), endedTask("2", "orders", "Success", 60),
		rdssim.Task{ID: "3", Database: "billing", BackupMode: "UPDF", Created: minutes(-30), Description: "done"},
		endedTask("4", "hr", "Success", 60),
	)
	env.run(t, resource.TestStep{
		Config: env.gateConfig(`db_names = ["orders", "billing"]`),
		ConfigStateChecks: []statecheck.StateCheck{
			expectGate(tfjsonpath.New("poll_interval"), knownvalue.StringExact("15s")),
			expectGate(tfjsonpath.New("databases"), knownvalue.MapExact(map[string]knownvalue.Check{
				"orders": knownvalue.ObjectExact(map[string]knownvalue.Check{
					"migrate_task_id": knownvalue.StringExact("2"),
					"backup_mode":     knownvalue.StringExact("FULL"),
					"create_time":     knownvalue.StringExact("2026-11-20T11:00:00Z"),
					"end_time":        knownvalue.StringExact("2026-11-20T11:01:00Z"),
					"description":     knownvalue.StringExact(""),
				}),
				"billing": knownvalue.ObjectExact(map[string]knownvalue.Check{
					"migrate_task_id": knownvalue.StringExact("3"),
					"backup_mode":     knownvalue.StringExact("UPDF"),
					"create_time":     knownvalue.StringExact("2026-11-20T11:30:00Z"),
					"end_time":        knownvalue.StringExact("2026-11-20T11:30:00Z"),
					"description":     knownvalue.StringExact("done"),
				}),
			})),
		},
	})
}

func TestMigrateGateResource_RemainsClosed(t *testing.T) {
	t.Parallel()
	unreadable := "soon"
	for name, test := range map[string]struct {
		tasks     []rdssim.Task
		keys      []rdssim.AccessKey
		faults    []rdssim.Fault
		arguments []string
		took      time.Duration
		want      *regexp.Regexp
	}{
		"without tasks, until its timeout": {
			arguments: []string{`db_names = ["orders", "billing"]`, `timeouts = { create = "1h" }`},
			took:      time.Hour,
			want: matchOutput(
				"Timeout Waiting for Migration", "within 1h0m0s", "billing: no task of this database was found",
				"orders: no task of this database was found", "has not been started", "another spelling",
				"created before 2026-11-13T13:16:00Z",
			),
		},
		"for two hours by default": {
			tasks: []rdssim.Task{scriptedTask("1", "orders", -1, statusAfter(0, "Running"))},
			took:  2 * time.Hour,
			want:  matchOutput("within 2h0m0s", "orders: task 1 is still Running", "Apply again"),
		},
		"when it succeeded and then failed again": {
			tasks: []rdssim.Task{
				endedTask("1", "orders", "Success", 60),
				{
					ID: "2", Database: "orders", Created: minutes(-30),
					Steps: []rdssim.Step{{Status: "Failed", Description: "backup file is broken"}},
				},
			},
			want: matchOutput(
				"Migration Failed", `the database "orders"`, "task 2 (FULL), created 2026-11-20T11:30:00Z",
				"describes the failure as follows: backup file is broken",
				"nothing that depends on it was created or updated",
				"apply again",
			),
		},
		"when it fails while the gate waits": {
			tasks: []rdssim.Task{scriptedTask("1", "orders", -5, statusAfter(0, "Running"), statusAfter(15, "Failed"))},
			took:  10 * time.Minute,
			want:  matchOutput("Migration Failed", `the database "orders"`, "no description of the failure"),
		},
		"when only another database has succeeded": {
			tasks:     []rdssim.Task{endedTask("1", "Orders", "Success", 60)},
			arguments: []string{`timeouts = { create = "10m" }`},
			took:      10 * time.Minute,
			want: matchOutput(
				"orders: no task of this database was found",
				`db_names has "orders"; the API returns tasks of "Orders"`,
			),
		},
		"after a success before its start time, in the same minute": {
			tasks: []rdssim.Task{{
				ID: "1", Database: "orders", Created: rdssim.Duration(-29*time.Minute - 50*time.Second),
				Steps: []rdssim.Step{{Status: "Success"}},
			}},
			arguments: []string{`start_time = "2026-11-20T11:30:11Z"`, `timeouts = { create = "10m" }`},
			took:      10 * time.Minute,
			want:      matchOutput("orders: no task of this database was created since 2026-11-20T11:30:11Z"),
		},
		"after a success since its start time, while an older run is Running": {
			tasks: []rdssim.Task{
				scriptedTask("1", "orders", -60, statusAfter(0, "Running")), endedTask("2", "orders", "Success", 30),
			},
			arguments: []string{`start_time = "2026-11-20T11:15Z"`, `timeouts = { create = "10m" }`},
			took:      10 * time.Minute,
			want:      matchOutput("orders: task 1 is still Running"),
		},
		"after an increment that is Success on a base that is Waiting": {
			tasks: []rdssim.Task{
				{
					ID: "1", Database: "orders", BackupMode: "UPDF", Created: minutes(-60),
					Steps: []rdssim.Step{{Status: "Waiting"}},
				},
				{ID: "2", Database: "orders", BackupMode: "UPDF", Created: minutes(-30)},
			},
			arguments: []string{`timeouts = { create = "10m" }`},
			took:      10 * time.Minute,
			want: matchOutput(
				"orders: task 1 (UPDF) is Waiting: import its next backup file or open the database",
			),
		},
		"when the migration starts under a name that differs in case": {
			tasks: []rdssim.Task{scriptedTask("1", "Orders", 5, statusAfter(0, "Running"))},
			took:  5 * time.Minute,
			want:  matchOutput("Database Name Not Found", `the database "orders"`, "task 1", `the database "Orders"`),
		},
		"until a start time after its deadline": {
			arguments: []string{`start_time = "2026-11-20T15:00Z"`},
			want:      matchOutput("Invalid start_time", `start_time = "2026-11-20T15:00Z"`, "timeouts.create"),
		},
		"when one of two databases has succeeded and the other failed": {
			tasks:     []rdssim.Task{endedTask("1", "orders", "Success", 60), endedTask("2", "billing", "Failed", 60)},
			arguments: []string{`db_names = ["orders", "billing"]`},
			want:      matchOutput("Migration Failed", `the database "billing"`),
		},
		"while the next backup has to be imported": {
			tasks:     []rdssim.Task{scriptedTask("1", "orders", -5, statusAfter(0, "Waiting"))},
			arguments: []string{`timeouts = { create = "10m" }`},
			took:      10 * time.Minute,
			want:      matchOutput("orders: task 1 (FULL) is Waiting: import its next backup file"),
		},
		"while a task that failed may be the newest": {
			tasks: []rdssim.Task{
				endedTask("1", "orders", "Success", 60),
				{
					ID: "2", Database: "orders", CreateTime: &unreadable,
					Steps: []rdssim.Step{{Status: "Failed"}},
				},
			},
			arguments: []string{`timeouts = { create = "10m" }`},
			took:      10 * time.Minute,
			want:      matchOutput("orders: task 2 (FULL) is Failed and its creation time cannot be read"),
		},
		"while a status is not documented": {
			tasks:     []rdssim.Task{scriptedTask("1", "orders", -5, statusAfter(0, "Succeeded"))},
			arguments: []string{`timeouts = { create = "10m" }`},
			took:      10 * time.Minute,
			want:      matchOutput(`orders: task 1 (FULL) has the unknown status "Succeeded"`),
		},
		"while the instance state does not allow a read": {
			tasks:     []rdssim.Task{endedTask("1", "orders", "Success", 60)},
			faults:    []rdssim.Fault{{Kind: rdssim.KindError, Status: 403, Code: "InvalidInstanceState"}},
			arguments: []string{`timeouts = { create = "10m" }`},
			took:      10 * time.Minute,
			want: matchOutput(
				"orders: unknown", "The latest poll failed", "InvalidInstanceState",
			),
		},
		"at an instance that does not exist": {
			arguments: []string{`resource_group_id = "rg-another"`},
			want: matchOutput(
				"RDS Instance Not Found", `db_instance_id = "rm-orders"`, "Code: InvalidDBInstanceId.NotFound",
			),
		},
		"without permission": {
			keys: []rdssim.AccessKey{{ID: accessKey, Secret: secretKey, Denied: true}},
			took: time.Minute,
			want: matchOutput("Missing Permission", "rds:DescribeMigrateTasks"),
		},
		"with a wrong secret": {
			keys: []rdssim.AccessKey{{ID: accessKey, Secret: "another"}},
			want: matchOutput("Invalid Credentials", "secret_key"),
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			env := newTestEnv(t, test.tasks...)
			env.inject(t, test.faults...)
			if test.keys != nil {
				env.SetAccessKeys(test.keys...)
			}
			env.run(t, resource.TestStep{Config: env.gateConfig(test.arguments...), ExpectError: test.want})
			if took := env.clock.Since(clocktest.Start); took != test.took {
				t.Errorf("it took %s, want %s", took, test.took)
			}
		})
	}
}

// TestMigrateGateResource_ThrottledUntilTimeout has an API that throttles every
// call.
func TestMigrateGateResource_ThrottledUntilTimeout(t *testing.T) {
	t.Parallel()
	env := newTestEnv(t, endedTask("1", "orders", "Success", 60))
	env.inject(t, rdssim.Fault{Kind: rdssim.KindError, Status: 400, Code: "Throttling.User"})
	env.run(t, resource.TestStep{
		Config: env.gateConfig(`timeouts = { create = "1h" }`),
		ExpectError: matchOutput(
			"Timeout Waiting for Migration", "orders: unknown", "The latest poll failed", "Throttling.User",
		),
	})
	if took := env.clock.Since(clocktest.Start); took < time.Hour {
		t.Errorf("it ended after %s", took)
	}
}

func TestMigrateGateResource_NoCallsOnceOpen(t *testing.T) {
	t.Parallel()
	env := newTestEnv(t, endedTask("1", "orders", "Success", 60))
	env.run(t,
		resource.TestStep{Config: env.gateConfig()},
		resource.TestStep{
			// The API no longer returns the task.
			PreConfig: func() {
				env.clock.Advance(9 * 24 * time.Hour)
				env.ClearCalls()
			},
			Config:           env.gateConfig(),
			ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{plancheck.ExpectEmptyPlan()}},
			ConfigStateChecks: []statecheck.StateCheck{
				expectGate(tfjsonpath.New("opened_at"), knownvalue.StringExact("2026-11-20T12:00:00Z")),
			},
		},
		resource.TestStep{
			Config: env.gateConfig(`poll_interval = "1m"`, `timeouts = { create = "3h" }`),
			ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{
				plancheck.ExpectResourceAction(gateAddress, plancheck.ResourceActionUpdate),
				plancheck.ExpectResourceAction("terraform_data.dependent", plancheck.ResourceActionNoop),
			}},
			ConfigStateChecks: []statecheck.StateCheck{
				expectGate(tfjsonpath.New("opened_at"), knownvalue.StringExact("2026-11-20T12:00:00Z")),
			},
		},
		// The destroy at the end of the test also runs without an API.
		resource.TestStep{
			PreConfig: env.shutDown, Config: env.gateConfig(`poll_interval = "1m"`, `timeouts = { create = "3h" }`),
		},
	)
	env.checkNoCalls(t)
}

func TestMigrateGateResource_Replace(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ before, after []string }{
		"for other triggers": {
			[]string{`triggers = { backup = "monday" }`}, []string{`triggers = { backup = "tuesday" }`},
		},
		"for triggers that are new":  {nil, []string{`triggers = { backup = "tuesday" }`}},
		"for another database":       {[]string{`db_names = ["orders"]`}, []string{`db_names = ["orders", "billing"]`}},
		"for another start time":     {nil, []string{`start_time = "2026-11-20T11:00Z"`}},
		"for another resource group": {nil, []string{`resource_group_id = "rg-1"`}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			tasks := []rdssim.Task{endedTask("1", "orders", "Success", 30), endedTask("2", "billing", "Success", 30)}
			env := newTestEnvFrom(t, rdssim.Scenario{
				AccessKeys: []rdssim.AccessKey{{ID: accessKey, Secret: secretKey}},
				Instances:  []rdssim.Instance{{ID: instanceID, Region: region, ResourceGroupID: "rg-1", Tasks: tasks}},
			})
			opened := statecheck.CompareValue(compare.ValuesDiffer())
			env.run(t,
				resource.TestStep{
					Config: env.gateConfig(test.before...),
					ConfigStateChecks: []statecheck.StateCheck{
						opened.AddStateValue(gateAddress, tfjsonpath.New("opened_at")),
					},
				},
				resource.TestStep{
					PreConfig: func() {
						// When the new gate is created, another migration is running.
						running := scriptedTask("", "orders", 60, statusAfter(0, "Running"), statusAfter(7, "Success"))
						if err := env.AddTask(instanceID, running); err != nil {
							t.Error(err)
						}
						env.clock.Advance(time.Hour)
					},
					Config: env.gateConfig(test.after...),
					ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{
						plancheck.ExpectResourceAction(gateAddress, plancheck.ResourceActionReplace),
					}},
					ConfigStateChecks: []statecheck.StateCheck{
						opened.AddStateValue(gateAddress, tfjsonpath.New("opened_at")),
						expectGate(tfjsonpath.New("opened_at"), knownvalue.StringExact("2026-11-20T13:07:00Z")),
					},
				},
			)
		})
	}
}

func TestMigrateGateResource_Import(t *testing.T) {
	t.Parallel()
	env := newTestEnv(t, endedTask("1", "orders", "Success", 60))
	env.run(t, resource.TestStep{
		Config: env.gateConfig(), ResourceName: gateAddress, ImportState: true, ImportStateId: "rm-orders",
		ExpectError: matchOutput("Unable to Import Gate", "would be open although no migration task was read"),
	})
	env.checkNoCalls(t)
}

func TestMigrateGateResource_UnknownValues(t *testing.T) {
	t.Parallel()
	env := newTestEnv(t, endedTask("1", "orders", "Success", 60))
	env.run(t, resource.TestStep{
		Config: env.providerBlock() + `
resource "terraform_data" "later" {
  input = { instance = "rm-orders", db = "orders", start = "2026-11-20T10:00Z", backup = "monday", poll = "20s" }
}
resource "alicloud_rds_migrate_gate" "test" {
  db_instance_id = terraform_data.later.output.instance
  db_names       = [terraform_data.later.output.db]
  start_time     = terraform_data.later.output.start
  triggers       = { backup = terraform_data.later.output.backup }
  poll_interval  = terraform_data.later.output.poll
}`,
		ConfigStateChecks: []statecheck.StateCheck{
			expectGate(tfjsonpath.New("poll_interval"), knownvalue.StringExact("20s")),
		},
	})
}

func TestMigrateGateResource_InvalidArguments(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		arguments []string
		want      *regexp.Regexp
	}{
		"no databases":      {[]string{`db_names = []`}, matchOutput(`db_names = []`, "at least 1")},
		"an empty database": {[]string{`db_names = [""]`}, matchOutput(`db_names = [""]`)},
		"an invalid time": {
			[]string{`start_time = "yesterday"`}, matchOutput("Invalid Time Format", `start_time = "yesterday"`),
		},
		"an interval too short": {
			[]string{`poll_interval = "999ms"`}, matchOutput(`poll_interval = "999ms"`, `at least "1s"`),
		},
		"an interval without a unit": {[]string{`poll_interval = "15"`}, matchOutput(`poll_interval = "15"`)},
		"a timeout of zero": {
			[]string{`timeouts = { create = "-1h" }`}, matchOutput("timeouts.create", "longer than zero"),
		},
		"an empty resource group": {[]string{`resource_group_id = ""`}, matchOutput(`resource_group_id = ""`)},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			env := newTestEnv(t)
			env.run(t, resource.TestStep{
				Config: env.gateConfig(test.arguments...), PlanOnly: true, ExpectError: test.want,
			})
			env.checkNoCalls(t)
		})
	}
}
