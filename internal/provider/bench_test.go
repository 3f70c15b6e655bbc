package provider

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/provider"
	"github.com/hashicorp/terraform-plugin-framework/providerserver"
	"github.com/hashicorp/terraform-plugin-framework/tfsdk"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
	"github.com/jonboulle/clockwork"

	"github.com/rds-migrate/terraform-provider-alicloud/internal/migration"
)

// memoryList is a service that has its tasks in memory.
type memoryList []migration.Task

func (l memoryList) MigrateTasks(context.Context, migration.Query) ([]migration.Task, error) {
	return slices.Clone(l), nil
}

// newMemoryList returns n tasks, four of each database, the newest first.
func newMemoryList(n int) memoryList {
	newest := time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)
	l := make(memoryList, n)
	for i := range l {
		created := newest.Add(-time.Duration(i) * time.Second)
		l[i] = migration.Task{
			ID:          strconv.Itoa(n - i),
			Database:    "database_" + strconv.Itoa(i/4),
			Status:      migration.Success,
			BackupMode:  "FULL",
			Created:     migration.ParseStamp(created.Format(time.RFC3339)),
			Ended:       migration.ParseStamp(created.Add(time.Minute).Format(time.RFC3339)),
			Replaced:    new(false),
			Description: "The migration task has succeeded.",
		}
	}
	return l
}

var benchSizes = []int{1, 250, 1_000, 10_000}

// BenchmarkMap is a read of the data source without the service: verdict,
// Terraform's values and the state.
func BenchmarkMap(b *testing.B) {
	for _, n := range benchSizes {
		b.Run(fmt.Sprintf("tasks=%d", n), func(b *testing.B) {
			d := &migrateTasks{clock: clockwork.NewRealClock(), service: &service{lister: newMemoryList(n)}}
			var s datasource.SchemaResponse
			d.Schema(b.Context(), datasource.SchemaRequest{}, &s)
			raw := benchConfig(b, s.Schema.Type().TerraformType(b.Context()))
			b.ReportAllocs()
			for b.Loop() {
				resp := datasource.ReadResponse{State: tfsdk.State{Schema: s.Schema, Raw: raw}}
				d.Read(b.Context(), datasource.ReadRequest{Config: tfsdk.Config{Schema: s.Schema, Raw: raw}}, &resp)
				if resp.Diagnostics.HasError() {
					b.Fatal(resp.Diagnostics)
				}
			}
		})
	}
}

// BenchmarkServe is the same as Terraform asks for it, with what the framework
// does before and after.
func BenchmarkServe(b *testing.B) {
	for _, n := range benchSizes {
		b.Run(fmt.Sprintf("tasks=%d", n), func(b *testing.B) {
			server, config := benchServer(b, newMemoryList(n))
			b.ReportAllocs()
			for b.Loop() {
				resp, err := server.ReadDataSource(b.Context(), &tfprotov6.ReadDataSourceRequest{
					TypeName: "alicloud_rds_migrate_tasks", Config: config,
				})
				if err != nil || len(resp.Diagnostics) > 0 {
					b.Fatal(err, resp)
				}
			}
		})
	}
}

// BenchmarkValidate is what one data block costs at validate.
func BenchmarkValidate(b *testing.B) {
	server, config := benchServer(b, nil)
	b.ReportAllocs()
	for b.Loop() {
		resp, err := server.ValidateDataResourceConfig(b.Context(), &tfprotov6.ValidateDataResourceConfigRequest{
			TypeName: "alicloud_rds_migrate_tasks", Config: config,
		})
		if err != nil || len(resp.Diagnostics) > 0 {
			b.Fatal(err, resp)
		}
	}
}

// BenchmarkSchema is what Terraform asks of every new process.
func BenchmarkSchema(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		server := providerserver.NewProtocol6(New("bench", clockwork.NewRealClock())())()
		resp, err := server.GetProviderSchema(b.Context(), &tfprotov6.GetProviderSchemaRequest{})
		if err != nil || len(resp.Diagnostics) > 0 {
			b.Fatal(err, resp)
		}
	}
}

// listed is the provider with a service of its own.
type listed struct {
	*alicloud

	list lister
}

func (p listed) Configure(_ context.Context, _ provider.ConfigureRequest, resp *provider.ConfigureResponse) {
	resp.DataSourceData = &service{lister: p.list}
}

// benchServer returns a configured server in front of a list, and the
// configuration of a data block.
func benchServer(b *testing.B, list lister) (tfprotov6.ProviderServer, *tfprotov6.DynamicValue) {
	b.Helper()
	server := providerserver.NewProtocol6(listed{&alicloud{clock: clockwork.NewRealClock()}, list})()
	schemas, err := server.GetProviderSchema(b.Context(), &tfprotov6.GetProviderSchemaRequest{})
	if err != nil {
		b.Fatal(err)
	}
	configure, err := server.ConfigureProvider(b.Context(), &tfprotov6.ConfigureProviderRequest{
		Config: dynamicValue(b, null(b, schemas.Provider.ValueType())),
	})
	if err != nil || len(configure.Diagnostics) > 0 {
		b.Fatal(err, configure)
	}
	t := schemas.DataSourceSchemas["alicloud_rds_migrate_tasks"].ValueType()
	return server, dynamicValue(b, benchConfig(b, t))
}

// benchConfig is the value of a data block that names an instance, and nothing
// else.
func benchConfig(b *testing.B, t tftypes.Type) tftypes.Value {
	b.Helper()
	var values map[string]tftypes.Value
	if err := null(b, t).As(&values); err != nil {
		b.Fatal(err)
	}
	values["db_instance_id"] = tftypes.NewValue(tftypes.String, "rm-orders")
	return tftypes.NewValue(t, values)
}

// null is an object whose attributes are all null.
func null(b *testing.B, t tftypes.Type) tftypes.Value {
	b.Helper()
	object, ok := t.(tftypes.Object)
	if !ok {
		b.Fatalf("%s is no object", t)
	}
	values := make(map[string]tftypes.Value, len(object.AttributeTypes))
	for name, at := range object.AttributeTypes {
		values[name] = tftypes.NewValue(at, nil)
	}
	return tftypes.NewValue(t, values)
}

func dynamicValue(b *testing.B, v tftypes.Value) *tfprotov6.DynamicValue {
	b.Helper()
	d, err := tfprotov6.NewDynamicValue(v.Type(), v)
	if err != nil {
		b.Fatal(err)
	}
	return &d
}
