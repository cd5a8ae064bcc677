package world

import (
	"fmt"
	"net/netip"
	"slices"
	"time"

	"github.com/cablepull/cablepull/node/standby"
	"github.com/cablepull/cablepull/node/standby/member"
	"github.com/cablepull/cablepull/node/wire"
	"github.com/cablepull/cablepull/sim/topology"
)

// machineConfig translates standby control, valid and completed, into the
// configuration of its machine.
func machineConfig(s topology.Standby, own netip.Addr) (standby.Config, error) {
	var profile standby.Profile
	if err := profile.UnmarshalText([]byte(s.Profile)); err != nil {
		return standby.Config{}, fmt.Errorf("standby profile: %w", err)
	}
	auth, err := wire.ParseAuth(s.Authentication)
	if err != nil {
		return standby.Config{}, fmt.Errorf("standby authentication: %w", err)
	}
	c := standby.Config{
		Profile: profile, Group: uint8(s.Group), VirtualIP: s.VIP, Address: own, Priority: uint8(*s.Priority), Preempt: s.Preempt,
		HelloTime: s.Hello, HoldTime: s.Hold, HelloJitter: *s.Jitter, Auth: auth, BootDelay: s.BootDelay,
		ReannounceOnWin: s.ReannounceOnWin, SpeakBeforeStepDown: s.SpeakBeforeStepDown,
	}
	copy(c.AnnounceTimes[:], slices.DeleteFunc(slices.Clone(s.Announce), isZero))
	return c, nil
}

// memberConfig adds what the shell of a member needs.
func memberConfig(s topology.Standby, own netip.Addr, freeze bool) member.Config {
	machine, err := machineConfig(s, own)
	if err != nil { // already validated
		panic(err)
	}
	c := member.Config{Machine: machine, Options: member.Options{
		Secondary: s.Secondary, VirtualMAC: s.Takeover == topology.TakeoverMAC,
		KeepsVirtualMAC: s.KeepsVirtualMAC, FreezeConnections: freeze,
	}}
	switch s.AnnounceForm {
	case topology.AnnounceReply:
		c.Forms = []wire.ARPForm{wire.ARPReply}
	case topology.AnnounceRequest:
		c.Forms = []wire.ARPForm{wire.ARPRequest}
	default:
		c.Forms = []wire.ARPForm{wire.ARPReply, wire.ARPRequest}
	}
	return c
}

// isZero finds the announcement at the takeover itself, which the machine
// always makes.
func isZero(d time.Duration) bool { return d == 0 }
