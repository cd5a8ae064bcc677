// Package proxy is a reverse proxy that balances requests as nginx does
// (spec/failover.md §7.1): the shell of packages upstream and location on a
// machine. It accepts HTTP, forwards each request to a server of its upstream,
// and answers by itself only when no server has: 502, or 504 if the last one
// was too slow.
//
// With listeners, it has several addresses and upstreams, and a request goes
// where the location of its path says. Either side may speak TLS. As with
// nginx, the time limit to connect to a server covers the TLS handshake. A
// server that accepts connections and does no handshake was sent nothing, and
// the request is passed on, even a POST.
//
// Each worker knows by itself which servers fail, as nginx's processes do
// without a shared zone, and keeps idle connections of its own. Connections
// that are accepted go to the workers in turn. nginx leaves that to the
// kernel; in turn is our choice, because each worker then has its share in
// every run.
//
// A client that goes away ends its request, as with proxy_ignore_client_abort
// off: the server is not marked for it, however long it had been silent.
// Only while the connection to the server is being opened is that noticed
// later than nginx does, when it is there or has failed.
//
// Two things are not nginx's. Requests are HTTP/1.1 whether the connection is
// kept or not. And an answer that is not HTTP ends as invalid_header, where
// nginx takes a first line that it does not know for HTTP/0.9 and passes it on.
//
// Start reading at proxy.go; listener.go is an address, route.go the way of a
// location, session.go a request, and worker.go what one process knows.
package proxy
