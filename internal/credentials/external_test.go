// SPDX-License-Identifier: MPL-2.0

package credentials

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/rds-migrate/terraform-provider-alicloud/internal/credentials/credtest"
)

// externalConfig is a block with a profile whose program is the test binary
// with a command and its argument.
func externalConfig(t *testing.T, command, argument string) Config {
	t.Helper()
	binary, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	return processConfig(t, "\""+binary+"\" "+command+" '"+argument+"'")
}

// processConfig is a block with a profile that has a process_command.
func processConfig(t *testing.T, command string) Config {
	t.Helper()
	file := writeProfiles(t, profileOf("External", fields{"process_command": command}))
	return Config{Profile: "p", SharedCredentialsFile: file}
}

func TestExternalProgram_Output(t *testing.T) {
	t.Parallel()
	pair := credtest.Credentials{AccessKeyID: "id", AccessKeySecret: "secret"}
	for name, c := range map[string]struct {
		printed string
		want    credtest.Credentials
	}{
		"with a pair": {`{"mode": "AK", "access_key_id": "id", "access_key_secret": "secret"}`, pair},
		"with a pair and a token that the mode does not use": {
			`{"mode": "AK", "access_key_id": "id", "access_key_secret": "secret", "sts_token": "unrelated"}`, pair,
		},
		"with a session": {
			`{"mode": "StsToken", "access_key_id": "id", "access_key_secret": "secret", "sts_token": "token",
				"expiration": "2026-11-20T13:00:00Z"}`,
			credtest.Credentials{AccessKeyID: "id", AccessKeySecret: "secret", SecurityToken: "token"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			config := externalConfig(t, printCommand, writeFile(t, c.printed))
			expectCredentials(t, mustResolve(t, config, nil, WithClock(fakeClock())), c.want)
		})
	}
}

func TestExternalProgram_RunsAgainBeforeExpiration(t *testing.T) {
	t.Parallel()
	clock := fakeClock()
	printed := writeFile(t, `{"mode": "StsToken", "access_key_id": "1", "access_key_secret": "s", "sts_token": "t",
		"expiration": "2026-11-20T13:00:00Z"}`)
	s := mustResolve(t, externalConfig(t, printCommand, printed), nil, WithClock(clock))
	expectCredentials(t, s, credtest.Credentials{AccessKeyID: "1", AccessKeySecret: "s", SecurityToken: "t"})
	overwriteFile(t, printed, `{"mode": "AK", "access_key_id": "2", "access_key_secret": "s"}`)
	clock.Advance(57*time.Minute - time.Second)
	expectCredentials(t, s, credtest.Credentials{AccessKeyID: "1", AccessKeySecret: "s", SecurityToken: "t"})
	clock.Advance(time.Second)
	expectCredentials(t, s, credtest.Credentials{AccessKeyID: "2", AccessKeySecret: "s"})
}

func TestExternalProgram_KilledOnCancellation(t *testing.T) {
	t.Parallel()
	listener := listen(t)
	s := mustResolve(t, externalConfig(t, stallCommand, listener.Addr().String()), nil)
	ctx, cancel := context.WithCancel(t.Context())
	failed := make(chan error, 1)
	go func() {
		_, err := s.Retrieve(ctx)
		failed <- err
	}()
	program, err := listener.Accept()
	if err != nil {
		t.Fatal(err)
	}
	cancel()
	if err := <-failed; !errors.Is(err, context.Canceled) {
		t.Errorf("the caller got %v", err)
	}
	// The connection ends with the program.
	if _, err := io.ReadAll(program); err != nil && !errors.Is(err, syscall.ECONNRESET) {
		t.Errorf("the program is still running: %v", err)
	}
	if err := program.Close(); err != nil {
		t.Error(err)
	}
}

func TestExternalProgram_InvalidOutput(t *testing.T) {
	t.Parallel()
	const pair = `"access_key_id": "hidden", "access_key_secret": "hidden"`
	for name, c := range map[string]struct{ printed, word string }{
		"that is not JSON":        {"hidden", "not JSON"},
		"that is empty":           {"", "not JSON"},
		"without a secret":        {`{"mode": "AK", "access_key_id": "hidden"}`, "no AccessKey pair"},
		"without a token":         {`{"mode": "StsToken", ` + pair + `}`, "no sts_token"},
		"of another mode":         {`{"mode": "hidden", ` + pair + `}`, "mode other than"},
		"without a mode":          {`{` + pair + `}`, "mode other than"},
		"with an unreadable time": {`{"mode": "AK", ` + pair + `, "expiration": "hidden"}`, "readable"},
		"that has expired":        {`{"mode": "AK", ` + pair + `, "expiration": "2026-11-20T11:00:00Z"}`, "expired"},
		"that is too long": {
			`{"mode": "AK", ` + pair + `}` + strings.Repeat(" ", maxResponseSize), "process_command",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := mustResolve(t, externalConfig(t, printCommand, writeFile(t, c.printed)), nil, WithClock(fakeClock()))
			expectError(t, retrieveError(t, s), "profile", c.word)
		})
	}
}

func TestExternalProgram_ExitStatus(t *testing.T) {
	t.Parallel()
	s := mustResolve(t, externalConfig(t, printCommand, filepath.Join(t.TempDir(), "hidden")), nil)
	expectError(t, retrieveError(t, s), "profile", "exit status 3")
}

func TestExternalProgram_CannotStart(t *testing.T) {
	t.Parallel()
	notExecutable := filepath.Join(t.TempDir(), "hidden")
	overwriteFile(t, notExecutable, "")
	for name, c := range map[string]struct{ program, word string }{
		"because it does not exist":    {"/nowhere/hidden", "was not found"},
		"because it is not on PATH":    {"hidden-unknown-program", "was not found"},
		"because it is not executable": {notExecutable, "is not executable"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := mustResolve(t, processConfig(t, c.program+" hidden"), nil)
			expectError(t, retrieveError(t, s), "profile", c.word)
		})
	}
}
