// SPDX-License-Identifier: MPL-2.0

package rds

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/rds-migrate/terraform-provider-alicloud/internal/migration"
)

// pageOf returns the body of a first page with these tasks, of a list with this many.
func pageOf(total int, tasks ...string) string {
	return fmt.Sprintf(`{"RequestId":"6F9619FF","DBInstanceId":"rm-orders","PageNumber":1,"PageRecordCount":%d,`+
		`"TotalRecordCount":%d,"Items":{"MigrateTask":[%s]}}`, len(tasks), total, strings.Join(tasks, ","))
}

// pageOfOne returns the body of a page with one task, which has these fields in addition to its ID and database.
func pageOfOne(fields string) string {
	return pageOf(1, `{"MigrateTaskId":"1","DBName":"orders",`+fields+`}`)
}

// pageWithout returns the body of a page without tasks, with these counts.
func pageWithout(counts string) string { return `{"RequestId":"1","PageNumber":1,` + counts + `}` }

const noRecords = `"PageRecordCount":0,"TotalRecordCount":0`

const aTask = `{"MigrateTaskId":"1","DBName":"orders"}`

func TestDecodePage_Valid(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		body string
		want []migration.Task
	}{
		"no tasks, the list empty":   {pageOf(0), []migration.Task{}},
		"no tasks, the list absent":  {pageWithout(noRecords + `,"Items":{}`), []migration.Task{}},
		"no tasks, the items absent": {pageWithout(noRecords), []migration.Task{}},
		"the instance in upper case": {pageWithout(`"DBInstanceID":"RM-Orders",` + noRecords), []migration.Task{}},
		"every field": {
			pageOf(1, `{"MigrateTaskId":"564522545","DBName":"orders","Status":"Success","BackupMode":"FULL",`+
				`"CreateTime":"2017-05-30T12:11:04Z","EndTime":"2017-05-30 T13:1:4Z","IsDBReplaced":"False",`+
				`"Description":"Success to DBCC checkdb asynchronously","New":[{}]}`),
			[]migration.Task{{
				ID: "564522545", Database: "orders", Status: migration.Success, BackupMode: "FULL",
				CreateTime: migration.ParseTimestamp("2017-05-30T12:11:04Z"),
				EndTime:    migration.ParseTimestamp("2017-05-30 T13:1:4Z"),
				Replaced:   new(false), Description: "Success to DBCC checkdb asynchronously",
			}},
		},
		"fields that are null or absent": {
			pageOf(1, `{"MigrateTaskId":"1","DBName":"orders","Status":null,"EndTime":null,"IsDBReplaced":null}`),
			[]migration.Task{{ID: "1", Database: "orders"}},
		},
		"a number and a bool where a string should be": {
			pageOf(1, `{"MigrateTaskId":564522545,"DBName":"orders","IsDBReplaced":true}`),
			[]migration.Task{{ID: "564522545", Database: "orders", Replaced: new(true)}},
		},
		"a replacement that is neither": {
			pageOf(1, `{"MigrateTaskId":"1","DBName":"orders","IsDBReplaced":"perhaps"}`),
			[]migration.Task{{ID: "1", Database: "orders"}},
		},
		"an unknown status": {
			pageOf(1, `{"MigrateTaskId":"1","DBName":"orders","Status":"success"}`),
			[]migration.Task{{ID: "1", Database: "orders", Status: "success"}},
		},
		"a name in another script": {
			pageOf(1, `{"MigrateTaskId":"1","DBName":"\u8ba2\u5355"}`),
			[]migration.Task{{ID: "1", Database: "订单"}},
		},
		"the first of two": {pageOf(2, aTask), []migration.Task{{ID: "1", Database: "orders"}}},
		"equal rows": {
			pageOf(2, aTask, aTask), []migration.Task{{ID: "1", Database: "orders"}, {ID: "1", Database: "orders"}},
		},
		"a row without a database name":            {pageOf(1, `{"MigrateTaskId":"1"}`), []migration.Task{{ID: "1"}}},
		"an empty list of three tasks":             {pageOf(3), []migration.Task{}},
		"an empty list of as many tasks as can be": {pageOf(maxTasks), []migration.Task{}},
		"as many tasks as a page can have": {
			pageOf(pageSize, slices.Repeat([]string{aTask}, pageSize)...),
			slices.Repeat([]migration.Task{{ID: "1", Database: "orders"}}, pageSize),
		},
		"no list of three tasks": {pageWithout(`"TotalRecordCount":3`), []migration.Task{}},
		"one object in place of a list": {
			pageWithout(`"TotalRecordCount":1,"Items":{"MigrateTask":` + aTask + `}`),
			[]migration.Task{{ID: "1", Database: "orders"}},
		},
		"the list in place of the items": {
			pageWithout(`"TotalRecordCount":1,"Items":[` + aTask + `]`),
			[]migration.Task{{ID: "1", Database: "orders"}},
		},
		"the instance under one of two names": {
			insertBefore(`"RequestId"`, `"DBInstanceID":null,`), []migration.Task{{ID: "1", Database: "orders"}},
		},
		"the instance under two names": {insertBefore(`"RequestId"`, `"DBInstanceID":"rm-orders",`), []migration.Task{
			{ID: "1", Database: "orders"},
		}},
		"a page count that is the page size": {
			strings.Replace(pageOf(1, aTask), `"PageRecordCount":1`, `"PageRecordCount":100`, 1),
			[]migration.Task{{ID: "1", Database: "orders"}},
		},
		"the code 200": {
			insertBefore(`"RequestId"`, `"Code":200,`), []migration.Task{{ID: "1", Database: "orders"}},
		},
		"the code OK": {
			insertBefore(`"RequestId"`, `"Code":"OK",`), []migration.Task{{ID: "1", Database: "orders"}},
		},
		"the code Success": {
			insertBefore(`"RequestId"`, `"Code":"Success",`), []migration.Task{{ID: "1", Database: "orders"}},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p, err := decodePage([]byte(test.body), 200, 1, "rm-orders")
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, p.tasks, cmp.AllowUnexported(migration.Timestamp{})); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			if p.bytes != len(test.body) {
				t.Errorf("the page counts %d bytes of %d", p.bytes, len(test.body))
			}
		})
	}
}

