package rdssim_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/jonboulle/clockwork"

	"github.com/rds-migrate/terraform-provider-alicloud/internal/rdssim"
)

func TestTheTestsSignByThePublishedExample(t *testing.T) {
	t.Parallel()
	got := signature(http.MethodGet, map[string]string{
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

func TestACallIsTakenFromQueryAndForm(t *testing.T) {
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
	tests := map[string]func(r *rig) (method, target, form string){
		"a GET with a query": func(r *rig) (string, string, string) {
			return http.MethodGet, "/?" + signed(http.MethodGet, r.params(), keySecret), ""
		},
		"a POST with a query": func(r *rig) (string, string, string) {
			return http.MethodPost, "/?" + signed(http.MethodPost, r.params(), keySecret), ""
		},
		"a POST with a form": func(r *rig) (string, string, string) {
			return http.MethodPost, "/", signed(http.MethodPost, r.params(), keySecret)
		},
		"a POST with both": func(r *rig) (string, string, string) {
			params := r.params()
			query, form := split(params)
			sum := "&Signature=" + escape(signature(http.MethodPost, params, keySecret))
			return http.MethodPost, "/?" + join(query) + sum, join(form)
		},
		"a value that needs escaping": func(r *rig) (string, string, string) {
			params := r.with(map[string]string{"OwnerAccount": "a b+c*d~e/f&g=h数"})
			return http.MethodGet, "/?" + signed(http.MethodGet, params, keySecret), ""
		},
	}
	for name, build := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t, holding(tasks(1)...))
			method, target, form := build(r)
			got, err := r.send(t.Context(), method, target, form)
			if err != nil {
				t.Fatal(err)
			}
			if got.status != http.StatusOK || !strings.HasPrefix(got.header.Get("Content-Type"), "application/json") {
				t.Fatalf("status %d, %v: %s", got.status, got.header, got.body)
			}
			if l := read(t, got.body); l.TotalRecordCount != 1 {
				t.Errorf("got %+v", l)
			}
		})
	}
}

func TestAWrongSignatureIsRefused(t *testing.T) {
	t.Parallel()
	tests := map[string]func(r *rig) string{
		"of another secret": func(r *rig) string { return signed(http.MethodGet, r.params(), "other") },
		"of another method": func(r *rig) string { return signed(http.MethodPost, r.params(), keySecret) },
		"of other parameters": func(r *rig) string {
			return strings.Replace(signed(http.MethodGet, r.params(), keySecret), "rm-1", "rm-2", 1)
		},
		"without an empty parameter": func(r *rig) string {
			return signed(http.MethodGet, r.with(map[string]string{"SignatureType": "-"}), keySecret) + "&SignatureType="
		},
		"of nonsense": func(r *rig) string { return join(r.params()) + "&Signature=nonsense" },
	}
	for name, query := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t, holding(tasks(1)...))
			got, err := r.send(t.Context(), http.MethodGet, "/?"+query(r), "")
			if err != nil {
				t.Fatal(err)
			}
			f := readFailure(t, got.body)
			if got.status != http.StatusBadRequest || f.Code != "SignatureDoesNotMatch" {
				t.Errorf("status %d: %s", got.status, got.body)
			}
			if !strings.Contains(f.Message, "server string to sign is:GET&%2F&AccessKeyId%3Dtestid") {
				t.Errorf("the message does not hold the string to sign: %s", f.Message)
			}
		})
	}
}

func TestANonceServesOnce(t *testing.T) {
	t.Parallel()
	r := newRig(t, rdssim.Scenario{
		AccessKeys: []rdssim.AccessKey{{ID: keyID, Secret: keySecret}, {ID: "other", Secret: keySecret}},
		Instances:  holding().Instances,
	})
	params := r.with(map[string]string{"SignatureNonce": "the same"})
	r.list(t, params)
	for _, again := range []map[string]string{params, r.with(map[string]string{"SignatureNonce": "the same"})} {
		got, err := r.call(t, again)
		if err != nil {
			t.Fatal(err)
		}
		if f := readFailure(t, got.body); got.status != http.StatusBadRequest || f.Code != "SignatureNonceUsed" {
			t.Errorf("status %d: %s", got.status, got.body)
		}
	}
	r.list(t, r.with(map[string]string{"SignatureNonce": "the same", "AccessKeyId": "other"}))
}

func TestANonceOfAForgedCallStaysFresh(t *testing.T) {
	t.Parallel()
	r := newRig(t, holding())
	params := r.params()
	got, err := r.send(t.Context(), http.MethodGet, "/?"+signed(http.MethodGet, params, "wrong"), "")
	if err != nil {
		t.Fatal(err)
	}
	if got.status != http.StatusBadRequest {
		t.Fatalf("status %d: %s", got.status, got.body)
	}
	r.list(t, params)
}

func TestSignWithComparesTheTimestampWithAnotherClock(t *testing.T) {
	t.Parallel()
	r := newRig(t, holding(tasks(1)...))
	params := r.params()
	r.sim.SetTimestampClock(clockwork.NewFakeClockAt(start()))
	r.clock.Advance(9 * 24 * time.Hour)
	params["EndTime"] = r.clock.Now().UTC().Format("2006-01-02T15:04Z")
	if l := r.list(t, params); l.TotalRecordCount != 0 {
		t.Errorf("the tasks do not go by the simulator's clock: %+v", l)
	}
}
