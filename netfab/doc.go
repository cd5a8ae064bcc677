// Package netfab is the Ethernet between the machines: frames, cables,
// learning switches, and everything that can go wrong with them.
//
// A Fabric holds Segments; a Segment is one switch; a Port is a place on the
// switch together with the cable in it and the address filter of the NIC at
// the far end. A machine gives a Frame to Port.Send and gets frames through its
// Receiver. A frame's way has two hops: out, over the sender's cable, judged
// when it is sent; and in, over the receiver's cable, judged when it arrives.
// Rules judge hops: partitions, drops, impairments and silent pulls are rules.
//
// The common frame (known unicast, no rule) costs one event and no allocation,
// and a flood costs one event whatever the number of ports. Everything else
// leaves that path only where a rule concerns the cable at hand.
//
// The package knows sim and bytes, which it reads by the views of node/wire. It
// must not know a protocol stack, what a standby group is, or a scenario's
// faults: world translates those into rules.
//
// Start reading at fabric.go and port.go; transit.go follows a frame on its
// way; rule.go says what a rule may do.
package netfab
