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
	// maxTextLength is how many bytes of a text are shown that comes from outside.
	maxTextLength = 1000

	// maxRedactedLength is how long a text may be, in bytes, that is searched for
	// secrets. Of a longer one nothing is shown.
	maxRedactedLength = 64 << 10
)

// Printable returns a text that comes from outside as it may be shown: on one
// line, without what a terminal would take for a command, and not too long.
func Printable(s string) string { return truncate(singleLine(s)) }

// singleLine returns a text on one line, without what a terminal would take for a
// command. It is as long as it came: what is cut before redact has seen it
// may end in the middle of a secret.
func singleLine(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) {
			return ' '
		}
		return r
	}, s)
}

// truncate returns the beginning of a text, no longer than may be shown.
func truncate(s string) string {
	if len(s) <= maxTextLength {
		return s
	}
	return strings.ToValidUTF8(s[:maxTextLength], "") + "…"
}

// lowerPercentEscapes returns an escaped text with its escapes in lower case, as some proxies
// write them.
func lowerPercentEscapes(escaped string) string {
	parts := strings.Split(escaped, "%")
	for i, p := range parts[1:] {
		parts[i+1] = strings.ToLower(p[:2]) + p[2:]
	}
	return strings.Join(parts, "%")
}

// redact takes out of an error's texts what the request was signed with: a
// service, a proxy or an error of Go may quote it, in any encoding.
func redact(err error, keys credentials.Credentials, req *http.Request) error {
	var e *Error
	if !errors.As(err, &e) {
		return err
	}
	const hidden = "(hidden)"
	pairs := []string{req.URL.String(), hidden, req.URL.RawQuery, hidden}
	for _, secret := range []string{keys.AccessKeySecret, keys.SecurityToken, req.URL.Query().Get("Signature")} {
		once := url.QueryEscape(secret)
		twice := url.QueryEscape(once)
		for _, form := range []string{secret, once, lowerPercentEscapes(once), twice, lowerPercentEscapes(twice), url.QueryEscape(lowerPercentEscapes(once))} {
			if form != "" {
				pairs = append(pairs, form, hidden)
			}
		}
	}
	r := strings.NewReplacer(pairs...)
	clean := func(s string) string {
		if len(s) > maxRedactedLength {
			return fmt.Sprintf("(a text of %d bytes)", len(s))
		}
		return truncate(r.Replace(s))
	}
	e.Message, e.Code, e.RequestID = clean(e.Message), clean(e.Code), clean(e.RequestID)
	if e.Err != nil {
		was := e.Err.Error()
		if is := singleLine(clean(was)); is != was {
			e.Err = errors.New(is)
		}
	}
	return e
}
