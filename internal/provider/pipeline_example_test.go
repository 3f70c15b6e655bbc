// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"maps"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/jonboulle/clockwork"

	"github.com/rds-migrate/terraform-provider-alicloud/internal/credentials/credtest"
	"github.com/rds-migrate/terraform-provider-alicloud/internal/rdssim"
)

// pipelineDir holds the example of the guide on pipelines.
const pipelineDir = "guides/in-a-pipeline/"

// pipeline is the environment of the jobs: an API, and an STS that issues the
// session that the API accepts.
type pipeline struct {
	*testEnv

	sts           *credtest.STS
	gate, release *terraformDir
}

// newPipeline creates the directories of the two jobs with local states.
func newPipeline(t *testing.T, tasks ...rdssim.Task) *pipeline {
	t.Helper()
	session := temporaryCredentials("gate")
	env := newRealTimeEnvFrom(t, rdssim.Scenario{
		AccessKeys: []rdssim.AccessKey{accessKeyOf(session)},
		Instances:  []rdssim.Instance{{ID: "rm-uf6wjk5shop", Region: region, Tasks: tasks}},
	})
	p := &pipeline{testEnv: env, sts: credtest.NewSTS(clockwork.NewRealClock())}
	p.sts.AcceptToken(providerARN, "an-oidc-token")
	p.sts.Grant(roleARN, session)
	server := httptest.NewTLSServer(p.sts)
	t.Cleanup(server.Close)
	certificate := filepath.Join(t.TempDir(), "sts.pem")
	block := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw})
	if err := os.WriteFile(certificate, block, 0o600); err != nil {
		t.Fatal(err)
	}
	gate := readExample(t, pipelineDir+"gate")
	gate["override.tf"] = httpOverride(gate) + localBackend
	p.gate = newTerraformDir(t, gate)
	p.gate.env = append(p.gate.env,
		"ALIBABA_CLOUD_OIDC_PROVIDER_ARN="+providerARN, "ALIBABA_CLOUD_ROLE_ARN="+roleARN,
		"ALIBABA_CLOUD_OIDC_TOKEN=an-oidc-token", "SSL_CERT_FILE="+certificate,
		"ALIBABA_CLOUD_ENDPOINT_STS="+strings.TrimPrefix(server.URL, "https://"),
		"ALIBABA_CLOUD_ENDPOINT_RDS="+env.addr)
	release := readExample(t, pipelineDir+"release")
	release["override.tf"] = localBackend + fmt.Sprintf(`
data "terraform_remote_state" "gate" {
  backend = "local"
  config  = { path = %q }
}
`, filepath.Join(p.gate.path, "terraform.tfstate"))
	p.release = newTerraformDir(t, release)
	return p
}

// localBackend overrides the backend, which needs an account.
const localBackend = `
terraform {
  backend "local" {}
}
`

// TestExamples_Pipeline applies the configurations of both jobs: for a migration that
// succeeds, and for the next one, which fails.
func TestExamples_Pipeline(t *testing.T) {
	t.Parallel()
	p := newPipeline(t, rerunTasks()...)
	apply := func(dir *terraformDir, backup string) func(*testing.T) string {
		return func(t *testing.T) string {
			t.Helper()
			return dir.run(t, "apply", "-input=false", "-auto-approve", "-var=backup="+backup)
		}
	}
	if out := apply(p.gate, "first")(t); !strings.Contains(out, "1 added, 0 changed, 0 destroyed") {
		t.Errorf("the gate: %s", out)
	}
	sessions := p.sts.IssuedRequests("AssumeRoleWithOIDC")
	if len(sessions) != 1 || sessions[0].Get("DurationSeconds") != "21600" {
		t.Errorf("sessions: %v", sessions)
	}
	if out := apply(p.release, "first")(t); !strings.Contains(out, "1 added, 0 changed, 0 destroyed") {
		t.Errorf("the release: %s", out)
	}
	// The next migration fails, and the release of the first remains as it is.
	if err := p.AddTask("rm-uf6wjk5shop", endedTask("4", "orders", "Failed", 1)); err != nil {
		t.Fatal(err)
	}
	out := p.gate.runFailing(t, "apply", "-input=false", "-auto-approve", "-var=backup=second")
	if !matchOutput("Error: Migration Failed").MatchString(out) {
		t.Errorf("the gate: %s", out)
	}
	out = p.release.runFailing(t, "apply", "-input=false", "-auto-approve", "-var=backup=second")
	if !matchOutput("The gate has not opened for the backup second.").MatchString(out) {
		t.Errorf("the release: %s", out)
	}
	if out := apply(p.release, "first")(t); !strings.Contains(out, "0 added, 0 changed, 0 destroyed") {
		t.Errorf("the release: %s", out)
	}
}

// TestExamples_PipelineFailure tests what the guide states about an apply that did not
// open the gate.
func TestExamples_PipelineFailure(t *testing.T) {
	t.Parallel()
	p := newPipeline(t, failedTasks()...)
	p.gate.run(t, "plan", "-input=false", "-var=backup=first", "-out=gate.tfplan")
	p.gate.runFailing(t, "apply", "-input=false", "gate.tfplan")
	if out := p.gate.run(t, "show"); strings.Contains(out, "alicloud_rds_migrate_gate") {
		t.Errorf("the state has %s", out)
	}
	out := p.gate.runFailing(t, "apply", "-input=false", "gate.tfplan")
	if !strings.Contains(out, "Saved plan is stale") {
		t.Errorf("the same plan: %s", out)
	}
	// The next apply continues to wait, from a new plan.
	if err := p.AddTask("rm-uf6wjk5shop", endedTask("3", "orders", "Success", 1)); err != nil {
		t.Fatal(err)
	}
	p.gate.run(t, "apply", "-input=false", "-auto-approve", "-var=backup=first")
}

