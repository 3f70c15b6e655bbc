// SPDX-License-Identifier: MPL-2.0

package credentials

import (
	"net/http"
	"testing"
	"time"

	"github.com/rds-migrate/terraform-provider-alicloud/internal/credentials/credtest"
)

func TestECSRole_RenewsBeforeExpiration(t *testing.T) {
	t.Parallel()
	clock := fakeClock()
	service := credtest.NewMetadata(clock, "reader", time.Hour, issued(1), issued(2))
	options := []Option{WithClock(clock), WithMetadataURL(serve(t, service))}
	s := mustResolve(t, Config{ECSRoleName: "reader"}, nil, options...)
	expectCredentials(t, s, issued(1))
	clock.Advance(57*time.Minute - time.Second)
	expectCredentials(t, s, issued(1))
	clock.Advance(time.Second)
	expectCredentials(t, s, issued(2))
	if service.IssuedCount() != 2 {
		t.Errorf("credentials were issued %d times", service.IssuedCount())
	}
}

func TestECSRole_OfAnotherInstance(t *testing.T) {
	t.Parallel()
	service := credtest.NewMetadata(fakeClock(), "reader", time.Hour, issued(1))
	s := mustResolve(t, Config{ECSRoleName: "other"}, nil, WithMetadataURL(serve(t, service)))
	expectError(t, retrieveError(t, s), "ecs_role_name", "404", "has the RAM role attached")
}

func TestECSRole_ExpiredCredentials(t *testing.T) {
	t.Parallel()
	clock := fakeClock()
	service := credtest.NewMetadata(clock, "reader", 0, issued(1))
	s := mustResolve(t, Config{ECSRoleName: "reader"}, nil, WithClock(clock), WithMetadataURL(serve(t, service)))
	err := retrieveError(t, s)
	expectError(t, err, "ecs_role_name")
	expectRetryable(t, err, true)
	expectNoSecret(t, err, issued(1).AccessKeySecret, issued(1).SecurityToken)
}

func TestECSRole_UsesNoProxy(t *testing.T) {
	t.Parallel()
	transport, ok := newMetadataService(metadataURL).client.Transport.(*http.Transport)
	if !ok || transport.Proxy != nil {
		t.Errorf("requests to the metadata service go through a proxy")
	}
}
