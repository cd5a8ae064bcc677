package topology

import (
	"slices"
	"testing"
)

// TestBackendProblems: paths of pages, and what a directory has no use for.
func TestBackendProblems(t *testing.T) {
	for _, c := range []struct {
		backend Backend
		want    []string
	}{
		{Backend{Protocol: ProtocolLDAP, Workers: 2, Connections: 3, Backlog: 4}, nil},
		{Backend{Body: "<ok/>", ContentType: "text/xml", Paths: map[string]Page{"/": {}, "/a/b.xml": {Status: 404}, "/a%20b": {}}}, nil},
		{Backend{Paths: map[string]Page{"health": {}}}, []string{`nodes.b.backend.paths.health: got "health", want the path of a URL, such as /health`}},
		{Backend{Paths: map[string]Page{"/a?b": {}, "/a b": {}, "http://x/": {}, "": {}}}, []string{
			`nodes.b.backend.paths./a b: got "/a b", want the path of a URL, such as /health`,
			`nodes.b.backend.paths./a?b: got "/a?b", want the path of a URL, such as /health`,
			`nodes.b.backend.paths.: got "", want the path of a URL, such as /health`,
			`nodes.b.backend.paths.http://x/: got "http://x/", want the path of a URL, such as /health`,
		}},
		{Backend{Body: "x", ContentType: "a\nb", Paths: map[string]Page{"/": {ContentType: "ä"}}}, []string{
			`nodes.b.backend.content-type: got "a\nb", want printable ASCII: it is sent in a header`,
			`nodes.b.backend.paths./.content-type: got "ä", want printable ASCII: it is sent in a header`,
		}},
		{Backend{Protocol: ProtocolLDAP, Body: "x", Paths: map[string]Page{"/": {}}}, []string{
			"nodes.b.backend.body: got some, want none: ldap has no pages",
			"nodes.b.backend.content-type: got some, want none: ldap has no pages",
			"nodes.b.backend.paths: got some, want none: ldap has no pages",
		}},
		{Backend{Paths: map[string]Page{"/": {Status: 100}}}, []string{"nodes.b.backend.paths./.status: got 100, want 200 to 599"}},
	} {
		top := pair()
		edit("b", func(n *Node) { n.Gateway, n.Backend = nil, &c.backend })(&top)
		slices.Sort(c.want)
		wantProblems(t, top.Validate(), c.want...)
	}
}

// TestBackendDefaults: the port follows from the protocol, and a page takes
// from its back end what it leaves out.
func TestBackendDefaults(t *testing.T) {
	if b := (Backend{Protocol: ProtocolLDAP}).WithDefaults(); b.Port != 389 {
		t.Errorf("ldap: got port %d, want 389", b.Port)
	}
	given := Backend{Status: 503, Size: 7, Body: "x", Paths: map[string]Page{"/a": {}, "/b": {Status: 200, Size: 1, Body: "y", ContentType: "text/xml"}}}
	b := given.WithDefaults()
	if got, want := b.Paths["/a"], (Page{Status: 503, Size: 7}); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
	if got := b.Paths["/b"]; got != given.Paths["/b"] {
		t.Errorf("got %+v, want it unchanged", got)
	}
	if b.ContentType != "text/plain" || given.Paths["/a"].Status != 0 {
		t.Errorf("got %+v, want text/plain, and what was given unchanged", b)
	}
}
