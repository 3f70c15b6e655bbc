// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"net/http/httptest"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
	"github.com/jonboulle/clockwork"

	"github.com/rds-migrate/terraform-provider-alicloud/internal/clocktest"
	"github.com/rds-migrate/terraform-provider-alicloud/internal/rdssim"
)

// modelCase is an API that behaves in a way that its documentation permits, with the results that service-models.md
// requires. The gate and the data source are about the database orders.
type modelCase struct {
	model      rdssim.Model
	tasks      []rdssim.Task
	migrations []rdssim.Migration
	faults     []rdssim.Fault
	start      string // start_time of both; omitted if empty
	end        string // end_time of the data source; omitted if empty

	read readResult
	gate gateResult
	// exception explains a gate that opens although orders is offline. It matters to migrations only.
	exception rdssim.Exception
}

// readResult is what the data source returns.
type readResult struct {
	err       string            // its summary; empty for none, otherwise only words matters
	words     string            // a pattern of the error's detail
	succeeded bool              // all_succeeded with db_names = ["orders"]
	databases map[string]string // without db_names: a pattern of each reason, empty for a database that succeeded
	tasks     int               // without db_names
	warnings  string            // their summaries with db_names = ["orders"]
}

// reads returns the result for a list of n tasks in which orders succeeded.
func reads(n int) readResult {
	return readResult{succeeded: true, databases: map[string]string{"orders": ""}, tasks: n}
}

// readsNot returns the result for a list of n tasks in which orders did not succeed, for a reason with this pattern.
func readsNot(n int, reason string) readResult {
	return readResult{databases: map[string]string{"orders": reason}, tasks: n}
}

// warns returns r with these summaries of warnings.
func (r readResult) warns(summaries string) readResult {
	r.warnings = summaries
	return r
}

// with returns r with another database and a pattern of its reason.
func (r readResult) with(database, reason string) readResult {
	r.databases[database] = reason
	return r
}

// gateResult is the end of a gate's wait.
type gateResult struct {
	after    int    // minutes until it ends, rounded down to a poll
	err      string // its summary; empty if the gate opens
	words    string // a pattern of the error's detail
	warnings string // the summaries of the warnings
}

const (
	modelTimeout  = 20 // timeouts.create in minutes
	modelInterval = 5  // poll_interval in minutes

	// modelDelay is how much longer than the script of a case a wait may take: repeated calls, and the wait for the
	// minute in which a window ends, twice. It is less than a poll interval.
	modelDelay = 3 * time.Minute
)

// opens returns the result of a gate that opens after this many minutes.
func opens(after int) gateResult { return gateResult{after: after} }

// timesOut returns the result of a gate that remains closed.
func timesOut(words string) gateResult {
	return gateResult{after: modelTimeout, err: "Timeout Waiting for Migration", words: words}
}

// fails returns the result of a gate that ends at once because the migration failed.
func fails(words string) gateResult { return gateResult{err: "Migration Failed", words: words} }

// warns returns g with these summaries of warnings.
func (g gateResult) warns(summaries string) gateResult {
	g.warnings = summaries
	return g
}

// runModelCases tests the data source and the gate in each case.
func runModelCases(t *testing.T, cases map[string]modelCase) {
	t.Helper()
	t.Logf("%d models", len(cases))
	for name, test := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test.checkRead(t)
			test.checkGate(t)
		})
	}
}

// modelEnv is a simulated API and a configured server of the provider.
type modelEnv struct {
	tfprotov6.ProviderServer

	sim   *rdssim.Simulator
	clock clocktest.Clock
}

// schemaTypes are the types of the provider block and of a gate, as the protocol has them.
type schemaTypes struct{ provider, gate tftypes.Type }

// loadSchemaTypes returns the types. Every case has the same.
var loadSchemaTypes = sync.OnceValues(func() (schemaTypes, error) {
	server := NewServer(New("test", clockwork.NewFakeClock()))
	resp, err := server.GetProviderSchema(context.Background(), &tfprotov6.GetProviderSchemaRequest{})
	if err != nil {
		return schemaTypes{}, err
	}
	return schemaTypes{resp.Provider.ValueType(), resp.ResourceSchemas["alicloud_rds_migrate_gate"].ValueType()}, nil
})

