// SPDX-License-Identifier: MPL-2.0

package rds

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jonboulle/clockwork"
	"golang.org/x/sync/errgroup"

	"github.com/rds-migrate/terraform-provider-alicloud/internal/clocktest"
	"github.com/rds-migrate/terraform-provider-alicloud/internal/openapi"
	"github.com/rds-migrate/terraform-provider-alicloud/internal/rdssim"
)

// childEndpoint is where a process that is started by a test reads. Proxies
// and DEBUG are read from the environment once in a process.
const childEndpoint = "RDS_TEST_CHILD_ENDPOINT"

func TestMain(m *testing.M) {
	if endpoint := os.Getenv(childEndpoint); endpoint != "" {
		readInChild(endpoint)
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// readInChild reads once, and writes the result.
func readInChild(endpoint string) {
	clock := clockwork.NewRealClock()
	c := config(endpoint, clock)
	c.MaxRetryDuration = time.Nanosecond
	list, err := New(c).MigrateTasks(context.Background(), testQuery)
	if _, err := fmt.Fprintf(os.Stdout, "%d tasks, error %v\n", len(list.Tasks), err); err != nil {
		panic(err)
	}
}

// runChild runs a child with more environment, and returns its whole output.
func runChild(t *testing.T, endpoint string, env ...string) string {
	t.Helper()
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), program)
	// Without GOCOVERDIR a program that is built with -cover prints a warning.
	cmd.Env = append([]string{childEndpoint + "=" + endpoint, "GOCOVERDIR=" + t.TempDir()}, env...)
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	if err := cmd.Run(); err != nil {
		t.Fatalf("%v\n%s", err, out.String())
	}
	return out.String()
}

// newRealTimeSimulator returns a simulator by the machine's clock, and its address.
func newRealTimeSimulator(t *testing.T) (sim *rdssim.Simulator, addr string) {
	t.Helper()
	sim, err := rdssim.New(scenario(finishedTasks(3)...), clockwork.NewRealClock())
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(sim)
	t.Cleanup(server.Close)
	return sim, server.Listener.Addr().String()
}

// TestClient_Proxy reads an endpoint that can be reached only through a proxy. The
// simulator is the proxy.
func TestClient_Proxy(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		env     func(proxy string) []string
		proxied bool
	}{
		"a proxy": {func(p string) []string { return []string{"HTTP_PROXY=http://" + p} }, true},
		"exceptions that the SDK parses as invalid expressions": {func(p string) []string {
			return []string{"HTTP_PROXY=http://" + p, "NO_PROXY=10.0.0.0/8,*.corp,[::1],bad(,"}
		}, true},
		"an exception for everything": {
			func(p string) []string { return []string{"HTTP_PROXY=http://" + p, "NO_PROXY=*"} }, false,
		},
		"an exception and a comma": {
			func(p string) []string { return []string{"HTTP_PROXY=http://" + p, "NO_PROXY=rds.invalid,"} }, false,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			sim, addr := newRealTimeSimulator(t)
			out := runChild(t, "rds.invalid", test.env(addr)...)
			if test.proxied != strings.Contains(out, "3 tasks, error <nil>") || test.proxied != (len(sim.Calls()) > 0) {
				t.Errorf("with %d calls through the proxy came:\n%s", len(sim.Calls()), out)
			}
		})
	}
}

func TestClient_RedactsProxy(t *testing.T) {
	t.Parallel()
	out := runChild(t, "rds.invalid", "HTTP_PROXY=http://user:secret-of-the-proxy@127.0.0.1:1")
	if !strings.Contains(out, "error service unavailable: proxyconnect tcp: dial tcp 127.0.0.1:1") ||
		strings.Contains(out, "secret-of-the-proxy") {
		t.Errorf("the output is:\n%s", out)
	}
}

// TestClient_SDKDebug shows that the SDK's own debugging, which prints whole
// requests, has nothing to print.
func TestClient_SDKDebug(t *testing.T) {
	t.Parallel()
	_, addr := newRealTimeSimulator(t)
	if out := runChild(t, addr, "DEBUG=sdk"); out != "3 tasks, error <nil>\n" {
		t.Errorf("the output is:\n%s", out)
	}
}

// TestClient_ConnectionLimit reads 500 lists, ten at a time. On a slow machine, the transport replaces a connection
// whose response arrives before it has noted that the request was written.
func TestClient_ConnectionLimit(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ tasks, reads int }{
		"lists of one page":   {1, 500},
		"lists of five pages": {450, 50},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			sim, err := rdssim.New(scenario(finishedTasks(test.tasks)...), clockwork.NewFakeClockAt(clocktest.Start))
			if err != nil {
				t.Fatal(err)
			}
			sim.SetTimestampClock(clockwork.NewRealClock())
			addr, opened := serveCounting(t, sim)
			client := New(config(addr, clocktest.New(clocktest.Start)))
			var g errgroup.Group
			g.SetLimit(10)
			for range test.reads {
				g.Go(func() error { return readComplete(t, client, test.tasks) })
			}
			if err := g.Wait(); err != nil {
				t.Fatal(err)
			}
			if n := opened.Load(); n > 2*openapi.MaxConnections {
				t.Errorf("%d connections were opened", n)
			}
		})
	}
}

// serveCounting serves a handler, and counts the connections.
func serveCounting(t *testing.T, h http.Handler) (addr string, opened *atomic.Int64) {
	t.Helper()
	opened = &atomic.Int64{}
	server := httptest.NewUnstartedServer(h)
	server.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		if state == http.StateNew {
			opened.Add(1)
		}
	}
	server.Start()
	t.Cleanup(server.Close)
	return server.Listener.Addr().String(), opened
}

// readComplete reads a list of this many tasks.
func readComplete(t *testing.T, client *Client, n int) error {
	t.Helper()
	list, err := client.MigrateTasks(t.Context(), testQuery)
	if err == nil && len(list.Tasks) != n {
		err = fmt.Errorf("of %d tasks came %d", n, len(list.Tasks))
	}
	return err
}
