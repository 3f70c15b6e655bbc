// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"cmp"
	"context"
	"net"
	"net/netip"
	"net/url"
	"os"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-framework/types/basetypes"

	"github.com/rds-migrate/terraform-provider-alicloud/internal/credentials"
	"github.com/rds-migrate/terraform-provider-alicloud/internal/openapi"
	"github.com/rds-migrate/terraform-provider-alicloud/internal/rds"
)

const (
	defaultConnectTimeoutMillis = 60_000    // milliseconds, as in the official provider
	defaultReadTimeoutMillis    = 60_000    // milliseconds
	maxTimeoutMillis            = 3_600_000 // milliseconds, for connecting and for reading
	maxRetryTimeoutSeconds      = 86_400    // seconds
	maxConfigurationSource      = 1024      // characters of configuration_source
)

// providerModel is the provider block.
type providerModel struct {
	AccessKey             types.String `tfsdk:"access_key"`
	SecretKey             types.String `tfsdk:"secret_key"`
	SecurityToken         types.String `tfsdk:"security_token"`
	Profile               types.String `tfsdk:"profile"`
	SharedCredentialsFile types.String `tfsdk:"shared_credentials_file"`
	CredentialsURI        types.String `tfsdk:"credentials_uri"`
	ECSRoleName           types.String `tfsdk:"ecs_role_name"`
	AssumeRole            types.Object `tfsdk:"assume_role"`
	AssumeRoleWithOIDC    types.Object `tfsdk:"assume_role_with_oidc"`
	Region                types.String `tfsdk:"region"`
	Protocol              types.String `tfsdk:"protocol"`
	Endpoints             types.Object `tfsdk:"endpoints"`
	ClientConnectTimeout  types.Int64  `tfsdk:"client_connect_timeout"`
	ClientReadTimeout     types.Int64  `tfsdk:"client_read_timeout"`
	MaxRetryTimeout       types.Int64  `tfsdk:"max_retry_timeout"`
	ConfigurationSource   types.String `tfsdk:"configuration_source"`
	SourceIP              types.String `tfsdk:"source_ip"`
	SecureTransport       types.String `tfsdk:"secure_transport"`
	SecurityTransport     types.String `tfsdk:"security_transport"`

	ignoredModel
}

// ignoredModel holds the arguments that only the official provider uses.
type ignoredModel struct {
	AccountID            types.String `tfsdk:"account_id"`
	AccountType          types.String `tfsdk:"account_type"`
	FC                   types.String `tfsdk:"fc"`
	LogEndpoint          types.String `tfsdk:"log_endpoint"`
	MNSEndpoint          types.String `tfsdk:"mns_endpoint"`
	OTSInstanceName      types.String `tfsdk:"ots_instance_name"`
	SkipRegionValidation types.Bool   `tfsdk:"skip_region_validation"`
	SignVersion          types.Object `tfsdk:"sign_version"`
	Features             types.Object `tfsdk:"features"`
}

type endpointsModel struct {
	RDS types.String `tfsdk:"rds"`
	STS types.String `tfsdk:"sts"`
}

type assumeRoleModel struct {
	RoleARN           types.String `tfsdk:"role_arn"`
	SessionName       types.String `tfsdk:"session_name"`
	Policy            types.String `tfsdk:"policy"`
	SessionExpiration types.Int64  `tfsdk:"session_expiration"`
	ExternalID        types.String `tfsdk:"external_id"`
}

type oidcModel struct {
	OIDCProviderARN   types.String `tfsdk:"oidc_provider_arn"`
	OIDCTokenFile     types.String `tfsdk:"oidc_token_file"`
	OIDCToken         types.String `tfsdk:"oidc_token"`
	RoleARN           types.String `tfsdk:"role_arn"`
	RoleSessionName   types.String `tfsdk:"role_session_name"`
	Policy            types.String `tfsdk:"policy"`
	SessionExpiration types.Int64  `tfsdk:"session_expiration"`
}

