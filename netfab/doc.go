// Package netfab is the Ethernet between the machines: frames, cables, learning
// switches, and their failures.
//
// A Fabric holds Segments; a Segment is one switch; a Port is a socket of the
// switch together with the cable in it and the address filter of the NIC at the
// far end. A machine gives a Frame to Port.Send and gets frames through its
// Receiver. A frame takes two hops: out, over the sender's cable, judged when
// it is sent; and in, over the receiver's cable, judged when it arrives. Rules
// judge hops: partitions, drops, impairments and silent pulls are rules.
//
// The common frame (known unicast, no rule) costs one event and no allocation,
// and a flood costs one event regardless of the number of ports. Frames leave
// that fast path only on cables that a rule concerns.
//
// The package knows sim and bytes, which it reads by the views of node/wire. It
// must not know a protocol stack, what a standby group is, or a scenario's
// faults: world translates those into rules.
//
// Start reading at fabric.go and port.go; transit.go is a frame in flight;
// rule.go says what a rule may do.
package netfab
