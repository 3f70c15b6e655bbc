package rdssim

import (
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strconv"
	"time"
)

// maxFormSize bounds the form of a call, in bytes.
const maxFormSize = 1 << 20

const (
	minPageSize = 30
	maxPageSize = 100
)

// minuteFormat is how the service wants StartTime and EndTime.
const minuteFormat = "2006-01-02T15:04Z"

// readParams returns the parameters of a call, from its query and its form together.
func readParams(r *http.Request) (url.Values, *errorResponse) {
	if r.Method != http.MethodGet && r.Method != http.MethodPost {
		return nil, newErrorResponse(http.StatusForbidden, "UnsupportedHTTPMethod", "This http method is not supported.")
	}
	params, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		return nil, newErrorResponse(http.StatusBadRequest, "InvalidParameter", "The query string is not well formed.")
	}
	form, err := readForm(r)
	if err != nil {
		return nil, newErrorResponse(http.StatusBadRequest, "InvalidParameter", "The form in the body is not well formed.")
	}
	for name, values := range form {
		params[name] = append(params[name], values...)
	}
	for name, values := range params {
		if len(values) > 1 {
			return params, newErrorResponse(http.StatusBadRequest, "InvalidParameter",
				fmt.Sprintf("The parameter %q is given more than once.", name))
		}
	}
	return params, nil
}

func readForm(r *http.Request) (url.Values, error) {
	body, err := io.ReadAll(io.LimitReader(r.Body, maxFormSize))
	if err != nil {
		return nil, fmt.Errorf("reading the body: %w", err)
	}
	// A content type that cannot be parsed is not that of a form either.
	if kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type")); kind != "application/x-www-form-urlencoded" {
		return url.Values{}, nil
	}
	return url.ParseQuery(string(body))
}

// query is what a DescribeMigrateTasks asks for.
type query struct {
	instanceID, region, resourceGroupID string
	start, end                          time.Time
	pageSize, page                      int
}

func readQuery(params url.Values) (query, *errorResponse) {
	q := query{
		instanceID:      params.Get("DBInstanceId"),
		region:          params.Get("RegionId"),
		resourceGroupID: params.Get("ResourceGroupId"),
	}
	if err := requireParams(params, "DBInstanceId", "RegionId"); err != nil {
		return q, err
	}
	var ok bool
	if q.start, ok = parseTime(minuteFormat, params.Get("StartTime")); !ok {
		return q, malformedParam("InvalidStartTime.Malformed", "StartTime")
	}
	if q.end, ok = parseTime(minuteFormat, params.Get("EndTime")); !ok {
		return q, malformedParam("InvalidEndTime.Malformed", "EndTime")
	}
	if !q.end.After(q.start) {
		return q, newErrorResponse(http.StatusBadRequest, "InvalidStartTimeAndEndTime.Malformed",
			"The end time must be greater than the start time.")
	}
	q.pageSize, ok = parseNumber(params.Get("PageSize"), minPageSize)
	if !ok || q.pageSize < minPageSize || q.pageSize > maxPageSize {
		return q, malformedParam("InvalidPageSize", "PageSize")
	}
	q.page, ok = parseNumber(params.Get("PageNumber"), 1)
	if !ok || q.page < 1 {
		return q, malformedParam("InvalidPageNumber", "PageNumber")
	}
	return q, nil
}

func requireParams(params url.Values, names ...string) *errorResponse {
	for _, name := range names {
		if params.Get(name) == "" {
			return newErrorResponse(http.StatusBadRequest, "Missing"+name, name+" is mandatory for this action.")
		}
	}
	return nil
}

func malformedParam(code, name string) *errorResponse {
	return newErrorResponse(http.StatusBadRequest, code, fmt.Sprintf("The specified parameter %q is not valid.", name))
}

// parseTime accepts exactly form, where time.Parse is generous about fractions and single digits.
func parseTime(form, s string) (time.Time, bool) {
	t, err := time.Parse(form, s)
	return t, err == nil && t.Format(form) == s
}

// parseNumber accepts the plain decimal form of a number that fits an int32; an empty s is the fallback.
func parseNumber(s string, fallback int) (int, bool) {
	if s == "" {
		return fallback, true
	}
	n, err := strconv.ParseInt(s, 10, 32)
	return int(n), err == nil && strconv.FormatInt(n, 10) == s
}
