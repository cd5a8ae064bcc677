// Package location is nginx's choice of a location for a request, and what the
// location makes of the request's URI and of the answer's headers: the pure
// part of proxy_pass, proxy_redirect and proxy_cookie_path (nginx's manual,
// ngx_http_core_module and ngx_http_proxy_module).
//
// A request's path is normalized first: it is decoded, dot segments are
// resolved and slashes that follow each other become one. Then the location
// is chosen, in this order: the exact one; the longest prefix, if it is marked
// to keep expressions out; the first expression that matches; the longest
// prefix.
//
// Regular expressions are Go's, which lack the look-arounds and
// back-references of nginx's.
//
// Package location knows no servers and no connections. Start reading at
// table.go; uri.go is what a location makes of a URI, and rewrite.go what it
// makes of headers.
package location
