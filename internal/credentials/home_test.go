// SPDX-License-Identifier: MPL-2.0

package credentials

import (
	"path/filepath"
	"runtime"
	"testing"
)

func TestHomeDir_Variable(t *testing.T) {
	t.Parallel()
	want := "/home/unix"
	if runtime.GOOS == "windows" {
		want = "/home/windows"
	}
	vars := map[string]string{"HOME": "/home/unix", "USERPROFILE": "/home/windows"}
	if got := newResolver(Config{}, getenvFrom(vars), nil).homeDir(); got != want {
		t.Errorf("the home directory is %q, want %q", got, want)
	}
}

func TestExpandHome_Names(t *testing.T) {
	t.Parallel()
	home := t.TempDir()
	r := newResolver(Config{}, getenvFrom(map[string]string{"HOME": home, "USERPROFILE": home}), nil)
	for name, want := range map[string]string{
		"~":           home,
		"~/config":    filepath.Join(home, "config"),
		"~user/file":  "~user/file",
		"config":      "config",
		"config/~":    "config/~",
		"/etc/config": "/etc/config",
		"":            "",
	} {
		if got := r.expandHome(name); got != want {
			t.Errorf("%q is expanded to %q, want %q", name, got, want)
		}
	}
}
