package location

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
)

// Kind is how a location is compared with a path.
type Kind int

// The kinds, with nginx's modifiers.
const (
	Prefix     Kind = iota // none
	PrefixOnly             // ^~: no expression is tried if it is the longest prefix
	Exact                  // =
	Expression             // ~
	AnyCase                // ~*: an expression, whatever the case of letters
)

// modifiers are nginx's words for kinds.
var modifiers = map[string]Kind{"": Prefix, "^~": PrefixOnly, "=": Exact, "~": Expression, "~*": AnyCase}

// Location is a location block.
type Location struct {
	Kind      Kind
	Pattern   string // a path, or an expression
	Pass      Pass
	Redirects []Rewrite // of Location headers
	Cookies   []Rewrite // of the paths of cookies
}

// Pass is where a location passes requests: proxy_pass.
type Pass struct {
	Scheme   string // http or https
	Upstream string
	URI      string // in place of the matched part of the path; empty: none, the URI stays as it is
}

// Rewrite replaces the beginning of a text.
type Rewrite struct{ From, To string }

// ErrLocation is wrapped by the errors of this package.
var ErrLocation = errors.New("bad location")

// Parse reads a location as nginx's configuration has it, such as /store,
// = /login or ~ ^/store/(.*)$. The error wraps ErrLocation.
func Parse(text string) (Kind, string, error) {
	words := strings.Fields(text)
	modifier, pattern := "", ""
	switch len(words) {
	case 1:
		pattern = words[0]
	case 2:
		modifier, pattern = words[0], words[1]
	}
	kind, known := modifiers[modifier]
	switch {
	case pattern == "" || !known:
		return 0, "", fmt.Errorf("location: %w: got %q, want a path, or one of = ^~ ~ ~* and a path or expression", ErrLocation, text)
	case kind == Expression || kind == AnyCase:
		if _, err := compile(kind, pattern); err != nil {
			return 0, "", err
		}
	case pattern[0] != '/':
		return 0, "", fmt.Errorf("location: %w: got %q, want a path that begins with /", ErrLocation, text)
	}
	return kind, pattern, nil
}

func compile(kind Kind, pattern string) (*regexp.Regexp, error) {
	if kind == AnyCase {
		pattern = "(?i)" + pattern
	}
	e, err := regexp.Compile(pattern)
	if err != nil {
		return nil, fmt.Errorf("location: %w: expression: %w", ErrLocation, err)
	}
	return e, nil
}

// ParsePass reads the URL of a proxy_pass, such as https://allnodes/store. The
// error wraps ErrLocation.
func ParsePass(text string) (Pass, error) {
	scheme, rest, found := strings.Cut(text, "://")
	name, _, _ := strings.Cut(rest, "/")
	if !found || scheme != "http" && scheme != "https" || name == "" || strings.ContainsAny(rest, "?# \t") {
		return Pass{}, fmt.Errorf("location: %w: pass: got %q, want a URL such as http://app or https://app/store, with the name of an upstream", ErrLocation, text)
	}
	return Pass{scheme, name, rest[len(name):]}, nil
}

// URL is the pass as a text.
func (p Pass) URL() string { return p.Scheme + "://" + p.Upstream + p.URI }

// variable reports whether the URI has parts of the matched path in it.
func (p Pass) variable() bool { return strings.Contains(p.URI, "$") }
