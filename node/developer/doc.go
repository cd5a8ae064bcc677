// Package developer is a user of API managers: one who publishes APIs in the
// publisher, subscribes to them in the store, and calls them with an access
// token, through whatever stands before them. What each request brought is an
// event: who answered from which database, and whether something is missing
// that had been acknowledged.
//
// The browser follows redirects, keeps cookies by path as RFC 6265 says, and
// accepts any certificate. A redirect to another host makes it use that host
// from then on, as a browser does; after a failure the user types the portal's
// address again.
//
// It knows nothing of how API managers work inside. Start reading at
// developer.go, what the user does, then browser.go.
package developer
