// SPDX-License-Identifier: MPL-2.0

package openapi

import (
	"regexp"
	"strings"
	"sync"
	"unicode"
)

// maxPrintable is the largest external text that is shown, in bytes.
const maxPrintable = 1000

const (
	hidden   = "(hidden)" // replaces a secret
	ellipsis = "…"        // replaces what is truncated
)

// Printable returns an external text in a form that can be shown, logged, or stored:
// on one line, without control characters and text direction marks, without the
// signatures and tokens of signed URLs, and at most 1000 bytes and an ellipsis.
func Printable(s string) string {
	s = singleLine(s)
	if strings.ContainsAny(s, `=%\`) {
		s = maskSignedURLs(s)
	}
	return truncate(s)
}

// singleLine replaces control characters, Unicode's line and paragraph separators
// and text direction marks by spaces.
func singleLine(s string) string {
	return strings.Map(func(r rune) rune {
		// A list has thousands of texts, and most have no character above Latin-1.
		isOther := r > unicode.MaxLatin1 && unicode.In(r, unicode.Zl, unicode.Zp, unicode.Bidi_Control)
		if isOther || unicode.IsControl(r) {
			return ' '
		}
		return r
	}, s)
}

func truncate(s string) string {
	if len(s) <= maxPrintable {
		return s
	}
	return strings.ToValidUTF8(s[:maxPrintable], "") + ellipsis
}

// signedParameter matches a query parameter of a signed URL that is secret, with
// =, with \u003d in JSON or, in a URL that is a parameter itself, with %3D or
// %253D.
var signedParameter = sync.OnceValue(func() *regexp.Regexp {
	const names = `(?:Signature|OSSAccessKeyId|security-token|x-oss-signature|x-oss-credential|x-oss-security-token)`
	return regexp.MustCompile(`(?i)(` + names + `(?:=|\\u003d))[^&\s"'<>]*` +
		`|(` + names + `%(?:25)*3D)(?:[^%&\s"'<>]|%2[0-57-9A-F]|%[013-9A-F])*`)
})

// maskSignedURLs hides the signatures, access keys and tokens of signed URLs. The
// description of a migration task quotes the URL of a backup file.
func maskSignedURLs(s string) string {
	masked := signedParameter().ReplaceAllString(s, "${1}${2}"+hidden)
	if strings.HasSuffix(s, ellipsis) && strings.HasSuffix(masked, hidden) {
		masked += ellipsis // of a text that was truncated before
	}
	return masked
}
