// SPDX-License-Identifier: MPL-2.0

package migration

import (
	"math/rand/v2"
	"slices"
)

// choices makes the decisions of a random history and records them, or repeats
// recorded ones. Zero is the simplest decision.
type choices struct {
	random   *rand.Rand
	made     []int
	repeated []int // used if random is nil; zeros follow
}

// newChoices returns the choices of one of the histories of a seed.
func newChoices(seed uint64, history int) *choices {
	//nolint:gosec // a history has to be repeatable
	return &choices{random: rand.New(rand.NewPCG(seed, uint64(history)))}
}

// below returns a number from 0 to n-1.
func (c *choices) below(n int) int {
	var v int
	switch {
	case c.random != nil:
		v = c.random.IntN(n)
	case len(c.repeated) > 0:
		v, c.repeated = min(c.repeated[0], n-1), c.repeated[1:]
	}
	c.made = append(c.made, v)
	return v
}

// rarely returns true in this many percent of all cases.
func (c *choices) rarely(percent int) bool {
	const all = 100
	return c.below(all) >= all-percent
}

// shrink returns the simplest choices found that still fail.
func shrink(made []int, fails func(*choices) bool) []int {
	for improved := true; improved; {
		improved = false
		for _, candidate := range simpler(made) {
			c := &choices{repeated: candidate}
			if fails(c) && isSimpler(c.made, made) {
				made, improved = c.made, true
				break
			}
		}
	}
	return made
}

// simpler returns made without some of its elements, and with smaller ones.
func simpler(made []int) [][]int {
	var all [][]int
	const longest = 60
	for size := min(longest, len(made)); size > 0; size-- {
		for i := range len(made) - size + 1 {
			all = append(all, slices.Delete(slices.Clone(made), i, i+size))
		}
	}
	for i, v := range made {
		for _, smaller := range []int{0, v / 2, v - 1} {
			if smaller >= 0 && smaller < v {
				all = append(all, slices.Replace(slices.Clone(made), i, i+1, smaller))
			}
		}
	}
	return all
}

// isSimpler reports whether a has fewer elements than b, or smaller ones.
func isSimpler(a, b []int) bool {
	return len(a) < len(b) || len(a) == len(b) && slices.Compare(a, b) < 0
}
