// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"cmp"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/jonboulle/clockwork"

	"github.com/rds-migrate/terraform-provider-alicloud/internal/rdssim"
)

// TestMigrateGateResource_Interrupt interrupts an apply whose gate would wait for
// two hours.
func TestMigrateGateResource_Interrupt(t *testing.T) {
	t.Parallel()
	env := newRealTimeEnv(t, scriptedTask("1", "orders", -5, statusAfter(0, "Running")))
	dir := newTerraformDir(t, map[string]string{"main.tf": env.gateConfig(`poll_interval = "1s"`)})
	out := interruptApply(t, env, dir, "-auto-approve")
	want := matchOutput("Wait Interrupted", "orders: task 1 is still Running", "Apply again")
	if !want.MatchString(out) {
		t.Error(out)
	}
	if state := dir.run(t, "show"); strings.Contains(state, "alicloud_rds_migrate_gate") {
		t.Errorf("the state has %s", state)
	}
}

// interruptApply interrupts an apply at its second poll, at which the result of the
// first is known. The apply must fail. It returns its output.
func interruptApply(t *testing.T, env *testEnv, dir *terraformDir, args ...string) string {
	t.Helper()
	polledTwice := make(chan struct{})
	env.Observe(func(rdssim.Call) {
		if len(env.Calls()) == 2 {
			close(polledTwice)
		}
	})
	// An apply that does not end by itself is killed, and then prints nothing.
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	var out strings.Builder
	apply := dir.command(ctx, append([]string{"apply"}, args...)...)
	apply.Stdout, apply.Stderr = &out, &out
	if err := apply.Start(); err != nil {
		t.Fatal(err)
	}
	select {
	case <-polledTwice:
	case <-ctx.Done():
		t.Fatal("the apply has not polled twice within a minute")
	}
	if err := apply.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	if err := apply.Wait(); err == nil {
		t.Errorf("the interrupted apply succeeded")
	}
	return out.String()
}

// TestMigrateGateResource_Log has a task that succeeds after some polls.
func TestMigrateGateResource_Log(t *testing.T) {
	t.Parallel()
	env := newRealTimeEnv(t,
		rdssim.Task{ID: "1", Database: "orders", Steps: []rdssim.Step{
			{Status: "Running", Description: "restoring"},
			{After: rdssim.Duration(10 * time.Second), Status: "Success"},
		}},
		rdssim.Task{ID: "2", Database: "billing"},
	)
	dir := newTerraformDir(t, map[string]string{
		"main.tf": env.gateConfig(`db_names = ["orders", "billing"]`, `poll_interval = "1s"`),
	})
	dir.env = append(dir.env, "TF_LOG_PROVIDER=INFO")
	entries := 0
	for line := range strings.Lines(dir.run(t, "apply", "-auto-approve")) {
		if !strings.Contains(line, "waiting for the databases") {
			continue
		}
		entries++
		for _, part := range []string{
			"[INFO]", "database orders", "is still Running", "database billing", "is Success",
		} {
			if !strings.Contains(line, part) {
				t.Errorf("a log entry does not contain %q: %s", part, line)
			}
		}
	}
	if polls := len(env.Calls()); entries == 0 || entries != polls-1 {
		t.Errorf("%d polls after which the gate was not open wrote %d log entries", polls-1, entries)
	}
}

// TestMigrateGateResource_FailedCheck has a task that succeeded although its
// consistency check failed.
func TestMigrateGateResource_FailedCheck(t *testing.T) {
	t.Parallel()
	task := endedTask("1", "orders", "Success", 60)
	task.Description = "asynchronously DBCC checkdb failed: CHECKDB found 2 consistency errors"
	env := newRealTimeEnv(t, task)
	dir := newTerraformDir(t, map[string]string{"main.tf": env.gateConfig()})
	want := matchOutput(
		"Warning: Consistency Check Failed", "with alicloud_rds_migrate_gate.test", "orders: the description of task 1",
		task.Description, "Apply complete!",
	)
	if out := dir.run(t, "apply", "-auto-approve"); !want.MatchString(out) {
		t.Error(out)
	}
	if out := dir.run(t, "plan"); strings.Contains(out, "Warning") || !strings.Contains(out, "No changes") {
		t.Errorf("an open gate must not warn:\n%s", out)
	}
}

// TestMigrateGateResource_StateWithoutDescription has the state of a gate that was
// created when its databases had no description.
func TestMigrateGateResource_StateWithoutDescription(t *testing.T) {
	t.Parallel()
	state, err := os.ReadFile("testdata/gate_without_description.tfstate")
	if err != nil {
		t.Fatal(err)
	}
	// OpenTofu has another default registry.
	host := cmp.Or(os.Getenv("TF_ACC_PROVIDER_HOST"), "registry.terraform.io")
	env := newRealTimeEnv(t)
	dir := newTerraformDir(t, map[string]string{
		"main.tf":           env.gateConfig(),
		"terraform.tfstate": strings.ReplaceAll(string(state), "registry.terraform.io", host),
	})
	dir.run(t, "plan", "-detailed-exitcode") // 2, and so an error, if there are changes
	// An update keeps what is in the state.
	config := env.gateConfig(`poll_interval = "1m"`)
	if err := os.WriteFile(filepath.Join(dir.path, "main.tf"), []byte(config), 0o600); err != nil {
		t.Fatal(err)
	}
	if out := dir.run(t, "apply", "-auto-approve"); !strings.Contains(out, "0 added, 1 changed, 0 destroyed") {
		t.Error(out)
	}
	dir.run(t, "plan", "-detailed-exitcode")
	dir.run(t, "destroy", "-auto-approve")
	env.checkNoCalls(t)
}

// TestMigrateGateResource_Warnings has a start time that is 8 days old.
func TestMigrateGateResource_Warnings(t *testing.T) {
	t.Parallel()
	const warning = "Warning: Time Range Exceeds Retention Period"
	env := newRealTimeEnv(t, endedTask("1", "orders", "Success", 60))
	configStarting := func(daysAgo int) string {
		start := clockwork.NewRealClock().Now().AddDate(0, 0, -daysAgo).UTC()
		return env.gateConfig(fmt.Sprintf("start_time = %q", start.Format(time.RFC3339)))
	}
	dir := newTerraformDir(t, map[string]string{"main.tf": configStarting(8)})
	if out := dir.run(t, "plan"); strings.Count(out, warning) != 1 {
		t.Errorf("a new gate must warn once:\n%s", out)
	}
	dir.run(t, "apply", "-auto-approve")
	if out := dir.run(t, "plan"); strings.Contains(out, "Warning") || !strings.Contains(out, "No changes") {
		t.Errorf("an open gate must not warn:\n%s", out)
	}
	if err := os.WriteFile(filepath.Join(dir.path, "main.tf"), []byte(configStarting(9)), 0o600); err != nil {
		t.Fatal(err)
	}
	if out := dir.run(t, "plan"); strings.Count(out, warning) != 1 {
		t.Errorf("a gate with another start time must warn once:\n%s", out)
	}
}
