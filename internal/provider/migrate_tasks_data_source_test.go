// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"fmt"
	"regexp"
	"strconv"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"

	"github.com/rds-migrate/terraform-provider-alicloud/internal/rdssim"
)

const tasksAddress = "data.alicloud_rds_migrate_tasks.test"

// expectTasks checks an attribute of the data source in tasksConfig.
func expectTasks(path tfjsonpath.Path, v knownvalue.Check) statecheck.StateCheck {
	return statecheck.ExpectKnownValue(tasksAddress, path, v)
}

func TestMigrateTasksDataSource_Attributes(t *testing.T) {
	t.Parallel()
	env := newTestEnv(t,
		rdssim.Task{
			ID: "102", Database: "orders", BackupMode: "UPDF", IsDBReplaced: "True", Created: minutes(-30),
			Steps: []rdssim.Step{
				{Status: "Running"}, {After: minutes(5), Status: "Waiting", Description: "waits for a log"},
			},
		},
		rdssim.Task{
			ID: "101", Database: "orders", Created: minutes(-60),
			Steps: []rdssim.Step{{Status: "Running"}, {After: minutes(5), Status: "Success", Description: "done"}},
		},
	)
	env.run(t, resource.TestStep{
		Config: env.tasksConfig(),
		ConfigStateChecks: []statecheck.StateCheck{
			expectTasks(tfjsonpath.New("tasks"), knownvalue.ListExact([]knownvalue.Check{
				knownvalue.ObjectExact(map[string]knownvalue.Check{
					"migrate_task_id": knownvalue.StringExact("102"),
					"db_name":         knownvalue.StringExact("orders"),
					"status":          knownvalue.StringExact("Waiting"),
					"backup_mode":     knownvalue.StringExact("UPDF"),
					"create_time":     knownvalue.StringExact("2026-11-20T11:30:00Z"),
					"end_time":        knownvalue.Null(),
					"is_db_replaced":  knownvalue.Bool(true),
					"description":     knownvalue.StringExact("waits for a log"),
				}),
				knownvalue.ObjectExact(map[string]knownvalue.Check{
					"migrate_task_id": knownvalue.StringExact("101"),
					"db_name":         knownvalue.StringExact("orders"),
					"status":          knownvalue.StringExact("Success"),
					"backup_mode":     knownvalue.StringExact("FULL"),
					"create_time":     knownvalue.StringExact("2026-11-20T11:00:00Z"),
					"end_time":        knownvalue.StringExact("2026-11-20T11:05:00Z"),
					"is_db_replaced":  knownvalue.Bool(false),
					"description":     knownvalue.StringExact("done"),
				}),
			})),
			expectTasks(tfjsonpath.New("databases"), knownvalue.MapExact(map[string]knownvalue.Check{
				"orders": knownvalue.ObjectExact(map[string]knownvalue.Check{
					"migrate_task_id": knownvalue.StringExact("102"),
					"status":          knownvalue.StringExact("Waiting"),
					"backup_mode":     knownvalue.StringExact("UPDF"),
					"create_time":     knownvalue.StringExact("2026-11-20T11:30:00Z"),
					"end_time":        knownvalue.Null(),
					"description":     knownvalue.StringExact("waits for a log"),
					"succeeded":       knownvalue.Bool(false),
					"reason": knownvalue.StringExact(
						"task 102 (UPDF) is Waiting: import its next backup file or open the database",
					),
				}),
			})),
			expectTasks(tfjsonpath.New("all_succeeded"), knownvalue.Bool(false)),
			expectTasks(tfjsonpath.New("ids"), knownvalue.ListExact([]knownvalue.Check{
				knownvalue.StringExact("102"), knownvalue.StringExact("101"),
			})),
			expectTasks(tfjsonpath.New("db_instance_id"), knownvalue.StringExact(instanceID)),
		},
	})
}

