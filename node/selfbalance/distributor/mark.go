package distributor

import (
	"github.com/cablepull/cablepull/node/host"
	"github.com/cablepull/cablepull/node/wire"
)

// markBit is the bit of a MAC, as a number, that is flipped in the source of a
// frame that a member passes on: 0x04 of its first byte.
const markBit = 0x04 << 40

// passedOn is the address from which a member passes frames on: its own with
// one bit changed. It marks the frame, changes nothing in the packet, and a
// switch that learns it learns the truth.
func passedOn(mac host.MAC) host.MAC {
	mac[0] ^= markBit >> 40
	return mac
}

// hopsOf returns how often members have forwarded a frame: its source says it.
// A group has a handful of members, so that a list is faster than a map.
func (d *Distributor) hopsOf(frame []byte) uint8 {
	source := wire.EthernetOf(frame).SourceNumber()
	for _, member := range d.sources {
		switch source ^ member {
		case 0:
			return 1
		case markBit:
			return 2
		}
	}
	return 0
}
