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

// machineConfig translates standby control on paper into the configuration of
// its machine. The topology is valid and has its defaults.
func machineConfig(s topology.Standby, own netip.Addr) (standby.Config, error) {
	var profile standby.Profile
	if err := profile.UnmarshalText([]byte(s.Profile)); err != nil {
		return standby.Config{}, fmt.Errorf("standby profile: %w", err)
	}
	c := standby.Defaults(profile)
	c.Group, c.VirtualIP, c.Address = uint8(s.Group), s.VIP, own
	c.Preempt, c.BootDelay = s.Preempt, s.BootDelay
	c.ReannounceOnWin, c.SpeakBeforeStepDown = s.ReannounceOnWin, s.SpeakBeforeStepDown
	if s.Priority != nil {
		c.Priority = uint8(*s.Priority)
	}
	if s.Jitter != nil {
		c.HelloJitter = *s.Jitter
	}
	if s.Hello > 0 {
		c.HelloTime = s.Hello
	}
	if s.Hold > 0 {
		c.HoldTime = s.Hold
	}
	if s.Authentication != "" {
		auth, err := wire.ParseAuth(s.Authentication)
		if err != nil {
			return standby.Config{}, fmt.Errorf("standby authentication: %w", err)
		}
		c.Auth = auth
	}
	if s.Announce != nil {
		c.AnnounceTimes = standby.AnnounceTimes{}
		repeats := slices.DeleteFunc(slices.Clone(s.Announce), isZero)
		copy(c.AnnounceTimes[:], repeats)
	}
	return c, nil
}

// memberConfig adds what the shell of a member needs.
func memberConfig(s topology.Standby, own netip.Addr, freeze bool) member.Config {
	machine, err := machineConfig(s, own)
	if err != nil { // validated before
		panic(err)
	}
	c := member.Config{
		Machine: machine, Secondary: s.Secondary, VirtualMAC: s.Takeover == "mac",
		KeepsVirtualMAC: s.KeepsVirtualMAC, FreezeConnections: freeze,
	}
	switch s.AnnounceForm {
	case "reply":
		c.Forms = []wire.ARPForm{wire.ARPReply}
	case "request":
		c.Forms = []wire.ARPForm{wire.ARPRequest}
	default:
		c.Forms = []wire.ARPForm{wire.ARPReply, wire.ARPRequest}
	}
	return c
}

// isZero finds the announcement that belongs to the takeover itself, which the
// machine makes anyway.
func isZero(d time.Duration) bool { return d == 0 }
