package wire

import "errors"

// Errors about bytes or values. Every error of this package wraps one of these
// and adds what was found and what was wanted; match with errors.Is.
var (
	ErrShort    = errors.New("too short")
	ErrVersion  = errors.New("wrong version")
	ErrOpcode   = errors.New("unknown opcode")
	ErrState    = errors.New("unknown state")
	ErrTimer    = errors.New("timer does not fit")
	ErrAddress  = errors.New("not an IPv4 address")
	ErrAuth     = errors.New("not an authentication string")
	ErrMAC      = errors.New("not a MAC address")
	ErrNotHSRP  = errors.New("not an HSRP frame")
	ErrNotARP   = errors.New("not an ARP frame for IPv4 over Ethernet")
	ErrNotVRRP  = errors.New("not a VRRP advertisement for IPv4")
	ErrNotUDP   = errors.New("not a UDP datagram over IPv4")
	ErrChecksum = errors.New("wrong checksum")
)
