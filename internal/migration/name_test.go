// SPDX-License-Identifier: MPL-2.0

package migration

import (
	"slices"
	"strings"
	"testing"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"
	"pgregory.net/rapid"
)

func TestOtherSpellings_Groups(t *testing.T) {
	t.Parallel()
	var tasks []Task
	for _, name := range []string{
		"ORDERS", "orders", "Orders", "Orders", " orders", "ｏｒｄｅｒｓ", "ORDERS\t", "order", "", " ",
		"straße", "STRASSE", "Straße", "Ångström", "A\u030angström",
	} {
		tasks = append(tasks, inDatabase(name, task("1", 0, Success)))
	}
	for name, test := range map[string]struct {
		differentCase, different []string
	}{
		"orders":    {[]string{"ORDERS", "Orders"}, []string{" orders", "ORDERS\t", "ｏｒｄｅｒｓ"}},
		"Straße":    {[]string{"straße"}, []string{"STRASSE"}},
		"ångström":  {[]string{"Ångström"}, []string{"A\u030angström"}},
		"order":     {nil, nil},
		"billing":   {nil, nil},
		"customers": {nil, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			differentCase, different := OtherSpellings(tasks, name)
			if !slices.Equal(differentCase, test.differentCase) || !slices.Equal(different, test.different) {
				t.Errorf("OtherSpellings = %q, %q; want %q, %q",
					differentCase, different, test.differentCase, test.different)
			}
		})
	}
}

// TestFoldName_ASCII compares the short way for ASCII with the long one.
func TestFoldName_ASCII(t *testing.T) {
	t.Parallel()
	characters := []rune{'\t', '\n', ' ', '!', '0', '@', 'A', 'I', 'S', 'Z', '[', '_', '`', 'a', 'k', 'z', '{', '\x7f'}
	rapid.Check(t, func(t *rapid.T) {
		name := rapid.StringOf(rapid.RuneFrom(characters)).Draw(t, "name")
		want := strings.TrimSpace(norm.NFKC.String(cases.Fold().String(norm.NFKC.String(name))))
		if got := foldName(name); got != want {
			t.Fatalf("foldName(%q) = %q, want %q", name, got, want)
		}
	})
}

func TestIsASCII_Bytes(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		s    string
		want bool
	}{
		"an empty text is ASCII":               {"", true},
		"the last ASCII character is ASCII":    {"orders\x7f", true},
		"the first byte after it is not ASCII": {"orders\x80", false},
		"a character of two bytes is not":      {"ångström", false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := isASCII(test.s); got != test.want {
				t.Errorf("isASCII(%q) = %t, want %t", test.s, got, test.want)
			}
		})
	}
}
