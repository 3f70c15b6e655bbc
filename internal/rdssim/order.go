// SPDX-License-Identifier: MPL-2.0

package rdssim

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"slices"
	"strings"
)

// Order is the order of the rows: by default newest first. It is not documented.
type Order string

const (
	// OrderOldestFirst is by time of creation.
	OrderOldestFirst Order = "oldest_first"
	// OrderID is by ID, the lowest number first.
	OrderID Order = "id"
	// OrderDatabase is by the name of the database, and newest first for each.
	OrderDatabase Order = "database"
	// OrderRandom is an order that looks random. A task keeps its place among the others.
	OrderRandom Order = "random"
	// OrderChanging is another order in each response.
	OrderChanging Order = "changing"
)

// sortTasks sorts tasks that are newest first. The number of the response matters to OrderChanging.
func (m Model) sortTasks(tasks []*taskState, response int) {
	switch m.Order {
	case OrderOldestFirst:
		slices.Reverse(tasks)
	case OrderID:
		slices.SortStableFunc(tasks, func(a, b *taskState) int { return compareIDs(a.ID, b.ID) })
	case OrderDatabase:
		slices.SortStableFunc(tasks, func(a, b *taskState) int { return strings.Compare(a.Database, b.Database) })
	case OrderRandom:
		shuffle(tasks, m.OrderSeed, 0)
	case OrderChanging:
		shuffle(tasks, m.OrderSeed, response)
	default:
	}
}

// shuffle sorts tasks by a hash of the seed, the number of the response and their serial number.
func shuffle(tasks []*taskState, seed int64, response int) {
	hash := make(map[int][sha256.Size]byte, len(tasks))
	for _, t := range tasks {
		hash[t.serial] = sha256.Sum256(fmt.Append(nil, seed, response, t.serial))
	}
	slices.SortFunc(tasks, func(a, b *taskState) int {
		x, y := hash[a.serial], hash[b.serial]
		return bytes.Compare(x[:], y[:])
	})
}
