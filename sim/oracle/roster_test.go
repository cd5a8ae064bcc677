package oracle

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/cablepull/cablepull/node/standby"
	"github.com/cablepull/cablepull/sim/event"
)

// said is what a roster says of its members and of the virtual IP, in short.
func said(r *Roster) string {
	var all []string
	for _, m := range r.Entries() {
		s := fmt.Sprintf("%s.%s %q", m.Node, m.Interface, m.State)
		if m.Owner {
			s += " owner"
		}
		if m.Up() {
			s += " up"
		}
		if m.Owns() {
			s += " owns"
		}
		if m.Owns() != (m.Owner && m.Up()) {
			s += "?"
		}
		all = append(all, s)
	}
	for _, m := range r.Holders(vip) {
		all = append(all, "held by "+m.Node)
	}
	return strings.Join(all, ", ")
}

// TestRoster walks a pair through its life: each event, and what is so after
// it.
func TestRoster(t *testing.T) {
	gained, lost := event.VIPGained{Interface: "lan", VIP: vip}, event.VIPLost{Interface: "lan", VIP: vip}
	r := NewRoster(paper(time.Minute))
	for i, step := range []struct {
		node string
		what event.Body
		want string
	}{
		{"a", event.PowerChanged{State: event.PowerUp}, `a.lan "" up, b.lan "" up`},
		{"a", turn("Standby", "Active", standby.CauseNoActive), `a.lan "Active" owner up owns, b.lan "" up`},
		{"a", gained, `a.lan "Active" owner up owns, b.lan "" up, held by a`},
		{"a", gained, `a.lan "Active" owner up owns, b.lan "" up, held by a`},
		{"b", lost, `a.lan "Active" owner up owns, b.lan "" up, held by a`},
		// Frozen, it is what it was, and does nothing.
		{"a", event.PowerChanged{State: event.PowerFrozen}, `a.lan "Active" owner, b.lan "" up, held by a`},
		{"b", turn("Standby", "Active", standby.CauseActiveTimer), `a.lan "Active" owner, b.lan "Active" owner up owns, held by a`},
		{"b", gained, `a.lan "Active" owner, b.lan "Active" owner up owns, held by a, held by b`},
		{"a", event.PowerChanged{State: event.PowerThawed}, `a.lan "Active" owner up owns, b.lan "Active" owner up owns, held by a, held by b`},
		{"a", lost, `a.lan "Active" owner up owns, b.lan "Active" owner up owns, held by b`},
		{"a", turn("Active", "Speak", standby.CauseHigherActive), `a.lan "Speak" up, b.lan "Active" owner up owns, held by b`},
		// Without power it has nothing, and says nothing of it.
		{"b", event.PowerChanged{State: event.PowerCrashed}, `a.lan "Speak" up, b.lan ""`},
		{"b", event.PowerChanged{State: event.PowerBooting}, `a.lan "Speak" up, b.lan "" up`},
		// Who is not on paper enters with what is said of it.
		{"z", event.LinkChanged{Interface: "lan", Up: true}, `a.lan "Speak" up, b.lan "" up`},
		{"z", event.PowerChanged{State: event.PowerFrozen}, `a.lan "Speak" up, b.lan "" up`},
		{"z", gained, `a.lan "Speak" up, b.lan "" up, z.lan "", held by z`},
	} {
		before := r.Version()
		was := said(r)
		r.Observe(event.Event{At: time.Duration(i) * time.Second, Node: step.node, What: step.what})
		got := said(r)
		if got != step.want {
			t.Errorf("after %d, %T of %s:\ngot  %s\nwant %s", i, step.what, step.node, got, step.want)
		}
		if got != was && r.Version() == before {
			t.Errorf("after %d, %T of %s: the version is still %d", i, step.what, step.node, before)
		}
	}
	if m := r.Find("a", "lan"); m.Since != 10*time.Second {
		t.Errorf("a came into its state at %v, want 10s", m.Since)
	}
	if m := r.Find("a", "dmz"); m != nil {
		t.Errorf("a has no member on dmz, got %+v", m)
	}
	if got := r.Power("z"); got != event.PowerFrozen {
		t.Errorf("power of z: got %q", got)
	}
}

// TestRosterFrozenAtTheStart: in real time, the last words of a machine may
// come after the freeze that interrupted them. It is frozen until it thaws, and
// then in the state that it had entered.
func TestRosterFrozenAtTheStart(t *testing.T) {
	r := NewRoster(Facts{})
	power := func(p event.Power) event.Event { return event.Event{Node: "b", What: event.PowerChanged{State: p}} }
	for _, e := range []event.Event{power(event.PowerFrozen), power(event.PowerUp), {Node: "b", What: event.StandbyChanged{Interface: "lan", To: "Listen"}}} {
		r.Observe(e)
	}
	if m := r.Find("b", "lan"); m.Up() || m.State != "Listen" || r.Power("b") != event.PowerFrozen {
		t.Errorf("frozen: got %+v and power %s", m, r.Power("b"))
	}
	r.Observe(power(event.PowerThawed))
	if m := r.Find("b", "lan"); !m.Up() || m.State != "Listen" {
		t.Errorf("thawed: got %+v", m)
	}
}

// TestRosterOwnerNeedsNoWord: an owner is who says so, whatever its protocol
// calls the state.
func TestRosterOwnerNeedsNoWord(t *testing.T) {
	r := NewRoster(Facts{})
	r.Observe(event.Event{Node: "r1", What: event.StandbyChanged{Interface: "lan", Group: 7, To: "Master", Owner: true}})
	r.Observe(event.Event{Node: "r2", What: event.StandbyChanged{Interface: "lan", Group: 7, To: "Active"}})
	if a, b := r.Find("r1", "lan"), r.Find("r2", "lan"); !a.Owns() || b.Owns() || a.Group != 7 {
		t.Errorf("got %+v and %+v, want the first as the owner in group 7", a, b)
	}
}

// TestRosterReads: the roster follows the kinds that RosterReads says, and no
// others: a run that keeps only those has the same roster.
func TestRosterReads(t *testing.T) {
	for _, kind := range event.Kinds() {
		line := fmt.Sprintf(`{"at_ns":1,"node":"a","kind":%q`, kind)
		for _, field := range event.Fields(kind) {
			switch field {
			case "interface":
				line += `,"interface":"lan"`
			case "vip":
				line += `,"vip":"192.0.2.100"`
			}
		}
		e, err := event.ParseJSON([]byte(line + "}"))
		if err != nil {
			t.Fatalf("%s: %v", line, err)
		}
		r := NewRoster(paper(time.Minute))
		r.take(r.Find("a", "lan"), "192.0.2.100", 0)
		before := r.Version()
		if e.What == (event.VIPGained{Interface: "lan", VIP: "192.0.2.100"}) {
			r.give(r.Find("a", "lan"), "192.0.2.100", 0)
			before = r.Version()
		}
		r.Observe(e)
		if follows, says := r.Version() != before, RosterReads.Has(e.What); follows != says {
			t.Errorf("%s: the roster follows it: %v, RosterReads says %v", kind, follows, says)
		}
	}
}
