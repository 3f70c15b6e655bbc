// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"fmt"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/jonboulle/clockwork"

	"github.com/rds-migrate/terraform-provider-alicloud/internal/migration"
)

var benchmarkSizes = []int{1, 250, 1_000, 10_000}

// BenchmarkEncodeResults measures how tasks are encoded into the state.
func BenchmarkEncodeResults(b *testing.B) {
	for _, n := range benchmarkSizes {
		b.Run(fmt.Sprintf("tasks=%d", n), func(b *testing.B) {
			state := tasksDataSourceConfig(b)
			r := results{tasks: newMemoryTaskLister(n)}
			r.databases = migration.Evaluate(r.tasks, nil, migration.Evidence{})
			b.ReportAllocs()
			for b.Loop() {
				configured := *state
				if err := r.encodeInto(&configured); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkServe measures a read without its API calls, as Terraform requests it.
func BenchmarkServe(b *testing.B) {
	for _, n := range benchmarkSizes {
		b.Run(fmt.Sprintf("tasks=%d", n), func(b *testing.B) {
			server, config := newServerWithLister(b, newMemoryTaskLister(n)), tasksDataSourceConfig(b)
			b.ReportAllocs()
			for b.Loop() {
				if resp := readTasksDataSource(b, server, config); len(resp.Diagnostics) > 0 {
					b.Fatal(resp)
				}
			}
		})
	}
}

// BenchmarkValidate measures the validation of one data block.
func BenchmarkValidate(b *testing.B) {
	server, config := newServerWithLister(b, nil), tasksDataSourceConfig(b)
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

// BenchmarkSchema measures the start of a server, and the schema that Terraform
// requests from each new process.
func BenchmarkSchema(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		server := NewServer(New("bench", clockwork.NewRealClock()))
		resp, err := server.GetProviderSchema(b.Context(), &tfprotov6.GetProviderSchemaRequest{})
		if err != nil || len(resp.Diagnostics) > 0 {
			b.Fatal(err, resp)
		}
	}
}
