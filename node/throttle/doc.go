// Package throttle is the throttling of an API manager (spec/failover.md §7.4).
// A traffic manager publishes decisions against keys that are over their limit
// to a topic, by one publisher for each broker: its own and that of its peer.
// A gateway keeps the last decision about each key until it is too old.
//
//	Manager       decides again and again; a program that composes it calls Set
//	Gateway       subscribes, and answers Allowed(key)
//	Decisions     what a gateway knows: a pure value
//	Throttle      the program of a node: control plane, manager, gateway over HTTP
//
// A decision says until when it counts, by the wall clock of its manager; a
// gateway compares that with its own. Start reading at decisions.go.
package throttle
