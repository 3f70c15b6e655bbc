package provider

import (
	"cmp"
	"context"
	"errors"
	"net"
	"net/netip"
	"os"
	"strings"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-framework/types/basetypes"

	"github.com/rds-migrate/terraform-provider-alicloud/internal/credentials"
	"github.com/rds-migrate/terraform-provider-alicloud/internal/rds"
)

const (
	connectTimeout = time.Minute
	readTimeout    = time.Minute
)

// providerModel is the provider block.
type providerModel struct {
	AccessKey     types.String `tfsdk:"access_key"`
	SecretKey     types.String `tfsdk:"secret_key"`
	SecurityToken types.String `tfsdk:"security_token"`
	Region        types.String `tfsdk:"region"`
	Protocol      types.String `tfsdk:"protocol"`
	Endpoints     types.Object `tfsdk:"endpoints"`
}

type endpointsModel struct {
	RDS types.String `tfsdk:"rds"`
	STS types.String `tfsdk:"sts"`
}

// clientConfig completes the block from the environment. An empty argument
// counts as one that was not written.
func (m *providerModel) clientConfig(ctx context.Context, diags *diag.Diagnostics) rds.Config {
	var endpoints endpointsModel
	diags.Append(m.Endpoints.As(ctx, &endpoints, basetypes.ObjectAsOptions{UnhandledNullAsEmpty: true})...)
	c := rds.Config{
		Region:         cmp.Or(m.Region.ValueString(), firstEnv("ALICLOUD_REGION", "ALIBABA_CLOUD_REGION")),
		Endpoint:       endpoint(endpoints.RDS, diags, "ALIBABA_CLOUD_ENDPOINT_RDS", "RDS_ENDPOINT"),
		Protocol:       cmp.Or(m.Protocol.ValueString(), "HTTPS"),
		ConnectTimeout: connectTimeout,
		ReadTimeout:    readTimeout,
	}
	var err error
	c.Source, err = credentials.Resolve(credentials.Config{
		AccessKey:     m.AccessKey.ValueString(),
		SecretKey:     m.SecretKey.ValueString(),
		SecurityToken: m.SecurityToken.ValueString(),
	}, os.Getenv)
	if err != nil {
		addCredentialsError(diags, err)
	}
	if c.Region == "" {
		addNoRegion(diags)
	}
	if c.Protocol == "HTTP" && !loopback(c.Endpoint) {
		addPlainHTTP(diags)
	}
	return c
}

// endpoint returns the endpoint in the block, or that of the environment.
func endpoint(v types.String, diags *diag.Diagnostics, variables ...string) string {
	if v.ValueString() != "" {
		return v.ValueString()
	}
	host := firstEnv(variables...)
	if host != "" && !validEndpoint(host) {
		addBadEndpoint(diags, strings.Join(variables, ", "), host)
	}
	return host
}

// firstEnv returns the first of the environment variables that is not empty.
func firstEnv(names ...string) string {
	for _, name := range names {
		if v := os.Getenv(name); v != "" {
			return v
		}
	}
	return ""
}

// loopback reports whether an endpoint, host or host:port, is this machine.
func loopback(endpoint string) bool {
	host := endpoint
	if h, _, err := net.SplitHostPort(endpoint); err == nil {
		host = h
	}
	addr, err := netip.ParseAddr(strings.Trim(host, "[]"))
	return host == "localhost" || err == nil && addr.IsLoopback()
}

// addCredentialsError puts an error about the credentials on the argument at
// fault.
func addCredentialsError(diags *diag.Diagnostics, err error) {
	var e *credentials.Error
	if errors.As(err, &e) && e.Argument != "" {
		diags.AddAttributeError(path.Root(e.Argument), e.Summary, e.Detail)
		return
	}
	if e != nil {
		diags.AddError(e.Summary, e.Detail)
		return
	}
	diags.AddError("No usable credentials", err.Error())
}
