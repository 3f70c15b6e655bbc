// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/rds-migrate/terraform-provider-alicloud/internal/rdssim"
)

// examplesDir holds the configurations that users copy. The tests change nothing
// in them: credentials and endpoint come from the environment, and an override
// file sets HTTP, because the simulator has no TLS.
const examplesDir = "../../examples"

// guideDir holds the examples of the guide on holding an apply, a directory for
// each way.
const guideDir = "guides/hold-an-apply/"

// dirsWithOwnTests hold examples that TestExamples_Apply leaves to other tests.
var dirsWithOwnTests = []string{
	actionsDir, authenticationDir, guideDir, incrementalDir, pipelineDir, rehearsalDir,
}

// expectedOutputs has a part of the output for each example that is applied. The
// others have tests of their own.
var expectedOutputs = map[string]string{
	"provider/provider.tf": `all_succeeded = true`,
	"data-sources/alicloud_rds_migrate_tasks/data-source.tf":   `"orders" = "succeeded (task 3)"`,
	"data-sources/alicloud_rds_migrate_tasks/filters.tf":       `"1" = "orders: The backup file orders.bak is damaged"`,
	"data-sources/alicloud_rds_migrate_tasks/times.tf":         `recent_ids = tolist([ "3", "2", "1", ])`,
	"data-sources/alicloud_rds_migrate_tasks/postcondition.tf": `terraform_data.release: Creation complete`,
	"resources/alicloud_rds_migrate_gate/resource.tf":          `terraform_data.release: Creation complete`,
	"resources/alicloud_rds_migrate_gate/again.tf":             `terraform_data.release: Creation complete`,
	"resources/alicloud_rds_migrate_gate/each.tf":              `terraform_data.release: Creation complete`,
	"demo/main.tf": `result = "All databases have been migrated."`,
}

// newExamplesEnv returns an API with the instances of the examples, and these
// tasks in the one that most of them use.
func newExamplesEnv(t *testing.T, shopTasks ...rdssim.Task) *testEnv {
	t.Helper()
	return newRealTimeEnvFrom(t, rdssim.Scenario{
		AccessKeys: []rdssim.AccessKey{{ID: accessKey, Secret: secretKey}},
		Instances: []rdssim.Instance{
			{ID: "rm-uf6wjk5shop", Region: region, Tasks: shopTasks},
			{ID: "rm-uf6wjk5crm", Region: region, Tasks: []rdssim.Task{
				endedTask("1", "contacts", "Success", 60),
			}},
			{ID: "rm-uf6wjk5sha", Region: "cn-shanghai", Tasks: []rdssim.Task{
				endedTask("1", "customers", "Success", 60),
			}},
		},
	})
}

// failedTasks returns tasks of two databases, of which one has failed.
func failedTasks() []rdssim.Task {
	failed := endedTask("1", "orders", "Failed", 60)
	failed.Description = "The backup file orders.bak is damaged"
	return []rdssim.Task{failed, endedTask("2", "customers", "Success", 50)}
}

// rerunTasks returns failedTasks, and a second task that has succeeded.
func rerunTasks() []rdssim.Task {
	return append(failedTasks(), endedTask("3", "orders", "Success", 40))
}

// environment returns the environment variables that make the provider call the
// API, without any argument in its block.
func (e *testEnv) environment() []string {
	return []string{
		"ALIBABA_CLOUD_ACCESS_KEY_ID=" + accessKey,
		"ALIBABA_CLOUD_ACCESS_KEY_SECRET=" + secretKey,
		"ALIBABA_CLOUD_REGION=" + region,
		"ALIBABA_CLOUD_ENDPOINT_RDS=" + e.addr,
	}
}

// newExample creates a directory with a copy of these files of examplesDir.
func newExample(t *testing.T, env *testEnv, files map[string]string) *terraformDir {
	t.Helper()
	files["override.tf"] = httpOverride(files)
	dir := newTerraformDir(t, files)
	dir.env = append(dir.env, env.environment()...)
	return dir
}

