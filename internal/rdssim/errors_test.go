package rdssim_test

import (
	"net/http"
	"regexp"
	"testing"
	"time"

	"github.com/rds-migrate/terraform-provider-alicloud/internal/rdssim"
)

func mixedScenario() rdssim.Scenario {
	return rdssim.Scenario{
		AccessKeys: []rdssim.AccessKey{
			{ID: keyID, Secret: keySecret},
			{ID: "inactive", Secret: keySecret, Inactive: true},
			{ID: "denied", Secret: keySecret, Denied: true},
			{ID: "sts", Secret: keySecret, SecurityToken: "token"},
			{ID: "expired", Secret: keySecret, SecurityToken: "token", Expired: true},
		},
		Instances: []rdssim.Instance{
			{ID: instanceID, Region: "cn-hangzhou", ResourceGroupID: "rg-1", Tasks: newTasks(1)},
			{ID: "rm-elsewhere", Region: "cn-beijing"},
			{ID: "rm-cluster", Region: "cn-hangzhou", Unsupported: true},
		},
	}
}

type values = map[string]string

func TestSimulator_InvalidCall(t *testing.T) {
	t.Parallel()
	at := func(d time.Duration) string { return startTime().Add(d).Format("2006-01-02T15:04:05Z") }
	tests := map[string]struct {
		changes values
		status  int
		code    string
	}{
		"no action":                       {values{"Action": "-"}, 400, "MissingAction"},
		"another action":                  {values{"Action": "DescribeDBInstances"}, 404, "InvalidAction.NotFound"},
		"no version":                      {values{"Version": "-"}, 400, "MissingVersion"},
		"another version":                 {values{"Version": "2014-05-26"}, 400, "InvalidVersion"},
		"no format":                       {values{"Format": "-"}, 400, "InvalidFormat"},
		"XML":                             {values{"Format": "XML"}, 400, "InvalidFormat"},
		"no signature method":             {values{"SignatureMethod": "-"}, 400, "IncompleteSignature"},
		"another signature method":        {values{"SignatureMethod": "HMAC-SHA256"}, 400, "IncompleteSignature"},
		"another signature version":       {values{"SignatureVersion": "2.0"}, 400, "IncompleteSignature"},
		"no timestamp":                    {values{"Timestamp": "-"}, 400, "MissingTimestamp"},
		"a timestamp without seconds":     {values{"Timestamp": "2026-11-20T10:00Z"}, 400, "InvalidTimeStamp.Format"},
		"a timestamp with fractions":      {values{"Timestamp": "2026-11-20T10:00:00.5Z"}, 400, "InvalidTimeStamp.Format"},
		"a timestamp with an offset":      {values{"Timestamp": "2026-11-20T10:00:00+00:00"}, 400, "InvalidTimeStamp.Format"},
		"a timestamp too old":             {values{"Timestamp": at(-15*time.Minute - time.Second)}, 400, "InvalidTimeStamp.Expired"},
		"a timestamp too new":             {values{"Timestamp": at(15*time.Minute + time.Second)}, 400, "InvalidTimeStamp.Expired"},
		"no nonce":                        {values{"SignatureNonce": "-"}, 400, "MissingSignatureNonce"},
		"no key":                          {values{"AccessKeyId": "-"}, 400, "MissingAccessKeyId"},
		"an unknown key":                  {values{"AccessKeyId": "nobody"}, 404, "InvalidAccessKeyId.NotFound"},
		"an inactive key":                 {values{"AccessKeyId": "inactive"}, 403, "InvalidAccessKeyId.Inactive"},
		"a key without permission":        {values{"AccessKeyId": "denied"}, 403, "Forbidden.RAM"},
		"no token for a key with one":     {values{"AccessKeyId": "sts"}, 400, "InvalidSecurityToken.Malformed"},
		"a wrong token":                   {values{"AccessKeyId": "sts", "SecurityToken": "x"}, 400, "InvalidSecurityToken.MismatchWithAccessKey"},
		"a token for a key without one":   {values{"SecurityToken": "token"}, 400, "InvalidSecurityToken.MismatchWithAccessKey"},
		"an expired token":                {values{"AccessKeyId": "expired", "SecurityToken": "token"}, 400, "InvalidSecurityToken.Expired"},
		"no instance":                     {values{"DBInstanceId": "-"}, 400, "MissingDBInstanceId"},
		"an empty instance":               {values{"DBInstanceId": ""}, 400, "MissingDBInstanceId"},
		"no region":                       {values{"RegionId": "-"}, 400, "MissingRegionId"},
		"an unknown instance":             {values{"DBInstanceId": "rm-2"}, 404, "InvalidDBInstanceId.NotFound"},
		"an instance of another region":   {values{"DBInstanceId": "rm-elsewhere"}, 404, "InvalidDBInstanceId.NotFound"},
		"an instance of another group":    {values{"ResourceGroupId": "rg-2"}, 404, "InvalidDBInstanceId.NotFound"},
		"an instance that cannot":         {values{"DBInstanceId": "rm-cluster"}, 403, "InvalidInstanceState"},
		"no start":                        {values{"StartTime": "-"}, 400, "InvalidStartTime.Malformed"},
		"a start with seconds":            {values{"StartTime": "2026-11-20T09:00:00Z"}, 400, "InvalidStartTime.Malformed"},
		"a start with a one-digit hour":   {values{"StartTime": "2026-11-20T9:00Z"}, 400, "InvalidStartTime.Malformed"},
		"a start with an offset":          {values{"StartTime": "2026-11-20T09:00+08:00"}, 400, "InvalidStartTime.Malformed"},
		"a start in no calendar":          {values{"StartTime": "2026-13-01T00:00Z"}, 400, "InvalidStartTime.Malformed"},
		"no end":                          {values{"EndTime": "-"}, 400, "InvalidEndTime.Malformed"},
		"an end without a zone":           {values{"EndTime": "2026-11-20T10:00"}, 400, "InvalidEndTime.Malformed"},
		"an end before the start":         {values{"StartTime": "2026-11-20T10:00Z", "EndTime": "2026-11-20T09:59Z"}, 400, "InvalidStartTimeAndEndTime.Malformed"},
		"an end equal to the start":       {values{"StartTime": "2026-11-20T10:00Z", "EndTime": "2026-11-20T10:00Z"}, 400, "InvalidStartTimeAndEndTime.Malformed"},
		"a page size of 29":               {values{"PageSize": "29"}, 400, "InvalidPageSize"},
		"a page size of 101":              {values{"PageSize": "101"}, 400, "InvalidPageSize"},
		"a page size of no number":        {values{"PageSize": "+50"}, 400, "InvalidPageSize"},
		"page 0":                          {values{"PageNumber": "0"}, 400, "InvalidPageNumber"},
		"a page before the first":         {values{"PageNumber": "-1"}, 400, "InvalidPageNumber"},
		"a page of no number":             {values{"PageNumber": "first"}, 400, "InvalidPageNumber"},
		"a page beyond all that can be":   {values{"PageNumber": "99999999999999999999"}, 400, "InvalidPageNumber"},
		"a wrong key before wrong values": {values{"AccessKeyId": "nobody", "PageSize": "29"}, 404, "InvalidAccessKeyId.NotFound"},
	}
	requestID := regexp.MustCompile(`^[0-9A-F]{8}-[0-9A-F]{4}-[0-9A-F]{4}-[0-9A-F]{4}-[0-9A-F]{12}$`)
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newFixture(t, mixedScenario())
			got, err := r.call(t, r.paramsWith(tt.changes))
			if err != nil {
				t.Fatal(err)
			}
			f := decodeErrorBody(t, got.body)
			if got.status != tt.status || f.Code != tt.code {
				t.Errorf("status %d, code %q; want %d, %q", got.status, f.Code, tt.status, tt.code)
			}
			if !requestID.MatchString(f.RequestID) || f.HostID == "" || f.Message == "" || f.Recommend == "" {
				t.Errorf("not in the service's shape: %s", got.body)
			}
			call := r.sim.Calls()[0]
			if call.Status != tt.status || call.Code != tt.code || call.RequestID != f.RequestID {
				t.Errorf("recorded as %+v", call)
			}
		})
	}
}

