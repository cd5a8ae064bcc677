// Package distributor runs one member of a self-balancing group on an interface
// of a machine. Its Distributor is the shell of selfbalance.Machine: it is a
// stage of the interface, which asks the machine about every segment to a
// virtual IP and rewrites Ethernet addresses. It sends and receives messages of
// members, and arms one timer. It decides nothing.
//
// Start reading at distributor.go.
package distributor
