package sequence

import (
	"bytes"
	"fmt"
	"net/netip"

	"github.com/cablepull/cablepull/node/wire"
	"github.com/cablepull/cablepull/node/wire/balance"
	"github.com/cablepull/cablepull/node/wire/ipvs"
)

// Kind is what a frame is about.
type Kind uint8

// The kinds, in the order in which a diagram with too little room prefers them.
const (
	None     Kind = iota // not shown: acknowledgements without data, and what nobody asks for
	Resign               // of the standby protocol
	Coup                 // likewise
	GARP                 // gratuitous ARP: an announcement
	Recovery             // self-balancing: connections are asked for, told and acknowledged
	Reset                // TCP
	Advert               // VRRP
	Hello                // of the standby protocol
	Open                 // TCP: SYN
	Accept               // TCP: SYN and ACK
	Resolve              // any other ARP
	ICMP                 // an error
	Ask                  // data of TCP towards a service
	Answer               // data of TCP from a service
	Close                // TCP: FIN
	Name                 // DNS
	Report               // self-balancing: what a member can serve
	Copied               // self-balancing as IPVS does: connections for the backup
)

// name is the kind in sentences about what is left out.
var names = [...]string{
	Resign: "resigns", Coup: "coups", GARP: "announcements", Recovery: "messages about connections", Reset: "resets",
	Advert: "advertisements", Hello: "hellos", Open: "SYNs", Accept: "SYN-ACKs", Resolve: "ARP packets", ICMP: "ICMP errors",
	Ask: "requests", Answer: "answers", Close: "FINs", Name: "DNS messages", Report: "reports", Copied: "copied connections",
}

// String names frames of the kind, in the plural.
func (k Kind) String() string { return names[k] }

// rare reports whether machines send such frames to each other once in a while.
func (k Kind) rare() bool {
	switch k {
	case Resign, Coup, GARP, Advert, Hello, Report, Recovery:
		return true
	}
	return false
}

// wordsMax is how much of the first line of a message of HTTP is kept.
const wordsMax = 24

// class is what two frames have in common that a diagram shows as one arrow
// with a count: everything but the instant, the client's port and numbers that
// differ from message to message.
type class struct {
	kind   Kind
	from   uint32 // number of the port that it left
	to     uint64 // its Ethernet destination
	ip     [4]byte
	port   uint16 // of the service
	detail uint16 // of the kind: see text
	mac    wire.MAC
	words  [wordsMax]byte
}

// classOf says what a frame is; its kind is None if no diagram shows it.
func classOf(from uint32, frame []byte) class {
	ethernet := wire.EthernetOf(frame)
	if ethernet == nil {
		return class{}
	}
	c := class{from: from, to: ethernet.DestinationNumber()}
	if arp := wire.ARPOf(frame); arp != nil {
		return c.resolve(arp)
	}
	ip := wire.IPv4Of(frame)
	if ip == nil {
		return class{}
	}
	switch ip.Protocol() {
	case wire.ProtocolTCP:
		return c.segment(frame)
	case wire.ProtocolUDP:
		return c.datagram(frame)
	case wire.ProtocolVRRP:
		if v, err := wire.ParseVRRP(frame); err == nil {
			c.kind, c.detail = Advert, uint16(v.Priority)
			return c
		}
	case wire.ProtocolICMP:
		if e, ok := wire.ICMPErrorOf(frame); ok {
			c.kind, c.ip, c.port, c.detail = ICMP, e.Original.Destination(), e.DestinationPort(), uint16(e.ICMP.Type())
			return c
		}
	}
	return class{}
}

// resolve reads an ARP packet.
func (c class) resolve(arp *wire.ARPHeader) class {
	c.kind, c.detail, c.ip, c.mac = Resolve, uint16(arp.Op()), arp.SenderIP(), arp.SenderMAC()
	switch {
	case arp.IsGratuitous():
		c.kind = GARP
	case arp.Op() == wire.ARPRequestOp:
		c.ip, c.mac = arp.TargetIP(), wire.MAC{}
	}
	return c
}

// segment reads a segment of TCP.
func (c class) segment(frame []byte) class {
	ip, tcp, data := wire.TCPOf(frame)
	if tcp == nil {
		return class{}
	}
	// Clients have ports from 32768 on; a service may have one as well.
	towards := tcp.DestinationPort() <= tcp.SourcePort()
	c.ip, c.port = ip.Destination(), tcp.DestinationPort()
	if flags := tcp.Flags(); flags&wire.TCPSyn != 0 {
		towards = flags&wire.TCPAck == 0
	}
	if !towards {
		c.ip, c.port = ip.Source(), tcp.SourcePort()
	}
	switch flags := tcp.Flags(); {
	case flags&wire.TCPRst != 0:
		c.kind = Reset
	case flags&wire.TCPSyn != 0 && towards:
		c.kind = Open
	case flags&wire.TCPSyn != 0:
		c.kind = Accept
	case len(data) > 0 && towards:
		c.kind = Ask
		c.quote(data)
	case len(data) > 0:
		c.kind = Answer
		c.quote(data)
	case flags&wire.TCPFin != 0:
		c.kind = Close
	default:
		return class{}
	}
	if towards {
		c.detail = 1
	}
	return c
}

