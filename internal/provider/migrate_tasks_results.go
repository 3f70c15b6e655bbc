// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/vmihailenco/msgpack/v5"

	"github.com/rds-migrate/terraform-provider-alicloud/internal/migration"
	"github.com/rds-migrate/terraform-provider-alicloud/internal/openapi"
)

// The results of a read bypass the state handling of the framework: the data
// source passes them to the server, which adds them to the state in its encoded
// form. The framework would copy a list, convert it to its own values, compare
// those, and copy them again. A read of 1,000 tasks would need 10 to 20 times the
// time and the memory. BenchmarkServe measures a read.

// ReadDataSource lets the framework read, and adds the results that the data
// source has delivered to the state. It adds an error if there are none.
func (s *server) ReadDataSource(
	ctx context.Context, req *tfprotov6.ReadDataSourceRequest,
) (*tfprotov6.ReadDataSourceResponse, error) {
	var sink resultsSink
	resp, err := s.ProviderServer.ReadDataSource(withResultsSink(ctx, &sink), req)
	if err != nil || slices.ContainsFunc(resp.Diagnostics, isError) {
		return resp, err
	}
	if err := sink.encodeInto(resp.State); err != nil {
		resp.Diagnostics = append(resp.Diagnostics, unencodedResults(err))
	}
	return resp, nil
}

func isError(d *tfprotov6.Diagnostic) bool { return d.Severity == tfprotov6.DiagnosticSeverityError }

// resultsSink receives the results of one read.
type resultsSink struct {
	results   results
	delivered bool // whether the data source has set results
}

// encodeInto adds the results to a state, or returns an error if none were
// delivered.
func (s resultsSink) encodeInto(state *tfprotov6.DynamicValue) error {
	if !s.delivered {
		return errors.New("the read returned no results")
	}
	return s.results.encodeInto(state)
}

type resultsSinkKey struct{}

// withResultsSink returns a context that carries the sink to the data source.
func withResultsSink(ctx context.Context, sink *resultsSink) context.Context {
	return context.WithValue(ctx, resultsSinkKey{}, sink)
}

// resultsSinkFrom returns the sink of a context. ok is false if the provider is
// not served by NewServer.
func resultsSinkFrom(ctx context.Context) (sink *resultsSink, ok bool) {
	sink, ok = ctx.Value(resultsSinkKey{}).(*resultsSink)
	return sink, ok
}

// results are what a read adds to the configuration in the state.
type results struct {
	tasks        []migration.Task
	databases    map[string]migration.Database
	allSucceeded bool
}

// deliver passes the results to the server.
func (r results) deliver(ctx context.Context) error {
	sink, ok := resultsSinkFrom(ctx)
	if !ok {
		return errors.New("the provider is not served by NewServer")
	}
	*sink = resultsSink{results: r, delivered: true}
	return nil
}

// taskFields are the attributes that the elements of tasks and of databases
// share. Their names are those of the schema.
type taskFields struct {
	ID          string  `msgpack:"migrate_task_id"`
	Status      string  `msgpack:"status"`
	BackupMode  string  `msgpack:"backup_mode"`
	CreateTime  string  `msgpack:"create_time"`
	EndTime     *string `msgpack:"end_time"`
	Description string  `msgpack:"description"`
}

// taskElement is an element of tasks.
type taskElement struct {
	taskFields

	Database string `msgpack:"db_name"`
	Replaced *bool  `msgpack:"is_db_replaced"`
}

// databaseElement is an element of databases.
type databaseElement struct {
	taskFields

	Succeeded bool    `msgpack:"succeeded"`
	Reason    *string `msgpack:"reason"`
}

func newDatabaseElement(d migration.Database) databaseElement {
	e := databaseElement{taskFields: newTaskFields(d.Newest), Succeeded: d.Succeeded()}
	if d.Reason != "" {
		e.Reason = new(openapi.Printable(d.Reason))
	}
	return e
}

func newTaskFields(t migration.Task) taskFields {
	fields := taskFields{
		ID:          t.ID,
		Status:      string(t.Status),
		BackupMode:  t.BackupMode,
		CreateTime:  t.CreateTime.String(),
		Description: t.Description,
	}
	if !t.EndTime.Empty() {
		fields.EndTime = new(t.EndTime.String())
	}
	return fields
}

// encodeInto adds the results to a state that holds the configuration. Both are in
// MessagePack, the encoding of Terraform's protocol, so that a long list is encoded only
// once.
func (r results) encodeInto(state *tfprotov6.DynamicValue) error {
	ids, tasks := make([]string, len(r.tasks)), make([]taskElement, len(r.tasks))
	for i, t := range r.tasks {
		ids[i] = t.ID
		tasks[i] = taskElement{taskFields: newTaskFields(t), Database: t.Database, Replaced: t.Replaced}
	}
	databases := make(map[string]databaseElement, len(r.databases))
	for name, database := range r.databases {
		databases[name] = newDatabaseElement(database)
	}
	var configured map[string]msgpack.RawMessage
	if err := msgpack.Unmarshal(state.MsgPack, &configured); err != nil {
		return fmt.Errorf("unable to decode the state of the framework: %w", err)
	}
	attributes := make(map[string]any, len(configured))
	for name, value := range configured {
		attributes[name] = value
	}
	attributes["ids"], attributes["tasks"], attributes["databases"] = ids, tasks, databases
	attributes["all_succeeded"] = r.allSucceeded
	var err error
	state.MsgPack, err = msgpack.Marshal(attributes)
	return err
}
