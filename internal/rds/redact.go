package rds

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"unicode"

	"github.com/rds-migrate/terraform-provider-alicloud/internal/credentials"
)

const (
	// maxText is how many bytes of a text are shown that comes from outside.
	maxText = 1000

	// maxSearched is how long a text may be, in bytes, that is searched for
	// secrets. Of a longer one nothing is shown.
	maxSearched = 64 << 10
)

// Printable returns a text that comes from outside as it may be shown: on one
// line, without what a terminal would take for a command, and not too long.
func Printable(s string) string { return cut(oneLine(s)) }

// oneLine returns a text on one line, without what a terminal would take for a
// command. It is as long as it came: what is cut before redact has seen it
// may end in the middle of a secret.
func oneLine(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) {
			return ' '
		}
		return r
	}, s)
}

// cut returns the beginning of a text, no longer than may be shown.
func cut(s string) string {
	if len(s) <= maxText {
		return s
	}
	return strings.ToValidUTF8(s[:maxText], "") + "…"
}

// lower returns an escaped text with its escapes in lower case, as some proxies
// write them.
func lower(escaped string) string {
	parts := strings.Split(escaped, "%")
	for i, p := range parts[1:] {
		parts[i+1] = strings.ToLower(p[:2]) + p[2:]
	}
	return strings.Join(parts, "%")
}

// redact takes out of an error's texts what the request was signed with: a
// service, a proxy or an error of Go may quote it, in any encoding.
func redact(err error, keys credentials.Keys, req *http.Request) error {
	var e *Error
	if !errors.As(err, &e) {
		return err
	}
	const hidden = "(hidden)"
	pairs := []string{req.URL.String(), hidden, req.URL.RawQuery, hidden}
	for _, secret := range []string{keys.AccessKeySecret, keys.SecurityToken, req.URL.Query().Get("Signature")} {
		once := url.QueryEscape(secret)
		twice := url.QueryEscape(once)
		for _, form := range []string{secret, once, lower(once), twice, lower(twice), url.QueryEscape(lower(once))} {
			if form != "" {
				pairs = append(pairs, form, hidden)
			}
		}
	}
	r := strings.NewReplacer(pairs...)
	clean := func(s string) string {
		if len(s) > maxSearched {
			return fmt.Sprintf("(a text of %d bytes)", len(s))
		}
		return cut(r.Replace(s))
	}
	e.Message, e.Code, e.RequestID = clean(e.Message), clean(e.Code), clean(e.RequestID)
	if e.Err != nil {
		was := e.Err.Error()
		if is := oneLine(clean(was)); is != was {
			e.Err = errors.New(is)
		}
	}
	return e
}
