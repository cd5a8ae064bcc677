package client

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/cablepull/cablepull/node/web"
	"github.com/cablepull/cablepull/sim/event"
	"github.com/cablepull/cablepull/sim/topology"
)

// session is what requests have in common that belong to one session: the
// cookies that servers have set, and the client's own headers.
type session struct {
	number int // from 1; 0: the client has no sessions
	ask    web.Request
	jar    *web.Jar // nil: cookies are ignored
}

// newSessions returns the sessions of a client: one without cookies if it has
// none.
func newSessions(cfg topology.Client, ask web.Request) ([]*session, error) {
	if cfg.Body > 0 {
		pattern := web.NewPattern(0)
		ask.Body = &web.Body{Text: string(pattern.Append(nil, int(cfg.Body))), Type: "text/plain"}
	}
	if cfg.Sessions == 0 {
		ask.Fields = fields(cfg, 0)
		return []*session{{ask: ask}}, nil
	}
	var all []*session
	for number := 1; number <= cfg.Sessions; number++ {
		jar, err := web.NewJar(cfg.Target)
		if err != nil {
			return nil, fmt.Errorf("session: %w", err)
		}
		ask.Fields = fields(cfg, number)
		all = append(all, &session{number, ask, jar})
	}
	return all, nil
}

// fields returns the header lines of a session.
func fields(cfg topology.Client, number int) string {
	var b strings.Builder
	for _, name := range topology.Names(cfg.Headers) {
		value := strings.ReplaceAll(cfg.Headers[name], topology.SessionPlaceholder, strconv.Itoa(number))
		b.WriteString(name + ": " + value + "\r\n")
	}
	return b.String()
}

// next returns the session whose turn it is.
func (c *Client) next() *session {
	s := c.sessions[c.turn]
	c.turn = (c.turn + 1) % len(c.sessions)
	return s
}

// answered takes the cookies of an answer, and logs who has served the session
// if it was served.
func (c *Client) answered(r *request, a web.Answer) {
	s := r.session
	if s.number == 0 {
		return
	}
	if a.Cookies != "" {
		s.jar.Take(a.Cookies)
	}
	if !c.isGood(a.Status) {
		return
	}
	by := slices.DeleteFunc([]string{a.Backend, a.Node}, func(name string) bool { return name == "" })
	if len(by) > 0 {
		c.log(event.SessionServed{Session: s.number, Request: r.ID, By: by[0]})
	}
}
