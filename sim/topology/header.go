package topology

import (
	"cmp"
	"net/http"
	"slices"
	"strings"
)

// SessionPlaceholder stands for the number of the session in the headers of a
// client.
const SessionPlaceholder = "{session}"

// ownHeaders are headers that clients set themselves.
var ownHeaders = []string{"Host", "Cookie", "Connection", "Content-Length", "Transfer-Encoding"}

// checkHeaders checks what a request says beyond the client's own headers.
func (c Client) checkHeaders(k *checker) {
	scheme, _, _ := strings.Cut(c.Target, ":")
	for _, name := range Names(c.Headers) {
		at, value := []string{"headers", name}, c.Headers[name]
		switch {
		case scheme == SchemeFTP:
			k.fail(at, "got a header, want none: FTP has no headers")
		case strings.Trim(strings.ToLower(name), "abcdefghijklmnopqrstuvwxyz0123456789-") != "" || name == "":
			k.fail(at, "got %q, want the name of a header, such as X-User", name)
		case slices.Contains(ownHeaders, http.CanonicalHeaderKey(name)) || strings.HasPrefix(http.CanonicalHeaderKey(name), "X-Cablepull-"):
			k.fail(at, "got %s, which the client sets itself", name)
		case strings.ContainsFunc(value, func(r rune) bool { return r < ' ' || r > '~' }):
			k.fail(at, "got %q, want printable characters", value)
		case c.Sessions == 0 && strings.Contains(value, SessionPlaceholder):
			k.fail(at, "got %s, but the client has no sessions", value)
		}
	}
	if scheme == SchemeFTP && c.Method != "" {
		k.fail([]string{"method"}, "got %s, want none: FTP has no methods", c.Method)
	}
	if c.Body > 0 && !slices.Contains([]string{http.MethodPost, http.MethodPut, http.MethodPatch}, c.Method) {
		k.fail([]string{"body"}, "got %d bytes, want none: a request by %s has no body", c.Body, cmp.Or(c.Method, http.MethodGet))
	}
	if scheme == SchemeFTP && c.Sessions > 0 {
		k.fail([]string{"sessions"}, "got %d, want none: FTP has no cookies", c.Sessions)
	}
}
