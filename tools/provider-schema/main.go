// SPDX-License-Identifier: MPL-2.0

// Command provider-schema prints the schemas of the provider in the format of
// `terraform providers schema -json`, under the short name that tfplugindocs expects.
// The command of Terraform prints actions since version 1.14 only.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"strings"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
	"github.com/jonboulle/clockwork"

	"github.com/rds-migrate/terraform-provider-alicloud/internal/provider"
)

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run() error {
	server := provider.NewServer(provider.New("dev", clockwork.NewRealClock()))
	resp, err := server.GetProviderSchema(context.Background(), &tfprotov6.GetProviderSchemaRequest{})
	if err != nil {
		return err
	}
	if len(resp.Diagnostics) > 0 {
		return fmt.Errorf("%s: %s", resp.Diagnostics[0].Summary, resp.Diagnostics[0].Detail)
	}
	actions := make(map[string]actionSchema, len(resp.ActionSchemas))
	for name, a := range resp.ActionSchemas {
		actions[name] = actionSchema{newBlock(a.Schema.Block)}
	}
	return json.NewEncoder(os.Stdout).Encode(map[string]any{
		"format_version": "1.0",
		"provider_schemas": map[string]any{
			"alicloud": map[string]any{
				"provider":            newSchema(resp.Provider),
				"resource_schemas":    newSchemas(resp.ResourceSchemas),
				"data_source_schemas": newSchemas(resp.DataSourceSchemas),
				"action_schemas":      actions,
			},
		},
	})
}

type schema struct {
	Version int64 `json:"version"`
	Block   block `json:"block"`
}

type actionSchema struct {
	Block block `json:"block"`
}

type block struct {
	Attributes      map[string]attribute   `json:"attributes,omitempty"`
	BlockTypes      map[string]nestedBlock `json:"block_types,omitempty"`
	Description     string                 `json:"description,omitempty"`
	DescriptionKind string                 `json:"description_kind"`
}

type nestedBlock struct {
	NestingMode string `json:"nesting_mode"`
	Block       block  `json:"block"`
}

type attribute struct {
	Type            tftypes.Type `json:"type,omitempty"`
	NestedType      *nestedType  `json:"nested_type,omitempty"`
	Description     string       `json:"description,omitempty"`
	DescriptionKind string       `json:"description_kind"`
	Required        bool         `json:"required,omitempty"`
	Optional        bool         `json:"optional,omitempty"`
	Computed        bool         `json:"computed,omitempty"`
	Sensitive       bool         `json:"sensitive,omitempty"`
}

type nestedType struct {
	Attributes  map[string]attribute `json:"attributes"`
	NestingMode string               `json:"nesting_mode"`
}

func newSchemas(schemas map[string]*tfprotov6.Schema) map[string]schema {
	all := make(map[string]schema, len(schemas))
	for name, s := range schemas {
		all[name] = newSchema(s)
	}
	return all
}

func newSchema(s *tfprotov6.Schema) schema { return schema{s.Version, newBlock(s.Block)} }

func newBlock(b *tfprotov6.SchemaBlock) block {
	blocks := make(map[string]nestedBlock, len(b.BlockTypes))
	for _, n := range b.BlockTypes {
		blocks[n.TypeName] = nestedBlock{strings.ToLower(n.Nesting.String()), newBlock(n.Block)}
	}
	return block{newAttributes(b.Attributes), blocks, b.Description, strings.ToLower(b.DescriptionKind.String())}
}

func newAttributes(attributes []*tfprotov6.SchemaAttribute) map[string]attribute {
	all := make(map[string]attribute, len(attributes))
	for _, a := range attributes {
		converted := attribute{
			Type: a.Type, Description: a.Description, DescriptionKind: strings.ToLower(a.DescriptionKind.String()),
			Required: a.Required, Optional: a.Optional, Computed: a.Computed, Sensitive: a.Sensitive,
		}
		if a.NestedType != nil {
			mode := strings.ToLower(a.NestedType.Nesting.String())
			converted.NestedType = &nestedType{newAttributes(a.NestedType.Attributes), mode}
		}
		all[a.Name] = converted
	}
	return all
}