// clientConfig returns the configuration of the client, from the provider block
// and the environment. An empty argument counts as omitted.
func (m *providerModel) clientConfig(
	ctx context.Context, options []credentials.Option, diags *diag.Diagnostics,
) rds.Config {
	var endpoints endpointsModel
	diags.Append(m.Endpoints.As(ctx, &endpoints, basetypes.ObjectAsOptions{UnhandledNullAsEmpty: true})...)
	c := rds.Config{
		Endpoint: endpointFromConfigOrEnv(endpoints.RDS, diags, "ALIBABA_CLOUD_ENDPOINT_RDS", "RDS_ENDPOINT"),
		Protocol: cmp.Or(m.Protocol.ValueString(), "HTTPS"),
		ConnectTimeout: millisecondsFromConfigOrEnv(
			m.ClientConnectTimeout, diags, "CLIENT_CONNECT_TIMEOUT", defaultConnectTimeoutMillis),
		ReadTimeout: millisecondsFromConfigOrEnv(
			m.ClientReadTimeout, diags, "CLIENT_READ_TIMEOUT", defaultReadTimeoutMillis),
		SourceIP:        cmp.Or(m.SourceIP.ValueString(), firstEnv("ALICLOUD_SOURCE_IP", "ALIBABA_CLOUD_SOURCE_IP")),
		SecureTransport: m.secureTransport(),
	}
	maxRetrySeconds := int64FromConfigOrEnv(m.MaxRetryTimeout, diags, "MAX_RETRY_TIMEOUT", maxRetryTimeoutSeconds)
	c.MaxRetryDuration = time.Duration(maxRetrySeconds) * time.Second
	checkProxies(diags)
	m.checkConfigurationSource(diags)
	cc := m.credentialsConfig(ctx, diags)
	cc.Region = m.Region.ValueString()
	cc.STSEndpoint = endpointFromConfigOrEnv(endpoints.STS, diags, "ALIBABA_CLOUD_ENDPOINT_STS", "STS_ENDPOINT")
	cc.ConnectTimeout, cc.ReadTimeout = c.ConnectTimeout, c.ReadTimeout
	resolved, err := credentials.Resolve(cc, os.Getenv, options...)
	if err != nil {
		addCredentialsError(diags, err)
		return c
	}
	c.Source, c.Region = resolved.Source, resolved.Region
	if c.Region == "" {
		addMissingRegion(diags)
	}
	if c.Protocol == "HTTP" && !isLoopback(c.Endpoint) {
		addPlainHTTP(diags)
	}
	return c
}

// credentialsConfig returns the credentials arguments of the provider block.
func (m *providerModel) credentialsConfig(ctx context.Context, diags *diag.Diagnostics) credentials.Config {
	c := credentials.Config{
		AccessKey:             m.AccessKey.ValueString(),
		SecretKey:             m.SecretKey.ValueString(),
		SecurityToken:         m.SecurityToken.ValueString(),
		Profile:               m.Profile.ValueString(),
		SharedCredentialsFile: m.SharedCredentialsFile.ValueString(),
		CredentialsURI:        m.CredentialsURI.ValueString(),
		ECSRoleName:           m.ECSRoleName.ValueString(),
	}
	var role *assumeRoleModel
	diags.Append(m.AssumeRole.As(ctx, &role, basetypes.ObjectAsOptions{})...)
	// The official provider assumes no role if role_arn is an empty string.
	if role != nil && (role.RoleARN.IsNull() || role.RoleARN.ValueString() != "") {
		c.AssumeRole = &credentials.AssumeRole{
			RoleARN:           role.RoleARN.ValueString(),
			SessionName:       role.SessionName.ValueString(),
			Policy:            role.Policy.ValueString(),
			SessionExpiration: int(role.SessionExpiration.ValueInt64()),
			ExternalID:        role.ExternalID.ValueString(),
		}
	}
	var oidc *oidcModel
	diags.Append(m.AssumeRoleWithOIDC.As(ctx, &oidc, basetypes.ObjectAsOptions{})...)
	if oidc != nil {
		c.AssumeRoleWithOIDC = &credentials.AssumeRoleWithOIDC{
			OIDCProviderARN:   oidc.OIDCProviderARN.ValueString(),
			OIDCToken:         oidc.OIDCToken.ValueString(),
			OIDCTokenFile:     oidc.OIDCTokenFile.ValueString(),
			RoleARN:           oidc.RoleARN.ValueString(),
			RoleSessionName:   oidc.RoleSessionName.ValueString(),
			Policy:            oidc.Policy.ValueString(),
			SessionExpiration: int(oidc.SessionExpiration.ValueInt64()),
		}
	}
	return c
}

