package main

import (
	"fmt"
	"net/http/httptest"
	"time"

	"github.com/jonboulle/clockwork"

	"github.com/rds-migrate/terraform-provider-alicloud/bench/tasklist"
	"github.com/rds-migrate/terraform-provider-alicloud/internal/rdssim"
)

const region = "cn-hangzhou"

// cloud is a simulated service.
type apiServer struct {
	*rdssim.Simulator

	server *httptest.Server
}

// newAPIServer starts a service that takes its time to answer. It has an instance
// for each of sizes, named after it, and so many instances with one task.
func newAPIServer(wait time.Duration, single int, sizes ...int) (*apiServer, error) {
	s := rdssim.Scenario{AccessKeys: []rdssim.AccessKey{{ID: "key", Secret: "secret"}}}
	for _, n := range sizes {
		s.Instances = append(s.Instances, instance(instanceWith(n), n))
	}
	for i := range single {
		s.Instances = append(s.Instances, instance(fmt.Sprintf("rm-%03d", i), 1))
	}
	if wait > 0 {
		s.Faults = []rdssim.Fault{{Kind: rdssim.KindDelay, Wait: rdssim.Duration(wait)}}
	}
	sim, err := rdssim.New(s, clockwork.NewRealClock())
	if err != nil {
		return nil, err
	}
	return &apiServer{sim, httptest.NewServer(sim)}, nil
}

func (c *apiServer) stop() {
	c.Close()
	c.server.Close()
}

// instanceWith is the ID of the instance with n tasks.
func instanceWith(n int) string { return fmt.Sprintf("rm-with-%d", n) }

func instance(id string, n int) rdssim.Instance {
	in := rdssim.Instance{ID: id, Region: region, Tasks: make([]rdssim.Task, n)}
	for i := range n {
		t := tasklist.At(i, n)
		in.Tasks[i] = rdssim.Task{
			ID: t.ID, Database: t.Database, BackupMode: t.BackupMode,
			Created:    rdssim.Duration(-time.Hour - time.Duration(i)*time.Second),
			CreateTime: &t.Created, EndTime: &t.Ended,
			Steps: []rdssim.Step{{Status: t.Status, Description: t.Description}},
		}
	}
	return in
}

// providerBlock is the provider block that reaches the service.
func (c *apiServer) providerBlock() string {
	return fmt.Sprintf(`
provider "alicloud" {
  access_key = "key"
  secret_key = "secret"
  region     = %q
  protocol   = "HTTP"
  endpoints {
    rds = %q
  }
}
`, region, c.server.Listener.Addr())
}
