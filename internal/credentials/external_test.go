// SPDX-License-Identifier: MPL-2.0

package credentials

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"maps"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/jonboulle/clockwork"

	"github.com/rds-migrate/terraform-provider-alicloud/internal/credentials/credtest"
)

// externalConfig is a block with a profile whose program is the test binary
// with a command and its argument.
func externalConfig(t *testing.T, command, argument string) Config {
	t.Helper()
	return processConfig(t, programCommand(t, command, argument))
}

// programCommand returns the process_command that runs the test binary with a
// command and its argument.
func programCommand(t *testing.T, command, argument string) string {
	t.Helper()
	binary, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	return "\"" + binary + "\" " + command + " '" + argument + "'"
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

// TestExternalProgram_KilledOnCancellation has a program with a child process that
// keeps the output open.
func TestExternalProgram_KilledOnCancellation(t *testing.T) {
	t.Parallel()
	listener := listen(t)
	s := mustResolve(t, externalConfig(t, forkCommand, listener.Addr().String()), nil)
	ctx, cancel := context.WithCancel(t.Context())
	failed := make(chan error, 1)
	go func() {
		_, err := s.Retrieve(ctx)
		failed <- err
	}()
	processes := []net.Conn{accept(t, listener), accept(t, listener)}
	cancel()
	if err := <-failed; !errors.Is(err, context.Canceled) {
		t.Errorf("the caller got %v", err)
	}
	for _, process := range processes {
		// The connection ends with the process.
		if _, err := io.ReadAll(process); err != nil && !errors.Is(err, syscall.ECONNRESET) {
			t.Errorf("the process is still running: %v", err)
		}
	}
}

// accept returns the next connection, which is closed when the test ends. Reading from it fails after 20 seconds.
func accept(t *testing.T, listener net.Listener) net.Conn {
	t.Helper()
	connection, err := listener.Accept()
	if err != nil {
		t.Fatal(err)
	}
	if err := connection.SetReadDeadline(clockwork.NewRealClock().Now().Add(20 * time.Second)); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := connection.Close(); err != nil {
			t.Error(err)
		}
	})
	return connection
}

func TestExternalProgram_Timeout(t *testing.T) {
	t.Parallel()
	config := externalConfig(t, stallCommand, listen(t).Addr().String())
	s := mustResolve(t, config, nil, func(r *resolver) { r.externalTimeout = time.Millisecond })
	err := retrieveError(t, s)
	expectError(t, err, "profile", "did not exit within 1ms", "in a terminal")
	expectRetryable(t, err, true)
}

// TestExternalProgram_SlowInChain has a program that takes most of its minute, whose
// credentials assume a role.
func TestExternalProgram_SlowInChain(t *testing.T) {
	t.Parallel()
	pair := credtest.Credentials{AccessKeyID: "id", AccessKeySecret: "secret"}
	for name, chain := range map[string]func(c *Config) fields{
		"by the block": func(c *Config) fields {
			c.Profile, c.AssumeRole = "source", &AssumeRole{RoleARN: roleARN}
			return fields{}
		},
		"by a profile": func(c *Config) fields {
			c.Profile = "p"
			return profileOf("ChainableRamRoleArn", fields{"ram_role_arn": roleARN, "source_profile": "source"})
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			clock, listener := fakeClock(), listen(t)
			service := credtest.NewSTS(clock)
			service.Accept(pair)
			service.Grant(roleARN, issued(1))
			config := Config{STSEndpoint: serveTLS(t, service)}
			command := programCommand(t, slowCommand, listener.Addr().String())
			program := fields{"name": "source", "mode": "External", "process_command": command}
			config.SharedCredentialsFile = writeProfiles(t, chain(&config), program)
			s := mustResolve(t, config, nil, WithClock(clock))
			done := make(chan struct{})
			go func() {
				defer close(done)
				expectCredentials(t, s, issued(1))
			}()
			process := accept(t, listener)
			clock.Advance(externalTimeout - time.Second)
			if c, ok := process.(*net.TCPConn); !ok || c.CloseWrite() != nil {
				t.Error("the connection was not closed")
			}
			<-done
		})
	}
}

// TestExternalProgram_UnresponsiveAfterwards has a program that exits at once, and a
// service that does not respond: the time of the program is not added to the wait.
func TestExternalProgram_UnresponsiveAfterwards(t *testing.T) {
	t.Parallel()
	clock := fakeClock()
	server, requests := serveUnresponsive(t, httptest.NewTLSServer)
	printed := writeFile(t, `{"mode": "RamRoleArn", "access_key_id": "id", "access_key_secret": "secret",
		"ram_role_arn": "`+roleARN+`"}`)
	config := externalConfig(t, printCommand, printed)
	config.STSEndpoint = strings.TrimPrefix(server.URL, "https://")
	config.ConnectTimeout, config.ReadTimeout = time.Hour, time.Hour
	s := mustResolve(t, config, nil, WithClock(clock))
	failed := make(chan error, 1)
	go func() {
		_, err := s.Retrieve(t.Context())
		failed <- err
	}()
	<-requests
	clock.Advance(attemptTimeout)
	expectError(t, <-failed, "profile", "did not respond in time")
}