// insertBefore returns the body of a page with one task, with text inserted before the first place of another text.
func insertBefore(place, text string) string {
	return strings.Replace(pageOf(1, aTask), place, text+place, 1)
}

func TestDecodePage_Invalid(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		body string
		want string // in the error
	}{
		"nothing":                   {"", "the body is empty"},
		"HTML behind blanks":        {" \r\n\t<!DOCTYPE html>", "HTML or XML"},
		"half a response":           {pageOf(1, aTask)[:60], "not have the expected JSON"},
		"two responses":             {pageOf(0) + pageOf(0), "not have the expected JSON"},
		"a status twice":            {pageOfOne(`"Status":"Failed","Status":"Success"`), "twice"},
		"a status in two spellings": {pageOfOne(`"Status":"Failed","status":"Success"`), "twice"},
		"a status, then null":       {pageOfOne(`"Status":"Success","Status":null`), "twice"},
		"null, then a status":       {pageOfOne(`"Status":null,"Status":"Success"`), "twice"},
		"nothing, then a status":    {pageOfOne(`"Status":"","Status":"Success"`), "twice"},
		"no list, then a list":      {insertBefore(`"MigrateTask"`, `"MigrateTask":null,`), "twice"},
		"a total twice":             {insertBefore(`"RequestId"`, `"TotalRecordCount":0,`), "twice"},
		"two lists of tasks":        {insertBefore(`"MigrateTask"`, `"MigrateTask":[],`), "twice"},
		"two objects of items":      {insertBefore(`"Items"`, `"Items":{"MigrateTask":[]},`), "twice"},
		"101 tasks":                 {pageOf(101, slices.Repeat([]string{aTask}, 101)...), "more than 100 tasks"},
		"more tasks than in all":    {pageOf(0, aTask), "the page has 1 tasks, but TotalRecordCount is 0"},
		"more tasks than allowed":   {pageOf(maxTasks + 1), "is 50001, which is more than 50000"},
		"a second task without ID":  {pageOf(2, aTask, `{"DBName":"orders"}`), "task 2 of the page has no ID"},
		"two instances": {
			insertBefore(`"RequestId"`, `"DBInstanceID":"rm-other",`), "twice",
		},
		"an error code in a 200 with a list": {insertBefore(`"RequestId"`, `"Code":{},`), "not have the expected JSON"},
		"a name with an unpaired surrogate": {
			pageOf(1, `{"MigrateTaskId":"1","DBName":"a\ud800"}`), "not valid Unicode",
		},
		"a name that is not UTF-8": {
			pageOf(1, "{\"MigrateTaskId\":\"1\",\"DBName\":\"a\xff\"}"), "not valid Unicode",
		},
		"a signed count": {
			pageWithout(`"TotalRecordCount":"+0"`), "TotalRecordCount is missing or not a whole number",
		},
		"a count with a blank": {
			pageWithout(`"TotalRecordCount":" 0"`), "TotalRecordCount is missing or not a whole number",
		},
		"page 2, asked for page 1": {
			`{"RequestId":"1","PageNumber":"2",` + noRecords + `}`, `the response is page "2", not page 1`,
		},
		"no page number": {`{"RequestId":"1",` + noRecords + `}`, `page "", not page 1`},
		"nested deeply":  {strings.Repeat("[", 100_000), "not have the expected JSON"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p, err := decodePage([]byte(test.body), 200, 1, "rm-orders")
			if kindOf(err) != UnexpectedResponse || !strings.Contains(err.Error(), test.want) {
				t.Errorf("the error is %v, want one that is %q and contains %q", err, UnexpectedResponse, test.want)
			}
			if p.tasks != nil {
				t.Errorf("the error comes with tasks: %v", p.tasks)
			}
		})
	}
}

