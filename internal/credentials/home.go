// SPDX-License-Identifier: MPL-2.0

package credentials

import (
	"os"
	"os/user"
	"path/filepath"
	"runtime"
	"strings"
)

// userHomeDir returns the home directory in the user database, or "". It does not
// depend on the environment.
func userHomeDir() string {
	u, err := user.Current()
	if err != nil {
		return ""
	}
	return u.HomeDir
}

// homeDir returns the home directory as the command-line tool finds it, or "" if
// it is unknown.
func (r *resolver) homeDir() string {
	variable := "HOME"
	if runtime.GOOS == "windows" {
		variable = "USERPROFILE"
	}
	if dir := r.env.get(variable); dir != "" {
		return dir
	}
	return r.userHomeDir()
}

// expandHome replaces a leading ~ with the home directory. It returns the name
// unchanged if that is unknown.
func (r *resolver) expandHome(name string) string {
	rest, ok := strings.CutPrefix(name, "~")
	if !ok || rest != "" && !os.IsPathSeparator(rest[0]) {
		return name
	}
	home := r.homeDir()
	if home == "" {
		return name
	}
	return filepath.Join(home, rest)
}
