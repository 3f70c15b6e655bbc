// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"

	"github.com/rds-migrate/terraform-provider-alicloud/internal/rdssim"
)

// tasksBlock is a data block that follows a provider block.
const tasksBlock = `
data "alicloud_rds_migrate_tasks" "test" {
  db_instance_id = "rm-orders"
}
`

// providerConfig returns a configuration that reads tasks. The provider block has
// these arguments.
func providerConfig(arguments ...string) string {
	return requiredProviders + fmt.Sprintf(`
provider "alicloud" {
  %s
}
`, strings.Join(arguments, "\n  ")) + tasksBlock
}

// allSucceeded checks that the data source returned a success.
var allSucceeded = []statecheck.StateCheck{expectTasks(tfjsonpath.New("all_succeeded"), knownvalue.Bool(true))}

// TestProvider_Environment sets the environment, so it is not parallel.
func TestProvider_Environment(t *testing.T) {
	for name, test := range map[string]struct {
		env       map[string]string // ADDR is a placeholder for the address of the API
		arguments []string
		keys      []rdssim.AccessKey
	}{
		"everything from the official provider's variables": {
			env: map[string]string{
				"ALICLOUD_ACCESS_KEY": "e", "ALICLOUD_SECRET_KEY": "es", "ALICLOUD_REGION": region,
				"ALIBABA_CLOUD_ENDPOINT_RDS": "ADDR",
			},
		},
		"everything from the vendor's variables": {
			env: map[string]string{
				"ALIBABA_CLOUD_ACCESS_KEY_ID": "e", "ALIBABA_CLOUD_ACCESS_KEY_SECRET": "es",
				"ALIBABA_CLOUD_REGION": region, "RDS_ENDPOINT": "ADDR",
			},
		},
		"a session": {
			env: map[string]string{
				"ALIBABACLOUD_ACCESS_KEY_ID": "e", "ALIBABACLOUD_ACCESS_KEY_SECRET": "es",
				"ALIBABACLOUD_SECURITY_TOKEN": "et", "ALICLOUD_REGION": region, "RDS_ENDPOINT": "ADDR",
			},
			keys: []rdssim.AccessKey{{ID: "e", Secret: "es", SecurityToken: "et"}},
		},
		"a session in the block": {
			arguments: []string{
				`access_key = "b"`, `secret_key = "bs"`, `security_token = "bt"`,
				`region = "cn-hangzhou"`, `endpoints { rds = "ADDR" }`,
			},
			keys: []rdssim.AccessKey{{ID: "b", Secret: "bs", SecurityToken: "bt"}},
		},
		"the AccessKey pair of the block is used without the token of the environment": {
			env: map[string]string{
				"ALICLOUD_ACCESS_KEY": "e", "ALICLOUD_SECRET_KEY": "es", "ALICLOUD_SECURITY_TOKEN": "et",
			},
			arguments: []string{
				`access_key = "b"`, `secret_key = "bs"`, `region = "cn-hangzhou"`, `endpoints { rds = "ADDR" }`,
			},
			keys: []rdssim.AccessKey{{ID: "b", Secret: "bs"}},
		},
		"the region and the endpoint of the block take precedence over the environment": {
			env: map[string]string{
				"ALICLOUD_ACCESS_KEY": "e", "ALICLOUD_SECRET_KEY": "es", "ALICLOUD_REGION": "us-east-1",
				"RDS_ENDPOINT": "127.0.0.1:1",
			},
			arguments: []string{`region = "cn-hangzhou"`, `endpoints { rds = "ADDR" }`},
		},
	} {
		t.Run(name, func(t *testing.T) {
			env := newTestEnv(t, endedTask("1", "orders", "Success", 60))
			if test.keys == nil {
				test.keys = []rdssim.AccessKey{{ID: "e", Secret: "es"}}
			}
			env.SetAccessKeys(test.keys...)
			for name, value := range test.env {
				t.Setenv(name, strings.ReplaceAll(value, "ADDR", env.addr))
			}
			config := providerConfig(append(test.arguments, `protocol = "HTTP"`)...)
			env.run(t, resource.TestStep{
				Config: strings.ReplaceAll(config, "ADDR", env.addr), ConfigStateChecks: allSucceeded,
			})
		})
	}
}

