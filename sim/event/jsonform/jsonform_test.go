package jsonform

import (
	"encoding/json"
	"errors"
	"math"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

type part struct {
	VIP string        `json:"vip"`
	Gap time.Duration `json:"gap"`
}

type account struct {
	Name       string
	PreviousAt time.Duration
	HTTPStatus uint16
	Count      int64
	Share      float64
	Up         bool
	Parts      []part         `json:"parts"`
	Failures   map[string]int `json:"failures"`
	Last       part
	Skipped    func() `json:"-"`
	hidden     int
}

func TestForm(t *testing.T) {
	v := account{
		Name: "a \"b\"\n\x01\xff µ", PreviousAt: 1500 * time.Millisecond, HTTPStatus: 503, Count: -7, Share: 0.25, Up: true,
		Parts:    []part{{"192.0.2.100", 8 * time.Second}, {}},
		Failures: map[string]int{"timeout": 3, "reset": 1},
		hidden:   1,
	}
	want := `{"name":"a \"b\"\n\u0001` + "\ufffd" + ` µ","previous_at":"1.5s","previous_at_ns":1500000000,"http_status":503,` +
		`"count":-7,"share":0.25,"up":true,"parts":[{"vip":"192.0.2.100","gap":"8s","gap_ns":8000000000},` +
		`{"vip":"","gap":"0s","gap_ns":0}],"failures":{"reset":1,"timeout":3},"last":{"vip":"","gap":"0s","gap_ns":0}}`
	got := string(Append(nil, v))
	if diff := cmp.Diff(want, got); diff != "" {
		t.Fatalf("form (-want +got):\n%s", diff)
	}
	var back account
	if err := Read([]byte(got), &back); err != nil {
		t.Fatal(err)
	}
	v.Name, v.hidden = strings.ToValidUTF8(v.Name, "\ufffd"), 0
	if diff := cmp.Diff(v, back, cmp.AllowUnexported(account{})); diff != "" {
		t.Errorf("read back (-want +got):\n%s", diff)
	}
}

func TestNothingIsLeftOut(t *testing.T) {
	type empty struct{}
	for want, v := range map[string]any{
		`{}`: empty{},
		`{"list":[],"table":{},"object":{}}`: struct {
			List   []int
			Table  map[string]bool
			Object empty
		}{},
		`{"share":null}`: struct{ Share float64 }{math.Inf(1)},
	} {
		if got := string(Append(nil, v)); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
}

func TestDurationsPrintAsGoPrintsThem(t *testing.T) {
	check := func(d time.Duration) {
		t.Helper()
		if got := string(AppendDuration([]byte("x"), d)); got != "x"+d.String() {
			t.Errorf("%d ns: got %s, want x%s", int64(d), got, d)
		}
	}
	for _, d := range []time.Duration{0, 1, 999, 1000, 1001, 1500, 999_999, 1e6, 1_000_001, 999_999_999, 1e9, 1_000_000_001,
		time.Minute, time.Minute - 1, time.Hour, 100 * time.Hour, math.MaxInt64, math.MinInt64, math.MinInt64 + 1, -1} {
		check(d)
	}
	random := rand.New(rand.NewPCG(1, 2))
	for range 10_000 {
		check(time.Duration(random.Int64() >> random.IntN(63)))
		check(-time.Duration(random.Int64() >> random.IntN(63)))
	}
}

func TestReadRefuses(t *testing.T) {
	for _, c := range []struct{ data, want string }{
		{``, "want an object"},
		{`[]`, "want an object"},
		{`{"vip":"x"`, "unexpected end"},
		{`{"vip":"x"} {}`, "after top-level value"},
		{`{"vip":"x","vip":"x"}`, `"vip": given twice`},
		{`{"ip":"x"}`, `"ip": not known, want one of vip, gap`},
		{`{"vip_ns":1}`, `"vip_ns": not known`},
		{`{"vip":null}`, `"vip": not in the form of the bench's JSON: got "null", want a string`},
		{`{"gap":"8"}`, "want a duration"},
		{`{"gap":8}`, "want a duration"},
		{`{"gap_ns":"8s"}`, "want nanoseconds"},
		{`{"gap_ns":9223372036854775808}`, "want nanoseconds"},
		{`{"gap":"8s","gap_ns":8000000001}`, "got 8.000000001s, but its twin says 8s"},
		{`{"gap":}`, "invalid character"},
	} {
		var v part
		err := Read([]byte(c.data), &v)
		if !errors.Is(err, ErrForm) || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got %v, want an ErrForm with %q", c.data, err, c.want)
		}
	}
	for _, data := range []string{`{"http_status":65536}`, `{"http_status":-1}`, `{"count":1.5}`, `{"share":"1"}`, `{"up":1}`,
		`{"parts":null}`, `{"parts":[{"vip":1}]}`, `{"failures":{"x":null}}`, `{"failures":[]}`, `{"last":{"x":1}}`} {
		var v account
		if err := Read([]byte(data), &v); !errors.Is(err, ErrForm) {
			t.Errorf("%s: got %v, want an ErrForm", data, err)
		}
	}
}

func TestEitherTwinWillDo(t *testing.T) {
	for _, data := range []string{`{"gap":"8s"}`, `{"gap_ns":8000000000}`, `{"gap_ns":8000000000,"gap":"8000ms"}`} {
		var v part
		if err := Read([]byte(data), &v); err != nil || v.Gap != 8*time.Second {
			t.Errorf("%s: got %v, %v, want 8s", data, v.Gap, err)
		}
	}
	var v struct{ Share float64 }
	if err := Read([]byte(`{"share":null}`), &v); err != nil || !math.IsNaN(v.Share) {
		t.Errorf("null: got %v, %v, want NaN", v.Share, err)
	}
}

func TestTypesWithoutAForm(t *testing.T) {
	for _, v := range []any{
		7,
		struct{ P *int }{},
		struct{ A any }{},
		struct{ part }{},
		struct{ D []time.Duration }{},
		struct{ M map[int]string }{},
		struct {
			A int `json:"a,omitempty"`
		}{},
		struct {
			Gap   time.Duration
			GapNs int
		}{},
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%T: got a plan, want a panic", v)
				}
			}()
			PlanOf(reflect.TypeOf(v))
		}()
	}
}

