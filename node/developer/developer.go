package developer

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/cablepull/cablepull/node/host"
	"github.com/cablepull/cablepull/sim"
	"github.com/cablepull/cablepull/sim/event"
	"github.com/cablepull/cablepull/sim/topology"
)

// Developer is the user during one boot of the machine.
type Developer struct {
	host    *host.Host
	cfg     topology.Developer
	browser *browser
	where   map[string]string // scheme and host that the browser uses for a console
	in      map[string]bool   // consoles where the user has logged in
	token   string
	revoked bool // and the user goes on with it

	published  []string // APIs that the publisher has acknowledged
	pending    []string // of them, and of those from the start: not yet subscribed to
	subscribed []string // that the store has acknowledged
	next       int      // the API to call next
}

// The consoles that a user has.
const (
	publisher = "publisher"
	store     = "store"
)

// New starts a user on a running machine; both end together. cfg must be
// complete.
func New(h *host.Host, cfg topology.Developer) (*Developer, error) {
	b, err := newBrowser(h, cfg.Timeout)
	if err != nil {
		return nil, fmt.Errorf("developer: %s: %w", h.Name(), err)
	}
	d := &Developer{
		host: h, cfg: cfg, browser: b, where: map[string]string{}, in: map[string]bool{}, pending: slices.Clone(cfg.APIs),
	}
	h.Go("author", d.author)
	h.Go("consumer", func(p *sim.Proc) { d.every(p, cfg.Start, cfg.Call, d.call) })
	if cfg.Revoke > 0 {
		h.Go("revoker", d.revoke)
	}
	if cfg.List > 0 {
		h.Go("reader", func(p *sim.Proc) { d.every(p, cfg.Start, cfg.List, d.list) })
	}
	return d, nil
}

func boots(h *host.Host) string { return strconv.Itoa(h.Boots()) }

// every does something again and again, by a schedule that skips what is late.
func (d *Developer) every(p *sim.Proc, start, interval time.Duration, do func()) {
	for due := start + interval; d.cfg.Stop == 0 || due <= d.cfg.Stop; due += interval {
		for now := d.host.Now(); now > due; {
			due += interval
		}
		for left := due - d.host.Now(); left > 0; left = due - d.host.Now() {
			p.Sleep(left)
		}
		do()
	}
}

// author opens the publisher, subscribes to the first APIs, and then publishes.
func (d *Developer) author(p *sim.Proc) {
	for left := d.cfg.Start - d.host.Now(); left > 0; left = d.cfg.Start - d.host.Now() {
		p.Sleep(left)
	}
	if d.cfg.Publish > 0 {
		d.open(publisher)
	}
	d.subscribe()
	interval := d.cfg.Publish
	if interval == 0 {
		interval = d.cfg.Call
	}
	number := 0
	d.every(p, d.cfg.Start, interval, func() {
		if number++; d.cfg.Publish > 0 {
			d.publish("api-" + strconv.Itoa(number))
		}
		d.subscribe()
	})
}

// base returns the scheme and host of a console: what the user has typed, or
// where a redirect has led.
func (d *Developer) base(console string) string {
	if d.where[console] == "" {
		d.where[console] = origin(d.cfg.Portal)
	}
	return d.where[console]
}

// origin is the scheme and the host of a URL.
func origin(text string) string {
	u, err := url.Parse(text)
	if err != nil {
		return text // not reached: the topology is valid
	}
	return u.Scheme + "://" + u.Host
}

// past reports whether the browser has been led past the portal's address.
func (d *Developer) past(console string) bool { return d.base(console) != origin(d.cfg.Portal) }

// note logs what an action brought. After a failure the user types the portal's
// address again.
func (d *Developer) note(action, console, api, outcome string, a answer) {
	b := event.PortalAnswered{Action: action, API: api, Outcome: outcome, Status: a.status, By: a.by, Store: a.store, Reason: a.why}
	if console != "" {
		b.Past = d.past(console)
		if outcome == "failed" || outcome == "error" {
			d.where[console] = ""
		}
	}
	d.host.Log(b)
}

