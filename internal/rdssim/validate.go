// SPDX-License-Identifier: MPL-2.0

package rdssim

import (
	"errors"
	"fmt"
	"net/http"
)

const maxStatus = 599

func (k AccessKey) validate() error {
	switch {
	case k.ID == "":
		return errors.New("id is missing")
	case k.Secret == "":
		return errors.New("secret is missing")
	case k.Expired && k.SecurityToken == "":
		return errors.New("expired requires a security_token")
	}
	return nil
}

func (in Instance) validate() error {
	switch {
	case in.ID == "":
		return errors.New("id is missing")
	case in.Region == "":
		return errors.New("region is missing")
	}
	return nil
}

func (t Task) validate() error {
	if t.Database == "" && t.DBNameForm == "" {
		return errors.New("database is missing")
	}
	if err := t.RowForm.validate(); err != nil {
		return err
	}
	if t.CreatedAfterPolls < 0 {
		return errors.New("created_after_polls must not be negative")
	}
	var last Step
	for i, step := range t.Steps {
		switch {
		case step.Status == "":
			return fmt.Errorf("steps[%d]: status is missing", i)
		case step.After != 0 && step.AfterPolls != 0:
			return fmt.Errorf("steps[%d]: after and after_polls exclude each other", i)
		case step.AfterPolls == 0 && step.After < last.After:
			return fmt.Errorf("steps[%d]: after must not be negative or less than in an earlier step", i)
		case step.AfterPolls != 0 && step.AfterPolls < last.AfterPolls:
			return fmt.Errorf("steps[%d]: after_polls must not be negative or less than in an earlier step", i)
		}
		last.After, last.AfterPolls = max(last.After, step.After), max(last.AfterPolls, step.AfterPolls)
	}
	return nil
}

func (f Fault) validate() error {
	if f.Page < 0 || f.Skip < 0 || f.Times < 0 {
		return errors.New("page, skip and times must not be negative")
	}
	isStatus := f.Status >= http.StatusOK && f.Status <= maxStatus
	isFraction := f.At >= 0 && f.At <= 1
	known := false
	for _, rule := range []struct {
		kind     Kind
		holds    bool
		violated string
	}{
		{KindError, f.Code != "", "code is missing"},
		{KindError, isStatus, "status must be 200 to 599"},
		{KindBody, isStatus, "status must be 200 to 599"},
		{KindClose, true, ""},
		{KindReset, true, ""},
		{KindHang, isFraction, "at must be 0 to 1"},
		{KindTruncate, isFraction, "at must be 0 to 1"},
		{KindTruncateSilently, isFraction, "at must be 0 to 1"},
		{KindFlood, f.Bytes > 0, "bytes must be above 0"},
		{KindRate, f.PerSecond > 0, "per_second must be above 0"},
		{KindMaxPageSize, f.PageSize > 0, "page_size must be above 0"},
		{KindOtherPage, f.PageOffset != 0, "page_offset is missing"},
		{KindInsert, f.Task != nil, "task is missing"},
		{KindInsert, f.Task == nil || f.Task.ID == "" || f.Times == 1, "times must be 1 for a task with an id"},
		{KindExpire, f.Count > 0, "count must be above 0"},
		{KindEdit, f.Edit != nil, "only Go code can set the function that it needs"},
		{KindTrailingBytes, true, ""},
		{KindGzip, true, ""},
		{KindDelay, f.Wait > 0, "wait must be above 0"},
	} {
		if rule.kind != f.Kind {
			continue
		}
		if !rule.holds {
			return fmt.Errorf("%s: %s", f.Kind, rule.violated)
		}
		known = true
	}
	if !known {
		return fmt.Errorf("unknown kind %q", f.Kind)
	}
	if f.Task != nil {
		if err := f.Task.validate(); err != nil {
			return fmt.Errorf("%s: %w", f.Kind, err)
		}
	}
	return nil
}
