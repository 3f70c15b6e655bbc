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

// ListedTask is a task in a response.
type ListedTask struct {
	ID           string `json:"MigrateTaskId"`
	Database     string `json:"DBName"`
	Status       string `json:"Status"`
	BackupMode   string `json:"BackupMode"`
	CreateTime   string `json:"CreateTime"`
	EndTime      string `json:"EndTime"`
	IsDBReplaced string `json:"IsDBReplaced"`
	Description  string `json:"Description"`
}

// listResponse is the body of a response with tasks.
type listResponse struct {
	InstanceID       string        `json:"DBInstanceId"`
	PageNumber       int           `json:"PageNumber"`
	PageRecordCount  int           `json:"PageRecordCount"`
	TotalRecordCount int           `json:"TotalRecordCount"`
	RequestID        string        `json:"RequestId"`
	Items            responseItems `json:"Items"`
}

type responseItems struct {
	Tasks []ListedTask `json:"MigrateTask"`
}

// responseOptions say how a list response differs from the one that its query asks for.
type responseOptions struct {
	// pageSize is the number of tasks on a page.
	pageSize int
	// pageOffset is added to the number of the page whose tasks are listed. PageNumber and PageRecordCount stay those
	// of the page that the query asks for.
	pageOffset int
}

// newListResponse returns the response to q at now, without a request ID. It is a pure function of its arguments.
func newListResponse(in *instanceState, q query, o responseOptions, now time.Time) listResponse {
	tasks := in.listedTasks(now, q.start, q.end)
	listed := pageOf(tasks, max(1, q.page+o.pageOffset), o.pageSize)
	return listResponse{
		InstanceID:       q.instanceID,
		PageNumber:       q.page,
		PageRecordCount:  len(pageOf(tasks, q.page, o.pageSize)),
		TotalRecordCount: len(tasks),
		Items:            responseItems{Tasks: toListedTasks(listed, now)},
	}
}

// pageOf returns the tasks on a page, none if it is beyond the last one.
func pageOf(tasks []*taskState, number, size int) []*taskState {
	if number-1 > len(tasks)/size {
		return nil
	}
	from := min((number-1)*size, len(tasks))
	return tasks[from:min(from+size, len(tasks))]
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