// outcome puts an answer into a word.
func outcome(a answer) string {
	switch {
	case a.status == 0:
		return "failed"
	case a.status < 300:
		return "ok"
	case a.status < 400:
		return "session-lost"
	case a.status == http.StatusUnauthorized:
		return "token-refused"
	case a.status == http.StatusForbidden:
		return "not-subscribed"
	case a.status == http.StatusNotFound:
		return "missing"
	}
	return "error"
}

// open opens a console as a browser does, and logs in.
func (d *Developer) open(console string) bool {
	at := d.base(console) + "/" + console
	a := d.browser.ask(question{method: http.MethodGet, url: at})
	for n := 0; a.location != "" && n < redirectsMax; n++ {
		d.where[console] = origin(a.location)
		a = d.browser.ask(question{method: http.MethodGet, url: a.location})
	}
	result := outcome(a)
	d.note("open", console, "", result, a)
	return result == "ok" && d.login(console)
}

func (d *Developer) login(console string) bool {
	a := d.browser.ask(question{method: http.MethodPost, url: d.base(console) + "/" + console + "/login", body: "user=" + d.cfg.User})
	result := outcome(a)
	d.in[console] = result == "ok"
	d.note("login", console, "", result, a)
	return result == "ok"
}

// post does something at a console, where the user logs in again if the
// session is gone: once, and the action is repeated.
func (d *Developer) post(action, console, path, api string) (answer, bool) {
	if !d.in[console] && !d.open(console) {
		d.note(action, console, api, "failed", answer{why: "not logged in"})
		return answer{}, false
	}
	for attempt := 1; ; attempt++ {
		a := d.browser.ask(question{method: http.MethodPost, url: d.base(console) + "/" + console + path})
		result := outcome(a)
		d.note(action, console, api, result, a)
		if result != "session-lost" || attempt == 2 {
			return a, result == "ok"
		}
		if d.in[console] = false; a.location != "" {
			d.where[console] = origin(a.location)
		}
		if !d.login(console) {
			return a, false
		}
	}
}

// publish publishes a new API.
func (d *Developer) publish(api string) {
	if _, ok := d.post("publish", publisher, "/apis/"+api, api); ok {
		d.published = append(d.published, api)
		d.pending = append(d.pending, api)
	}
}

// subscribe subscribes to the APIs that wait for it.
func (d *Developer) subscribe() {
	for _, api := range slices.Clone(d.pending) {
		if _, ok := d.post("subscribe", store, "/subscriptions/"+api, api); !ok {
			return
		}
		d.pending = slices.DeleteFunc(d.pending, func(other string) bool { return other == api })
		d.subscribed = append(d.subscribed, api)
	}
}

// call calls the next API, with a token.
func (d *Developer) call() {
	if len(d.subscribed) == 0 {
		return
	}
	if d.token == "" {
		a, ok := d.post("token", store, "/token", "")
		if !ok {
			return
		}
		d.token = a.text
	}
	api := d.subscribed[d.next%len(d.subscribed)]
	d.next++
	revoked := d.revoked // before the call
	a := d.browser.ask(question{method: http.MethodGet, url: strings.TrimSuffix(d.cfg.Traffic, "/") + "/" + api, token: d.token})
	result := outcome(a)
	switch {
	case result == "ok" && revoked:
		result = "revoked"
	case result == "token-refused" && !d.revoked:
		d.token = ""
	}
	d.note("call", "", api, result, a)
}

// revoke revokes the token, once.
func (d *Developer) revoke(p *sim.Proc) {
	for left := d.cfg.Revoke - d.host.Now(); left > 0; left = d.cfg.Revoke - d.host.Now() {
		p.Sleep(left)
	}
	if d.token != "" {
		_, d.revoked = d.post("revoke", store, "/revoke/"+d.token, "")
	}
}

// list looks at the store's list, which must have all that was acknowledged.
func (d *Developer) list() {
	want := slices.Concat(d.cfg.APIs, d.published)
	a := d.browser.ask(question{method: http.MethodGet, url: d.base(store) + "/" + store})
	result := outcome(a)
	if result == "ok" {
		listed := strings.Fields(a.text)
		missing := slices.DeleteFunc(want, func(api string) bool { return slices.Contains(listed, api) })
		if len(missing) > 0 {
			result, a.why = "stale", strings.Join(missing, " ")
		}
	}
	d.note("list", store, "", result, a)
}
