// SPDX-License-Identifier: MPL-2.0

package credtest

import (
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// Metadata is a fake of the metadata service of an ECS instance with one RAM
// role. It requires version 2, in which each request needs a token. Serve it with
// httptest.NewServer.
type Metadata struct {
	issuer

	role   string
	v1Only bool
	tokens map[string]time.Time // when each expires
}

// NewMetadata returns a service that issues the credentials of a role in turn,
// each valid for lifetime.
func NewMetadata(clock Clock, role string, lifetime time.Duration, credentials ...Credentials) *Metadata {
	return &Metadata{
		issuer: issuer{clock: clock, lifetime: lifetime, queue: credentialQueue{credentials: credentials}},
		role:   role,
		tokens: map[string]time.Time{},
	}
}

// DisableV2 makes the service one of version 1, which issues no tokens and
// requires none.
func (m *Metadata) DisableV2() {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	m.v1Only = true
}

// ServeHTTP responds to a request.
func (m *Metadata) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	if r.Method == http.MethodPut && r.URL.Path == "/latest/api/token" && !m.v1Only {
		m.issueToken(w, r)
		return
	}
	expires, ok := m.tokens[r.Header.Get("X-Aliyun-Ecs-Metadata-Token")]
	role, found := strings.CutPrefix(r.URL.Path, "/latest/meta-data/ram/security-credentials/")
	switch {
	case !m.v1Only && (!ok || !m.clock.Now().Before(expires)):
		http.Error(w, "403 - Forbidden", http.StatusForbidden)
	case r.Method != http.MethodGet:
		http.Error(w, "405 - Method Not Allowed", http.StatusMethodNotAllowed)
	case found && role == "":
		// The client may have disconnected.
		_, _ = io.WriteString(w, m.role+"\n")
	case found && role == m.role:
		c := m.queue.next()
		writeJSON(w, http.StatusOK, map[string]string{
			"Code":            "Success",
			"LastUpdated":     expirationAfter(m.clock, 0),
			"Expiration":      expirationAfter(m.clock, m.lifetime),
			"AccessKeyId":     c.AccessKeyID,
			"AccessKeySecret": c.AccessKeySecret,
			"SecurityToken":   c.SecurityToken,
		})
	default:
		http.Error(w, "404 - Not Found", http.StatusNotFound)
	}
}

// maxTokenSeconds is the longest lifetime of a token.
const maxTokenSeconds = 21600

func (m *Metadata) issueToken(w http.ResponseWriter, r *http.Request) {
	seconds, err := strconv.Atoi(r.Header.Get("X-Aliyun-Ecs-Metadata-Token-Ttl-Seconds"))
	if err != nil || seconds < 1 || seconds > maxTokenSeconds {
		http.Error(w, "400 - Bad Request", http.StatusBadRequest)
		return
	}
	token := fmt.Sprintf("metadata-token-%d", len(m.tokens))
	m.tokens[token] = m.clock.Now().Add(time.Duration(seconds) * time.Second)
	// The client may have disconnected.
	_, _ = io.WriteString(w, token)
}
