// SPDX-License-Identifier: MPL-2.0

package credentials

import (
	"os/exec"
	"strconv"
)

// killWithChildren makes a command that is canceled end with the processes that
// it has started.
func killWithChildren(cmd *exec.Cmd) {
	cmd.Cancel = func() error {
		if exec.Command("taskkill", "/F", "/T", "/PID", strconv.Itoa(cmd.Process.Pid)).Run() == nil {
			return nil
		}
		return cmd.Process.Kill()
	}
}
