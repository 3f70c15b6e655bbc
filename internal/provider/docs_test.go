// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestDocs_Links checks that every link to another page, or to a section of a
// page, has a target.
func TestDocs_Links(t *testing.T) {
	t.Parallel()
	link := regexp.MustCompile(`\]\(([^)#:]*)(?:#([^)]*))?\)`)
	checked := 0
	for _, pattern := range []string{"../../*.md", "../../docs/*.md", "../../docs/*/*.md"} {
		pages, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		for _, page := range pages {
			for _, m := range link.FindAllStringSubmatch(readPage(t, page), -1) {
				checked++
				checkLink(t, page, m[1], m[2])
			}
		}
	}
	if checked == 0 {
		t.Error("no link was found")
	}
}

// checkLink reports an error unless the target of a link on page exists. An
// empty target is the page, an empty section the whole target.
func checkLink(t *testing.T, page, target, section string) {
	t.Helper()
	path := page
	if target != "" {
		path = filepath.Join(filepath.Dir(page), target)
	}
	if _, err := os.Stat(path); err != nil {
		t.Errorf("%s: the target %s does not exist", page, target)
	} else if section != "" && !hasSection(readPage(t, path), section) {
		t.Errorf("%s: the target %s has no section %q", page, target, section)
	}
}

func readPage(t *testing.T, path string) string {
	t.Helper()
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}

// hasSection reports whether a page has a heading or an anchor of this name.
func hasSection(page, name string) bool {
	if strings.Contains(page, `<a id="`+name+`"></a>`) {
		return true
	}
	dropped := regexp.MustCompile(`[^\p{L}\p{N}_ -]`)
	for _, m := range regexp.MustCompile(`(?m)^#+ (.*)$`).FindAllStringSubmatch(page, -1) {
		slug := strings.ReplaceAll(dropped.ReplaceAllString(strings.ToLower(m[1]), ""), " ", "-")
		if slug == name {
			return true
		}
	}
	return false
}
