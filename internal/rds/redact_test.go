package rds

import (
	"strings"
	"testing"
)

func TestPrintable(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ text, want string }{
		"a plain text stays as it is":        {"Größe 訂單, 5 %", "Größe 訂單, 5 %"},
		"a terminal gets no command":         {"\x1b[2Jdone\x07\u009b", " [2Jdone  "},
		"no text runs backwards":             {"\u202edeliaf\u202c", " deliaf "},
		"lines become one":                   {"one\ntwo\r\n", "one two  "},
		"a long text is cut":                 {strings.Repeat("x", maxTextLength+1), strings.Repeat("x", maxTextLength) + "…"},
		"a text is not cut inside of a rune": {strings.Repeat("x", maxTextLength-1) + "é", strings.Repeat("x", maxTextLength-1) + "…"},
		"the longest text is not cut":        {strings.Repeat("x", maxTextLength), strings.Repeat("x", maxTextLength)},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := Printable(test.text); got != test.want {
				t.Errorf("it is %q, want %q", got, test.want)
			}
		})
	}
}
