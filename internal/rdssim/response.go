package rdssim

import (
	"bytes"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"strings"
)

// ListedTask is a task in the shape in which the service lists it.
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

// listResponse is the service's answer to a DescribeMigrateTasks.
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

// errorResponse is an error in the service's shape.
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

// encode writes v as the service does: on one line, with no character escaped for HTML.
func encode(v any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return nil, fmt.Errorf("encoding an answer: %w", err)
	}
	return bytes.TrimRight(b.Bytes(), "\n"), nil
}

// newRequestID returns a random number in the form of the service's request IDs: a UUID in capitals.
func newRequestID() string {
	var b [16]byte
	// It never fails: see its documentation.
	_, _ = rand.Read(b[:])
	id := fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
	return strings.ToUpper(id)
}
