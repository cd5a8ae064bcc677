package cluster

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"
)

// atTable is when the events of the table happen. Members were heard a second
// before, and nobody has waited for anything for long.
const atTable = 1000 * time.Second

// given makes b, 192.0.2.12, with a state of the table. It knows a, c and d.
// The hashes of the addresses are in their order.
func given(state string) Machine {
	m := New(quick(1, 0, 1, 2, 3))
	m.cfg.Self.ID = "b1"
	m.beatDue, m.confirmDue, m.listDue, m.mergeDue = forever, forever, forever, forever
	a, b, c := one("a"), one("b"), one("c")
	inside := func(list ...Member) {
		m.state, m.members, m.master, m.grouped = Inside, list, list[0].Address, true
		m.coordinator = list[0] == b
		for _, o := range list {
			if o != b {
				m.peers = append(m.peers, peer{at: o.Address, open: true, heard: atTable - time.Second, confirmed: atTable - time.Second})
			}
		}
	}
	m.search = search{began: atTable - time.Second, since: atTable - time.Second, due: atTable + joinTime}
	switch state {
	case "seeking":
	case "pointed": // to a
		m.master = a.Address
	case "claiming": // c and d have not answered
		m.search.claiming, m.search.claimed = true, true
		m.search.answers = []netip.AddrPort{c.Address, one("d").Address}
	case "merging": // with a's cluster; it was coordinator of its own
		m.master, m.search.merging, m.coordinator = a.Address, true, true
	case "alone":
		inside(b)
	case "master":
		inside(b, a, c)
	case "member":
		inside(a, b, c)
	case "third":
		inside(a, c, b)
	}
	return m
}

func one(name string) Member {
	return Member{addressAt(int(name[0] - 'a')), name[:1], name + strings.Repeat("1", 2-len(name))}
}

func list(names string) (all []Member) {
	for _, name := range strings.Fields(names) {
		all = append(all, one(name))
	}
	return all
}

// occurrence makes an event from its text: a kind of message with its sender,
// or another event with an address.
func occurrence(text string) Event {
	what, rest, _ := strings.Cut(text, " ")
	who, more, _ := strings.Cut(rest, " ")
	from := one("a")
	if who != "" {
		from = one(who)
	}
	switch what {
	case "opened":
		return Opened{from.Address}
	case "failed":
		return Failed{from.Address}
	case "closed":
		return Closed{from.Address}
	case "tick":
		return Tick{}
	}
	msg := Message{Kind: Kind(what), From: from, Yes: more == "yes"}
	switch msg.Kind {
	case List, MergeAnswer:
		msg.Members = list(more)
	case MasterAnswer, MergeOrder:
		msg.Address = one(more).Address
	}
	return Received{msg}
}

// inWords shows what a step did: its actions, then what it has become.
func inWords(before, after Machine, actions []Action) string {
	name := func(at netip.AddrPort) string { return string(rune('a' + indexOf(at))) }
	names := func(all []Member) (s []string) {
		for _, m := range all {
			s = append(s, strings.TrimSuffix(m.ID, "1"))
		}
		return s
	}
	var words []string
	for _, a := range actions {
		switch a := a.(type) {
		case Connect:
			words = append(words, "connect "+name(a.To))
		case Send:
			s := string(a.Message.Kind) + ">" + name(a.To)
			if a.Message.Address.IsValid() {
				s += "(" + name(a.Message.Address) + ")"
			}
			if a.Message.Yes {
				s += "(yes)"
			}
			if len(a.Message.Members) > 0 {
				s += "(" + strings.Join(names(a.Message.Members), "") + ")"
			}
			words = append(words, s)
		case Disconnect:
			words = append(words, "disconnect "+name(a.With))
		case Joined:
			words = append(words, "joined")
		case Added:
			words = append(words, "+"+names([]Member{a.Member})[0])
		case Removed:
			words = append(words, "-"+names([]Member{a.Member})[0]+" "+a.Reason)
		case Elected:
			words = append(words, map[bool]string{true: "elected", false: "not coordinator"}[a.Coordinator])
		case Merging:
			words = append(words, "merging into "+name(a.Into))
		case Stopped:
			words = append(words, "stopped")
		}
	}
	if after.state != before.state || !slices.Equal(after.members, before.members) {
		words = append(words, fmt.Sprintf("= %s %s", after.state, strings.Join(names(after.members), "")))
	}
	if len(words) == 0 {
		return "."
	}
	return strings.Join(words, ", ")
}

