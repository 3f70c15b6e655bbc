// SPDX-License-Identifier: MPL-2.0

package openapi

import (
	"encoding/json"
	"fmt"
	"html"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

const (
	// maxRedacted is the largest text that is searched for secrets, in bytes.
	maxRedacted = 64 << 10

	// minRun is the number of consecutive bytes of a secret that are hidden,
	// wherever they are in it.
	minRun = 12
)

// Redact returns an external text in a form that can be shown, without the secrets of
// the request. A server, a proxy, or an error of the standard library may quote them,
// in any encoding and in parts.
func (r *Request) Redact(s string) string { return r.redact(s, nil) }

// redact is Redact with more secrets.
func (r *Request) redact(s string, more []string) string {
	if s == "" {
		return ""
	}
	if len(s) > maxRedacted {
		return fmt.Sprintf("(a text of %d bytes)", len(s))
	}
	if whole := r.url.String(); whole != "" {
		s = strings.ReplaceAll(s, whole, hidden)
	}
	if query := r.url.RawQuery; query != "" {
		s = strings.ReplaceAll(s, query, hidden)
	}
	runs := r.runs
	if len(more) > 0 {
		runs = func() secretRuns { return newSecretRuns(slices.Concat(r.secrets, more)) }
	}
	return Printable(runs().hide(s))
}

// encode returns secrets in every encoding in which they may be quoted.
func encode(secrets []string) []string {
	var all []string
	for _, secret := range secrets {
		if secret == "" {
			continue
		}
		once := url.QueryEscape(secret)
		path := url.PathEscape(secret)
		inJSON, quoted := jsonEscape(secret), strconv.Quote(secret)
		all = append(all, secret, html.EscapeString(secret), quoted[1:len(quoted)-1],
			inJSON, strings.ReplaceAll(inJSON, "/", `\/`))
		for _, escaped := range []string{once, path, url.QueryEscape(once), url.QueryEscape(path)} {
			lower := lowerPercentEscapes(escaped)
			all = append(all, escaped, lower, url.QueryEscape(lower), html.EscapeString(escaped))
		}
	}
	return all
}

// jsonEscape returns s as in a JSON string.
func jsonEscape(s string) string {
	b, err := json.Marshal(s)
	if err != nil {
		return s // a string always has an encoding
	}
	return string(b[1 : len(b)-1])
}

// lowerPercentEscapes returns an escaped text with its escapes in lower case, as
// some proxies write them.
func lowerPercentEscapes(escaped string) string {
	parts := strings.Split(escaped, "%")
	for i, p := range parts[1:] {
		parts[i+1] = strings.ToLower(p[:2]) + p[2:]
	}
	return strings.Join(parts, "%")
}

// secretRuns are the runs of minRun bytes of secrets, in every encoding in which
// they may be quoted. A shorter secret is a run as a whole.
type secretRuns struct {
	runs     map[string]bool
	shortest int // length of the shortest run
}

func newSecretRuns(secrets []string) secretRuns {
	r := secretRuns{runs: make(map[string]bool), shortest: minRun}
	for _, secret := range encode(secrets) {
		n := min(len(secret), minRun)
		r.shortest = min(r.shortest, n)
		for i := n; i <= len(secret); i++ {
			r.runs[secret[i-n:i]] = true
		}
	}
	return r
}

// hide replaces everything in s that consists of runs, in one pass: what replaces a
// secret is not searched again.
func (r secretRuns) hide(s string) string {
	var b strings.Builder
	end := 0 // of what is written or hidden
	for i := range len(s) {
		n := min(minRun, len(s)-i)
		for n >= r.shortest && !r.runs[s[i:i+n]] {
			n--
		}
		if n < r.shortest {
			continue
		}
		if i > end || i == 0 {
			b.WriteString(s[end:i])
			b.WriteString(hidden)
		}
		end = max(end, i+n)
	}
	b.WriteString(s[end:])
	return b.String()
}
