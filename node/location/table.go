package location

import (
	"fmt"
	"regexp"
	"strings"
)

// Table is the locations of one server. It never changes.
type Table struct {
	rows []row
}

type row struct {
	Location
	expression *regexp.Regexp // nil: a path
}

// Choice is what becomes of one request.
type Choice struct {
	Location int    // its place in the table; -1: none
	Slash    bool   // nginx redirects to the same path with a slash at its end
	path     string // normalized
	groups   []int  // in path, of an expression
}

// New returns the table of locations. Without redirects of its own, a location
// has nginx's default: what points to where it passes requests points to the
// location again. The error wraps ErrLocation.
func New(locations []Location) (*Table, error) {
	t := &Table{}
	seen := map[string]bool{}
	for i, l := range locations {
		r := row{Location: l}
		if l.Kind == Expression || l.Kind == AnyCase {
			var err error
			if r.expression, err = compile(l.Kind, l.Pattern); err != nil {
				return nil, err
			}
			if l.Pass.URI != "" && !l.Pass.variable() {
				return nil, fmt.Errorf("location: %w: %d: got the URI %s, want none, or one with $1: an expression has no part to replace", ErrLocation, i+1, l.Pass.URI)
			}
		} else {
			key := fmt.Sprint(l.Kind == Exact, l.Pattern)
			if seen[key] {
				return nil, fmt.Errorf("location: %w: %d: %s: got it twice", ErrLocation, i+1, l.Pattern)
			}
			seen[key] = true
		}
		if l.Redirects == nil && !l.Pass.variable() {
			r.Redirects = l.byDefault()
		}
		t.rows = append(t.rows, r)
	}
	return t, nil
}

// byDefault is proxy_redirect default.
func (l Location) byDefault() []Rewrite {
	if l.Pass.URI == "" {
		return []Rewrite{{l.Pass.URL() + "/", "/"}}
	}
	return []Rewrite{{l.Pass.URL(), l.Pattern}}
}

// Choose returns the location for a request's target, which may have a query.
func (t *Table) Choose(target string) Choice {
	c := Choice{Location: -1}
	var good bool
	if c.path, good = normalize(target); !good {
		return c
	}
	if i := t.exact(c.path); i >= 0 {
		c.Location = i
		return c
	}
	longest, slash := t.longest(c.path)
	if slash {
		c.Location, c.Slash = longest, true
		return c
	}
	if longest < 0 || t.rows[longest].Kind != PrefixOnly {
		for i, r := range t.rows {
			if r.expression == nil {
				continue
			}
			if c.groups = r.expression.FindStringSubmatchIndex(c.path); c.groups != nil {
				c.Location = i
				return c
			}
		}
	}
	c.Location = longest
	return c
}

// exact returns the place of the exact location of a path, or -1.
func (t *Table) exact(path string) int {
	for i, r := range t.rows {
		if r.Kind == Exact && r.Pattern == path {
			return i
		}
	}
	return -1
}

// longest returns the place of the longest prefix of a path, or -1. Slash says
// that the prefix is longer by a slash at its end than the path: whoever passes
// requests on redirects to it.
func (t *Table) longest(path string) (place int, slash bool) {
	place = -1
	for i, r := range t.rows {
		switch {
		case r.expression != nil || r.Kind == Exact:
		case r.Pattern == path+"/":
			return i, true
		case strings.HasPrefix(path, r.Pattern) && (place < 0 || len(r.Pattern) > len(t.rows[place].Pattern)):
			place = i
		}
	}
	return place, false
}
