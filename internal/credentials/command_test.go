// SPDX-License-Identifier: MPL-2.0

package credentials

import (
	"slices"
	"testing"
)

func TestSplitCommand_Arguments(t *testing.T) {
	t.Parallel()
	for command, c := range map[string]struct{ unix, windows []string }{
		`tool --get keys`:        {[]string{"tool", "--get", "keys"}, []string{"tool", "--get", "keys"}},
		"\t tool \n keys ":       {[]string{"tool", "keys"}, []string{"tool", "keys"}},
		`"my tool" 'two words'`:  {[]string{"my tool", "two words"}, []string{"my tool", "two words"}},
		`tool "" ''`:             {[]string{"tool", "", ""}, []string{"tool", "", ""}},
		`tool a"b c"d`:           {[]string{"tool", "ab cd"}, []string{"tool", "ab cd"}},
		`tool "it's" '"'`:        {[]string{"tool", "it's", `"`}, []string{"tool", "it's", `"`}},
		`C:\bin\tool.exe x`:      {[]string{"C:bintool.exe", "x"}, []string{`C:\bin\tool.exe`, "x"}},
		`my\ tool "a\"b" "a\b"`:  {[]string{"my tool", `a"b`, `a\b`}, nil},
		`tool '\n' "\$\\"`:       {[]string{"tool", `\n`, `$\`}, []string{"tool", `\n`, `\$\\`}},
		"tool a\\\nb \"c\\\nd\"": {[]string{"tool", "ab", "cd"}, []string{"tool", `a\`, "b", "c\\\nd"}},
		"":                       {nil, nil},
		"  ":                     {nil, nil},
		`"" x`:                   {nil, nil},
		`tool "open`:             {nil, nil},
		`tool 'open`:             {nil, nil},
		`tool ends\`:             {nil, []string{"tool", `ends\`}},
		"tool \x00":              {[]string{"tool", "\x00"}, []string{"tool", "\x00"}},
		`tool ünïcode "日本"`:      {[]string{"tool", "ünïcode", "日本"}, []string{"tool", "ünïcode", "日本"}},
	} {
		t.Run(command, func(t *testing.T) {
			t.Parallel()
			if got := splitCommandOn("linux", command); !slices.Equal(got, c.unix) {
				t.Errorf("on Linux: %q, want %q", got, c.unix)
			}
			if got := splitCommandOn("windows", command); !slices.Equal(got, c.windows) {
				t.Errorf("on Windows: %q, want %q", got, c.windows)
			}
		})
	}
}
