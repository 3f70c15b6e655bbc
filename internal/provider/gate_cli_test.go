package provider_test

import (
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

// TestMigrateGateResource_Interrupt interrupts an apply whose gate would go on
// waiting for two hours.
func TestMigrateGateResource_Interrupt(t *testing.T) {
	t.Parallel()
	cloud := newRealTimeEnv(t, rdssim.Task{ID: "1", Database: "orders", Created: minutes(-5), Steps: []rdssim.Step{{Status: "Running"}}})
	c := newTerraformDir(t, map[string]string{"main.tf": cloud.gateConfig(`poll_interval = "1s"`)})
	// At the second look, what the first has shown is known.
	looked := make(chan struct{})
	cloud.Observe(func(rdssim.Call) {
		if len(cloud.Calls()) == 2 {
			close(looked)
		}
	})
	// An apply that does not end by itself is killed, and then says nothing.
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	var out strings.Builder
	apply := c.command(ctx, "apply", "-auto-approve")
	apply.Stdout, apply.Stderr = &out, &out
	if err := apply.Start(); err != nil {
		t.Fatal(err)
	}
	<-looked
	if err := apply.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	if err := apply.Wait(); err == nil {
		t.Errorf("the interrupted apply succeeded")
	}
	if !matchOutput("The wait was interrupted", "orders: task 1 (FULL, created", "is Running", "apply again").MatchString(out.String()) {
		t.Error(out.String())
	}
	if state := c.run(t, "show"); strings.Contains(state, "alicloud_rds_migrate_gate") {
		t.Errorf("the state holds %s", state)
	}
}

// TestMigrateGateResource_Log has a task that succeeds after some looks.
func TestMigrateGateResource_Log(t *testing.T) {
	t.Parallel()
	cloud := newRealTimeEnv(t,
		rdssim.Task{ID: "1", Database: "orders", Steps: []rdssim.Step{
			{Status: "Running", Description: "restoring"}, {After: rdssim.Duration(10 * time.Second), Status: "Success"},
		}},
		rdssim.Task{ID: "2", Database: "billing"},
	)
	c := newTerraformDir(t, map[string]string{"main.tf": cloud.gateConfig(`db_names = ["orders", "billing"]`, `poll_interval = "1s"`)})
	c.env = append(c.env, "TF_LOG_PROVIDER=INFO")
	out := c.run(t, "apply", "-auto-approve")
	lines := 0
	for line := range strings.Lines(out) {
		if strings.Contains(line, "the gate waits") {
			lines++
			if !matchOutput("[INFO]").MatchString(line) || !strings.Contains(line, `database orders`) || !strings.Contains(line, "is Running") ||
				!strings.Contains(line, `database billing`) || !strings.Contains(line, "is Success") {
				t.Errorf("a line does not say what each database is doing: %s", line)
			}
		}
	}
	if looks := len(cloud.Calls()); lines == 0 || lines != looks-1 {
		t.Errorf("%d looks that left the gate shut wrote %d lines", looks-1, lines)
	}
}

// TestMigrateGateResource_Warnings has a start time that is a week and a day old.
func TestMigrateGateResource_Warnings(t *testing.T) {
	t.Parallel()
	const warning = "Warning: The service remembers only 7 days"
	cloud := newRealTimeEnv(t, endedTask("1", "orders", "Success", 60))
	ago := func(days int) string {
		start := clockwork.NewRealClock().Now().AddDate(0, 0, -days).UTC()
		return cloud.gateConfig(fmt.Sprintf("start_time = %q", start.Format(time.RFC3339)))
	}
	c := newTerraformDir(t, map[string]string{"main.tf": ago(8)})
	if out := c.run(t, "plan"); strings.Count(out, warning) != 1 {
		t.Errorf("a new gate must warn once:\n%s", out)
	}
	c.run(t, "apply", "-auto-approve")
	if out := c.run(t, "plan"); strings.Contains(out, "Warning") || !strings.Contains(out, "No changes") {
		t.Errorf("an open gate must not warn:\n%s", out)
	}
	if err := os.WriteFile(filepath.Join(c.dir, "main.tf"), []byte(ago(9)), 0o600); err != nil {
		t.Fatal(err)
	}
	if out := c.run(t, "plan"); strings.Count(out, warning) != 1 {
		t.Errorf("a gate with another start time must warn once:\n%s", out)
	}
}
