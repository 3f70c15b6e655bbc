// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"sync"

	"github.com/hashicorp/terraform-plugin-framework/provider"
	"github.com/hashicorp/terraform-plugin-framework/providerserver"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
)

// NewServer returns the server of a provider of [New]. It is the server of the
// framework, except that it adds the results of a read to the state, and that an
// interrupted action ends with its error.
func NewServer(p provider.Provider) tfprotov6.ProviderServer {
	framework := providerserver.NewProtocol6(p)()
	actions, _ := framework.(tfprotov6.ActionServer)
	return &server{ProviderServer: framework, ActionServer: actions}
}

type server struct {
	tfprotov6.ProviderServer
	tfprotov6.ActionServer

	invocations sync.RWMutex // read-locked by each action that runs
}

// InvokeAction lets the framework invoke the action.
func (s *server) InvokeAction(
	ctx context.Context, req *tfprotov6.InvokeActionRequest,
) (*tfprotov6.InvokeActionServerStream, error) {
	stream, err := s.ActionServer.InvokeAction(ctx, req)
	if err != nil {
		return nil, err
	}
	return &tfprotov6.InvokeActionServerStream{Events: func(push func(tfprotov6.InvokeActionEvent) bool) {
		s.invocations.RLock()
		defer s.invocations.RUnlock()
		stream.Events(push)
	}}, nil
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
