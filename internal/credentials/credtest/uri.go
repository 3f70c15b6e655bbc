// SPDX-License-Identifier: MPL-2.0

package credtest

import (
	"net/http"
	"time"
)

// URI is a fake of a service behind a credentials URI, such as a sidecar. It
// serves every path. Serve it with httptest.NewServer.
type URI struct{ issuer }

// NewURI returns a service that issues credentials in turn, each valid for
// lifetime.
func NewURI(clock Clock, lifetime time.Duration, credentials ...Credentials) *URI {
	return &URI{issuer{clock: clock, lifetime: lifetime, queue: credentialQueue{credentials: credentials}}}
}

// ServeHTTP responds to a request.
func (u *URI) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	u.mutex.Lock()
	defer u.mutex.Unlock()
	if r.Method != http.MethodGet {
		writeJSON(w, http.StatusMethodNotAllowed, map[string]string{"Code": "MethodNotAllowed"})
		return
	}
	c := u.queue.next()
	writeJSON(w, http.StatusOK, map[string]string{
		"Code":            "Success",
		"Expiration":      expirationAfter(u.clock, u.lifetime),
		"AccessKeyId":     c.AccessKeyID,
		"AccessKeySecret": c.AccessKeySecret,
		"SecurityToken":   c.SecurityToken,
	})
}
