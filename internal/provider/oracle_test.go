// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/jonboulle/clockwork"
	"pgregory.net/rapid"

	"github.com/rds-migrate/terraform-provider-alicloud/internal/clocktest"
	"github.com/rds-migrate/terraform-provider-alicloud/internal/migration"
	"github.com/rds-migrate/terraform-provider-alicloud/internal/openapi"
	"github.com/rds-migrate/terraform-provider-alicloud/internal/rds"
	"github.com/rds-migrate/terraform-provider-alicloud/internal/rdssim"
	"github.com/rds-migrate/terraform-provider-alicloud/internal/rdssim/simtest"
)

// histories is the number of histories that TestOracle_RandomHistories draws. Each is read a few times, or has a gate.
var histories = flag.Int("histories", 2_000, "number of histories that TestOracle_RandomHistories draws")

const (
	oracleBatch = 100 // histories of one rapid.Check, its default
	gateShare   = 16  // one history of this many has a gate

	oracleReadTimeout = 30 * time.Minute
	oracleGateTimeout = 3 * time.Hour
	oraclePoll        = 4 * time.Minute // three polls of an instance that is not ready take less than 15 minutes
)

// TestOracle_RandomHistories plays random histories of migrations with random models of the API, faults, clock skews,
// and late responses, and reads their tasks with the real client over real signatures. The oracle of the simulator
// knows whether a database is online.
//
//   - all_succeeded, and a gate that opens, mean that every database is online, with the documented exceptions.
//   - A read fails only after a fault that is not retried.
//   - A gate that times out although its databases are online names the rule that kept it closed.
func TestOracle_RandomHistories(t *testing.T) {
	t.Parallel()
	var counts outcomeCounts
	t.Cleanup(func() { t.Log(&counts) })
	for n := range max(1, *histories/oracleBatch) {
		t.Run(strconv.Itoa(n), func(t *testing.T) {
			t.Parallel()
			rapid.Check(t, func(rt *rapid.T) {
				runHistory(rt, &counts)
			})
		})
	}
}

// outcomeCounts counts what the histories led to. It is safe for concurrent use.
type outcomeCounts struct {
	mu sync.Mutex
	by map[string]int
}

func (c *outcomeCounts) add(outcome string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.by == nil {
		c.by = make(map[string]int)
	}
	c.by[outcome]++
}

func (c *outcomeCounts) String() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	var b strings.Builder
	for _, outcome := range slices.Sorted(maps.Keys(c.by)) {
		fmt.Fprintf(&b, "\n%8d %s", c.by[outcome], outcome)
	}
	return b.String()
}

// simulatorTransport passes requests to a simulator without a network.
type simulatorTransport struct{ *rdssim.Simulator }

func (s simulatorTransport) RoundTrip(r *http.Request) (*http.Response, error) {
	w := httptest.NewRecorder()
	s.ServeHTTP(w, r)
	return w.Result(), nil
}

// lateTransport delays responses that the API has sent.
type lateTransport struct {
	http.RoundTripper

	// delay is called with the request before the response is received.
	delay func(*http.Request)
}

func (l lateTransport) RoundTrip(r *http.Request) (*http.Response, error) {
	resp, err := l.RoundTripper.RoundTrip(r)
	l.delay(r)
	return resp, err
}

// drawDelays draws delays of the first responses with page 1. Other pages are read concurrently.
func drawDelays(t *rapid.T, clock clocktest.Clock) func(*http.Request) {
	const maxSeconds, maxDelays = 55, 8
	var delays []int
	if rapid.Bool().Draw(t, "late") {
		delays = rapid.SliceOfN(rapid.IntRange(0, maxSeconds), 1, maxDelays).Draw(t, "delays")
	}
	return func(r *http.Request) {
		if r.URL.Query().Get("PageNumber") == "1" && len(delays) > 0 {
			clock.Advance(time.Duration(delays[0]) * time.Second)
			delays = delays[1:]
		}
	}
}

// oracleRun is a history while it is played.
type oracleRun struct {
	*rapid.T

	history simtest.History
	sim     *rdssim.Simulator
	clock   clocktest.Clock
	client  *rds.Client
	counts  *outcomeCounts
}

func runHistory(t *rapid.T, counts *outcomeCounts) {
	r := &oracleRun{
		T: t, history: simtest.Histories().Draw(t, "history"), clock: clocktest.New(clocktest.Start), counts: counts,
	}
	sim, err := rdssim.New(r.history.Scenario, r.clock)
	if err != nil {
		t.Fatal(err)
	}
	// The SDK signs with the time of the machine.
	sim.SetTimestampClock(clockwork.NewRealClock())
	r.sim = sim
	r.client = newSimtestClient(r.clock, lateTransport{simulatorTransport{sim}, drawDelays(t, r.clock)})
	if rapid.IntRange(1, gateShare).Draw(t, "gate") == gateShare {
		r.waitForGate()
		return
	}
	for range rapid.IntRange(1, 3).Draw(t, "reads") {
		r.clock.Advance(time.Duration(rapid.IntRange(0, 180).Draw(t, "minutes")) * time.Minute)
		r.readTasks()
	}
}

// newSimtestClient returns a client for the API of a transport, with the region and the credentials of simtest.
func newSimtestClient(clock rds.Clock, transport http.RoundTripper) *rds.Client {
	return rds.New(rds.Config{
		Region: simtest.Region, Endpoint: "rds.test", Protocol: "HTTP", Clock: clock,
		Source:         fixedCredentials{AccessKeyID: simtest.AccessKeyID, AccessKeySecret: simtest.AccessKeySecret},
		ConnectTimeout: time.Minute, ReadTimeout: time.Minute, Transport: transport,
	})
}

