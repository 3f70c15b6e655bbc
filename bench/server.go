// SPDX-License-Identifier: MPL-2.0

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

// servers are the simulated APIs of all comparisons.
type servers struct {
	fast        *apiServer // responds at once
	slow        *apiServer // delays each response by slowCall
	oldestFirst *apiServer // the same, and lists the oldest task first
	perInstance *apiServer // delays each response by eachCall; its instances have one task each
}

func newServers() (s servers, err error) {
	defer func() {
		if err != nil {
			s.close()
		}
	}()
	var lists []rdssim.Instance
	for _, n := range []int{1, 250, 1_000, 10_000} {
		lists = append(lists, newInstance(instanceWith(n), n))
	}
	var single []rdssim.Instance
	for i := range instances {
		single = append(single, newInstance(instanceNumber(i), 1))
	}
	if s.fast, err = newAPIServer(0, lists); err != nil {
		return s, err
	}
	if s.slow, err = newAPIServer(slowCall, lists); err != nil {
		return s, err
	}
	reversed := rdssim.Model{Order: rdssim.OrderOldestFirst}
	if s.oldestFirst, err = newAPIServerWith(slowCall, lists, reversed); err != nil {
		return s, err
	}
	s.perInstance, err = newAPIServer(eachCall, single)
	return s, err
}

func (s servers) close() {
	for _, server := range []*apiServer{s.fast, s.slow, s.oldestFirst, s.perInstance} {
		if server != nil {
			server.close()
		}
	}
}

// apiServer is a simulated RDS API on the loopback interface.
type apiServer struct {
	*rdssim.Simulator

	server *httptest.Server
}

// newAPIServer starts a server that delays each response.
func newAPIServer(delay time.Duration, in []rdssim.Instance) (*apiServer, error) {
	return newAPIServerWith(delay, in, rdssim.Model{})
}

// newAPIServerWith starts a server that delays each response and behaves as a model.
func newAPIServerWith(delay time.Duration, in []rdssim.Instance, m rdssim.Model) (*apiServer, error) {
	s := rdssim.Scenario{AccessKeys: []rdssim.AccessKey{{ID: "key", Secret: "secret"}}, Instances: in, Model: m}
	if delay > 0 {
		s.Faults = []rdssim.Fault{{Kind: rdssim.KindDelay, Wait: rdssim.Duration(delay)}}
	}
	sim, err := rdssim.New(s, clockwork.NewRealClock())
	if err != nil {
		return nil, err
	}
	return &apiServer{sim, httptest.NewServer(sim)}, nil
}

func (s *apiServer) close() {
	s.Close()
	s.server.Close()
}

// instanceWith returns the ID of the instance with n tasks.
func instanceWith(n int) string { return fmt.Sprintf("rm-with-%d", n) }

// instanceNumber returns the ID of the ith instance with one task.
func instanceNumber(i int) string { return fmt.Sprintf("rm-%03d", i) }

// newInstance returns an instance with n tasks.
func newInstance(id string, n int) rdssim.Instance {
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

// providerBlock returns a provider block with the server as the endpoint.
func (s *apiServer) providerBlock() string {
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
`, region, s.server.Listener.Addr())
}
