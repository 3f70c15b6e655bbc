package rdssim

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// change turns the value at a path into another. It reports false to have nothing there any more.
type change func(old any) (any, bool)

// edited returns the JSON of an answer with the edits made in it; pages gives the tasks of any page.
func edited(body []byte, edits []Edit, number int, pages func(int) []ListedTask) ([]byte, error) {
	root, err := decode(body)
	if err != nil {
		return nil, err
	}
	for _, e := range edits {
		if e.Op == OpPage {
			if e, err = e.asSet(number, pages); err != nil {
				return nil, err
			}
		}
		c, err := e.change()
		if err != nil {
			return nil, err
		}
		root = walk(root, strings.Split(e.Path, "."), e.Op == OpSet, c)
	}
	return encode(root)
}

func decode(body []byte) (any, error) {
	d := json.NewDecoder(bytes.NewReader(body))
	d.UseNumber()
	var v any
	if err := d.Decode(&v); err != nil {
		return nil, fmt.Errorf("editing an answer: %w", err)
	}
	return v, nil
}

// asSet turns OpPage into an OpSet of that page's tasks. Pages are counted from 1: one before that is this very page.
func (e Edit) asSet(number int, pages func(int) []ListedTask) (Edit, error) {
	tasks, err := encode(pages(max(1, number+int(e.By))))
	if err != nil {
		return e, err
	}
	return Edit{Op: OpSet, Path: "Items.MigrateTask", Value: tasks}, nil
}

func (e Edit) change() (change, error) {
	switch e.Op {
	case OpSet:
		value, err := decode(e.Value)
		if err != nil {
			return nil, err
		}
		return func(any) (any, bool) { return clone(value), true }, nil
	case OpRemove:
		return func(any) (any, bool) { return nil, false }, nil
	case OpAdd:
		return onNumber(func(n json.Number) any {
			v, err := n.Int64()
			if err != nil {
				return n
			}
			return json.Number(strconv.FormatInt(v+e.By, 10))
		}), nil
	case OpQuote:
		return onNumber(func(n json.Number) any { return n.String() }), nil
	case OpDuplicate:
		return onList(func(l []any) []any {
			if len(l) == 1 {
				return append(l, clone(l[0]))
			}
			l[len(l)-1] = clone(l[0])
			return l
		}), nil
	case OpDrop:
		return onList(func(l []any) []any { return l[:len(l)-1] }), nil
	case OpReverse:
		return onList(func(l []any) []any { slices.Reverse(l); return l }), nil
	default:
		return nil, fmt.Errorf("there is no op %q", e.Op)
	}
}

// clone copies a value all the way down, so that a later edit of one copy leaves the others alone.
func clone(v any) any {
	switch v := v.(type) {
	case map[string]any:
		c := make(map[string]any, len(v))
		for name, value := range v {
			c[name] = clone(value)
		}
		return c
	case []any:
		c := make([]any, len(v))
		for i, value := range v {
			c[i] = clone(value)
		}
		return c
	}
	return v
}

func onNumber(f func(json.Number) any) change {
	return func(old any) (any, bool) {
		if n, ok := old.(json.Number); ok {
			return f(n), true
		}
		return old, true
	}
}

func onList(f func([]any) []any) change {
	return func(old any) (any, bool) {
		if l, ok := old.([]any); ok && len(l) > 0 {
			return f(l), true
		}
		return old, true
	}
}

// walk returns node with the change made at path; with add, also where a last name is not there yet.
func walk(node any, path []string, add bool, c change) any {
	switch v := node.(type) {
	case map[string]any:
		walkObject(v, path, add, c)
		return v
	case []any:
		return walkList(v, path, add, c)
	}
	return node
}

func walkObject(object map[string]any, path []string, add bool, c change) {
	name := path[0]
	old, ok := object[name]
	if len(path) > 1 {
		if ok {
			object[name] = walk(old, path[1:], add, c)
		}
		return
	}
	if !ok && !add {
		return
	}
	if value, keep := c(old); keep {
		object[name] = value
	} else {
		delete(object, name)
	}
}

func walkList(list []any, path []string, add bool, c change) []any {
	kept := []any{}
	for i, old := range list {
		if path[0] != "*" && path[0] != strconv.Itoa(i) {
			kept = append(kept, old)
			continue
		}
		if len(path) > 1 {
			kept = append(kept, walk(old, path[1:], add, c))
			continue
		}
		if value, keep := c(old); keep {
			kept = append(kept, value)
		}
	}
	return kept
}