// TestProvider_OfficialBlock has every argument of the official provider, and
// endpoints of the two services that are used here.
func TestProvider_OfficialBlock(t *testing.T) {
	t.Parallel()
	env := newTestEnv(t, endedTask("1", "orders", "Success", 60))
	env.run(t, resource.TestStep{
		Config: providerConfig(
			fmt.Sprintf("access_key = %q", accessKey), fmt.Sprintf("secret_key = %q", secretKey),
			`region = "cn-hangzhou"`, `protocol = "HTTP"`,
			fmt.Sprintf("endpoints {\n    rds = %q\n    sts = \"sts.aliyuncs.com\"\n  }", env.addr),
			`client_read_timeout = 30000`, `client_connect_timeout = 10000`, `max_retry_timeout = 60`,
			`configuration_source = "terraform-alicloud-modules/classic-load-balance"`,
			`source_ip = "203.0.113.7"`, `secure_transport = "true"`, `security_transport = "true"`,
			`account_id = "1234567890"`, `account_type = "Domestic"`, `skip_region_validation = true`,
			`fc = "fc.aliyuncs.com"`, `log_endpoint = "log.aliyuncs.com"`, `mns_endpoint = "mns.aliyuncs.com"`,
			`ots_instance_name = "ots"`,
			"sign_version {\n    oss = \"v4\"\n    sls = \"v4\"\n  }",
			"features {\n    ecs_instance {\n      replace_on_image_update = true\n    }\n  }",
		),
		ConfigStateChecks: allSucceeded,
	})
	call := env.Calls()[0]
	for name, want := range map[string]string{"SourceIp": "203.0.113.7", "SecureTransport": "true"} {
		if got := call.Params.Get(name); got != want {
			t.Errorf("%s = %q, want %q", name, got, want)
		}
	}
	const want = " Terraform-Module/terraform-alicloud-modules/classic-load-balance"
	if agent := call.Header.Get("User-Agent"); !strings.HasSuffix(agent, want) {
		t.Errorf("User-Agent is %q, and does not end with %q", agent, want)
	}
}

// TestProvider_ConnectionEnvironment sets the environment, so it is not parallel.
func TestProvider_ConnectionEnvironment(t *testing.T) {
	for name, test := range map[string]struct {
		env   map[string]string
		check func(call rdssim.Call) bool
		want  *regexp.Regexp // nil for success
	}{
		"a source of the configuration": {
			env: map[string]string{"TF_APPEND_USER_AGENT": " Agent/1 Node/2 (more) "},
			check: func(call rdssim.Call) bool {
				return strings.HasSuffix(call.Header.Get("User-Agent"), " Terraform-Module/Agent/1 Node/2 (more)")
			},
		},
		"the address of the caller": {
			env: map[string]string{"ALICLOUD_SOURCE_IP": "203.0.113.7", "ALIBABA_CLOUD_SECURITY_TRANSPORT": "true"},
			check: func(call rdssim.Call) bool {
				return call.Params.Get("SourceIp") == "203.0.113.7" && call.Params.Get("SecureTransport") == "true"
			},
		},
		"an incomplete caller": {
			env: map[string]string{"ALICLOUD_SOURCE_IP": "203.0.113.7"},
			check: func(call rdssim.Call) bool {
				return !call.Params.Has("SourceIp") && !call.Params.Has("SecureTransport")
			},
		},
		"timeouts": {
			env: map[string]string{
				"CLIENT_READ_TIMEOUT": "20000", "CLIENT_CONNECT_TIMEOUT": "20000", "MAX_RETRY_TIMEOUT": "9",
			},
		},
		"a source of the configuration with a line break": {
			env:  map[string]string{"TF_APPEND_USER_AGENT": "Agent/1\nNode/2 (more)"},
			want: matchOutput("Invalid Configuration Source", "TF_APPEND_USER_AGENT", `"Agent/1\nNode/2 (more)"`),
		},
		"the longest timeouts": {
			env: map[string]string{
				"CLIENT_READ_TIMEOUT": "3600000", "CLIENT_CONNECT_TIMEOUT": "3600000", "MAX_RETRY_TIMEOUT": "86400",
			},
		},
		"an invalid timeout": {
			env:  map[string]string{"CLIENT_READ_TIMEOUT": "20s"},
			want: matchOutput("Invalid Number", "CLIENT_READ_TIMEOUT", `"20s"`),
		},
		"a read timeout that is too long": {
			env:  map[string]string{"CLIENT_READ_TIMEOUT": "3600001"},
			want: matchOutput("Invalid Number", "CLIENT_READ_TIMEOUT", `"3600001"`, "from 0 to 3600000"),
		},
		"a connect timeout that is too long": {
			env:  map[string]string{"CLIENT_CONNECT_TIMEOUT": "3600001"},
			want: matchOutput("Invalid Number", "CLIENT_CONNECT_TIMEOUT", "from 0 to 3600000"),
		},
		"a retry timeout that is too long": {
			env:  map[string]string{"MAX_RETRY_TIMEOUT": "86401"},
			want: matchOutput("Invalid Number", "MAX_RETRY_TIMEOUT", "from 0 to 86400"),
		},
		"a retry timeout that overflows": {
			env:  map[string]string{"MAX_RETRY_TIMEOUT": "9223372036854775808"},
			want: matchOutput("Invalid Number", "MAX_RETRY_TIMEOUT"),
		},
		"an invalid endpoint": {
			env:  map[string]string{"ALIBABA_CLOUD_ENDPOINT_STS": "https://sts.aliyuncs.com"},
			want: matchOutput("Invalid Endpoint", "ALIBABA_CLOUD_ENDPOINT_STS", `"https://sts.aliyuncs.com"`),
		},
		"a proxy list with networks and a trailing comma": {
			env: map[string]string{"NO_PROXY": "10.0.0.0/8,*.corp.example,[::1],"},
		},
		"an invalid proxy": {
			env: map[string]string{"HTTPS_PROXY": "://"}, want: matchOutput("Invalid Proxy", "HTTPS_PROXY"),
		},
	} {
		t.Run(name, func(t *testing.T) {
			env := newTestEnv(t, endedTask("1", "orders", "Success", 60))
			for name, value := range test.env {
				t.Setenv(name, value)
			}
			step := resource.TestStep{Config: env.tasksConfig(), ExpectError: test.want}
			if test.want == nil {
				step.ConfigStateChecks = allSucceeded
			}
			env.run(t, step)
			if test.check != nil && !test.check(env.Calls()[0]) {
				t.Errorf("the call was %+v", env.Calls()[0])
			}
		})
	}
}

