// SPDX-License-Identifier: MPL-2.0

package credentials

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/rds-migrate/terraform-provider-alicloud/internal/openapi"
)

const (
	metadataURL     = "http://100.100.100.200"
	metadataTimeout = 5 * time.Second
)

// metadataService is the metadata service of an ECS instance, version 2: each
// authentication begins with a token.
type metadataService struct {
	url    string
	client *openapi.Client
}

// newMetadataService returns a service that is called without a proxy: a proxy
// would return the credentials of its own role.
func newMetadataService(address string) metadataService {
	return metadataService{url: address, client: &openapi.Client{
		Transport:       openapi.NewTransport(metadataTimeout, nil),
		Timeout:         metadataTimeout,
		MaxResponseSize: maxResponseSize,
	}}
}

// retrieveRole returns the credentials of a role, or of the instance's only
// role if role is "".
func (m metadataService) retrieveRole(role string) retrieveFunc {
	return func(ctx context.Context) (session, error) {
		token, err := m.send(ctx, request{
			method:  http.MethodPut,
			address: m.url + "/latest/api/token",
			header:  http.Header{"X-Aliyun-Ecs-Metadata-Token-Ttl-Seconds": {"60"}},
		})
		if err != nil {
			return session{}, err
		}
		get := func(name string) (*openapi.Response, error) {
			return m.send(ctx, request{
				method:  http.MethodGet,
				address: m.url + "/latest/meta-data/ram/security-credentials/" + url.PathEscape(name),
				header:  http.Header{"X-Aliyun-Ecs-Metadata-Token": {string(token.Body)}},
				secrets: []string{string(token.Body)},
			})
		}
		role := role
		if role == "" {
			resp, err := get("")
			if err != nil {
				return session{}, err
			}
			role = string(resp.Body)
			if !roleNamePattern().MatchString(role) {
				return session{}, failf("The metadata service did not answer with the name of a role.")
			}
		}
		resp, err := get(role)
		if err != nil {
			return session{}, err
		}
		got, err := parseCredentials("the metadata service", resp.Body, resp.Redact)
		if err != nil {
			return session{}, err
		}
		return got.toTemporarySession("the metadata service")
	}
}

// send sends a request and returns the response, with a body without surrounding
// white space.
func (m metadataService) send(ctx context.Context, r request) (*openapi.Response, error) {
	resp, err := r.send(ctx, m.client)
	if f, ok := errors.AsType[*failure](err); ok {
		f.message += " Only an ECS instance has a metadata service, " +
			"and it has keys only for the RAM role that is attached to the instance."
	}
	if err != nil {
		return nil, err
	}
	resp.Body = bytes.TrimSpace(resp.Body)
	return resp, nil
}

// ecsRoleFromBlock returns the ECS role of the provider block.
func (r *resolver) ecsRoleFromBlock() (Source, error) {
	return r.newECSRoleSource(fromBlock("ecs_role_name", r.config.ECSRoleName))
}

// ecsRoleFromEnv returns the ECS role of the environment.
func (r *resolver) ecsRoleFromEnv() (Source, error) {
	return r.newECSRoleSource(r.env.firstSet(ecsRoleVariables))
}

func (r *resolver) newECSRoleSource(role configValue) (Source, error) {
	if err := r.checkMetadataEnabled(role.argument); err != nil {
		return nil, err
	}
	if !roleNamePattern().MatchString(role.value) {
		return nil, &Error{
			Argument: role.argument,
			Summary:  "Unusable role name",
			Detail: fmt.Sprintf("Expected the name of the RAM role that is attached to the ECS instance, "+
				"not its ARN, in %s.", role),
		}
	}
	name := fmt.Sprintf("the ECS role %s of %s", role.value, role)
	retrieve := newMetadataService(r.metadataURL).retrieveRole(role.value)
	return newCachedSource(name, role.argument, r.clock, retrieve), nil
}

// checkMetadataEnabled returns an error if the environment disables the
// metadata service, by the variable of the vendor's own libraries.
func (r *resolver) checkMetadataEnabled(argument string) error {
	const variable = "ALIBABA_CLOUD_ECS_METADATA_DISABLED"
	if !strings.EqualFold(r.env.get(variable), "true") {
		return nil
	}
	return &Error{
		Argument: argument,
		Summary:  "Metadata service disabled",
		Detail: "The keys are to come from the ECS instance, but the environment forbids that. " +
			"Unset " + variable + ", or give other credentials.",
	}
}
