// Package tracking simulates balancers whose table of connections is smaller
// than the number of connections, while servers come and go. It counts the
// connections that a server loses to another one. It repeats the event-driven
// simulation of anchorhash/jetlb (Mendelson et al., Load Balancing with JET,
// CoNEXT 2021), which is the only public figure of its kind, with the same
// parameters and distributions, but not the same random numbers.
//
// It knows no network: a connection is a number and some packets.
//
// Start reading at simulation.go.
package tracking
