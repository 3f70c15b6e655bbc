package credtest

import (
	"net/http"
	"sync"
	"time"
)

// URI stands in for a service behind a credentials URI, such as a sidecar. It
// answers every path. Serve it with httptest.NewServer.
type URI struct {
	clock    Clock
	lifetime time.Duration

	mutex sync.Mutex
	keys  credentialQueue
}

// NewURI returns a service that hands out keys in turn, each valid for lifetime
// from then on.
func NewURI(clock Clock, lifetime time.Duration, keys ...Credentials) *URI {
	return &URI{clock: clock, lifetime: lifetime, keys: credentialQueue{keys: keys}}
}

// Logins returns how often keys were handed out.
func (u *URI) IssuedCount() int {
	u.mutex.Lock()
	defer u.mutex.Unlock()
	return u.keys.count
}

// ServeHTTP answers a request.
func (u *URI) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	u.mutex.Lock()
	defer u.mutex.Unlock()
	if r.Method != http.MethodGet {
		writeJSON(w, http.StatusMethodNotAllowed, map[string]string{"Code": "MethodNotAllowed"})
		return
	}
	k := u.keys.next()
	writeJSON(w, http.StatusOK, map[string]string{
		"Code": "Success", "Expiration": formatExpiration(u.clock, u.lifetime),
		"AccessKeyId": k.AccessKeyID, "AccessKeySecret": k.AccessKeySecret, "SecurityToken": k.SecurityToken,
	})
}
