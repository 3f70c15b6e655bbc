// Package credentials finds the keys that requests are signed with.
//
// Resolve chooses one source. What is written in the provider block beats the
// environment, and in each of the two the order is
//
//  1. static keys
//  2. a profile of the command-line tool's config.json
//  3. a credentials URI
//  4. the role of the ECS instance
//  5. a role assumed with an OIDC token
//
// The role of an assume_role block is assumed with the keys of whichever source
// that is. A source is taken whole: nothing in it comes from another one. The
// first that is configured is used; when it fails, that is an error, and no
// reason to try the next.
package credentials

import (
	"context"
	"fmt"
	"io"
)

// Credentials are what a request is signed with. Printing or encoding them, in
// whatever way, shows where they come from and nothing else.
type Credentials struct {
	AccessKeyID     string
	AccessKeySecret string
	SecurityToken   string // empty for keys that do not expire
	Source          string // the name of the source, safe to print
}

// String says where the keys come from.
func (k Credentials) String() string { return "keys of " + k.Source }

// Format writes String whatever the verb.
func (k Credentials) Format(s fmt.State, _ rune) { writeString(s, k.String()) }

// MarshalText returns String.
func (k Credentials) MarshalText() ([]byte, error) { return []byte(k.String()), nil }

// A Source hands out keys. It is safe for concurrent use.
type Source interface {
	// Credentials returns keys that are valid now, after a login where the last ones
	// are about to expire. Its errors are of type *Error, or those of ctx.
	Retrieve(ctx context.Context) (Credentials, error)
	// Name says what the source is and where it was configured, as in "the
	// static keys of the provider block". It is safe to print.
	Name() string
}

// writeString prints what is shown in place of a secret.
func writeString(s fmt.State, text string) {
	// A fmt.State keeps what it is given in memory, so writing does not fail.
	_, _ = io.WriteString(s, text)
}
