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
	// metadataConnectTimeout is short, because the service is on the same host as
	// the instance, and a computer that is not an instance waits for it twice.
	metadataConnectTimeout = 2 * time.Second
)

// metadataService is the metadata service of an ECS instance. In version 2, each
// authentication starts with a token.
type metadataService struct {
	url    string
	v2Only bool // never use version 1
	client *openapi.Client
}

// newMetadataService returns a service that is called without a proxy: a proxy
// would return the credentials of its own role.
func newMetadataService(address string, v2Only bool) metadataService {
	return metadataService{url: address, v2Only: v2Only, client: &openapi.Client{
		Transport:       openapi.NewTransport(metadataConnectTimeout, nil),
		Timeout:         metadataTimeout,
		MaxResponseSize: maxResponseSize,
	}}
}

// retrieveRole returns the credentials of a role, or of the instance's only
// role if role is "".
func (m metadataService) retrieveRole(role string) retrieveFunc {
	return func(ctx context.Context) (session, error) {
		token, tokenErr := m.token(ctx)
		if tokenErr != nil && m.v2Only {
			return session{}, tokenErr
		}
		// After a failure the token is empty, which means version 1. Like
		// credentials-go, this ignores the kind of failure: a service without version 2
		// can respond with any status, and its response to a container, which is one
		// network hop further away, may not arrive at all. This discloses nothing,
		// because an instance that requires version 2 refuses requests without a token.
		s, err := m.retrieveRoleWithToken(ctx, role, token)
		if err != nil && tokenErr != nil {
			err = joinTokenError(err, tokenErr)
		}
		return s, err
	}
}

// joinTokenError returns the error of a request in version 1 that followed a
// failed request for a token. The authentication may succeed later if either
// request may.
func joinTokenError(err, tokenErr error) error {
	var v1, v2 *failure
	if !errors.As(err, &v1) || !errors.As(tokenErr, &v2) {
		return err
	}
	both := *v1
	both.retryable, both.foreign = v1.retryable || v2.retryable, v1.foreign || v2.foreign
	if v1.message != v2.message || v1.response != v2.response {
		var response string
		if v2.response != "" {
			response = " (" + strings.ReplaceAll(v2.response, "\n", ", ") + ")"
		}
		both.message += " Before that, the request for a token of version 2 of the metadata service failed" +
			response + ": " + v2.message
	}
	return &both
}

// tokenPattern matches a token, but not the page of a proxy.
var tokenPattern = lazyRegexp(`^[!-~]+$`)

// token returns a token of version 2.
func (m metadataService) token(ctx context.Context) (string, error) {
	resp, err := m.send(ctx, request{
		method:  http.MethodPut,
		address: m.url + "/latest/api/token",
		header:  http.Header{"X-Aliyun-Ecs-Metadata-Token-Ttl-Seconds": {"60"}},
	})
	if err == nil && !tokenPattern().Match(resp.Body) {
		err = &failure{message: "The metadata service did not return a token.", advice: attachRole, foreign: true}
	}
	if f, ok := errors.AsType[*failure](err); ok && m.v2Only {
		f.advice += " If the instance does not support version 2 of the metadata service, unset " + imdsV1Variable + "."
	}
	if err != nil {
		return "", err
	}
	return string(resp.Body), nil
}

// retrieveRoleWithToken returns the credentials of a role, or of the instance's
// only role if role is "". Without a token, it uses version 1.
func (m metadataService) retrieveRoleWithToken(ctx context.Context, role, token string) (session, error) {
	get := request{method: http.MethodGet}
	if token != "" {
		get.header = http.Header{"X-Aliyun-Ecs-Metadata-Token": {token}}
		get.secrets = []string{token}
	}
	const directory = "/latest/meta-data/ram/security-credentials/"
	if role == "" {
		get.address = m.url + directory
		resp, err := m.send(ctx, get)
		if err != nil {
			return session{}, err
		}
		role = string(resp.Body)
		if !roleNamePattern().MatchString(role) {
			return session{}, failf(attachRole, "The metadata service did not return the name of a role.")
		}
	}
	get.address = m.url + directory + url.PathEscape(role)
	resp, err := m.send(ctx, get)
	if err != nil {
		return session{}, err
	}
	got, err := parseCredentials("the metadata service", resp.Body, resp)
	if err != nil {
		return session{}, err
	}
	return got.toTemporarySession("the metadata service")
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

// imdsV1Variable disables version 1 of the metadata service if it is "true", as
// in the vendor's own libraries.
const imdsV1Variable = "ALIBABA_CLOUD_IMDSV1_DISABLED"

// newMetadataService returns the service that the environment allows.
func (r *resolver) newMetadataService() metadataService {
	return newMetadataService(r.metadataURL, strings.EqualFold(r.env.get(imdsV1Variable), "true"))
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
	retrieve := r.newMetadataService().retrieveRole(role.value)
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
