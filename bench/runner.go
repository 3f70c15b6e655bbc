// SPDX-License-Identifier: MPL-2.0

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
	version = "0.0.1" // of the installed providers

	maxrssUnit = 1 << 10 // bytes; Linux reports ru_maxrss in kilobytes

	fileMode, dirMode = 0o600, 0o700
)

const terraformBlock = `terraform {
  required_providers {
    alicloud = { source = "rds-migrate/alicloud" }
  }
}
`

// variant is a provider and the configuration that it is run with.
type variant struct {
	binary string
	config string   // without the terraform block
	env    []string // added to the environment of the commands
}

// result holds the time and memory that one command used. The fields of the provider's processes are
// zero unless rusage measures them.
type result struct {
	wallTime    time.Duration
	totalCPU    time.Duration // user and system time of terraform and its children
	providerCPU time.Duration // user and system time of the provider's processes
	peakMemory  int64         // in bytes, of the provider process that used the most
	binarySize  int64         // in bytes, of the provider
	output      string        // standard output and error
}

// runner runs Terraform commands.
type runner struct {
	terraform, binaries, provider, temp string
	clock                               clockwork.Clock
}

// workspace is an initialized working directory.
type workspace struct {
	*runner

	dir        string
	env        []string
	binarySize int64  // in bytes, of the provider
	usageFile  string // what rusage writes; empty without rusage
}

// workspace returns a working directory for a variant. With rusage the
// provider's processes are measured, which takes additional time.
func (r *runner) workspace(ctx context.Context, v variant, withRusage bool) (*workspace, error) {
	info, err := os.Stat(v.binary)
	if err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp(r.temp, "workspace-")
	if err != nil {
		return nil, err
	}
	w := &workspace{runner: r, dir: dir, env: append(baseEnv(dir), v.env...), binarySize: info.Size()}
	installed := v.binary
	if withRusage {
		installed = filepath.Join(r.binaries, "rusage")
		w.usageFile = filepath.Join(dir, "usage")
		w.env = append(w.env, "BENCH_PROVIDER="+v.binary, "BENCH_USAGE="+w.usageFile)
	}
	plugins := filepath.Join(dir, "plugins")
	if err := install(installed, plugins); err != nil {
		return nil, err
	}
	if err := os.WriteFile(filepath.Join(dir, "main.tf"), []byte(terraformBlock+v.config), fileMode); err != nil {
		return nil, err
	}
	_, err = w.run(ctx, "init", "-plugin-dir="+plugins)
	return w, err
}

// baseEnv returns an environment without the settings of the user.
func baseEnv(home string) []string {
	return []string{
		"PATH=" + os.Getenv("PATH"), "HOME=" + home, "TMPDIR=" + os.TempDir(),
		"TF_CLI_CONFIG_FILE=" + os.DevNull, "TF_IN_AUTOMATION=1", "CHECKPOINT_DISABLE=1",
	}
}

// install links a provider into a plugin directory.
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

// run runs a Terraform command. It returns an error with the command's output
// if the command fails.
func (w *workspace) run(ctx context.Context, args ...string) (result, error) {
	if w.usageFile != "" {
		if err := os.WriteFile(w.usageFile, nil, fileMode); err != nil {
			return result{}, err
		}
	}
	cmd := exec.CommandContext(ctx, w.terraform, append([]string{args[0], "-no-color"}, args[1:]...)...)
	var out bytes.Buffer
	cmd.Dir, cmd.Env, cmd.Stdout, cmd.Stderr = w.dir, w.env, &out, &out
	start := w.clock.Now()
	err := cmd.Run()
	r := result{wallTime: w.clock.Since(start), binarySize: w.binarySize, output: out.String()}
	if err != nil {
		return r, fmt.Errorf("%s: %w\n%s", strings.Join(cmd.Args, " "), err, &out)
	}
	r.totalCPU = cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()
	if w.usageFile != "" {
		err = w.readUsage(&r)
	}
	return r, err
}

// readUsage adds what rusage wrote to a result.
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
		r.peakMemory = max(r.peakMemory, u.Maxrss*maxrssUnit)
	}
}
