// SPDX-License-Identifier: MPL-2.0

package migration

import (
	"slices"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"
)

// foldName returns the form that all spellings of a database name share: NFKC,
// folded case, no surrounding space. It is empty for a name of spaces.
func foldName(name string) string {
	if isASCII(name) {
		return strings.ToLower(strings.TrimSpace(name))
	}
	return strings.TrimSpace(norm.NFKC.String(cases.Fold().String(norm.NFKC.String(name))))
}

func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// OtherSpellings returns the names in tasks that are other spellings of name: those
// that differ from it only in case, and those that differ in other characters that
// SQL Server or a user may treat as equal. Both are sorted.
func OtherSpellings(tasks []Task, name string) (differentCase, different []string) {
	key := foldName(name)
	seen := map[string]bool{name: true}
	for _, t := range tasks {
		if seen[t.Database] || foldName(t.Database) != key {
			continue
		}
		seen[t.Database] = true
		if strings.EqualFold(t.Database, name) {
			differentCase = append(differentCase, t.Database)
		} else {
			different = append(different, t.Database)
		}
	}
	slices.Sort(differentCase)
	slices.Sort(different)
	return differentCase, different
}
