package lbgroup

import (
	"errors"
	"fmt"
	"strings"
	"time"
)

// Affinity is the session affinity of a group (spec/failover.md §6.6): requests
// of a session go to the member that has served its first one. The session is
// known by a cookie of the group's own or of a WebSphere server.
type Affinity struct {
	// Enabled is EnableSA. DataPower's default is on.
	Enabled bool

	// WLMOverride replaces the affinity of a WebSphere cell with Mode and what
	// belongs to it (AffinityWLMOverride). DataPower's default is off: Mode does
	// not count, and affinity is passive. A group without a cell has then none,
	// because only a cell knows clone ids.
	WLMOverride bool
	Mode        AffinityMode // DataPower's default is activeConditional

	// The cookie that the active modes insert. DataPower's defaults are
	// DPJSESSIONID, /, datapower.com, off and off. Browsers reject a cookie whose
	// domain is not the site's: under the default domain there is no affinity
	// unless the site is below datapower.com. An empty path or domain adds no such
	// attribute.
	InsertionCookieName string
	InsertionPath       string
	InsertionDomain     string // may not begin with a dot
	Secure, HTTPOnly    bool

	// MonitoredCookies are those that tell activeConditional of a new session.
	MonitoredCookies []string

	// PassiveCookies are the cookies in which WebSphere servers put their clone
	// ids: JSESSIONID unless the application has another name for it (ours, as the
	// group's properties do not have it).
	PassiveCookies []string
}

// AffinityMode says which cookie keeps a session on its member.
type AffinityMode uint8

const (
	// AffinityOff chooses a member for each request.
	AffinityOff AffinityMode = iota
	// Passive reads the clone id in the cookie of the WebSphere server, after the
	// session id and a colon, and inserts no cookie. After a failover there are
	// several clone ids, and the first of a member that is up counts.
	Passive
	// Active inserts a cookie in the first answer of each session.
	Active
	// ActiveConditional does so only if the answer sets one of MonitoredCookies.
	ActiveConditional
)

var affinityWords = words{"affinity mode", []string{"off", "passive", "active", "activeConditional"}}

// String names the mode.
func (m AffinityMode) String() string { return affinityWords.name(uint8(m)) }

// UnmarshalText implements encoding.TextUnmarshaler.
func (m *AffinityMode) UnmarshalText(text []byte) error {
	value, err := affinityWords.value(text)
	if err == nil {
		*m = AffinityMode(value)
	}
	return err
}

// Effective returns the mode that applies.
func (a *Affinity) Effective() AffinityMode {
	switch {
	case !a.Enabled:
		return AffinityOff
	case !a.WLMOverride:
		return Passive
	}
	return a.Mode
}

// check returns all mistakes as one error.
func (a *Affinity) check() error {
	var errs []error
	wrong := func(what, got, want string) {
		errs = append(errs, fmt.Errorf("lbgroup: %w: %s: got %q, want %s", ErrConfig, what, got, want))
	}
	if int(a.Mode) >= len(affinityWords.names) {
		wrong("affinity mode", a.Mode.String(), "one of the four")
	}
	if strings.HasPrefix(a.InsertionDomain, ".") {
		wrong("insertion domain", a.InsertionDomain, "no dot at the beginning")
	}
	if mode := a.Effective(); mode == Active || mode == ActiveConditional {
		if a.InsertionCookieName == "" || strings.ContainsFunc(a.InsertionCookieName, notInToken) {
			wrong("insertion cookie name", a.InsertionCookieName, "a token (RFC 6265 §4.1.1)")
		}
	}
	for _, attribute := range []string{a.InsertionPath, a.InsertionDomain} {
		if strings.ContainsFunc(attribute, func(r rune) bool { return r == ';' || r < ' ' || r > '~' }) {
			wrong("insertion path or domain", attribute, "printable ASCII without semicolons")
		}
	}
	return errors.Join(errs...)
}

// notInToken reports whether a name of a cookie may not have a character.
func notInToken(r rune) bool {
	return r <= ' ' || r > '~' || strings.ContainsRune(`()<>@,;:\"/[]?={}`, r)
}

// Affine returns the member that serves the session of a request, for
// Request.Affine: the one that the value of its Cookie header names, if it is
// up. A session whose member is softdown, down, disabled or gone is served by a
// member that the algorithm chooses, and stays there: Insertion replaces the
// cookie (ours).
func (g *Group) Affine(now time.Duration, cookies string) (server string, ok bool) {
	g.Advance(now)
	switch g.affinity {
	case Active, ActiveConditional:
		if slot, named := g.marked(cookies); named && g.members[slot].state == Up {
			return g.members[slot].server, true
		}
	case Passive:
		for _, name := range g.cfg.Affinity.PassiveCookies {
			value, _ := cookieValue(cookies, name)
			_, clones, more := strings.Cut(value, ":")
			for more {
				var clone string
				clone, clones, more = strings.Cut(clones, ":")
				if slot, named := g.clones[clone]; named && g.members[slot].state == Up {
					return g.members[slot].server, true
				}
			}
		}
	}
	return "", false
}

// Insertion returns the value of the Set-Cookie header to add to an answer, or
// "". cookies is the value of the request's Cookie header, server the member
// that has answered, and set has the values of the answer's own Set-Cookie
// headers.
//
// A request that names the member that answered gets none: its session is
// known. One that names another, or a member that is gone, gets one even under
// activeConditional, so that the session stays where it has moved (ours).
//
// The value is a hash of the member's name: the order of the list and restarts
// do not change it.
func (g *Group) Insertion(cookies, server string, set []string) string {
	a := &g.cfg.Affinity
	slot, ok := g.slots[server]
	if !ok || g.affinity != Active && g.affinity != ActiveConditional {
		return ""
	}
	value, given := cookieValue(cookies, a.InsertionCookieName)
	mark := g.members[slot].mark
	if given && value == mark || !given && g.affinity == ActiveConditional && !a.monitors(set) {
		return ""
	}
	var b strings.Builder
	b.WriteString(a.InsertionCookieName + "=" + mark)
	if a.InsertionPath != "" {
		b.WriteString("; Path=" + a.InsertionPath)
	}
	if a.InsertionDomain != "" {
		b.WriteString("; Domain=" + a.InsertionDomain)
	}
	if a.Secure {
		b.WriteString("; Secure")
	}
	if a.HTTPOnly {
		b.WriteString("; HttpOnly")
	}
	return b.String()
}

// marked returns the member that the insertion cookie of a request names.
func (g *Group) marked(cookies string) (slot uint16, ok bool) {
	value, _ := cookieValue(cookies, g.cfg.Affinity.InsertionCookieName)
	slot, ok = g.marks[value]
	return slot, ok
}

// monitors reports whether one of the values of Set-Cookie headers sets a
// monitored cookie.
func (a *Affinity) monitors(set []string) bool {
	for _, s := range set {
		pair, _, _ := strings.Cut(s, ";")
		name, _, _ := strings.Cut(pair, "=")
		for _, monitored := range a.MonitoredCookies {
			if strings.TrimSpace(name) == monitored {
				return true
			}
		}
	}
	return false
}

// cookieValue returns the value of the first cookie of a name in the value of a
// Cookie header. It skips what is no cookie instead of refusing all.
func cookieValue(cookies, name string) (value string, ok bool) {
	for more := true; more; {
		var pair string
		pair, cookies, more = strings.Cut(cookies, ";")
		key, value, isPair := strings.Cut(strings.TrimSpace(pair), "=")
		if isPair && key == name {
			return value, true
		}
	}
	return "", false
}