func TestSimulator_BoundaryValues(t *testing.T) {
	t.Parallel()
	at := func(d time.Duration) string { return startTime().Add(d).Format("2006-01-02T15:04:05Z") }
	tests := map[string]values{
		"a timestamp just old enough": {"Timestamp": at(-15 * time.Minute)},
		"a timestamp just new enough": {"Timestamp": at(15 * time.Minute)},
		"a page size of 30":           {"PageSize": "30"},
		"a page size of 100":          {"PageSize": "100"},
		"the largest page":            {"PageNumber": "2147483647"},
		"a minute of window":          {"StartTime": "2026-11-20T10:00Z", "EndTime": "2026-11-20T10:01Z"},
		"the instance's group":        {"ResourceGroupId": "rg-1"},
		"an empty group":              {"ResourceGroupId": ""},
		"a key with its token":        {"AccessKeyId": "sts", "SecurityToken": "token"},
	}
	for name, changes := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newFixture(t, mixedScenario())
			r.listTasks(t, r.paramsWith(changes))
		})
	}
}

func TestSimulator_MalformedRequest(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		method, target string
		status         int
		code           string
	}{
		"a PUT":                         {http.MethodPut, "/?", 403, "UnsupportedHTTPMethod"},
		"a path":                        {http.MethodGet, "/tasks?", 404, "InvalidAction.NotFound"},
		"a query that is not one":       {http.MethodGet, "/?a=%zz&", 400, "InvalidParameter"},
		"a parameter that comes twice":  {http.MethodGet, "/?PageSize=30&PageSize=30&", 400, "InvalidParameter"},
		"a query without its signature": {http.MethodGet, "/?", 400, "IncompleteSignature"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newFixture(t, mixedScenario())
			got, err := r.send(t.Context(), tt.method, tt.target+encodeParams(r.validParams()), "")
			if err != nil {
				t.Fatal(err)
			}
			if f := decodeErrorBody(t, got.body); got.status != tt.status || f.Code != tt.code {
				t.Errorf("status %d, code %q; want %d, %q", got.status, f.Code, tt.status, tt.code)
			}
		})
	}
}

func TestSimulator_ChangeAccessKeys(t *testing.T) {
	t.Parallel()
	r := newFixture(t, mixedScenario())
	status := func(key string) int {
		got, err := r.call(t, r.paramsWith(values{"AccessKeyId": key}))
		if err != nil {
			t.Fatal(err)
		}
		return got.status
	}
	r.sim.AddAccessKey(rdssim.AccessKey{ID: "new", Secret: keySecret})
	if got := status("new"); got != http.StatusOK {
		t.Errorf("an added key: status %d", got)
	}
	r.sim.SetAccessKeys(rdssim.AccessKey{ID: "only", Secret: keySecret})
	if got := status("only"); got != http.StatusOK {
		t.Errorf("a key that was set: status %d", got)
	}
	if got := status("new"); got != http.StatusNotFound {
		t.Errorf("a key that was taken away: status %d", got)
	}
}
