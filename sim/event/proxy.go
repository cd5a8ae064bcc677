package event

// ProxyPeerChanged: a worker of a proxy sees a server of its upstream in
// another state. A server of which the worker's fail_timeout is over stays down
// until a request tries it.
type ProxyPeerChanged struct {
	Worker int // from 1
	Peer   string
	State  string `words:"up,down,trying"`
	Reason string // of down: what the last failure was, as in ProxyAttemptFailed
}

// ProxyAttemptFailed: a server of an upstream did not answer a request, or gave
// an answer that was dropped, because another one is asked.
type ProxyAttemptFailed struct {
	Worker  int
	Peer    string
	Request uint64
	Stage   string `words:"connect,answer"` // no connection; or no answer on it
	Reason  string `words:"error,timeout,invalid_header,http_500,http_502,http_503,http_504,http_403,http_404,http_429"`
}

// ProxyRefused: a proxy ended a request with a status of its own, because no
// server answered it. 499 is nginx's word for a client that has gone.
type ProxyRefused struct {
	Worker   int
	Request  uint64
	Status   int
	Attempts int // servers that were tried
	Reason   string
}

// Kind implements Body.
func (ProxyPeerChanged) Kind() string { return "proxy-peer-changed" }

// Kind implements Body.
func (ProxyAttemptFailed) Kind() string { return "proxy-attempt-failed" }

// Kind implements Body.
func (ProxyRefused) Kind() string { return "proxy-refused" }