// typesOfSchema is loadSchemaTypes for a test.
func typesOfSchema(t *testing.T) schemaTypes {
	t.Helper()
	types, err := loadSchemaTypes()
	if err != nil {
		t.Fatal(err)
	}
	return types
}

// newEnv starts the API of the case.
func (c *modelCase) newEnv(t *testing.T) *modelEnv {
	t.Helper()
	clock := clocktest.New(clocktest.Start)
	sim, err := rdssim.New(rdssim.Scenario{
		AccessKeys: []rdssim.AccessKey{{ID: "testid", Secret: "testsecret"}},
		Instances: []rdssim.Instance{{
			ID: TestInstanceID, Region: TestRegion, Tasks: c.tasks, Migrations: c.migrations,
		}},
		Faults: c.faults, Model: c.model,
	}, clock.FakeClock)
	if err != nil {
		t.Fatal(err)
	}
	// The SDK signs requests with the real time.
	sim.SetTimestampClock(clockwork.NewRealClock())
	server := httptest.NewServer(sim)
	t.Cleanup(func() {
		sim.Close()
		server.Close()
	})
	e := &modelEnv{ProviderServer: NewServer(New("test", clock)), sim: sim, clock: clock}
	e.configure(t, server.Listener.Addr().String())
	return e
}

// configure configures the provider for the API at an address.
func (e *modelEnv) configure(t *testing.T, address string) {
	t.Helper()
	block := typesOfSchema(t).provider
	values := nullAttributes(t, block)
	for name, value := range map[string]string{
		"access_key": "testid", "secret_key": "testsecret", "region": TestRegion, "protocol": "HTTP",
	} {
		values[name] = stringValue(value)
	}
	endpoints := nullAttributes(t, values["endpoints"].Type())
	endpoints["rds"] = stringValue(address)
	values["endpoints"] = tftypes.NewValue(values["endpoints"].Type(), endpoints)
	resp, err := e.ConfigureProvider(t.Context(), &tfprotov6.ConfigureProviderRequest{
		TerraformVersion: "1.14.0", Config: dynamicValue(t, tftypes.NewValue(block, values)),
	})
	if err != nil || len(resp.Diagnostics) > 0 {
		t.Fatal(err, resp)
	}
}

// optionalValue returns a string, or null if it is empty.
func optionalValue(s string) tftypes.Value {
	if s == "" {
		return stringValue(nil)
	}
	return stringValue(s)
}

// namesValue returns a set of database names.
func namesValue(names ...string) tftypes.Value {
	var values []tftypes.Value
	for _, name := range names {
		values = append(values, stringValue(name))
	}
	return tftypes.NewValue(tftypes.Set{ElementType: tftypes.String}, values)
}

// read validates a data block and reads it. The response has the diagnostics of both.
func (e *modelEnv) read(t *testing.T, c *modelCase, names ...string) *tfprotov6.ReadDataSourceResponse {
	t.Helper()
	values := nullAttributes(t, tasksDataSourceType(t))
	values["db_instance_id"] = stringValue(TestInstanceID)
	values["start_time"], values["end_time"] = optionalValue(c.start), optionalValue(c.end)
	if len(names) > 0 {
		values["db_names"] = namesValue(names...)
	}
	config := dynamicValue(t, tftypes.NewValue(tasksDataSourceType(t), values))
	validation, err := e.ValidateDataResourceConfig(t.Context(), &tfprotov6.ValidateDataResourceConfigRequest{
		TypeName: "alicloud_rds_migrate_tasks", Config: config,
	})
	if err != nil {
		t.Fatal(err)
	}
	resp := readTasksDataSource(t, e, config)
	resp.Diagnostics = append(validation.Diagnostics, resp.Diagnostics...)
	return resp
}

