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
				return session{}, failf(attachRole, "The metadata service did not return the name of a role.")
			}
		}
		resp, err := get(role)
		if err != nil {
			return session{}, err
		}
		got, err := parseCredentials("the metadata service", resp.Body, resp)
		if err != nil {
			return session{}, err
		}
		return got.toTemporarySession("the metadata service")
	}
}

// attachRole is what to do if the metadata service returns no credentials.
const attachRole = "Run Terraform on an ECS instance that has the RAM role attached."

// send sends a request and returns the response, with a body without surrounding
// white space.
func (m metadataService) send(ctx context.Context, r request) (*openapi.Response, error) {
	resp, err := r.send(ctx, m.client)
	if f, ok := errors.AsType[*failure](err); ok && f.advice != tryAgain {
		f.advice = attachRole
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
			Summary:  "Invalid ECS Role Name",
			Detail: fmt.Sprintf("%q in %s is not the name of a RAM role.\n\n"+
				"Set it to the name of the RAM role that is attached to the ECS instance, not to its ARN.",
				role.value, role),
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
		Summary:  "Unable to Use Metadata Service",
		Detail: "The credentials come from the metadata service of the ECS instance, which the environment " +
			"variable " + variable + " disables.\n\nUnset " + variable + ", or configure other credentials.",
	}
}
