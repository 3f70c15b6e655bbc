// SPDX-License-Identifier: MPL-2.0

// Package credentials finds the credentials that sign API requests.
//
// Resolve selects one source. The provider block takes precedence over the
// environment, and each of them is searched in this order:
//
//  1. static credentials
//  2. a profile in the command-line tool's config.json
//  3. a credentials URI
//  4. the RAM role of the ECS instance
//  5. a role assumed with an OIDC token
//
// The role of an assume_role block is assumed with the credentials of the
// selected source. All values of a source come from that source alone. If the
// first configured source fails, that is an error: the next one is not tried.
package credentials

import (
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/rds-migrate/terraform-provider-alicloud/internal/openapi"
)

// A Source provides credentials. It is safe for concurrent use.
type Source interface {
	// Retrieve returns credentials that are valid now. It authenticates again if
	// the previous ones are about to expire. Before the first success, it repeats
	// failed attempts for up to 30 seconds. Its errors are of type *Error, or
	// those of ctx.
	Retrieve(ctx context.Context) (openapi.Credentials, error)
	// Replace is Retrieve after an API has refused credentials of this source with
	// a code for which IsRefusedSession is true. A session that is still cached is
	// discarded first. Credentials without a security token are returned unchanged.
	Replace(ctx context.Context, refused openapi.Credentials) (openapi.Credentials, error)
	// Name describes the source and where it is configured, as in "the static
	// credentials of the provider block". It is safe to print.
	Name() string
}

// IsRefusedSession reports whether an error code of an API may mean that a session
// has ended, so that a new session may be accepted.
func IsRefusedSession(code string) bool {
	return strings.HasPrefix(code, "InvalidSecurityToken") || strings.HasPrefix(code, "InvalidAccessKeyId")
}

// writeString writes the text that is shown in place of a secret.
func writeString(s fmt.State, text string) {
	// A fmt.State buffers in memory, so writing does not fail.
	_, _ = io.WriteString(s, text)
}
