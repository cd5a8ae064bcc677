package location

import "strings"

// Redirect returns the value of a Location header as the client gets it. The
// first rewrite that fits is used. Origin is scheme and host of the request,
// such as https://localhost: a path that comes from a rewrite is completed by
// it.
func (t *Table) Redirect(location int, value, origin string) string {
	value, done := rewrite(t.rows[location].Redirects, value)
	if done && strings.HasPrefix(value, "/") {
		return origin + value
	}
	return value
}

// Cookie returns the value of a Set-Cookie header as the client gets it: with
// another path, if a rewrite fits the one that it has.
func (t *Table) Cookie(location int, value string) string {
	rewrites := t.rows[location].Cookies
	if len(rewrites) == 0 {
		return value
	}
	parts := strings.Split(value, ";")
	for i, part := range parts[1:] {
		name, path, has := strings.Cut(part, "=")
		if !has || !strings.EqualFold(strings.TrimSpace(name), "path") {
			continue
		}
		if changed, done := rewrite(rewrites, path); done {
			parts[i+1] = name + "=" + changed
		}
		break
	}
	return strings.Join(parts, ";")
}

// rewrite applies the first rewrite that fits.
func rewrite(all []Rewrite, text string) (changed string, done bool) {
	for _, r := range all {
		if rest, fits := strings.CutPrefix(text, r.From); fits {
			return r.To + rest, true
		}
	}
	return text, false
}
