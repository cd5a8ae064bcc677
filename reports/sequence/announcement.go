package sequence

import (
	"net/netip"
	"time"

	"github.com/cablepull/cablepull/node/wire"
)

// Announcement is an ARP packet from which a machine can have learned that an
// IP address is at a MAC address.
type Announcement struct {
	From       string // the machine that sent it
	SentAt     time.Duration
	ArrivedAt  time.Duration
	Gratuitous bool
}

// announced is what an ARP packet told whom.
type announced struct {
	to  string
	ip  [4]byte
	mac wire.MAC
}

// announcementsMax is how many are kept.
const announcementsMax = 1 << 16

// announcements are the ARP packets that arrived, in order.
type announcements struct {
	all   map[announced][]Announcement
	count int
}

func (a *announcements) arrived(from, to string, sentAt, now time.Duration, data []byte) {
	arp := wire.ARPOf(data)
	if arp == nil || a.count == announcementsMax {
		return
	}
	a.count++
	key := announced{to, arp.SenderIP(), arp.SenderMAC()}
	a.all[key] = append(a.all[key], Announcement{from, sentAt, now, arp.IsGratuitous()})
}

// Announced returns the ARP packet from which node learned, at an instant, that
// an IP address is at a MAC address: the last one with them that arrived. It
// reports false if there is none, as when an entry was removed or set by hand.
func (f *Frames) Announced(node, ip, mac string, at time.Duration) (Announcement, bool) {
	address, err := netip.ParseAddr(ip)
	if err != nil || !address.Is4() {
		return Announcement{}, false
	}
	hardware, err := wire.ParseMAC(mac)
	if err != nil {
		return Announcement{}, false
	}
	all := f.announcements.all[announced{node, address.As4(), hardware}]
	for i := len(all) - 1; i >= 0; i-- {
		if all[i].ArrivedAt <= at {
			return all[i], true
		}
	}
	return Announcement{}, false
}
