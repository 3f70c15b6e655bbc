// SPDX-License-Identifier: MPL-2.0

package rds

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/rds-migrate/terraform-provider-alicloud/internal/migration"
	"github.com/rds-migrate/terraform-provider-alicloud/internal/openapi"
)

// listResponse is the body of one page. The decoder of the SDK reads a response of
// another shape as an empty list, so this one is strict wherever a wrong value could
// cause a wrong result.
type listResponse struct {
	responseFields

	Items struct {
		Tasks responseTasks `json:"MigrateTask"`
	} `json:"Items"`
}

// responseFields are the fields of a list response except the tasks.
type responseFields struct {
	RequestID        looseString    `json:"RequestId"`
	Code             looseString    `json:"Code"`
	Message          looseString    `json:"Message"`
	InstanceID       repeatedString `json:"DBInstanceId"` // also DBInstanceID: names match in any case
	PageNumber       looseString    `json:"PageNumber"`
	TotalRecordCount looseString    `json:"TotalRecordCount"`
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

var errDuplicateField = errors.New("a field occurs twice")

// looseString is a field with one value. Some responses of the API have a number
// if the documentation has a string, and vice versa.
type looseString struct {
	value string // empty if absent or null
	set   bool
}

// UnmarshalJSON reads a string, number, bool, or null. An object, an array, and a
// second value are errors.
func (t *looseString) UnmarshalJSON(b []byte) error {
	if t.set {
		return errDuplicateField
	}
	t.set = true
	switch b[0] {
	case '{', '[':
		return errors.New("a field is an object or a list instead of a string")
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

// repeatedString is a field that a response may have under two names.
type repeatedString struct{ looseString }

// UnmarshalJSON reads a value as looseString does. A second value must be equal to
// the first, if neither is empty.
func (r *repeatedString) UnmarshalJSON(b []byte) error {
	var value looseString
	if err := value.UnmarshalJSON(b); err != nil {
		return err
	}
	if r.value != "" && value.value != "" && r.value != value.value {
		return errDuplicateField
	}
	if value.value != "" {
		r.looseString = value
	}
	return nil
}

// responseTasks are the tasks of a page. The sample responses of the API's
// documentation have one object in place of the list.
type responseTasks struct {
	tasks []*responseTask
	set   bool
}

// UnmarshalJSON reads a list, an object, or null.
func (l *responseTasks) UnmarshalJSON(b []byte) error {
	if l.set {
		return errDuplicateField
	}
	l.set = true
	switch b[0] {
	case '[':
		return l.readList(b)
	case '{':
		l.tasks = []*responseTask{{}}
		return json.Unmarshal(b, l.tasks[0])
	case 'n':
		return nil
	}
	return errors.New("the list of tasks is neither a list nor an object")
}

// readList returns an error at more tasks than a page can have, so that the tasks need
// no more memory than the body.
func (l *responseTasks) readList(b []byte) error {
	d := json.NewDecoder(bytes.NewReader(b))
	if _, err := d.Token(); err != nil {
		return err
	}
	l.tasks = make([]*responseTask, 0, pageSize)
	for d.More() {
		if len(l.tasks) == pageSize {
			return fmt.Errorf("the page has more than %d tasks", pageSize)
		}
		var t *responseTask
		if err := d.Decode(&t); err != nil {
			return err
		}
		l.tasks = append(l.tasks, t)
	}
	return nil
}

// decodeList decodes a list response whose tasks are in Items.MigrateTask, as the SDK
// defines it, or in Items itself.
func decodeList(body []byte) (listResponse, error) {
	var a listResponse
	err := json.Unmarshal(body, &a)
	if e, ok := errors.AsType[*json.UnmarshalTypeError](err); !ok || e.Value != "array" || e.Field != "Items" {
		return a, err
	}
	var b struct {
		responseFields

		Items responseTasks `json:"Items"`
	}
	err = json.Unmarshal(body, &b)
	a = listResponse{responseFields: b.responseFields}
	a.Items.Tasks = b.Items
	return a, err
}

// page is one page of a list, in the order of the API.
type page struct {
	tasks []migration.Task
	total int
	bytes int       // of the body
	date  time.Time // of the response, by the clock of the API; zero if none

	// Of page 1: the window that was sent, zero if none was, and whether it starts
	// after the earliest start.
	window     migration.Window
	startsLate bool
}

// decodePage decodes a page of the tasks of an instance. Its errors are of type
// *Error.
func decodePage(body []byte, status, number int, instanceID string) (page, error) {
	a, err := decodeList(body)
	if err != nil {
		return page{}, &Error{Kind: UnexpectedResponse, Status: status, Err: invalidJSONError(body, err)}
	}
	if a.isError() {
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
	case Credentials, InvalidTimestamp:
		// Messages about signatures quote the signed request.
		e.Message = ""
	case UnexpectedResponse:
		e.Err = errors.New("the response has no error code, so it is not from the API")
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
	return fmt.Errorf("the body of %d bytes does not have the expected JSON: %w", len(body), err)
}

// toPage validates a response and returns its tasks.
func (a *listResponse) toPage(number int, instanceID string) (page, error) {
	if a.RequestID.value == "" {
		return page{}, errors.New("the response has no RequestId")
	}
	if a.InstanceID.value != "" && !strings.EqualFold(a.InstanceID.value, instanceID) {
		return page{}, fmt.Errorf("the response is about the instance %q", a.InstanceID.value)
	}
	// A cache that ignores the query returns the wrong page.
	if a.PageNumber.value != strconv.Itoa(number) {
		return page{}, fmt.Errorf("the response is page %q, not page %d", a.PageNumber.value, number)
	}
	total, err := a.TotalRecordCount.parseCount("TotalRecordCount", maxTasks)
	if err != nil {
		return page{}, err
	}
	if n := len(a.Items.Tasks.tasks); n > total {
		return page{}, fmt.Errorf("the page has %d tasks, but TotalRecordCount is %d", n, total)
	}
	tasks, err := toTasks(a.Items.Tasks.tasks)
	return page{tasks: tasks, total: total}, err
}

// isError reports whether the response has an error code. Other APIs of the vendor
// have a code in a success, too.
func (a *listResponse) isError() bool {
	switch strings.ToLower(a.Code.value) {
	case "", "200", "ok", "success":
		return false
	}
	return true
}

// parseCount parses a number from 0 to most.
func (t looseString) parseCount(name string, most uint64) (int, error) {
	n, err := strconv.ParseUint(t.value, 10, 31)
	if err != nil {
		return 0, fmt.Errorf("%s is missing or not a whole number", name)
	}
	if n > most {
		return 0, fmt.Errorf("%s is %d, which is more than %d", name, n, most)
	}
	return int(n), nil
}

// toTasks converts the tasks of a page.
func toTasks(l []*responseTask) ([]migration.Task, error) {
	list := make([]migration.Task, 0, len(l))
	for i, t := range l {
		if t == nil || t.ID.value == "" || !t.ID.readable() || !t.Database.readable() {
			return nil, fmt.Errorf(
				"task %d of the page has no ID, or an ID or a database name that is not valid Unicode", i+1)
		}
		list = append(list, t.toTask())
	}
	return list, nil
}

// readable reports whether the value has no replacement characters: two different
// names may look the same with them.
func (t looseString) readable() bool { return !strings.ContainsRune(t.value, utf8.RuneError) }

// toTask converts a task. It sanitizes the texts that are shown or stored, but not
// the ID and the database name: two different ones must not become equal.
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
