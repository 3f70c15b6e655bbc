// SPDX-License-Identifier: MPL-2.0

package openapi

import (
	"fmt"
	"io"

	sdkcredentials "github.com/aliyun/alibaba-cloud-sdk-go/sdk/auth/credentials"
)

// Credentials sign a request. Printing or encoding them shows no secret.
type Credentials struct {
	AccessKeyID     string
	AccessKeySecret string
	SecurityToken   string // empty for a permanent AccessKey pair
}

// Format writes a placeholder, whatever the verb.
func (Credentials) Format(s fmt.State, _ rune) {
	// A fmt.State keeps in memory what is written, so writing does not fail.
	_, _ = io.WriteString(s, placeholder)
}

// MarshalText returns a placeholder.
func (Credentials) MarshalText() ([]byte, error) { return []byte(placeholder), nil }

// placeholder is printed in place of credentials.
const placeholder = "credentials"

// providerName is what a signed request states as the source of its credentials.
const providerName = "terraform-provider-alicloud"

// sdkProvider returns the credentials to the SDK's signer.
type sdkProvider Credentials

var _ sdkcredentials.CredentialsProvider = sdkProvider{}

// Format writes a placeholder, whatever the verb.
func (p sdkProvider) Format(s fmt.State, verb rune) { Credentials(p).Format(s, verb) }

// GetCredentials returns the credentials.
func (p sdkProvider) GetCredentials() (*sdkcredentials.Credentials, error) {
	return &sdkcredentials.Credentials{
		AccessKeyId:     p.AccessKeyID,
		AccessKeySecret: p.AccessKeySecret,
		SecurityToken:   p.SecurityToken,
		ProviderName:    providerName,
	}, nil
}

// GetProviderName returns the name of the source.
func (sdkProvider) GetProviderName() string { return providerName }
