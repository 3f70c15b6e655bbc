// SPDX-License-Identifier: MPL-2.0

package credentials

import "context"

// oauth exchanges the access token of an OAuth sign-in for credentials.
func (e tokenExchanger) oauth(ctx context.Context, p profile) (credentialsResponse, error) {
	resp, err := e.post(ctx, e.oauthURL[p.OAuthSiteType]+"/v1/exchange", p.OAuthAccessToken, nil)
	if err != nil {
		return credentialsResponse{}, err
	}
	return parseCredentials("the OAuth service", resp.Body, resp)
}
