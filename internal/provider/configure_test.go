// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/action"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
	"github.com/jonboulle/clockwork"
)

// configureTypeCases are values of ProviderData, and the detail of the error
// that Configure returns for each, "" for none.
var configureTypeCases = map[string]struct {
	providerData any
	want         string
}{
	"nil, as during validation": {nil, ""},
	"the data of this provider": {&providerData{}, ""},
	"a value instead of a pointer": {
		providerData{}, "The provider passed provider.providerData instead of *provider.providerData.",
	},
	"another type": {"text", "The provider passed string instead of *provider.providerData."},
}

func TestMigrateTasksDataSource_ConfigureType(t *testing.T) {
	t.Parallel()
	for name, test := range configureTypeCases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := &migrateTasksDataSource{clock: clockwork.NewFakeClock()}
			var resp datasource.ConfigureResponse
			d.Configure(t.Context(), datasource.ConfigureRequest{ProviderData: test.providerData}, &resp)
			checkConfigureType(t, resp.Diagnostics, "Unexpected Data Source Configure Type", test.want)
		})
	}
}

func TestMigrateGateResource_ConfigureType(t *testing.T) {
	t.Parallel()
	for name, test := range configureTypeCases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := &migrateGateResource{clock: clockwork.NewFakeClock()}
			var resp resource.ConfigureResponse
			r.Configure(t.Context(), resource.ConfigureRequest{ProviderData: test.providerData}, &resp)
			checkConfigureType(t, resp.Diagnostics, "Unexpected Resource Configure Type", test.want)
		})
	}
}

func TestMigrateWaitAction_ConfigureType(t *testing.T) {
	t.Parallel()
	for name, test := range configureTypeCases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := &migrateWaitAction{clock: clockwork.NewFakeClock()}
			var resp action.ConfigureResponse
			a.Configure(t.Context(), action.ConfigureRequest{ProviderData: test.providerData}, &resp)
			checkConfigureType(t, resp.Diagnostics, "Unexpected Action Configure Type", test.want)
		})
	}
}

// checkConfigureType compares diagnostics with one error, or with none if detail
// is empty.
func checkConfigureType(t *testing.T, diags diag.Diagnostics, summary, detail string) {
	t.Helper()
	var want diag.Diagnostics
	if detail != "" {
		want.AddError(summary, detail+" This is a bug in the provider.\n\nReport it to the provider developers.")
	}
	if !diags.Equal(want) {
		t.Errorf("diagnostics are %v, want %v", diags, want)
	}
}

func TestMigrateTasksDataSource_NotConfigured(t *testing.T) {
	t.Parallel()
	resp := readTasksDataSource(t, NewServer(New("test", clockwork.NewFakeClock())), tasksDataSourceConfig(t))
	checkOneError(t, resp.Diagnostics, "arguments of the provider block depend on resources that are not applied yet")
}

func TestMigrateWaitAction_NotConfigured(t *testing.T) {
	t.Parallel()
	_, diags := newWaitAction(t, clockwork.NewFakeClock(), gateSettings{}, nil).invoke(t)
	checkOneError(t, diags, "arguments of the provider block depend on resources that are not applied yet")
}

func TestMigrateGateResource_NotConfigured(t *testing.T) {
	t.Parallel()
	var schema resource.SchemaResponse
	NewMigrateGateResource(clockwork.NewFakeClock()).Schema(t.Context(), resource.SchemaRequest{}, &schema)
	gateType := schema.Schema.Type().TerraformType(t.Context())
	orders := []tftypes.Value{stringValue("orders")}
	values := nullAttributes(t, gateType)
	values["db_instance_id"] = stringValue(TestInstanceID)
	values["db_names"] = tftypes.NewValue(tftypes.Set{ElementType: tftypes.String}, orders)
	planned := dynamicValue(t, tftypes.NewValue(gateType, values))
	server := NewServer(New("test", clockwork.NewFakeClock()))
	resp, err := server.ApplyResourceChange(t.Context(), &tfprotov6.ApplyResourceChangeRequest{
		TypeName:     "alicloud_rds_migrate_gate",
		PriorState:   dynamicValue(t, tftypes.NewValue(gateType, nil)),
		PlannedState: planned,
		Config:       planned,
	})
	if err != nil {
		t.Fatal(err)
	}
	checkOneError(t, resp.Diagnostics, "arguments of the provider block depend on resources that are not applied yet")
}
