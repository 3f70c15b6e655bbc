// SPDX-License-Identifier: MPL-2.0

package main

import (
	"fmt"
	"strings"
	"time"
)

const (
	instances    = 500 // in the comparisons with many data blocks
	parallelism  = 10  // Terraform's default
	fixtureTasks = 250 // in the list that checkFixture reads

	slowCall = 50 * time.Millisecond
	eachCall = 20 * time.Millisecond
)

// comparison is a Terraform command that is run with the provider and with a
// baseline, and the rows of the table that the measurements are printed in.
type comparison struct {
	name       string // selects it with -only
	command    string // plan if empty
	server     *apiServer
	tasks      int    // in the list that is read
	config     string // the data blocks; one that reads the instance with these tasks if empty
	calls      int    // API calls that the command makes with the provider
	baseline   string // noop or fixture
	divisor    int    // divides the number of pairs of a slow comparison; 0: none
	withRusage bool   // measure the provider's processes
	rows       []row
}

// blocks returns the data blocks of the configuration.
func (c comparison) blocks() string {
	if c.config != "" {
		return c.config
	}
	return dataBlock("test", instanceWith(c.tasks))
}

func dataBlock(name, instance string) string {
	return fmt.Sprintf("data \"alicloud_rds_migrate_tasks\" %q {\n  db_instance_id = %q\n}\n", name, instance)
}

// comparisons returns what is measured, in the order of the table.
func comparisons(s servers) []comparison {
	return []comparison{
		{
			name: "one", server: s.fast, tasks: 1, calls: 1, baseline: "noop",
			rows: []row{
				{title: "plan with 1 task: time", metric: wallTime, target: 1.10},
				{title: "the same: CPU of the whole plan", metric: totalCPU},
				{title: "binary, stripped: size", metric: binarySize, format: megabytes, target: 1.30},
			},
		}, {
			name: "list", server: s.fast, tasks: 250, calls: 3, baseline: "fixture",
			rows: []row{
				{title: "plan with 250 tasks: time", metric: wallTime, target: 1.10},
				{title: "the same: CPU of the whole plan", metric: totalCPU},
			},
		}, {
			name: "cpu", server: s.fast, tasks: 1_000, calls: 10, baseline: "fixture", divisor: 2,
			rows: []row{{title: "plan with 1,000 tasks: CPU of the whole plan", metric: totalCPU, target: 1.30}},
		}, {
			name: "cpu", server: s.fast, tasks: 1_000, calls: 10, baseline: "fixture", divisor: 2, withRusage: true,
			rows: []row{{title: "the same: CPU of the provider's processes", metric: providerCPU, target: 1.30}},
		}, {
			name: "cpu10k", server: s.fast, tasks: 10_000, calls: 100, baseline: "fixture", divisor: 4,
			rows: []row{{title: "plan with 10,000 tasks: CPU of the whole plan", metric: totalCPU, target: 1.30}},
		}, {
			name: "cpu10k", server: s.fast, tasks: 10_000, calls: 100,
			baseline: "fixture", divisor: 4, withRusage: true,
			rows: []row{{title: "the same: CPU of the provider's processes", metric: providerCPU, target: 1.30}},
		}, {
			name: "slow", server: s.slow, tasks: 1_000, calls: 10, baseline: "fixture",
			rows: []row{{
				title:  "plan with 1,000 tasks, 50 ms per call: time",
				metric: wallTime, baselineOffset: 4 * slowCall, target: 1.10,
			}},
		}, {
			name: "oldest", server: s.oldestFirst, tasks: 1_000, calls: 11, baseline: "fixture",
			rows: []row{{
				title:  "the same, oldest task first: time",
				metric: wallTime, baselineOffset: 5 * slowCall, target: 1.10,
			}},
		}, {
			name: "each", server: s.perInstance, config: forEachBlock(), calls: instances, baseline: "noop", divisor: 2,
			rows: []row{
				{
					title:  "plan with for_each over 500 instances, 20 ms per call: time",
					metric: wallTime, baselineOffset: instances / parallelism * eachCall, target: 1.30,
				},
				{title: "the same: CPU of the whole plan", metric: totalCPU},
			},
		}, {
			name: "memory", server: s.fast, tasks: 1_000, calls: 10, baseline: "noop", divisor: 2, withRusage: true,
			rows: []row{{
				title:  "plan with 1,000 tasks: peak memory of a provider process",
				metric: peakMemory, format: megabytes, target: 1.50,
			}},
		}, {
			name: "validate", command: "validate", server: s.perInstance, config: dataBlocks(),
			baseline: "noop", divisor: 4,
			rows: []row{
				{title: "validate with 500 data blocks: time", metric: wallTime},
				{title: "the same: CPU of the whole command", metric: totalCPU},
			},
		},
	}
}

// forEachBlock returns one data block that reads all instances.
func forEachBlock() string {
	return fmt.Sprintf(`
data "alicloud_rds_migrate_tasks" "test" {
  for_each       = toset([for i in range(%d) : format("rm-%%03d", i)])
  db_instance_id = each.key
}
`, instances)
}

// dataBlocks returns a data block for each instance.
func dataBlocks() string {
	var blocks strings.Builder
	for i := range instances {
		blocks.WriteString(dataBlock(fmt.Sprintf("test%d", i), instanceNumber(i)))
	}
	return blocks.String()
}
