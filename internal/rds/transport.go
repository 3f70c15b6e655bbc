package rds

import (
	"crypto/tls"
	"net"
	"net/http"
	"time"
)

const (
	maxConnections = 12 // Terraform reads ten things at a time
	maxHeader      = 256 << 10
)

// newTransport returns the transport that all calls of a client share. It
// keeps connections alive, verifies TLS 1.2 or later, and takes proxies from
// HTTPS_PROXY, HTTP_PROXY and NO_PROXY.
func newTransport(connect time.Duration) *http.Transport {
	return &http.Transport{
		Proxy:               http.ProxyFromEnvironment,
		DialContext:         (&net.Dialer{Timeout: connect, KeepAlive: 30 * time.Second}).DialContext,
		TLSClientConfig:     &tls.Config{MinVersion: tls.VersionTLS12},
		TLSHandshakeTimeout: connect,
		ForceAttemptHTTP2:   true,
		MaxConnsPerHost:     maxConnections,
		MaxIdleConnsPerHost: maxConnections,
		IdleConnTimeout:     90 * time.Second,

		MaxResponseHeaderBytes: maxHeader,
	}
}