// TestMembers: the pieces are what encoding/json finds.
func TestMembers(t *testing.T) {
	data := " { \"a\\u0062\" : [1, {\"x\":\"]}\"}] ,\n\"c\":\"q\\\"\\\\\" , \"d\":-1.5e3, \"e\":{},\"f\" :null } "
	want := []Member{{"ab", []byte(`[1, {"x":"]}"}]`)}, {"c", []byte(`"q\"\\"`)}, {"d", []byte("-1.5e3")}, {"e", []byte("{}")}, {"f", []byte("null")}}
	got, err := Members([]byte(data))
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Errorf("%v, members (-want +got):\n%s", err, diff)
	}
	if got, err := Members([]byte("{}")); len(got) != 0 || err != nil {
		t.Errorf("empty object: got %v, %v", got, err)
	}
}

// FuzzMembers: whatever encoding/json takes as an object is split into the same
// members.
func FuzzMembers(f *testing.F) {
	f.Add([]byte(`{"a":1,"b":[{}],"c":{"d":"\""},"":null}`))
	f.Add([]byte("{}\f")) // space to Unicode, not to JSON
	f.Fuzz(func(t *testing.T, data []byte) {
		members, err := Members(data)
		var want map[string]json.RawMessage
		sound := json.Unmarshal(data, &want) == nil && want != nil
		if err != nil {
			if sound && !strings.Contains(err.Error(), "given twice") {
				t.Fatalf("got %v for a sound object", err)
			}
			return
		}
		got := map[string]json.RawMessage{}
		for _, m := range members {
			got[m.Name] = m.Value
		}
		if diff := cmp.Diff(want, got); diff != "" || !sound {
			t.Errorf("sound %v, members (-want +got):\n%s", sound, diff)
		}
	})
}

// FuzzText: any string becomes sound JSON that reads back as what it was, but
// for bytes that are not UTF-8.
func FuzzText(f *testing.F) {
	f.Add("plain")
	f.Add("\"\\\x00\x7f\u2028\xc3\x28")
	f.Fuzz(func(t *testing.T, s string) {
		var back string
		if err := json.Unmarshal(AppendText(nil, s), &back); err != nil {
			t.Fatal(err)
		}
		want := string([]rune(s)) // each bad byte becomes U+FFFD
		if back != want {
			t.Errorf("got %q, want %q", back, want)
		}
	})
}