// fixedCredentials is a source of credentials that never change.
type fixedCredentials openapi.Credentials

func (c fixedCredentials) Retrieve(context.Context) (openapi.Credentials, error) {
	return openapi.Credentials(c), nil
}

func (c fixedCredentials) Replace(context.Context, openapi.Credentials) (openapi.Credentials, error) {
	return openapi.Credentials(c), nil
}

func (c fixedCredentials) Name() string { return "a test" }

// readTasks reads as the data source does, with db_names and without end_time.
func (r *oracleRun) readTasks() {
	var query migration.Query
	query.InstanceID = simtest.InstanceID
	if rapid.Bool().Draw(r.T, "start_time") {
		query.Range.Start = r.clock.Now().Add(-time.Duration(rapid.IntRange(1, 9*24).Draw(r.T, "hours")) * time.Hour)
	}
	began := r.clock.Now()
	ctx, cancel := withTimeout(context.Background(), r.clock, oracleReadTimeout)
	defer cancel()
	list, err := r.client.MigrateTasks(ctx, query)
	if err != nil {
		r.checkReadError(err)
		return
	}
	dbs := migration.Evaluate(list.Tasks, r.history.Databases, migration.Evidence{
		Narrowed: !query.Range.Start.IsZero() && list.StartsLate,
	})
	named := make(map[string]migration.Database)
	for _, name := range r.history.Databases {
		named[name] = dbs[name]
	}
	if list.Unlisted > 0 || !migration.AllSucceeded(named, r.history.Databases) {
		r.counts.add("read: not all succeeded")
		return
	}
	r.checkOnline("read", began, query.Range.Start)
}

// checkReadError fails unless the error is one that waits do not end.
func (r *oracleRun) checkReadError(err error) {
	var e *rds.Error
	switch {
	case !errors.As(err, &e):
		r.Fatalf("the read failed: %v", err)
	case e.Kind == rds.InvalidInstanceState && len(r.history.Scenario.Faults) > 0:
		r.counts.add("read: the instance was not ready")
	default:
		r.Fatalf("the read failed although every response was permitted: %v", err)
	}
}

// checkOnline fails unless every database was online when a response since then was sent, or an exception explains why
// it seemed to be. start is the start_time of a read, which may hide the older of two runs that overlap; zero if none.
func (r *oracleRun) checkOnline(what string, began, start time.Time) {
	var instants []time.Time
	for _, c := range r.sim.Calls() {
		if !c.Time.Before(began) {
			instants = append(instants, c.Time)
		}
	}
	outcome := what + ": online"
	for _, name := range r.history.Databases {
		isOnline := func(at time.Time) bool { return r.sim.Online(simtest.InstanceID, name, at) }
		if slices.ContainsFunc(instants, isOnline) {
			continue
		}
		exceptions := r.sim.Exceptions(simtest.InstanceID, name, instants[len(instants)-1])
		if len(exceptions) == 0 && r.hasRunBefore(start) {
			exceptions = []rdssim.Exception{rdssim.ExceptionOverlap + " before start_time"}
		}
		if len(exceptions) == 0 {
			r.Fatalf("%s: %q is offline at %s, and no exception explains it", what, name, instants[len(instants)-1])
		}
		outcome = fmt.Sprintf("%s: offline, %v", what, exceptions)
	}
	r.counts.add(outcome)
}

// hasRunBefore reports whether a migration may have been created before start by the clock of the API.
func (r *oracleRun) hasRunBefore(start time.Time) bool {
	return slices.ContainsFunc(r.history.Scenario.Instances[0].Migrations, func(m rdssim.Migration) bool {
		return clocktest.Start.Add(time.Duration(m.Created)).Before(start.Add(migration.ClockSkew))
	})
}

// waitForGate waits as a gate does that is created now.
func (r *oracleRun) waitForGate() {
	now := r.clock.Now()
	w := &gateWaiter{
		client: apiClient{taskLister: r.client, region: simtest.Region}, clock: r.clock,
		query:         migration.Query{InstanceID: simtest.InstanceID},
		databaseNames: slices.Sorted(slices.Values(r.history.Databases)),
		pollInterval:  oraclePoll, timeout: oracleGateTimeout, began: now, deadline: now.Add(oracleGateTimeout),
	}
	if rapid.Bool().Draw(r.T, "start_time") {
		w.evidence.Since = now.Add(time.Duration(rapid.IntRange(-9*24*60, 60).Draw(r.T, "minutes")) * time.Minute)
	}
	var diags diag.Diagnostics
	status, open := w.run(context.Background(), &diags)
	if open {
		r.checkOnline("gate", r.sim.Calls()[len(r.sim.Calls())-1].Time.Add(-oraclePoll/2), time.Time{})
		return
	}
	if !diags.HasError() {
		r.Fatal("the gate is closed without an error")
	}
	r.counts.add("gate: " + diags.Errors()[0].Summary())
	r.checkClosed(status, diags)
}

// checkClosed fails if a gate ended on an error that no response justifies, or is closed without a reason.
func (r *oracleRun) checkClosed(status gateStatus, diags diag.Diagnostics) {
	if !status.listed {
		r.Fatalf("no list was read although every response was permitted: %v", diags)
	}
	if status.listed && status.list.Unlisted == 0 && status.allSucceeded() {
		r.Fatalf("the gate is closed although all databases succeeded: %v", diags)
	}
	for _, name := range r.history.Databases {
		if d := status.databases[name]; status.listed && !d.Succeeded() && d.Reason == "" {
			r.Fatalf("%q has no reason: %+v", name, d)
		}
	}
}
