package world

import (
	"encoding"
	"fmt"
	"net/netip"
	"slices"
	"time"

	"github.com/cablepull/cablepull/node/standby"
	"github.com/cablepull/cablepull/node/standby/member"
	"github.com/cablepull/cablepull/node/wire"
	"github.com/cablepull/cablepull/sim/topology"
)

// wordError is the error of a key of standby control that takes one of a few
// words.
type wordError struct {
	key string
	err error
}

func (e *wordError) Error() string { return "standby " + e.key + ": " + e.err.Error() }

func (e *wordError) Unwrap() error { return e.err }

// machineConfig translates standby control, valid and completed, into the
// configuration of its machine. The error of a wrong word is a *wordError.
func machineConfig(s topology.Standby, own netip.Addr) (standby.Config, error) {
	var profile standby.Profile
	var resign standby.ResignOn
	var mismatch standby.VIPMismatch
	for _, word := range []struct {
		key, text string
		value     encoding.TextUnmarshaler
	}{{"profile", s.Profile, &profile}, {"resign-on", s.ResignOn, &resign}, {"vip-mismatch", s.VIPMismatch, &mismatch}} {
		if err := word.value.UnmarshalText([]byte(word.text)); err != nil {
			return standby.Config{}, &wordError{word.key, err}
		}
	}
	auth, err := wire.ParseAuth(s.Authentication)
	if err != nil {
		return standby.Config{}, fmt.Errorf("standby authentication: %w", err)
	}
	c := standby.Config{
		Profile: profile, Group: uint8(s.Group), VirtualIP: s.VIP, Address: own, Priority: uint8(*s.Priority), Preempt: s.Preempt,
		HelloTime: s.Hello, HoldTime: s.Hold, HelloJitter: *s.Jitter, Auth: auth, BootDelay: s.BootDelay,
		LinkDelay: s.LinkDelay, PreemptDelay: s.PreemptDelay, AnnounceEvery: s.AnnounceEvery,
		ReannounceOnWin: s.ReannounceOnWin, SpeakBeforeStepDown: s.SpeakBeforeStepDown,
		ResignOn: resign, ActiveDelay: s.ActiveDelay, Advertise: s.Advertise, VIPMismatch: mismatch,
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
		Secondary: s.Secondary, Peers: s.Peers, VirtualMAC: s.Takeover == topology.TakeoverMAC,
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