// TestExternalProgram_OutageOfChain has a program that prints a chain, whose first
// service is not available when the session ends: the outage may be waited out.
func TestExternalProgram_OutageOfChain(t *testing.T) {
	t.Parallel()
	clock := fakeClock()
	metadata := credtest.NewMetadata(clock, "reader", time.Hour, issued(5))
	var down atomic.Bool
	address := serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if down.Load() {
			w.WriteHeader(http.StatusServiceUnavailable)
			return
		}
		metadata.ServeHTTP(w, r)
	}))
	service := credtest.NewSTS(clock)
	service.Accept(issued(5))
	service.Grant(roleARN, issued(1), issued(2))
	config := externalConfig(t, printCommand, writeFile(t,
		`{"mode": "RamRoleArnWithRoleName", "ram_role_name": "reader", "ram_role_arn": "`+roleARN+`"}`))
	config.STSEndpoint = serveTLS(t, service)
	s := mustResolve(t, config, nil, WithClock(clock), WithMetadataURL(address))
	expectCredentials(t, s, issued(1))
	down.Store(true)
	clock.Advance(2 * time.Hour)
	err := retrieveError(t, s)
	expectError(t, err, "profile", "503")
	expectRetryable(t, err, true)
	down.Store(false)
	expectCredentials(t, s, issued(2))
}

// TestExternalProgram_LeavesChildProcess has a program that exits, while a child
// process keeps the output open.
func TestExternalProgram_LeavesChildProcess(t *testing.T) {
	t.Parallel()
	listener := listen(t)
	s := mustResolve(t, externalConfig(t, leaveCommand, listener.Addr().String()), nil)
	expectCredentials(t, s, credtest.Credentials{AccessKeyID: "id", AccessKeySecret: "secret"})
	accept(t, listener)
}

func TestExternalProgram_InvalidOutput(t *testing.T) {
	t.Parallel()
	const pair = `"access_key_id": "hidden", "access_key_secret": "hidden"`
	for name, c := range map[string]struct{ printed, word string }{
		"that is not JSON":        {"hidden", "other than a JSON object"},
		"that is empty":           {"", "printed nothing"},
		"that is an empty line":   {" \n", "printed nothing"},
		"that is a list":          {`[{"mode": "AK", ` + pair + `}]`, "other than a JSON object"},
		"with text behind it":     {`{"mode": "AK", ` + pair + `} hidden`, "other than a JSON object"},
		"without a secret":        {`{"mode": "AK", "access_key_id": "hidden"}`, "does not have access_key_secret"},
		"without a token":         {`{"mode": "StsToken", ` + pair + `}`, "does not have sts_token"},
		"of an unknown mode":      {`{"mode": "hidden", ` + pair + `}`, "mode is unknown"},
		"of an unsupported mode":  {`{"mode": "Anonymous", ` + pair + `}`, "Anonymous is not supported"},
		"without a mode":          {`{` + pair + `}`, "does not have a mode"},
		"with a number for text":  {`{"mode": "AK", "access_key_id": 1}`, "access_key_id is not a string"},
		"with an unreadable time": {`{"mode": "AK", ` + pair + `, "expiration": "hidden"}`, "not an RFC 3339 time"},
		"with a time as a number": {`{"mode": "AK", ` + pair + `, "expiration": 1}`, "expiration is not a string"},
		"that has expired":        {`{"mode": "AK", ` + pair + `, "expiration": "2026-11-20T11:00:00Z"}`, "expired"},
		"that is too long": {
			`{"mode": "AK", ` + pair + `}` + strings.Repeat(" ", maxResponseSize), "printed more than 1048576 bytes",
		},
		"with a role that cannot be assumed": {
			`{"mode": "RamRoleArn", "ram_role_arn": "hidden", "expired_seconds": 1, ` + pair + `}`, "expired_seconds",
		},
		"that runs a program": {`{"mode": "external", "process_command": "hidden"}`, "its mode is External"},
		"with itself as its source": {
			`{"mode": "ChainableRamRoleArn", "ram_role_arn": "hidden", "source_profile": "p"}`, "circular",
		},
		"with an unknown source": {
			`{"mode": "ChainableRamRoleArn", "ram_role_arn": "hidden", "source_profile": "hidden"}`,
			"no profile of that name",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := mustResolve(t, externalConfig(t, printCommand, writeFile(t, c.printed)), nil, WithClock(fakeClock()))
			expectError(t, retrieveError(t, s), "profile", c.word)
		})
	}
}

