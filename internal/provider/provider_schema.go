// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"maps"

	"github.com/hashicorp/terraform-plugin-framework-validators/int64validator"
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/provider"
	"github.com/hashicorp/terraform-plugin-framework/provider/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"

	"github.com/rds-migrate/terraform-provider-alicloud/internal/credentials"
)

// Schema returns the schema of the provider block.
func (p *alicloudProvider) Schema(_ context.Context, _ provider.SchemaRequest, resp *provider.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Reads the migration tasks that restore SQL Server backup files from OSS into ApsaraDB " +
			"RDS, and holds an apply until they have succeeded.",
		Attributes: credentialAttributes(),
		Blocks: map[string]schema.Block{
			"assume_role":           assumeRoleBlock(),
			"assume_role_with_oidc": oidcBlock(),
			"endpoints": schema.SingleNestedBlock{
				MarkdownDescription: "Endpoints to use instead of those of the region.",
				Attributes: map[string]schema.Attribute{
					"rds": endpointAttribute("RDS", "`ALIBABA_CLOUD_ENDPOINT_RDS` or `RDS_ENDPOINT`"),
					"sts": endpointAttribute("STS", "`ALIBABA_CLOUD_ENDPOINT_STS` or `STS_ENDPOINT`"),
				},
			},
		},
	}
	maps.Copy(resp.Schema.Attributes, regionAttributes())
	maps.Copy(resp.Schema.Attributes, connectionAttributes())
	maps.Copy(resp.Schema.Attributes, ignoredAttributes())
	maps.Copy(resp.Schema.Blocks, ignoredBlocks())
}

// optionalString returns an optional attribute. It is not computed: Configure
// reads its environment variables, which its description names.
func optionalString(description string, validators ...validator.String) schema.StringAttribute {
	return schema.StringAttribute{Optional: true, MarkdownDescription: description, Validators: validators}
}

func optionalInt64(description string, validators ...validator.Int64) schema.Int64Attribute {
	return schema.Int64Attribute{Optional: true, MarkdownDescription: description, Validators: validators}
}

func sensitiveString(description string) schema.StringAttribute {
	return schema.StringAttribute{Optional: true, Sensitive: true, MarkdownDescription: description}
}

// credentialAttributes returns the arguments that provide credentials.
func credentialAttributes() map[string]schema.Attribute {
	return map[string]schema.Attribute{
		"access_key": optionalString("AccessKey ID. Environment variables: `ALICLOUD_ACCESS_KEY`, " +
			"`ALIBABA_CLOUD_ACCESS_KEY_ID`, or `ALIBABACLOUD_ACCESS_KEY_ID`."),
		"secret_key": sensitiveString("AccessKey secret. Environment variables: `ALICLOUD_SECRET_KEY`, " +
			"`ALIBABA_CLOUD_ACCESS_KEY_SECRET`, or `ALIBABACLOUD_ACCESS_KEY_SECRET`, with the prefix of the variable " +
			"of `access_key`."),
		"security_token": sensitiveString("Security token of temporary credentials from STS. Environment variables: " +
			"`ALICLOUD_SECURITY_TOKEN`, `ALIBABA_CLOUD_SECURITY_TOKEN`, or `ALIBABACLOUD_SECURITY_TOKEN`, with the " +
			"prefix of the variable of `access_key`."),
		"profile": optionalString("Name of a profile of the Alibaba Cloud CLI. Environment variables: " +
			"`ALICLOUD_PROFILE` or `ALIBABA_CLOUD_PROFILE`."),
		"shared_credentials_file": optionalString("Path of the file that contains the profiles. Default: " +
			"`~/.aliyun/config.json`. Environment variables: `ALICLOUD_SHARED_CREDENTIALS_FILE`, " +
			"`ALIBABA_CLOUD_CREDENTIALS_FILE`, or `ALIBABA_CLOUD_CONFIG_FILE`."),
		"credentials_uri": optionalString("URI of a local service that returns credentials. Environment variables: " +
			"`ALICLOUD_CREDENTIALS_URI` or `ALIBABA_CLOUD_CREDENTIALS_URI`."),
		"ecs_role_name": optionalString("Name of the RAM role of the ECS instance that Terraform runs on. " +
			"Environment variables: `ALICLOUD_ECS_ROLE_NAME` or `ALIBABA_CLOUD_ECS_METADATA`."),
	}
}

// regionAttributes returns the arguments region and protocol.
func regionAttributes() map[string]schema.Attribute {
	return map[string]schema.Attribute{
		"region": optionalString("Region of the RDS instances, such as `cn-hangzhou`. Required, unless the profile " +
			"in use has a region. Environment variables: `ALICLOUD_REGION` or `ALIBABA_CLOUD_REGION`."),
		"protocol": optionalString("Protocol of the requests: `HTTP` or `HTTPS`. Default: `HTTPS`.",
			stringvalidator.OneOf("HTTP", "HTTPS")),
	}
}

func endpointAttribute(product, variables string) schema.Attribute {
	return optionalString("Endpoint of "+product+", as `host` or `host:port`. Default: the endpoint of the region. "+
		"Environment variables: "+variables+".", newEndpointValidator())
}

