package rdssim_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/jonboulle/clockwork"

	"github.com/rds-migrate/terraform-provider-alicloud/internal/rdssim"
)

func TestSignature_OfTheTests(t *testing.T) {
	t.Parallel()
	got := computeSignature(http.MethodGet, map[string]string{
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
	split := func(params map[string]string) (query, form map[string]string) {
		query, form = map[string]string{}, map[string]string{}
		for name, value := range params {
			if strings.HasSuffix(name, "Time") {
				form[name] = value
			} else {
				query[name] = value
			}
		}
		return query, form
	}
	tests := map[string]func(r *fixture) (method, target, form string){
		"a GET with a query": func(r *fixture) (string, string, string) {
			return http.MethodGet, "/?" + signedQuery(http.MethodGet, r.validParams(), keySecret), ""
		},
		"a POST with a query": func(r *fixture) (string, string, string) {
			return http.MethodPost, "/?" + signedQuery(http.MethodPost, r.validParams(), keySecret), ""
		},
		"a POST with a form": func(r *fixture) (string, string, string) {
			return http.MethodPost, "/", signedQuery(http.MethodPost, r.validParams(), keySecret)
		},
		"a POST with both": func(r *fixture) (string, string, string) {
			params := r.validParams()
			query, form := split(params)
			sum := "&Signature=" + percentEncodeByte(computeSignature(http.MethodPost, params, keySecret))
			return http.MethodPost, "/?" + encodeParams(query) + sum, encodeParams(form)
		},
		"a value that needs escaping": func(r *fixture) (string, string, string) {
			params := r.paramsWith(map[string]string{"OwnerAccount": "a b+c*d~e/f&g=h数"})
			return http.MethodGet, "/?" + signedQuery(http.MethodGet, params, keySecret), ""
		},
	}
	for name, build := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newFixture(t, scenarioWith(newTasks(1)...))
			method, target, form := build(r)
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
	tests := map[string]func(r *fixture) string{
		"of another secret": func(r *fixture) string { return signedQuery(http.MethodGet, r.validParams(), "other") },
		"of another method": func(r *fixture) string { return signedQuery(http.MethodPost, r.validParams(), keySecret) },
		"of other parameters": func(r *fixture) string {
			return strings.Replace(signedQuery(http.MethodGet, r.validParams(), keySecret), "rm-1", "rm-2", 1)
		},
		"without an empty parameter": func(r *fixture) string {
			return signedQuery(http.MethodGet, r.paramsWith(map[string]string{"SignatureType": "-"}), keySecret) + "&SignatureType="
		},
		"of nonsense": func(r *fixture) string { return encodeParams(r.validParams()) + "&Signature=nonsense" },
	}
	for name, query := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newFixture(t, scenarioWith(newTasks(1)...))
			got, err := r.send(t.Context(), http.MethodGet, "/?"+query(r), "")
			if err != nil {
				t.Fatal(err)
			}
			f := decodeErrorBody(t, got.body)
			if got.status != http.StatusBadRequest || f.Code != "SignatureDoesNotMatch" {
				t.Errorf("status %d: %s", got.status, got.body)
			}
			if !strings.Contains(f.Message, "server string to sign is:GET&%2F&AccessKeyId%3Dtestid") {
				t.Errorf("the message does not hold the string to sign: %s", f.Message)
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
	params := r.paramsWith(map[string]string{"SignatureNonce": "the same"})
	r.listTasks(t, params)
	for _, again := range []map[string]string{params, r.paramsWith(map[string]string{"SignatureNonce": "the same"})} {
		got, err := r.call(t, again)
		if err != nil {
			t.Fatal(err)
		}
		if f := decodeErrorBody(t, got.body); got.status != http.StatusBadRequest || f.Code != "SignatureNonceUsed" {
			t.Errorf("status %d: %s", got.status, got.body)
		}
	}
	r.listTasks(t, r.paramsWith(map[string]string{"SignatureNonce": "the same", "AccessKeyId": "other"}))
}

func TestSignature_NonceOfForgedCall(t *testing.T) {
	t.Parallel()
	r := newFixture(t, scenarioWith())
	params := r.validParams()
	got, err := r.send(t.Context(), http.MethodGet, "/?"+signedQuery(http.MethodGet, params, "wrong"), "")
	if err != nil {
		t.Fatal(err)
	}
	if got.status != http.StatusBadRequest {
		t.Fatalf("status %d: %s", got.status, got.body)
	}
	r.listTasks(t, params)
}

func TestSignature_TimestampClock(t *testing.T) {
	t.Parallel()
	r := newFixture(t, scenarioWith(newTasks(1)...))
	params := r.validParams()
	r.sim.SetTimestampClock(clockwork.NewFakeClockAt(startTime()))
	r.clock.Advance(9 * 24 * time.Hour)
	params["EndTime"] = r.clock.Now().UTC().Format("2006-01-02T15:04Z")
	if l := r.listTasks(t, params); l.TotalRecordCount != 0 {
		t.Errorf("the tasks do not go by the simulator's clock: %+v", l)
	}
}