func TestMigrateTasksDataSource_Pagination(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ tasks, calls int }{
		{0, 1}, {1, 1}, {30, 1}, {31, 1}, {100, 1}, {101, 2}, {1050, 11},
	} {
		t.Run(fmt.Sprintf("%d tasks take %d calls", test.tasks, test.calls), func(t *testing.T) {
			t.Parallel()
			var tasks []rdssim.Task
			ids := make([]knownvalue.Check, test.tasks)
			for i := range test.tasks {
				id := strconv.Itoa(5000 + i)
				tasks = append(tasks, endedTask(id, "orders", "Success", 2+test.tasks-i))
				ids[test.tasks-1-i] = knownvalue.StringExact(id)
			}
			env := newTestEnv(t, tasks...)
			env.run(t, resource.TestStep{
				PlanOnly:           true,
				ExpectNonEmptyPlan: false,
				Config:             env.tasksConfig(),
			})
			if n := len(env.Calls()); n == 0 || n%test.calls != 0 {
				t.Errorf("there were %d calls, want a multiple of %d", n, test.calls)
			}
			for i, call := range env.Calls() {
				if call.Params.Get("PageSize") != "100" || call.Status != 200 {
					t.Errorf("call %d has page size %s and status %d", i, call.Params.Get("PageSize"), call.Status)
				}
			}
			env.run(t, resource.TestStep{
				Config: env.tasksConfig(),
				ConfigStateChecks: []statecheck.StateCheck{
					expectTasks(tfjsonpath.New("tasks"), knownvalue.ListSizeExact(test.tasks)),
					expectTasks(tfjsonpath.New("ids"), knownvalue.ListExact(ids)),
					expectTasks(tfjsonpath.New("all_succeeded"), knownvalue.Bool(test.tasks > 0)),
				},
			})
		})
	}
}

// TestMigrateTasksDataSource_Filters has orders fail and then succeed, and
// billing fail.
func TestMigrateTasksDataSource_Filters(t *testing.T) {
	t.Parallel()
	tasks := []rdssim.Task{
		endedTask("1", "orders", "Failed", 60), endedTask("2", "orders", "Success", 50),
		endedTask("3", "billing", "Failed", 40),
		{ID: "4", Database: "stock", BackupMode: "UPDF", Created: minutes(-30)},
	}
	all := []string{"orders", "billing", "stock"}
	for name, test := range map[string]struct {
		filters   []string
		ids       []string
		databases []string
		succeeded bool
	}{
		"none": {nil, []string{"4", "3", "2", "1"}, all, false},
		"databases": {
			[]string{`db_names = ["orders", "stock"]`}, []string{"4", "2", "1"}, []string{"orders", "stock"}, true,
		},
		"databases of which one has no task": {
			[]string{`db_names = ["orders", "hr"]`}, []string{"2", "1"}, []string{"orders"}, false,
		},
		"a database that has no task": {[]string{`db_names = ["hr"]`}, nil, nil, false},
		"a pattern": {
			[]string{`name_regex = "^(orders|stock)$"`}, []string{"4", "2", "1"}, []string{"orders", "stock"}, true,
		},
		"a pattern in the middle of a name": {
			[]string{`name_regex = "rder"`}, []string{"2", "1"}, []string{"orders"}, true,
		},
		"a pattern that no database matches": {[]string{`name_regex = "^o$"`}, nil, nil, false},
		"databases and a pattern": {
			[]string{`db_names = ["orders", "billing"]`, `name_regex = "^o"`},
			[]string{"2", "1"},
			[]string{"orders"},
			false,
		},
		"a status does not change all_succeeded":      {[]string{`status = "Success"`}, []string{"4", "2"}, all, false},
		"a backup mode does not change all_succeeded": {[]string{`backup_mode = "UPDF"`}, []string{"4"}, all, false},
		"IDs do not change all_succeeded": {
			[]string{`ids = ["2", "77", "1"]`}, []string{"2", "1"}, all, false,
		},
		"all of them": {
			[]string{`db_names = ["orders"]`, `status = "Failed"`, `backup_mode = "FULL"`, `ids = ["1", "2"]`},
			[]string{"1"},
			[]string{"orders"},
			true,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			env := newTestEnv(t, tasks...)
			ids := make([]knownvalue.Check, len(test.ids))
			for i, id := range test.ids {
				ids[i] = knownvalue.StringExact(id)
			}
			dbs := make(map[string]knownvalue.Check, len(test.databases))
			for _, db := range test.databases {
				dbs[db] = knownvalue.NotNull()
			}
			env.run(t, resource.TestStep{
				Config: env.tasksConfig(test.filters...),
				ConfigStateChecks: []statecheck.StateCheck{
					expectTasks(tfjsonpath.New("ids"), knownvalue.ListExact(ids)),
					expectTasks(tfjsonpath.New("tasks"), knownvalue.ListSizeExact(len(test.ids))),
					expectTasks(tfjsonpath.New("databases"), knownvalue.MapExact(dbs)),
					expectTasks(tfjsonpath.New("all_succeeded"), knownvalue.Bool(test.succeeded)),
				},
			})
		})
	}
}

