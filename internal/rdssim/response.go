// SPDX-License-Identifier: MPL-2.0

package rdssim

import (
	"bytes"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"time"
)

// listResponse is the body of a response with tasks.
type listResponse struct {
	InstanceID       string `json:"DBInstanceId,omitempty"`
	UpperInstanceID  string `json:"DBInstanceID,omitempty"`
	Code             any    `json:"Code,omitempty"`
	PageNumber       int    `json:"PageNumber"`
	PageRecordCount  *int   `json:"PageRecordCount,omitempty"`
	TotalRecordCount int    `json:"TotalRecordCount"`
	RequestID        string `json:"RequestId"`
	Items            any    `json:"Items"`
}

// responseItems is the field Items as an object.
type responseItems struct {
	Tasks any `json:"MigrateTask,omitempty"`
}

// jsonNull is encoded as null, also in a field that is left out when it is nil.
var jsonNull = json.RawMessage("null")

// responseOptions say how a list response differs from the one that its query asks for.
type responseOptions struct {
	model Model
	// number counts the list responses of the instance.
	number int
	// pageSize is the number of tasks on a page.
	pageSize int
	// pageOffset is added to the number of the page whose tasks are listed. PageNumber and PageRecordCount stay those
	// of the page that the query asks for.
	pageOffset int
}

// newListResponse returns the response to q at now, without a request ID, or the error response for a page after the
// last. It is a pure function of its arguments.
func newListResponse(in *instanceState, q query, o responseOptions, now time.Time) (listResponse, *errorResponse) {
	tasks := in.listedTasks(now, o.model.newWindow(q))
	o.model.sortTasks(tasks, o.number)
	p, err := o.model.newPage(q, o.pageSize, len(tasks))
	if err != nil {
		return listResponse{}, err
	}
	r := listResponse{
		Code:             o.model.SuccessCode,
		PageNumber:       q.page,
		PageRecordCount:  o.model.pageRecordCount(p, o.pageSize),
		TotalRecordCount: p.total,
		Items:            o.model.newItems(pageOf(tasks, max(1, p.number+o.pageOffset), o.pageSize), now),
	}
	if o.model.InstanceIDField != InstanceIDFieldUpper {
		r.InstanceID = q.instanceID
	}
	if o.model.InstanceIDField != "" {
		r.UpperInstanceID = q.instanceID
	}
	return r, nil
}

// newItems returns the field Items of a page.
func (m Model) newItems(tasks []*taskState, now time.Time) any {
	rows := make([]row, 0, len(tasks))
	for _, t := range tasks {
		rows = append(rows, t.toRow(now))
	}
	switch {
	case m.Items == ItemsList:
		return rows
	case m.Items == ItemsObject && len(rows) == 1:
		return responseItems{Tasks: rows[0]}
	case m.EmptyItems == EmptyItemsAbsent && len(rows) == 0:
		return responseItems{}
	case m.EmptyItems == EmptyItemsNull && len(rows) == 0:
		return responseItems{Tasks: jsonNull}
	default:
		return responseItems{Tasks: rows}
	}
}

// errorResponse is the body of a response with an error, and its HTTP status.
type errorResponse struct {
	status    int
	Code      string `json:"Code"`
	Message   string `json:"Message"`
	RequestID string `json:"RequestId"`
	HostID    string `json:"HostId"`
	Recommend string `json:"Recommend"`
}

func newErrorResponse(status int, code, message string) *errorResponse {
	return &errorResponse{
		status:    status,
		Code:      code,
		Message:   message,
		HostID:    "rds.aliyuncs.com",
		Recommend: "https://error-center.aliyun.com/status/search?Keyword=" + code + "&source=PopGw",
	}
}

func badRequest(code, message string) *errorResponse {
	return newErrorResponse(http.StatusBadRequest, code, message)
}

func forbidden(code, message string) *errorResponse {
	return newErrorResponse(http.StatusForbidden, code, message)
}

func notFound(code, message string) *errorResponse {
	return newErrorResponse(http.StatusNotFound, code, message)
}

// invalidScenario reports an error in the scenario that only shows during a call. The API has no such code.
func invalidScenario(err error) *errorResponse {
	return newErrorResponse(http.StatusInternalServerError, "Simulator.BadScenario", err.Error())
}

// encode returns v as the API encodes it: on one line, without escaping for HTML.
func encode(v any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return nil, fmt.Errorf("encoding a response: %w", err)
	}
	return bytes.TrimRight(b.Bytes(), "\n"), nil
}

// applyEdits returns the JSON object in body after all edits.
func applyEdits(body []byte, edits []func(map[string]any)) ([]byte, error) {
	var fields map[string]any
	if err := json.Unmarshal(body, &fields); err != nil {
		return nil, fmt.Errorf("decoding a response to edit it: %w", err)
	}
	for _, edit := range edits {
		edit(fields)
	}
	return encode(fields)
}

// newRequestID returns a random UUID in upper case, the form of the API's request IDs.
func newRequestID() string {
	var b [16]byte
	// rand.Read never returns an error.
	_, _ = rand.Read(b[:])
	return strings.ToUpper(fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:]))
}
