package apim

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Config is what an instance is configured with.
type Config struct {
	Name      string // of the instance
	Own       string // host and port that its redirects name, such as 192.0.2.11:9443
	Proxy     Proxy
	ProxyHost string // with ProxyOn
	Keystore  string // name of the key that signs sessions and tokens
	TokenLife time.Duration
	// TokenCache is how long the gateway remembers that a token is good for an API;
	// 0: it does not.
	TokenCache time.Duration
	Boot       int // which start of its process this is, so that ids are unique
	// Governance and Config say whether these parts of the registry are mounted
	// from the shared database.
	Governance, Config bool
}

// Proxy says whether redirects name the reverse proxy.
type Proxy int

// How redirects name a host.
const (
	ProxyOff  Proxy = iota // the instance itself
	ProxyAuto              // the host of X-Forwarded-Host, if there is one
	ProxyOn                // Config.ProxyHost
)

// Manager is one instance during one life of its process.
type Manager struct {
	cfg       Config
	sessions  map[string]session           // by id
	issued    int                          // sessions and tokens
	validated map[validation]time.Duration // until when
}

// session is a user who has logged in at one console.
type session struct{ part, user string }

// New returns an instance without sessions.
func New(cfg Config) *Manager {
	return &Manager{cfg: cfg, sessions: map[string]session{}, validated: map[validation]time.Duration{}}
}

// Configure changes the configuration of a running instance. Sessions stay;
// those that the new keystore has not signed are refused.
func (m *Manager) Configure(cfg Config) { m.cfg = cfg }

// Config returns the configuration.
func (m *Manager) Config() Config { return m.cfg }

// Sessions returns how many sessions there are.
func (m *Manager) Sessions() int { return len(m.sessions) }

// Request is what a client asks.
type Request struct {
	Traffic   bool // on a port of the gateway, not of the consoles
	Method    string
	Path      string // without query
	Body      string
	Cookie    string // value of the cookie SessionCookie; empty: none
	Token     string // of the header Authorization; empty: none
	Forwarded string // host of X-Forwarded-Host; empty: none
}

// Response is what an instance answers.
type Response struct {
	Status   int
	Body     string
	Location string // of a redirect
	Cookie   string // a new session: value of Set-Cookie
	Reason   string // why it refuses; empty: it does not
	Changes  []Change
	// Invalidated is a token that the caches of other instances have to forget,
	// once the transaction is committed; empty: none.
	Invalidated string
}

// Change is something that a request has changed, once its transaction is
// committed.
type Change struct {
	What string // one of the words below
	Key  string // of what
}

// What requests change.
const (
	Published  = "published"  // an API, in the database and at the gateway
	Deployed   = "deployed"   // an API's artifact, in the files of this machine
	Subscribed = "subscribed" // a user to an API, as USER/API
	Issued     = "issued"     // a token, to a user
	Revoked    = "revoked"    // a token, of a user
	LoggedIn   = "logged-in"  // a user, as USER at PART
	Added      = "added"      // a user
	Written    = "written"    // an entry of the registry
)

// Transaction is one transaction of a database. Its errors end it.
type Transaction interface {
	Get(table, key string) (value string, found bool, err error)
	// Lock is Get, and no other transaction locks or writes the value before this
	// one has ended.
	Lock(table, key string) (value string, found bool, err error)
	Put(table, key, value string) error
	// Append appends a word to a list of words with spaces between them.
	Append(table, key, word string) error
}

// Outside is what an instance reaches while it serves one request.
type Outside interface {
	Transaction
	// Deploy brings the artifact of an API to the gateway that the publisher is
	// configured with, which may be another machine.
	Deploy(api, artifact string) error
	// Artifact returns the artifact of an API in the files of this machine.
	Artifact(api string) (text string, found bool)
	// Store stores an artifact in the files of this machine.
	Store(api, artifact string) error
}

// SessionCookie is the name of the cookie of a session. Each console has its
// own, told apart by their paths.
const SessionCookie = "JSESSIONID"

// Database returns the database that a request at an instant needs. One that is
// sent to the login needs none, and neither does a call whose token is cached.
func (m *Manager) Database(now time.Duration, r Request) Database {
	to, rest := m.route(r)
	if to == nil || to == &traffic && m.cached(now, r.Token, rest) {
		return NoDatabase
	}
	if _, why := m.userOf(to.part, r.Cookie); to.session && why != "" {
		return NoDatabase
	}
	if to.database == Registry && !m.mounted(rest) {
		return Local
	}
	return to.database
}