var (
	methods  = [][]byte{[]byte("GET "), []byte("POST "), []byte("HEAD "), []byte("PUT "), []byte("OPTIONS ")}
	response = []byte("HTTP/1.")
)

// quote keeps method and path of a request, or the status of an answer. Other
// data has no words.
func (c *class) quote(data []byte) {
	if bytes.HasPrefix(data, response) {
		if _, status, ok := bytes.Cut(data[:min(len(data), 16)], []byte(" ")); ok {
			copy(c.words[:], status[:min(len(status), 3)])
		}
		return
	}
	for _, m := range methods {
		if !bytes.HasPrefix(data, m) {
			continue
		}
		line := data[:min(len(data), wordsMax)]
		end := len(m)
		for end < len(line) && line[end] > ' ' && line[end] != '?' && line[end] < 0x7f {
			end++
		}
		copy(c.words[:], line[:end])
		return
	}
}

// portDNS is that of resolvers.
const portDNS = 53

// datagram reads UDP.
func (c class) datagram(frame []byte) class {
	if h := wire.HSRPOf(frame); h != nil {
		c.kind, c.detail = Hello, uint16(h.State())<<8|uint16(h.Priority())
		switch h.Opcode() {
		case wire.OpCoup:
			c.kind = Coup
		case wire.OpResign:
			c.kind = Resign
		}
		return c
	}
	switch kind := balance.KindOf(frame); kind {
	case 0:
	case balance.KindReport:
		c.kind = Report
		return c
	default:
		c.kind, c.detail = Recovery, uint16(kind)
		return c
	}
	if ipvs.Matches(frame) {
		c.kind = Copied
		return c
	}
	_, udp := wire.UDPOf(frame)
	switch {
	case udp == nil:
		return class{}
	case udp.DestinationPort() == portDNS:
		c.kind, c.detail = Name, 1
	case udp.SourcePort() == portDNS:
		c.kind = Name
	default:
		return class{}
	}
	return c
}

// text is the frame in words.
func (c class) text() string {
	ip := netip.AddrFrom4(c.ip)
	service := netip.AddrPortFrom(ip, c.port).String()
	switch c.kind {
	case Hello:
		return fmt.Sprintf("hello %v %d", wire.State(c.detail>>8), c.detail&0xff)
	case Coup:
		return fmt.Sprintf("Coup %d", c.detail&0xff)
	case Resign:
		return "Resign"
	case Advert:
		if c.detail == 0 {
			return "VRRP resign"
		}
		return fmt.Sprintf("VRRP advert %d", c.detail)
	case GARP:
		return fmt.Sprintf("gratuitous ARP (%v): %v at %v", wire.ARPOp(c.detail), ip, shortMAC(c.mac))
	case Resolve:
		if wire.ARPOp(c.detail) == wire.ARPRequestOp {
			return fmt.Sprintf("ARP who has %v?", ip)
		}
		return fmt.Sprintf("ARP %v at %v", ip, shortMAC(c.mac))
	case ICMP:
		return fmt.Sprintf("ICMP %s: %s", errorNames[wire.ICMPType(c.detail)], service)
	case Open:
		return "SYN " + service
	case Accept:
		return "SYN-ACK " + service
	case Reset, Close:
		return map[Kind]string{Reset: "RST ", Close: "FIN "}[c.kind] + service
	case Ask, Answer:
		if c.words[0] == 0 {
			return "data " + service
		}
		return string(bytes.TrimRight(c.words[:], "\x00"))
	case Name:
		if c.detail == 1 {
			return "DNS query"
		}
		return "DNS answer"
	case Report:
		return "report"
	case Recovery:
		return "connections: " + recoveries[balance.Kind(c.detail)]
	case Copied:
		return "connections copied"
	}
	return ""
}

var errorNames = map[wire.ICMPType]string{
	wire.ICMPUnreachable: "unreachable", wire.ICMPTimeExceeded: "time exceeded", wire.ICMPParameterProblem: "parameter problem",
}

var recoveries = map[balance.Kind]string{
	balance.KindRequest: "request", balance.KindFlows: "flows", balance.KindAck: "ack",
}

// shortMAC is the end of a MAC address, which is what differs.
func shortMAC(m wire.MAC) string {
	text := m.String()
	return "…" + text[len(text)-5:]
}
