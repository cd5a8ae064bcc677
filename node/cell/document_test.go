package cell

import (
	"errors"
	"fmt"
	"net/netip"
	"reflect"
	"strings"
	"testing"
)

// sample is a document with two clusters.
func sample() Document {
	return Document{Generation: 3, Clusters: []Cluster{
		{"app", []Member{
			{"s1", netip.MustParseAddr("192.0.2.51"), 80, 10},
			{"s2", netip.MustParseAddr("192.0.2.52"), 8080, 0},
		}},
		{"empty", []Member{}},
	}}
}

// TestParse: what is no document, and why. No error repeats the text.
func TestParse(t *testing.T) {
	member := func(fields string) string {
		return `{"generation":1,"clusters":[{"name":"app","members":[{` + fields + `}]}]}`
	}
	many := strings.Repeat(`{"name":"s","address":"192.0.2.1","port":1},`, MembersMax) + `{}`
	for _, c := range []struct{ text, want string }{
		{"", "got another format, want JSON"},
		{page, "got another format, want JSON"},
		{`{"generation":1} x`, "got another format, want JSON"},
		{`{"generation":1.5}`, "got another format, want JSON"},
		{`{"generation":99999999999999999999}`, "got another format, want JSON"},
		{strings.Repeat("[", 30000), "got another format, want JSON"},
		{strings.Repeat(" ", documentMax+1), "got more than 65536 bytes"},
		{`null`, "got generation 0, want 1 or more"},
		{`{"generation":-1}`, "got generation -1, want 1 or more"},
		{`{"generation":1,"clusters":[` + strings.Repeat(`{},`, clustersMax) + `{}]}`, "got 65 clusters, want at most 64"},
		{`{"generation":1,"clusters":[{"name":"a b"}]}`, "cluster 1: got a bad name, want one of its own"},
		{`{"generation":1,"clusters":[{"name":"a"},{"name":"a"}]}`, "cluster 2: got a bad name, want one of its own"},
		{`{"generation":1,"clusters":[{"name":"app","members":[` + many + `]}]}`, "got 257 members of app, want at most 256"},
		{member(`"address":"192.0.2.1","port":1`), "member 1 of app: got a bad name, want one of its own"},
		{member(`"name":"S1","address":"192.0.2.1","port":1`), "member 1 of app: got a bad name, want one of its own"},
		{member(`"name":"a","address":"192.0.2.1","port":1},{"name":"a","address":"192.0.2.2","port":1`), "member 2 of app: got a bad name, want one of its own"},
		{member(`"name":"a","port":1`), "member 1 of app: got a bad address, want that of a host, of IPv4"},
		{member(`"name":"a","address":"::1","port":1`), "member 1 of app: got a bad address, want that of a host, of IPv4"},
		{member(`"name":"a","address":"0.0.0.0","port":1`), "member 1 of app: got a bad address, want that of a host, of IPv4"},
		{member(`"name":"a","address":"localhost","port":1`), "got another format, want JSON"},
		{member(`"name":"a","address":"192.0.2.1"`), "member 1 of app: got port 0, want 1 to 65535"},
		{member(`"name":"a","address":"192.0.2.1","port":65536`), "member 1 of app: got port 65536, want 1 to 65535"},
		{member(`"name":"a","address":"192.0.2.1","port":1,"weight":-1`), "member 1 of app: got weight -1, want 0 to 65000"},
		{member(`"name":"a","address":"192.0.2.1","port":1,"weight":65001`), "member 1 of app: got weight 65001, want 0 to 65000"},
	} {
		_, err := Parse([]byte(c.text))
		var wrong *DocumentError
		if !errors.As(err, &wrong) || wrong.Detail != c.want {
			t.Errorf("%.60s: got %v, want %q", c.text, err, c.want)
		}
	}
	if d, err := Parse([]byte(`{"generation":1,"more":[{}]}`)); err != nil || d.Generation != 1 {
		t.Errorf("unknown fields: got %+v, %v", d, err)
	}
}

// TestMarshal: a document is read as it was written, and the largest one fits
// into what readers look at.
func TestMarshal(t *testing.T) {
	if got, err := Parse(sample().Marshal()); err != nil || !reflect.DeepEqual(got, sample()) {
		t.Errorf("got %+v, %v", got, err)
	}
	var largest Cluster
	largest.Name = strings.Repeat("a", 63)
	for i := range MembersMax {
		largest.Members = append(largest.Members, Member{
			fmt.Sprintf("%s%03d", strings.Repeat("s", 60), i), netip.MustParseAddr("255.255.255.254"), 65535, weightMax,
		})
	}
	if _, err := Parse(Document{Generation: 1 << 40, Clusters: []Cluster{largest}}.Marshal()); err != nil {
		t.Errorf("a cluster of %d members: %v", MembersMax, err)
	}
}

// TestQuestion: what a path asks for is what was written, and bad ones are
// refused.
func TestQuestion(t *testing.T) {
	for _, q := range []question{{}, {known: 0, wait: second}, {known: 7, wait: waitMax}} {
		if got, ok := questionOf(q.path()); !ok || got != q {
			t.Errorf("%s: got %+v, %v, want %+v", q.path(), got, ok, q)
		}
	}
	for _, path := range []string{"", "/", "/odcinfo/", "/odcinfo?wait=x", "/odcinfo?wait=86401", "/odcinfo?wait=-1", "/odcinfo?generation=-1", "/odcinfo?generation=1e9", "%zz"} {
		if q, ok := questionOf(path); ok {
			t.Errorf("%s: got %+v, want it refused", path, q)
		}
	}
}

// FuzzParse: no text does more than fail, and what is a document stays within
// the limits and is written as it is read.
func FuzzParse(f *testing.F) {
	f.Add(sample().Marshal())
	f.Add([]byte(page))
	f.Add([]byte(`{"generation":1,"clusters":[{"name":"a","members":null}]}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		d, err := Parse(text)
		var wrong *DocumentError
		if err != nil {
			if !errors.As(err, &wrong) || len(wrong.Detail) > 200 {
				t.Errorf("got %v", err)
			}
			return
		}
		again, err := Parse(d.Marshal())
		if err != nil || !reflect.DeepEqual(again, d) {
			t.Errorf("got %+v, want %+v (%v)", again, d, err)
		}
		for _, c := range d.Clusters {
			if len(c.Members) > MembersMax {
				t.Errorf("%s has %d members", c.Name, len(c.Members))
			}
		}
	})
}
