package rdssim

import (
	"errors"
	"fmt"
	"net/http"
)

func (s Scenario) validate() error {
	keys := make(map[string]bool, len(s.AccessKeys))
	for i, k := range s.AccessKeys {
		if err := k.validate(); err != nil {
			return fmt.Errorf("access_keys[%d]: %w", i, err)
		}
		if keys[k.ID] {
			return fmt.Errorf("access_keys[%d]: the id %q is there twice", i, k.ID)
		}
		keys[k.ID] = true
	}
	instances := make(map[string]bool, len(s.Instances))
	for i, in := range s.Instances {
		if err := in.validate(); err != nil {
			return fmt.Errorf("instances[%d]: %w", i, err)
		}
		if instances[in.ID] {
			return fmt.Errorf("instances[%d]: the id %q is there twice", i, in.ID)
		}
		instances[in.ID] = true
	}
	for i, f := range s.Faults {
		if err := f.validate(instances); err != nil {
			return fmt.Errorf("faults[%d]: %w", i, err)
		}
	}
	return nil
}

func (k AccessKey) validate() error {
	if k.ID == "" {
		return errors.New("id is missing")
	}
	if k.Secret == "" {
		return errors.New("secret is missing")
	}
	if k.Expired && k.SecurityToken == "" {
		return errors.New("expired is for a key with a security_token")
	}
	return nil
}

func (in Instance) validate() error {
	if in.ID == "" {
		return errors.New("id is missing")
	}
	if in.Region == "" {
		return errors.New("region is missing")
	}
	ids := make(map[string]bool, len(in.Tasks))
	for i, t := range in.Tasks {
		if err := t.validate(); err != nil {
			return fmt.Errorf("tasks[%d]: %w", i, err)
		}
		if t.ID == "" {
			return fmt.Errorf("tasks[%d]: id is missing", i)
		}
		if ids[t.ID] {
			return fmt.Errorf("tasks[%d]: the id %q is there twice", i, t.ID)
		}
		ids[t.ID] = true
	}
	return nil
}

func (t Task) validate() error {
	if t.Database == "" {
		return errors.New("database is missing")
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
			return fmt.Errorf("steps[%d]: after is negative or before that of the step above", i)
		case step.AfterPolls != 0 && step.AfterPolls < last.AfterPolls:
			return fmt.Errorf("steps[%d]: after_polls is negative or below that of a step above", i)
		}
		last.After, last.AfterPolls = max(last.After, step.After), max(last.AfterPolls, step.AfterPolls)
	}
	return nil
}

func (f Fault) validate(instances map[string]bool) error {
	if f.InstanceID != "" && !instances[f.InstanceID] {
		return fmt.Errorf("instance_id: there is no instance %q", f.InstanceID)
	}
	if f.Page < 0 || f.Skip < 0 || f.Times < 0 {
		return errors.New("page, skip and times must not be negative")
	}
	check, ok := faultChecks()[f.Kind]
	if !ok {
		return fmt.Errorf("there is no kind %q", f.Kind)
	}
	if err := check(f); err != nil {
		return fmt.Errorf("%s: %w", f.Kind, err)
	}
	return nil
}

func faultChecks() map[Kind]func(Fault) error {
	none := func(Fault) error { return nil }
	return map[Kind]func(Fault) error{
		KindError:            Fault.checkError,
		KindBody:             Fault.checkStatus,
		KindClose:            none,
		KindReset:            none,
		KindHang:             Fault.checkAt,
		KindTruncate:         Fault.checkAt,
		KindTruncateSilently: Fault.checkAt,
		KindFlood:            requirePositive("bytes", func(f Fault) int64 { return f.Bytes }),
		KindRate:             requirePositive("per_second", func(f Fault) int64 { return int64(f.PerSecond) }),
		KindMaxPageSize:      requirePositive("page_size", func(f Fault) int64 { return int64(f.PageSize) }),
		KindInsert:           Fault.checkInsert,
		KindExpire:           requirePositive("count", func(f Fault) int64 { return int64(f.Count) }),
		KindOtherPage:        Fault.checkOffset,
		KindEdit:             Fault.checkEdit,
		KindTrailingBytes:    none,
		KindGzip:             none,
		KindDelay:            requirePositive("wait", func(f Fault) int64 { return int64(f.Wait) }),
	}
}

func requirePositive(name string, value func(Fault) int64) func(Fault) error {
	return func(f Fault) error {
		if value(f) <= 0 {
			return fmt.Errorf("%s must be above 0", name)
		}
		return nil
	}
}

func (f Fault) checkStatus() error {
	if f.Status < http.StatusOK || f.Status > 599 {
		return fmt.Errorf("status must be 200 to 599, not %d", f.Status)
	}
	return nil
}

func (f Fault) checkError() error {
	if f.Code == "" {
		return errors.New("code is missing")
	}
	return f.checkStatus()
}

func (f Fault) checkAt() error {
	if f.At < 0 || f.At > 1 {
		return fmt.Errorf("at must be 0 to 1, not %v", f.At)
	}
	return nil
}

func (f Fault) checkInsert() error {
	if f.Task == nil {
		return errors.New("task is missing")
	}
	if f.Task.ID != "" && f.Times != 1 {
		return errors.New("a task with an id can be added once only: times must be 1")
	}
	return f.Task.validate()
}

func (f Fault) checkOffset() error {
	if f.PageOffset == 0 {
		return errors.New("page_offset is missing")
	}
	return nil
}

func (f Fault) checkEdit() error {
	if f.Edit == nil {
		return errors.New("a function is missing, which only Go code can set")
	}
	return nil
}
