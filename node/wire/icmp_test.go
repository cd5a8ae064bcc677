package wire

import (
	"bytes"
	"testing"

	"github.com/google/gopacket"
	"github.com/google/gopacket/layers"
)

// TestAppendEcho lets gopacket, an independent implementation, read the request
// and its checksum.
func TestAppendEcho(t *testing.T) {
	got := AppendEcho([]byte("kept"), 1, 0xfffe)
	if want := append([]byte("kept"), unhex(t, "08 00 f7 ff 00 01 ff fe")...); !bytes.Equal(got, want) {
		t.Errorf("got % x, want % x", got, want)
	}
	packet := gopacket.NewPacket(got[4:], layers.LayerTypeICMPv4, gopacket.Default)
	icmp, ok := packet.Layer(layers.LayerTypeICMPv4).(*layers.ICMPv4)
	if !ok || icmp.TypeCode.Type() != layers.ICMPv4TypeEchoRequest || icmp.Id != 1 || icmp.Seq != 0xfffe {
		t.Errorf("gopacket reads %v", packet)
	}
	if checksum(0).add(got[4:]).sum() != 0 {
		t.Error("the checksum is wrong")
	}
}
