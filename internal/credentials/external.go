// SPDX-License-Identifier: MPL-2.0

package credentials

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io/fs"
	"os/exec"
	"time"
)

const (
	externalTimeout = time.Minute
	// outputCloseDelay is how long child processes of a program may keep its
	// output open after it has ended.
	outputCloseDelay = time.Second
)

// externalProgram is a program that prints credentials, in the mode External of
// a profile.
type externalProgram struct{ args []string }

// What to do about a program that fails.
const (
	runProgram = "To see its error output, run the command in process_command of the profile in a terminal. It must " +
		"run without input and without a shell, and print only JSON."
	checkProgram = "Run the command in process_command of the profile in a terminal, and correct what it prints."
)

// externalOutput is the JSON that the program prints.
type externalOutput struct {
	Mode            string `json:"mode"`
	AccessKeyID     string `json:"access_key_id"`
	AccessKeySecret string `json:"access_key_secret"`
	STSToken        string `json:"sts_token"`
	Expiration      string `json:"expiration"`
}

func (e externalProgram) retrieve(ctx context.Context) (session, error) {
	printed, err := e.run(ctx)
	if err != nil {
		return session{}, err
	}
	var out externalOutput
	if err := json.Unmarshal(printed, &out); err != nil {
		return session{}, failf(checkProgram, "The program of process_command printed text that is not JSON.")
	}
	switch {
	case out.AccessKeyID == "" || out.AccessKeySecret == "":
		return session{}, failf(checkProgram, "The program of process_command printed no AccessKey pair.")
	case out.Mode == modeStsToken && out.STSToken == "":
		return session{}, failf(checkProgram, "The program of process_command printed no sts_token.")
	case out.Mode == modeAK:
		out.STSToken = ""
	case out.Mode != modeStsToken:
		return session{}, failf(checkProgram,
			"The program of process_command printed a mode other than AK and StsToken.")
	}
	return credentialsResponse{
		AccessKeyID:     out.AccessKeyID,
		AccessKeySecret: out.AccessKeySecret,
		SecurityToken:   out.STSToken,
		Expiration:      out.Expiration,
	}.toSession("the program of process_command")
}

// run runs the program and returns its standard output. Its standard error is
// discarded: it may hold secrets.
func (e externalProgram) run(ctx context.Context) ([]byte, error) {
	path, err := exec.LookPath(e.args[0])
	if err != nil {
		return nil, startError(err)
	}
	ctx, cancel := context.WithTimeout(ctx, externalTimeout)
	defer cancel()
	var out limitedBuffer
	cmd := &exec.Cmd{Path: path, Args: e.args, Stdout: &out, WaitDelay: outputCloseDelay}
	if err := cmd.Start(); err != nil {
		return nil, startError(err)
	}
	stop := context.AfterFunc(ctx, func() {
		// Kill fails only if the program has already ended.
		_ = cmd.Process.Kill()
	})
	defer stop()
	err = cmd.Wait()
	var exit *exec.ExitError
	switch {
	case ctx.Err() != nil:
		f := failf(runProgram, "The program of process_command did not exit within %v.", externalTimeout)
		f.retryable = true
		return nil, f
	case errors.As(err, &exit):
		return nil, failf(runProgram, "The program of process_command failed: %v.", exit.ProcessState)
	case err != nil:
		return nil, failf(runProgram, "The output of the program of process_command could not be read.")
	}
	return out.buffer.Bytes(), nil
}

// startError describes a program that could not be started.
func startError(err error) *failure {
	reason := "could not be started"
	switch {
	case errors.Is(err, exec.ErrNotFound), errors.Is(err, fs.ErrNotExist):
		reason = "was not found"
	case errors.Is(err, fs.ErrPermission):
		reason = "is not executable"
	}
	return failf("Correct process_command: it must begin with the path of a program, or with its name on PATH.",
		"The program of process_command %s.", reason)
}

// limitedBuffer holds at most maxResponseSize bytes.
//
// It does not embed its buffer, which could then be filled without Write.
type limitedBuffer struct{ buffer bytes.Buffer }

var errTooLong = errors.New("too long")

// Write appends p, or fails with errTooLong and appends nothing.
func (b *limitedBuffer) Write(p []byte) (int, error) {
	if b.buffer.Len()+len(p) > maxResponseSize {
		return 0, errTooLong
	}
	return b.buffer.Write(p)
}