func TestDecodeError_Bodies(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		body   string
		status int
		want   Error
	}{
		"in the API's format": {
			`{"RequestId":"6F9619FF","HostId":"rds.aliyuncs.com","Code":"InvalidDBInstanceId.NotFound",` +
				`"Message":"No such instance.","Recommend":"x"}`, 404,
			Error{
				Kind: NotFound, Code: "InvalidDBInstanceId.NotFound", Message: "No such instance.",
				RequestID: "6F9619FF", Status: 404,
			},
		},
		"about the signature, which it quotes": {
			`{"RequestId":"1","Code":"SignatureDoesNotMatch",` +
				`"Message":"server string to sign is:POST&%2F&SecurityToken"}`, 400,
			Error{Kind: Credentials, Code: "SignatureDoesNotMatch", RequestID: "1", Status: 400},
		},
		"a message that is a list": {
			`{"RequestId":"1","Code":"NoPermission","Message":["no"]}`, 403,
			Error{Kind: Denied, Code: "NoPermission", RequestID: "1", Status: 403},
		},
		"a request ID that is an object": {
			`{"RequestId":{"a":1},"Code":"NoPermission"}`, 403,
			Error{Kind: Denied, Code: "NoPermission", Status: 403},
		},
		"a 502 as HTML":      {"<html>", 502, Error{Kind: Unavailable, Status: 502}},
		"a 503 without body": {"", 503, Error{Kind: Unavailable, Status: 503}},
		"a 500 with a list":  {`[1]`, 500, Error{Kind: Unavailable, Status: 500}},
		"a 429 without body": {"", 429, Error{Kind: Throttled, Status: 429}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(&test.want, decodeError([]byte(test.body), test.status)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func FuzzDecodePage(f *testing.F) {
	for _, seed := range []string{
		pageOf(0), pageOf(1, aTask), pageOf(1, `null`), pageOf(1, `[]`),
		pageOf(2, aTask, `{"MigrateTaskId":2,"DBName":"b","Status":"Success","IsDBReplaced":true,"EndTime":null}`),
		pageOfOne(`"Status":"Failed","status":"Success"`), insertBefore(`"Items"`, `"Items":{"MigrateTask":[]},`),
		`{"RequestId":"1","Code":"Throttling.User","Message":"slow"}`,
		`{"RequestId":"1","Code":7}`, `{"RequestId":"1","Code":{}}`,
		`{"RequestId":"1","TotalRecordCount":"0","PageRecordCount":"0","Items":null}`,
		`{"requestid":"1","TOTALRECORDCOUNT":0,"PageRecordCount":0}`,
		`{"RequestId":"1","TotalRecordCount":1e400,"PageRecordCount":-1}`,
		pageWithout(`"TotalRecordCount":0`), pageWithout(`"TotalRecordCount":1,"Items":[` + aTask + `]`),
		pageWithout(`"TotalRecordCount":1,"Items":{"MigrateTask":` + aTask + `}`),
		insertBefore(`"RequestId"`, `"Code":200,`),
		"", "null", "[]", "{}", `"ok"`, "<html>", "\xef\xbb\xbf{}",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		p, err := decodePage(body, 200, 1, "rm-orders")
		if err != nil {
			if kindOf(err) == "" || p.tasks != nil || len(err.Error()) > len(body)+maxErrorLength {
				t.Fatalf("the error is %v, with %d tasks", err, len(p.tasks))
			}
			return
		}
		requireSameFields(t, body, p)
	})
}

// requireSameFields compares a page with the fields of its body, decoded without types.
func requireSameFields(t *testing.T, body []byte, p page) {
	t.Helper()
	var fields map[string]any
	if err := json.Unmarshal(body, &fields); err != nil {
		t.Fatal(err)
	}
	if id := fieldByName(fields, "RequestId"); id == nil || id == "" {
		t.Fatal("a page without RequestId was accepted")
	}
	if code := fieldByName(fields, "Code"); code != nil && !isSuccessCode(fmt.Sprint(code)) {
		t.Fatalf("an error was accepted, of code %v", code)
	}
	if number := fmt.Sprint(fieldByName(fields, "PageNumber")); number != "1" {
		t.Fatalf("page %s was accepted for page 1", number)
	}
	total := fmt.Sprint(fieldByName(fields, "TotalRecordCount"))
	if strings.TrimLeft(total, "0") != strings.TrimLeft(strconv.Itoa(p.total), "0") {
		t.Fatalf("the total is %s and was decoded as %d", total, p.total)
	}
	if len(p.tasks) > pageSize || len(p.tasks) > p.total || p.total > maxTasks {
		t.Fatalf("%d of %d tasks were accepted", len(p.tasks), p.total)
	}
	requireSameTasks(t, fieldByName(fields, "Items"), p.tasks)
}

func isSuccessCode(code string) bool {
	return slices.ContainsFunc([]string{"", "200", "OK", "Success"}, func(s string) bool {
		return strings.EqualFold(code, s)
	})
}

// requireSameTasks compares tasks with the field Items: an object that has a list or a task, or a list.
func requireSameTasks(t *testing.T, items any, accepted []migration.Task) {
	t.Helper()
	if object, ok := items.(map[string]any); ok {
		items = fieldByName(object, "MigrateTask")
	}
	if task, ok := items.(map[string]any); ok {
		items = []any{task}
	}
	tasks, _ := items.([]any)
	if len(tasks) != len(accepted) {
		t.Fatalf("%d of %d tasks were decoded", len(accepted), len(tasks))
	}
	for i, got := range accepted {
		is, _ := tasks[i].(map[string]any)
		if got.ID == "" || strings.ContainsRune(got.ID+got.Database, utf8.RuneError) {
			t.Fatalf("a task without an ID, or with an unreadable name, was accepted: %+v", got)
		}
		if got.Status == migration.Success && fieldByName(is, "Status") != "Success" {
			t.Fatalf("the status %v was decoded as a success", fieldByName(is, "Status"))
		}
	}
}

// fieldByName returns a field by its name in any case.
func fieldByName(fields map[string]any, name string) any {
	for key, value := range fields {
		if strings.EqualFold(key, name) && value != nil {
			return value
		}
	}
	return nil
}

func FuzzDecodeError(f *testing.F) {
	for _, seed := range []string{
		`{"RequestId":"1","HostId":"h","Code":"Throttling.User","Message":"slow","Recommend":"r"}`,
		`{"Code":7,"Message":[1],"RequestId":{}}`, `{"Code":"A","code":"B"}`, `{"Code":null}`,
		`{"Code":"SignatureDoesNotMatch","Message":"POST&%2F&"}`, "", "null", "[]", "<html>",
	} {
		f.Add([]byte(seed), 400)
		f.Add([]byte(seed), 503)
	}
	f.Fuzz(func(t *testing.T, body []byte, status int) {
		e := decodeError(body, status)
		if e.Kind == "" || e.Status != status {
			t.Fatalf("the error is %+v", e)
		}
		if e.Kind == Credentials && e.Message != "" {
			t.Fatalf("the error may quote the request: %q", e.Message)
		}
	})
}

// FuzzLooseString compares the decoding of a string with that of encoding/json.
func FuzzLooseString(f *testing.F) {
	for _, seed := range []string{
		`""`, `"orders"`, `"a\nb"`, `"\u00e9\ud83d\ude00"`, `"\ud83d"`, "\"\xff\"",
		`"é訂單"`, `"\\"`, `"a`, `"\"`, "\"\n\"",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		var want string
		if len(b) == 0 || b[0] != '"' || json.Unmarshal(b, &want) != nil {
			t.Skip()
		}
		var got looseString
		if err := json.Unmarshal(b, &got); err != nil || got.value != want {
			t.Errorf("%q is read as %q with error %v, and by encoding/json as %q", b, got.value, err, want)
		}
	})
}
