package topology

import (
	"cmp"
	"net/netip"
	"time"
)

// Developer is a user of API managers with one browser. The user publishes an
// API now and then, subscribes to it in the store, and calls all APIs that were
// acknowledged, in turn, with an access token. The browser follows redirects
// and keeps cookies. The user logs in when asked to, and types the address of
// the portal again after a failure.
type Developer struct {
	Portal  string        `yaml:"portal" doc:"URL of the publisher and the store, such as https://192.0.2.10/" jsonschema:"required"`
	Traffic string        `yaml:"traffic" doc:"URL below which APIs are called (default: the portal)"`
	Publish time.Duration `yaml:"publish" doc:"time between publications of new APIs, api-1, api-2 and so on; each is then subscribed to (default: none)"`
	Call    time.Duration `yaml:"call" doc:"time between two calls of APIs (default 1s)"`
	List    time.Duration `yaml:"list" doc:"time between two looks at the store's list, which must have all that was acknowledged (default: none)"`
	APIs    []string      `yaml:"apis" doc:"APIs that exist from the start, to which the user subscribes (default: none)"`
	Revoke  time.Duration `yaml:"revoke" doc:"when the user revokes the token at the store, and goes on to call with it, as whoever has stolen it would (default: never)"`
	User    string        `yaml:"user" doc:"name that the user logs in with (default admin)"`
	Timeout time.Duration `yaml:"timeout" doc:"time limit of each request, with its connection (default 30s)"`
	Start   time.Duration `yaml:"start" doc:"when the user begins (default 0)"`
	Stop    time.Duration `yaml:"stop" doc:"when the user stops (default: the end of the run)"`
}

// Complete implements Program.
func (d Developer) Complete(Place) Program {
	d.Traffic = cmp.Or(d.Traffic, d.Portal)
	d.Call = cmp.Or(d.Call, time.Second)
	d.User = cmp.Or(d.User, APIMUser)
	d.Timeout = cmp.Or(d.Timeout, 30*time.Second)
	return &d
}

// Problems implements Program.
func (d Developer) Problems(at Place) []Problem {
	c := at.check()
	c.portal("portal", at.Node, d.Portal)
	if d.Traffic != d.Portal {
		c.portal("traffic", at.Node, d.Traffic)
	}
	if err := CheckName(d.User); err != nil {
		c.fail([]string{"user"}, "%v", err)
	}
	if d.Stop != 0 && d.Stop <= d.Start {
		c.fail([]string{"stop"}, "got %s, want an instant after start, %s", d.Stop, d.Start)
	}
	if d.Revoke != 0 && d.Revoke <= d.Start {
		c.fail([]string{"revoke"}, "got %s, want an instant after start, %s", d.Revoke, d.Start)
	}
	if d.Publish == 0 && len(d.APIs) == 0 {
		c.fail([]string{"apis"}, "got no API and nothing to publish: want one of both, such as publish: 10s")
	}
	return c.problems
}

// portal checks the URL of a portal.
func (c *checker) portal(key string, n Node, url string) {
	if target, err := ParseTarget(url); err == nil && target.Name != "" {
		c.fail([]string{key}, "got %s, want an address: this user looks up no names", target.Name)
		return
	}
	c.target([]string{key}, n, url, SchemeHTTP, SchemeHTTPS)
}

// Addresses implements Program.
func (Developer) Addresses() []netip.Addr { return nil }

// ServiceNames implements Program.
func (Developer) ServiceNames() []string { return nil }

// Properties implements Program.
func (Developer) Properties() []Property { return nil }

// Faults implements Program.
func (Developer) Faults() []string { return nil }
