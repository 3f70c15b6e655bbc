package rdssim

import (
	"crypto/hmac"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// tolerance is how far a call's Timestamp may be off the clock.
const tolerance = 15 * time.Minute

const (
	wantAction  = "DescribeMigrateTasks"
	wantVersion = "2014-08-15"
)

// usedNonce is a nonce with the key that it was used by.
type usedNonce struct{ key, nonce string }

// admit checks what the service's gateway checks before any parameter of the action.
func (s *Simulator) admit(method string, params url.Values) *serviceError {
	if err := checkProtocol(params); err != nil {
		return err
	}
	if err := checkTimestamp(params.Get("Timestamp"), s.signingClock().Now()); err != nil {
		return err
	}
	key, err := s.findKey(params.Get("AccessKeyId"))
	if err != nil {
		return err
	}
	if err := key.checkToken(params.Get("SecurityToken")); err != nil {
		return err
	}
	text := stringToSign(method, params)
	if !hmac.Equal([]byte(sign(text, key.Secret)), []byte(params.Get("Signature"))) {
		return refusal(http.StatusBadRequest, "SignatureDoesNotMatch",
			"Specified signature is not matched with our calculation. server string to sign is:"+text)
	}
	if !s.useNonce(usedNonce{key: key.ID, nonce: params.Get("SignatureNonce")}) {
		return refusal(http.StatusBadRequest, "SignatureNonceUsed", "Specified signature nonce was used already.")
	}
	if key.Denied {
		return refusal(http.StatusForbidden, "Forbidden.RAM",
			"User not authorized to operate on the specified resource, or this API doesn't support RAM.")
	}
	return nil
}

func checkProtocol(params url.Values) *serviceError {
	if err := mandatory(params, "Action", "Version"); err != nil {
		return err
	}
	if params.Get("Version") != wantVersion {
		return refusal(http.StatusBadRequest, "InvalidVersion", "Specified parameter Version is not valid.")
	}
	if params.Get("Action") != wantAction {
		return noSuchAction()
	}
	if !strings.EqualFold(params.Get("Format"), "JSON") {
		return refusal(http.StatusBadRequest, "InvalidFormat", "Specified parameter Format is not valid.")
	}
	if err := mandatory(params, "AccessKeyId", "SignatureNonce", "Timestamp"); err != nil {
		return err
	}
	if params.Get("SignatureMethod") != "HMAC-SHA1" || params.Get("SignatureVersion") != "1.0" ||
		params.Get("Signature") == "" {
		return refusal(http.StatusBadRequest, "IncompleteSignature",
			"The request signature does not conform to Aliyun standards.")
	}
	return nil
}

func noSuchAction() *serviceError {
	return refusal(http.StatusNotFound, "InvalidAction.NotFound",
		"Specified api is not found, please check your url and method.")
}

func checkTimestamp(s string, now time.Time) *serviceError {
	t, ok := parseTime(timeForm, s)
	if !ok {
		return refusal(http.StatusBadRequest, "InvalidTimeStamp.Format",
			"Specified time stamp or date value is not well formatted.")
	}
	if now.Sub(t).Abs() > tolerance {
		return refusal(http.StatusBadRequest, "InvalidTimeStamp.Expired",
			"Specified time stamp or date value is expired.")
	}
	return nil
}

func (s *Simulator) findKey(id string) (AccessKey, *serviceError) {
	s.mu.Lock()
	key, ok := s.keys[id]
	s.mu.Unlock()
	if !ok {
		return key, refusal(http.StatusNotFound, "InvalidAccessKeyId.NotFound", "Specified access key is not found.")
	}
	if key.Inactive {
		return key, refusal(http.StatusForbidden, "InvalidAccessKeyId.Inactive", "Specified access key is disabled.")
	}
	return key, nil
}

func (k AccessKey) checkToken(token string) *serviceError {
	switch token {
	case k.SecurityToken:
	case "":
		return refusal(http.StatusBadRequest, "InvalidSecurityToken.Malformed",
			"Specified SecurityToken is malformed.")
	default:
		return refusal(http.StatusBadRequest, "InvalidSecurityToken.MismatchWithAccessKey",
			"Specified SecurityToken mismatch with the AccessKey.")
	}
	if k.Expired {
		return refusal(http.StatusBadRequest, "InvalidSecurityToken.Expired", "Specified SecurityToken is expired.")
	}
	return nil
}

// useNonce reports whether n was fresh, and uses it up.
func (s *Simulator) useNonce(n usedNonce) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.nonces[n] {
		return false
	}
	s.nonces[n] = true
	return true
}
