// SPDX-License-Identifier: MPL-2.0

package credentials

import (
	"runtime"
	"strings"
	"unicode"
)

// splitCommand splits a command line as a shell does, without expanding
// anything: white space separates arguments, quotes group, and a backslash
// escapes the next character, except on Windows, where it is part of a path. It
// returns nil for a command line that is empty or has an open quote.
func splitCommand(command string) []string { return splitCommandOn(runtime.GOOS, command) }

func splitCommandOn(goos, command string) []string {
	s := commandSplitter{escapes: goos != "windows"}
	for _, c := range command {
		s.consume(c)
	}
	if s.quote != 0 || s.escaped {
		return nil
	}
	s.endArgument()
	if len(s.args) == 0 || s.args[0] == "" {
		return nil
	}
	return s.args
}

// commandSplitter is the state of splitCommand.
type commandSplitter struct {
	escapes bool // a backslash is special
	args    []string
	arg     strings.Builder
	inArg   bool
	quote   rune // the open quote, or 0
	escaped bool // the last character was a backslash
}

func (s *commandSplitter) consume(c rune) {
	switch {
	case s.escaped:
		s.consumeEscaped(c)
	case c == '\\' && s.escapes && s.quote != '\'':
		s.escaped = true
	case s.quote != 0 && c == s.quote:
		s.quote = 0
	case s.quote == 0 && (c == '\'' || c == '"'):
		s.quote, s.inArg = c, true
	case s.quote == 0 && unicode.IsSpace(c):
		s.endArgument()
	default:
		s.add(c)
	}
}

// consumeEscaped consumes the character after a backslash. Between double
// quotes the backslash is kept before a character that is not special there. A
// backslash at the end of a line joins it with the next one.
func (s *commandSplitter) consumeEscaped(c rune) {
	s.escaped = false
	if s.quote == '"' && !strings.ContainsRune("\"\\$`\n", c) {
		s.add('\\')
	}
	if c != '\n' {
		s.add(c)
	}
}

func (s *commandSplitter) add(c rune) {
	s.arg.WriteRune(c)
	s.inArg = true
}

func (s *commandSplitter) endArgument() {
	if s.inArg {
		s.args = append(s.args, s.arg.String())
	}
	s.arg.Reset()
	s.inArg = false
}
