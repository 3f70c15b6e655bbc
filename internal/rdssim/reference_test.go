// SPDX-License-Identifier: MPL-2.0

package rdssim_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/jonboulle/clockwork"

	"github.com/rds-migrate/terraform-provider-alicloud/internal/rdssim"
)

// referencePage is the page that describes scenario files, as it is published.
const referencePage = "../../docs/guides/rdssim-scenarios.md"

// referenceSections are the types of a scenario file by the heading of the section that describes them.
var referenceSections = map[string]reflect.Type{
	"The file":    reflect.TypeFor[rdssim.Scenario](),
	"Access keys": reflect.TypeFor[rdssim.AccessKey](),
	"Instances":   reflect.TypeFor[rdssim.Instance](),
	"Tasks":       reflect.TypeFor[rdssim.Task](),
	"Steps":       reflect.TypeFor[rdssim.Step](),
	"Migrations":  reflect.TypeFor[rdssim.Migration](),
	"Increments":  reflect.TypeFor[rdssim.Increment](),
	"Faults":      reflect.TypeFor[rdssim.Fault](),
	"Model":       reflect.TypeFor[rdssim.Model](),
}

func readReference(t *testing.T) string {
	t.Helper()
	page, err := os.ReadFile(referencePage)
	if err != nil {
		t.Fatal(err)
	}
	return string(page)
}

// tableRows returns the cells of the table rows of each section that start with a code span, by heading.
func tableRows(page string) map[string][][]string {
	rows := make(map[string][][]string)
	heading := ""
	for line := range strings.Lines(page) {
		if name, ok := strings.CutPrefix(strings.TrimLeft(line, "#"), " "); ok && strings.HasPrefix(line, "#") {
			heading = strings.TrimSpace(name)
		}
		if strings.HasPrefix(line, "| `") {
			cells := strings.Split(strings.Trim(strings.TrimSpace(line), "|"), "|")
			for i := range cells {
				cells[i] = strings.TrimSpace(cells[i])
			}
			rows[heading] = append(rows[heading], cells)
		}
	}
	return rows
}

// jsonFields returns the fields of a type by their name in a file, those of embedded types included.
func jsonFields(of reflect.Type) map[string]reflect.Type {
	fields := make(map[string]reflect.Type)
	for _, f := range reflect.VisibleFields(of) {
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		if !f.Anonymous && name != "-" {
			fields[name] = f.Type
		}
	}
	return fields
}

// documentedType returns the name of a type on the page, without links.
func documentedType(of reflect.Type) string {
	switch {
	case of == reflect.TypeFor[rdssim.Duration]():
		return "duration"
	case of.Kind() == reflect.Pointer:
		return documentedType(of.Elem())
	case of.Kind() == reflect.Slice:
		return "list of " + documentedType(of.Elem()) + "s"
	case of.Kind() == reflect.Struct:
		// AccessKey becomes access key.
		return strings.ToLower(regexp.MustCompile(`(\w)([A-Z])`).ReplaceAllString(of.Name(), "$1 $2"))
	}
	names := map[reflect.Kind]string{
		reflect.String: "string", reflect.Bool: "boolean", reflect.Int: "integer", reflect.Int64: "integer",
		reflect.Float64: "number", reflect.Map: "map of strings", reflect.Interface: "any",
	}
	return names[of.Kind()]
}

// TestReference_Fields compares the tables of the page with the Go types.
func TestReference_Fields(t *testing.T) {
	t.Parallel()
	rows := tableRows(readReference(t))
	link := regexp.MustCompile(`\[(.+)\]\(#.+\)`)
	for heading, section := range referenceSections {
		want := make(map[string]string)
		for name, field := range jsonFields(section) {
			want[name] = documentedType(field)
		}
		got := make(map[string]string)
		for _, cells := range rows[heading] {
			const columns = 4
			if len(cells) != columns {
				continue // a kind of a fault
			}
			got[strings.Trim(cells[0], "`")] = link.ReplaceAllString(cells[1], "$1")
			if cells[2] == "" || cells[3] == "" {
				t.Errorf("%s: %s has no default or no description", heading, cells[0])
			}
		}
		if !maps.Equal(got, want) {
			t.Errorf("%s:\n got %v\nwant %v", heading, got, want)
		}
	}
}

// stringConstants returns the values of the constants of the package by the name of their type.
func stringConstants(t *testing.T) map[string][]string {
	t.Helper()
	names, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	constants := make(map[string][]string)
	for _, name := range names {
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(file, func(n ast.Node) bool {
			spec, ok := n.(*ast.ValueSpec)
			if !ok || len(spec.Values) != 1 {
				return true
			}
			typeName, hasType := spec.Type.(*ast.Ident)
			literal, isLiteral := spec.Values[0].(*ast.BasicLit)
			if hasType && isLiteral && literal.Kind == token.STRING {
				value, err := strconv.Unquote(literal.Value)
				if err != nil {
					t.Error(err)
				}
				constants[typeName.Name] = append(constants[typeName.Name], value)
			}
			return true
		})
	}
	return constants
}

// TestReference_Values checks that the page has every value of the fields with a fixed set of values: in the
// description of such a field, or in the table of the kinds of faults.
func TestReference_Values(t *testing.T) {
	t.Parallel()
	rows := tableRows(readReference(t))
	descriptions := make(map[string]string) // by the name of the type
	for heading, section := range referenceSections {
		fields := jsonFields(section)
		for _, cells := range rows[heading] {
			field, ok := fields[strings.Trim(cells[0], "`")]
			if ok && field.Kind() == reflect.String && field.PkgPath() != "" {
				descriptions[field.Name()] += cells[len(cells)-1]
			}
		}
	}
	for _, cells := range rows["Faults"] {
		if len(cells) == 2 {
			descriptions["Kind"] += cells[0]
		}
	}
	constants := stringConstants(t)
	for name, description := range descriptions {
		if len(constants[name]) == 0 {
			t.Errorf("%s has no values", name)
		}
		for _, value := range constants[name] {
			isForGoOnly := value == string(rdssim.KindEdit)
			if strings.Contains(description, "`"+value+"`") == isForGoOnly {
				t.Errorf("%s: `%s` is on the page: %t", name, value, isForGoOnly)
			}
		}
	}
}

// TestReference_Examples loads every scenario on the page.
func TestReference_Examples(t *testing.T) {
	t.Parallel()
	blocks := regexp.MustCompile("(?s)```json\n(.*?)```").FindAllStringSubmatch(readReference(t), -1)
	if want := 3; len(blocks) != want {
		t.Errorf("%d scenarios, want %d", len(blocks), want)
	}
	for i, block := range blocks {
		s, err := rdssim.Load(strings.NewReader(block[1]))
		if err != nil {
			t.Errorf("scenario %d: %v", i, err)
			continue
		}
		if _, err := rdssim.New(s, clockwork.NewFakeClockAt(startTime())); err != nil {
			t.Errorf("scenario %d: %v", i, err)
		}
	}
}

// TestReference_Sections checks that every type of a scenario file has a section.
func TestReference_Sections(t *testing.T) {
	t.Parallel()
	described := slices.Collect(maps.Values(referenceSections))
	for _, section := range described {
		for name, field := range jsonFields(section) {
			for field.Kind() == reflect.Slice || field.Kind() == reflect.Pointer {
				field = field.Elem()
			}
			if field.Kind() == reflect.Struct && !slices.Contains(described, field) {
				t.Errorf("%s.%s: %s has no section", section, name, field)
			}
		}
	}
}
