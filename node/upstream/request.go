package upstream

import (
	"net/http"
	"time"
)

// Request is one request's way through the servers. It is a value of its own,
// but it must not be copied after its first use.
//
//	for {
//		server, ok := r.Next(now)
//		if !ok { … } // answer 502: no live upstreams
//		… connect; r.Sent(reused); send; read the answer's head …
//		if it failed {
//			if status := r.Failed(now, why); status != 0 { … } // answer it
//			continue
//		}
//		if !r.Answered(now, status) { continue } // drop the answer
//		… pass the answer on …
//		r.Done()
//	}
type Request struct {
	upstream *Upstream
	policy   *Policy
	group    *group
	peer     *peer // nil: none, or it is free again
	tried    set
	tries    int // that are left: ngx_peer_connection_t.tries
	began    time.Duration
	unsafe   bool // its method must not be repeated
	sent     bool // to the current peer, at least in part
	reused   bool // on a connection that was kept
}

// NoLiveUpstreams is the status for a request that no server can get.
const NoLiveUpstreams = http.StatusBadGateway

// The methods that nginx does not repeat on its own.
const methodLock = "LOCK"

// Begin begins a request by the policy of the configuration.
func (u *Upstream) Begin(now Instant, method string) Request {
	return u.BeginBy(&u.policy, now, method)
}

// BeginBy begins a request by another policy: locations that pass requests to
// the same servers share what is known of them, not when requests are passed
// on. The policy must not change.
func (u *Upstream) BeginBy(policy *Policy, now Instant, method string) Request {
	r := Request{upstream: u, policy: policy, group: &u.main, tries: u.tries, began: now.Elapsed}
	if policy.Tries > 0 {
		r.tries = min(r.tries, policy.Tries)
	}
	switch method {
	case http.MethodPost, http.MethodPatch, methodLock:
		r.unsafe = true
	}
	return r
}

// Next returns the server to try, by its place in Config.Servers; false if no
// server can be tried. A request that has gone over to the backup servers does
// not come back.
func (r *Request) Next(now Instant) (server int, ok bool) {
	r.sent, r.reused = false, false
	p := r.take(now)
	if p == nil && r.group == &r.upstream.main && len(r.upstream.backup.peers) > 0 {
		r.group, r.tried = &r.upstream.backup, set{}
		p = r.take(now)
	}
	if p == nil {
		return 0, false
	}
	p.conns++
	r.group.doubt(p)
	r.peer = p
	if p.state == Down && p.fails >= p.maxFails {
		r.upstream.enter(p, Trying, 0)
	}
	return p.server, true
}

// take returns a peer of the current group, or nil.
func (r *Request) take(now Instant) *peer {
	if !r.group.single {
		return r.group.pick(&r.tried, now.Second)
	}
	p := &r.group.peers[0]
	if p.down || p.full() {
		return nil
	}
	return p
}

// Sent says that there is a connection and that the request is being sent on
// it. Reused says that it is one that was kept.
func (r *Request) Sent(reused bool) { r.sent, r.reused = true, reused }

// Failed says that the current server has failed, by one of Error, Timeout and
// InvalidHeader, before anything of its answer was passed on. It returns the
// status for the client, or 0 if Next has another server or ends the request.
func (r *Request) Failed(now Instant, why Condition) (status int) {
	return r.next(now, why)
}

// Answered says that the current server has answered with a status. It reports
// whether the answer passes; if not, it is dropped, and Next has another
// server.
func (r *Request) Answered(now Instant, status int) (passes bool) {
	why := ForStatus(status)
	if why == 0 || r.tries <= 1 || !r.mayPass(now, why) {
		return true
	}
	r.next(now, why)
	return false
}

// Done says that the request is over, because an answer has been passed on,
// wholly or in part, or because the client has gone. It must be called after
// Answered has returned true; otherwise it does nothing.
func (r *Request) Done() {
	if r.peer != nil {
		r.free(Instant{}, 0)
	}
}

// next gives up the current server: ngx_http_upstream_next.
func (r *Request) next(now Instant, why Condition) (status int) {
	if r.peer != nil {
		r.free(now, why)
	}
	if r.reused && why == Error {
		r.tries++ // the server may just have ended an idle connection
	}
	if r.tries == 0 || !r.mayPass(now, why) {
		return why.status()
	}
	return 0
}

// mayPass reports whether the request may be passed on for a reason.
func (r *Request) mayPass(now Instant, why Condition) bool {
	policy := r.policy
	if r.sent && r.unsafe {
		why |= NonIdempotent
	}
	return policy.Next&why == why && (policy.Timeout == 0 || now.Elapsed-r.began < policy.Timeout)
}

// free ends the use of the current server, for a reason or without one:
// ngx_http_upstream_free_round_robin_peer.
func (r *Request) free(now Instant, why Condition) {
	p := r.peer
	r.peer = nil
	p.conns--
	defer r.group.doubt(p)
	if r.group.single {
		r.tries = 0
		return
	}
	switch {
	case why != 0 && why != HTTP403 && why != HTTP404:
		r.upstream.failed(p, &r.group.shares[p.place], now.Second, why)
	case p.accessed < p.checked:
		p.fails = 0 // it was tried after fail_timeout, and is well
		r.upstream.enter(p, Up, 0)
	}
	if r.tries > 0 {
		r.tries--
	}
}

// failed counts a failure of a server.
func (u *Upstream) failed(p *peer, s *share, second int64, why Condition) {
	p.fails++
	p.accessed, p.checked = second, second
	if p.maxFails == 0 {
		return
	}
	s.effective = max(0, s.effective-s.weight/int32(p.maxFails))
	if p.fails >= p.maxFails {
		u.enter(p, Down, why)
	}
}