// httpOverride returns an override file that sets protocol = "HTTP" in every
// provider block of a root module.
func httpOverride(files map[string]string) string {
	var b strings.Builder
	block := regexp.MustCompile(`(?m)^provider "(.+)" \{\n(  alias +=.*\n)?`)
	for name, content := range files {
		if path.Dir(name) == "." && path.Ext(name) == ".tf" {
			for _, m := range block.FindAllString(content, -1) {
				fmt.Fprintf(&b, "%s  protocol = \"HTTP\"\n}\n", m)
			}
		}
	}
	return b.String()
}

// readExample returns the configuration and the tests in an example directory, by
// their paths in it. It ignores what a run of Terraform has left there.
func readExample(t *testing.T, dir string) map[string]string {
	t.Helper()
	root := os.DirFS(filepath.Join(examplesDir, dir))
	files := make(map[string]string)
	err := fs.WalkDir(root, ".", func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && strings.HasPrefix(name, ".") && name != ".":
			return fs.SkipDir
		case d.IsDir(), path.Ext(name) != ".tf" && !strings.HasSuffix(name, ".tftest.hcl"):
			return nil
		}
		content, err := fs.ReadFile(root, name)
		files[name] = string(content)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// exampleFiles returns every configuration file under examplesDir. Those of
// child modules belong to the file that calls them.
func exampleFiles(t *testing.T) []string {
	t.Helper()
	var names []string
	for name := range readExample(t, ".") {
		if path.Ext(name) == ".tf" && !strings.Contains(name, "/modules/") {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// TestExamples_Apply runs every example: by its own tests if it has some, else by
// applying it. If a directory has a provider.tf, each other file in it is an
// example.
func TestExamples_Apply(t *testing.T) {
	t.Parallel()
	env := newExamplesEnv(t, rerunTasks()...)
	names := exampleFiles(t)
	for name := range expectedOutputs {
		if !slices.Contains(names, name) {
			t.Errorf("the example %s does not exist", name)
		}
	}
	for _, name := range names {
		dir, file := path.Split(name)
		files := readExample(t, dir)
		_, hasProvider := files["provider.tf"]
		switch {
		case hasProvider && file == "provider.tf" && len(files) > 1:
			continue // part of the other examples
		case slices.ContainsFunc(dirsWithOwnTests, func(d string) bool { return strings.HasPrefix(dir, d) }):
			continue
		case hasProvider:
			files = map[string]string{"provider.tf": files["provider.tf"], file: files[file]}
		}
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			want, isApplied := expectedOutputs[name]
			if !isApplied {
				runExampleTests(t, newExample(t, env, files))
				return
			}
			out := newExample(t, env, files).run(t, "apply", "-auto-approve")
			if !matchOutput(want).MatchString(out) {
				t.Errorf("want %q, got:\n%s", want, out)
			}
		})
	}
}

// TestExamples_VersionConstraint checks that whoever copies a configuration from
// a page gets no version with incompatible changes.
func TestExamples_VersionConstraint(t *testing.T) {
	t.Parallel()
	source := regexp.MustCompile(`source += "rds-migrate/alicloud"(?:,|\s)\s*(version += "~> 0\.1")?`)
	found := 0
	for _, pattern := range []string{
		"../../README.md", "../../templates/*.tmpl", "../../templates/*/*.tmpl",
		examplesDir + "/*/*.tf", examplesDir + "/*/*/*.tf", examplesDir + "/*/*/*/*.tf", examplesDir + "/*/*/*/*/*.tf",
	} {
		names, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range names {
			content, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			for _, m := range source.FindAllStringSubmatch(string(content), -1) {
				found++
				if m[1] == "" {
					t.Errorf("%s has a source without version = \"~> 0.1\"", name)
				}
			}
		}
	}
	if found == 0 {
		t.Error("no source was found")
	}
}

// TestExamples_Replace tests that a gate that is replaced waits again, and that
// nothing is destroyed if the new gate does not open.
func TestExamples_Replace(t *testing.T) {
	t.Parallel()
	files := readExample(t, "resources/alicloud_rds_migrate_gate/")
	example := newExample(t, newExamplesEnv(t, rerunTasks()...), map[string]string{
		"provider.tf": files["provider.tf"], "again.tf": files["again.tf"],
	})
	example.run(t, "apply", "-auto-approve")
	example.env = append(example.env, newExamplesEnv(t, failedTasks()...).environment()...)
	for _, replace := range []string{"-replace=alicloud_rds_migrate_gate.shop", "-var=backup=shop/2026-11-27/"} {
		out := example.runFailing(t, "apply", "-auto-approve", replace)
		want := matchOutput("be replaced", "Plan: 2 to add, 0 to change, 2 to destroy.", "Migration Failed")
		if !want.MatchString(out) {
			t.Errorf("%s: %s", replace, out)
		}
		if out := example.run(t, "plan"); !matchOutput("No changes.").MatchString(out) {
			t.Errorf("after %s: %s", replace, out)
		}
	}
}

// TestExamples_README tests that the usage section of the README has a
// configuration that TestExamples_HoldAnApply applies.
func TestExamples_README(t *testing.T) {
	t.Parallel()
	readme, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	_, usage, _ := strings.Cut(string(readme), "\n## Usage\n")
	name := guideDir + "gate/main.tf"
	if want := "\n```hcl\n" + readExample(t, ".")[name] + "```\n"; !strings.HasPrefix(usage, want) {
		t.Errorf("the section does not start with %s", name)
	}
}

// runExampleTests runs the tests of an example with terraform test.
func runExampleTests(t *testing.T, dir *terraformDir) {
	t.Helper()
	out := dir.run(t, "test")
	if !regexp.MustCompile(`Success! [1-9]\d* passed, 0 failed`).MatchString(out) {
		t.Errorf("no test has passed:\n%s", out)
	}
}

// guideCase describes how a way to hold an apply behaves.
type guideCase struct {
	plan    guideStep // while the newest task of a database has failed
	saved   guideStep // an apply then, of a plan that was saved after all had succeeded
	later   guideStep // a plan, 7 days after the success
	destroy guideStep // 7 days after the success
}

// guideStep is what a command prints, whether it fails, and whether it calls the
// API.
type guideStep struct {
	output          []string
	fails, callsAPI bool
}

// TestExamples_HoldAnApply tests what the guide states about each way to hold an
// apply.
func TestExamples_HoldAnApply(t *testing.T) {
	t.Parallel()
	const missing, released = "The databases have not been migrated", "terraform_data.release: Creation complete"
	destroyed := []string{"Destroy complete!"}
	cases := map[string]guideCase{
		"gate": {
			plan: guideStep{output: []string{"Plan: 2 to add"}},
			saved: guideStep{
				output: []string{"Migration Failed", `the database "orders"`}, fails: true, callsAPI: true,
			},
			later:   guideStep{output: []string{"No changes."}},
			destroy: guideStep{output: destroyed},
		},
		"postcondition": {
			plan:    guideStep{output: []string{"Not migrated yet: orders."}, fails: true, callsAPI: true},
			saved:   guideStep{output: []string{released}},
			later:   guideStep{output: []string{"Not migrated yet: customers, orders."}, fails: true, callsAPI: true},
			destroy: guideStep{output: destroyed, callsAPI: true},
		},
		"precondition": {
			plan:    guideStep{output: []string{missing}, fails: true, callsAPI: true},
			saved:   guideStep{output: []string{released}},
			later:   guideStep{output: []string{missing}, fails: true, callsAPI: true},
			destroy: guideStep{output: destroyed, callsAPI: true},
		},
		"check": {
			plan:    guideStep{output: []string{missing}, callsAPI: true},
			saved:   guideStep{output: []string{released, missing}, callsAPI: true},
			later:   guideStep{output: []string{missing}, callsAPI: true},
			destroy: guideStep{output: destroyed, callsAPI: true},
		},
	}
	for _, name := range exampleFiles(t) {
		_, found := cases[path.Base(path.Dir(name))]
		if strings.HasPrefix(name, guideDir) && !found {
			t.Errorf("%s has no case", name)
		}
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c.run(t, readExample(t, guideDir+name))
		})
	}
}

