package web_test

import (
	"testing"

	"github.com/cablepull/cablepull/node/web"
)

// TestJar: which cookies a session sends back (RFC 6265 §5.3, §5.4).
func TestJar(t *testing.T) {
	for _, c := range []struct {
		target, set, want string
	}{
		{"http://192.0.2.100/", "S=1; Path=/", "S=1"},
		{"http://192.0.2.100/", "S=1; Path=/; HttpOnly", "S=1"},
		{"http://192.0.2.100/app/x", "S=1; Path=/app", "S=1"},
		{"http://192.0.2.100/other", "S=1; Path=/app", ""},
		{"http://192.0.2.100/", "S=1; Secure", ""},
		{"https://192.0.2.100/", "S=1; Secure", "S=1"},
		// The product's default domain: no client of another host takes such a cookie.
		{"http://192.0.2.100/", "S=1; Domain=datapower.com", ""},
		{"http://app.datapower.com/", "S=1; Domain=datapower.com", "S=1"},
		{"http://app.example.com/", "S=1; Domain=datapower.com", ""},
		{"http://192.0.2.100/", "=; =", ""},
	} {
		jar, err := web.NewJar(c.target)
		if err != nil {
			t.Fatal(err)
		}
		jar.Take(c.set)
		if got := jar.Cookie(); got != c.want {
			t.Errorf("%s: %q: got %q, want %q", c.target, c.set, got, c.want)
		}
	}
}

// TestJarReplaces: a cookie of the same name replaces the one before.
func TestJarReplaces(t *testing.T) {
	jar, err := web.NewJar("http://192.0.2.100/")
	if err != nil {
		t.Fatal(err)
	}
	jar.Take("A=1\nB=2")
	jar.Take("A=3")
	if got := jar.Cookie(); got != "A=3; B=2" && got != "B=2; A=3" {
		t.Errorf("got %q, want A=3 and B=2", got)
	}
}
