// SPDX-License-Identifier: MPL-2.0

package openapi

import (
	"encoding/json"
	"fmt"
	"html"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

const (
	testSecret = "a-secret-that-must-not-be-shown"
	testToken  = `CAIS/token+with=signs&<quotes>"and more`
)

// requestWith returns a request that holds secrets.
func requestWith(t *testing.T, secrets ...string) *Request {
	t.Helper()
	r, err := NewRequest(
		http.MethodPost,
		"https://sts.example.com/?Action=AssumeRole&Signature=s1gn4tur3",
		nil,
		nil,
		secrets...)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestRequest_RedactEncodings(t *testing.T) {
	t.Parallel()
	lower := func(s string) string { return lowerPercentEscapes(url.QueryEscape(s)) }
	inJSON := func(s string) string {
		b, err := json.Marshal(s)
		if err != nil {
			t.Fatal(err)
		}
		return string(b[1 : len(b)-1])
	}
	for name, encode := range map[string]func(string) string{
		"as it is":                     func(s string) string { return s },
		"query escaped":                url.QueryEscape,
		"path escaped":                 url.PathEscape,
		"escaped in lower case":        lower,
		"query escaped twice":          func(s string) string { return url.QueryEscape(url.QueryEscape(s)) },
		"path escaped twice":           func(s string) string { return url.QueryEscape(url.PathEscape(s)) },
		"lower case and again":         func(s string) string { return url.QueryEscape(lower(s)) },
		"HTML escaped":                 html.EscapeString,
		"a parameter in HTML":          func(s string) string { return html.EscapeString(url.QueryEscape(s)) },
		"in JSON":                      inJSON,
		"in JSON with escaped slashes": func(s string) string { return strings.ReplaceAll(inJSON(s), "/", `\/`) },
		"quoted by an error of Go":     func(s string) string { return strings.Trim(strconv.Quote(s), `"`) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, secret := range []string{testSecret, testToken, "short", `</"\n`} {
				r := requestWith(t, testSecret, testToken, "short", `</"\n`)
				got := r.Redact("before " + encode(secret) + " after")
				if want := "before (hidden) after"; got != want {
					t.Errorf("of %q it leaves %q, want %q", secret, got, want)
				}
			}
		})
	}
}

func TestRequest_RedactParts(t *testing.T) {
	t.Parallel()
	r := requestWith(t, testSecret)
	for name, test := range map[string]struct{ text, want string }{
		"the beginning": {testSecret[:12], "(hidden)"},
		"the end":       {"…" + testSecret[len(testSecret)-12:], "…(hidden)"},
		"the middle":    {"x" + testSecret[5:20] + "y", "x(hidden)y"},
		"11 characters": {testSecret[:11], testSecret[:11]},
		"two parts":     {testSecret[:14] + " and " + testSecret[10:], "(hidden) and (hidden)"},
		"the URL of the request": {
			`Post "https://sts.example.com/?Action=AssumeRole&Signature=s1gn4tur3": EOF`, `Post "(hidden)": EOF`,
		},
		"the query alone": {"GET /?Action=AssumeRole&Signature=s1gn4tur3", "GET /?(hidden)"},
		"no text":         {"", ""},
		"the longest text": {
			strings.Repeat("x", maxRedacted), strings.Repeat("x", maxPrintable) + "…",
		},
		"a longer text": {strings.Repeat("x", maxRedacted+1), "(a text of 65537 bytes)"},
		"a secret where the text is truncated": {
			strings.Repeat("x", maxPrintable-3) + testSecret, strings.Repeat("x", maxPrintable-3) + "(hi…",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := r.Redact(test.text); got != test.want {
				t.Errorf("it is %q, want %q", got, test.want)
			}
		})
	}
}

// TestRequest_RedactShortSecrets has secrets that are a part of what replaces
// them.
func TestRequest_RedactShortSecrets(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		secrets    []string
		text, want string
	}{
		"of one character":          {[]string{"d"}, "a b c d e", "a b c (hidden) e"},
		"of several secrets":        {[]string{"d", "i", "e"}, "d-i-x", "(hidden)-(hidden)-x"},
		"one in another":            {[]string{"pass", "password"}, "my password", "my (hidden)"},
		"next to each other":        {[]string{"ab", "cd"}, "xabcdx", "x(hidden)x"},
		"at the end":                {[]string{"abc"}, "x abc", "x (hidden)"},
		"a short and a long one":    {[]string{"d", testSecret}, testSecret + " d", "(hidden) (hidden)"},
		"an empty one":              {[]string{""}, "a b", "a b"},
		"after an empty one":        {[]string{"", testSecret}, testSecret, "(hidden)"},
		"longer than the text":      {[]string{testSecret}, "a", "a"},
		"of 11 characters":          {[]string{testSecret[:11]}, "x" + testSecret, "x(hidden)" + testSecret[11:]},
		"that looks like an escape": {[]string{"%2"}, "100%25", "100(hidden)5"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := requestWith(t, test.secrets...).Redact(test.text); got != test.want {
				t.Errorf("it is %.200q, want %q", got, test.want)
			}
		})
	}
}

// TestRequest_RedactProperty draws a secret and a text around a part of it: no
// run of minRun characters remains, and nothing else is lost.
func TestRequest_RedactProperty(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		secret := rapid.StringMatching(`[A-Za-z0-9+/=&%]{12,60}`).Draw(rt, "secret")
		from := rapid.IntRange(0, len(secret)-minRun).Draw(rt, "from")
		to := rapid.IntRange(from+minRun, len(secret)).Draw(rt, "to")
		before := rapid.StringMatching(`[ .,!]{0,20}`).Draw(rt, "before")
		after := rapid.StringMatching(`[ .,!]{0,20}`).Draw(rt, "after")
		got := requestWith(t, secret).Redact(before + secret[from:to] + after)
		if want := before + hidden + after; got != want {
			rt.Fatalf("it is %q, want %q", got, want)
		}
	})
}

func TestCredentials_NeverPrinted(t *testing.T) {
	t.Parallel()
	c := Credentials{AccessKeyID: "LTAI", AccessKeySecret: testSecret, SecurityToken: testToken}
	encoded, err := json.Marshal(c)
	if err != nil {
		t.Fatal(err)
	}
	printed := []string{fmt.Sprint(c), fmt.Sprintf("%+v %#v %s %q", c, c, c, c), fmt.Sprint(&c), string(encoded)}
	for _, text := range printed {
		if strings.Contains(text, "secret") || strings.Contains(text, "CAIS") || strings.Contains(text, "LTAI") {
			t.Errorf("%q holds a secret", text)
		}
	}
}

// TestRequest_NeverPrinted prints values that hold secrets, also as unexported
// fields, whose methods package fmt does not call.
func TestRequest_NeverPrinted(t *testing.T) {
	t.Parallel()
	r := requestWith(t, testSecret)
	signer := sdkProvider{AccessKeySecret: testSecret}
	for name, v := range map[string]any{
		"a request":            r,
		"a request in a field": struct{ r *Request }{r},
		"a request in a value": *r,
		"a signer":             signer,
	} {
		if text := fmt.Sprintf("%v %+v %#v", v, v, v); strings.Contains(text, "secret") ||
			strings.Contains(text, "s1gn4tur3") {
			t.Errorf("%s is printed as %q", name, text)
		}
	}
}
