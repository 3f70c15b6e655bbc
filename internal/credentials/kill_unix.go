// SPDX-License-Identifier: MPL-2.0

//go:build unix

package credentials

import (
	"os/exec"
	"syscall"
)

// killWithChildren makes a command that is canceled end with its whole process
// group.
func killWithChildren(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
}