// Part returns the part of the instance that a request is for, such as
// publisher; empty if it is for none.
func (m *Manager) Part(r Request) string {
	if to, _ := m.route(r); to != nil {
		return to.part
	}
	return ""
}

// Serve answers a request at an instant. An error is that of the transaction or
// of Deploy; then the transaction must not be committed. Sessions change only
// if there is none.
func (m *Manager) Serve(now time.Duration, r Request, w Outside) (Response, error) {
	to, rest := m.route(r)
	if to == nil {
		return refuse(http.StatusNotFound, "no such page"), nil
	}
	v := visit{Request: r, Outside: w, manager: m, now: now, part: to.part, rest: rest}
	if to.session {
		user, why := m.userOf(to.part, r.Cookie)
		if why != "" {
			return v.toLogin(why), nil
		}
		v.user = user
	}
	return to.answer(&v)
}

// visit is one request while it is served.
type visit struct {
	Request
	Outside
	manager *Manager
	now     time.Duration
	part    string
	rest    string // of the path, behind the route
	user    string // who has logged in
}

func refuse(status int, reason string) Response {
	return Response{Status: status, Body: reason + "\n", Reason: reason}
}

func page(text string) (Response, error) {
	return Response{Status: http.StatusOK, Body: text + "\n"}, nil
}

// toLogin sends a browser to the page where one logs in.
func (v *visit) toLogin(why string) Response {
	c := v.manager.cfg
	host := c.Own
	switch {
	case c.Proxy == ProxyOn:
		host = c.ProxyHost
	case c.Proxy == ProxyAuto && v.Forwarded != "":
		host = v.Forwarded
	}
	return Response{Status: http.StatusFound, Location: "https://" + host + "/" + v.part + loginPage, Reason: why}
}

// next signs the id of a new session or token: the key, then what makes it
// unique.
func (m *Manager) next(kind string) string {
	m.issued++
	return strings.Join([]string{kind, m.cfg.Keystore, m.cfg.Name, strconv.Itoa(m.cfg.Boot), strconv.Itoa(m.issued)}, ".")
}

// signed says why a session or token is not taken for its signature; empty: it
// is good.
func (m *Manager) signed(id string) string {
	parts := strings.Split(id, ".")
	switch {
	case len(parts) != 5:
		return "malformed"
	case parts[1] != m.cfg.Keystore:
		return "signed with the key " + parts[1]
	}
	return ""
}

// userOf returns who has logged in at a part, or why nobody has.
func (m *Manager) userOf(part, cookie string) (user, why string) {
	if cookie == "" {
		return "", NoSession
	}
	if wrong := m.signed(cookie); wrong != "" {
		return "", "session: " + wrong
	}
	s, known := m.sessions[cookie]
	if !known || s.part != part {
		return "", UnknownSession
	}
	return s.user, ""
}

// Reasons why a console sends a browser to its login.
const (
	NoSession      = "session: none"
	UnknownSession = "session: unknown"
)

// login begins a session. The body is user=NAME.
func (v *visit) login() (Response, error) {
	user, is := strings.CutPrefix(v.Body, "user=")
	if !is {
		return refuse(http.StatusBadRequest, "got no user, want user=NAME"), nil
	}
	if _, known, err := v.Get(tableUsers, user); err != nil {
		return Response{}, err
	} else if !known {
		return refuse(http.StatusUnauthorized, "user: unknown"), nil
	}
	m := v.manager
	id := m.next("session")
	m.sessions[id] = session{v.part, user}
	return Response{
		Status: http.StatusOK, Body: "welcome " + user + "\n",
		Cookie:  fmt.Sprintf("%s=%s; Path=/%s", SessionCookie, id, v.part),
		Changes: []Change{{LoggedIn, user + " at " + v.part}},
	}, nil
}

// words takes a list apart.
func words(list string) []string { return strings.Fields(list) }

// add appends a word to a list unless it is there.
func add(t Transaction, table, key, word string) error {
	list, _, err := t.Lock(table, key)
	if err != nil || slices.Contains(words(list), word) {
		return err
	}
	return t.Append(table, key, word)
}
