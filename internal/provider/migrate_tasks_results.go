package provider

import (
	"context"
	"errors"
	"fmt"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/vmihailenco/msgpack/v5"

	"github.com/rds-migrate/terraform-provider-alicloud/internal/migration"
)

// results are what a read adds to the configuration in the state.
type results struct {
	tasks        []migration.Task
	databases    map[string]migration.Database
	allSucceeded bool
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

	Succeeded bool `msgpack:"succeeded"`
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

// encodeInto adds the results to a state that holds the configuration. Both are
// MessagePack, as in Terraform's protocol, which is what makes long lists cheap.
func (r results) encodeInto(state *tfprotov6.DynamicValue) error {
	ids, tasks := make([]string, len(r.tasks)), make([]taskElement, len(r.tasks))
	for i, t := range r.tasks {
		ids[i] = t.ID
		tasks[i] = taskElement{taskFields: newTaskFields(t), Database: t.Database, Replaced: t.Replaced}
	}
	databases := make(map[string]databaseElement, len(r.databases))
	for name, database := range r.databases {
		databases[name] = databaseElement{
			taskFields: newTaskFields(database.Newest), Succeeded: database.Succeeded(),
		}
	}
	var configured map[string]msgpack.RawMessage
	if err := msgpack.Unmarshal(state.MsgPack, &configured); err != nil {
		return fmt.Errorf("the state that the framework has written: %w", err)
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

type resultsKey struct{}

// deliver gives the results to the server that asked the framework to read.
func (r results) deliver(ctx context.Context) error {
	to, ok := ctx.Value(resultsKey{}).(**results)
	if !ok {
		return errors.New("the provider has to be served by NewServer")
	}
	*to = &r
	return nil
}
