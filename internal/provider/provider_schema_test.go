// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/action"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	frameworkprovider "github.com/hashicorp/terraform-plugin-framework/provider"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/jonboulle/clockwork"

	"github.com/rds-migrate/terraform-provider-alicloud/internal/provider"
)

func TestProvider_Schemas(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	p := provider.New("test", clockwork.NewFakeClock())

	var schema frameworkprovider.SchemaResponse
	p.Schema(ctx, frameworkprovider.SchemaRequest{}, &schema)
	if diags := schema.Schema.ValidateImplementation(ctx); diags.HasError() {
		t.Errorf("provider: %v", diags)
	}
	for _, constructor := range p.DataSources(ctx) {
		var schema datasource.SchemaResponse
		constructor().Schema(ctx, datasource.SchemaRequest{}, &schema)
		if diags := schema.Schema.ValidateImplementation(ctx); diags.HasError() {
			t.Errorf("%T: %v", constructor(), diags)
		}
	}
	withActions, ok := p.(frameworkprovider.ProviderWithActions)
	if !ok {
		t.Fatal("the provider has no actions")
	}
	for _, constructor := range withActions.Actions(ctx) {
		var schema action.SchemaResponse
		constructor().Schema(ctx, action.SchemaRequest{}, &schema)
		if diags := schema.Schema.ValidateImplementation(ctx); diags.HasError() {
			t.Errorf("%T: %v", constructor(), diags)
		}
	}
	for _, constructor := range p.Resources(ctx) {
		var schema resource.SchemaResponse
		constructor().Schema(ctx, resource.SchemaRequest{}, &schema)
		if diags := schema.Schema.ValidateImplementation(ctx); diags.HasError() {
			t.Errorf("%T: %v", constructor(), diags)
		}
	}
}
