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

// metadata logs in at the metadata service of an ECS instance, with its version
// 2 only: each login begins with a token.
//
// credentials-go cannot do it: it has the service's address built in, asks
// through the proxy of HTTP_PROXY, which then answers with its own role, and
// panics when an answer lacks its code.
type metadata struct {
	url    string
	client *http.Client
}

func newMetadata(address string) metadata {
	direct := newClient(timeouts{connect: metadataTimeout}, nil)
	return metadata{url: address, client: direct}
}

// login returns the keys of a role, or of the instance's only role for "".
func (m metadata) login(role string) retrieveFunc {
	return func(ctx context.Context) (Credentials, time.Time, error) {
		token, err := m.request(ctx, http.MethodPut, "/latest/api/token", "X-aliyun-ecs-metadata-token-ttl-seconds", "60")
		if err != nil {
			return Credentials{}, time.Time{}, err
		}
		get := func(name string) (string, error) {
			return m.request(ctx, http.MethodGet, "/latest/meta-data/ram/security-credentials/"+url.PathEscape(name), "X-aliyun-ecs-metadata-token", token)
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
		a, err := parseCredentials("the metadata service", []byte(body))
		if err != nil {
			return Credentials{}, time.Time{}, err
		}
		return a.toTemporaryCredentials("the metadata service")
	}
}

// request sends one request with one header, and returns the answer without white
// space around it.
func (m metadata) request(ctx context.Context, method, path, header, value string) (string, error) {
	req, err := newRequest(ctx, method, m.url+path, http.NoBody)
	if err != nil {
		return "", err
	}
	req.Header.Set(header, value)
	body, err := send(m.client, req)
	if f, ok := errors.AsType[*failure](err); ok {
		f.message += " Only an ECS instance has a metadata service, and it has keys only for the RAM role that is attached to the instance."
	}
	return strings.TrimSpace(string(body)), err
}

// blockECSRole is the role that the provider block names.
func (r *resolver) blockECSRole() (Source, error) {
	return r.ecsRole(block("ecs_role_name", r.block.ECSRoleName))
}

// environmentECSRole is the role that the environment names.
func (r *resolver) environmentECSRole() (Source, error) {
	return r.ecsRole(r.env.first(ecsRoleVariables))
}

func (r *resolver) ecsRole(name configValue) (Source, error) {
	if err := r.metadataDisabled(name.argument); err != nil {
		return nil, err
	}
	if !roleNamePattern().MatchString(name.value) {
		return nil, &Error{
			Argument: name.argument,
			Summary:  "Unusable role name",
			Detail:   fmt.Sprintf("Expected the name of the RAM role that is attached to the ECS instance, not its ARN, in %s.", name),
		}
	}
	return newSession(fmt.Sprintf("the ECS role %s of %s", name.value, name), name.argument, r.clock, newMetadata(r.metadataURL).login(name.value)), nil
}

// metadataDisabled returns an error where the environment forbids the metadata
// service, with the variable of the vendor's own libraries.
func (r *resolver) metadataDisabled(argument string) error {
	const variable = "ALIBABA_CLOUD_ECS_METADATA_DISABLED"
	if !strings.EqualFold(r.env.get(variable), "true") {
		return nil
	}
	return &Error{
		Argument: argument,
		Summary:  "Metadata service disabled",
		Detail:   "The keys are to come from the ECS instance, but the environment forbids that. Unset " + variable + ", or give other credentials.",
	}
}
