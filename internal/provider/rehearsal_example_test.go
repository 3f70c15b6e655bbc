// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// rehearsalDir holds the example of the guide on tests and rehearsals.
const rehearsalDir = "guides/test-and-rehearse/"

// TestExamples_TestsWithoutAccount runs the tests with a mocked provider. There are
// no credentials and no API that they could use.
func TestExamples_TestsWithoutAccount(t *testing.T) {
	t.Parallel()
	for _, dir := range []string{rehearsalDir, rehearsalDir + "modules/cut-over"} {
		t.Run(dir, func(t *testing.T) {
			t.Parallel()
			runExampleTests(t, newTerraformDir(t, readExample(t, dir)))
		})
	}
}

// TestExamples_Rehearsal runs the script of the rehearsal as it is, with a simulator
// that it starts by itself, and then runs it again in the same directory.
func TestExamples_Rehearsal(t *testing.T) {
	t.Parallel()
	files := readExample(t, rehearsalDir)
	for _, name := range []string{"rehearsal/rehearse.sh", "rehearsal/scenario.json"} {
		content, err := os.ReadFile(filepath.Join(examplesDir, rehearsalDir, name))
		if err != nil {
			t.Fatal(err)
		}
		files[name] = string(content)
	}
	dir := newTerraformDir(t, files)
	plugins, err := pluginDir()
	if err != nil {
		t.Fatal(err)
	}
	dir.env = append(dir.env,
		"PATH="+newCommandDir(t)+string(os.PathListSeparator)+os.Getenv("PATH"),
		"TF_CLI_ARGS=-no-color", "TF_CLI_ARGS_init=-plugin-dir="+plugins)
	want := matchOutput("First apply", "Migration Failed", "The backup file orders.bak is damaged", "Second apply",
		"Apply complete! Resources: 2 added", `"customers" = "203"`, `"orders" = "102"`)
	for _, run := range []string{"first", "second"} {
		cmd := exec.CommandContext(t.Context(), "bash", filepath.Join(dir.path, "rehearsal", "rehearse.sh"))
		cmd.Env = dir.env
		out, err := cmd.CombinedOutput()
		if err != nil || !want.Match(out) {
			t.Fatalf("%s run: got %v and:\n%s", run, err, out)
		}
	}
}

// newCommandDir returns a directory with the commands terraform and rdssim.
func newCommandDir(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	terraform, err := exec.LookPath(terraformPath())
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(terraform, filepath.Join(dir, "terraform")); err != nil {
		t.Fatal(err)
	}
	build := exec.CommandContext(t.Context(), "go", "build", "-o", dir, "../rdssim/cmd/rdssim")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("build the simulator: %v\n%s", err, out)
	}
	return dir
}
