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

// What to do about a program that fails.
const (
	runProgram = "To see its error output, which may hold secrets and is not shown here, run the command in " +
		"process_command of the profile in a terminal. Terraform runs it without a shell and without input."
	correctProgram = "Run the command in process_command of the profile in a terminal, and correct what it prints: " +
		"it must be one JSON object with the fields of a profile, such as mode, access_key_id, and access_key_secret."
)

// retrieveExternal runs the program of a profile and authenticates with the
// profile that the program prints.
func (r *resolver) retrieveExternal(p selectedProfile) (retrieveFunc, error) {
	if err := r.checkExternalEnabled(p); err != nil {
		return nil, err
	}
	args := splitCommand(p.ProcessCommand)
	if args == nil {
		return nil, errors.New("its process_command is empty or has a quote that is not closed")
	}
	program := externalProgram{args: args, timeout: r.externalTimeout}
	return func(ctx context.Context) (session, error) {
		limitAttempts(ctx, program.timeout+attemptTimeout) // longer than the program can run
		output, err := program.run(ctx)
		limitAttempts(ctx, attemptTimeout)
		if err != nil {
			return session{}, err
		}
		printed, err := parseProfile(output)
		if err != nil {
			return session{}, printedProfileError(err)
		}
		return r.retrievePrinted(ctx, p, printed, output)
	}, nil
}

// retrievePrinted authenticates with a profile that the program of the profile p
// has printed. output is the JSON of the printed profile.
func (r *resolver) retrievePrinted(
	ctx context.Context,
	p selectedProfile,
	printed profile,
	output []byte,
) (session, error) {
	switch printed.Mode {
	case modeAK:
		printed.STSToken = ""
		return printed.toSession(output)
	case modeStsToken:
		return printed.toSession(output)
	case modeExternal:
		// A program that prints the profile that runs it would never end.
		return session{}, printedProfileError(errors.New("its mode is External"))
	}
	printed.Name = p.Name
	retrieve, err := r.newProfileRetrieve(selectedProfile{
		profile:     printed,
		file:        p.file,
		description: "the profile that the program of process_command printed",
		dependents:  p.dependents,
		printed:     true,
	})
	if e, ok := errors.AsType[*Error](err); ok {
		return session{}, e
	}
	if err != nil {
		return session{}, printedProfileError(err)
	}
	return retrieve(ctx)
}

// toSession returns the static credentials of a printed profile. Their expiration
// is not a field of the profiles in a file.
func (p profile) toSession(output []byte) (session, error) {
	var out struct {
		Expiration string `json:"expiration"`
	}
	if err := json.Unmarshal(output, &out); err != nil {
		return session{}, printedProfileError(fieldError(err))
	}
	return credentialsResponse{
		AccessKeyID:     p.AccessKeyID,
		AccessKeySecret: p.AccessKeySecret,
		SecurityToken:   p.STSToken,
		Expiration:      out.Expiration,
	}.toSession("the program of process_command")
}

// printedProfileError describes a printed profile that cannot be used.
func printedProfileError(reason error) *failure {
	if errors.Is(reason, errNotObject) {
		return failf(correctProgram, "The program of process_command printed something other than a JSON object.")
	}
	return failf(correctProgram, "The program of process_command printed a profile that cannot be used: %v.", reason)
}

// externalProgram is the program of a profile of the mode External.
type externalProgram struct {
	args    []string
	timeout time.Duration
}

// run runs the program and returns its standard output. Its standard error is
// discarded: it may hold secrets. If the program does not exit in time or prints
// too much, the processes that it has started end with it.
func (e externalProgram) run(ctx context.Context) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, e.timeout)
	defer cancel()
	out := limitedBuffer{onOverflow: cancel}
	cmd := exec.CommandContext(ctx, e.args[0], e.args[1:]...)
	cmd.Stdout = &out
	cmd.WaitDelay = outputCloseDelay
	killWithChildren(cmd)
	err := cmd.Run()
	exit, exited := errors.AsType[*exec.ExitError](err)
	switch {
	case out.overflowed:
		return nil, failf(correctProgram,
			"The program of process_command printed more than %d bytes.", maxResponseSize)
	case err != nil && ctx.Err() != nil:
		f := failf(runProgram, "The program of process_command did not exit within %v.", e.timeout)
		f.retryable = true
		return nil, f
	case exited:
		return nil, failf(runProgram, "The program of process_command failed: %v.", exit.ProcessState)
	case err != nil && !errors.Is(err, exec.ErrWaitDelay):
		return nil, startError(err)
	case len(bytes.TrimSpace(out.buffer.Bytes())) == 0:
		return nil, failf(correctProgram, "The program of process_command printed nothing.")
	}
	// ErrWaitDelay: the program has exited, and only a child process that it left
	// behind still has the output open.
	return out.buffer.Bytes(), nil
}

// startError describes a program that could not be started.
func startError(err error) *failure {
	const correctCommand = "Correct process_command of the profile: it must start with the path of a program, or " +
		"with the name of a program on PATH."
	switch {
	case errors.Is(err, exec.ErrNotFound), errors.Is(err, fs.ErrNotExist):
		return failf(correctCommand, "The program of process_command was not found.")
	case errors.Is(err, fs.ErrPermission):
		return failf("Make the program executable for the user that runs Terraform.",
			"The program of process_command is not executable.")
	}
	return failf(correctCommand, "The program of process_command could not be started.")
}

// limitedBuffer holds at most maxResponseSize bytes.
//
// It does not embed its buffer, which could then be filled without Write.
type limitedBuffer struct {
	buffer     bytes.Buffer
	overflowed bool
	onOverflow func()
}

var errTooLong = errors.New("too long")

// Write appends p, or calls onOverflow and fails with errTooLong.
func (b *limitedBuffer) Write(p []byte) (int, error) {
	if b.buffer.Len()+len(p) > maxResponseSize {
		b.overflowed = true
		b.onOverflow()
		return 0, errTooLong
	}
	return b.buffer.Write(p)
}
