package main

import (
	"bufio"
	"bytes"
	"crypto"
	"crypto/hmac"
	_ "crypto/sha1" //nolint:gosec // the service's signature method is HMAC-SHA1
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

// runMainEnv makes the test binary be the command itself.
const runMainEnv = "RDSSIM_TEST_AS_COMMAND"

func TestMain(m *testing.M) {
	if os.Getenv(runMainEnv) != "" {
		main()
		return
	}
	m.Run()
}

// commandProcess is the command while it runs.
type commandProcess struct {
	cmd    *exec.Cmd
	stdout *bufio.Reader
	stderr bytes.Buffer
}

func startCommand(t *testing.T, stdin string, args ...string) *commandProcess {
	t.Helper()
	p := &commandProcess{cmd: exec.CommandContext(t.Context(), os.Args[0], args...)} //nolint:gosec // it is this very binary
	// The race detector waits for a second at each exit unless it is told not to.
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

// waitForExit waits for the command to end, and returns its exit code and the rest of its output.
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

// signedQuery is a signed call for the tasks of the sample scenario. url.Values.Encode sorts, and the values have no character
// that it encodes otherwise than the service does.
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

func fetchTasks(t *testing.T, address string) []byte {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+address+"/?"+signedQuery(), http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	body, err := io.ReadAll(resp.Body)
	if err := errors.Join(err, resp.Body.Close()); err != nil {
		t.Fatal(err)
	}
	if resp.StatusCode != http.StatusOK {
		t.Fatalf("status %d: %s", resp.StatusCode, body)
	}
	return body
}

// summarizeTasks names the tasks of an answer with what became of them.
func summarizeTasks(t *testing.T, body []byte) string {
	t.Helper()
	var answer struct {
		Items struct {
			MigrateTask []struct{ DBName, Status string }
		}
	}
	if err := json.Unmarshal(body, &answer); err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, task := range answer.Items.MigrateTask {
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
			if got := summarizeTasks(t, fetchTasks(t, p.waitForAddress(t))); got != "orders Success, customers Success, orders Failed" {
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
		"instances": [{"id": "rm-example", "region": "cn-hangzhou", "tasks": [{"id": "1", "database": "d", "created": "-1h"}]}],
		"faults": [{"kind": "hang", "at": 0.5}]
	}`, "-scenario", "-")
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+p.waitForAddress(t)+"/?"+signedQuery(), http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
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
		"every interface":         {"", []string{"-scenario", sample, "-listen", "0.0.0.0:0"}, 1, "not a loopback address"},
		"no host":                 {"", []string{"-scenario", sample, "-listen", ":0"}, 1, "not a loopback address"},
		"an address of others":    {"", []string{"-scenario", sample, "-listen", "192.0.2.1:0"}, 1, "not a loopback address"},
		"an address without port": {"", []string{"-scenario", sample, "-listen", "127.0.0.1"}, 1, "-listen 127.0.0.1"},
		"no scenario":             {"", nil, 1, "-scenario is missing"},
		"a file that is not":      {"", []string{"-scenario", "testdata/none.json"}, 1, "testdata/none.json"},
		"a broken file":           {"", []string{"-scenario", "main.go"}, 1, "main.go: reading the scenario: invalid character"},
		"a scenario of no sense": {
			`{"instances": [{"id": "a"}]}`, []string{"-scenario", "-"}, 1, "invalid scenario: instances[0]: region is missing",
		},
		"an argument":     {"", []string{"-scenario", sample, "serve"}, 1, `unexpected argument "serve"`},
		"an unknown flag": {"", []string{"-port", "1"}, 2, "Usage: rdssim"},
		"a cry for help":  {"", []string{"-help"}, 0, "Usage: rdssim"},
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
