// SPDX-License-Identifier: MPL-2.0

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

// maxFormSize is the largest form that is read, in bytes.
const maxFormSize = 1 << 20

const (
	minPageSize = 30
	maxPageSize = 100
)

// minuteFormat is the format of StartTime and EndTime.
const minuteFormat = "2006-01-02T15:04Z"

// readParams returns the parameters of a call, from both its query and its form.
func readParams(r *http.Request) (url.Values, *errorResponse) {
	if r.Method != http.MethodGet && r.Method != http.MethodPost {
		return nil, forbidden("UnsupportedHTTPMethod", "This http method is not supported.")
	}
	params, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		return nil, badRequest("InvalidParameter", "The query string is not well formed.")
	}
	form, err := readForm(r)
	if err != nil {
		return nil, badRequest("InvalidParameter", "The form in the body is not well formed.")
	}
	for name, values := range form {
		params[name] = append(params[name], values...)
	}
	for name, values := range params {
		if len(values) > 1 {
			return params, badRequest("InvalidParameter",
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

// query holds the parameters of DescribeMigrateTasks.
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
		return q, invalidParam("InvalidStartTime.Malformed", "StartTime")
	}
	if q.end, ok = parseTime(minuteFormat, params.Get("EndTime")); !ok {
		return q, invalidParam("InvalidEndTime.Malformed", "EndTime")
	}
	if !q.end.After(q.start) {
		return q, badRequest("InvalidStartTimeAndEndTime.Malformed",
			"The end time must be greater than the start time.")
	}
	q.pageSize, ok = parseNumber(params.Get("PageSize"), minPageSize)
	if !ok || q.pageSize < minPageSize || q.pageSize > maxPageSize {
		return q, invalidParam("InvalidPageSize", "PageSize")
	}
	q.page, ok = parseNumber(params.Get("PageNumber"), 1)
	if !ok || q.page < 1 {
		return q, invalidParam("InvalidPageNumber", "PageNumber")
	}
	return q, nil
}

func requireParams(params url.Values, names ...string) *errorResponse {
	for _, name := range names {
		if params.Get(name) == "" {
			return badRequest("Missing"+name, name+" is mandatory for this action.")
		}
	}
	return nil
}

func invalidParam(code, name string) *errorResponse {
	return badRequest(code, fmt.Sprintf("The specified parameter %q is not valid.", name))
}

// parseTime accepts exactly the format, unlike time.Parse, which also accepts fractions and single digits.
func parseTime(format, s string) (time.Time, bool) {
	t, err := time.Parse(format, s)
	return t, err == nil && t.Format(format) == s
}

// parseNumber accepts a plain decimal number that fits an int32. An empty s is the fallback.
func parseNumber(s string, fallback int) (int, bool) {
	if s == "" {
		return fallback, true
	}
	n, err := strconv.ParseInt(s, 10, 32)
	return int(n), err == nil && strconv.FormatInt(n, 10) == s
}
