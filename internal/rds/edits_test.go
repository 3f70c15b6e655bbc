// SPDX-License-Identifier: MPL-2.0

package rds

import (
	"encoding/json"
	"fmt"
	"slices"

	"github.com/rds-migrate/terraform-provider-alicloud/internal/rdssim"
)

// editFault changes the decoded JSON of the true response. An edit whose place does not exist, because an earlier edit
// replaced it, changes nothing.
func editFault(edit func(body map[string]any)) faults {
	return faults{{Kind: rdssim.KindEdit, Edit: edit}}
}

// setField sets a field to a JSON value.
func setField(name, value string) faults {
	return editFault(func(body map[string]any) { body[name] = json.RawMessage(value) })
}

func removeField(name string) faults {
	return editFault(func(body map[string]any) { delete(body, name) })
}

func incrementField(name string) faults {
	return editFault(func(body map[string]any) {
		if n, ok := body[name].(float64); ok {
			body[name] = n + 1
		}
	})
}

// quoteNumbers sends the counts and the page number as strings.
func quoteNumbers() faults {
	return editFault(func(body map[string]any) {
		for name, value := range body {
			if n, ok := value.(float64); ok {
				body[name] = fmt.Sprint(n)
			}
		}
	})
}

// editTasks puts what edit returns in the place of the list of tasks.
func editTasks(edit func(tasks []any) any) faults {
	return editFault(func(body map[string]any) {
		items, _ := body["Items"].(map[string]any)
		if tasks, ok := items["MigrateTask"].([]any); ok {
			items["MigrateTask"] = edit(tasks)
		}
	})
}

// setTasks sets the list of tasks to a JSON value.
func setTasks(value string) faults {
	return editTasks(func([]any) any { return json.RawMessage(value) })
}

func dropLastTask() faults {
	return editTasks(func(tasks []any) any { return tasks[:max(0, len(tasks)-1)] })
}

func reverseTasks() faults {
	return editTasks(func(tasks []any) any {
		slices.Reverse(tasks)
		return tasks
	})
}

// setFirstTask sets the first task to a JSON value.
func setFirstTask(value string) faults {
	return editTasks(func(tasks []any) any {
		if len(tasks) > 0 {
			tasks[0] = json.RawMessage(value)
		}
		return tasks
	})
}

// editFirstTask changes the fields of the first task.
func editFirstTask(edit func(task map[string]any)) faults {
	return editTasks(func(tasks []any) any {
		if len(tasks) > 0 {
			if task, ok := tasks[0].(map[string]any); ok {
				edit(task)
			}
		}
		return tasks
	})
}

// setTaskField sets a field of the first task to a JSON value.
func setTaskField(name, value string) faults {
	return editFirstTask(func(task map[string]any) { task[name] = json.RawMessage(value) })
}

func removeTaskField(name string) faults {
	return editFirstTask(func(task map[string]any) { delete(task, name) })
}
