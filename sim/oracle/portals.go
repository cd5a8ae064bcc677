package oracle

import (
	"time"

	"github.com/cablepull/cablepull/sim/event"
)

// Portal counts what a developer found at API managers, and what was lost that
// had been acknowledged.
type Portal struct {
	Developer     string `json:"developer"`
	Published     int    `json:"published"`      // APIs that a publisher has acknowledged
	PublishFailed int    `json:"publish_failed"` // attempts without an acknowledgement
	Served        int    `json:"served"`         // calls of APIs
	Failed        int    `json:"failed"`         // calls without an answer, or with status 5xx
	Missing       int    `json:"missing"`        // calls that met a gateway without the API
	TokensRefused int    `json:"tokens_refused"` // calls whose token was not taken
	Revoked       int    `json:"revoked"`        // calls served with a token that had been revoked
	NotSubscribed int    `json:"not_subscribed"` // calls whose subscription was unknown
	SessionsLost  int    `json:"sessions_lost"`  // times that the user had to log in again
	Listed        int    `json:"listed"`         // lists that the store has answered
	Stale         int    `json:"stale"`          // of those: they lacked what was acknowledged
	Past          int    `json:"past"`           // requests that went past the proxy
	// Lost are the APIs whose last call did not find them, and Unsubscribed those
	// whose last call found no subscription.
	Lost         int `json:"lost"`
	Unsubscribed int `json:"unsubscribed"`
}

// portals follows them.
type portals struct {
	developers map[string]*portal
}

type portal struct {
	Portal
	last map[string]string // what the last call of each API brought
}

func newPortals(*scene) recorder { return &portals{map[string]*portal{}} }

var portalReads = event.SetOf(event.PortalAnswered{})

// reads implements fold.
func (*portals) reads() event.Set { return portalReads }

// Observe implements fold.
func (f *portals) Observe(e event.Event) {
	b, is := e.What.(event.PortalAnswered)
	if !is {
		return
	}
	p := f.developers[e.Node]
	if p == nil {
		p = &portal{Portal{Developer: e.Node}, map[string]string{}}
		f.developers[e.Node] = p
	}
	if b.Past {
		p.Past++
	}
	switch {
	case b.Outcome == "session-lost":
		p.SessionsLost++ // the action is repeated
	case b.Action == "publish" && b.Outcome == "ok":
		p.Published++
	case b.Action == "publish":
		p.PublishFailed++
	case b.Action == "list" && b.Outcome == "stale":
		p.Listed++
		p.Stale++
	case b.Action == "list" && b.Outcome == "ok":
		p.Listed++
	case b.Action == "call":
		p.called(b)
	}
}

func (p *portal) called(b event.PortalAnswered) {
	switch b.Outcome {
	case "ok":
		p.Served++
	case "missing":
		p.Missing++
	case "token-refused":
		p.TokensRefused++
	case "revoked":
		p.Revoked++
		return
	case "not-subscribed":
		p.NotSubscribed++
	default:
		p.Failed++
		return // it says nothing about the API
	}
	p.last[b.API] = b.Outcome
}

// Finish implements fold.
func (f *portals) Finish(time.Duration) {}

func (f *portals) record(to *Measures) {
	to.Portals = make([]Portal, 0, len(f.developers))
	for _, name := range sorted(f.developers) {
		p := f.developers[name]
		for _, outcome := range p.last { // order: a sum
			switch outcome {
			case "missing":
				p.Lost++
			case "not-subscribed":
				p.Unsubscribed++
			}
		}
		to.Portals = append(to.Portals, p.Portal)
	}
}

var (
	portalPublished     = &Column{"published", "APIs published", "published", Count, WithDue}
	portalPublishFailed = &Column{"publish-failed", "publications that failed", "not published", Count, WithDue}
	portalServed        = &Column{"calls-served", "calls served", "served", Count, WithDue}
	portalFailed        = &Column{"calls-failed", "calls failed", "failed", Count, WithDue}
	portalMissing       = &Column{"calls-missing", "calls of an API that was not there", "not there", Count, WithDue}
	portalTokens        = &Column{"tokens-refused", "tokens refused", "tokens refused", Count, WithDue}
	portalRevoked       = &Column{"calls-revoked", "calls served with a revoked token", "revoked", Count, WithDue}
	portalNotSubscribed = &Column{"calls-not-subscribed", "calls without a subscription", "not subscribed", Count, WithDue}
	portalSessions      = &Column{"sessions-lost", "sessions lost", "sessions lost", Count, WithDue}
	portalStale         = &Column{"lists-stale", "lists that lacked an API", "stale lists", Count, WithDue}
	portalPast          = &Column{"past-proxy", "requests past the proxy", "past the proxy", Count, WithDue}
	portalLost          = &Column{"apis-lost", "APIs lost", "APIs lost", Count, Freely}
	portalUnsubscribed  = &Column{"subscriptions-lost", "subscriptions lost", "subscriptions lost", Count, Freely}
)

func portalTable(m *Measures) Table {
	t := Table{
		Title: "API managers", Names: []string{"developer"},
		Columns: []*Column{
			portalPublished, portalPublishFailed, portalServed, portalFailed, portalMissing, portalTokens, portalRevoked, portalNotSubscribed,
			portalSessions, portalStale, portalPast, portalLost, portalUnsubscribed,
		},
	}
	for _, p := range m.Portals {
		r := row(p.Developer)
		r.count(portalPublished, p.Published)
		r.count(portalPublishFailed, p.PublishFailed).bad()
		r.count(portalServed, p.Served)
		r.count(portalFailed, p.Failed).bad()
		r.count(portalMissing, p.Missing).bad()
		r.count(portalTokens, p.TokensRefused).bad()
		r.count(portalRevoked, p.Revoked).bad()
		r.count(portalNotSubscribed, p.NotSubscribed).bad()
		r.count(portalSessions, p.SessionsLost).bad()
		r.count(portalStale, p.Stale).bad()
		r.count(portalPast, p.Past).bad()
		r.count(portalLost, p.Lost).bad()
		r.count(portalUnsubscribed, p.Unsubscribed).bad()
		t.Rows = append(t.Rows, r)
	}
	return t
}
