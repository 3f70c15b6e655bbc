// SPDX-License-Identifier: MPL-2.0

package credentials

import (
	"context"
	"encoding/json"
	"net/url"

	"github.com/rds-migrate/terraform-provider-alicloud/internal/openapi"
)

// cloudSSO exchanges the access token of a CloudSSO sign-in for credentials.
func (e tokenExchanger) cloudSSO(ctx context.Context, p profile) (credentialsResponse, error) {
	u, err := url.Parse(p.CloudSSOSignInURL)
	if err != nil || u.Scheme != "https" || !openapi.IsHost(u.Host) {
		return credentialsResponse{}, failf("Correct the profile.",
			"The field cloud_sso_sign_in_url of the profile is not an https:// URL.")
	}
	body, err := json.Marshal(map[string]string{
		"AccountId":             p.CloudSSOAccountID,
		"AccessConfigurationId": p.CloudSSOAccessConfig,
	})
	if err != nil {
		return credentialsResponse{}, failf("Correct the profile.",
			"The account or the access configuration of the profile is not valid text.")
	}
	resp, err := e.post(ctx, "https://"+u.Host+"/cloud-credentials", p.AccessToken, body)
	if err != nil {
		return credentialsResponse{}, err
	}
	var envelope struct{ CloudCredential json.RawMessage }
	if err := json.Unmarshal(resp.Body, &envelope); err != nil {
		return credentialsResponse{}, malformedError(u.Host)
	}
	return parseCredentials(u.Host, envelope.CloudCredential, resp)
}
