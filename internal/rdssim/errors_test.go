// SPDX-License-Identifier: MPL-2.0

package rdssim_test

import (
	"net/http"
	"regexp"
	"strconv"
	"testing"
	"time"

	"github.com/rds-migrate/terraform-provider-alicloud/internal/rdssim"
)

// mixedScenario has an access key and an instance of each sort.
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
			{ID: instanceID, Region: region, ResourceGroupID: "rg-1", Tasks: newTasks(1)},
			{ID: "rm-elsewhere", Region: "cn-beijing"},
			{ID: "rm-cluster", Region: region, Unsupported: true},
		},
	}
}

func TestSimulator_InvalidCall(t *testing.T) {
	t.Parallel()
	at := func(d time.Duration) string { return seconds(startTime().Add(d)) }
	tests := map[string]map[string]values{
		"400 MissingAction":          {"no action": {"Action": "-"}},
		"404 InvalidAction.NotFound": {"another action": {"Action": "DescribeDBInstances"}},
		"400 MissingVersion":         {"no version": {"Version": "-"}},
		"400 InvalidVersion":         {"another version": {"Version": "2014-05-26"}},
		"400 InvalidFormat":          {"no format": {"Format": "-"}, "XML": {"Format": "XML"}},
		"400 IncompleteSignature": {
			"no signature method":       {"SignatureMethod": "-"},
			"another signature method":  {"SignatureMethod": "HMAC-SHA256"},
			"another signature version": {"SignatureVersion": "2.0"},
		},
		"400 MissingTimestamp": {"no timestamp": {"Timestamp": "-"}},
		"400 InvalidTimeStamp.Format": {
			"a timestamp without seconds": {"Timestamp": "2026-11-20T10:00Z"},
			"a timestamp with fractions":  {"Timestamp": "2026-11-20T10:00:00.5Z"},
			"a timestamp with an offset":  {"Timestamp": "2026-11-20T10:00:00+00:00"},
		},
		"400 InvalidTimeStamp.Expired": {
			"a timestamp too old": {"Timestamp": at(-15*time.Minute - time.Second)},
			"a timestamp too new": {"Timestamp": at(15*time.Minute + time.Second)},
		},
		"400 MissingSignatureNonce": {"no nonce": {"SignatureNonce": "-"}},
		"400 MissingAccessKeyId":    {"no key": {"AccessKeyId": "-"}},
		"404 InvalidAccessKeyId.NotFound": {
			"an unknown key":                       {"AccessKeyId": "unknown"},
			"an unknown key before invalid values": {"AccessKeyId": "unknown", "PageSize": "29"},
		},
		"403 InvalidAccessKeyId.Inactive":    {"an inactive key": {"AccessKeyId": "inactive"}},
		"403 Forbidden.RAM":                  {"a key without permission": {"AccessKeyId": "denied"}},
		"400 InvalidSecurityToken.Malformed": {"no token for a key with one": {"AccessKeyId": "sts"}},
		"400 InvalidSecurityToken.MismatchWithAccessKey": {
			"a wrong token":                 {"AccessKeyId": "sts", "SecurityToken": "x"},
			"a token for a key without one": {"SecurityToken": "token"},
		},
		"400 InvalidSecurityToken.Expired": {
			"an expired token": {"AccessKeyId": "expired", "SecurityToken": "token"},
		},
		"400 MissingDBInstanceId": {"no instance": {"DBInstanceId": "-"}, "an empty instance": {"DBInstanceId": ""}},
		"400 MissingRegionId":     {"no region": {"RegionId": "-"}},
		"404 InvalidDBInstanceId.NotFound": {
			"an unknown instance":           {"DBInstanceId": "rm-2"},
			"an instance of another region": {"DBInstanceId": "rm-elsewhere"},
			"an instance of another group":  {"ResourceGroupId": "rg-2"},
		},
		"403 InvalidInstanceState": {"an unsupported instance": {"DBInstanceId": "rm-cluster"}},
		"400 InvalidStartTime.Malformed": {
			"no start":                    {"StartTime": "-"},
			"a start with seconds":        {"StartTime": "2026-11-20T09:00:00Z"},
			"a start with a 1-digit hour": {"StartTime": "2026-11-20T9:00Z"},
			"a start with an offset":      {"StartTime": "2026-11-20T09:00+08:00"},
			"a start in no calendar":      {"StartTime": "2026-13-01T00:00Z"},
		},
		"400 InvalidEndTime.Malformed": {
			"no end":                {"EndTime": "-"},
			"an end without a zone": {"EndTime": "2026-11-20T10:00"},
		},
		"400 InvalidStartTimeAndEndTime.Malformed": {
			"an end before the start":   {"StartTime": "2026-11-20T10:00Z", "EndTime": "2026-11-20T09:59Z"},
			"an end equal to the start": {"StartTime": "2026-11-20T10:00Z", "EndTime": "2026-11-20T10:00Z"},
		},
		"400 InvalidPageSize": {
			"a page size of 29":        {"PageSize": "29"},
			"a page size of 101":       {"PageSize": "101"},
			"a page size of no number": {"PageSize": "+50"},
		},
		"400 InvalidPageNumber": {
			"page 0":                  {"PageNumber": "0"},
			"a page before the first": {"PageNumber": "-1"},
			"a page of no number":     {"PageNumber": "first"},
			"a page beyond an int32":  {"PageNumber": "99999999999999999999"},
		},
	}
	requestID := regexp.MustCompile(`^[0-9A-F]{8}-[0-9A-F]{4}-[0-9A-F]{4}-[0-9A-F]{4}-[0-9A-F]{12}$`)
	for want, calls := range tests {
		for name, changes := range calls {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				r := newFixture(t, mixedScenario())
				e := requireError(t, r.mustCall(t, changes), want)
				if !requestID.MatchString(e.RequestID) || e.HostID == "" || e.Message == "" || e.Recommend == "" {
					t.Errorf("not in the API's error format: %+v", e)
				}
				call := r.sim.Calls()[0]
				if strconv.Itoa(call.Status)+" "+call.Code != want || call.RequestID != e.RequestID {
					t.Errorf("recorded as %+v", call)
				}
			})
		}
	}
}

