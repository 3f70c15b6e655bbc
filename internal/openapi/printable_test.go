// SPDX-License-Identifier: MPL-2.0

package openapi

import (
	"strings"
	"testing"
	"unicode"
)

func TestPrintable_Text(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ text, want string }{
		"a plain text is unchanged":             {"Größe 訂單, 5 %", "Größe 訂單, 5 %"},
		"a control character becomes a space":   {"\x1b[2Jdone\x07\u009b\x7f", " [2Jdone   "},
		"a text direction mark becomes a space": {"\u202edeliaf\u202c", " deliaf "},
		"lines are joined":                      {"one\ntwo\r\n", "one two  "},
		"so are Unicode's lines and paragraphs": {"one\u2028two\u2029", "one two "},
		"a long text is truncated":              {strings.Repeat("x", 1001), strings.Repeat("x", 1000) + "…"},
		"a rune is not split":                   {strings.Repeat("x", 999) + "é", strings.Repeat("x", 999) + "…"},
		"the longest text is not truncated":     {strings.Repeat("x", 1000), strings.Repeat("x", 1000)},
		"of the longest text, lines are joined": {strings.Repeat("x", 999) + "\n", strings.Repeat("x", 999) + " "},
		"control characters alone are replaced": {"\n\t", "  "},
		"so is a delete character":              {"a\x7fb", "a b"},
		"so is a text direction mark alone":     {"\u202e", " "},
		"an equal sign alone is unchanged":      {"a = b", "a = b"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := Printable(test.text); got != test.want {
				t.Errorf("Printable(%q) = %q, want %q", test.text, got, test.want)
			}
		})
	}
}

func TestPrintable_SignedURLs(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ text, want string }{
		"version 1": {
			"failed: http://b.oss/a.bak?Expires=1&OSSAccessKeyId=LTAIx&Signature=vjby%2BPxydV%3D&security-token=CAIS.",
			"failed: http://b.oss/a.bak?Expires=1&OSSAccessKeyId=(hidden)&Signature=(hidden)&security-token=(hidden)",
		},
		"version 4": {
			"https://b?x-oss-credential=LTAI%2F2026%2Fcn&x-oss-date=1&x-oss-signature=77aa (403)",
			"https://b?x-oss-credential=(hidden)&x-oss-date=1&x-oss-signature=(hidden) (403)",
		},
		"a token of version 4": {"x-oss-security-token=CAIS%2B/x", "x-oss-security-token=(hidden)"},
		"any case": {
			"SIGNATURE=abc&ossaccesskeyid=def&X-Oss-Signature=ghi",
			"SIGNATURE=(hidden)&ossaccesskeyid=(hidden)&X-Oss-Signature=(hidden)",
		},
		"a URL that is a parameter": {
			"url=http%3A%2F%2Fb%3FSignature%3Dab%252Bc%3D%26Expires%3D1",
			"url=http%3A%2F%2Fb%3FSignature%3D(hidden)%26Expires%3D1",
		},
		"in lower case":               {"b%3fsignature%3dabc%26expires%3d1", "b%3fsignature%3d(hidden)%26expires%3d1"},
		"a URL that is encoded twice": {"Signature%253Dabc&x=1", "Signature%253D(hidden)&x=1"},
		"escaped in JSON": {
			`{"url":"http:\/\/b?Signature\u003dabc\u0026Expires\u003d1"}`,
			`{"url":"http:\/\/b?Signature\u003d(hidden)"}`,
		},
		"at the end of what is shown": {
			strings.Repeat("x", 982) + "Signature=abc&Expires=1", strings.Repeat("x", 982) + "Signature=(hidden)…",
		},
		"encoded, at the end of what is shown": {
			strings.Repeat("x", 980) + "Signature%3Dabc%26Expires", strings.Repeat("x", 980) + "Signature%3D(hidden)…",
		},
		"quoted in HTML": {
			`<a href="http://b?Signature=abc">x</a>`, `<a href="http://b?Signature=(hidden)">x</a>`,
		},
		"a name that only ends alike": {"x-oss-signature-version=OSS4", "x-oss-signature-version=OSS4"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := Printable(test.text)
			if got != test.want {
				t.Errorf("Printable(%q) =\n%q, want\n%q", test.text, got, test.want)
			}
			if again := Printable(got); again != got {
				t.Errorf("applied twice, it is %q", again)
			}
		})
	}
}

func FuzzPrintable(f *testing.F) {
	for _, seed := range []string{
		"", "a\nb", "Signature=abc", "Signature%3Dabc%26x", "\xff\xfe", strings.Repeat("é", 600), "\u202e=", "%3D%",
		strings.Repeat("x", 982) + "Signature=abc&x", `Signature\u003dabc`,
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got := Printable(s)
		if len(got) > maxPrintable+len("…") {
			t.Fatalf("%q has %d bytes", got, len(got))
		}
		for _, r := range got {
			if unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) {
				t.Fatalf("%q has the character %U", got, r)
			}
		}
		if again := Printable(got); again != got {
			t.Fatalf("%q becomes %q, and that %q", s, got, again)
		}
	})
}

func BenchmarkPrintable(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		if Printable("Success to DBCC checkdb asynchronously") == "" {
			b.Fatal("the text is empty")
		}
	}
}
