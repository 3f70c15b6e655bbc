package provider_test

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"

	"github.com/rds-migrate/terraform-provider-alicloud/internal/rdssim"
)

const tasksAddress = "data.alicloud_rds_migrate_tasks.test"

func expectTasks(path tfjsonpath.Path, v knownvalue.Check) statecheck.StateCheck {
	return statecheck.ExpectKnownValue(tasksAddress, path, v)
}

func TestMigrateTasksDataSource_Attributes(t *testing.T) {
	t.Parallel()
	c := newTestEnv(t,
		rdssim.Task{
			ID: "102", Database: "orders", BackupMode: "UPDF", IsDBReplaced: "True", Created: minutes(-30),
			Steps: []rdssim.Step{{Status: "Running"}, {After: minutes(5), Status: "Waiting", Description: "waits for a log"}},
		},
		rdssim.Task{
			ID: "101", Database: "orders", Created: minutes(-60),
			Steps: []rdssim.Step{{Status: "Running"}, {After: minutes(5), Status: "Success", Description: "done"}},
		},
	)
	c.run(t, resource.TestStep{
		Config: c.tasksConfig(),
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
			c := newTestEnv(t, tasks...)
			c.run(t, resource.TestStep{
				PlanOnly:           true,
				ExpectNonEmptyPlan: false,
				Config:             c.tasksConfig(),
			})
			if n := len(c.Calls()); n == 0 || n%test.calls != 0 {
				t.Errorf("%d calls were made, want a multiple of %d", n, test.calls)
			}
			for i, call := range c.Calls() {
				if call.Params.Get("PageSize") != "100" || call.Status != 200 {
					t.Errorf("call %d asked for %s a page and was answered %d", i, call.Params.Get("PageSize"), call.Status)
				}
			}
			c.run(t, resource.TestStep{
				Config: c.tasksConfig(),
				ConfigStateChecks: []statecheck.StateCheck{
					expectTasks(tfjsonpath.New("tasks"), knownvalue.ListSizeExact(test.tasks)),
					expectTasks(tfjsonpath.New("ids"), knownvalue.ListExact(ids)),
					expectTasks(tfjsonpath.New("all_succeeded"), knownvalue.Bool(test.tasks > 0)),
				},
			})
		})
	}
}