func TestSimulator_BoundaryValues(t *testing.T) {
	t.Parallel()
	at := func(d time.Duration) string { return seconds(startTime().Add(d)) }
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
			newFixture(t, mixedScenario()).list(t, changes)
		})
	}
}

func TestSimulator_MalformedRequest(t *testing.T) {
	t.Parallel()
	tests := map[string]struct{ method, target, want string }{
		"a PUT":                         {http.MethodPut, "/?", "403 UnsupportedHTTPMethod"},
		"a path":                        {http.MethodGet, "/tasks?", "404 InvalidAction.NotFound"},
		"a query that is not one":       {http.MethodGet, "/?a=%zz&", "400 InvalidParameter"},
		"a parameter that comes twice":  {http.MethodGet, "/?PageSize=30&PageSize=30&", "400 InvalidParameter"},
		"a query without its signature": {http.MethodGet, "/?", "400 IncompleteSignature"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newFixture(t, mixedScenario())
			got, err := r.send(t.Context(), tt.method, tt.target+encodeParams(r.params(nil)), "")
			if err != nil {
				t.Fatal(err)
			}
			requireError(t, got, tt.want)
		})
	}
}

func TestSimulator_ChangeAccessKeys(t *testing.T) {
	t.Parallel()
	r := newFixture(t, mixedScenario())
	status := func(key string) int { return r.mustCall(t, values{"AccessKeyId": key}).status }
	r.sim.AddAccessKey(rdssim.AccessKey{ID: "new", Secret: keySecret})
	if got := status("new"); got != http.StatusOK {
		t.Errorf("an added key: status %d", got)
	}
	r.sim.SetAccessKeys(rdssim.AccessKey{ID: "only", Secret: keySecret})
	if got := status("only"); got != http.StatusOK {
		t.Errorf("a key that was set: status %d", got)
	}
	if got := status("new"); got != http.StatusNotFound {
		t.Errorf("a key that was removed: status %d", got)
	}
}
