package rdssim

import (
	"crypto/hmac"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// maxClockSkew is how far a call's Timestamp may be off the clock.
const maxClockSkew = 15 * time.Minute

const (
	supportedAction  = "DescribeMigrateTasks"
	supportedVersion = "2014-08-15"
)

// usedNonce is a nonce with the key that it was used by.
type usedNonce struct{ keyID, nonce string }

// authenticate checks what the service's gateway checks before any parameter of the action.
func (s *Simulator) authenticate(method string, params url.Values) *errorResponse {
	if err := checkProtocol(params); err != nil {
		return err
	}
	if err := checkTimestamp(params.Get("Timestamp"), s.currentTimestampClock().Now()); err != nil {
		return err
	}
	key, err := s.findAccessKey(params.Get("AccessKeyId"))
	if err != nil {
		return err
	}
	if err := key.checkSecurityToken(params.Get("SecurityToken")); err != nil {
		return err
	}
	text := stringToSign(method, params)
	if !hmac.Equal([]byte(sign(text, key.Secret)), []byte(params.Get("Signature"))) {
		return newErrorResponse(http.StatusBadRequest, "SignatureDoesNotMatch",
			"Specified signature is not matched with our calculation. server string to sign is:"+text)
	}
	if !s.consumeNonce(usedNonce{keyID: key.ID, nonce: params.Get("SignatureNonce")}) {
		return newErrorResponse(http.StatusBadRequest, "SignatureNonceUsed", "Specified signature nonce was used already.")
	}
	if key.Denied {
		return newErrorResponse(http.StatusForbidden, "Forbidden.RAM",
			"User not authorized to operate on the specified resource, or this API doesn't support RAM.")
	}
	return nil
}

func checkProtocol(params url.Values) *errorResponse {
	if err := requireParams(params, "Action", "Version"); err != nil {
		return err
	}
	if params.Get("Version") != supportedVersion {
		return newErrorResponse(http.StatusBadRequest, "InvalidVersion", "Specified parameter Version is not valid.")
	}
	if params.Get("Action") != supportedAction {
		return actionNotFound()
	}
	if !strings.EqualFold(params.Get("Format"), "JSON") {
		return newErrorResponse(http.StatusBadRequest, "InvalidFormat", "Specified parameter Format is not valid.")
	}
	if err := requireParams(params, "AccessKeyId", "SignatureNonce", "Timestamp"); err != nil {
		return err
	}
	if params.Get("SignatureMethod") != "HMAC-SHA1" || params.Get("SignatureVersion") != "1.0" ||
		params.Get("Signature") == "" {
		return newErrorResponse(http.StatusBadRequest, "IncompleteSignature",
			"The request signature does not conform to Aliyun standards.")
	}
	return nil
}

func actionNotFound() *errorResponse {
	return newErrorResponse(http.StatusNotFound, "InvalidAction.NotFound",
		"Specified api is not found, please check your url and method.")
}

func checkTimestamp(s string, now time.Time) *errorResponse {
	t, ok := parseTime(timeFormat, s)
	if !ok {
		return newErrorResponse(http.StatusBadRequest, "InvalidTimeStamp.Format",
			"Specified time stamp or date value is not well formatted.")
	}
	if now.Sub(t).Abs() > maxClockSkew {
		return newErrorResponse(http.StatusBadRequest, "InvalidTimeStamp.Expired",
			"Specified time stamp or date value is expired.")
	}
	return nil
}

func (s *Simulator) findAccessKey(id string) (AccessKey, *errorResponse) {
	s.mu.Lock()
	key, ok := s.accessKeys[id]
	s.mu.Unlock()
	if !ok {
		return key, newErrorResponse(http.StatusNotFound, "InvalidAccessKeyId.NotFound", "Specified access key is not found.")
	}
	if key.Inactive {
		return key, newErrorResponse(http.StatusForbidden, "InvalidAccessKeyId.Inactive", "Specified access key is disabled.")
	}
	return key, nil
}

func (k AccessKey) checkSecurityToken(token string) *errorResponse {
	switch token {
	case k.SecurityToken:
	case "":
		return newErrorResponse(http.StatusBadRequest, "InvalidSecurityToken.Malformed",
			"Specified SecurityToken is malformed.")
	default:
		return newErrorResponse(http.StatusBadRequest, "InvalidSecurityToken.MismatchWithAccessKey",
			"Specified SecurityToken mismatch with the AccessKey.")
	}
	if k.Expired {
		return newErrorResponse(http.StatusBadRequest, "InvalidSecurityToken.Expired", "Specified SecurityToken is expired.")
	}
	return nil
}

// consumeNonce reports whether n was fresh, and uses it up.
func (s *Simulator) consumeNonce(n usedNonce) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.nonces[n] {
		return false
	}
	s.nonces[n] = true
	return true
}
