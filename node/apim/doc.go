// Package apim is an API manager as a pure machine: what its publisher, store,
// admin and carbon consoles, its registry and its gateway answer to a request,
// given its sessions, one transaction of a database and its file tree
// (spec/failover.md §7.2). Manager.Serve is (state, request) -> (state,
// response); the routes are data, in route.go.
//
// Whatever fails over badly in such a product is in three places, and the
// package keeps them apart. Sessions belong to the process: they end with it,
// and another instance does not know them; so does a cache of tokens, which has
// to be told when one is revoked. APIs, subscriptions, tokens, users
// and registry entries belong to a database, which may be shared, or not. The
// artifacts of deployed APIs belong to the files of one machine.
//
// Package apim knows no network, no clock and no events; package instance runs
// it on a machine. The consoles are those of no version of a product: paths and
// forms are ours, and small. Start reading at manager.go.
package apim
