// Package upstream is nginx's choice of an upstream server: which server gets a
// request, what counts as its failure, when it is left alone and when the
// request is passed on to the next one (spec/failover.md §7.1,
// spec/peers.md §2.4). The words are nginx's, and so is the arithmetic, that of
// ngx_http_upstream_round_robin.c and ngx_http_upstream.c in version 1.22.
//
// It is pure: an Upstream is the state of one worker process without a shared
// zone, and changes only by what it is told, with the instant. It knows neither
// addresses nor HTTP. The shell carries out one Request in these steps:
//
//   - It asks Next for a server, until a server's answer passes or the request
//     ends with a status of nginx's own.
//   - It tells Sent when the connection is there and the request goes out, and
//     then Failed, or Answered and Done.
//   - It logs Upstream.Changes after each of these calls.
//
// Four things surprise people, and all follow from those files. Times are whole
// seconds of the wall clock, so that a server is left alone for longer than
// fail_timeout and up to a second more, depending on the phase. A backup server
// ends the exemption of a single server. When nobody is left, nothing is
// forgiven: that ended with version 1.11.5. And the last of the tries passes
// its answer on, whatever it is, but a request still has tries while the only
// servers left are those that are left alone; then it ends with 502 instead of
// the answer that it had.
//
// Not here: hash, ip_hash, least_conn and random, zone, slow_start and resolve.
//
// Start reading at upstream.go, then request.go; condition.go says what a
// failure is.
package upstream
