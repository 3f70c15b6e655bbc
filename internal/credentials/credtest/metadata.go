package credtest

import (
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"
)

// Metadata stands in for the metadata service of an ECS instance with one RAM
// role, in its hardened mode: each request needs a token that was asked for
// before. Serve it with httptest.NewServer.
type Metadata struct {
	clock    Clock
	role     string
	lifetime time.Duration

	mutex  sync.Mutex
	keys   credentialQueue
	tokens map[string]time.Time // end of each
}

// NewMetadata returns a service that hands out the keys of a role in turn, each
// valid for lifetime from then on.
func NewMetadata(clock Clock, role string, lifetime time.Duration, keys ...Credentials) *Metadata {
	return &Metadata{clock: clock, role: role, lifetime: lifetime, keys: credentialQueue{keys: keys}, tokens: map[string]time.Time{}}
}

// Logins returns how often keys were handed out.
func (m *Metadata) IssuedCount() int {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	return m.keys.count
}

// maxMetadataToken is the longest time, in seconds, that a token is valid.
const maxMetadataToken = 21600

// ServeHTTP answers a request.
func (m *Metadata) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	if r.Method == http.MethodPut && r.URL.Path == "/latest/api/token" {
		m.token(w, r)
		return
	}
	end, ok := m.tokens[r.Header.Get("X-Aliyun-Ecs-Metadata-Token")]
	role, found := strings.CutPrefix(r.URL.Path, "/latest/meta-data/ram/security-credentials/")
	switch {
	case !ok || !m.clock.Now().Before(end):
		http.Error(w, "403 - Forbidden", http.StatusForbidden)
	case r.Method != http.MethodGet:
		http.Error(w, "405 - Method Not Allowed", http.StatusMethodNotAllowed)
	case found && role == "":
		// A client that has gone away does not want the answer.
		_, _ = io.WriteString(w, m.role+"\n")
	case found && role == m.role:
		k := m.keys.next()
		writeJSON(w, http.StatusOK, map[string]string{
			"Code": "Success", "LastUpdated": formatExpiration(m.clock, 0), "Expiration": formatExpiration(m.clock, m.lifetime),
			"AccessKeyId": k.AccessKeyID, "AccessKeySecret": k.AccessKeySecret, "SecurityToken": k.SecurityToken,
		})
	default:
		http.Error(w, "404 - Not Found", http.StatusNotFound)
	}
}

func (m *Metadata) token(w http.ResponseWriter, r *http.Request) {
	seconds, err := strconv.Atoi(r.Header.Get("X-Aliyun-Ecs-Metadata-Token-Ttl-Seconds"))
	if err != nil || seconds < 1 || seconds > maxMetadataToken {
		http.Error(w, "400 - Bad Request", http.StatusBadRequest)
		return
	}
	token := fmt.Sprintf("metadata-token-%d", len(m.tokens))
	m.tokens[token] = m.clock.Now().Add(time.Duration(seconds) * time.Second)
	// A client that has gone away does not want the answer.
	_, _ = io.WriteString(w, token)
}
