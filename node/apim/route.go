package apim

import (
	"net/http"
	"strings"
)

// Database is one of the databases of an instance.
type Database int

// The databases. Each but the first two may be shared, as the data source of
// the instance says.
const (
	NoDatabase Database = iota
	Local               // the embedded one, which has what is not mounted
	APIs                // APIs, subscriptions and tokens
	Users
	Registry
)

// The parts of an instance.
const (
	Publisher = "publisher"
	Store     = "store"
	Admin     = "admin"
	Carbon    = "carbon"
	Traffic   = "traffic"
)

// The tables of databases, and the key of the list of all keys.
const (
	tableAPIs          = "apis"
	tableSubscriptions = "subscriptions"
	tableTokens        = "tokens"
	tableUsers         = "users"
	tableRegistry      = "registry"

	allKeys = "*"
)

const loginPage = "/site/pages/login"

// route is one row of the table of what an instance serves.
type route struct {
	method   string // several with commas between them
	path     string // "/*" at its end stands for what follows
	part     string
	database Database
	session  bool // the user must have logged in at the part
	answer   func(*visit) (Response, error)
}

// routes are those of the consoles, the first that fits counts. The gateway has
// one route of its own, for all APIs.
var routes = []route{
	{get, "/publisher", Publisher, APIs, true, (*visit).listAPIs},
	{get, "/publisher" + loginPage, Publisher, NoDatabase, false, (*visit).askLogin},
	{post, "/publisher/login", Publisher, Users, false, (*visit).login},
	{get, "/publisher/apis/*", Publisher, APIs, true, (*visit).showAPI},
	{post, "/publisher/apis/*", Publisher, APIs, true, (*visit).publish},
	{get, "/store", Store, APIs, false, (*visit).listAPIs},
	{get, "/store" + loginPage, Store, NoDatabase, false, (*visit).askLogin},
	{post, "/store/login", Store, Users, false, (*visit).login},
	{get, "/store/subscriptions", Store, APIs, true, (*visit).listSubscriptions},
	{post, "/store/subscriptions/*", Store, APIs, true, (*visit).subscribe},
	{post, "/store/token", Store, APIs, true, (*visit).issueToken},
	{post, "/store/revoke/*", Store, APIs, true, (*visit).revoke},
	{get, "/admin", Admin, NoDatabase, true, (*visit).showSessions},
	{get, "/admin" + loginPage, Admin, NoDatabase, false, (*visit).askLogin},
	{post, "/admin/login", Admin, Users, false, (*visit).login},
	{get, "/carbon", Carbon, Users, true, (*visit).listUsers},
	{get, "/carbon" + loginPage, Carbon, NoDatabase, false, (*visit).askLogin},
	{post, "/carbon/login", Carbon, Users, false, (*visit).login},
	{post, "/carbon/users/*", Carbon, Users, true, (*visit).addUser},
	{get, "/registry/*", Carbon, Registry, false, (*visit).readEntry},
	{put, "/registry/*", Carbon, Registry, false, (*visit).writeEntry},
	{post, "/registry/*", Carbon, Registry, false, (*visit).appendEntry},
	{put, DeployPath + "*", Carbon, NoDatabase, false, (*visit).deploy},
}

var traffic = route{"", "/*", Traffic, APIs, false, (*visit).call}

// DeployPath is where a publisher deploys an artifact to a gateway, before the
// name of the API.
const DeployPath = "/services/gateway/"

const (
	get  = http.MethodGet + "," + http.MethodHead
	post = http.MethodPost
	put  = http.MethodPut
)

// route returns the row for a request, and what of the path stands behind it.
func (m *Manager) route(r Request) (to *route, rest string) {
	if r.Traffic {
		return &traffic, strings.TrimPrefix(r.Path, "/")
	}
	path := r.Path
	if len(path) > 1 {
		path = strings.TrimSuffix(path, "/")
	}
	for i := range routes {
		to := &routes[i]
		if !strings.Contains(","+to.method+",", ","+r.Method+",") {
			continue
		}
		prefix, open := strings.CutSuffix(to.path, "*")
		if rest, is := strings.CutPrefix(path, prefix); is && (open && rest != "" || !open && rest == "") {
			return to, rest
		}
	}
	return nil, ""
}
