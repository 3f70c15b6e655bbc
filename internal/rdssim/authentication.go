// SPDX-License-Identifier: MPL-2.0

package rdssim

import (
	"crypto/hmac"
	"net/url"
	"strings"
	"time"
)

// maxClockSkew is the largest difference between the Timestamp of a call and the clock that is accepted.
const maxClockSkew = 15 * time.Minute

const (
	supportedAction  = "DescribeMigrateTasks"
	supportedVersion = "2014-08-15"
)

// usedNonce is a nonce and the ID of the access key that used it.
type usedNonce struct{ keyID, nonce string }

// authenticate makes the checks of the API's gateway, which come before those of the action's own parameters.
func (s *Simulator) authenticate(method string, params url.Values) *errorResponse {
	if err := checkProtocol(params); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := checkTimestamp(params.Get("Timestamp"), s.apiTime(s.timestampClock.Now())); err != nil {
		return err
	}
	key, ok := s.accessKeys[params.Get("AccessKeyId")]
	if !ok {
		return notFound("InvalidAccessKeyId.NotFound", "Specified access key is not found.")
	}
	if err := key.check(method, params); err != nil {
		return err
	}
	nonce := usedNonce{keyID: key.ID, nonce: params.Get("SignatureNonce")}
	if s.nonces[nonce] {
		return badRequest("SignatureNonceUsed", "Specified signature nonce was used already.")
	}
	s.nonces[nonce] = true
	if key.Denied {
		return forbidden("Forbidden.RAM",
			"User not authorized to operate on the specified resource, or this API doesn't support RAM.")
	}
	return nil
}

func checkProtocol(params url.Values) *errorResponse {
	if err := requireParams(params, "Action", "Version"); err != nil {
		return err
	}
	if params.Get("Version") != supportedVersion {
		return badRequest("InvalidVersion", "Specified parameter Version is not valid.")
	}
	if params.Get("Action") != supportedAction {
		return actionNotFound()
	}
	if !strings.EqualFold(params.Get("Format"), "JSON") {
		return badRequest("InvalidFormat", "Specified parameter Format is not valid.")
	}
	if err := requireParams(params, "AccessKeyId", "SignatureNonce", "Timestamp"); err != nil {
		return err
	}
	if params.Get("SignatureMethod") != "HMAC-SHA1" || params.Get("SignatureVersion") != "1.0" ||
		params.Get("Signature") == "" {
		return badRequest("IncompleteSignature", "The request signature does not conform to Aliyun standards.")
	}
	return nil
}

func actionNotFound() *errorResponse {
	return notFound("InvalidAction.NotFound", "Specified api is not found, please check your url and method.")
}

func checkTimestamp(s string, now time.Time) *errorResponse {
	t, ok := parseTime(timeFormat, s)
	if !ok {
		return badRequest("InvalidTimeStamp.Format", "Specified time stamp or date value is not well formatted.")
	}
	if now.Sub(t).Abs() > maxClockSkew {
		return badRequest("InvalidTimeStamp.Expired", "Specified time stamp or date value is expired.")
	}
	return nil
}

// check returns the error response to a call with the key k, or nil if its token and signature are valid.
func (k AccessKey) check(method string, params url.Values) *errorResponse {
	if k.Inactive {
		return forbidden("InvalidAccessKeyId.Inactive", "Specified access key is disabled.")
	}
	switch params.Get("SecurityToken") {
	case k.SecurityToken:
	case "":
		return badRequest("InvalidSecurityToken.Malformed", "Specified SecurityToken is malformed.")
	default:
		return badRequest("InvalidSecurityToken.MismatchWithAccessKey",
			"Specified SecurityToken mismatch with the AccessKey.")
	}
	if k.Expired {
		return badRequest("InvalidSecurityToken.Expired", "Specified SecurityToken is expired.")
	}
	text := stringToSign(method, params)
	if !hmac.Equal([]byte(sign(text, k.Secret)), []byte(params.Get("Signature"))) {
		return badRequest("SignatureDoesNotMatch",
			"Specified signature is not matched with our calculation. server string to sign is:"+text)
	}
	return nil
}
