package rds

import (
	"errors"
	"net/http"
	"net/url"
	"strings"
	"unicode"

	"github.com/rds-migrate/terraform-provider-alicloud/internal/credentials"
)

// maxText is how many bytes of a text are shown that comes from outside.
const maxText = 1000

// plain returns the text as it may be shown: on one line, without what a
// terminal would take for a command, and not too long.
func (t text) plain() string {
	s := string(t)
	if len(s) > maxText {
		s = strings.ToValidUTF8(s[:maxText], "") + "…"
	}
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return ' '
		}
		return r
	}, s)
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
		for _, form := range []string{secret, once, url.QueryEscape(once)} {
			if form != "" {
				pairs = append(pairs, form, hidden)
			}
		}
	}
	r := strings.NewReplacer(pairs...)
	e.Message, e.Code, e.RequestID = r.Replace(e.Message), r.Replace(e.Code), r.Replace(e.RequestID)
	if e.Err != nil {
		was := e.Err.Error()
		if is := text(r.Replace(was)).plain(); is != was {
			e.Err = errors.New(is)
		}
	}
	return e
}
