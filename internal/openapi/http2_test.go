// SPDX-License-Identifier: MPL-2.0

package openapi

import (
	"context"
	"crypto/x509"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/jonboulle/clockwork"
)

// pipeListener accepts connections that are opened with dial, without a network.
type pipeListener struct {
	conns  chan net.Conn
	closed chan struct{}
	once   sync.Once
}

func newPipeListener() *pipeListener {
	return &pipeListener{conns: make(chan net.Conn), closed: make(chan struct{})}
}

func (l *pipeListener) Accept() (net.Conn, error) {
	select {
	case c := <-l.conns:
		return c, nil
	case <-l.closed:
		return nil, net.ErrClosed
	}
}

func (l *pipeListener) Close() error {
	l.once.Do(func() { close(l.closed) })
	return nil
}

// Addr returns an address for which the certificate of httptest is valid.
func (l *pipeListener) Addr() net.Addr { return &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 443} }

func (l *pipeListener) dial() (net.Conn, error) {
	client, server := net.Pipe()
	select {
	case l.conns <- server:
		return client, nil
	case <-l.closed:
		return nil, net.ErrClosed
	}
}

// silenceableConn drops what is written while silent is true, like a connection whose
// NAT mapping was lost.
type silenceableConn struct {
	net.Conn

	silent *atomic.Bool
}

func (c silenceableConn) Write(b []byte) (int, error) {
	if c.silent.Load() {
		return len(b), nil
	}
	return c.Conn.Write(b)
}

// TestClient_SilentHTTP2Connection has a connection go silent while new ones work. The
// client sends a ping after 15 seconds, and closes the connection 15 seconds later. The
// time is that of a bubble of synctest.
func TestClient_SilentHTTP2Connection(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		listener := newPipeListener()
		server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			_, _ = io.WriteString(w, r.Proto)
		}))
		_ = server.Listener.Close()
		server.Listener, server.EnableHTTP2 = listener, true
		server.StartTLS()
		defer server.Close()
		client := newTestClient()
		transport := NewTransport(time.Minute, nil)
		defer transport.CloseIdleConnections()
		client.Transport = transport
		transport.TLSClientConfig.RootCAs = x509.NewCertPool()
		transport.TLSClientConfig.RootCAs.AddCert(server.Certificate())
		var (
			opened int
			silent atomic.Bool // the first connection
		)
		transport.DialContext = func(context.Context, string, string) (net.Conn, error) {
			conn, err := listener.dial()
			opened++
			if opened == 1 {
				conn = silenceableConn{conn, &silent}
			}
			return conn, err
		}
		if resp, err := client.Send(t.Context(), get(t, server.URL)); err != nil || string(resp.Body) != "HTTP/2.0" {
			t.Fatalf("the response is %+v, %v", resp, err)
		}
		synctest.Wait()
		silent.Store(true)
		clock := clockwork.NewRealClock()
		began := clock.Now()
		_, err := client.Send(t.Context(), get(t, server.URL))
		if took, got := clock.Since(began), reason(t, err); took != 30*time.Second || got != ConnectionFailed {
			t.Errorf("after %s the error is %v with reason %d, want 30s and %d", took, err, got, ConnectionFailed)
		}
		if _, err := client.Send(t.Context(), get(t, server.URL)); err != nil || opened != 2 {
			t.Errorf("%d connections were opened, and the error is %v", opened, err)
		}
	})
}
