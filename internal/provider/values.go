package provider

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/diag"
)

// collection is a list or a set.
type collection interface {
	ElementsAs(ctx context.Context, target any, allowUnhandled bool) diag.Diagnostics
	IsNull() bool
}

// stringsFrom returns the strings in a list or a set, none where it is null.
func stringsFrom(ctx context.Context, c collection, diags *diag.Diagnostics) []string {
	if c.IsNull() {
		return nil
	}
	var s []string
	diags.Append(c.ElementsAs(ctx, &s, false)...)
	return s
}
