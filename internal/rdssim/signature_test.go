// SPDX-License-Identifier: MPL-2.0

package rdssim

import (
	"net/url"
	"testing"
)

// publishedParams is the example on Alibaba Cloud's page about the RPC signature: DescribeRegions of ECS, signed with
// the secret "testsecret".
func publishedParams() url.Values {
	return url.Values{
		"AccessKeyId":      {"testid"},
		"Action":           {"DescribeRegions"},
		"Format":           {"XML"},
		"SignatureMethod":  {"HMAC-SHA1"},
		"SignatureNonce":   {"3ee8c1b8-83d3-44af-a94f-4e0ad82fd6cf"},
		"SignatureVersion": {"1.0"},
		"Timestamp":        {"2016-02-23T12:46:24Z"},
		"Version":          {"2014-05-26"},
	}
}

const (
	publishedStringToSign = "GET&%2F&AccessKeyId%3Dtestid%26Action%3DDescribeRegions%26Format%3DXML" +
		"%26SignatureMethod%3DHMAC-SHA1%26SignatureNonce%3D3ee8c1b8-83d3-44af-a94f-4e0ad82fd6cf" +
		"%26SignatureVersion%3D1.0%26Timestamp%3D2016-02-23T12%253A46%253A24Z%26Version%3D2014-05-26"
	publishedSignature = "OLeaidS1JvxuMvnyHOwuJ+uX5qY="
)

func TestSignature_PublishedExample(t *testing.T) {
	t.Parallel()
	text := stringToSign("GET", publishedParams())
	if text != publishedStringToSign {
		t.Errorf("string to sign:\n got %s\nwant %s", text, publishedStringToSign)
	}
	if got := sign(text, "testsecret"); got != publishedSignature {
		t.Errorf("signature %s, want %s", got, publishedSignature)
	}
}

func TestSignature_OmitsItself(t *testing.T) {
	t.Parallel()
	params := publishedParams()
	params.Set("Signature", "anything")
	if got := stringToSign("GET", params); got != publishedStringToSign {
		t.Errorf("got %s", got)
	}
	params.Set("SignatureType", "")
	if got := stringToSign("GET", params); got == publishedStringToSign {
		t.Error("an empty parameter is not part of the string to sign")
	}
}

func TestSignature_PercentEncoding(t *testing.T) {
	t.Parallel()
	tests := map[string]struct{ value, want string }{
		"a space is not a plus":        {" ", "%2520"},
		"a plus":                       {"+", "%252B"},
		"a star":                       {"*", "%252A"},
		"a slash":                      {"/", "%252F"},
		"a character of several bytes": {"数", "%25E6%2595%25B0"},
		"the unreserved stay":          {"aZ09-_.~", "aZ09-_.~"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := stringToSign("POST", url.Values{"K": {tt.value}}); got != "POST&%2F&K%3D"+tt.want {
				t.Errorf("got %s", got)
			}
		})
	}
}
