package rds

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/rds-migrate/terraform-provider-alicloud/internal/migration"
)

// answer is the body of one page. The SDK's own decoder takes an answer of
// the wrong shape for an empty list, so this one is strict where it counts.
type answer struct {
	RequestID  text        `json:"RequestId"`
	Code       text        `json:"Code"`
	Message    text        `json:"Message"`
	InstanceID text        `json:"DBInstanceId"`
	PageNumber json.Number `json:"PageNumber"`
	PageCount  json.Number `json:"PageRecordCount"`
	TotalCount json.Number `json:"TotalRecordCount"`
	Items      struct {
		Tasks []*task `json:"MigrateTask"`
	} `json:"Items"`
}

type task struct {
	ID          text `json:"MigrateTaskId"`
	Database    text `json:"DBName"`
	Status      text `json:"Status"`
	BackupMode  text `json:"BackupMode"`
	CreateTime  text `json:"CreateTime"`
	EndTime     text `json:"EndTime"`
	Replaced    text `json:"IsDBReplaced"`
	Description text `json:"Description"`
}

// text is a string field. Some answers of the service have a bare number or a
// bool where the documentation has a string; a container there is an error.
type text string

// UnmarshalJSON reads a string, number, bool or null.
func (t *text) UnmarshalJSON(b []byte) error {
	switch b[0] {
	case '{', '[':
		return errors.New("a string was expected, an object or a list came")
	case '"':
		return json.Unmarshal(b, (*string)(t))
	case 'n':
		*t = ""
	default:
		*t = text(b)
	}
	return nil
}

// page is one page of a list.
type page struct {
	tasks []migration.Task
	total int
	bytes int // of the body
}

// decodePage reads page number of the tasks of an instance from a body. Every
// error it returns is an *Error.
func decodePage(body []byte, status, number int, instanceID string) (page, error) {
	var a answer
	if err := json.Unmarshal(body, &a); err != nil {
		return page{}, &Error{Kind: BadAnswer, Status: status, Err: notJSON(body, err)}
	}
	if a.Code != "" {
		return page{}, serviceError(a, status)
	}
	p, err := a.page(number, instanceID)
	if err != nil {
		return page{}, &Error{Kind: BadAnswer, RequestID: string(a.RequestID), Status: status, Err: err}
	}
	p.bytes = len(body)
	return p, nil
}

// decodeError reads the error in a body that came with an HTTP status other
// than 200.
func decodeError(body []byte, status int) *Error {
	var fields map[string]json.RawMessage
	var a answer
	if json.Unmarshal(body, &fields) != nil {
		return serviceError(a, status)
	}
	// A field of another type must not cost the others.
	for name, field := range map[string]*text{"RequestId": &a.RequestID, "Code": &a.Code, "Message": &a.Message} {
		if raw, ok := fields[name]; ok && json.Unmarshal(raw, field) != nil {
			*field = ""
		}
	}
	return serviceError(a, status)
}

func serviceError(a answer, status int) *Error {
	e := &Error{
		Kind:      classify(status, string(a.Code)),
		Code:      string(a.Code),
		Message:   string(a.Message),
		RequestID: string(a.RequestID),
		Status:    status,
	}
	// About signatures, the service's words quote the signed request.
	if e.Kind == Credentials {
		e.Message = ""
	}
	return e
}

// notJSON says what came instead of JSON without repeating it: it may be a
// page of a proxy that has taken the request into it.
func notJSON(body []byte, err error) error {
	if len(body) == 0 {
		return errors.New("the body is empty")
	}
	if strings.HasPrefix(strings.TrimSpace(string(body[:min(len(body), 512)])), "<") {
		return errors.New("the body is HTML or XML, not JSON")
	}
	return fmt.Errorf("the body of %d bytes is not the JSON that was expected: %w", len(body), err)
}

// page checks an answer and returns its tasks.
func (a *answer) page(number int, instanceID string) (page, error) {
	if a.RequestID == "" {
		return page{}, errors.New("it has no RequestId")
	}
	if a.InstanceID != "" && !strings.EqualFold(string(a.InstanceID), instanceID) {
		return page{}, fmt.Errorf("it is about the instance %q", string(a.InstanceID))
	}
	total, err := count("TotalRecordCount", a.TotalCount, maxTasks)
	if err != nil {
		return page{}, err
	}
	n, err := count("PageRecordCount", a.PageCount, pageSize)
	if err != nil {
		return page{}, err
	}
	if n != len(a.Items.Tasks) {
		return page{}, fmt.Errorf("it has %d tasks, and says that it has %d", len(a.Items.Tasks), n)
	}
	if a.PageNumber != "" && a.PageNumber.String() != fmt.Sprint(number) {
		return page{}, fmt.Errorf("it is page %s, not page %d", a.PageNumber, number)
	}
	p := page{tasks: make([]migration.Task, 0, n), total: total}
	for i, t := range a.Items.Tasks {
		if t == nil || t.ID == "" || t.Database == "" {
			return page{}, fmt.Errorf("task %d of the page has no ID or no database name", i+1)
		}
		p.tasks = append(p.tasks, t.domain())
	}
	return p, nil
}

// count reads one of an answer's counts.
func count(name string, n json.Number, most int) (int, error) {
	v, err := n.Int64()
	if err != nil || v < 0 {
		return 0, fmt.Errorf("its %s is missing or no count", name)
	}
	if v > int64(most) {
		return 0, fmt.Errorf("its %s is %d, more than the %d that can be", name, v, most)
	}
	return int(v), nil
}

// domain returns the task in the domain's terms.
func (t *task) domain() migration.Task {
	return migration.Task{
		ID:          string(t.ID),
		Database:    string(t.Database),
		Status:      migration.Status(t.Status),
		BackupMode:  string(t.BackupMode),
		Created:     migration.ParseStamp(string(t.CreateTime)),
		Ended:       migration.ParseStamp(string(t.EndTime)),
		Replaced:    t.replaced(),
		Description: string(t.Description),
	}
}

func (t *task) replaced() *bool {
	switch strings.ToLower(string(t.Replaced)) {
	case "true":
		return new(true)
	case "false":
		return new(false)
	}
	return nil
}