// transitions is what a member does with everything that may happen to it
// (spec/failover.md §7.3). b is the member; its state is
//
//	seeking   nobody has answered yet
//	pointed   it was told that a is the master
//	claiming  it has asked c and d whether it may be the master
//	merging   it has left its own cluster, and asks a to let it join
//	alone     the only member of its cluster
//	master    the oldest of b, a, c
//	member    the second of a, b, c
//	third     the last of a, c, b
//
// a2 is a in another life. "." means that nothing happens, and "= state list"
// shows a change.
var transitions = []struct{ state, event, want string }{
	// Looking for a cluster.
	{"seeking", "opened a", "join>a"},
	{"seeking", "failed a", "."}, // c and d are left
	{"seeking", "master a a", "join>a"},
	{"seeking", "master a c", "join>c"},
	{"seeking", "master a b", "."}, // somebody who still knows an earlier life
	{"seeking", "list a a b c", "joined, +a, +c, = joined abc"},
	{"seeking", "list a a c", "."},
	{"seeking", "claim a", "claim-answer>a(yes)"},
	{"seeking", "join a", "."},
	{"seeking", "merge? a", "."},
	{"seeking", "merge a a", "."},
	{"seeking", "merge-into a c", "."},
	{"seeking", "confirm a", "."},
	{"seeking", "remove a", "."},
	{"seeking", "heartbeat a", "."},
	{"seeking", "closed a", "."},
	{"pointed", "claim a", "claim-answer>a(yes)"},
	{"pointed", "claim c", "claim-answer>c"},
	{"pointed", "master c c", "."},
	{"pointed", "list a a b", "joined, +a, = joined ab"},
	{"pointed", "list c c b", "."},
	{"claiming", "claim c", "claim-answer>c"},
	{"claiming", "claim-answer c yes", "."}, // d is missing
	{"claiming", "claim-answer c no", "."},  // somebody else will be it
	{"merging", "list a a b", "joined, +a, not coordinator, = joined ab"},
	{"merging", "master a c", "."},
	// Letting others join.
	{"alone", "join a", "master>a(b)"},
	{"master", "join a", "list>a(bac)"}, // the list was lost
	{"master", "join a2", "-a restarted, list>c(bc), master>a(b), = joined bc"},
	{"member", "join d", "master>d(a)"},
	{"member", "join a2", "-a restarted, elected, master>a(b), = joined bc"},
	{"third", "join a2", "-a restarted, master>a(c), = joined cb"},
	{"third", "join c2", "master>c(a)"}, // the master removes it
	{"alone", "claim a", "claim-answer>a"},
	{"member", "claim d", "claim-answer>d"},
	// The list.
	{"member", "list a a b c", "."},
	{"member", "list a a b", "disconnect c, -c not in the list, = joined ab"},
	{"member", "list a a b c d", "+d, = joined abcd"},
	{"member", "list a a b c2", "disconnect c, -c not in the list, +c2, = joined abc2"},
	{"member", "list a a c", "disconnect a, -a told to, elected, = joined bc"},
	{"member", "list c c b", "."}, // it is not the master
	{"master", "list a a b", "."},
	// Confirmations.
	{"master", "confirm a", "."},
	{"master", "confirm a2", "remove>a"},
	{"master", "confirm d", "remove>d"},
	{"member", "confirm c", "remove>c"}, // it takes the wrong one for its master
	{"member", "remove a", "disconnect a, -a told to, elected, = joined bc"},
	{"member", "remove d", "."},
	// Connections.
	{"master", "closed a", "disconnect a, -a socket closed, list>c(bc), = joined bc"},
	{"member", "closed a", "disconnect a, -a socket closed, elected, = joined bc"},
	{"member", "closed c", "disconnect c, -c socket closed, = joined ab"},
	{"third", "closed a", "disconnect a, -a socket closed, = joined cb"},
	{"member", "closed d", "."},
	{"member", "failed c", "."}, // twice more, and it is unreachable
	{"master", "opened d", "."},
	// Other clusters. The hash of a is lower than that of b, that of c is higher.
	{"alone", "merge? a", "merge>a(b)"},
	{"member", "merge? d", "."}, // only a master answers
	{"alone", "merge a a", "merging into a, join>a, = joining "},
	{"alone", "merge c c", "."}, // c has to find b
	{"alone", "merge c c d", "merging into c, join>c, = joining "},
	{"master", "merge d d", "."}, // it is smaller
	{"master", "merge a a d", "."},
	{"alone", "merge a a b", "."}, // it still takes b for a member
	{"member", "merge d d", "."},
	{"member", "merge-into a d", "merging into d, disconnect a, -a merging, disconnect c, -c merging, join>d, = joining "},
	{"member", "merge-into c d", "."},
	{"master", "merge-into a d", "."},
}