// TestMigrateTasksDataSource_Filters has orders fail and then succeed, and billing only fail.
func TestMigrateTasksDataSource_Filters(t *testing.T) {
	t.Parallel()
	history := []rdssim.Task{
		endedTask("1", "orders", "Failed", 60), endedTask("2", "orders", "Success", 50), endedTask("3", "billing", "Failed", 40),
		{ID: "4", Database: "stock", BackupMode: "UPDF", Created: minutes(-30)},
	}
	for name, test := range map[string]struct {
		filter    string
		ids       []string
		databases []string
		succeeded bool
	}{
		"none":                                   {``, []string{"4", "3", "2", "1"}, []string{"orders", "billing", "stock"}, false},
		"databases":                              {`db_names = ["orders", "stock"]`, []string{"4", "2", "1"}, []string{"orders", "stock"}, true},
		"databases of which one has no task":     {`db_names = ["orders", "hr"]`, []string{"2", "1"}, []string{"orders"}, false},
		"a database that has no task":            {`db_names = ["hr"]`, nil, nil, false},
		"a pattern":                              {`name_regex = "^(orders|stock)$"`, []string{"4", "2", "1"}, []string{"orders", "stock"}, true},
		"a pattern in the middle of a name":      {`name_regex = "rder"`, []string{"2", "1"}, []string{"orders"}, true},
		"a pattern that no database matches":     {`name_regex = "^o$"`, nil, nil, false},
		"databases and a pattern":                {"db_names = [\"orders\", \"billing\"]\n name_regex = \"^o\"", []string{"2", "1"}, []string{"orders"}, false},
		"a status leaves the verdict alone":      {`status = "Success"`, []string{"4", "2"}, []string{"orders", "billing", "stock"}, false},
		"a backup mode leaves the verdict alone": {`backup_mode = "UPDF"`, []string{"4"}, []string{"orders", "billing", "stock"}, false},
		"IDs leave the verdict alone":            {`ids = ["2", "77", "1"]`, []string{"2", "1"}, []string{"orders", "billing", "stock"}, false},
		"all of them":                            {"db_names = [\"orders\"]\n status = \"Failed\"\n backup_mode = \"FULL\"\n ids = [\"1\", \"2\"]", []string{"1"}, []string{"orders"}, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := newTestEnv(t, history...)
			ids := make([]knownvalue.Check, len(test.ids))
			for i, id := range test.ids {
				ids[i] = knownvalue.StringExact(id)
			}
			dbs := make(map[string]knownvalue.Check, len(test.databases))
			for _, db := range test.databases {
				dbs[db] = knownvalue.NotNull()
			}
			c.run(t, resource.TestStep{
				Config: c.tasksConfig(test.filter),
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
		arguments string
		want      map[string]string
	}{
		"nothing written": {"", map[string]string{
			"DBInstanceId": instanceID, "RegionId": region, "StartTime": "2026-11-13T12:00Z", "EndTime": "2026-11-20T12:15Z",
			"PageSize": "100", "PageNumber": "1", "Action": "DescribeMigrateTasks", "Version": "2014-08-15",
		}},
		"a window with offsets and fractions": {
			"start_time = \"2026-11-19T18:30:59.9+08:00\"\n end_time = \"2026-11-20T10:00:00.1Z\"",
			map[string]string{"StartTime": "2026-11-19T10:30Z", "EndTime": "2026-11-20T10:01Z"},
		},
		"a window in minutes": {
			"start_time = \"2026-11-19T18:30Z\"\n end_time = \"2026-11-20T10:00Z\"",
			map[string]string{"StartTime": "2026-11-19T18:30Z", "EndTime": "2026-11-20T10:00Z"},
		},
		"an end alone":      {`end_time = "2026-11-19T10:00Z"`, map[string]string{"StartTime": "2026-11-12T10:00Z", "EndTime": "2026-11-19T10:00Z"}},
		"a resource group":  {`resource_group_id = "rg-1"`, map[string]string{"ResourceGroupId": "rg-1"}},
		"no resource group": {``, map[string]string{"ResourceGroupId": ""}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := newTestEnvFrom(t, rdssim.Scenario{
				AccessKeys: []rdssim.AccessKey{{ID: accessKey, Secret: secretKey}},
				Instances:  []rdssim.Instance{{ID: instanceID, Region: region, ResourceGroupID: "rg-1"}},
			})
			c.run(t, resource.TestStep{Config: c.tasksConfig(test.arguments)})
			call := c.Calls()[0]
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
	c := newTestEnv(t, endedTask("1", "orders", "Success", 60))
	c.run(t, resource.TestStep{
		Config: c.providerBlock() + `
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
	for name, test := range map[string]struct {
		argument string
		want     *regexp.Regexp
	}{
		"a time":               {`start_time = terraform_data.later.output`, matchOutput("Not a time", "start_time", `"nonsense("`)},
		"an end":               {"start_time = \"2026-11-20T10:00Z\"\n end_time = terraform_data.later.output", matchOutput("Not a time", "end_time")},
		"a regular expression": {`name_regex = terraform_data.later.output`, matchOutput("Not a regular expression", "name_regex")},
		"a timeout":            {`timeouts = { read = terraform_data.later.output }`, matchOutput("Time Duration", `"nonsense("`)},
		"a status":             {`status = terraform_data.later.output`, matchOutput("status", `"nonsense("`)},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := newTestEnv(t)
			c.run(t, resource.TestStep{
				Config:      c.tasksConfig(test.argument) + `resource "terraform_data" "later" { input = "nonsense(" }`,
				ExpectError: test.want,
			})
			if n := len(c.Calls()); n != 0 {
				t.Errorf("%d calls were made", n)
			}
		})
	}
}

func TestMigrateTasksDataSource_Plantimestamp(t *testing.T) {
	t.Parallel()
	c := newRealTimeEnv(t, endedTask("1", "orders", "Success", 60))
	c.run(t, resource.TestStep{
		Config:            c.tasksConfig(`start_time = timeadd(plantimestamp(), "-72h")`),
		ConfigStateChecks: allSucceeded,
	})
}

func TestMigrateTasksDataSource_InvalidArguments(t *testing.T) {
	t.Parallel()
	forms := []string{`"2026-11-20T10:00:00Z"`, `"2026-11-20T10:00Z"`}
	for name, test := range map[string]struct {
		arguments string
		want      *regexp.Regexp
	}{
		"a date alone":          {`start_time = "2026-11-20"`, matchOutput(append([]string{"Not a time", `start_time = "2026-11-20"`}, forms...)...)},
		"a word for a time":     {`start_time = "yesterday"`, matchOutput(append([]string{"Not a time", `start_time = "yesterday"`}, forms...)...)},
		"a thirteenth month":    {`start_time = "2026-13-01T00:00Z"`, matchOutput(append([]string{"Not a time", `start_time = "2026-13-01T00:00Z"`}, forms...)...)},
		"a time without offset": {`start_time = "2026-11-20T10:00"`, matchOutput(append([]string{"Not a time", `start_time = "2026-11-20T10:00"`}, forms...)...)},
		"an empty time":         {`end_time = ""`, matchOutput(append([]string{"Not a time", `end_time = ""`}, forms...)...)},
		"an end before the start": {
			"start_time = \"2026-11-20T10:00Z\"\n  end_time = \"2026-11-20T09:59Z\"",
			matchOutput("The window ends before it begins", `end_time = "2026-11-20T09:59Z"`),
		},
		"an end at the start": {
			"start_time = \"2026-11-20T10:00Z\"\n  end_time = \"2026-11-20T10:00:00.000Z\"",
			matchOutput(`end_time = "2026-11-20T10:00:00.000Z"`),
		},
		"an end at the start across offsets": {
			"start_time = \"2026-11-20T09:00+08:00\"\n  end_time = \"2026-11-20T01:00Z\"",
			matchOutput(`end_time = "2026-11-20T01:00Z"`),
		},
		"a start in the future":           {`start_time = "2026-11-21T10:00Z"`, matchOutput("The window begins in the future", `start_time = "2026-11-21T10:00Z"`)},
		"an empty resource group":         {`resource_group_id = ""`, matchOutput(`resource_group_id = ""`, "at least 1")},
		"a regular expression that fails": {`name_regex = "("`, matchOutput("Not a regular expression", `name_regex = "("`, "missing closing )")},
		"an empty regular expression":     {`name_regex = ""`, matchOutput(`name_regex = ""`)},
		"a status in another case":        {`status = "success"`, matchOutput(`status = "success"`, `"NoStart"`, `"Failed"`)},
		"no databases":                    {`db_names = []`, matchOutput(`db_names = []`, "at least 1")},
		"an empty database":               {`db_names = [""]`, matchOutput(`db_names = [""]`)},
		"no database":                     {`db_names = [null]`, matchOutput(`db_names = [null]`)},
		"no IDs":                          {`ids = []`, matchOutput(`ids = []`, "at least 1")},
		"an empty backup mode":            {`backup_mode = ""`, matchOutput(`backup_mode = ""`)},
		"a timeout of nothing":            {`timeouts = { read = "0s" }`, matchOutput("timeouts.read", "longer than zero", `"0s"`)},
		"a timeout that is none":          {`timeouts = { read = "5" }`, matchOutput("Time Duration", `"5"`)},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := newTestEnv(t)
			c.run(t, resource.TestStep{Config: c.tasksConfig(test.arguments), PlanOnly: true, ExpectError: test.want})
			if n := len(c.Calls()); n != 0 {
				t.Errorf("%d calls were made", n)
			}
		})
	}
}

func TestProvider_EmptyInstanceID(t *testing.T) {
	t.Parallel()
	c := newTestEnv(t)
	for block, config := range map[string]string{"data": c.tasksConfig(), "resource": c.gateConfig()} {
		t.Run(block, func(t *testing.T) {
			t.Parallel()
			c.run(t, resource.TestStep{
				Config:      strings.Replace(config, strconv.Quote(instanceID), `""`, 1),
				PlanOnly:    true,
				ExpectError: matchOutput(`db_instance_id = ""`, "at least 1"),
			})
		})
	}
	t.Cleanup(func() {
		if n := len(c.Calls()); n != 0 {
			t.Errorf("%d calls were made", n)
		}
	})
}

func TestMigrateTasksDataSource_ReadErrors(t *testing.T) {
	t.Parallel()
	answer := func(status int, contentType, body string) rdssim.Fault {
		return rdssim.Fault{Kind: rdssim.KindBody, Status: status, ContentType: contentType, Body: body}
	}
	for name, test := range map[string]struct {
		arguments string
		keys      []rdssim.AccessKey
		faults    []rdssim.Fault
		want      *regexp.Regexp
	}{
		"the instance is unknown": {
			arguments: `resource_group_id = "rg-another"`,
			want: matchOutput("No such instance", `db_instance_id = "rm-orders"`, `"rm-orders" in the region cn-hangzhou`,
				"Code: InvalidDBInstanceId.NotFound", "Request ID: ", "HTTP status: 404"),
		},
		"permission is missing": {
			keys: []rdssim.AccessKey{{ID: accessKey, Secret: secretKey, Denied: true}},
			want: matchOutput("No permission", "rds:DescribeMigrateTasks", "Code: Forbidden.RAM", "Request ID: "),
		},
		"the secret is wrong": {
			keys: []rdssim.AccessKey{{ID: accessKey, Secret: "another"}},
			want: matchOutput("refuses the credentials", "secret_key", "Code: SignatureDoesNotMatch", "Request ID: "),
		},
		"the key is unknown": {
			keys: []rdssim.AccessKey{{ID: "another", Secret: "another"}},
			want: matchOutput("refuses the credentials", "access_key", "Code: InvalidAccessKeyId.NotFound"),
		},
		"HTML comes":                {faults: []rdssim.Fault{answer(200, "text/html", "<html>log in</html>")}, want: matchOutput("not a list of migration tasks", "HTML")},
		"nothing comes":             {faults: []rdssim.Fault{answer(200, "application/json", "")}, want: matchOutput("not a list of migration tasks", "empty")},
		"204 comes":                 {faults: []rdssim.Fault{answer(204, "", "")}, want: matchOutput("not a list of migration tasks", "HTTP status: 204")},
		"null comes":                {faults: []rdssim.Fault{answer(200, "application/json", "null")}, want: matchOutput("not a list of migration tasks", "RequestId")},
		"a list comes":              {faults: []rdssim.Fault{answer(200, "application/json", "[]")}, want: matchOutput("not a list of migration tasks")},
		"half an answer comes":      {faults: []rdssim.Fault{{Kind: rdssim.KindTruncateSilently, At: 0.5}}, want: matchOutput("not a list of migration tasks")},
		"an error comes in a 200":   {faults: []rdssim.Fault{{Kind: rdssim.KindError, Status: 200, Code: "Strange", Message: "a strange thing"}}, want: matchOutput("does not list", "Message: a strange thing", "Code: Strange")},
		"the instance is not ready": {faults: []rdssim.Fault{{Kind: rdssim.KindError, Status: 403, Code: "InvalidInstanceState"}}, want: matchOutput("cannot be asked now", "Code: InvalidInstanceState")},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := newTestEnv(t, endedTask("1", "orders", "Success", 60))
			if test.keys != nil {
				c.SetAccessKeys(test.keys...)
			}
			c.inject(t, test.faults...)
			c.run(t, resource.TestStep{Config: c.tasksConfig(test.arguments), ExpectError: test.want})
		})
	}
}

// TestMigrateTasksDataSource_ReadTimeout goes by the machine's clock, because nothing else
// ends it.
func TestMigrateTasksDataSource_ReadTimeout(t *testing.T) {
	t.Parallel()
	c := newRealTimeEnv(t, endedTask("1", "orders", "Success", 60))
	c.inject(t, rdssim.Fault{Kind: rdssim.KindHang})
	c.run(t, resource.TestStep{
		Config:      c.tasksConfig(`timeouts = { read = "1s" }`),
		ExpectError: matchOutput("No complete answer in time", "within 1s", "timeouts.read"),
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
			c := newTestEnv(t, endedTask("1", "orders", "Success", 60))
			fault.Times = 5
			c.inject(t, fault)
			c.run(t, resource.TestStep{
				Config:            c.tasksConfig(),
				ConfigStateChecks: []statecheck.StateCheck{expectTasks(tfjsonpath.New("all_succeeded"), knownvalue.Bool(true))},
			})
		})
	}
}
