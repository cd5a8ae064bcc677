package location

import (
	"errors"
	"strings"
	"testing"
)

// table returns the table of locations, each written as LOCATION -> PASS.
func table(t *testing.T, lines ...string) *Table {
	t.Helper()
	var all []Location
	for _, line := range lines {
		text, pass, _ := strings.Cut(line, " -> ")
		l := Location{}
		var err error
		if l.Kind, l.Pattern, err = Parse(text); err != nil {
			t.Fatal(err)
		}
		if l.Pass, err = ParsePass(pass); err != nil {
			t.Fatal(err)
		}
		all = append(all, l)
	}
	table, err := New(all)
	if err != nil {
		t.Fatal(err)
	}
	return table
}

// TestChoose: nginx's order of matching, row by row.
//
//	path is that of a = location          it, and nothing else is tried
//	longest prefix ends one slash later   redirect to it
//	longest prefix is ^~                  it, and no expression is tried
//	an expression matches                 the first, in the order of the file
//	a prefix matches                      the longest
//	nothing matches                       none
func TestChoose(t *testing.T) {
	all := []string{
		0: "/ -> http://root",
		1: "/store -> http://store",
		2: "/store/images -> http://images",
		3: "^~ /static -> http://static",
		4: "= /store -> http://exact",
		5: `~ \.png$ -> http://png`,
		6: `~* \.PNG$ -> http://anycase`,
		7: "~ ^/store/(.*)registry/(.*)$ -> http://registry/$1registry/$2",
		8: "/shop/ -> http://shop",
	}
	locations := table(t, all...)
	for _, c := range []struct {
		target string
		want   int
		slash  bool
	}{
		{"/store", 4, false}, {"/store?x=1", 4, false},
		{"/store/", 1, false}, {"/storefront", 1, false}, {"/store/list", 1, false},
		{"/store/images/a.gif", 2, false}, {"/store/images/a.png", 5, false},
		{"/static/a.png", 3, false}, {"/statics", 3, false}, {"/statistics", 0, false},
		{"/a.png", 5, false}, {"/a.PNG", 6, false}, {"/a.png/b", 0, false},
		{"/store/site/registry/icon", 7, false},
		// The first expression in the file wins, not the one that matches more.
		{"/store/site/registry/icon.png", 5, false},
		{"/shop", 8, true}, {"/shop?x=1", 8, true}, {"/shop/", 8, false}, {"/shopping", 0, false},
		{"/", 0, false}, {"/other", 0, false},
		// The normalized path is compared.
		{"/%73tore", 4, false}, {"//store", 4, false}, {"/a/../store", 4, false}, {"/./store/.", 1, false}, {"/store/..", 0, false},
		{"/a.png?x=/store", 5, false},
		// What is no path has no location: 400.
		{"/../x", -1, false}, {"*", -1, false}, {"", -1, false}, {"/%zz", -1, false},
	} {
		if got := locations.Choose(c.target); got.Location != c.want || got.Slash != c.slash {
			t.Errorf("%s: got location %d, slash %v; want %d, %v", c.target, got.Location, got.Slash, c.want, c.slash)
		}
	}
	if got := table(t, "/store -> http://store").Choose("/other"); got.Location != -1 {
		t.Errorf("no location matches: got %d, want none", got.Location)
	}
}

// TestTarget: what the server is asked for.
func TestTarget(t *testing.T) {
	for _, c := range []struct{ location, target, want string }{
		// Without a URI the target stays as it is, with all that is odd in it.
		{"/store -> http://app", "/store//a%20b?x=1", "/store//a%20b?x=1"},
		// The URI takes the place of the location.
		{"/store -> http://app/store", "/store/list?x=1", "/store/list?x=1"},
		{"/shop -> http://app/store", "/shop/list", "/store/list"},
		{"/shop -> http://app/store", "/shopping", "/storeping"},
		{"/ -> http://app/", "/a/b", "/a/b"},
		// The slash too much of the document's configuration is passed on.
		{"/carbon -> http://app/carbon/", "/carbon/admin/login.jsp", "/carbon//admin/login.jsp"},
		{"/carbon -> http://app/carbon/", "/carbon", "/carbon/"},
		// The path is decoded and encoded again.
		{"/store -> http://app/s", "/store/a%20b%3Fc%23d%25e%C3%A9/%7Ex", "/s/a%20b%3Fc%23d%25e%C3%A9/~x"},
		{"/store -> http://app/s", "/x/../store//list", "/s/list"},
		// Groups of an expression; the query is lost.
		{"~ ^/store/(.*)registry/(.*)$ -> http://app/$1registry/$2", "/store/resource/_system/registry/icon?size=2", "/resource/_system/registry/icon"},
		{"~ ^/store/(.*)registry/(.*)$ -> http://app/$1registry/$2", "/store/registry/", "/registry/"},
		{"~ ^/store/(.*)registry/(.*)$ -> http://app/$1registry/$2", "/store/a/registry/b/registry/c", "/a/registry/b/registry/c"},
		{"~ ^/(a)?(b) -> http://app/$2$1$3$", "/b", "/b$"},
		{"~ ^/a(.*) -> http://app/$1", "/a%20b", "/ b"}, // as nginx, which does not encode groups
	} {
		locations := table(t, c.location)
		choice := locations.Choose(c.target)
		if choice.Location != 0 {
			t.Fatalf("%s: %s: got no location", c.location, c.target)
		}
		if got := locations.Target(choice, c.target); got != c.want {
			t.Errorf("%s: %s: got %s, want %s", c.location, c.target, got, c.want)
		}
	}
}

