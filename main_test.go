package main

import (
	"os"
	"testing"
)

// TestTracesAreWrittenWhereSomebodyAskedForThem sets the environment, so it is
// not parallel.
func TestTracesAreWrittenWhereSomebodyAskedForThem(t *testing.T) {
	for name, test := range map[string]struct {
		env  map[string]string
		want string // TF_LOG_SDK afterwards
	}{
		"nobody has":           {nil, "ERROR"},
		"for everything":       {map[string]string{"TF_LOG": "TRACE"}, ""},
		"for providers":        {map[string]string{"TF_LOG_PROVIDER": "INFO"}, ""},
		"for the SDK":          {map[string]string{"TF_LOG_SDK": "DEBUG"}, "DEBUG"},
		"for the command only": {map[string]string{"TF_LOG_CORE": "TRACE"}, "ERROR"},
	} {
		t.Run(name, func(t *testing.T) {
			for _, variable := range []string{"TF_LOG", "TF_LOG_CORE", "TF_LOG_PROVIDER", "TF_LOG_SDK"} {
				t.Setenv(variable, test.env[variable])
			}
			if err := muteTraces(); err != nil {
				t.Fatal(err)
			}
			if got := os.Getenv("TF_LOG_SDK"); got != test.want {
				t.Errorf("TF_LOG_SDK = %q, want %q", got, test.want)
			}
		})
	}
}