func (c guideCase) run(t *testing.T, files map[string]string) {
	t.Helper()
	succeeded, failed := newExamplesEnv(t, rerunTasks()...), newExamplesEnv(t, failedTasks()...)
	later := newExamplesEnv(t)
	dir := newExample(t, succeeded, files)
	c.plan.run(t, dir, failed, "plan")
	save := guideStep{output: []string{"Plan: "}, callsAPI: c.plan.callsAPI}
	save.run(t, dir, succeeded, "plan", "-out=saved.tfplan")
	c.saved.run(t, dir, failed, "apply", "saved.tfplan")
	if c.saved.fails {
		apply := guideStep{output: []string{"Apply complete!"}, callsAPI: true}
		apply.run(t, dir, succeeded, "apply", "-auto-approve")
	}
	c.later.run(t, dir, later, "plan")
	c.destroy.run(t, dir, later, "destroy", "-auto-approve")
}

// run runs a command that calls the API of env.
func (s guideStep) run(t *testing.T, dir *terraformDir, env *testEnv, args ...string) {
	t.Helper()
	dir.env = append(dir.env, env.environment()...)
	env.ClearCalls()
	run := dir.run
	if s.fails {
		run = dir.runFailing
	}
	if out := run(t, args...); !matchOutput(s.output...).MatchString(out) {
		t.Errorf("%s: want %q, got:\n%s", args, s.output, out)
	}
	if callsAPI := len(env.Calls()) > 0; callsAPI != s.callsAPI {
		t.Errorf("%s: calls the API: %t, want %t", args, callsAPI, s.callsAPI)
	}
}

