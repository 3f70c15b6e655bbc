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

// applied are the examples that are applied, and what each prints then. The
// others have tests of their own.
var applied = map[string]string{
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

// examplesCloud has the instances that the examples name, and these tasks in
// the one that most of them name.
func examplesCloud(t *testing.T, shop ...rdssim.Task) *testEnv {
	t.Helper()
	return newLiveCloudOf(t, rdssim.Scenario{
		AccessKeys: []rdssim.AccessKey{{ID: accessKey, Secret: secretKey}},
		Instances: []rdssim.Instance{
			{ID: "rm-uf6wjk5shop", Region: region, Tasks: shop},
			{ID: "rm-uf6wjk5crm", Region: region, Tasks: []rdssim.Task{task("1", "contacts", "Success", 60)}},
			{ID: "rm-uf6wjk5sha", Region: "cn-shanghai", Tasks: []rdssim.Task{task("1", "customers", "Success", 60)}},
		},
	})
}

// rerun is a history in which both databases succeeded, one of them at the
// second attempt. Without again, that attempt has not been made.
func rerun(again bool) []rdssim.Task {
	failed := task("1", "orders", "Failed", 60)
	failed.Description = "The backup file orders.bak is damaged"
	tasks := []rdssim.Task{failed, task("2", "customers", "Success", 50)}
	if again {
		tasks = append(tasks, task("3", "orders", "Success", 40))
	}
	return tasks
}

// env makes the provider reach the service, without a word in its block.
func (c *testEnv) env() []string {
	return []string{
		"ALIBABA_CLOUD_ACCESS_KEY_ID=" + accessKey,
		"ALIBABA_CLOUD_ACCESS_KEY_SECRET=" + secretKey,
		"ALIBABA_CLOUD_REGION=" + region,
		"ALIBABA_CLOUD_ENDPOINT_RDS=" + c.addr,
	}
}

// newExample initialises a copy of some files under examplesDir.
func newExample(t *testing.T, c *testEnv, files map[string]string) *cli {
	t.Helper()
	files["override.tf"] = override(files)
	e := newCLI(t, files)
	e.env = append(e.env, c.env()...)
	return e
}

// override returns a file that makes every provider block of a root module
// speak HTTP.
func override(files map[string]string) string {
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

// read returns the configuration and the tests in an example directory, by
// their paths in it. What a run has left behind there stays out.
func read(t *testing.T, dir string) map[string]string {
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
	for name := range read(t, ".") {
		if path.Ext(name) == ".tf" && !strings.Contains(name, "/modules/") {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// TestExamples runs every example: by its own tests where it has some, else by
// applying it. Where a directory has a provider.tf, each file beside it is an
// example of its own.
func TestExamples(t *testing.T) {
	t.Parallel()
	c := examplesCloud(t, rerun(true)...)
	names := exampleFiles(t)
	for name := range applied {
		if !slices.Contains(names, name) {
			t.Errorf("there is no example %s", name)
		}
	}
	for _, name := range names {
		dir, file := path.Split(name)
		files := read(t, dir)
		_, many := files["provider.tf"]
		switch {
		case many && file == "provider.tf" && len(files) > 1, strings.HasPrefix(dir, guideDir):
			continue // it belongs to the files beside it, or to TestHoldAnApply
		case many:
			files = map[string]string{"provider.tf": files["provider.tf"], file: files[file]}
		}
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			want, found := applied[name]
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

func testExample(t *testing.T, e *cli) {
	t.Helper()
	out := e.run(t, "test")
	if !regexp.MustCompile(`Success! [1-9]\d* passed, 0 failed`).MatchString(out) {
		t.Errorf("no test has passed:\n%s", out)
	}
}

// guideCase is what a way to hold an apply does.
type guideCase struct {
	plan    step // while the newest task of a database has failed
	saved   step // an apply then, of a plan that was saved when all had succeeded
	later   step // a plan a week after the success
	destroy step // a week after the success
}

// step is what a command prints, whether it fails, and whether it asks the
// service.
type step struct {
	says        []string
	fails, asks bool
}

// TestHoldAnApply shows what the guide says of each way to hold an apply.
func TestHoldAnApply(t *testing.T) {
	t.Parallel()
	notThere, released := "The databases are not there", "terraform_data.release: Creation complete"
	destroyed := []string{"Destroy complete!"}
	ways := map[string]guideCase{
		"gate": {
			plan:    step{says: []string{"Plan: 2 to add"}},
			saved:   step{says: []string{`The migration of database "orders" has failed`}, fails: true, asks: true},
			later:   step{says: []string{"No changes."}},
			destroy: step{says: destroyed},
		},
		"postcondition": {
			plan:    step{says: []string{"Not migrated yet: orders."}, fails: true, asks: true},
			saved:   step{says: []string{released}},
			later:   step{says: []string{"Not migrated yet: customers, orders."}, fails: true, asks: true},
			destroy: step{says: destroyed, asks: true},
		},
		"precondition": {
			plan:    step{says: []string{notThere}, fails: true, asks: true},
			saved:   step{says: []string{released}},
			later:   step{says: []string{notThere}, fails: true, asks: true},
			destroy: step{says: destroyed, asks: true},
		},
		"check": {
			plan:    step{says: []string{notThere}, asks: true},
			saved:   step{says: []string{released, notThere}, asks: true},
			later:   step{says: []string{notThere}, asks: true},
			destroy: step{says: destroyed, asks: true},
		},
	}
	for _, name := range exampleFiles(t) {
		if way := path.Base(path.Dir(name)); strings.HasPrefix(name, guideDir) && len(ways[way].plan.says) == 0 {
			t.Errorf("nothing is said of %s", name)
		}
	}
	for name, w := range ways {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w.test(t, read(t, guideDir+name))
		})
	}
}

func (w guideCase) test(t *testing.T, files map[string]string) {
	t.Helper()
	good, bad, later := examplesCloud(t, rerun(true)...), examplesCloud(t, rerun(false)...), examplesCloud(t)
	e := newExample(t, good, files)
	w.plan.test(t, e, bad, "plan")
	step{says: []string{"Plan: "}, asks: w.plan.asks}.test(t, e, good, "plan", "-out=saved.tfplan")
	w.saved.test(t, e, bad, "apply", "saved.tfplan")
	if w.saved.fails {
		step{says: []string{"Apply complete!"}, asks: true}.test(t, e, good, "apply", "-auto-approve")
	}
	w.later.test(t, e, later, "plan")
	w.destroy.test(t, e, later, "destroy", "-auto-approve")
}

// test runs a command against a service.
func (s step) test(t *testing.T, e *cli, c *testEnv, args ...string) {
	t.Helper()
	e.env = append(e.env, c.env()...)
	c.ClearCalls()
	run := e.run
	if s.fails {
		run = e.fail
	}
	if out := run(t, args...); !matchOutput(slices.Clone(s.says)...).MatchString(out) {
		t.Errorf("%s: want %q, got:\n%s", args, s.says, out)
	}
	if asks := len(c.Calls()) > 0; asks != s.asks {
		t.Errorf("%s: that it asks the service is %t, want %t", args, asks, s.asks)
	}
}
