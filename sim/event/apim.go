package event

// APIMChanged: a request to an API manager has changed something that lasts
// longer than the request.
type APIMChanged struct {
	Instance string
	What     string `words:"published,deployed,subscribed,issued,revoked,logged-in,added,written"` // see package apim
	Key      string // the API, USER/API, the user, USER at PART, or the path of an entry
	Store    string // the database, or files of an artifact: whose copy has it now
	Request  uint64 // 0: that of another instance
}

// APIMRefused: an API manager has answered a request with an error, or has sent
// its browser to a login although it had logged in.
type APIMRefused struct {
	Instance string
	Part     string // publisher, store, admin, carbon, traffic; empty: no such page
	Request  uint64 // 0: that of another instance
	Status   int
	Reason   string // such as token: unknown, session: unknown, API: not deployed
	Store    string // the database that it has asked; empty: none
}

// APIMWarned: an API manager has started, but not as its configuration means.
type APIMWarned struct {
	Instance string
	Problem  string
}

// PortalAnswered: a developer's request to a publisher, a store or an API has
// ended.
type PortalAnswered struct {
	Action  string `words:"open,login,publish,subscribe,token,revoke,list,call"`
	API     string // of publish, subscribe and call
	Outcome string `words:"ok,failed,error,missing,session-lost,token-refused,revoked,not-subscribed,stale"` // revoked: served nevertheless
	Status  int    // 0: no answer
	By      string // the instance that answered
	Store   string // the database that it has asked
	Reason  string // why there is no answer; of stale: the APIs that are missing
	Past    bool   // a redirect has led past the proxy
}

// Kind implements Body.
func (APIMChanged) Kind() string { return "apim-changed" }

// Kind implements Body.
func (APIMRefused) Kind() string { return "apim-refused" }

// Kind implements Body.
func (APIMWarned) Kind() string { return "apim-warned" }

// Kind implements Body.
func (PortalAnswered) Kind() string { return "portal-answered" }