func (m *providerModel) secureTransport() string {
	return cmp.Or(m.SecureTransport.ValueString(), m.SecurityTransport.ValueString(),
		firstEnv("ALICLOUD_SECURE_TRANSPORT", "ALIBABA_CLOUD_SECURE_TRANSPORT",
			"ALICLOUD_SECURITY_TRANSPORT", "ALIBABA_CLOUD_SECURITY_TRANSPORT"))
}

// userAgent returns the User-Agent header in the form of the official provider:
// both versions and the configuration source.
func (m *providerModel) userAgent(terraformVersion, providerVersion string) string {
	agent := "HashiCorp-Terraform/" + terraformVersion + " Terraform-Provider/" + providerVersion
	source := strings.TrimSpace(cmp.Or(m.ConfigurationSource.ValueString(), firstEnv(configurationSourceVariable)))
	if source == "" {
		return agent
	}
	return agent + " Terraform-Module/" + source
}

const configurationSourceVariable = "TF_APPEND_USER_AGENT"

// checkConfigurationSource adds an error if the configuration source is that of
// the environment and has a control character. A validator checks the one of the
// provider block.
func (m *providerModel) checkConfigurationSource(diags *diag.Diagnostics) {
	source := firstEnv(configurationSourceVariable)
	if m.ConfigurationSource.ValueString() == "" && strings.ContainsFunc(source, unicode.IsControl) {
		addControlCharacter(diags, configurationSourceVariable, source)
	}
}

// int64FromConfigOrEnv returns the number in the provider block, else that in
// the environment variable, else 0. The number in the environment variable must
// be from 0 to maximum.
func int64FromConfigOrEnv(v types.Int64, diags *diag.Diagnostics, variable string, maximum int64) int64 {
	value := firstEnv(variable)
	if !v.IsNull() || value == "" {
		return v.ValueInt64()
	}
	n, err := strconv.ParseInt(value, 10, 64)
	if err != nil || n < 0 || n > maximum {
		addInvalidNumber(diags, variable, maximum, value)
	}
	return n
}

// millisecondsFromConfigOrEnv returns a number of milliseconds as
// int64FromConfigOrEnv finds it, or fallback instead of 0.
func millisecondsFromConfigOrEnv(
	v types.Int64, diags *diag.Diagnostics, variable string, fallback int64,
) time.Duration {
	milliseconds := cmp.Or(int64FromConfigOrEnv(v, diags, variable, maxTimeoutMillis), fallback)
	return time.Duration(milliseconds) * time.Millisecond
}

// endpointFromConfigOrEnv returns the endpoint in the provider block, else that
// in the first environment variable that is not empty, else "".
func endpointFromConfigOrEnv(v types.String, diags *diag.Diagnostics, variables ...string) string {
	if v.ValueString() != "" {
		return v.ValueString()
	}
	for _, variable := range variables {
		endpoint := os.Getenv(variable)
		if endpoint == "" {
			continue
		}
		if !openapi.IsHost(endpoint) {
			addInvalidEndpoint(diags, variable, endpoint)
		}
		return endpoint
	}
	return ""
}

// checkProxies adds an error for each proxy variable that is not a URL. net/http
// ignores such a variable silently and connects without a proxy.
func checkProxies(diags *diag.Diagnostics) {
	for _, name := range []string{"HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy"} {
		proxy := os.Getenv(name)
		if proxy == "" {
			continue
		}
		if !strings.Contains(proxy, "://") {
			proxy = "http://" + proxy
		}
		if u, err := url.Parse(proxy); err != nil || u.Hostname() == "" {
			addInvalidProxy(diags, name)
		}
	}
}

// firstEnv returns the value of the first environment variable that is not empty,
// or "".
func firstEnv(names ...string) string {
	for _, name := range names {
		if v := os.Getenv(name); v != "" {
			return v
		}
	}
	return ""
}

// isLoopback reports whether an endpoint, as host or host:port, is on this
// machine.
func isLoopback(endpoint string) bool {
	host := endpoint
	if h, _, err := net.SplitHostPort(endpoint); err == nil {
		host = h
	}
	addr, err := netip.ParseAddr(strings.Trim(host, "[]"))
	return host == "localhost" || err == nil && addr.IsLoopback()
}
