package member

import (
	"net/netip"

	"github.com/cablepull/cablepull/node/host"
	"github.com/cablepull/cablepull/node/wire"
)

// sendToPeers sends the datagram in a frame to each peer instead. The stack
// finds out where that is: what it cannot find is lost, as a frame is.
func (s *Shell) sendToPeers(frame []byte) {
	payload, err := wire.ParseDatagram(frame)
	if err != nil {
		return // of a protocol that has no datagrams
	}
	ip, udp := wire.UDPOf(frame)
	socket := s.socketFrom(netip.AddrPortFrom(ip.From(), udp.SourcePort()))
	if socket == nil {
		return
	}
	for _, peer := range s.options.Peers {
		_ = socket.Send(payload, netip.AddrPortFrom(peer, udp.DestinationPort())) // lost
	}
}

// socketFrom returns the socket that is bound to an address of the member, or
// nil if the machine does not have that address.
func (s *Shell) socketFrom(own netip.AddrPort) *host.UDPSocket {
	if s.direct != nil && s.direct.LocalAddrPort() == own {
		return s.direct
	}
	if s.direct != nil {
		s.direct.Close()
	}
	s.direct, _ = s.host.OpenUDP(own)
	if s.direct != nil {
		s.direct.SetTTL(peerTTL)
	}
	return s.direct
}

// peerTTL is that of messages to peers, as of keepalived's: routers may be on
// the way.
const peerTTL = 255
