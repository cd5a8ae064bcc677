// Package sighting turns frames into events: who claims a virtual IP on the
// wire, who serves from it, how old the connections to it are, which station
// moved to another port of its switch, and which packets go round in a loop.
//
// It owns what can be known from the bytes of frames alone. It must not know
// where they come from: it takes an instant, a port and bytes, and plain values
// say which addresses are virtual, which nodes may own them and which nodes
// route. So the same code reads a run and a capture from the field. It has no
// clock, changes nothing, and never keeps a frame after a call.
//
// Start reading at watcher.go.
package sighting
