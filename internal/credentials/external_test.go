package credentials

import (
	"context"
	"errors"
	"io"
	"os"
	"slices"
	"syscall"
	"testing"
	"time"

	"github.com/rds-migrate/terraform-provider-alicloud/internal/credentials/credtest"
)

// externalConfig is a block with a profile whose program is the test binary,
// told to do something.
func externalConfig(t *testing.T, command, argument string) Config {
	t.Helper()
	binary, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	return Config{Profile: "p", SharedCredentialsFile: profiles(t, map[string]any{
		"name": "p", "mode": "External", "process_command": "\"" + binary + "\" " + command + " '" + argument + "'",
	})}
}

func TestExternalProgram(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		printed string
		want    credtest.Credentials
	}{
		"with keys": {
			`{"mode": "AK", "access_key_id": "id", "access_key_secret": "secret"}`,
			credtest.Credentials{AccessKeyID: "id", AccessKeySecret: "secret"},
		},
		"with keys and a token that the mode does not know": {
			`{"mode": "AK", "access_key_id": "id", "access_key_secret": "secret", "sts_token": "stray"}`,
			credtest.Credentials{AccessKeyID: "id", AccessKeySecret: "secret"},
		},
		"with a session": {
			`{"mode": "StsToken", "access_key_id": "id", "access_key_secret": "secret", "sts_token": "token", "expiration": "2026-11-20T11:00:00Z"}`,
			credtest.Credentials{AccessKeyID: "id", AccessKeySecret: "secret", SecurityToken: "token"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			config := externalConfig(t, printCommand, file(t, c.printed))
			want(t, resolve(t, config, nil, WithClock(fakeClock())), c.want)
		})
	}
}

func TestExternalProgramRunsAgainWhenItsKeysExpire(t *testing.T) {
	t.Parallel()
	clock := fakeClock()
	printed := file(t, `{"mode": "StsToken", "access_key_id": "1", "access_key_secret": "s", "sts_token": "t", "expiration": "2026-11-20T11:00:00Z"}`)
	s := resolve(t, externalConfig(t, printCommand, printed), nil, WithClock(clock))
	want(t, s, credtest.Credentials{AccessKeyID: "1", AccessKeySecret: "s", SecurityToken: "t"})
	rewrite(t, printed, `{"mode": "AK", "access_key_id": "2", "access_key_secret": "s"}`)
	clock.Advance(57*time.Minute - time.Second)
	want(t, s, credtest.Credentials{AccessKeyID: "1", AccessKeySecret: "s", SecurityToken: "t"})
	clock.Advance(time.Second)
	want(t, s, credtest.Credentials{AccessKeyID: "2", AccessKeySecret: "s"})
}

func TestExternalProgramIsKilledWithItsCaller(t *testing.T) {
	t.Parallel()
	listener := listen(t)
	s := resolve(t, externalConfig(t, stallCommand, listener.Addr().String()), nil)
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
		t.Errorf("the program goes on: %v", err)
	}
	if err := program.Close(); err != nil {
		t.Error(err)
	}
}

func TestSplitCommand(t *testing.T) {
	t.Parallel()
	for command, c := range map[string]struct{ unix, windows []string }{
		`tool --get keys`:        {[]string{"tool", "--get", "keys"}, []string{"tool", "--get", "keys"}},
		"\t tool \n keys ":       {[]string{"tool", "keys"}, []string{"tool", "keys"}},
		`"my tool" 'two words'`:  {[]string{"my tool", "two words"}, []string{"my tool", "two words"}},
		`tool "" ''`:             {[]string{"tool", "", ""}, []string{"tool", "", ""}},
		`tool a"b c"d`:           {[]string{"tool", "ab cd"}, []string{"tool", "ab cd"}},
		`tool "it's" '"'`:        {[]string{"tool", "it's", `"`}, []string{"tool", "it's", `"`}},
		`C:\bin\tool.exe x`:      {[]string{"C:bintool.exe", "x"}, []string{`C:\bin\tool.exe`, "x"}},
		`my\ tool "a\"b" "a\b"`:  {[]string{"my tool", `a"b`, `a\b`}, nil},
		`tool '\n' "\$\\"`:       {[]string{"tool", `\n`, `$\`}, []string{"tool", `\n`, `\$\\`}},
		"tool a\\\nb \"c\\\nd\"": {[]string{"tool", "ab", "cd"}, []string{"tool", `a\`, "b", "c\\\nd"}},
		"":                       {nil, nil},
		"  ":                     {nil, nil},
		`"" x`:                   {nil, nil},
		`tool "open`:             {nil, nil},
		`tool 'open`:             {nil, nil},
		`tool ends\`:             {nil, []string{"tool", `ends\`}},
		"tool \x00":              {[]string{"tool", "\x00"}, []string{"tool", "\x00"}},
		`tool ünïcode "日本"`:      {[]string{"tool", "ünïcode", "日本"}, []string{"tool", "ünïcode", "日本"}},
	} {
		t.Run(command, func(t *testing.T) {
			t.Parallel()
			if got := splitCommandOn("linux", command); !slices.Equal(got, c.unix) {
				t.Errorf("elsewhere: %q, want %q", got, c.unix)
			}
			if got := splitCommandOn("windows", command); !slices.Equal(got, c.windows) {
				t.Errorf("on Windows: %q, want %q", got, c.windows)
			}
		})
	}
}
