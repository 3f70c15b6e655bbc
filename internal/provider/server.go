// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"errors"
	"slices"
	"sync"

	"github.com/hashicorp/terraform-plugin-framework/provider"
	"github.com/hashicorp/terraform-plugin-framework/providerserver"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
)

// NewServer returns the server of a provider of [New]. It is the server of the
// framework, except that it adds the results of a read to the state, that it validates
// an action whenever it is planned or invoked, and that an interrupted action ends with
// its error.
func NewServer(p provider.Provider) tfprotov6.ProviderServer {
	framework := providerserver.NewProtocol6(p)()
	actions, _ := framework.(tfprotov6.ActionServer)
	return &server{ProviderServer: framework, ActionServer: actions}
}

type server struct {
	tfprotov6.ProviderServer
	tfprotov6.ActionServer

	invocations sync.RWMutex // read-locked by each action until its events are sent
}

// PlanAction validates the action, and lets the framework plan it.
func (s *server) PlanAction(
	ctx context.Context, req *tfprotov6.PlanActionRequest,
) (*tfprotov6.PlanActionResponse, error) {
	if diags, err := s.validateAction(ctx, req.ActionType, req.Config); err != nil || len(diags) > 0 {
		return &tfprotov6.PlanActionResponse{Diagnostics: diags}, err
	}
	return s.ActionServer.PlanAction(ctx, req)
}

// InvokeAction validates the action, and lets the framework invoke it.
func (s *server) InvokeAction(
	ctx context.Context, req *tfprotov6.InvokeActionRequest,
) (*tfprotov6.InvokeActionServerStream, error) {
	diags, err := s.validateAction(ctx, req.ActionType, req.Config)
	if err != nil {
		return nil, err
	}
	if len(diags) > 0 {
		return &tfprotov6.InvokeActionServerStream{Events: func(push func(tfprotov6.InvokeActionEvent) bool) {
			push(tfprotov6.InvokeActionEvent{Type: tfprotov6.CompletedInvokeActionEventType{Diagnostics: diags}})
		}}, nil
	}
	if !s.invocations.TryRLock() {
		return nil, errors.New("the provider is being stopped")
	}
	stream, err := s.ActionServer.InvokeAction(ctx, req)
	if err != nil {
		s.invocations.RUnlock()
		return nil, err
	}
	return &tfprotov6.InvokeActionServerStream{Events: func(push func(tfprotov6.InvokeActionEvent) bool) {
		defer s.invocations.RUnlock()
		stream.Events(push)
	}}, nil
}

// validateAction returns the errors of the configuration of an action. Terraform
// validates it only before the plan, when variables and resources are not known.
func (s *server) validateAction(
	ctx context.Context, actionType string, config *tfprotov6.DynamicValue,
) ([]*tfprotov6.Diagnostic, error) {
	resp, err := s.ValidateActionConfig(ctx, &tfprotov6.ValidateActionConfigRequest{
		ActionType: actionType, Config: config,
	})
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(resp.Diagnostics, func(d *tfprotov6.Diagnostic) bool { return !isError(d) }), nil
}

// StopProvider lets the framework cancel what runs, and waits until the actions have
// sent their errors: once it has returned, package tf6server drops all events, and
// Terraform takes a stream without an error for a success.
func (s *server) StopProvider(
	ctx context.Context, req *tfprotov6.StopProviderRequest,
) (*tfprotov6.StopProviderResponse, error) {
	resp, err := s.ProviderServer.StopProvider(ctx, req)
	s.invocations.Lock()
	defer s.invocations.Unlock()
	return resp, err
}
