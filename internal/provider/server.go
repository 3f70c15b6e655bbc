package provider

import (
	"context"
	"errors"
	"slices"

	"github.com/hashicorp/terraform-plugin-framework/provider"
	"github.com/hashicorp/terraform-plugin-framework/providerserver"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
)

// NewServer returns what answers Terraform for a provider of [New].
//
// It is the framework's server, except that the results of a read go past the
// framework, which would copy them, turn them into values of its own, compare
// those and copy them once more: of a long list, that costs many times what
// all the rest of the read does, in time and in memory.
func NewServer(p provider.Provider) tfprotov6.ProviderServer {
	return resultsServer{providerserver.NewProtocol6(p)()}
}

type resultsServer struct{ tfprotov6.ProviderServer }

// ReadDataSource lets the framework read, and adds the results to the state
// that it answers, which is the configuration.
func (s resultsServer) ReadDataSource(
	ctx context.Context, req *tfprotov6.ReadDataSourceRequest,
) (*tfprotov6.ReadDataSourceResponse, error) {
	var r *results
	resp, err := s.ProviderServer.ReadDataSource(context.WithValue(ctx, resultsKey{}, &r), req)
	if err != nil || slices.ContainsFunc(resp.Diagnostics, isError) {
		return resp, err
	}
	if r == nil {
		err = errors.New("the read has ended without results")
	} else {
		err = r.encodeInto(resp.State)
	}
	if err != nil {
		resp.Diagnostics = append(resp.Diagnostics, unencodedResults(err))
	}
	return resp, nil
}

func isError(d *tfprotov6.Diagnostic) bool { return d.Severity == tfprotov6.DiagnosticSeverityError }
