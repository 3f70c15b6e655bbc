// SPDX-License-Identifier: MPL-2.0

package clocktest_test

import (
	"testing"
	"time"

	"github.com/rds-migrate/terraform-provider-alicloud/internal/clocktest"
)

func TestClock_After(t *testing.T) {
	t.Parallel()
	for name, d := range map[string]time.Duration{"no time": 0, "an hour": time.Hour} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			clock, fired := clocktest.New(clocktest.Start), make(chan time.Time, 1)
			clock.AfterFunc(d/2, func() { fired <- clock.Now() })
			want := clocktest.Start.Add(d)
			if got := <-clock.After(d); !got.Equal(want) {
				t.Errorf("After sends %s, want %s", got, want)
			}
			if got := clock.Now(); !got.Equal(want) {
				t.Errorf("the clock shows %s, want %s", got, want)
			}
			if got := <-fired; !got.Equal(want) {
				t.Errorf("AfterFunc fires at %s, want %s", got, want)
			}
		})
	}
}
