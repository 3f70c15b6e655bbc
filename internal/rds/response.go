// SPDX-License-Identifier: MPL-2.0

package rds

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/rds-migrate/terraform-provider-alicloud/internal/migration"
	"github.com/rds-migrate/terraform-provider-alicloud/internal/openapi"
)

// listResponse is the body of one page. The SDK's own decoder reads a response of
// another shape as an empty list, so this one is strict if a wrong result depends
// on it.
type listResponse struct {
	RequestID        looseString `json:"RequestId"`
	Code             looseString `json:"Code"`
	Message          looseString `json:"Message"`
	InstanceID       looseString `json:"DBInstanceId"`
	PageNumber       looseString `json:"PageNumber"`
	PageRecordCount  looseString `json:"PageRecordCount"`
	TotalRecordCount looseString `json:"TotalRecordCount"`
	Items            struct {
		Tasks responseTasks `json:"MigrateTask"`
	} `json:"Items"`
}

type responseTask struct {
	ID          looseString `json:"MigrateTaskId"`
	Database    looseString `json:"DBName"`
	Status      looseString `json:"Status"`
	BackupMode  looseString `json:"BackupMode"`
	CreateTime  looseString `json:"CreateTime"`
	EndTime     looseString `json:"EndTime"`
	Replaced    looseString `json:"IsDBReplaced"`
	Description looseString `json:"Description"`
}

var errDuplicateField = errors.New("a field comes twice")

// looseString is a field with one value. Some responses of the API have a number
// if the documentation has a string, and vice versa.
type looseString struct {
	value string // empty if absent or null
	set   bool
}

// UnmarshalJSON reads a string, number, bool or null. An object, an array and a
// second value are errors.
func (t *looseString) UnmarshalJSON(b []byte) error {
	if t.set {
		return errDuplicateField
	}
	t.set = true
	switch b[0] {
	case '{', '[':
		return errors.New("an object or a list comes where a string should")
	case '"':
		if !bytes.ContainsRune(b, '\\') && utf8.Valid(b) {
			t.value = string(b[1 : len(b)-1]) // as json.Unmarshal returns it, without a second parse
			return nil
		}
		return json.Unmarshal(b, &t.value)
	case 'n':
	default:
		t.value = string(b)
	}
	return nil
}

// responseTasks are the tasks of a page.
type responseTasks []*responseTask

// UnmarshalJSON reads a list or null. It stops at more tasks than a page can have,
// so that they need no more memory than their bytes.
func (l *responseTasks) UnmarshalJSON(b []byte) error {
	if *l != nil {
		return errDuplicateField
	}
	d := json.NewDecoder(bytes.NewReader(b))
	switch first, err := d.Token(); {
	case err != nil:
		return err
	case first == nil:
		*l = responseTasks{}
		return nil
	case first != json.Delim('['):
		return errors.New("something else comes where the list of tasks should")
	}
	*l = make(responseTasks, 0, pageSize)
	for d.More() {
		if len(*l) == pageSize {
			return fmt.Errorf("the page has more than %d tasks", pageSize)
		}
		var t *responseTask
		if err := d.Decode(&t); err != nil {
			return err
		}
		*l = append(*l, t)
	}
	return nil
}

// page is one page of a list.
type page struct {
	tasks []migration.Task
	total int
	bytes int // of the body
}

// decodePage decodes a page of the tasks of an instance. Its errors are of type
// *Error.
func decodePage(body []byte, status, number int, instanceID string) (page, error) {
	var a listResponse
	if err := json.Unmarshal(body, &a); err != nil {
		return page{}, &Error{Kind: UnexpectedResponse, Status: status, Err: invalidJSONError(body, err)}
	}
	if a.Code.value != "" {
		return page{}, apiError(a, status)
	}
	p, err := a.toPage(number, instanceID)
	if err != nil {
		return page{}, &Error{Kind: UnexpectedResponse, RequestID: a.RequestID.value, Status: status, Err: err}
	}
	p.bytes = len(body)
	return p, nil
}

// decodeError decodes the body of a response whose HTTP status is not 200.
func decodeError(body []byte, status int) *Error {
	var fields struct {
		RequestID json.RawMessage `json:"RequestId"`
		Code      json.RawMessage `json:"Code"`
		Message   json.RawMessage `json:"Message"`
	}
	var a listResponse
	if json.Unmarshal(body, &fields) != nil {
		return apiError(a, status)
	}
	// A field of another type does not hide the others.
	for field, raw := range map[*looseString]json.RawMessage{
		&a.RequestID: fields.RequestID, &a.Code: fields.Code, &a.Message: fields.Message,
	} {
		if raw != nil && json.Unmarshal(raw, field) != nil {
			*field = looseString{}
		}
	}
	return apiError(a, status)
}