// TestTransitionTable walks the table.
func TestTransitionTable(t *testing.T) {
	for _, row := range transitions {
		before := given(row.state)
		copied := fmt.Sprintf("%+v", before)
		after, actions := before.Step(atTable, occurrence(row.event))
		if got := inWords(before, after, actions); got != row.want {
			t.Errorf("%s, %s: got %q, want %q", row.state, row.event, got, row.want)
		}
		if now := fmt.Sprintf("%+v", before); now != copied {
			t.Errorf("%s, %s: the old copy changed", row.state, row.event)
		}
	}
}

// TestHash compares with what Java's String.hashCode gives for the texts, times
// 29, plus the port.
func TestHash(t *testing.T) {
	for text, want := range map[string]int32{"192.0.2.11:4000": hashOfText("192.0.2.11")*29 + 4000} {
		if got := hash(netip.MustParseAddrPort(text)); got != want {
			t.Errorf("%s: got %d, want %d", text, got, want)
		}
	}
	if a, b := hash(addressAt(0)), hash(addressAt(1)); b-a != 29 {
		t.Errorf("neighbours: got %d and %d, want a difference of 29: the last letter's", a, b)
	}
}

// hashOfText is the polynomial of Java's documentation, with the powers
// written out: s[0]*31^(n-1) + ... + s[n-1].
func hashOfText(s string) (sum int32) {
	power := int32(1)
	for i := len(s) - 1; i >= 0; i-- {
		sum += int32(s[i]) * power
		power *= 31
	}
	return sum
}

// TestMessage: what is written can be read.
func TestMessage(t *testing.T) {
	for _, m := range []Message{
		{Kind: Heartbeat, From: one("a")},
		{Kind: MasterAnswer, From: one("a"), Address: one("b").Address},
		{Kind: ClaimAnswer, From: one("a"), Yes: true},
		{Kind: List, From: one("a"), Members: list("a b c")},
		{Kind: MergeOrder, From: one("a"), Address: one("c").Address, Members: list("a")},
	} {
		got, err := Parse(m.Kind, m.Fields())
		if err != nil || fmt.Sprint(got) != fmt.Sprint(m) {
			t.Errorf("got %v %v, want %v", got, err, m)
		}
	}
	for _, f := range [][]string{nil, {"192.0.2.11:4000", "a"}, {"nowhere", "a", "1"}, {"192.0.2.11:4000", "a", "1", "x", "true"}, {"192.0.2.11:4000", "a", "1", "", "perhaps"}, {"192.0.2.11:4000", "a", "1", "", "true", "a"}} {
		if m, err := Parse(List, f); err == nil {
			t.Errorf("%q: got %v, want an error", f, m)
		}
	}
}
