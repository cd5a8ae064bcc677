// Package forward forwards HTTP requests to servers: it opens connections,
// keeps them for further requests, and says at which point an attempt failed.
// Whoever balances decides by that which server is asked next; this package
// knows one server at a time and no policy.
//
// Start reading at forwarder.go; attempt.go is one request to one server, and
// link.go a connection to one.
package forward
