package credentials

import (
	"cmp"
	"fmt"
	"net/url"
	"strconv"
	"strings"
)

// assumeRole assumes the role of the block assume_role with the keys of
// previous.
func (r *resolver) assumeRole(previous Source) (Source, error) {
	const argument = "assume_role"
	b := r.block.AssumeRole
	arn := r.env.or(block(argument, b.RoleARN), assumeRoleVariables)
	if arn.value == "" {
		return nil, missingRole(argument, "role_arn", assumeRoleVariables)
	}
	seconds, err := r.assumeRoleDuration()
	if err != nil {
		return nil, err
	}
	s, err := r.sts()
	if err != nil {
		return nil, err
	}
	assumed := role{
		arn:         arn.value,
		sessionName: cmp.Or(r.env.or(block(argument, b.SessionName), sessionNameVariables).value, defaultSessionName),
		duration:    seconds,
		policy:      b.Policy,
		externalID:  b.ExternalID,
	}
	name := fmt.Sprintf("the role %s, assumed with %s", assumed.arn, previous.Name())
	return newSession(name, argument, r.clock, s.assume(assumed, previous)), nil
}

// assumeRoleDuration returns the length of the session in seconds.
func (r *resolver) assumeRoleDuration() (int, error) {
	const argument = "assume_role"
	if seconds := r.block.AssumeRole.SessionExpiration; seconds != 0 {
		return checkDuration(seconds, "session_expiration in the block "+argument, argument)
	}
	v := r.env.first(sessionExpirationVariables)
	if v.value == "" {
		return defaultSessionDuration, nil
	}
	// What is no number is 0, and out of bounds.
	seconds, _ := strconv.Atoi(v.value)
	return checkDuration(seconds, v.String(), "")
}

func checkDuration(seconds int, where, argument string) (int, error) {
	if seconds < MinSessionDuration || seconds > MaxSessionDuration {
		return 0, &Error{
			Argument: argument,
			Summary:  "Session too short or too long",
			Detail:   fmt.Sprintf("Expected a number of seconds between %d and %d in %s.", MinSessionDuration, MaxSessionDuration, where),
		}
	}
	return seconds, nil
}

// missingRole says that a block lacks what the environment does not have
// either.
func missingRole(argument, missing string, variables []string) *Error {
	return &Error{
		Argument: argument,
		Summary:  "Incomplete role",
		Detail: fmt.Sprintf("The role cannot be assumed without %s. Write it in the block %s, or set %s.",
			missing, argument, strings.Join(variables, " or ")),
	}
}

// region returns the region that is configured, "" for none.
func (r *resolver) region() string {
	return cmp.Or(r.block.Region, r.env.first(regionVariables).value, r.profileRegion)
}

// sts returns the service where roles of the provider block are assumed.
func (r *resolver) sts() (sts, error) {
	s := sts{endpoint: r.stsEndpoint(), timeouts: r.block.timeouts(), clock: r.clock}
	if IsHost(s.endpoint) {
		return s, nil
	}
	e := &Error{
		Argument: "endpoints",
		Summary:  "Unusable endpoint of STS",
		Detail:   "Expected a host or host:port in endpoints, without https:// and without a path.",
	}
	if r.block.STSEndpoint == "" {
		e = &Error{Argument: "region", Summary: "Unusable region", Detail: "The region is not part of a host name. Write one such as cn-hangzhou."}
	}
	return sts{}, e
}

func (r *resolver) stsEndpoint() string {
	return cmp.Or(r.block.STSEndpoint, regionalSTS(r.region(), false))
}

// regionalSTS returns the endpoint of STS in a region, or the central one.
func regionalSTS(region string, vpc bool) string {
	switch {
	case region == "":
		return centralSTS
	case vpc:
		return "sts-vpc." + region + ".aliyuncs.com"
	}
	return "sts." + region + ".aliyuncs.com"
}

// IsHost reports whether s is a host or host:port, and no more than that.
func IsHost(s string) bool {
	u, err := url.Parse("https://" + s)
	return err == nil && s != "" && u.Host == s && u.Hostname() != ""
}
