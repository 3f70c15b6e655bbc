// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"encoding/json"
	"os/exec"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestProviderSchema_Command compares the output of tools/provider-schema with that of
// Terraform. Versions without actions print none.
func TestProviderSchema_Command(t *testing.T) {
	t.Parallel()
	printed, err := exec.CommandContext(t.Context(), "go", "run", "../../tools/provider-schema").Output()
	if err != nil {
		t.Fatal(err)
	}
	dir := newTerraformDir(t, map[string]string{"main.tf": requiredProviders})
	command := exec.CommandContext(t.Context(), terraformPath(), "providers", "schema", "-json")
	command.Dir, command.Env = dir.path, dir.env
	fromCommand, err := command.Output()
	if err != nil {
		t.Fatal(err)
	}
	got, want := providerSchemas(t, printed), providerSchemas(t, fromCommand)
	if _, ok := got["action_schemas"]; !ok {
		t.Error("no schemas of actions are printed")
	}
	if _, ok := want["action_schemas"]; !ok {
		delete(got, "action_schemas")
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("the schemas differ from those that Terraform prints:\n%s", diff)
	}
}

// providerSchemas returns the schemas of the only provider in the output of
// `terraform providers schema -json`.
func providerSchemas(t *testing.T, output []byte) map[string]any {
	t.Helper()
	var decoded struct {
		ProviderSchemas map[string]map[string]any `json:"provider_schemas"`
	}
	if err := json.Unmarshal(output, &decoded); err != nil {
		t.Fatal(err)
	}
	for _, schemas := range decoded.ProviderSchemas {
		return schemas
	}
	t.Fatal("there is no provider")
	return nil
}
