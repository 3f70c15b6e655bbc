// SPDX-License-Identifier: MPL-2.0

package rdssim_test

import (
	"maps"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/jonboulle/clockwork"

	"github.com/rds-migrate/terraform-provider-alicloud/internal/rdssim"
)

func TestSignature_OfTheTests(t *testing.T) {
	t.Parallel()
	got := computeSignature(http.MethodGet, values{
		"AccessKeyId":      "testid",
		"Action":           "DescribeRegions",
		"Format":           "XML",
		"SignatureMethod":  "HMAC-SHA1",
		"SignatureNonce":   "3ee8c1b8-83d3-44af-a94f-4e0ad82fd6cf",
		"SignatureVersion": "1.0",
		"Timestamp":        "2016-02-23T12:46:24Z",
		"Version":          "2014-05-26",
	}, "testsecret")
	if got != "OLeaidS1JvxuMvnyHOwuJ+uX5qY=" {
		t.Errorf("got %s", got)
	}
}

func TestSignature_QueryAndForm(t *testing.T) {
	t.Parallel()
	tests := map[string]func(params values) (method, target, form string){
		"a GET with a query": func(params values) (string, string, string) {
			return http.MethodGet, "/?" + signedQuery(http.MethodGet, params, keySecret), ""
		},
		"a POST with a query": func(params values) (string, string, string) {
			return http.MethodPost, "/?" + signedQuery(http.MethodPost, params, keySecret), ""
		},
		"a POST with a form": func(params values) (string, string, string) {
			return http.MethodPost, "/", signedQuery(http.MethodPost, params, keySecret)
		},
		"a POST with both": func(params values) (string, string, string) {
			isTime := func(name, _ string) bool { return strings.HasSuffix(name, "Time") }
			query, form := maps.Clone(params), maps.Clone(params)
			maps.DeleteFunc(query, isTime)
			maps.DeleteFunc(form, func(name, value string) bool { return !isTime(name, value) })
			signature := "&Signature=" + percentEncode(computeSignature(http.MethodPost, params, keySecret))
			return http.MethodPost, "/?" + encodeParams(query) + signature, encodeParams(form)
		},
		"a value that needs escaping": func(params values) (string, string, string) {
			params["OwnerAccount"] = "a b+c*d~e/f&g=h数"
			return http.MethodGet, "/?" + signedQuery(http.MethodGet, params, keySecret), ""
		},
	}
	for name, request := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newFixture(t, scenarioWith(newTasks(1)...))
			method, target, form := request(r.params(nil))
			got, err := r.send(t.Context(), method, target, form)
			if err != nil {
				t.Fatal(err)
			}
			if got.status != http.StatusOK || !strings.HasPrefix(got.header.Get("Content-Type"), "application/json") {
				t.Fatalf("status %d, %v: %s", got.status, got.header, got.body)
			}
			if l := decodeTaskList(t, got.body); l.TotalRecordCount != 1 {
				t.Errorf("got %+v", l)
			}
		})
	}
}

func TestSignature_Mismatch(t *testing.T) {
	t.Parallel()
	tests := map[string]func(params values) (query string){
		"of another secret": func(params values) string { return signedQuery(http.MethodGet, params, "other") },
		"of another method": func(params values) string { return signedQuery(http.MethodPost, params, keySecret) },
		"of other parameters": func(params values) string {
			return strings.Replace(signedQuery(http.MethodGet, params, keySecret), "rm-1", "rm-2", 1)
		},
		"without an empty parameter": func(params values) string {
			delete(params, "SignatureType")
			return signedQuery(http.MethodGet, params, keySecret) + "&SignatureType="
		},
		"of nonsense": func(params values) string { return encodeParams(params) + "&Signature=nonsense" },
	}
	for name, query := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newFixture(t, scenarioWith(newTasks(1)...))
			got, err := r.send(t.Context(), http.MethodGet, "/?"+query(r.params(nil)), "")
			if err != nil {
				t.Fatal(err)
			}
			e := requireError(t, got, "400 SignatureDoesNotMatch")
			if !strings.Contains(e.Message, "server string to sign is:GET&%2F&AccessKeyId%3Dtestid") {
				t.Errorf("the message does not contain the string to sign: %s", e.Message)
			}
		})
	}
}

func TestSignature_UsedNonce(t *testing.T) {
	t.Parallel()
	r := newFixture(t, rdssim.Scenario{
		AccessKeys: []rdssim.AccessKey{{ID: keyID, Secret: keySecret}, {ID: "other", Secret: keySecret}},
		Instances:  scenarioWith().Instances,
	})
	r.list(t, values{"SignatureNonce": "the same"})
	for _, again := range []values{{"SignatureNonce": "the same"}, {"SignatureNonce": "the same", "PageSize": "50"}} {
		requireError(t, r.mustCall(t, again), "400 SignatureNonceUsed")
	}
	r.list(t, values{"SignatureNonce": "the same", "AccessKeyId": "other"})
}

func TestSignature_NonceOfForgedCall(t *testing.T) {
	t.Parallel()
	r := newFixture(t, scenarioWith())
	nonce := values{"SignatureNonce": "the same"}
	got, err := r.send(t.Context(), http.MethodGet, "/?"+signedQuery(http.MethodGet, r.params(nonce), "wrong"), "")
	if err != nil {
		t.Fatal(err)
	}
	if got.status != http.StatusBadRequest {
		t.Fatalf("status %d: %s", got.status, got.body)
	}
	r.list(t, nonce)
}

func TestSignature_TimestampClock(t *testing.T) {
	t.Parallel()
	r := newFixture(t, scenarioWith(newTasks(1)...))
	changes := values{"Timestamp": seconds(startTime()), "StartTime": minutes(startTime().AddDate(0, 0, -8))}
	r.sim.SetTimestampClock(clockwork.NewFakeClockAt(startTime()))
	r.clock.Advance(9 * 24 * time.Hour)
	if l := r.list(t, changes); l.TotalRecordCount != 0 {
		t.Errorf("the tasks are not retained by the simulator's clock: %+v", l)
	}
}