func TestMigrateTasksDataSource_RequestParameters(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		arguments []string
		want      map[string]string
	}{
		"no arguments": {nil, map[string]string{
			"Action": "DescribeMigrateTasks", "Version": "2014-08-15", "DBInstanceId": instanceID, "RegionId": region,
			"StartTime": "2026-11-13T12:16Z", "EndTime": "2026-11-20T12:15Z", "PageSize": "100", "PageNumber": "1",
		}},
		"a window with offsets and fractions": {
			[]string{`start_time = "2026-11-19T18:30:59.9+08:00"`, `end_time = "2026-11-20T10:00:00.1Z"`},
			map[string]string{"StartTime": "2026-11-19T10:30Z", "EndTime": "2026-11-20T10:01Z"},
		},
		"a window in minutes": {
			[]string{`start_time = "2026-11-19T18:30Z"`, `end_time = "2026-11-20T10:00Z"`},
			map[string]string{"StartTime": "2026-11-19T18:30Z", "EndTime": "2026-11-20T10:00Z"},
		},
		"an end alone": {
			[]string{`end_time = "2026-11-19T10:00Z"`},
			map[string]string{"StartTime": "2026-11-13T12:16Z", "EndTime": "2026-11-19T10:00Z"},
		},
		"a start before the retention period": {
			[]string{`start_time = "2026-11-01T00:00Z"`},
			map[string]string{"StartTime": "2026-11-13T12:16Z", "EndTime": "2026-11-20T12:15Z"},
		},
		"an end in the future": {
			[]string{`end_time = "2026-12-01T00:00Z"`},
			map[string]string{"StartTime": "2026-11-13T12:16Z", "EndTime": "2026-11-20T12:15Z"},
		},
		"a resource group":  {[]string{`resource_group_id = "rg-1"`}, map[string]string{"ResourceGroupId": "rg-1"}},
		"no resource group": {nil, map[string]string{"ResourceGroupId": ""}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			env := newTestEnvFrom(t, rdssim.Scenario{
				AccessKeys: []rdssim.AccessKey{{ID: accessKey, Secret: secretKey}},
				Instances:  []rdssim.Instance{{ID: instanceID, Region: region, ResourceGroupID: "rg-1"}},
			})
			env.run(t, resource.TestStep{Config: env.tasksConfig(test.arguments...)})
			call := env.Calls()[0]
			for name, want := range test.want {
				if got := call.Params.Get(name); got != want {
					t.Errorf("%s = %q, want %q", name, got, want)
				}
			}
			agent := call.Header.Get("User-Agent")
			if !regexp.MustCompile(`HashiCorp-Terraform/1\.\d+\.\d+\S* Terraform-Provider/test`).MatchString(agent) {
				t.Errorf("User-Agent is %q", agent)
			}
		})
	}
}

