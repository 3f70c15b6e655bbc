// SPDX-License-Identifier: MPL-2.0

package credentials

import (
	"fmt"
	"time"
)

// Config holds the settings of the provider block that select and configure
// credentials. An empty value means that the argument is not set.
type Config struct {
	AccessKey     string
	SecretKey     string
	SecurityToken string

	Profile               string
	SharedCredentialsFile string // may start with ~/
	CredentialsURI        string
	ECSRoleName           string
	AssumeRoleWithOIDC    *AssumeRoleWithOIDC // nil without the block

	// AssumeRole is nil without the block, and also if its role_arn is an empty
	// string: the official provider then assumes no role.
	AssumeRole *AssumeRole

	Region      string // selects the STS endpoint unless STSEndpoint is set
	STSEndpoint string // host or host:port, always over HTTPS

	// ConnectTimeout and ReadTimeout limit each authentication request. Zero
	// means 5 and 10 seconds.
	ConnectTimeout time.Duration
	ReadTimeout    time.Duration
}

// AssumeRole is the block assume_role. Empty fields are taken from the
// environment.
type AssumeRole struct {
	RoleARN           string
	SessionName       string
	Policy            string
	SessionExpiration int // seconds, 900 to 43200
	ExternalID        string
}

// AssumeRoleWithOIDC is the block assume_role_with_oidc. Empty fields are taken
// from the environment, except that a block with either OIDCToken or
// OIDCTokenFile never takes the other one.
type AssumeRoleWithOIDC struct {
	OIDCProviderARN   string
	OIDCToken         string // takes precedence over OIDCTokenFile
	OIDCTokenFile     string // read again for each session
	RoleARN           string
	RoleSessionName   string
	Policy            string
	SessionExpiration int // seconds, 900 to 43200
}

// Format hides the content of the block.
func (Config) Format(s fmt.State, _ rune) { writeString(s, "the provider block") }

// MarshalText hides the content of the block.
func (Config) MarshalText() ([]byte, error) { return []byte("the provider block"), nil }

// Format hides the content of the block.
func (AssumeRoleWithOIDC) Format(s fmt.State, _ rune) {
	writeString(s, "the block assume_role_with_oidc")
}

// MarshalText hides the content of the block.
func (AssumeRoleWithOIDC) MarshalText() ([]byte, error) {
	return []byte("the block assume_role_with_oidc"), nil
}
