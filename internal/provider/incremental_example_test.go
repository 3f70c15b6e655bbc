// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/jonboulle/clockwork"

	"github.com/rds-migrate/terraform-provider-alicloud/internal/rdssim"
)

// incrementalDir holds the example of the guide on incremental migrations, with
// a scenario that plays its migration.
const incrementalDir = "guides/incremental-migration/"

// The instance and the database of the scenario.
const (
	incrementalInstance = "rm-uf6wjk5shop"
	incrementalDatabase = "orders"
)

// The servers that the DNS record of the example points to.
const (
	oldServer = `dns = "sql1.shop.example.com"`
	newServer = `dns = "rm-uf6wjk5shop.sqlserver.rds.aliyuncs.com"`
)

// incrementalEnv is an API that plays the scenario of the example. Its clock
// advances with each call, so that the polls see each step of the migration,
// however long they take.
type incrementalEnv struct {
	*testEnv

	simClock *clockwork.FakeClock
}

func newIncrementalEnv(t *testing.T, model rdssim.Model) *incrementalEnv {
	t.Helper()
	file, err := os.ReadFile(filepath.Join(examplesDir, incrementalDir, "scenario.json"))
	if err != nil {
		t.Fatal(err)
	}
	scenario, err := rdssim.Load(bytes.NewReader(file))
	if err != nil {
		t.Fatal(err)
	}
	scenario.Model = model
	scenario.AccessKeys = append(scenario.AccessKeys, rdssim.AccessKey{ID: accessKey, Secret: secretKey})
	clock := clockwork.NewFakeClockAt(clockwork.NewRealClock().Now())
	e := &incrementalEnv{testEnv: startTestEnv(t, scenario, clock), simClock: clock}
	e.Observe(func(rdssim.Call) { clock.Advance(10 * time.Second) })
	return e
}

// online reports for each call whether the database was online.
func (e *incrementalEnv) online() []bool {
	var online []bool
	for _, c := range e.Calls() {
		online = append(online, e.Online(incrementalInstance, incrementalDatabase, c.Time))
	}
	return online
}

// newIncrementalExample creates a directory with the example. Its gate polls
// every second and waits for at most create.
func (e *incrementalEnv) newExample(t *testing.T, create string) *terraformDir {
	t.Helper()
	files := readExample(t, incrementalDir)
	files["gate_override.tf"] = `
resource "alicloud_rds_migrate_gate" "orders" {
  poll_interval = "1s"
  timeouts      = { create = "` + create + `" }
}
`
	return newExample(t, e.testEnv, files)
}

// checkOpenedWhenOnline reports an error unless the gate waited, and opened at
// the first poll at which the database was online.
func (e *incrementalEnv) checkOpenedWhenOnline(t *testing.T) {
	t.Helper()
	online := e.online()
	if first := slices.Index(online, true); first < 1 || first != len(online)-1 {
		t.Errorf("the gate opened at the last of these polls, at which the database was online: %v", online)
	}
}

// TestExamples_IncrementalMigration tests what the guide states about each list
// that the documentation of the API permits.
func TestExamples_IncrementalMigration(t *testing.T) {
	t.Parallel()
	for name, model := range map[string]rdssim.Model{
		"the base is Waiting, and increments are tasks of their own": {},
		"the base is Waiting, and increments have its ID":            {IncrementRows: rdssim.IncrementRowsBaseID},
		"the base is Waiting, and increments are not listed":         {IncrementRows: rdssim.IncrementRowsNone},
		"the newest task is Waiting":                                 {WaitingRows: rdssim.WaitingRowsNewest},
		"the base is FULL and Waiting":                               {FullBase: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			env := newIncrementalEnv(t, model)
			dir := env.newExample(t, "10m")
			out := dir.run(t, "apply", "-auto-approve")
			if !matchOutput("Apply complete!", oldServer).MatchString(out) {
				t.Error(out)
			}
			env.checkOpenedWhenOnline(t)
			env.ClearCalls()
			out = dir.run(t, "apply", "-auto-approve", "-var=verified=true")
			if !matchOutput(newServer).MatchString(out) {
				t.Error(out)
			}
			env.checkNoCalls(t)
		})
	}
}

// TestExamples_IncrementalMigrationNotShown tests the list that never shows that
// the database was opened: the gate remains closed.
func TestExamples_IncrementalMigrationNotShown(t *testing.T) {
	t.Parallel()
	env := newIncrementalEnv(t, rdssim.Model{OpenedStaysWaiting: true})
	dir := env.newExample(t, "2s")
	env.simClock.Advance(time.Minute)
	out := dir.runFailing(t, "apply", "-auto-approve", "-var=verified=true")
	want := "task 564522545 (UPDF) is Waiting: import its next backup file or open the database"
	if !matchOutput(want).MatchString(out) {
		t.Error(out)
	}
	if online := env.online(); slices.Contains(online, false) {
		t.Errorf("the database was online at these polls: %v", online)
	}
}

// TestExamples_IncrementalMigrationTooEarly tests the list that shows no task
// that is Waiting: the gate opens too early, and the DNS record still points to
// the old server.
func TestExamples_IncrementalMigrationTooEarly(t *testing.T) {
	t.Parallel()
	env := newIncrementalEnv(t, rdssim.Model{WaitingRows: rdssim.WaitingRowsNone})
	out := env.newExample(t, "10m").run(t, "apply", "-auto-approve")
	if !matchOutput("Apply complete!", oldServer).MatchString(out) {
		t.Error(out)
	}
	if online := env.online(); slices.Contains(online, true) {
		t.Errorf("the database was online at these polls: %v", online)
	}
}
