package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"time"

	"github.com/jonboulle/clockwork"
)

const (
	version = "0.0.1" // as which the providers are installed

	kilobyte = 1 << 10 // Linux counts memory in it

	fileMode, dirMode = 0o600, 0o700 // modes of files
)

// variant is a provider, and the configuration that it is run with.
type variant struct {
	binary string
	config string   // the configuration but its terraform block
	env    []string // of the commands
}

// result is what one command took.
type result struct {
	wallTime    time.Duration
	totalCPU    time.Duration // of terraform and its children, user and system
	providerCPU time.Duration // of the provider's processes alone; where they are metered
	peakMemory  int64         // the most that one of the provider's processes held, in bytes; where they are metered
	output      string
}

// runner runs Terraform commands.
type runner struct {
	terraform, binaries, provider, temp string
	clock                               clockwork.Clock
}

// workspace is an initialised directory.
type workspace struct {
	*runner

	dir       string
	env       []string
	usageFile string // the meter's file; empty without a meter
}

// workspace returns a directory in which a contender can be run. With a meter
// the provider's processes are looked at, which costs some time.
func (r *runner) workspace(ctx context.Context, c variant, metered bool) (*workspace, error) {
	dir, err := os.MkdirTemp(r.temp, "workspace-")
	if err != nil {
		return nil, err
	}
	w := &workspace{runner: r, dir: dir, env: append(baseEnv(dir), c.env...)}
	installed := c.binary
	if metered {
		installed = filepath.Join(r.binaries, "rusage")
		w.usageFile = filepath.Join(dir, "usage")
		w.env = append(w.env, "BENCH_PROVIDER="+c.binary, "BENCH_USAGE="+w.usageFile)
	}
	plugins := filepath.Join(dir, "plugins")
	if err := install(installed, plugins); err != nil {
		return nil, err
	}
	config := "terraform {\n  required_providers {\n    alicloud = { source = \"rds-migrate/alicloud\" }\n  }\n}\n" + c.config
	if err := os.WriteFile(filepath.Join(dir, "main.tf"), []byte(config), fileMode); err != nil {
		return nil, err
	}
	_, err = w.run(ctx, "init", "-plugin-dir="+plugins)
	return w, err
}

// baseEnv keeps the settings of the person who runs this out.
func baseEnv(home string) []string {
	return []string{
		"PATH=" + os.Getenv("PATH"), "HOME=" + home, "TMPDIR=" + os.TempDir(),
		"TF_CLI_CONFIG_FILE=" + os.DevNull, "TF_IN_AUTOMATION=1", "CHECKPOINT_DISABLE=1",
	}
}

// install puts a provider into a plugin directory.
func install(binary, plugins string) error {
	for _, host := range []string{"registry.terraform.io", "registry.opentofu.org"} {
		dir := filepath.Join(plugins, host, "rds-migrate", "alicloud", version, runtime.GOOS+"_"+runtime.GOARCH)
		if err := os.MkdirAll(dir, dirMode); err != nil {
			return err
		}
		if err := os.Symlink(binary, filepath.Join(dir, "terraform-provider-alicloud_v"+version)); err != nil {
			return err
		}
	}
	return nil
}

// run runs a command that must succeed.
func (w *workspace) run(ctx context.Context, args ...string) (result, error) {
	if w.usageFile != "" {
		if err := os.WriteFile(w.usageFile, nil, fileMode); err != nil {
			return result{}, err
		}
	}
	cmd := exec.CommandContext(ctx, w.terraform, append([]string{args[0], "-no-color"}, args[1:]...)...)
	var out bytes.Buffer
	cmd.Dir, cmd.Env, cmd.Stdout, cmd.Stderr = w.dir, w.env, &out, &out
	began := w.clock.Now()
	err := cmd.Run()
	r := result{wallTime: w.clock.Since(began), output: out.String()}
	if err != nil {
		return r, fmt.Errorf("%s: %w\n%s", strings.Join(cmd.Args, " "), err, &out)
	}
	r.totalCPU = cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()
	if w.usageFile != "" {
		err = w.readUsage(&r)
	}
	return r, err
}

// readUsage adds what the meter wrote.
func (w *workspace) readUsage(r *result) (err error) {
	f, err := os.Open(w.usageFile)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	d := json.NewDecoder(bufio.NewReader(f))
	for {
		var u syscall.Rusage
		switch err := d.Decode(&u); {
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return fmt.Errorf("%s: %w", w.usageFile, err)
		}
		r.providerCPU += time.Duration(u.Utime.Nano() + u.Stime.Nano())
		r.peakMemory = max(r.peakMemory, u.Maxrss*kilobyte)
	}
}
