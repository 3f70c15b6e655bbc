// SPDX-License-Identifier: MPL-2.0

// Package credtest provides fakes of the services that issue credentials: STS,
// the metadata service of an ECS instance, a credentials URI, and the services
// behind a sign-in with CloudSSO and OAuth. They are HTTP handlers, to be served
// by httptest on loopback. They validate requests, issue the credentials that a
// test chooses, and use its clock.
package credtest

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"sync"
	"time"
)

// Clock returns the current time. A clockwork.Clock is one.
type Clock interface{ Now() time.Time }

// Credentials are issued or accepted by a fake service.
type Credentials struct {
	AccessKeyID     string
	AccessKeySecret string
	SecurityToken   string
}

// credentialQueue holds credentials that are issued in turn. The last of them
// is issued repeatedly.
type credentialQueue struct {
	credentials []Credentials
	issued      int // how often credentials were issued
}

func (q *credentialQueue) next() Credentials {
	c := q.credentials[min(q.issued, len(q.credentials)-1)]
	q.issued++
	return c
}

// issuer is the part that all fakes but STS share.
type issuer struct {
	clock    Clock
	lifetime time.Duration

	mutex sync.Mutex // guards the fields of the fake, too
	queue credentialQueue
}

// IssuedCount returns how often credentials were issued.
func (i *issuer) IssuedCount() int {
	i.mutex.Lock()
	defer i.mutex.Unlock()
	return i.queue.issued
}

// expirationLayout is the time format of all services but OAuth.
const expirationLayout = "2006-01-02T15:04:05Z"

// expirationAfter returns the time after a duration from now, formatted.
func expirationAfter(clock Clock, d time.Duration) string {
	return clock.Now().Add(d).UTC().Format(expirationLayout)
}

// writeJSON writes a value as JSON.
func writeJSON(w http.ResponseWriter, status int, v any) {
	body, err := json.Marshal(v)
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	// The client may have disconnected.
	_, _ = w.Write(body)
}

// TrustCertificates makes http.DefaultTransport, and so every authentication
// request, trust the certificate of httptest's TLS servers. It changes the whole
// process and is meant for TestMain.
func TrustCertificates() error {
	server := httptest.NewTLSServer(http.NotFoundHandler())
	defer server.Close()
	transport, ok := http.DefaultTransport.(*http.Transport)
	if !ok {
		return errors.New("http.DefaultTransport is not a *http.Transport")
	}
	pool := x509.NewCertPool()
	pool.AddCert(server.Certificate())
	transport.TLSClientConfig = &tls.Config{RootCAs: pool, MinVersion: tls.VersionTLS12}
	return nil
}
