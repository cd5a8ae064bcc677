package wire

import (
	"bytes"
	"testing"

	"github.com/google/gopacket"
	"github.com/google/gopacket/layers"
)

// ping is a request and the frame that carries it.
func ping() (Echo, []byte) {
	e := Echo{
		Source: MAC{2, 0, 0, 0, 0, 0xc9}, Destination: MAC{2, 0, 0, 0, 0, 0x0b},
		From: [4]byte{192, 0, 2, 201}, To: vip.As4(), Identifier: 0x1234, Sequence: 0xfffe, Number: 1 << 40,
	}
	frame := make([]byte, EchoFrameSize)
	e.Put(frame)
	return e, frame
}

// TestEcho lets gopacket, an independent implementation, read a request and its
// answer, and compute their checksums.
func TestEcho(t *testing.T) {
	e, request := ping()
	answer := make([]byte, len(request))
	PutEchoReply(answer, request, e.Source, e.Destination)
	for _, c := range []struct {
		frame    []byte
		kind     uint8
		from, to [4]byte
		source   MAC
	}{
		{request, layers.ICMPv4TypeEchoRequest, e.From, e.To, e.Source},
		{answer, layers.ICMPv4TypeEchoReply, e.To, e.From, e.Destination},
	} {
		packet := gopacket.NewPacket(c.frame, layers.LayerTypeEthernet, gopacket.Default)
		ip, is := packet.Layer(layers.LayerTypeIPv4).(*layers.IPv4)
		icmp, too := packet.Layer(layers.LayerTypeICMPv4).(*layers.ICMPv4)
		if !is || !too || icmp.TypeCode.Type() != c.kind || icmp.Id != e.Identifier || icmp.Seq != e.Sequence ||
			ip.TTL != 64 || [4]byte(ip.SrcIP.To4()) != c.from || [4]byte(ip.DstIP.To4()) != c.to || ip.Flags != layers.IPv4DontFragment {
			t.Fatalf("gopacket reads %v", packet)
		}
		again := gopacket.NewSerializeBuffer()
		err := gopacket.SerializeLayers(again, gopacket.SerializeOptions{ComputeChecksums: true, FixLengths: true},
			packet.LinkLayer().(*layers.Ethernet), ip, icmp, gopacket.Payload(icmp.Payload))
		if err != nil || !bytes.Equal(again.Bytes(), c.frame) {
			t.Errorf("got % x, gopacket writes % x, %v", c.frame, again.Bytes(), err)
		}
		header, echo := EchoOf(c.frame)
		if echo == nil || header.Source() != c.from || echo.Identifier() != e.Identifier || echo.Sequence() != e.Sequence || uint8(echo.Type()) != c.kind {
			t.Errorf("EchoOf: got %v, %v", header, echo)
		}
		if number, intact := EchoNumber(c.frame); number != e.Number || !intact {
			t.Errorf("EchoNumber: got %d, %v, want %d, true", number, intact, e.Number)
		}
		if !ICMPIntact(c.frame) || EthernetOf(c.frame).Source() != c.source {
			t.Errorf("got a wrong checksum, or the source %s, want %s", EthernetOf(c.frame).Source(), c.source)
		}
	}
}

// TestEchoRefuses: what is no echo is not viewed as one, and changed bytes are
// noticed.
func TestEchoRefuses(t *testing.T) {
	_, frame := ping()
	const icmp = EthernetSize + IPv4Size
	for what, wrong := range map[string][]byte{
		"empty": {}, "cut": frame[:icmp+7], "ARP": with(frame, 13, 6), "TCP": with(frame, 23, 6),
		"fragment": with(frame, 20, 0x20), "unreachable": with(frame, icmp, 3), "code 1": with(frame, icmp+1, 1),
		"a length beyond the frame": with(frame, 17, 200),
	} {
		if _, echo := EchoOf(wrong); echo != nil {
			t.Errorf("%s: got %v, want none", what, echo)
		}
	}
	for _, at := range []int{22, icmp + 4, icmp + 7, len(frame) - 1} { // TTL, identifier, sequence, data
		if ICMPIntact(with(frame, at, ^frame[at])) {
			t.Errorf("byte %d changed: got intact", at)
		}
	}
	if _, intact := EchoNumber(with(frame, len(frame)-1, 0)); intact {
		t.Error("other data: got intact")
	}
}

// TestEchoErrorOf views the request in an error about it, and nothing else.
func TestEchoErrorOf(t *testing.T) {
	e, request := ping()
	failed := AppendPortUnreachable(nil, request)
	kind, asked, echo, ok := EchoErrorOf(failed)
	if !ok || kind != ICMPUnreachable || asked.Destination() != e.To || echo.Sequence() != e.Sequence || echo.Identifier() != e.Identifier {
		t.Errorf("got %v, %v, %v, %v", kind, asked, echo, ok)
	}
	const inner = EthernetSize + IPv4Size + ICMPSize
	for what, wrong := range map[string][]byte{
		"a request": request, "cut": failed[:inner+IPv4Size+7], "redirect": with(failed, EthernetSize+IPv4Size, 5),
		"about TCP": with(failed, inner+9, 6), "about a reply": with(failed, inner+IPv4Size, 0),
	} {
		if _, _, _, ok := EchoErrorOf(wrong); ok {
			t.Errorf("%s: got one, want none", what)
		}
	}
}

// FuzzEcho: no frame makes the views panic, and what is viewed lies in the
// frame.
func FuzzEcho(f *testing.F) {
	_, frame := ping()
	f.Add(frame)
	f.Add(AppendPortUnreachable(nil, frame))
	f.Fuzz(func(t *testing.T, frame []byte) {
		if _, echo := EchoOf(frame); echo != nil {
			EchoNumber(frame)
			ICMPIntact(frame)
		}
		if _, asked, _, ok := EchoErrorOf(frame); ok && asked == nil {
			t.Error("an error about nothing")
		}
	})
}