func TestProvider_InvalidBlocks(t *testing.T) {
	t.Parallel()
	const keys = `access_key = "a"
  secret_key = "hush-hush"`
	for name, test := range map[string]struct {
		arguments []string
		want      *regexp.Regexp
	}{
		"no credentials": {
			[]string{`region = "cn-hangzhou"`},
			matchOutput("Missing Credentials", "access_key", "secret_key",
				"ALICLOUD_ACCESS_KEY", "ALIBABA_CLOUD_ACCESS_KEY_ID", "ALIBABACLOUD_ACCESS_KEY_ID"),
		},
		"no region": {
			[]string{keys},
			matchOutput("Missing Region", `region = "cn-hangzhou"`, "ALICLOUD_REGION", "ALIBABA_CLOUD_REGION"),
		},
		"an empty region": {[]string{keys, `region = ""`}, matchOutput("Missing Region", `region = ""`)},
		"an access key without a secret key": {
			[]string{`access_key = "a"`, `region = "cn-hangzhou"`},
			matchOutput("Missing secret_key", "access_key but not secret_key"),
		},
		"a token without an AccessKey pair": {
			[]string{`security_token = "t"`, `region = "cn-hangzhou"`},
			matchOutput("security token", "access_key", "secret_key"),
		},
		"another protocol": {
			[]string{keys, `region = "cn-hangzhou"`, `protocol = "ftp"`}, matchOutput(`protocol = "ftp"`, `"HTTP"`),
		},
		"an endpoint with a scheme": {
			[]string{keys, `region = "cn-hangzhou"`, `endpoints { rds = "https://rds.aliyuncs.com" }`},
			matchOutput("Invalid Endpoint", `"https://rds.aliyuncs.com"`, "host:port"),
		},
		"an endpoint with a path": {
			[]string{keys, `region = "cn-hangzhou"`, `endpoints { sts = "sts.aliyuncs.com/" }`},
			matchOutput("Invalid Endpoint", `"sts.aliyuncs.com/"`),
		},
		"a read timeout that is too long": {
			[]string{keys, `region = "cn-hangzhou"`, `client_read_timeout = 3600001`},
			matchOutput("client_read_timeout", "between 0 and 3600000"),
		},
		"a connect timeout that is too long": {
			[]string{keys, `region = "cn-hangzhou"`, `client_connect_timeout = 3600001`},
			matchOutput("client_connect_timeout", "between 0 and 3600000"),
		},
		"a retry timeout that is too long": {
			[]string{keys, `region = "cn-hangzhou"`, `max_retry_timeout = 86401`},
			matchOutput("max_retry_timeout", "between 0 and 86400"),
		},
		"a line break in the source of the configuration": {
			[]string{keys, `region = "cn-hangzhou"`, `configuration_source = "ci\nX-Header: 1"`},
			matchOutput("Invalid Configuration Source", "configuration_source", `"ci\nX-Header: 1"`),
		},
		"an invalid region": {[]string{keys, `region = "cn hangzhou"`}, matchOutput("Invalid Region", `"cn hangzhou"`)},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			env := newTestEnv(t)
			env.run(t, resource.TestStep{
				Config: providerConfig(test.arguments...), PlanOnly: true, ExpectError: test.want,
			})
		})
	}
}

