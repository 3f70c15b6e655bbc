// SPDX-License-Identifier: MPL-2.0

package main

import (
	"bufio"
	"bytes"
	"crypto"
	"crypto/hmac"
	_ "crypto/sha1" //nolint:gosec // the API's signature method is HMAC-SHA1
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/jonboulle/clockwork"
)

// runMainEnv makes the test binary run main in place of the tests.
const runMainEnv = "RDSSIM_TEST_AS_COMMAND"

func TestMain(m *testing.M) {
	if os.Getenv(runMainEnv) != "" {
		main()
		return
	}
	m.Run()
}

// commandProcess is the running command.
type commandProcess struct {
	cmd    *exec.Cmd
	stdout *bufio.Reader
	stderr bytes.Buffer
}

func startCommand(t *testing.T, stdin string, args ...string) *commandProcess {
	t.Helper()
	//nolint:gosec // the command is this test binary
	p := &commandProcess{cmd: exec.CommandContext(t.Context(), os.Args[0], args...)}
	// Without atexit_sleep_ms, the race detector waits for a second at each exit.
	p.cmd.Env = append(os.Environ(), runMainEnv+"=1", "GORACE=atexit_sleep_ms=0")
	p.cmd.Stdin = strings.NewReader(stdin)
	p.cmd.Stderr = &p.stderr
	out, err := p.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	p.stdout = bufio.NewReader(out)
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	return p
}

// waitForAddress waits until the command is ready.
func (p *commandProcess) waitForAddress(t *testing.T) string {
	t.Helper()
	line, err := p.stdout.ReadString('\n')
	if err != nil {
		t.Fatalf("%v after %q; %s", err, line, p.stderr.String())
	}
	m := regexp.MustCompile(`^rdssim listening on ((127\.0\.0\.1|\[::1\]):\d+)\n$`).FindStringSubmatch(line)
	if m == nil {
		t.Fatalf("it printed %q", line)
	}
	return m[1]
}

// waitForExit returns the command's exit code and the rest of its output.
func (p *commandProcess) waitForExit(t *testing.T) (code int, rest string) {
	t.Helper()
	out, err := io.ReadAll(p.stdout)
	if err != nil {
		t.Fatal(err)
	}
	var exit *exec.ExitError
	if err := p.cmd.Wait(); err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	return p.cmd.ProcessState.ExitCode(), string(out)
}

// signedQuery is a signed call for the tasks of the sample scenario. url.Values.Encode sorts the parameters, and their
// values have no character that it encodes differently from the API.
func signedQuery() string {
	now := clockwork.NewRealClock().Now().UTC()
	params := url.Values{
		"Action":           {"DescribeMigrateTasks"},
		"Version":          {"2014-08-15"},
		"Format":           {"JSON"},
		"AccessKeyId":      {"testid"},
		"SignatureMethod":  {"HMAC-SHA1"},
		"SignatureVersion": {"1.0"},
		"SignatureNonce":   {"nonce"},
		"Timestamp":        {now.Format("2006-01-02T15:04:05Z")},
		"RegionId":         {"cn-hangzhou"},
		"DBInstanceId":     {"rm-example"},
		"StartTime":        {now.Add(-24 * time.Hour).Format("2006-01-02T15:04Z")},
		"EndTime":          {now.Format("2006-01-02T15:04Z")},
	}
	mac := hmac.New(crypto.SHA1.New, []byte("testsecret&"))
	_, _ = io.WriteString(mac, "GET&%2F&"+url.QueryEscape(params.Encode()))
	return params.Encode() + "&Signature=" + url.QueryEscape(base64.StdEncoding.EncodeToString(mac.Sum(nil)))
}

// callCommand makes a signed call, which must get at least a header.
func callCommand(t *testing.T, address string) *http.Response {
	t.Helper()
	target := "http://" + address + "/?" + signedQuery()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, target, http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	return resp
}

// fetchTasks makes a call that must succeed, and returns the databases and statuses of the tasks.
func fetchTasks(t *testing.T, address string) string {
	t.Helper()
	resp := callCommand(t, address)
	body, err := io.ReadAll(resp.Body)
	if err := errors.Join(err, resp.Body.Close()); err != nil {
		t.Fatal(err)
	}
	if resp.StatusCode != http.StatusOK {
		t.Fatalf("status %d: %s", resp.StatusCode, body)
	}
	var list struct {
		Items struct {
			MigrateTask []struct{ DBName, Status string }
		}
	}
	if err := json.Unmarshal(body, &list); err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, task := range list.Items.MigrateTask {
		got = append(got, task.DBName+" "+task.Status)
	}
	return strings.Join(got, ", ")
}