func TestMigrateTasksDataSource_UnknownValues(t *testing.T) {
	t.Parallel()
	env := newTestEnv(t, endedTask("1", "orders", "Success", 60))
	env.run(t, resource.TestStep{
		Config: env.providerBlock() + `
resource "terraform_data" "later" {
  input = {
    instance = "rm-orders", start = "2026-11-20T10:00:00Z", end = "2026-11-20T12:00Z",
    db = "orders", pattern = "^o", id = "1", status = "Success", mode = "FULL", timeout = "1m",
  }
}
data "alicloud_rds_migrate_tasks" "test" {
  db_instance_id = terraform_data.later.output.instance
  start_time     = terraform_data.later.output.start
  end_time       = terraform_data.later.output.end
  db_names       = [terraform_data.later.output.db]
  name_regex     = terraform_data.later.output.pattern
  ids            = [terraform_data.later.output.id]
  status         = terraform_data.later.output.status
  backup_mode    = terraform_data.later.output.mode
  timeouts       = { read = terraform_data.later.output.timeout }
}`,
		ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{
			plancheck.ExpectUnknownValue(tasksAddress, tfjsonpath.New("all_succeeded")),
		}},
		ConfigStateChecks: []statecheck.StateCheck{
			expectTasks(tfjsonpath.New("all_succeeded"), knownvalue.Bool(true)),
			expectTasks(tfjsonpath.New("tasks"), knownvalue.ListSizeExact(1)),
		},
	})
}

func TestMigrateTasksDataSource_InvalidAtApply(t *testing.T) {
	t.Parallel()
	const later = `resource "terraform_data" "later" { input = "nonsense(" }`
	for name, test := range map[string]struct {
		arguments []string
		want      *regexp.Regexp
	}{
		"a time": {
			[]string{`start_time = terraform_data.later.output`},
			matchOutput("Invalid Time Format", "start_time", `"nonsense("`),
		},
		"an end": {
			[]string{`start_time = "2026-11-20T10:00Z"`, `end_time = terraform_data.later.output`},
			matchOutput("Invalid Time Format", "end_time"),
		},
		"a regular expression": {
			[]string{`name_regex = terraform_data.later.output`},
			matchOutput("Invalid Regular Expression", "name_regex"),
		},
		"a timeout": {
			[]string{`timeouts = { read = terraform_data.later.output }`},
			matchOutput("Invalid Duration", `"nonsense("`),
		},
		"a status": {[]string{`status = terraform_data.later.output`}, matchOutput("status", `"nonsense("`)},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			env := newTestEnv(t)
			env.run(t, resource.TestStep{Config: env.tasksConfig(test.arguments...) + later, ExpectError: test.want})
			env.checkNoCalls(t)
		})
	}
}

func TestMigrateTasksDataSource_Plantimestamp(t *testing.T) {
	t.Parallel()
	env := newRealTimeEnv(t, endedTask("1", "orders", "Success", 60))
	env.run(t, resource.TestStep{
		Config:            env.tasksConfig(`start_time = timeadd(plantimestamp(), "-72h")`),
		ConfigStateChecks: allSucceeded,
	})
}

