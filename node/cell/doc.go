// Package cell is both sides of what a WebSphere cell tells load-balancer
// groups: the deployment manager with its ODCInfo servlet, and a watcher that
// polls it or subscribes to it (spec/failover.md §6.6).
//
// The product's format is not public. Ours is a small JSON document over HTTP,
// with the servers of each cluster, their weights and a generation number; who
// subscribes gives the generation that it knows, and the request is held until
// the cell has another one, or for the time that it says. What counts for
// failover is the same: who learns of a change when, and what becomes of a
// group whose cell is stale, empty, slow, wrong or gone.
//
// The package runs on machines of package node/host. It knows nothing about
// groups: what a document means is up to the caller of Watch. Start reading at
// document.go, then cell.go, the server, and watcher.go, the client.
package cell
