// Package sighting turns frames into events: who claims a virtual IP on the
// wire, who serves from it, which station moved to another port of its switch,
// and which packets go in circles.
//
// It owns what can be known from the bytes of frames alone. It must not know
// where they come from: it takes an instant, a port and bytes, and plain values
// say which addresses are virtual, who may own them and who routes. So a run and
// a capture from the field are read by the same code. It keeps no clock and
// changes nothing: a frame is never held beyond a call.
//
// Start reading at watcher.go.
package sighting