func TestMigrateTasksDataSource_InvalidArguments(t *testing.T) {
	t.Parallel()
	invalidTime := func(argument string) *regexp.Regexp {
		return matchOutput("Invalid Time Format", argument, `"2026-11-20T10:00:00Z"`, `"2026-11-20T10:00Z"`)
	}
	for name, test := range map[string]struct {
		arguments []string
		want      *regexp.Regexp
	}{
		"a date alone":      {[]string{`start_time = "2026-11-20"`}, invalidTime(`start_time = "2026-11-20"`)},
		"a word for a time": {[]string{`start_time = "yesterday"`}, invalidTime(`start_time = "yesterday"`)},
		"a thirteenth month": {
			[]string{`start_time = "2026-13-01T00:00Z"`}, invalidTime(`start_time = "2026-13-01T00:00Z"`),
		},
		"a time without offset": {
			[]string{`start_time = "2026-11-20T10:00"`}, invalidTime(`start_time = "2026-11-20T10:00"`),
		},
		"an empty time": {[]string{`end_time = ""`}, invalidTime(`end_time = ""`)},
		"an end before the start": {
			[]string{`start_time = "2026-11-20T10:00Z"`, `end_time = "2026-11-20T09:59Z"`},
			matchOutput("Invalid Time Range", `end_time = "2026-11-20T09:59Z"`, "not after start_time"),
		},
		"an end at the start": {
			[]string{`start_time = "2026-11-20T10:00Z"`, `end_time = "2026-11-20T10:00:00.000Z"`},
			matchOutput(`end_time = "2026-11-20T10:00:00.000Z"`),
		},
		"an end at the start across offsets": {
			[]string{`start_time = "2026-11-20T09:00+08:00"`, `end_time = "2026-11-20T01:00Z"`},
			matchOutput(`end_time = "2026-11-20T01:00Z"`),
		},
		"a start in the future": {
			[]string{`start_time = "2026-11-21T10:00Z"`},
			matchOutput("Invalid Time Range", `start_time = "2026-11-21T10:00Z"`, "in the future"),
		},
		"an empty resource group": {
			[]string{`resource_group_id = ""`}, matchOutput(`resource_group_id = ""`, "at least 1"),
		},
		"an invalid regular expression": {
			[]string{`name_regex = "("`},
			matchOutput("Invalid Regular Expression", `name_regex = "("`, "missing closing )"),
		},
		"an empty regular expression": {[]string{`name_regex = ""`}, matchOutput(`name_regex = ""`)},
		"a status in another case": {
			[]string{`status = "success"`}, matchOutput(`status = "success"`, `"NoStart"`, `"Failed"`),
		},
		"no databases":         {[]string{`db_names = []`}, matchOutput(`db_names = []`, "at least 1")},
		"an empty database":    {[]string{`db_names = [""]`}, matchOutput(`db_names = [""]`)},
		"no database":          {[]string{`db_names = [null]`}, matchOutput(`db_names = [null]`)},
		"no IDs":               {[]string{`ids = []`}, matchOutput(`ids = []`, "at least 1")},
		"an empty backup mode": {[]string{`backup_mode = ""`}, matchOutput(`backup_mode = ""`)},
		"a timeout of zero": {
			[]string{`timeouts = { read = "0s" }`}, matchOutput("timeouts.read", `"0s"`, "longer than zero"),
		},
		"a timeout without a unit": {[]string{`timeouts = { read = "5" }`}, matchOutput("timeouts.read", `"5"`)},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			env := newTestEnv(t)
			env.run(t, resource.TestStep{
				Config: env.tasksConfig(test.arguments...), PlanOnly: true, ExpectError: test.want,
			})
			env.checkNoCalls(t)
		})
	}
}

