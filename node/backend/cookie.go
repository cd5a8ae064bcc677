package backend

import (
	"cmp"
	"fmt"
	"net/http"
	"strings"

	"github.com/cablepull/cablepull/node/web"
)

// begin begins a session if the request belongs to none of this server: it sets
// the session cookie, whose value ends with the server's clone id after a colon
// (spec/failover.md §6.6). Sessions of other servers are unknown here. It
// reports whether there was a session.
func (b *Backend) begin(x *web.Exchange) (known bool) {
	name := b.cfg.Session
	cookies, err := http.ParseCookie(x.Request.Cookie)
	if err == nil {
		for _, c := range cookies {
			if c.Name == name && strings.HasSuffix(c.Value, ":"+b.host.Name()) {
				return true
			}
		}
	}
	b.sessions++
	x.SetCookie(fmt.Sprintf("%s=%04d:%s; Path=%s", name, b.sessions, b.host.Name(), cmp.Or(b.cfg.SessionPath, "/")))
	return false
}