// TestExternalProgram_Modes has a program print a profile of each mode.
func TestExternalProgram_Modes(t *testing.T) {
	t.Parallel()
	s := newFakeServices(t)
	later := fakeClock().Now().Add(time.Hour).Unix()
	role := fields{"ram_role_arn": roleARN, "ram_session_name": "me"}
	with := func(mode string, more fields) fields {
		p := profileOf(mode, role)
		delete(p, "name")
		maps.Copy(p, more)
		return p
	}
	for name, c := range map[string]struct {
		printed fields
		want    credtest.Credentials
	}{
		"ak in lower case": {staticProfileOf("ak", callerCredentials, nil), callerCredentials},
		"StsToken":         {staticProfileOf("StsToken", issued(9), nil), issued(9)},
		"RamRoleArn":       {staticProfileOf("RamRoleArn", callerCredentials, role), issued(1)},
		"EcsRamRole":       {with("EcsRamRole", fields{"ram_role_name": "reader"}), issued(5)},
		"RamRoleArnWithRoleName": {
			with("RamRoleArnWithRoleName", fields{"ram_role_name": "reader"}), issued(1),
		},
		"ChainableRamRoleArn": {with("ChainableRamRoleArn", fields{"source_profile": "source"}), issued(1)},
		"OIDC": {
			with("OIDC", fields{"oidc_provider_arn": providerARN, "oidc_token_file": s.tokenFile}), issued(1),
		},
		"CloudSSO": {with("CloudSSO", fields{
			"cloud_sso_sign_in_url": s.signInURL, "cloud_sso_account_id": "account",
			"cloud_sso_access_config": "config", "access_token": "access-token",
			"cloud_sso_access_token_expire": later,
		}), issued(4)},
		"OAuth": {with("OAuth", fields{
			"oauth_site_type": "CN", "oauth_access_token": "access-token", "oauth_access_token_expire": later,
		}), issued(4)},
		"CredentialsURI": {with("CredentialsURI", fields{"credentials_uri": s.uri}), issued(6)},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			printed, err := json.Marshal(c.printed)
			if err != nil {
				t.Fatal(err)
			}
			program := profileOf("External", fields{
				"process_command": programCommand(t, printCommand, writeFile(t, string(printed))),
			})
			source := staticProfileOf("AK", callerCredentials, fields{"name": "source"})
			config := Config{
				Profile: "p", SharedCredentialsFile: writeProfiles(t, program, source), STSEndpoint: s.stsHost,
			}
			expectCredentials(t, mustResolve(t, config, nil, s.options...), c.want)
		})
	}
}

// TestExternalProgram_CircularChain has two programs, each of which prints a
// profile whose source profile is that of the other one.
func TestExternalProgram_CircularChain(t *testing.T) {
	t.Parallel()
	program := func(name, source string) fields {
		printed := `{"mode": "ChainableRamRoleArn", "ram_role_arn": "hidden", "source_profile": "` + source + `"}`
		return fields{
			"name": name, "mode": "External",
			"process_command": programCommand(t, printCommand, writeFile(t, printed)),
		}
	}
	file := writeProfiles(t, program("p", "other"), program("other", "p"))
	s := mustResolve(t, Config{Profile: "p", SharedCredentialsFile: file}, nil, WithClock(fakeClock()))
	expectError(t, retrieveError(t, s), "profile", "circular")
}

func TestExternalProgram_ExitStatus(t *testing.T) {
	t.Parallel()
	s := mustResolve(t, externalConfig(t, printCommand, filepath.Join(t.TempDir(), "hidden")), nil)
	expectError(t, retrieveError(t, s), "profile", "exit status 3", "in a terminal")
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

func TestLimitedBuffer_Limit(t *testing.T) {
	t.Parallel()
	overflows := 0
	b := limitedBuffer{onOverflow: func() { overflows++ }}
	for _, n := range []int{1, maxResponseSize - 1} {
		if _, err := b.Write(make([]byte, n)); err != nil || b.overflowed || overflows > 0 {
			t.Errorf("%d bytes are refused: %v", n, err)
		}
	}
	if _, err := b.Write(make([]byte, 1)); !errors.Is(err, errTooLong) || !b.overflowed || overflows != 1 {
		t.Errorf("one more byte has the error %v, with %d overflows", err, overflows)
	}
}