// TestRewrites: Location headers and paths of cookies.
func TestRewrites(t *testing.T) {
	locations, err := New([]Location{
		{Pattern: "/shop", Pass: Pass{"https", "app", "/store"}},
		{Pattern: "/plain", Pass: Pass{"http", "app", ""}},
		{
			Pattern: "/admin", Pass: Pass{"https", "app", "/admin"},
			Redirects: []Rewrite{{"https://app/admin", "https://localhost/admin"}, {"https://app/", "https://localhost/other/"}},
			Cookies:   []Rewrite{{"/publisher", "/publisher"}, {"/admin", "/console"}},
		},
		{Kind: Expression, Pattern: "^/x(.*)", Pass: Pass{"https", "app", "/$1"}},
		{Pattern: "/off", Pass: Pass{"https", "app", "/off"}, Redirects: []Rewrite{}},
	})
	if err != nil {
		t.Fatal(err)
	}
	const origin = "https://lb.example"
	for _, c := range []struct {
		location    int
		value, want string
	}{
		{0, "https://app/store/login", origin + "/shop/login"}, // by default
		{0, "https://other/store/login", "https://other/store/login"},
		{0, "/store/login", "/store/login"}, // a path is not rewritten
		{1, "http://app/login", origin + "/login"},
		{2, "https://app/admin/login", "https://localhost/admin/login"},
		{2, "https://app/login", "https://localhost/other/login"},
		{2, "http://app/login", "http://app/login"},
		{3, "https://app/login", "https://app/login"}, // no default with groups
		{4, "https://app/off", "https://app/off"},
	} {
		if got := locations.Redirect(c.location, c.value, origin); got != c.want {
			t.Errorf("location %d: Location %s: got %s, want %s", c.location, c.value, got, c.want)
		}
	}
	for _, c := range []struct{ value, want string }{
		{"s=1; Path=/admin; Secure", "s=1; Path=/console; Secure"},
		{"s=1; path=/admin/x", "s=1; path=/console/x"},
		{"s=1; Path=/publisher", "s=1; Path=/publisher"},
		{"s=/admin; HttpOnly", "s=/admin; HttpOnly"},
		{"path=/admin; Path=/", "path=/admin; Path=/"},
	} {
		if got := locations.Cookie(2, c.value); got != c.want {
			t.Errorf("Set-Cookie %s: got %s, want %s", c.value, got, c.want)
		}
	}
	if got := locations.Cookie(0, "s=1; Path=/admin"); got != "s=1; Path=/admin" {
		t.Errorf("without rewrites: got %s", got)
	}
}

// TestMistakes are refused.
func TestMistakes(t *testing.T) {
	for _, text := range []string{"", "store", "= store", "~ (", "!~ /x", "= /a b"} {
		if _, _, err := Parse(text); !errors.Is(err, ErrLocation) {
			t.Errorf("location %q: got %v, want ErrLocation", text, err)
		}
	}
	for _, text := range []string{"", "app", "ftp://app", "http://", "http:///x", "http://app/x?y"} {
		if _, err := ParsePass(text); !errors.Is(err, ErrLocation) {
			t.Errorf("pass %q: got %v, want ErrLocation", text, err)
		}
	}
	for _, all := range [][]Location{
		{{Kind: Expression, Pattern: "^/x", Pass: Pass{"http", "app", "/y"}}},
		{{Kind: Expression, Pattern: "("}},
		{{Pattern: "/x"}, {Kind: PrefixOnly, Pattern: "/x"}},
	} {
		if _, err := New(all); !errors.Is(err, ErrLocation) {
			t.Errorf("%v: got %v, want ErrLocation", all, err)
		}
	}
	if _, err := New([]Location{{Pattern: "/x"}, {Kind: Exact, Pattern: "/x"}}); err != nil {
		t.Errorf("a prefix and the same path exactly: got %v, want no error", err)
	}
}
