// SPDX-License-Identifier: MPL-2.0

package credentials

import (
	"cmp"
	"fmt"
	"strconv"
	"strings"
)

// assumeRole returns a source that assumes the role of the block assume_role
// with the credentials of previous.
func (r *resolver) assumeRole(previous Source) (Source, error) {
	const argument = "assume_role"
	b := r.config.AssumeRole
	arn := r.env.valueOr(fromBlock(argument, b.RoleARN), assumeRoleVariables)
	if arn.value == "" {
		return nil, incompleteRole(argument, []string{"role_arn"}, assumeRoleVariables)
	}
	duration, err := r.assumeRoleDuration()
	if err != nil {
		return nil, err
	}
	client, err := r.newSTSClient()
	if err != nil {
		return nil, err
	}
	sessionName := r.env.valueOr(fromBlock(argument, b.SessionName), sessionNameVariables)
	name := fmt.Sprintf("the role %s, assumed with %s", arn.value, previous.Name())
	return newCachedSource(name, argument, r.clock, client.assumeRole(assumedRole{
		arn:         arn.value,
		sessionName: cmp.Or(sessionName.value, defaultSessionName),
		duration:    duration,
		policy:      b.Policy,
		externalID:  b.ExternalID,
	}, previous)), nil
}

// assumeRoleDuration returns the duration of the session in seconds.
func (r *resolver) assumeRoleDuration() (int, error) {
	const argument = "assume_role"
	if duration := r.config.AssumeRole.SessionExpiration; duration != 0 {
		return validateBlockDuration(duration, argument)
	}
	v := r.env.firstSet(sessionExpirationVariables)
	if v.value == "" {
		return defaultSessionDuration, nil
	}
	// A value that is not a number becomes 0, which is out of range.
	duration, _ := strconv.Atoi(v.value)
	return validateDuration(duration, fmt.Sprintf("The environment variable %s is %q", v.variable, v.value), "")
}

// validateBlockDuration returns the session_expiration of a block, or an error if
// it is out of range.
func validateBlockDuration(duration int, block string) (int, error) {
	return validateDuration(duration, fmt.Sprintf("session_expiration of the block %s is %d", block, duration), block)
}

// validateDuration returns the duration of a session in seconds, or an error if
// it is out of range. found says where the duration is configured.
func validateDuration(duration int, found, argument string) (int, error) {
	if duration < MinSessionDuration || duration > MaxSessionDuration {
		return 0, &Error{
			Argument: argument,
			Summary:  "Invalid Session Duration",
			Detail: fmt.Sprintf("%s, which is not a number of seconds between %d and %d.\n\n"+
				"Correct it, or remove it for a session of %d seconds.",
				found, MinSessionDuration, MaxSessionDuration, defaultSessionDuration),
		}
	}
	return duration, nil
}

// incompleteRole returns an error about a setting that neither a block nor the
// environment has. missing may have several names, the first of which is the
// preferred one.
func incompleteRole(block string, missing, variables []string) *Error {
	return &Error{
		Argument: block,
		Summary:  "Missing " + missing[0],
		Detail: fmt.Sprintf("The block %s does not have %s, and the environment does not set %s.\n\n"+
			"Set one of them.", block, strings.Join(missing, " or "), strings.Join(variables, " or ")),
	}
}
