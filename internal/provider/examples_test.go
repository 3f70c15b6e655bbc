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

// examplesDir holds the configurations that people copy. The tests change
// nothing in them: keys and endpoint come from the environment, and a file
// beside them says that the simulator speaks HTTP.
const examplesDir = "../../examples"

// guideDir holds the guide's examples, a directory for each.
const guideDir = "guides/hold-an-apply/"

// expectedOutputs are the examples that are applied, and what each prints then. The
// others have tests of their own.
var expectedOutputs = map[string]string{
	"provider/provider.tf": `all_succeeded = true`,
	"data-sources/alicloud_rds_migrate_tasks/data-source.tf":   `"orders" = "Success (task 3)"`,
	"data-sources/alicloud_rds_migrate_tasks/filters.tf":       `"1" = "orders: The backup file orders.bak is damaged"`,
	"data-sources/alicloud_rds_migrate_tasks/times.tf":         `recent_ids = tolist([ "3", "2", "1", ])`,
	"data-sources/alicloud_rds_migrate_tasks/postcondition.tf": `terraform_data.release: Creation complete`,
	"resources/alicloud_rds_migrate_gate/resource.tf":          `terraform_data.release: Creation complete`,
	"resources/alicloud_rds_migrate_gate/again.tf":             `terraform_data.release: Creation complete`,
	"resources/alicloud_rds_migrate_gate/each.tf":              `terraform_data.release: Creation complete`,
	"demo/main.tf": `verdict = "Every database is there: the cut-over went ahead."`,
}

// newExamplesEnv has the instances that the examples name, and these tasks in
// the one that most of them name.
func newExamplesEnv(t *testing.T, shop ...rdssim.Task) *testEnv {
	t.Helper()
	return newRealTimeEnvFrom(t, rdssim.Scenario{
		AccessKeys: []rdssim.AccessKey{{ID: accessKey, Secret: secretKey}},
		Instances: []rdssim.Instance{
			{ID: "rm-uf6wjk5shop", Region: region, Tasks: shop},
			{ID: "rm-uf6wjk5crm", Region: region, Tasks: []rdssim.Task{endedTask("1", "contacts", "Success", 60)}},
			{ID: "rm-uf6wjk5sha", Region: "cn-shanghai", Tasks: []rdssim.Task{endedTask("1", "customers", "Success", 60)}},
		},
	})
}

// examplesHistory is a history in which both databases succeeded, one of them at the
// second attempt. Without again, that attempt has not been made.
func examplesHistory(again bool) []rdssim.Task {
	failed := endedTask("1", "orders", "Failed", 60)
	failed.Description = "The backup file orders.bak is damaged"
	tasks := []rdssim.Task{failed, endedTask("2", "customers", "Success", 50)}
	if again {
		tasks = append(tasks, endedTask("3", "orders", "Success", 40))
	}
	return tasks
}

// environment makes the provider reach the service, without a word in its block.
func (c *testEnv) environment() []string {
	return []string{
		"ALIBABA_CLOUD_ACCESS_KEY_ID=" + accessKey,
		"ALIBABA_CLOUD_ACCESS_KEY_SECRET=" + secretKey,
		"ALIBABA_CLOUD_REGION=" + region,
		"ALIBABA_CLOUD_ENDPOINT_RDS=" + c.addr,
	}
}

// newExample initialises a copy of some files under examplesDir.
func newExample(t *testing.T, c *testEnv, files map[string]string) *terraformDir {
	t.Helper()
	files["override.tf"] = httpOverride(files)
	e := newTerraformDir(t, files)
	e.env = append(e.env, c.environment()...)
	return e
}

// httpOverride returns a file that makes every provider block of a root module
// speak HTTP.
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
// their paths in it. What a run has left behind there stays out.
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