// TestExamples_AfterMigration tests that everything that follows the migration
// depends on the gate, directly or not.
func TestExamples_AfterMigration(t *testing.T) {
	t.Parallel()
	dir := newExample(t, newExamplesEnv(t), readExample(t, "guides/after-migration/"))
	graph := parseGraph(dir.run(t, "graph"))
	const gate = "alicloud_rds_migrate_gate.shop"
	for resource, waits := range map[string]bool{
		"alicloud_db_instance.shop":          false,
		"alicloud_rds_account.shop":          false,
		"alicloud_db_account_privilege.shop": true,
		"alicloud_rds_backup.first":          true,
		"alicloud_alidns_record.db":          true,
		"alicloud_oos_parameter.connection":  true,
		"terraform_data.release":             true,
	} {
		if got := graph.isPath(resource, gate); got != waits {
			t.Errorf("%s depends on the gate: %t, want %t", resource, got, waits)
		}
	}
}

// dependencies has the dependencies of each object of a configuration.
type dependencies map[string][]string

// parseGraph reads the output of terraform graph. OpenTofu adds marks to the
// names.
func parseGraph(output string) dependencies {
	edge := regexp.MustCompile(`"(?:\[root\] )?([^" ]+)(?: \(expand\))?" -> "(?:\[root\] )?([^" ]+)(?: \(expand\))?"`)
	graph := make(dependencies)
	for _, m := range edge.FindAllStringSubmatch(output, -1) {
		graph[m[1]] = append(graph[m[1]], m[2])
	}
	return graph
}

// isPath reports whether from depends on to, directly or not.
func (d dependencies) isPath(from, to string) bool {
	return slices.ContainsFunc(d[from], func(next string) bool { return next == to || d.isPath(next, to) })
}
