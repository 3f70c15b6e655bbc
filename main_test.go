// SPDX-License-Identifier: MPL-2.0

package main

import (
	"bytes"
	"log"
	"os"
	"testing"
)

// TestDisableSDKTraces_LogLevels sets environment variables, so it is not
// parallel.
func TestDisableSDKTraces_LogLevels(t *testing.T) {
	for name, test := range map[string]struct {
		env  map[string]string
		want string // TF_LOG_SDK afterwards
	}{
		"no log level":               {nil, "ERROR"},
		"level for everything":       {map[string]string{"TF_LOG": "TRACE"}, ""},
		"level for providers":        {map[string]string{"TF_LOG_PROVIDER": "INFO"}, ""},
		"level for the SDK":          {map[string]string{"TF_LOG_SDK": "DEBUG"}, "DEBUG"},
		"level for the command only": {map[string]string{"TF_LOG_CORE": "TRACE"}, "ERROR"},
	} {
		t.Run(name, func(t *testing.T) {
			for _, variable := range []string{"TF_LOG", "TF_LOG_CORE", "TF_LOG_PROVIDER", "TF_LOG_SDK"} {
				t.Setenv(variable, test.env[variable])
			}
			if err := disableSDKTraces(); err != nil {
				t.Fatal(err)
			}
			if got := os.Getenv("TF_LOG_SDK"); got != test.want {
				t.Errorf("TF_LOG_SDK = %q, want %q", got, test.want)
			}
		})
	}
}

//nolint:paralleltest // it replaces the output of the standard logger
func TestDiscardStandardLog_Output(t *testing.T) {
	var b bytes.Buffer
	log.SetOutput(&b)
	t.Cleanup(func() { log.SetOutput(os.Stderr) })
	discardStandardLog()
	log.Print("Unsolicited response received on idle HTTP channel")
	if b.Len() > 0 {
		t.Errorf("the log has %q", b.String())
	}
}
