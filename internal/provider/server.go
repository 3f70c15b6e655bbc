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

	starting    sync.RWMutex   // read-locked while an action starts
	stopped     bool           // guarded by starting
	invocations sync.WaitGroup // of actions that have started, until their events are sent
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

// InvokeAction starts the action unless the provider has been stopped. StopProvider
// waits for the start, because the framework cancels only actions that it has started.
// After the stop, an action sends no progress: it makes Terraform 1.14 and 1.15 panic.
func (s *server) InvokeAction(
	ctx context.Context, req *tfprotov6.InvokeActionRequest,
) (*tfprotov6.InvokeActionServerStream, error) {
	s.starting.RLock()
	defer s.starting.RUnlock()
	if s.stopped {
		return nil, errors.New("the provider process has been stopped: run Terraform again")
	}
	stream, err := s.startAction(ctx, req)
	if err != nil {
		return nil, err
	}
	s.invocations.Add(1)
	return &tfprotov6.InvokeActionServerStream{Events: func(push func(tfprotov6.InvokeActionEvent) bool) {
		defer s.invocations.Done()
		stream.Events(func(e tfprotov6.InvokeActionEvent) bool {
			_, isProgress := e.Type.(tfprotov6.ProgressInvokeActionEventType)
			return isProgress && s.isStopped() || push(e)
		})
	}}, nil
}

// startAction validates the action, and lets the framework invoke it.
func (s *server) startAction(
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
	return s.ActionServer.InvokeAction(ctx, req)
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
// Terraform takes a stream without an error for a success. Later actions do not start.
func (s *server) StopProvider(
	ctx context.Context, req *tfprotov6.StopProviderRequest,
) (*tfprotov6.StopProviderResponse, error) {
	s.starting.Lock()
	s.stopped = true
	s.starting.Unlock()
	resp, err := s.ProviderServer.StopProvider(ctx, req)
	s.invocations.Wait()
	return resp, err
}

func (s *server) isStopped() bool {
	s.starting.RLock()
	defer s.starting.RUnlock()
	return s.stopped
}