// checkRead reads the data source with and without db_names.
func (c *modelCase) checkRead(t *testing.T) {
	t.Helper()
	e := c.newEnv(t)
	named := e.read(t, c, "orders")
	if !checkSummaries(t, "data source", named.Diagnostics, c.read.err, c.read.warnings) {
		return
	}
	if c.read.err != "" {
		checkErrorDetail(t, "data source", named.Diagnostics, c.read.words)
		return
	}
	if got := decodeState(t, named.State)["all_succeeded"]; !got.Equal(boolValue(c.read.succeeded)) {
		t.Errorf("all_succeeded of orders is %v", got)
	}
	if len(c.faults) > 0 {
		e = c.newEnv(t) // faults count the calls
	}
	resp := e.read(t, c)
	if firstDiagnostic(resp.Diagnostics, tfprotov6.DiagnosticSeverityError) != nil {
		t.Fatalf("without db_names: %v", resp.Diagnostics)
	}
	all := len(c.read.databases) > 0 && !strings.Contains(c.read.warnings, incompleteList)
	state := decodeState(t, resp.State)
	databases := elements(t, state["databases"])
	for name, reason := range c.read.databases {
		checkDatabase(t, name, databases, reason)
		all = all && reason == ""
	}
	if len(databases) != len(c.read.databases) {
		t.Errorf("databases is %v", state["databases"])
	}
	if n := len(decodeTasks(t, state["tasks"])); n != c.read.tasks {
		t.Errorf("tasks has %d elements, want %d", n, c.read.tasks)
	}
	if got := state["all_succeeded"]; !got.Equal(boolValue(all)) {
		t.Errorf("all_succeeded without db_names is %v", got)
	}
}

// checkDatabase reports an error unless the reason of a database matches a pattern, or it succeeded if that is empty.
func checkDatabase(t *testing.T, name string, databases map[string]tftypes.Value, want string) {
	t.Helper()
	value, found := databases[name]
	if !found {
		t.Errorf("databases has no %q", name)
		return
	}
	fields := elements(t, value)
	if !fields["succeeded"].Equal(boolValue(want == "")) {
		t.Errorf("%q: succeeded is %v, reason %v", name, fields["succeeded"], fields["reason"])
	}
	var reason *string
	if err := fields["reason"].As(&reason); err != nil {
		t.Fatal(err)
	}
	if (reason == nil) != (want == "") || reason != nil && !regexp.MustCompile(want).MatchString(*reason) {
		t.Errorf("%q: the reason is %v, want %q", name, fields["reason"], want)
	}
}

// elements returns the elements of a map, or the attributes of an object.
func elements(t *testing.T, v tftypes.Value) map[string]tftypes.Value {
	t.Helper()
	var values map[string]tftypes.Value
	if err := v.As(&values); err != nil {
		t.Fatal(err)
	}
	return values
}

// gateConfig returns a gate of orders.
func (e *modelEnv) gateConfig(t *testing.T, start string) tftypes.Value {
	t.Helper()
	gateType := typesOfSchema(t).gate
	values := nullAttributes(t, gateType)
	values["db_instance_id"] = stringValue(TestInstanceID)
	values["db_names"] = namesValue("orders")
	values["start_time"] = optionalValue(start)
	values["poll_interval"] = stringValue((modelInterval * time.Minute).String())
	values["timeouts"] = tftypes.NewValue(values["timeouts"].Type(), map[string]tftypes.Value{
		"create": stringValue((modelTimeout * time.Minute).String()),
	})
	return tftypes.NewValue(gateType, values)
}

