// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
)

// terraformDir is a directory with a configuration, in which tests run the
// terraform command with the built provider, as a user does. It is for what
// plugin-testing cannot show: warnings, signals, logs, saved plans, and several
// instances of the provider.
type terraformDir struct {
	path string
	env  []string
}

// pluginVersion is the version of the built provider. It satisfies the constraint of
// the examples.
const pluginVersion = "0.1.0"

// newTerraformDir creates a directory with these files and initializes it with the
// plugins of pluginDir.
func newTerraformDir(t *testing.T, files map[string]string) *terraformDir {
	t.Helper()
	return newTerraformDirWith(t, pluginDir, files)
}

// newTerraformDirWith is newTerraformDir with the plugins of another directory.
func newTerraformDirWith(
	t *testing.T, pluginDir func() (string, error), files map[string]string,
) *terraformDir {
	t.Helper()
	d := &terraformDir{path: t.TempDir(), env: append(os.Environ(),
		"TF_CLI_CONFIG_FILE="+os.DevNull, "TF_IN_AUTOMATION=1", "GORACE=atexit_sleep_ms=0")}
	for name, content := range files {
		path := filepath.Join(d.path, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	plugins, err := pluginDir()
	if err != nil {
		t.Fatal(err)
	}
	d.run(t, "init", "-input=false", "-plugin-dir="+plugins)
	return d
}

// run runs a command that must succeed, and returns its output.
func (d *terraformDir) run(t *testing.T, args ...string) string {
	t.Helper()
	out, err := d.command(t.Context(), args...).CombinedOutput()
	if err != nil {
		t.Fatalf("%s: %v\n%s", strings.Join(args, " "), err, out)
	}
	return string(out)
}

// runFailing runs a command that must fail, and returns its output.
func (d *terraformDir) runFailing(t *testing.T, args ...string) string {
	t.Helper()
	out, err := d.command(t.Context(), args...).CombinedOutput()
	if err == nil {
		t.Fatalf("%s succeeded:\n%s", strings.Join(args, " "), out)
	}
	return string(out)
}

func (d *terraformDir) command(ctx context.Context, args ...string) *exec.Cmd {
	args = append([]string{args[0], "-no-color"}, args[1:]...)
	cmd := exec.CommandContext(ctx, terraformPath(), args...)
	cmd.Dir, cmd.Env = d.path, d.env
	return cmd
}

func terraformPath() string {
	if path := os.Getenv("TF_ACC_TERRAFORM_PATH"); path != "" {
		return path
	}
	return "terraform"
}

// pluginDir returns a plugin directory with the provider of this tree, built
// once, and the stand-in for the official provider, which is this test binary.
var pluginDir = sync.OnceValues(func() (string, error) {
	dir := filepath.Join(sharedDir, "plugins")
	built := filepath.Join(sharedDir, "terraform-provider-alicloud")
	build := exec.Command("go", "build", "-ldflags", "-X main.version="+pluginVersion, "-o", built, "../..")
	if out, err := build.CombinedOutput(); err != nil {
		return "", fmt.Errorf("build the provider: %w\n%s", err, out)
	}
	testBinary, err := os.Executable()
	if err != nil {
		return "", err
	}
	return dir, linkPlugins(dir, map[string]string{testedSource: built, officialSource: testBinary})
})

// testedSource is the source of this provider in a configuration.
const testedSource = "rds-migrate/alicloud"

// linkPlugins writes a plugin directory with these binaries, by source.
func linkPlugins(dir string, binaries map[string]string) error {
	for source, binary := range binaries {
		for _, host := range []string{"registry.terraform.io", "registry.opentofu.org"} {
			pkg := filepath.Join(dir, host, source, pluginVersion, runtime.GOOS+"_"+runtime.GOARCH)
			if err := os.MkdirAll(pkg, 0o700); err != nil {
				return err
			}
			link := filepath.Join(pkg, "terraform-provider-alicloud_v"+pluginVersion)
			if err := os.Symlink(binary, link); err != nil {
				return err
			}
		}
	}
	return nil
}
