package rdssim_test

import (
	"net/http"
	"regexp"
	"testing"
	"time"

	"github.com/rds-migrate/terraform-provider-alicloud/internal/rdssim"
)

func company() rdssim.Scenario {
	return rdssim.Scenario{
		AccessKeys: []rdssim.AccessKey{
			{ID: keyID, Secret: keySecret},
			{ID: "inactive", Secret: keySecret, Inactive: true},
			{ID: "denied", Secret: keySecret, Denied: true},
			{ID: "sts", Secret: keySecret, SecurityToken: "token"},
			{ID: "expired", Secret: keySecret, SecurityToken: "token", Expired: true},
		},
		Instances: []rdssim.Instance{
			{ID: instance, Region: "cn-hangzhou", ResourceGroupID: "rg-1", Tasks: tasks(1)},
			{ID: "rm-elsewhere", Region: "cn-beijing"},
			{ID: "rm-cluster", Region: "cn-hangzhou", Unsupported: true},
		},
	}
}

type set = map[string]string

func TestACallThatIsWrongIsRefused(t *testing.T) {
	t.Parallel()
	at := func(d time.Duration) string { return start().Add(d).Format("2006-01-02T15:04:05Z") }
	tests := map[string]struct {
		changes set
		status  int
		code    string
	}{
		"no action":                       {set{"Action": "-"}, 400, "MissingAction"},
		"another action":                  {set{"Action": "DescribeDBInstances"}, 404, "InvalidAction.NotFound"},
		"no version":                      {set{"Version": "-"}, 400, "MissingVersion"},
		"another version":                 {set{"Version": "2014-05-26"}, 400, "InvalidVersion"},
		"no format":                       {set{"Format": "-"}, 400, "InvalidFormat"},
		"XML":                             {set{"Format": "XML"}, 400, "InvalidFormat"},
		"no signature method":             {set{"SignatureMethod": "-"}, 400, "IncompleteSignature"},
		"another signature method":        {set{"SignatureMethod": "HMAC-SHA256"}, 400, "IncompleteSignature"},
		"another signature version":       {set{"SignatureVersion": "2.0"}, 400, "IncompleteSignature"},
		"no timestamp":                    {set{"Timestamp": "-"}, 400, "MissingTimestamp"},
		"a timestamp without seconds":     {set{"Timestamp": "2026-11-20T10:00Z"}, 400, "InvalidTimeStamp.Format"},
		"a timestamp with fractions":      {set{"Timestamp": "2026-11-20T10:00:00.5Z"}, 400, "InvalidTimeStamp.Format"},
		"a timestamp with an offset":      {set{"Timestamp": "2026-11-20T10:00:00+00:00"}, 400, "InvalidTimeStamp.Format"},
		"a timestamp too old":             {set{"Timestamp": at(-15*time.Minute - time.Second)}, 400, "InvalidTimeStamp.Expired"},
		"a timestamp too new":             {set{"Timestamp": at(15*time.Minute + time.Second)}, 400, "InvalidTimeStamp.Expired"},
		"no nonce":                        {set{"SignatureNonce": "-"}, 400, "MissingSignatureNonce"},
		"no key":                          {set{"AccessKeyId": "-"}, 400, "MissingAccessKeyId"},
		"an unknown key":                  {set{"AccessKeyId": "nobody"}, 404, "InvalidAccessKeyId.NotFound"},
		"an inactive key":                 {set{"AccessKeyId": "inactive"}, 403, "InvalidAccessKeyId.Inactive"},
		"a key without permission":        {set{"AccessKeyId": "denied"}, 403, "Forbidden.RAM"},
		"no token for a key with one":     {set{"AccessKeyId": "sts"}, 400, "InvalidSecurityToken.Malformed"},
		"a wrong token":                   {set{"AccessKeyId": "sts", "SecurityToken": "x"}, 400, "InvalidSecurityToken.MismatchWithAccessKey"},
		"a token for a key without one":   {set{"SecurityToken": "token"}, 400, "InvalidSecurityToken.MismatchWithAccessKey"},
		"an expired token":                {set{"AccessKeyId": "expired", "SecurityToken": "token"}, 400, "InvalidSecurityToken.Expired"},
		"no instance":                     {set{"DBInstanceId": "-"}, 400, "MissingDBInstanceId"},
		"an empty instance":               {set{"DBInstanceId": ""}, 400, "MissingDBInstanceId"},
		"no region":                       {set{"RegionId": "-"}, 400, "MissingRegionId"},
		"an unknown instance":             {set{"DBInstanceId": "rm-2"}, 404, "InvalidDBInstanceId.NotFound"},
		"an instance of another region":   {set{"DBInstanceId": "rm-elsewhere"}, 404, "InvalidDBInstanceId.NotFound"},
		"an instance of another group":    {set{"ResourceGroupId": "rg-2"}, 404, "InvalidDBInstanceId.NotFound"},
		"an instance that cannot":         {set{"DBInstanceId": "rm-cluster"}, 403, "InvalidInstanceState"},
		"no start":                        {set{"StartTime": "-"}, 400, "InvalidStartTime.Malformed"},
		"a start with seconds":            {set{"StartTime": "2026-11-20T09:00:00Z"}, 400, "InvalidStartTime.Malformed"},
		"a start with a one-digit hour":   {set{"StartTime": "2026-11-20T9:00Z"}, 400, "InvalidStartTime.Malformed"},
		"a start with an offset":          {set{"StartTime": "2026-11-20T09:00+08:00"}, 400, "InvalidStartTime.Malformed"},
		"a start in no calendar":          {set{"StartTime": "2026-13-01T00:00Z"}, 400, "InvalidStartTime.Malformed"},
		"no end":                          {set{"EndTime": "-"}, 400, "InvalidEndTime.Malformed"},
		"an end without a zone":           {set{"EndTime": "2026-11-20T10:00"}, 400, "InvalidEndTime.Malformed"},
		"an end before the start":         {set{"StartTime": "2026-11-20T10:00Z", "EndTime": "2026-11-20T09:59Z"}, 400, "InvalidStartTimeAndEndTime.Malformed"},
		"an end equal to the start":       {set{"StartTime": "2026-11-20T10:00Z", "EndTime": "2026-11-20T10:00Z"}, 400, "InvalidStartTimeAndEndTime.Malformed"},
		"a page size of 29":               {set{"PageSize": "29"}, 400, "InvalidPageSize"},
		"a page size of 101":              {set{"PageSize": "101"}, 400, "InvalidPageSize"},
		"a page size of no number":        {set{"PageSize": "+50"}, 400, "InvalidPageSize"},
		"page 0":                          {set{"PageNumber": "0"}, 400, "InvalidPageNumber"},
		"a page before the first":         {set{"PageNumber": "-1"}, 400, "InvalidPageNumber"},
		"a page of no number":             {set{"PageNumber": "first"}, 400, "InvalidPageNumber"},
		"a page beyond all that can be":   {set{"PageNumber": "99999999999999999999"}, 400, "InvalidPageNumber"},
		"a wrong key before wrong values": {set{"AccessKeyId": "nobody", "PageSize": "29"}, 404, "InvalidAccessKeyId.NotFound"},
	}
	requestID := regexp.MustCompile(`^[0-9A-F]{8}-[0-9A-F]{4}-[0-9A-F]{4}-[0-9A-F]{4}-[0-9A-F]{12}$`)
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t, company())
			got, err := r.call(t, r.with(tt.changes))
			if err != nil {
				t.Fatal(err)
			}
			f := readFailure(t, got.body)
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

func TestACallAtTheEdgeOfWhatIsRightIsAnswered(t *testing.T) {
	t.Parallel()
	at := func(d time.Duration) string { return start().Add(d).Format("2006-01-02T15:04:05Z") }
	tests := map[string]set{
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
			r := newRig(t, company())
			r.list(t, r.with(changes))
		})
	}
}

func TestARequestThatIsNoCallIsRefused(t *testing.T) {
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
			r := newRig(t, company())
			got, err := r.send(t.Context(), tt.method, tt.target+join(r.params()), "")
			if err != nil {
				t.Fatal(err)
			}
			if f := readFailure(t, got.body); got.status != tt.status || f.Code != tt.code {
				t.Errorf("status %d, code %q; want %d, %q", got.status, f.Code, tt.status, tt.code)
			}
		})
	}
}

func TestKeysCanBeAddedAndSetWhileItRuns(t *testing.T) {
	t.Parallel()
	r := newRig(t, company())
	status := func(key string) int {
		got, err := r.call(t, r.with(set{"AccessKeyId": key}))
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