// gitlabKeywords are the keywords of a file and of a job in GitLab's CI/CD YAML syntax
// reference.
var gitlabKeywords = struct{ file, job []string }{
	file: []string{"default", "include", "stages", "variables", "workflow"},
	job: []string{
		"after_script", "allow_failure", "artifacts", "before_script", "cache", "coverage", "dependencies",
		"environment", "extends", "id_tokens", "identity", "image", "inherit", "interruptible",
		"manual_confirmation", "needs", "pages", "parallel", "release", "resource_group", "retry", "rules", "run",
		"script", "secrets", "services", "stage", "start_in", "tags", "timeout", "trigger", "variables", "when",
	},
}

// decodeYAML decodes a file of the example with Terraform's own function.
func decodeYAML(t *testing.T, name string) map[string]json.RawMessage {
	t.Helper()
	content, err := os.ReadFile(filepath.Join(examplesDir, pipelineDir, name))
	if err != nil {
		t.Fatal(err)
	}
	dir := newTerraformDir(t, map[string]string{
		"file.yml": string(content),
		"main.tf":  `output "json" { value = jsonencode(yamldecode(file("file.yml"))) }`,
	})
	dir.run(t, "apply", "-auto-approve")
	var decoded map[string]json.RawMessage
	if err := json.Unmarshal([]byte(dir.run(t, "output", "-raw", "json")), &decoded); err != nil {
		t.Fatal(err)
	}
	return decoded
}

// gitlabJob is a job in a GitLab file, as far as the tests need it.
type gitlabJob struct {
	Stage, Timeout string
	Needs, Script  []string
}

// TestExamples_GitLab checks the keywords of the GitLab file and the references between
// its jobs.
func TestExamples_GitLab(t *testing.T) {
	t.Parallel()
	file := decodeYAML(t, "gitlab-ci.yml")
	var stages []string
	if err := json.Unmarshal(file["stages"], &stages); err != nil {
		t.Fatal(err)
	}
	jobs := maps.Clone(file)
	maps.DeleteFunc(jobs, func(name string, _ json.RawMessage) bool {
		return slices.Contains(gitlabKeywords.file, name)
	})
	if len(jobs) == 0 {
		t.Error("the file has no job")
	}
	for name, raw := range jobs {
		job := decodeGitLabJob(t, name, raw)
		if !slices.Contains(stages, job.Stage) {
			t.Errorf("%s: unknown stage %q", name, job.Stage)
		}
		for _, other := range job.Needs {
			if _, ok := jobs[other]; !ok {
				t.Errorf("%s: unknown job %q", name, other)
			}
		}
		if len(job.Script) == 0 {
			t.Errorf("%s has no script", name)
		}
	}
}

// decodeGitLabJob decodes a job, and reports an error for each key that is not a
// keyword.
func decodeGitLabJob(t *testing.T, name string, raw json.RawMessage) gitlabJob {
	t.Helper()
	var keys map[string]json.RawMessage
	var job gitlabJob
	if err := errors.Join(json.Unmarshal(raw, &keys), json.Unmarshal(raw, &job)); err != nil {
		t.Fatalf("%s is neither a keyword nor a job: %v", name, err)
	}
	for key := range keys {
		if !slices.Contains(gitlabKeywords.job, key) {
			t.Errorf("%s: %s is not a keyword of a job", name, key)
		}
	}
	return job
}

// TestExamples_PipelineTimeouts checks that the session and the jobs last longer than
// the gate waits.
func TestExamples_PipelineTimeouts(t *testing.T) {
	t.Parallel()
	config := readExample(t, pipelineDir+"gate")["main.tf"]
	wait := durationIn(t, config, `create = "(\d+)h"`, time.Hour)
	session := durationIn(t, config, `session_expiration = (\d+)`, time.Second)
	var github map[string]struct {
		Timeout int `json:"timeout-minutes"`
	}
	if err := json.Unmarshal(decodeYAML(t, "github-actions.yml")["jobs"], &github); err != nil {
		t.Fatal(err)
	}
	var gitlab gitlabJob
	if err := json.Unmarshal(decodeYAML(t, "gitlab-ci.yml")["gate"], &gitlab); err != nil {
		t.Fatal(err)
	}
	limits := map[string]time.Duration{
		"the session":    session,
		"the GitHub job": time.Duration(github["gate"].Timeout) * time.Minute,
		"the GitLab job": durationIn(t, gitlab.Timeout, `^(\d+) hours`, time.Hour) +
			durationIn(t, gitlab.Timeout, `(\d+) minutes$`, time.Minute),
	}
	// A job also installs the provider, and starts and stops Terraform.
	for _, name := range slices.Sorted(maps.Keys(limits)) {
		if limits[name] < wait+10*time.Minute {
			t.Errorf("%s lasts for %s, and the gate waits for %s", name, limits[name], wait)
		}
	}
	if limit := 6 * time.Hour; limits["the GitHub job"] > limit {
		t.Errorf("GitHub ends a job after %s", limit)
	}
}

// durationIn returns the number that a pattern finds in a text, in a unit.
func durationIn(t *testing.T, text, pattern string, unit time.Duration) time.Duration {
	t.Helper()
	m := regexp.MustCompile(pattern).FindStringSubmatch(text)
	if m == nil {
		t.Fatalf("%q is not in %q", pattern, text)
	}
	n, err := strconv.Atoi(m[1])
	if err != nil {
		t.Fatal(err)
	}
	return time.Duration(n) * unit
}
