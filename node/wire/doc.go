// Package wire holds the bytes that the members of a standby group put on the
// cable: HSRP version 1 messages (RFC 2281 §5.1), the complete Ethernet frames
// that carry them, and the ARP packets that move an address. It also provides
// views of the headers of any frame: no other package knows offsets.
//
// It owns layouts, checksums and exact errors. It must not know what a message
// means: who is active, which timer runs and what to answer is decided in
// package standby. Nothing here reads a clock or keeps state.
//
// Read message.go first, then frame.go (a message becomes a frame) and arp.go;
// ethernet.go and ipv4.go begin the views. Package layer teaches gopacket, and
// with it every tool built on gopacket, to decode what this package writes;
// package facts has tables of what real routers wrote.
//
// vrrp.go reads VRRP, which third-party programs send instead of HSRP; it
// cannot write it.
//
// Functions named …Of return a view of a frame, or nil: an array in the frame
// itself, whose length is checked once. Functions named Append… append to the
// slice they are given and return it, so that a sender can reuse one buffer.
// Parse… functions check lengths first, never keep a reference to their input,
// and do not allocate when they succeed. The exception is ParseVRRP, which only
// real programs need.
package wire