func apiError(a listResponse, status int) *Error {
	e := &Error{
		Kind:      classify(status, a.Code.value),
		Code:      a.Code.value,
		Message:   a.Message.value,
		RequestID: a.RequestID.value,
		Status:    status,
	}
	switch e.Kind {
	case Credentials:
		// Messages about signatures quote the signed request.
		e.Message = ""
	case UnexpectedResponse:
		e.Err = errors.New("it has no error code, so it is not from the service")
	default:
	}
	return e
}

// invalidJSONError describes a body that is not the expected JSON without quoting
// it: the page of a proxy may contain the request.
func invalidJSONError(body []byte, err error) error {
	if len(body) == 0 {
		return errors.New("the body is empty")
	}
	if bytes.HasPrefix(bytes.TrimSpace(body), []byte("<")) {
		return errors.New("the body is HTML or XML, not JSON")
	}
	return fmt.Errorf("the body of %d bytes is not the JSON that was expected: %w", len(body), err)
}

// toPage validates a response and returns its tasks.
func (a *listResponse) toPage(number int, instanceID string) (page, error) {
	if a.RequestID.value == "" {
		return page{}, errors.New("it has no RequestId")
	}
	if a.InstanceID.value != "" && !strings.EqualFold(a.InstanceID.value, instanceID) {
		return page{}, fmt.Errorf("it is about the instance %q", a.InstanceID.value)
	}
	if a.PageNumber.value != "" && a.PageNumber.value != strconv.Itoa(number) {
		return page{}, fmt.Errorf("it is page %q, not page %d", a.PageNumber.value, number)
	}
	total, err := a.TotalRecordCount.parseCount("TotalRecordCount", maxTasks)
	if err != nil {
		return page{}, err
	}
	n, err := a.PageRecordCount.parseCount("PageRecordCount", pageSize)
	if err != nil {
		return page{}, err
	}
	if n != len(a.Items.Tasks) {
		return page{}, fmt.Errorf("it has %d tasks, and says that it has %d", len(a.Items.Tasks), n)
	}
	if n > total || n == 0 && total > 0 && number == 1 {
		return page{}, fmt.Errorf("it has %d of %d tasks in all", n, total)
	}
	tasks, err := a.Items.Tasks.toTasks()
	return page{tasks: tasks, total: total}, err
}

// parseCount parses a number from 0 to most.
func (t looseString) parseCount(name string, most uint64) (int, error) {
	n, err := strconv.ParseUint(t.value, 10, 31)
	if err != nil {
		return 0, fmt.Errorf("its %s is missing or no count", name)
	}
	if n > most {
		return 0, fmt.Errorf("its %s is %d, more than the %d that can be", name, n, most)
	}
	return int(n), nil
}

// toTasks converts the tasks of a page.
func (l responseTasks) toTasks() ([]migration.Task, error) {
	list := make([]migration.Task, 0, len(l))
	seen := make(map[string]bool, len(l))
	for i, t := range l {
		switch {
		case t == nil || !t.ID.readable() || !t.Database.readable():
			return nil, fmt.Errorf("task %d of the page has no ID or no database name that can be read", i+1)
		case seen[t.ID.value]:
			return nil, fmt.Errorf("task %q is on the page twice", t.ID.value)
		}
		seen[t.ID.value] = true
		list = append(list, t.toTask())
	}
	return list, nil
}

// readable reports whether the value is not empty and has no replacement
// characters: two different names may look the same with them.
func (t looseString) readable() bool {
	return t.value != "" && !strings.ContainsRune(t.value, utf8.RuneError)
}

// toTask converts a task. It sanitizes the texts that are shown or stored.
func (t *responseTask) toTask() migration.Task {
	return migration.Task{
		ID:          t.ID.value,
		Database:    t.Database.value,
		Status:      migration.Status(openapi.Printable(t.Status.value)),
		BackupMode:  openapi.Printable(t.BackupMode.value),
		CreateTime:  migration.ParseTimestamp(openapi.Printable(t.CreateTime.value)),
		EndTime:     migration.ParseTimestamp(openapi.Printable(t.EndTime.value)),
		Replaced:    t.replaced(),
		Description: openapi.Printable(t.Description.value),
	}
}

func (t *responseTask) replaced() *bool {
	switch strings.ToLower(t.Replaced.value) {
	case "true":
		return new(true)
	case "false":
		return new(false)
	}
	return nil
}
