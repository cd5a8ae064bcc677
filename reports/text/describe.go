package text

import (
	"fmt"
	"strings"

	"github.com/cablepull/cablepull/reports/lane"
	"github.com/cablepull/cablepull/sim/event"
)

// note is the list's text about one event. Notes with the same key are gathered
// into one line.
type note struct {
	spans []span
	key   string
}

// What is said together if it happens together.
const (
	gains     = "gains "
	announces = "announces "
)

// describe returns the list's note about e. It reports false for normal
// operation and for anything that the reader does not want line by line.
func (l *list) describe(e event.Event) (note, bool) {
	switch b := e.What.(type) {
	case event.StandbyChanged:
		spans := []span{{b.From + " → ", plain}, {b.To, marks[lane.OfProtocol(b.To)].ink}}
		if b.Cause != "" {
			spans = append(spans, span{": " + b.Cause, dim})
		}
		return note{spans: spans}, true
	case event.StandbySent:
		return say(plain, "sends a %s", b.Opcode), true
	case event.StandbyLost:
		if b.To == "" {
			return say(bad, "its %s reaches nobody: %s", b.Opcode, b.Reason), true
		}
		return say(bad, "its %s does not reach %s: %s", b.Opcode, b.To, b.Reason), true
	case event.StandbyRejected:
		return say(warn, "ignores %s: %s", b.Peer, b.Reason), true
	case event.TrackChanged:
		return describeTrack(b), true
	case event.VIPGained:
		return say(good, gains+"%s", b.VIP), true
	case event.VIPLost:
		return say(warn, "gives up %s", b.VIP), true
	case event.VIPAnnounced:
		return say(plain, announces+"%s", b.VIP), b.Repeat == 0
	case event.VIPClaimed:
		return say(plain, "claims %s on %s (%s)", b.VIP, b.Segment, b.Frame), true
	case event.VIPServed:
		if b.Previous == "" || b.Previous == e.Node {
			return say(plain, "serves %s", b.VIP), true
		}
		if l.shared(b.VIP) {
			return gather("serves %s, which %s has as well", b.VIP, b.Previous), true
		}
		return say(good, "serves %s, %s after %s did", b.VIP, short(e.At-b.PreviousAt), b.Previous), true
	case event.NeighbourChanged:
		if !l.virtual[b.IP] {
			return note{}, false
		}
		if b.MAC == "" {
			return say(dim, "forgets where %s is", b.IP), true
		}
		return say(dim, "reaches %s at %s", b.IP, b.MAC), true
	case event.PathChanged:
		return describePath(b), true
	case event.MACMoved:
		return gather("%s: %s moves from %s to %s", b.Segment, b.MAC, b.From, b.To), true
	case event.FlowRefused:
		return say(warn, "refuses %s %s > %s: %s", b.Protocol, b.From, b.To, refusals[b.Reason]), true
	case event.FrameLooped:
		return say(bad, "%s: a frame comes by %s again: %s", b.Segment, b.Port, b.Frame), true
	default:
		return l.describeTraffic(e)
	}
}

// refusals say why a flow is refused.
var refusals = map[string]string{
	event.RefusedRule:      "no rule allows it",
	event.RefusedState:     "it belongs to no known connection",
	event.RefusedInterface: "its replies come by another interface",
	event.RefusedMAC:       "its replies come from another MAC address",
}

// shared reports whether several members have an address and can serve it.
func (l *list) shared(vip string) bool {
	able := 0
	for _, m := range l.roster.Holders(vip) {
		if m.Up() {
			able++
		}
	}
	return able > 1
}

// describePath says where what a client asks arrives. A bad line may lose every
// other frame, so these notes are gathered.
func describePath(b event.PathChanged) note {
	switch {
	case b.Answers:
		return gather("answers of %s are lost: %s", b.To, b.Lost)
	case b.Lost != "":
		return gather("requests to %s are lost: %s", b.IP, b.Lost)
	}
	return gather("requests to %s arrive at %s", b.IP, b.To)
}

func (l *list) describeTraffic(e event.Event) (note, bool) {
	switch b := e.What.(type) {
	case event.ConnClosed:
		if b.How == "client" || b.How == "server" {
			return note{}, false
		}
		return gather("connection ends: %s", b.How), true
	case event.ConnTimedOut:
		return gather("service %s closes a connection after its %s-timeout", b.Service, b.Timeout), true
	case event.RequestFailed:
		if b.Retried {
			return gather("request is tried again: %s", b.Failure), true
		}
		return gather("request fails: %s", b.Failure), true
	case event.AnswerMismatched:
		return say(bad, "wrong answer to request %d: %s", b.Request, b.Detail), true
	case event.AnswerIgnored:
		return gather("answer is ignored: %s", b.Reason), true
	default:
		return l.describeMachine(e)
	}
}

