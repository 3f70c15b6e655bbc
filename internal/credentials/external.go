package credentials

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os/exec"
	"runtime"
	"strings"
	"time"
	"unicode"
)

const (
	externalTimeout = time.Minute
	// externalDelay is how long a program's children may keep its output open.
	externalDelay = time.Second
)

// external logs in by running a program that prints keys, in the mode External
// of a profile.
//
// credentials-go cannot do it: it prints the program's output, keys included,
// when that is not JSON, and knows no context.
type external struct{ args []string }

// externalOutput is what the program prints.
type externalOutput struct {
	Mode            string `json:"mode"`
	AccessKeyID     string `json:"access_key_id"`
	AccessKeySecret string `json:"access_key_secret"`
	STSToken        string `json:"sts_token"`
	Expiration      string `json:"expiration"`
}

func (e external) retrieve(ctx context.Context) (Credentials, time.Time, error) {
	out, err := e.run(ctx)
	if err != nil {
		return Credentials{}, time.Time{}, err
	}
	var a externalOutput
	if err := json.Unmarshal(out, &a); err != nil {
		return Credentials{}, time.Time{}, failf("What the program of process_command printed is not JSON with keys.")
	}
	switch {
	case a.AccessKeyID == "" || a.AccessKeySecret == "":
		return Credentials{}, time.Time{}, failf("What the program of process_command printed lacks keys.")
	case a.Mode == modeStsToken && a.STSToken == "":
		return Credentials{}, time.Time{}, failf("What the program of process_command printed lacks sts_token, which its mode asks for.")
	case a.Mode == modeAK:
		a.STSToken = ""
	case a.Mode != modeStsToken:
		return Credentials{}, time.Time{}, failf("What the program of process_command printed has a mode other than AK and StsToken.")
	}
	return credentialsResponse{
		AccessKeyID:     a.AccessKeyID,
		AccessKeySecret: a.AccessKeySecret,
		SecurityToken:   a.STSToken,
		Expiration:      a.Expiration,
	}.toCredentials("the program of process_command")
}

// run runs the program and returns what it printed. What it says on its
// standard error is not kept: it may hold keys.
func (e external) run(ctx context.Context) ([]byte, error) {
	path, err := exec.LookPath(e.args[0])
	if err != nil {
		return nil, startError(err)
	}
	ctx, cancel := context.WithTimeout(ctx, externalTimeout)
	defer cancel()
	var out limitedBuffer
	cmd := &exec.Cmd{Path: path, Args: e.args, Stdout: &out, WaitDelay: externalDelay}
	if err := cmd.Start(); err != nil {
		return nil, startError(err)
	}
	kill := context.AfterFunc(ctx, func() {
		// It fails only when the program has ended already.
		_ = cmd.Process.Kill()
	})
	defer kill()
	err = cmd.Wait()
	var exit *exec.ExitError
	switch {
	case ctx.Err() != nil:
		return nil, &failure{message: fmt.Sprintf("The program of process_command did not end within %v.", externalTimeout), retryable: true}
	case errors.As(err, &exit):
		return nil, failf("The program of process_command failed (%v). Run it by hand to see why.", exit.ProcessState)
	case err != nil:
		return nil, failf("The program of process_command did not print JSON with keys.")
	}
	return out.buffer.Bytes(), nil
}

func startError(err error) *failure {
	why := "could not be started"
	switch {
	case errors.Is(err, exec.ErrNotFound), errors.Is(err, fs.ErrNotExist):
		why = "was not found"
	case errors.Is(err, fs.ErrPermission):
		why = "may not be run"
	}
	return failf("The program of process_command %s.", why)
}

// limitedBuffer keeps what is written to it, up to maxAnswer bytes.
//
// It does not embed its buffer, which could then be filled past Write.
type limitedBuffer struct{ buffer bytes.Buffer }

var errTooLong = errors.New("too long")

func (b *limitedBuffer) Write(p []byte) (int, error) {
	if b.buffer.Len()+len(p) > maxResponseSize {
		return 0, errTooLong
	}
	return b.buffer.Write(p)
}

// splitCommand splits a command as a shell does, without expanding anything:
// white space separates, quotes join, and a backslash takes the next character
// as it is, except on Windows, where it belongs to a path. It returns nil for a
// command that is empty or has an open quote.
func splitCommand(command string) []string { return splitCommandOn(runtime.GOOS, command) }

func splitCommandOn(goos, command string) []string {
	s := commandSplitter{escapes: goos != "windows"}
	for _, c := range command {
		s.next(c)
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
	escapes bool // whether a backslash is special
	args    []string
	arg     strings.Builder
	inArg   bool
	quote   rune // the open quote, or 0
	escaped bool // the last character was a backslash
}

func (s *commandSplitter) next(c rune) {
	switch {
	case s.escaped:
		s.nextEscaped(c)
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

// nextEscaped takes the character after a backslash. Between double quotes the
// backslash stays before a character that is not special there, and a line that
// ends in one goes on.
func (s *commandSplitter) nextEscaped(c rune) {
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
