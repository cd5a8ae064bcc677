package location

import (
	"net/url"
	"strings"
)

// normalize returns the path of a request's target as locations see it: without
// the query, decoded, without dot segments and double slashes. It is not good
// if it leads above the root, or is no path.
func normalize(target string) (path string, good bool) {
	path, _, _ = strings.Cut(target, "?")
	path, _, _ = strings.Cut(path, "#")
	if path == "" || path[0] != '/' {
		return "", false
	}
	if plain(path) {
		return path, true
	}
	path, err := url.PathUnescape(path)
	if err != nil {
		return "", false
	}
	var kept []string
	segments := strings.Split(path[1:], "/")
	for i, s := range segments {
		last := i == len(segments)-1
		switch s {
		case "", ".":
			if last {
				kept = append(kept, "")
			}
		case "..":
			if len(kept) == 0 {
				return "", false
			}
			kept = kept[:len(kept)-1]
			if last {
				kept = append(kept, "")
			}
		default:
			kept = append(kept, s)
		}
	}
	return "/" + strings.Join(kept, "/"), true
}

// plain reports whether there is nothing to normalize in a path.
func plain(path string) bool {
	return !strings.Contains(path, "%") && !strings.Contains(path, "//") && !strings.Contains(path, "/.")
}

// Target returns the request's target as the server gets it. Without a URI in
// its pass it is the client's. With one, the URI takes the place of the part
// that the location has matched, and the query stays. With groups of an
// expression in it, the URI is all, and the query is lost, as with nginx.
func (t *Table) Target(c Choice, target string) string {
	l := t.rows[c.Location]
	switch {
	case l.Pass.URI == "":
		return target
	case l.Pass.variable():
		return l.expand(c)
	}
	b := append([]byte(l.Pass.URI), escape(c.path[len(l.Pattern):])...)
	if _, query, has := strings.Cut(target, "?"); has {
		b = append(append(b, '?'), query...)
	}
	return string(b)
}

// expand replaces $1 to $9 in the URI by groups of the expression.
func (r row) expand(c Choice) string {
	var b []byte
	uri := r.Pass.URI
	for i := 0; i < len(uri); i++ {
		if uri[i] != '$' || i+1 == len(uri) || uri[i+1] < '1' || uri[i+1] > '9' {
			b = append(b, uri[i])
			continue
		}
		i++
		group := 2 * int(uri[i]-'0')
		if group < len(c.groups) && c.groups[group] >= 0 {
			b = append(b, c.path[c.groups[group]:c.groups[group+1]]...)
		}
	}
	return string(b)
}

// escape encodes what a decoded path may have and a request line must not:
// ngx_escape_uri.
func escape(path string) string {
	const digits = "0123456789ABCDEF"
	var b strings.Builder
	for i := range len(path) {
		switch ch := path[i]; {
		case ch <= ' ' || ch >= 0x7f || ch == '#' || ch == '%' || ch == '?':
			b.WriteByte('%')
			b.WriteByte(digits[ch>>4])
			b.WriteByte(digits[ch&15])
		default:
			b.WriteByte(ch)
		}
	}
	return b.String()
}
