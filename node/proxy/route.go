package proxy

import (
	"net"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/cablepull/cablepull/node/forward"
	"github.com/cablepull/cablepull/node/location"
	"github.com/cablepull/cablepull/node/upstream"
	"github.com/cablepull/cablepull/node/web"
	"github.com/cablepull/cablepull/sim/topology"
)

// route is how the requests of a location are passed on.
type route struct {
	pool      int // the upstream's place in those of a worker
	policy    upstream.Policy
	limits    forward.Limits
	secure    bool   // servers speak TLS
	host      string // for the Host header: the upstream's name, as with nginx; empty: the client's
	forwarded bool   // tell servers about the client
}

func limits(connect, read, send time.Duration) forward.Limits {
	return forward.Limits{Connect: connect, Silence: read, Sending: send}
}

// route reads a location.
func (p *Proxy) route(cfg topology.ProxyLocation) (l location.Location, r route, err error) {
	if l.Kind, l.Pattern, err = location.Parse(cfg.Location); err != nil {
		return l, r, err
	}
	if l.Pass, err = location.ParsePass(cfg.Pass); err != nil {
		return l, r, err
	}
	for _, o := range cfg.Redirect {
		l.Redirects = append(l.Redirects, location.Rewrite(o))
	}
	for _, o := range cfg.CookiePath {
		l.Cookies = append(l.Cookies, location.Rewrite(o))
	}
	r = route{
		pool: slices.Index(topology.Names(p.cfg.Upstreams), l.Pass.Upstream), limits: limits(cfg.Connect, cfg.Read, cfg.Send),
		policy: upstream.Policy{Tries: cfg.NextTries, Timeout: cfg.NextTimeout},
		secure: l.Pass.Scheme == topology.SchemeHTTPS, host: l.Pass.Upstream, forwarded: cfg.Forwarded,
	}
	r.policy.Next, err = upstream.ParseConditions(cfg.Next)
	return l, r, err
}

// The headers by which nginx's users tell servers about the client.
const (
	forwardedFor    = "X-Forwarded-For"
	forwardedHost   = "X-Forwarded-Host"
	forwardedServer = "X-Forwarded-Server"
)

// located finds the route of a request by its location, and makes of it what
// the servers get. If there is no route, the request has been answered.
func (s *session) located(x *web.Exchange) (r *route, request *web.Request) {
	l := s.listener
	choice := l.table.Choose(x.Request.Path)
	name, origin := s.host(x)
	switch {
	case choice.Location < 0 && !strings.HasPrefix(x.Request.Path, "/"):
		s.refuse(x, http.StatusBadRequest, 0, "no path")
		return nil, nil
	case choice.Location < 0:
		s.refuse(x, http.StatusNotFound, 0, "no location")
		return nil, nil
	case choice.Slash:
		path, query, has := strings.Cut(x.Request.Path, "?")
		if has {
			query = "?" + query
		}
		x.AddHeader("Location", origin+path+"/"+query)
		s.refuse(x, http.StatusMovedPermanently, 0, "the path lacks a slash")
		return nil, nil
	}
	r = &l.routes[choice.Location]
	asked := x.Request
	asked.Path, asked.Host = l.table.Target(choice, x.Request.Path), r.host
	if r.forwarded {
		from := s.client.RemoteAddrPort().Addr().String()
		if before := x.Header(forwardedFor); before != "" {
			from = before + ", " + from
		}
		asked.Fields = x.Fields(forwardedFor, forwardedHost, forwardedServer) +
			forwardedHost + ": " + name + "\r\n" + forwardedServer + ": " + name + "\r\n" + forwardedFor + ": " + from + "\r\n"
	} else {
		asked.Fields = x.Fields()
	}
	x.Edit = func(header string, value []byte) []byte {
		switch header {
		case "Location":
			return []byte(l.table.Redirect(choice.Location, string(value), origin))
		case "Set-Cookie":
			return []byte(l.table.Cookie(choice.Location, string(value)))
		}
		return value
	}
	return r, &asked
}

// host returns the name that the client has asked, without port and in lower
// case, and the beginning of URLs of this listener.
func (s *session) host(x *web.Exchange) (name, origin string) {
	name = strings.ToLower(x.Request.Host)
	if host, _, err := net.SplitHostPort(name); err == nil {
		name = host
	}
	scheme := s.listener.scheme()
	origin = scheme + "://" + name
	if port := int(s.listener.at.Port()); port != usualPorts[scheme] {
		origin += ":" + strconv.Itoa(port)
	}
	return name, origin
}

// usualPorts are those that URLs leave out.
var usualPorts = map[string]int{topology.SchemeHTTP: topology.DefaultPort, topology.SchemeHTTPS: topology.DefaultTLSPort}
