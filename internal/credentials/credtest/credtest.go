// Package credtest holds stand-ins for the services that hand out keys: STS, the
// metadata service of an ECS instance, a credentials URI, and the services
// behind a sign-in with CloudSSO and OAuth. They are handlers, to be served by
// httptest on loopback. They check what they are asked, hand out the keys that a
// test chose, and tell the time by its clock.
package credtest

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"time"
)

// A Clock tells the time. A clockwork.Clock is one.
type Clock interface{ Now() time.Time }

// Credentials are what a stand-in hands out or accepts.
type Credentials struct {
	AccessKeyID     string
	AccessKeySecret string
	SecurityToken   string
}

// credentialQueue is a row of keys that are handed out in turn, the last of them again
// and again.
type credentialQueue struct {
	keys  []Credentials
	count int // logins so far
}

func (h *credentialQueue) next() Credentials {
	k := h.keys[min(h.count, len(h.keys)-1)]
	h.count++
	return k
}

// expiration is the form in which all services but OAuth write an end.
const expiration = "2006-01-02T15:04:05Z"

func formatExpiration(clock Clock, after time.Duration) string {
	return clock.Now().Add(after).UTC().Format(expiration)
}

// writeJSON writes a value as JSON.
func writeJSON(w http.ResponseWriter, status int, v any) {
	text, err := json.Marshal(v)
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	// A client that has gone away does not want the answer.
	_, _ = w.Write(text)
}

// TrustCertificates makes http.DefaultTransport, and so every login, trust the
// certificate of httptest's TLS servers. It changes the whole process and
// belongs into TestMain.
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