// createGate plans a gate of orders and applies the plan. It returns the diagnostics of both and the new state.
func (e *modelEnv) createGate(t *testing.T, start string) ([]*tfprotov6.Diagnostic, *tfprotov6.DynamicValue) {
	t.Helper()
	value := e.gateConfig(t, start)
	config, prior := dynamicValue(t, value), dynamicValue(t, tftypes.NewValue(value.Type(), nil))
	plan, err := e.PlanResourceChange(t.Context(), &tfprotov6.PlanResourceChangeRequest{
		TypeName: "alicloud_rds_migrate_gate", PriorState: prior, ProposedNewState: config, Config: config,
	})
	if err != nil {
		t.Fatal(err)
	}
	resp, err := e.ApplyResourceChange(t.Context(), &tfprotov6.ApplyResourceChangeRequest{
		TypeName: "alicloud_rds_migrate_gate", PriorState: prior, PlannedState: plan.PlannedState, Config: config,
	})
	if err != nil {
		t.Fatal(err)
	}
	return append(plan.Diagnostics, resp.Diagnostics...), resp.NewState
}

// checkGate waits for the gate.
func (c *modelCase) checkGate(t *testing.T) {
	t.Helper()
	e := c.newEnv(t)
	diags, state := e.createGate(t, c.start)
	if !checkSummaries(t, "gate", diags, c.gate.err, c.gate.warnings) {
		return
	}
	checkErrorDetail(t, "gate", diags, c.gate.words)
	want := time.Duration(c.gate.after) * time.Minute
	if took := e.clock.Since(clocktest.Start); took < want || took > want+modelDelay {
		t.Errorf("the gate's wait took %s, want %s", took, want)
	}
	if c.gate.err == "" {
		c.checkOpen(t, e, state)
	}
}

// checkOpen checks the state of an open gate and, for migrations, that the database is online.
func (c *modelCase) checkOpen(t *testing.T, e *modelEnv, state *tfprotov6.DynamicValue) {
	t.Helper()
	gate, err := state.Unmarshal(typesOfSchema(t).gate)
	if err != nil {
		t.Fatal(err)
	}
	attributes := elements(t, gate)
	if want := stringValue(formatUTC(e.clock.Now())); !attributes["opened_at"].Equal(want) {
		t.Errorf("opened_at is %v, want %v", attributes["opened_at"], want)
	}
	if _, found := elements(t, attributes["databases"])["orders"]; !found {
		t.Errorf("databases is %v", attributes["databases"])
	}
	online := e.sim.Online(TestInstanceID, "orders", e.clock.Now())
	if len(c.migrations) > 0 && online != (c.exception == "") {
		t.Errorf("the database is online: %t, and the exception is %q", online, c.exception)
	}
}

// checkSummaries compares the summaries of the first error and of all warnings. It reports whether they are as wanted.
func checkSummaries(t *testing.T, what string, diags []*tfprotov6.Diagnostic, wantErr, wantWarnings string) bool {
	t.Helper()
	var warnings []string
	for _, d := range diags {
		if d.Severity == tfprotov6.DiagnosticSeverityWarning {
			warnings = append(warnings, d.Summary)
		}
	}
	got := ""
	if d := firstDiagnostic(diags, tfprotov6.DiagnosticSeverityError); d != nil {
		got = d.Summary
	}
	if got != wantErr || strings.Join(warnings, ", ") != wantWarnings {
		t.Errorf("%s: the error is %q, want %q; the warnings are %q, want %q: %v",
			what, got, wantErr, warnings, wantWarnings, diags)
		return false
	}
	return true
}

// checkErrorDetail checks that the detail of the first error, if there is one, matches
// a pattern.
func checkErrorDetail(t *testing.T, what string, diags []*tfprotov6.Diagnostic, pattern string) {
	t.Helper()
	if d := firstDiagnostic(diags, tfprotov6.DiagnosticSeverityError); d != nil &&
		!regexp.MustCompile(pattern).MatchString(d.Detail) {
		t.Errorf("%s: the error does not match %q: %s", what, pattern, d.Detail)
	}
}

// firstDiagnostic returns the first diagnostic of a severity; nil if there is none.
func firstDiagnostic(diags []*tfprotov6.Diagnostic, s tfprotov6.DiagnosticSeverity) *tfprotov6.Diagnostic {
	for _, d := range diags {
		if d.Severity == s {
			return d
		}
	}
	return nil
}