func TestMigrateTasksDataSource_ReadErrors(t *testing.T) {
	t.Parallel()
	respond := func(status int, contentType, body string) []rdssim.Fault {
		return []rdssim.Fault{{Kind: rdssim.KindBody, Status: status, ContentType: contentType, Body: body}}
	}
	for name, test := range map[string]struct {
		arguments []string
		keys      []rdssim.AccessKey
		faults    []rdssim.Fault
		want      *regexp.Regexp
	}{
		"the instance is unknown": {
			arguments: []string{`resource_group_id = "rg-another"`},
			want: matchOutput(
				"RDS Instance Not Found", `db_instance_id = "rm-orders"`, `"rm-orders" in the region cn-hangzhou`,
				"Code: InvalidDBInstanceId.NotFound", "Request ID: ", "HTTP status: 404",
			),
		},
		"permission is missing": {
			keys: []rdssim.AccessKey{{ID: accessKey, Secret: secretKey, Denied: true}},
			want: matchOutput("Missing Permission", "rds:DescribeMigrateTasks", "Code: Forbidden.RAM", "Request ID: "),
		},
		"the secret is wrong": {
			keys: []rdssim.AccessKey{{ID: accessKey, Secret: "another"}},
			want: matchOutput("Invalid Credentials", "secret_key", "Code: SignatureDoesNotMatch", "Request ID: "),
		},
		"the AccessKey ID is unknown": {
			keys: []rdssim.AccessKey{{ID: "another", Secret: "another"}},
			want: matchOutput("Invalid Credentials", "access_key", "Code: InvalidAccessKeyId.NotFound"),
		},
		"the response is HTML": {
			faults: respond(200, "text/html", "<html>log in</html>"),
			want:   matchOutput("Unexpected API Response", "HTML"),
		},
		"the response is empty": {
			faults: respond(200, "application/json", ""), want: matchOutput("Unexpected API Response", "empty"),
		},
		"the status is 204": {
			faults: respond(204, "", ""), want: matchOutput("Unexpected API Response", "HTTP status: 204"),
		},
		"the response is null": {
			faults: respond(200, "application/json", "null"),
			want:   matchOutput("Unexpected API Response", "RequestId"),
		},
		"the response is a list": {
			faults: respond(200, "application/json", "[]"), want: matchOutput("Unexpected API Response"),
		},
		"the response is truncated": {
			faults: []rdssim.Fault{{Kind: rdssim.KindTruncateSilently, At: 0.5}},
			want:   matchOutput("Unexpected API Response"),
		},
		"an error has the status 200": {
			faults: []rdssim.Fault{{
				Kind: rdssim.KindError, Status: 200, Code: "Strange", Message: "a strange thing",
			}},
			want: matchOutput(
				"Unable to Read Migration Tasks", "was rejected", "Message: a strange thing", "Code: Strange"),
		},
		"the instance is not ready": {
			faults: []rdssim.Fault{{Kind: rdssim.KindError, Status: 403, Code: "InvalidInstanceState"}},
			want:   matchOutput("Invalid Instance State", "Code: InvalidInstanceState"),
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			env := newTestEnv(t, endedTask("1", "orders", "Success", 60))
			if test.keys != nil {
				env.SetAccessKeys(test.keys...)
			}
			env.inject(t, test.faults...)
			env.run(t, resource.TestStep{Config: env.tasksConfig(test.arguments...), ExpectError: test.want})
		})
	}
}

// TestMigrateTasksDataSource_ReadTimeout runs in real time, because nothing
// advances a fake clock while the API does not respond.
func TestMigrateTasksDataSource_ReadTimeout(t *testing.T) {
	t.Parallel()
	env := newRealTimeEnv(t, endedTask("1", "orders", "Success", 60))
	env.inject(t, rdssim.Fault{Kind: rdssim.KindHang})
	env.run(t, resource.TestStep{
		Config:      env.tasksConfig(`timeouts = { read = "1s" }`),
		ExpectError: matchOutput("Timeout Reading Migration Tasks", "within 1s", "timeouts.read"),
	})
}

func TestMigrateTasksDataSource_Retries(t *testing.T) {
	t.Parallel()
	for name, fault := range map[string]rdssim.Fault{
		"throttling":           {Kind: rdssim.KindError, Status: 400, Code: "Throttling.User"},
		"too many requests":    {Kind: rdssim.KindError, Status: 429, Code: "Slow"},
		"an internal error":    {Kind: rdssim.KindError, Status: 500, Code: "InternalError"},
		"an outage":            {Kind: rdssim.KindBody, Status: 503},
		"a gateway's page":     {Kind: rdssim.KindBody, Status: 502, ContentType: "text/html", Body: "<html>"},
		"a closed connection":  {Kind: rdssim.KindClose},
		"a reset connection":   {Kind: rdssim.KindReset},
		"half a body":          {Kind: rdssim.KindTruncate, At: 0.5},
		"a nonce used already": {Kind: rdssim.KindError, Status: 400, Code: "SignatureNonceUsed"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			env := newTestEnv(t, endedTask("1", "orders", "Success", 60))
			fault.Times = 5
			env.inject(t, fault)
			env.run(t, resource.TestStep{Config: env.tasksConfig(), ConfigStateChecks: allSucceeded})
		})
	}
}
