// SPDX-License-Identifier: MPL-2.0

package rdssim

import (
	"encoding/json"
	"fmt"
	"time"
)

// Duration is a duration that scenario files write as a Go duration string, such as "1m30s" or "-2h".
type Duration time.Duration

// MarshalJSON returns the duration as a string.
func (d Duration) MarshalJSON() ([]byte, error) {
	return json.Marshal(time.Duration(d).String())
}

// UnmarshalJSON reads a string that [time.ParseDuration] accepts.
func (d *Duration) UnmarshalJSON(b []byte) error {
	var s string
	err := json.Unmarshal(b, &s)
	if err == nil {
		var v time.Duration
		v, err = time.ParseDuration(s)
		*d = Duration(v)
	}
	if err != nil {
		return fmt.Errorf(
			`a duration must be a string such as "1m30s" with the units h, m, s, ms, us, or ns, not %s`, b)
	}
	return nil
}
