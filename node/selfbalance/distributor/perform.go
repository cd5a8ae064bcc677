package distributor

import (
	"errors"
	"fmt"

	"github.com/cablepull/cablepull/node/host"
	"github.com/cablepull/cablepull/node/selfbalance"
	"github.com/cablepull/cablepull/node/wire/balance"
	"github.com/cablepull/cablepull/node/wire/ipvs"
	"github.com/cablepull/cablepull/sim/event"
)

// perform carries out one action.
func (d *Distributor) perform(a selfbalance.Action) {
	iface := d.nic.Name()
	switch a := a.(type) {
	case selfbalance.Send:
		d.send(a)
	case selfbalance.SendSync:
		d.sendSync(a)
	case selfbalance.Collect:
		d.step(selfbalance.Live{For: a.For, Epoch: a.Epoch, Flows: d.live()})
	case selfbalance.Decide:
		d.decideHeld()
	case selfbalance.Ready:
		d.ready(true)
	case selfbalance.MemberChanged:
		state := "lost"
		if a.Heard {
			state = "heard"
		}
		d.host.Log(event.BalanceMember{Interface: iface, Member: a.Member.String(), State: state})
	case selfbalance.MemberMoved:
		d.moved(a.Slot, a.MAC)
	case selfbalance.WeightChanged:
		d.host.Log(event.BalanceWeight{Interface: iface, Service: a.Service.String(), Member: d.cfg.Machine.Address.String(), Weight: int(a.Weight), Reason: a.Reason})
	case selfbalance.TableChanged:
		d.host.Log(event.BalanceTable{Interface: iface, Entries: a.Entries, Active: a.Active})
	case selfbalance.RecoveryBegan:
		d.host.Log(event.BalanceRecovery{Interface: iface, Mode: d.cfg.Machine.Recovery.String(), State: "began", Reason: a.Reason})
	case selfbalance.RecoveryEnded:
		d.host.Log(event.BalanceRecovery{
			Interface: iface, Mode: d.cfg.Machine.Recovery.String(), State: "ended", Reason: a.Reason,
			Flows: a.Flows, Held: d.decided, Undecided: d.unknown, Took: a.Took,
		})
	case selfbalance.Refusal:
		d.host.Log(event.BalanceRefused{Interface: iface, Peer: a.Peer.String(), Reason: a.Reason})
	default:
		d.host.Loop().Fail(fmt.Errorf("distributor: %s.%s: no shell for action %T", d.host.Name(), iface, a))
	}
}

// send sends a message to one member, whose Ethernet address is known, or to
// all.
func (d *Distributor) send(s selfbalance.Send) {
	to := balance.All
	if s.To.IsValid() {
		slot, known := d.machine.Slot(s.To)
		if !known || d.macs[slot].IsZero() {
			return // it will ask again
		}
		to = balance.Receiver{MAC: d.macs[slot], IP: s.To}
	}
	frame, err := balance.AppendFrame(d.frame[:0], d.nic.MAC(), to, s.Message, d.cfg.Token)
	if err != nil {
		d.host.Loop().Fail(fmt.Errorf("distributor: %s.%s: cannot send %T: %w", d.host.Name(), d.nic.Name(), s.Message, err))
		return
	}
	d.frame = frame
	d.socket.Send(frame)
}

// sendSync sends a message to the members that keep a copy of the table.
func (d *Distributor) sendSync(s selfbalance.SendSync) {
	frame, err := ipvs.AppendFrame(d.frame[:0], d.nic.MAC(), d.cfg.Machine.Address, s.Message)
	if err != nil {
		d.host.Loop().Fail(fmt.Errorf("distributor: %s.%s: cannot send connections: %w", d.host.Name(), d.nic.Name(), err))
		return
	}
	d.frame = frame
	d.socket.Send(frame)
}

// live lists the connections to the virtual IPs that this machine has.
func (d *Distributor) live() []selfbalance.LiveFlow {
	var all []selfbalance.LiveFlow
	for _, vip := range d.cfg.VIPs {
		for _, c := range d.host.Connections(vip) {
			all = append(all, selfbalance.LiveFlow{Flow: selfbalance.Flow{
				Client: c.Peer.Addr().As4(), VIP: vip.As4(), ClientPort: c.Peer.Port(), Port: c.Port,
			}, State: stateOf(c.State)})
		}
	}
	return all
}

// stateOf returns how the forwarding table has a connection whose end is in a
// state. The table sees only the client's segments.
func stateOf(s host.TCPState) selfbalance.State {
	switch s {
	case host.TCPSynSent, host.TCPSynReceived:
		return selfbalance.SynRecv
	case host.TCPCloseWait, host.TCPLastAck:
		return selfbalance.FinWait // the client has sent its FIN
	case host.TCPClosing, host.TCPTimeWait:
		return selfbalance.TimeWait
	}
	return selfbalance.Established
}

// reason is the word by which events name why a message was ignored.
func reason(err error) string {
	for _, r := range []struct {
		err  error
		word string
	}{
		{balance.ErrShort, "truncated"}, {balance.ErrVersion, "newer version"}, {balance.ErrAuth, "wrong authentication"}, {balance.ErrKind, "unknown kind"},
	} {
		if errors.Is(err, r.err) {
			return r.word
		}
	}
	return "malformed"
}
