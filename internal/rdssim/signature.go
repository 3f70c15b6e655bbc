// SPDX-License-Identifier: MPL-2.0

package rdssim

import (
	"crypto/hmac"
	"crypto/sha1" //nolint:gosec // the API's signature method is HMAC-SHA1
	"encoding/base64"
	"net/url"
	"slices"
	"strings"
)

// stringToSign returns what a caller signs: the method and every parameter but Signature, sorted, and encoded twice.
// It follows the RPC signature rules that Alibaba Cloud publishes.
func stringToSign(method string, params url.Values) string {
	pairs := make([]string, 0, len(params))
	names := make([]string, 0, len(params))
	for name := range params {
		if name != "Signature" {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	for _, name := range names {
		pairs = append(pairs, percentEncode(name)+"="+percentEncode(params.Get(name)))
	}
	return method + "&" + percentEncode("/") + "&" + percentEncode(strings.Join(pairs, "&"))
}

// percentEncode encodes all but the unreserved characters of RFC 3986.
func percentEncode(s string) string {
	return strings.ReplaceAll(url.QueryEscape(s), "+", "%20")
}

// sign returns the signature of text under an access key's secret.
func sign(text, secret string) string {
	mac := hmac.New(sha1.New, []byte(secret+"&"))
	mac.Write([]byte(text))
	return base64.StdEncoding.EncodeToString(mac.Sum(nil))
}