func (l *list) describeMachine(e event.Event) (note, bool) {
	switch b := e.What.(type) {
	case event.PowerChanged:
		how := plain
		if b.State.Lost() || b.State == event.PowerFrozen {
			how = bad
		}
		// Machines are up when the world begins; that is not worth a line.
		return say(how, "power: %s", b.State), b.State != event.PowerUp || e.At > 0
	case event.LinkChanged:
		if b.Up {
			return say(plain, "%s: carrier is back", b.Interface), true
		}
		return say(bad, "%s: carrier lost", b.Interface), true
	case event.PortBlocked:
		return say(bad, "%s: the switch blocks the port until %s", b.Interface, short(b.Until)), true
	case event.LoadChanged:
		return say(warn, "CPU: hogs take %.0f %% of class %s", 100*b.Share, b.Class), true
	case event.Paused, event.Stalled:
		return describeNoise(b)
	case event.MemoryChanged:
		text := fmt.Sprintf("memory: %d of %d MiB", b.Used>>20, b.Limit>>20)
		if b.Refusing {
			return say(bad, "%s, refuses connections", text), true
		}
		return say(plain, "%s", text), true
	case event.ConfigChanged:
		return say(plain, "configuration: %s = %s", b.Property, b.Value), true
	case event.ServiceChanged:
		text := fmt.Sprintf("service %s: %s", b.Service, b.State)
		if b.Reason != "" {
			text += ", " + b.Reason
		}
		return say(plain, "%s", text), true
	case event.QuiesceChanged:
		return describeQuiesce(b), true
	case event.ProbeChanged:
		if b.State == "up" {
			return say(good, "%s is up, says its probe by %s", b.Target, b.By), true
		}
		return say(bad, "%s is down, says its probe by %s: %s", b.Target, b.By, b.Reason), true
	case event.NameResolved:
		return say(plain, "%s is %s, for %s", b.Name, b.Addresses, short(b.TTL)), true
	case event.NameFailed:
		return say(bad, "cannot find %s: %s", b.Name, b.Reason), true
	case event.RecordChanged:
		return say(warn, "%s becomes %s: %s", b.Name, b.Addresses, b.Reason), true
	case event.DatabaseChanged, event.DatabaseFollowed, event.DatabaseRefused, event.PoolFailed, event.TellerDone:
		return describeDatabase(b)
	case event.FileDeployed, event.FileCopied, event.FileDeleted, event.FileLost, event.FileSyncFailed, event.FilesAvailable, event.ArtifactChanged:
		return describeFiles(b)
	case event.ClusterStateChanged, event.ClusterMemberChanged, event.ClusterCoordinatorChanged, event.ClusterMessagesMissed:
		return describeCluster(b)
	case event.ProgramEnded:
		return say(warn, "program %s has ended: %s", b.Program, b.Status), true
	case event.ProgramSaid:
		return say(plain, "%s: %s", b.Program, b.Line), true
	case event.BalanceWeight:
		key := e.Node + " " + b.Service
		before := l.weights[key]
		l.weights[key] = b.Weight
		if b.Weight == 0 {
			return say(bad, "weight 0 for %s: %s", b.Service, b.Reason), true
		}
		return say(plain, "weight %d for %s", b.Weight, b.Service), before == 0
	default:
		return describeBalance(e)
	}
}

func describeQuiesce(b event.QuiesceChanged) note {
	open := count(b.Connections, "connection")
	switch b.State {
	case event.QuiesceBegan:
		return say(warn, "is about to leave")
	case event.QuiesceDraining:
		return say(warn, "accepts no more connections, and has %s", open)
	case event.QuiesceDrained:
		return say(warn, "leaves: no connection is left")
	case event.QuiesceTimeout:
		return say(bad, "leaves after its timeout, with %s", open)
	}
	return say(good, "is back")
}

// describeBalance leaves out what goes as it should: single connections and
// sizes.
func describeBalance(e event.Event) (note, bool) {
	switch b := e.What.(type) {
	case event.BalanceMember:
		if b.State == "lost" {
			return say(warn, "misses the reports of %s", b.Member), true
		}
		return say(plain, "hears reports of %s", b.Member), true
	case event.BalanceRecovery:
		return describeRecovery(b), true
	case event.BalanceRefused:
		return say(warn, "refuses reports of %s: %s", b.Peer, b.Reason), true
	default:
		return describeGroup(e)
	}
}

func describeRecovery(b event.BalanceRecovery) note {
	if b.State == "began" {
		return say(warn, "begins to recover connections, %s after a %s", b.Mode, b.Reason)
	}
	text := fmt.Sprintf("knows %s after %s", count(b.Flows, "connection"), short(b.Took))
	if b.Held > 0 {
		text += fmt.Sprintf(", %s waited", count(b.Held, "segment"))
	}
	if b.Undecided > 0 {
		return say(bad, "%s, %d of connections that nobody knows", text, b.Undecided)
	}
	return say(good, "%s", text)
}

func say(how ink, format string, args ...any) note {
	return note{spans: []span{{fmt.Sprintf(format, args...), how}}}
}

// gather is for what happens often: notes with equal text become one line.
func gather(format string, args ...any) note {
	n := say(warn, format, args...)
	n.key = strings.Clone(n.spans[0].text)
	return n
}
