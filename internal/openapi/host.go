// SPDX-License-Identifier: MPL-2.0

package openapi

import "net/url"

// IsHost reports whether s is a host or host:port without a scheme and a path.
func IsHost(s string) bool {
	u, err := url.Parse("https://" + s)
	return err == nil && u.Host == s && u.Hostname() != "" && singleLine(s) == s
}