// TestProvider_UnknownArguments has a provider block that takes values from a
// resource.
func TestProvider_UnknownArguments(t *testing.T) {
	t.Parallel()
	config := func(env *testEnv, arguments string) string {
		return requiredProviders + fmt.Sprintf(`
resource "terraform_data" "account" {
  input = { key = %q, secret = %q, region = %q, rds = %q }
}
provider "alicloud" {
  access_key = terraform_data.account.output.key
  secret_key = terraform_data.account.output.secret
  region     = terraform_data.account.output.region
  protocol   = "HTTP"
  endpoints {
    rds = terraform_data.account.output.rds
  }
}
data "alicloud_rds_migrate_tasks" "test" {
  db_instance_id = "rm-orders"
  %s
}`, accessKey, secretKey, region, env.addr, arguments)
	}
	t.Run("is read at apply with depends_on", func(t *testing.T) {
		t.Parallel()
		env := newTestEnv(t, endedTask("1", "orders", "Success", 60))
		env.run(t, resource.TestStep{
			Config: config(env, "depends_on = [terraform_data.account]"), ConfigStateChecks: allSucceeded,
		})
	})
	t.Run("is an error that names what is missing without it", func(t *testing.T) {
		t.Parallel()
		env := newTestEnv(t, endedTask("1", "orders", "Success", 60))
		env.run(t, resource.TestStep{
			Config: config(env, ""),
			ExpectError: matchOutput(
				"Unknown Provider Configuration", "access_key, endpoints, region, secret_key", "depends_on"),
		})
	})
}

// TestProvider_UnknownIgnoredArguments has arguments without effect that take
// values from a resource.
func TestProvider_UnknownIgnoredArguments(t *testing.T) {
	t.Parallel()
	env := newTestEnv(t, endedTask("1", "orders", "Success", 60))
	config := env.tasksConfig() + `
resource "terraform_data" "account" {
  input = "1234567890"
}
`
	const unknown = "terraform_data.account.output"
	config = strings.Replace(config, "protocol   = \"HTTP\"", `protocol   = "HTTP"
  account_id             = `+unknown+`
  account_type           = `+unknown+`
  fc                     = `+unknown+`
  log_endpoint           = `+unknown+`
  mns_endpoint           = `+unknown+`
  ots_instance_name      = `+unknown+`
  skip_region_validation = `+unknown+` == ""
  sign_version {
    oss = `+unknown+`
  }
  features {
    ecs_instance {
      replace_on_image_update = `+unknown+` == ""
    }
  }`, 1)
	env.run(t, resource.TestStep{Config: config, ConfigStateChecks: allSucceeded})
}

func TestProvider_EmptyInstanceID(t *testing.T) {
	t.Parallel()
	env := newTestEnv(t)
	for block, config := range map[string]string{"data": env.tasksConfig(), "resource": env.gateConfig()} {
		t.Run(block, func(t *testing.T) {
			t.Parallel()
			env.run(t, resource.TestStep{
				Config:      strings.Replace(config, strconv.Quote(instanceID), `""`, 1),
				PlanOnly:    true,
				ExpectError: matchOutput(`db_instance_id = ""`, "at least 1"),
			})
		})
	}
	t.Cleanup(func() { env.checkNoCalls(t) })
}
