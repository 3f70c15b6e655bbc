package credentials

import (
	"fmt"
	"time"
)

// Config is what the provider block says. An empty value was not written.
type Config struct {
	AccessKey     string
	SecretKey     string
	SecurityToken string

	Profile               string
	SharedCredentialsFile string // may begin with ~/
	CredentialsURI        string
	ECSRoleName           string
	AssumeRoleWithOIDC    *AssumeRoleWithOIDC // nil without the block

	// AssumeRole is nil without the block, and also when its role_arn is
	// written as an empty string: the official provider then assumes no role.
	AssumeRole *AssumeRole

	Region      string // where STS is asked, unless STSEndpoint says
	STSEndpoint string // host or host:port, spoken to over HTTPS

	// ConnectTimeout and ReadTimeout bound each request of a login, 5 and 10
	// seconds where they are zero.
	ConnectTimeout time.Duration
	ReadTimeout    time.Duration
}

// AssumeRole is the block assume_role. What is empty is taken from the
// environment.
type AssumeRole struct {
	RoleARN           string
	SessionName       string
	Policy            string
	SessionExpiration int // seconds, 900 to 43200
	ExternalID        string
}

// AssumeRoleWithOIDC is the block assume_role_with_oidc. What is empty is taken
// from the environment, but a token never where the block has one or the other.
type AssumeRoleWithOIDC struct {
	OIDCProviderARN   string
	OIDCToken         string // beats OIDCTokenFile
	OIDCTokenFile     string // read again at each login
	RoleARN           string
	RoleSessionName   string
	Policy            string
	SessionExpiration int // seconds, 900 to 43200
}

// Format hides what is in the block.
func (Config) Format(s fmt.State, _ rune) { writeString(s, "the provider block") }

// MarshalText hides what is in the block.
func (Config) MarshalText() ([]byte, error) { return []byte("the provider block"), nil }

// Format hides what is in the block.
func (AssumeRoleWithOIDC) Format(s fmt.State, _ rune) {
	writeString(s, "the block assume_role_with_oidc")
}

// MarshalText hides what is in the block.
func (AssumeRoleWithOIDC) MarshalText() ([]byte, error) {
	return []byte("the block assume_role_with_oidc"), nil
}
