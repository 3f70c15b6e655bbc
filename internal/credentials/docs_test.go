// SPDX-License-Identifier: MPL-2.0

package credentials

import (
	"os"
	"slices"
	"strings"
	"testing"
)

// readGuide returns the guide on authentication.
func readGuide(t *testing.T) string {
	t.Helper()
	content, err := os.ReadFile("../../docs/guides/authentication.md")
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}

// TestDocs_Variables checks that the guide lists the variables of each setting in
// their order.
func TestDocs_Variables(t *testing.T) {
	t.Parallel()
	guide := readGuide(t)
	cells := func(names []string, separator string) string {
		return "`" + strings.Join(names, "`"+separator+"`") + "`"
	}
	for _, names := range [][]string{
		regionVariables, profileVariables, sharedFileVariables, uriVariables, ecsRoleVariables, assumeRoleVariables,
		sessionNameVariables, sessionExpirationVariables, oidcProviderVariables, oidcTokenVariables,
		oidcTokenFileVariables, oidcRoleVariables, oidcSessionNameVariables,
	} {
		if cell := "| " + cells(names, ", "); !strings.Contains(guide, cell) {
			t.Errorf("the guide has no cell that starts with %q", cell)
		}
	}
	var last int
	for _, n := range envKeyNameSets {
		row := strings.Index(guide, "| "+cells([]string{n.id, n.secret, n.token}, " | ")+" |")
		if row <= last {
			t.Errorf("the guide has no row of %s, or not in this order", n.id)
		}
		last = row
	}
}

// TestDocs_Modes checks that the guide says of each mode of a profile whether it is
// supported.
func TestDocs_Modes(t *testing.T) {
	t.Parallel()
	_, table, _ := strings.Cut(readGuide(t), "\n| Mode |")
	table, _, _ = strings.Cut(table, "\n\n")
	documented := map[string]bool{} // whether each mode is supported
	for _, row := range strings.Split(table, "\n")[2:] {
		cells := strings.Split(row, "|")
		for i, mode := range strings.Split(cells[1], "`") {
			if i%2 == 1 {
				documented[mode] = strings.HasPrefix(cells[2], " yes")
			}
		}
	}
	for mode, isSupported := range documented {
		if _, err := parseMode(mode); (err == nil) != isSupported {
			t.Errorf("the guide says that the mode %s is supported: %t", mode, isSupported)
		}
	}
	for _, mode := range slices.Concat(supportedModes, unsupportedModes) {
		if _, found := documented[mode]; !found {
			t.Errorf("the guide does not have the mode %s", mode)
		}
	}
}
