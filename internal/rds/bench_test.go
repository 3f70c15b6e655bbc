// SPDX-License-Identifier: MPL-2.0

package rds

import (
	"fmt"
	"net/http/httptest"
	"strconv"
	"testing"

	"github.com/jonboulle/clockwork"

	"github.com/rds-migrate/terraform-provider-alicloud/internal/clocktest"
	"github.com/rds-migrate/terraform-provider-alicloud/internal/openapi"
	"github.com/rds-migrate/terraform-provider-alicloud/internal/rdssim"
)

// fullPageBody returns the body of a full page, as the API sends it.
func fullPageBody() []byte {
	tasks := make([]string, 0, pageSize)
	for i := range pageSize {
		tasks = append(tasks, fmt.Sprintf(`{"MigrateTaskId":"%d","DBName":"orders%d","Status":"Success",`+
			`"BackupMode":"FULL","CreateTime":"2026-11-20T10:%02d:00Z","EndTime":"2026-11-20T11:%02d:00Z",`+
			`"IsDBReplaced":"False","Description":"Success to DBCC checkdb asynchronously"}`,
			564522545-i, i, i%60, i%60))
	}
	return []byte(pageOf(pageSize, tasks...))
}

func BenchmarkDecodePage(b *testing.B) {
	body := fullPageBody()
	b.SetBytes(int64(len(body)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := decodePage(body, 200, 1, instance); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkToTask measures the conversion of a decoded task to one of the domain.
func BenchmarkToTask(b *testing.B) {
	one := responseTask{
		ID:          looseString{value: "564522545"},
		Database:    looseString{value: "orders"},
		Status:      looseString{value: "Success"},
		BackupMode:  looseString{value: "FULL"},
		Replaced:    looseString{value: "False"},
		CreateTime:  looseString{value: "2026-11-20T10:00:00Z"},
		EndTime:     looseString{value: "2026-11-20T11:00:00Z"},
		Description: looseString{value: "Success to DBCC checkdb asynchronously"},
	}
	b.ReportAllocs()
	for b.Loop() {
		one.toTask()
	}
}

func BenchmarkSign(b *testing.B) {
	client := New(config("", clocktest.New(clocktest.Start)))
	creds := openapi.Credentials{AccessKeyID: accessKey, AccessKeySecret: secretKey, SecurityToken: token}
	b.ReportAllocs()
	for b.Loop() {
		request := client.newRequest(testQuery, testWindow, 1)
		if _, err := openapi.NewSignedRequest(request, client.target(), creds); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkMigrateTasks reads whole lists over loopback, from a simulator in the same process.
func BenchmarkMigrateTasks(b *testing.B) {
	for _, n := range []int{1, 250, 1000} {
		b.Run(strconv.Itoa(n), func(b *testing.B) {
			sim, err := rdssim.New(scenario(finishedTasks(n)...), clockwork.NewFakeClockAt(clocktest.Start))
			if err != nil {
				b.Fatal(err)
			}
			sim.SetTimestampClock(clockwork.NewRealClock())
			server := httptest.NewServer(sim)
			defer server.Close()
			client := New(config(server.Listener.Addr().String(), clocktest.New(clocktest.Start)))
			b.ReportAllocs()
			for b.Loop() {
				list, err := client.MigrateTasks(b.Context(), testQuery)
				if err != nil || len(list.Tasks) != n {
					b.Fatalf("%d tasks, error %v", len(list.Tasks), err)
				}
			}
		})
	}
}
