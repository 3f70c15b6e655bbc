package credentials

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"
)

const (
	metadataURL     = "http://100.100.100.200"
	metadataTimeout = 5 * time.Second
)

// metadataService is the metadata service of an ECS instance, version 2: each
// authentication begins with a token.
//
// credentials-go is not used for it: it has the address of the service built
// in, sends the request through the proxy of HTTP_PROXY, which then returns the
// credentials of its own role, and panics if a response has no code.
type metadataService struct {
	url    string
	client *http.Client
}

func newMetadataService(address string) metadataService {
	direct := newClient(timeouts{connect: metadataTimeout}, nil)
	return metadataService{url: address, client: direct}
}

// retrieveRole returns the credentials of a role, or of the instance's only
// role if role is "".
func (m metadataService) retrieveRole(role string) retrieveFunc {
	return func(ctx context.Context) (Credentials, time.Time, error) {
		const ttlHeader = "X-aliyun-ecs-metadata-token-ttl-seconds"
		token, err := m.request(ctx, http.MethodPut, "/latest/api/token", ttlHeader, "60")
		if err != nil {
			return Credentials{}, time.Time{}, err
		}
		get := func(name string) (string, error) {
			path := "/latest/meta-data/ram/security-credentials/" + url.PathEscape(name)
			return m.request(ctx, http.MethodGet, path, "X-aliyun-ecs-metadata-token", token)
		}
		role := role
		if role == "" {
			if role, err = get(""); err != nil {
				return Credentials{}, time.Time{}, err
			}
			if !roleNamePattern().MatchString(role) {
				return Credentials{}, time.Time{}, failf("The metadata service did not answer with the name of a role.")
			}
		}
		body, err := get(role)
		if err != nil {
			return Credentials{}, time.Time{}, err
		}
		resp, err := parseCredentials("the metadata service", []byte(body))
		if err != nil {
			return Credentials{}, time.Time{}, err
		}
		return resp.toTemporaryCredentials("the metadata service")
	}
}

// request sends a request with one header, and returns the body of the response
// without surrounding white space.
func (m metadataService) request(ctx context.Context, method, path, header, value string) (string, error) {
	req, err := newRequest(ctx, method, m.url+path, http.NoBody)
	if err != nil {
		return "", err
	}
	req.Header.Set(header, value)
	body, err := send(m.client, req)
	if f, ok := errors.AsType[*failure](err); ok {
		f.message += " Only an ECS instance has a metadata service, " +
			"and it has keys only for the RAM role that is attached to the instance."
	}
	return strings.TrimSpace(string(body)), err
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