func TestCommand_ServesUntilInterrupted(t *testing.T) {
	t.Parallel()
	for name, sig := range map[string]os.Signal{"SIGINT": os.Interrupt, "SIGTERM": syscall.SIGTERM} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := startCommand(t, "", "-scenario", "testdata/rerun.json", "-log")
			if got := fetchTasks(t, p.waitForAddress(t)); got != "orders Success, customers Success, orders Failed" {
				t.Errorf("got %s", got)
			}
			if err := p.cmd.Process.Signal(sig); err != nil {
				t.Fatal(err)
			}
			if code, rest := p.waitForExit(t); code != 0 || rest != "" {
				t.Errorf("exit code %d, further output %q; %s", code, rest, p.stderr.String())
			}
			line := regexp.MustCompile(`^\S+ \S+ GET "DescribeMigrateTasks" "rm-example" page "1": 200\n$`)
			if logged := p.stderr.String(); !line.MatchString(logged) {
				t.Errorf("logged %q", logged)
			}
		})
	}
}

func TestCommand_StandardInput(t *testing.T) {
	t.Parallel()
	scenario, err := os.ReadFile("testdata/rerun.json")
	if err != nil {
		t.Fatal(err)
	}
	p := startCommand(t, string(scenario), "-scenario", "-")
	fetchTasks(t, p.waitForAddress(t))
	if err := p.cmd.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	if code, _ := p.waitForExit(t); code != 0 || p.stderr.Len() > 0 {
		t.Errorf("exit code %d, %q", code, p.stderr.String())
	}
}

func TestCommand_EndsDuringHangingCall(t *testing.T) {
	t.Parallel()
	p := startCommand(t, `{
		"access_keys": [{"id": "testid", "secret": "testsecret"}],
		"instances": [{"id": "rm-example", "region": "cn-hangzhou", "tasks": [{"id": "1", "database": "d"}]}],
		"faults": [{"kind": "hang", "at": 0.5}]
	}`, "-scenario", "-")
	resp := callCommand(t, p.waitForAddress(t))
	if err := p.cmd.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	if code, _ := p.waitForExit(t); code != 0 {
		t.Errorf("exit code %d, %q", code, p.stderr.String())
	}
	if _, err := io.Copy(io.Discard, resp.Body); !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("got %v", err)
	}
	if err := resp.Body.Close(); err != nil {
		t.Error(err)
	}
}

func TestCommand_InvalidArguments(t *testing.T) {
	t.Parallel()
	const sample = "testdata/rerun.json"
	tests := map[string]struct {
		stdin string
		args  []string
		code  int
		want  string
	}{
		"every interface": {"", []string{"-scenario", sample, "-listen", "0.0.0.0:0"}, 1, "not a loopback address"},
		"no host":         {"", []string{"-scenario", sample, "-listen", ":0"}, 1, "not a loopback address"},
		"another host":    {"", []string{"-scenario", sample, "-listen", "192.0.2.1:0"}, 1, "not a loopback address"},
		"no port":         {"", []string{"-scenario", sample, "-listen", "127.0.0.1"}, 1, "-listen 127.0.0.1"},
		"no scenario":     {"", nil, 1, "-scenario is missing"},
		"no such file":    {"", []string{"-scenario", "testdata/none.json"}, 1, "testdata/none.json"},
		"invalid JSON":    {"", []string{"-scenario", "main.go"}, 1, "main.go: reading the scenario: invalid"},
		"an invalid scenario": {
			`{"instances": [{"id": "a"}]}`,
			[]string{"-scenario", "-"},
			1,
			"invalid scenario: instances[0]: region is missing",
		},
		"an argument":     {"", []string{"-scenario", sample, "serve"}, 1, `unexpected argument "serve"`},
		"an unknown flag": {"", []string{"-port", "1"}, 2, "Usage: rdssim"},
		"help":            {"", []string{"-help"}, 0, "Usage: rdssim"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := startCommand(t, tt.stdin, tt.args...)
			code, out := p.waitForExit(t)
			if code != tt.code || out != "" || !strings.Contains(p.stderr.String(), tt.want) {
				t.Errorf("exit code %d, output %q, %q; want %d, %s", code, out, p.stderr.String(), tt.code, tt.want)
			}
		})
	}
}