// TestExamples_Apply runs every example: by its own tests where it has some, else by
// applying it. Where a directory has a provider.tf, each file beside it is an
// example of its own.
func TestExamples_Apply(t *testing.T) {
	t.Parallel()
	c := newExamplesEnv(t, examplesHistory(true)...)
	names := exampleFiles(t)
	for name := range expectedOutputs {
		if !slices.Contains(names, name) {
			t.Errorf("there is no example %s", name)
		}
	}
	for _, name := range names {
		dir, file := path.Split(name)
		files := readExample(t, dir)
		_, many := files["provider.tf"]
		switch {
		case many && file == "provider.tf" && len(files) > 1, strings.HasPrefix(dir, guideDir):
			continue // it belongs to the files beside it, or to TestHoldAnApply
		case many:
			files = map[string]string{"provider.tf": files["provider.tf"], file: files[file]}
		}
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			want, found := expectedOutputs[name]
			if !found {
				testExample(t, newExample(t, c, files))
				return
			}
			out := newExample(t, c, files).run(t, "apply", "-auto-approve")
			if !matchOutput(want).MatchString(out) {
				t.Errorf("want %q, got:\n%s", want, out)
			}
		})
	}
}

func testExample(t *testing.T, e *terraformDir) {
	t.Helper()
	out := e.run(t, "test")
	if !regexp.MustCompile(`Success! [1-9]\d* passed, 0 failed`).MatchString(out) {
		t.Errorf("no test has passed:\n%s", out)
	}
}

// guideCase is what a way to hold an apply does.
type guideCase struct {
	plan    guideStep // while the newest task of a database has failed
	saved   guideStep // an apply then, of a plan that was saved when all had succeeded
	later   guideStep // a plan a week after the success
	destroy guideStep // a week after the success
}

// guideStep is what a command prints, whether it fails, and whether it asks the
// service.
type guideStep struct {
	output          []string
	fails, callsAPI bool
}

// TestExamples_HoldAnApply shows what the guide says of each way to hold an apply.
func TestExamples_HoldAnApply(t *testing.T) {
	t.Parallel()
	notThere, released := "The databases are not there", "terraform_data.release: Creation complete"
	destroyed := []string{"Destroy complete!"}
	ways := map[string]guideCase{
		"gate": {
			plan:    guideStep{output: []string{"Plan: 2 to add"}},
			saved:   guideStep{output: []string{`The migration of database "orders" has failed`}, fails: true, callsAPI: true},
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
			plan:    guideStep{output: []string{notThere}, fails: true, callsAPI: true},
			saved:   guideStep{output: []string{released}},
			later:   guideStep{output: []string{notThere}, fails: true, callsAPI: true},
			destroy: guideStep{output: destroyed, callsAPI: true},
		},
		"check": {
			plan:    guideStep{output: []string{notThere}, callsAPI: true},
			saved:   guideStep{output: []string{released, notThere}, callsAPI: true},
			later:   guideStep{output: []string{notThere}, callsAPI: true},
			destroy: guideStep{output: destroyed, callsAPI: true},
		},
	}
	for _, name := range exampleFiles(t) {
		if way := path.Base(path.Dir(name)); strings.HasPrefix(name, guideDir) && len(ways[way].plan.output) == 0 {
			t.Errorf("nothing is said of %s", name)
		}
	}
	for name, w := range ways {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w.run(t, readExample(t, guideDir+name))
		})
	}
}

func (w guideCase) run(t *testing.T, files map[string]string) {
	t.Helper()
	good, bad, later := newExamplesEnv(t, examplesHistory(true)...), newExamplesEnv(t, examplesHistory(false)...), newExamplesEnv(t)
	e := newExample(t, good, files)
	w.plan.run(t, e, bad, "plan")
	guideStep{output: []string{"Plan: "}, callsAPI: w.plan.callsAPI}.run(t, e, good, "plan", "-out=saved.tfplan")
	w.saved.run(t, e, bad, "apply", "saved.tfplan")
	if w.saved.fails {
		guideStep{output: []string{"Apply complete!"}, callsAPI: true}.run(t, e, good, "apply", "-auto-approve")
	}
	w.later.run(t, e, later, "plan")
	w.destroy.run(t, e, later, "destroy", "-auto-approve")
}

// test runs a command against a service.
func (s guideStep) run(t *testing.T, e *terraformDir, c *testEnv, args ...string) {
	t.Helper()
	e.env = append(e.env, c.environment()...)
	c.ClearCalls()
	run := e.run
	if s.fails {
		run = e.runFailing
	}
	if out := run(t, args...); !matchOutput(slices.Clone(s.output)...).MatchString(out) {
		t.Errorf("%s: want %q, got:\n%s", args, s.output, out)
	}
	if asks := len(c.Calls()) > 0; asks != s.callsAPI {
		t.Errorf("%s: that it asks the service is %t, want %t", args, asks, s.callsAPI)
	}
}
