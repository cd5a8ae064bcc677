package server

import (
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"strings"
)

// guard decides who may read. Any page that the user has open in a browser can
// send requests to this machine, and a name that such a page owns can be made
// to stand for its address. So a request must call the server by a name or
// address of the machine itself, know the token or have the cookie that came of
// it, and not come from another site.
type guard struct {
	token string
	hosts []string
}

// tokenParameter is where an address has the token.
const tokenParameter = "token"

// check answers a request that is not allowed, and passes on others.
func (g guard) check(w http.ResponseWriter, r *http.Request, next http.Handler, refuse func(http.ResponseWriter, int, string)) {
	protect(w.Header())
	switch {
	case !g.knows(r.Host):
		refuse(w, http.StatusMisdirectedRequest, "This server answers only to the address that cablepull serve printed.")
	case r.Method != http.MethodGet && r.Method != http.MethodHead:
		w.Header().Set("Allow", "GET, HEAD")
		refuse(w, http.StatusMethodNotAllowed, "This server only reads.")
	case foreign(r):
		refuse(w, http.StatusForbidden, "Another site asked for this.")
	case g.token == "" || g.remembered(r):
		next.ServeHTTP(w, r)
	case same(r.URL.Query().Get(tokenParameter), g.token):
		http.SetCookie(w, &http.Cookie{Name: g.cookie(), Value: g.token, Path: "/", HttpOnly: true, SameSite: http.SameSiteStrictMode})
		query := r.URL.Query()
		query.Del(tokenParameter)
		to := *r.URL
		to.RawQuery, to.Host, to.Scheme = query.Encode(), "", ""
		to.Path = "/" + strings.TrimLeft(to.Path, "/") // else //name would be another machine
		http.Redirect(w, r, to.String(), http.StatusSeeOther)
	default:
		refuse(w, http.StatusForbidden, "Open the address that cablepull serve printed, with its token.")
	}
}

// protect keeps browsers from guessing types, from showing our pages inside of
// others, and from telling other sites about them.
func protect(h http.Header) {
	h.Set("Content-Security-Policy", "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src data:; "+
		"connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("X-Frame-Options", "DENY")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Cross-Origin-Embedder-Policy", "require-corp")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Cache-Control", "no-store")
}

// knows says whether a Host header names this machine.
func (g guard) knows(host string) bool {
	name := host
	if h, _, err := net.SplitHostPort(host); err == nil {
		name = h
	}
	name = strings.ToLower(strings.Trim(name, "[]"))
	if name == "localhost" || slices.Contains(g.hosts, name) {
		return true
	}
	address, err := netip.ParseAddr(name)
	return err == nil && address.IsLoopback()
}

// foreign says whether a page of another site sent the request, other than by a
// link that the user followed.
func foreign(r *http.Request) bool {
	site, mode := r.Header.Get("Sec-Fetch-Site"), r.Header.Get("Sec-Fetch-Mode")
	return (site == "cross-site" || site == "same-site") && mode != "navigate"
}

// remembered says whether a browser has shown the token before.
func (g guard) remembered(r *http.Request) bool {
	c, err := r.Cookie(g.cookie())
	return err == nil && same(c.Value, g.token)
}

// cookie is the name of the cookie. Servers on different ports share the
// cookies of a machine, so each has its own.
func (g guard) cookie() string {
	sum := sha256.Sum256([]byte(g.token))
	return "cablepull-" + hex.EncodeToString(sum[:])[:8]
}

// same compares in a time that does not depend on where two texts differ.
func same(a, b string) bool { return subtle.ConstantTimeCompare([]byte(a), []byte(b)) == 1 }
