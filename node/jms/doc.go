// Package jms is the client side of message brokers: connection factories with
// their lists of brokers and what they do when one fails, senders and
// subscriptions (spec/failover.md §7.4). It speaks to package broker.
//
// A Client has one connection at a time, and walks its list of brokers to get
// it: Walk is that order, a pure machine. Whoever publishes walks himself, so a
// broker that answers nothing blocks the sender in connect, for as long as TCP
// tries unless there is a connect timeout.
//
// The package does not know what messages mean, nor when somebody should
// consume. Start reading at client.go.
package jms