// connectionAttributes returns the arguments that apply to every request.
func connectionAttributes() map[string]schema.Attribute {
	trueOrFalse := stringvalidator.OneOf("true", "false", "")
	return map[string]schema.Attribute{
		"client_connect_timeout": optionalInt64("Timeout for opening a connection, in milliseconds. Default: "+
			"`60000`. Maximum: `3600000`. Environment variable: `CLIENT_CONNECT_TIMEOUT`.",
			int64validator.Between(0, maxTimeoutMillis)),
		"client_read_timeout": optionalInt64("Timeout for a complete response, in milliseconds. Default: `60000`. "+
			"Maximum: `3600000`. Environment variable: `CLIENT_READ_TIMEOUT`.",
			int64validator.Between(0, maxTimeoutMillis)),
		"max_retry_timeout": optionalInt64("Time during which a failed request is retried, in seconds. Default: `0`, "+
			"which means until the timeout of the data source or of the gate. Maximum: `86400`. Environment variable: "+
			"`MAX_RETRY_TIMEOUT`.", int64validator.Between(0, maxRetryTimeoutSeconds)),
		"configuration_source": optionalString("Text appended to the `User-Agent` header, at most 1024 characters, "+
			"without control characters. Environment variable: `TF_APPEND_USER_AGENT`.",
			stringvalidator.LengthAtMost(maxConfigurationSource), newHeaderValidator()),
		"source_ip": optionalString("IP address of the caller, for RAM policies that restrict it. Sent only together " +
			"with `secure_transport`. Environment variables: `ALICLOUD_SOURCE_IP` or `ALIBABA_CLOUD_SOURCE_IP`."),
		"secure_transport": optionalString("Whether the caller uses HTTPS, for RAM policies that require it: `true` "+
			"or `false`. Sent only together with `source_ip`. Environment variables: `ALICLOUD_SECURE_TRANSPORT` or "+
			"`ALIBABA_CLOUD_SECURE_TRANSPORT`.", trueOrFalse),
		"security_transport": optionalString("Former name of `secure_transport` in the official provider. "+
			"Environment variables: `ALICLOUD_SECURITY_TRANSPORT` or `ALIBABA_CLOUD_SECURITY_TRANSPORT`.", trueOrFalse),
	}
}

func assumeRoleBlock() schema.Block {
	return schema.SingleNestedBlock{
		MarkdownDescription: "RAM role that the provider assumes with the credentials of any source.",
		Attributes: map[string]schema.Attribute{
			"role_arn": optionalString("ARN of the role. If it is an empty string, no role is assumed. " +
				"Environment variables: `ALICLOUD_ASSUME_ROLE_ARN` or `ALIBABA_CLOUD_ROLE_ARN`."),
			"session_name": optionalString("Name of the session. Default: `terraform`. Environment variables: " +
				"`ALICLOUD_ASSUME_ROLE_SESSION_NAME` or `ALIBABA_CLOUD_ROLE_SESSION_NAME`."),
			"policy": optionalString("Policy that restricts the permissions of the session."),
			"session_expiration": optionalInt64("Duration of the session, in seconds. Default: `3600`. Minimum: "+
				"`900`. Maximum: `43200`. Environment variable: `ALICLOUD_ASSUME_ROLE_SESSION_EXPIRATION`.",
				sessionDurationValidator()),
			"external_id": optionalString("External ID of the role."),
		},
	}
}

func oidcBlock() schema.Block {
	return schema.SingleNestedBlock{
		MarkdownDescription: "RAM role that the provider assumes with a token of an OIDC identity provider.",
		Attributes: map[string]schema.Attribute{
			"oidc_provider_arn": optionalString("ARN of the identity provider. Environment variable: " +
				"`ALIBABA_CLOUD_OIDC_PROVIDER_ARN`."),
			"oidc_token_file": optionalString("Path of the file that contains the token. The file is read again when " +
				"the session is renewed. Environment variable: `ALIBABA_CLOUD_OIDC_TOKEN_FILE`."),
			"oidc_token": sensitiveString("Token of the identity provider. Takes precedence over `oidc_token_file`. " +
				"Environment variable: `ALIBABA_CLOUD_OIDC_TOKEN`."),
			"role_arn": optionalString("ARN of the role. Environment variable: `ALIBABA_CLOUD_ROLE_ARN`."),
			"role_session_name": optionalString("Name of the session. Default: `terraform`. Environment variable: " +
				"`ALIBABA_CLOUD_ROLE_SESSION_NAME`."),
			"policy": optionalString("Policy that restricts the permissions of the session."),
			"session_expiration": optionalInt64("Duration of the session, in seconds. Default: `3600`. Minimum: "+
				"`900`. Maximum: `43200`.", sessionDurationValidator()),
		},
	}
}

func sessionDurationValidator() validator.Int64 {
	return int64validator.Between(credentials.MinSessionDuration, credentials.MaxSessionDuration)
}

// ignoredDescription is the description of the arguments that only the official
// provider uses.
const ignoredDescription = "No effect. Accepted so that a provider block of the official provider can be copied."

func ignoredAttributes() map[string]schema.Attribute {
	attributes := map[string]schema.Attribute{
		"skip_region_validation": schema.BoolAttribute{Optional: true, MarkdownDescription: ignoredDescription},
	}
	for _, name := range []string{
		"account_id", "account_type", "fc", "log_endpoint", "mns_endpoint", "ots_instance_name",
	} {
		attributes[name] = optionalString(ignoredDescription)
	}
	return attributes
}

func ignoredBlocks() map[string]schema.Block {
	return map[string]schema.Block{
		"sign_version": schema.SingleNestedBlock{
			MarkdownDescription: ignoredDescription,
			Attributes: map[string]schema.Attribute{
				"oss": optionalString(ignoredDescription), "sls": optionalString(ignoredDescription),
			},
		},
		"features": schema.SingleNestedBlock{
			MarkdownDescription: ignoredDescription,
			Blocks: map[string]schema.Block{
				"ecs_instance": schema.SingleNestedBlock{
					MarkdownDescription: ignoredDescription,
					Attributes: map[string]schema.Attribute{
						"replace_on_image_update": schema.BoolAttribute{
							Optional: true, MarkdownDescription: ignoredDescription,
						},
					},
				},
			},
		},
	}
}
