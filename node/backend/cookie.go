package backend

import (
	"fmt"
	"net/http"
	"strings"

	"github.com/cablepull/cablepull/node/web"
)

// begin begins a session if the request belongs to none of this server: it sets
// the session cookie, whose value ends with the server's clone id after a colon
// (spec/failover.md §6.6). Sessions of other servers are unknown here.
func (b *Backend) begin(x *web.Exchange) {
	name := b.cfg.Session
	cookies, err := http.ParseCookie(x.Request.Cookie)
	if err == nil {
		for _, c := range cookies {
			if c.Name == name && strings.HasSuffix(c.Value, ":"+b.host.Name()) {
				return
			}
		}
	}
	b.sessions++
	x.SetCookie(fmt.Sprintf("%s=%04d:%s; Path=/", name, b.sessions, b.host.Name()))
}
