package rdssim

import (
	"encoding/json"
	"fmt"
	"time"
)

// Duration is a span of time that a scenario writes as a Go duration string, such as "1m30s" or "-2h".
type Duration time.Duration

// MarshalJSON writes the duration as a string.
func (d Duration) MarshalJSON() ([]byte, error) {
	return json.Marshal(time.Duration(d).String())
}

// UnmarshalJSON reads the duration from a string that [time.ParseDuration] accepts.
func (d *Duration) UnmarshalJSON(b []byte) error {
	var s string
	if err := json.Unmarshal(b, &s); err != nil {
		return fmt.Errorf(`a duration must be a string such as "1m30s", not %s`, b)
	}
	v, err := time.ParseDuration(s)
	if err != nil {
		return fmt.Errorf(`a duration must be a string such as "1m30s", not %q`, s)
	}
	*d = Duration(v)
	return nil
}
