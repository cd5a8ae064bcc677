package balancer

import (
	"fmt"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/cablepull/cablepull/sim/topology"
)

const second = time.Second

// pool returns the members a, b and so on of a configuration.
func pool(cfg topology.Balancer, members ...topology.BalancerMember) *Pool {
	for i := range members {
		members[i].Name = string(rune('a' + i))
		members[i].Address = netip.MustParseAddrPort(fmt.Sprintf("192.0.2.%d:80", 11+i))
	}
	cfg.Members = members
	return NewPool(*cfg.Complete(topology.Place{}).(*topology.Balancer))
}

func checked() *topology.BalancerCheck { return &topology.BalancerCheck{} }

var c1, c2 = netip.MustParseAddr("192.0.2.201"), netip.MustParseAddr("192.0.2.202")

// TestTransitions walks the table of states of one member. Words: + and - are
// results of checks, the others are what the administrator sets.
//
//	from    what                      to
//	up      - fall times in a row     down
//	down    + rise times in a row     up, or drain if that was set
//	any     maint                     maint
//	maint   ready                     up, until one check fails
//	maint   + or -                    maint: not counted
//	up      drain                     drain
//	drain   - fall times in a row     down
//	drain   ready                     up
//	down    drain, ready              down
func TestTransitions(t *testing.T) {
	for _, c := range []struct{ words, want string }{
		{"+ - - -", "down"},
		{"+ - - + - -", ""},
		{"-", "down"}, // init-state up: one is enough before the first success
		{"- +", "down"},
		{"- + +", "down up"},
		{"- + - + +", "down up"},
		{"maint - - - - ready", "maint up"},
		{"- maint + + ready", "down maint up"},
		{"maint ready -", "maint up down"},
		{"maint ready + -", "maint up"},
		{"maint drain ready", "maint drain up"},
		{"drain", "drain"},
		{"drain drain", "drain"},
		{"drain - + + ready", "drain down drain up"},
		{"- drain ready + +", "down up"},
		{"- drain + +", "down drain"},
		{"ready", ""},
	} {
		p := pool(topology.Balancer{Check: checked()}, topology.BalancerMember{})
		var got []string
		state := stateUp
		for _, w := range strings.Fields(c.words) {
			var change Change
			var is bool
			switch w {
			case "+", "-":
				change, is = p.Checked(0, 0, w == "+", "timeout")
			default:
				change, is = p.Administer(0, 0, w)
			}
			if !is {
				continue
			}
			if change.From != state || change.To == state || change.Reason == "" {
				t.Errorf("%s: got %+v in state %s", c.words, change, state)
			}
			state = change.To
			got = append(got, state)
		}
		if strings.Join(got, " ") != c.want {
			t.Errorf("%s: got %s, want %s", c.words, got, c.want)
		}
	}
}

// TestInitialStates: what each init-state needs before it changes.
func TestInitialStates(t *testing.T) {
	for _, c := range []struct{ initial, results, want string }{
		{"up", "-", "down"},
		{"fully-up", "--", "up"},
		{"fully-up", "---", "down"},
		{"down", "", "down"},
		{"down", "+", "up"},
		{"fully-down", "+", "down"},
		{"fully-down", "++", "up"},
	} {
		p := pool(topology.Balancer{Check: &topology.BalancerCheck{Initial: c.initial}}, topology.BalancerMember{})
		for _, r := range c.results {
			p.Checked(0, 0, r == '+', "")
		}
		if got := p.members[0].state(); got != c.want {
			t.Errorf("%s after %q: got %s, want %s", c.initial, c.results, got, c.want)
		}
	}
}

// TestIntervals: fast while the results are not enough, down while it is down.
func TestIntervals(t *testing.T) {
	p := pool(topology.Balancer{Check: &topology.BalancerCheck{Interval: 4 * second, Fast: second, Down: 2 * second}}, topology.BalancerMember{})
	got := ""
	for _, r := range "++--+---+-++" {
		p.Checked(0, 0, r == '+', "")
		got += fmt.Sprint(int(p.Interval(0) / second))
	}
	// A success at the start is enough (init-state up): 4 s. Then -- wavers (1 s),
	// + is well again, --- is down after the third (2 s), + wavers, - is down, +
	// wavers, and the second + is up.
	if want := "441141121214"; got != want {
		t.Errorf("intervals: got %s, want %s", got, want)
	}
}

// choose makes n choices at an instant, none of which ends, and lists them.
func choose(p *Pool, now time.Duration, n int, client netip.Addr) string {
	got := ""
	for range n {
		i := p.Choose(now, Wish{Client: client, Not: nobody})
		switch i {
		case Full:
			got += "F"
		case None:
			got += "-"
		default:
			got += p.members[i].Name
			p.Connected(now, i, client)
		}
	}
	return got
}

// TestAlgorithms: who gets connections that do not end.
func TestAlgorithms(t *testing.T) {
	type members = []topology.BalancerMember
	for _, c := range []struct {
		name, algorithm string
		members         members
		down            []int
		want            string
	}{
		{"round robin", "round-robin", members{{}, {}, {}}, nil, "abcabcabc"},
		{"round robin does not weigh", "round-robin", members{{Weight: 9}, {}}, nil, "abababab"},
		{"round robin, one down", "round-robin", members{{}, {}, {}}, []int{1}, "acacac"},
		{"weights", "weighted-round-robin", members{{Weight: 2}, {}}, nil, "abaabaaba"},
		{"least connections", "least-connections", members{{}, {}, {}}, nil, "abcabc"},
		{"least connections by weight", "least-connections", members{{Weight: 3}, {}}, nil, "aabaaaba"},
		{"first", "first", members{{}, {}}, nil, "aaaa"},
		{"first, down", "first", members{{}, {}}, []int{0}, "bbbb"},
		{"first, full", "first", members{{Max: 2}, {Max: 1}}, nil, "aabFF"},
		{"all down", "first", members{{}, {}}, []int{0, 1}, "--"},
		{"backup", "round-robin", members{{Backup: true}, {}, {Backup: true}}, nil, "bbb"},
		{"first backup", "round-robin", members{{Backup: true}, {}, {Backup: true}}, []int{1}, "aaa"},
		{"second backup", "round-robin", members{{Backup: true}, {}, {Backup: true}}, []int{0, 1}, "ccc"},
		{"full is not down", "round-robin", members{{Max: 1}, {Backup: true}}, nil, "aFF"},
		{"source is one", "source", members{{}, {}}, nil, "xxxx"},
		{"source, full", "source", members{{Max: 2}, {Max: 2}}, nil, "xxF"},
	} {
		p := pool(topology.Balancer{Algorithm: c.algorithm}, c.members...)
		for _, i := range c.down {
			p.Checked(0, i, false, "")
		}
		got := choose(p, 0, len(c.want), c1)
		if c.algorithm == topology.BalanceSource {
			got = strings.ReplaceAll(got, got[:1], "x") // whoever it is
		}
		if got != c.want {
			t.Errorf("%s: got %s, want %s", c.name, got, c.want)
		}
	}
}

// TestSourceByWeight: of many clients each member has its share, and all of
// those of a member that is down are others'.
func TestSourceByWeight(t *testing.T) {
	p := pool(topology.Balancer{Algorithm: "source"}, topology.BalancerMember{Weight: 3}, topology.BalancerMember{})
	count := func() (a int) {
		for n := range 1000 {
			if choose(p, 0, 1, netip.AddrFrom4([4]byte{198, 51, byte(n >> 8), byte(n)})) == "a" {
				a++
			}
		}
		return a
	}
	// 750 of 1,000, and three standard deviations: sqrt(1000·0.75·0.25) = 13.7.
	if a := count(); a < 750-41 || a > 750+41 {
		t.Errorf("a has %d of 1000, want 750", a)
	}
	p.Checked(0, 0, false, "")
	if a := count(); a != 0 {
		t.Errorf("a is down and has %d", a)
	}
}

// TestRelease: a connection that ends makes room, and counts no more.
func TestRelease(t *testing.T) {
	p := pool(topology.Balancer{Algorithm: "least-connections"}, topology.BalancerMember{Max: 1}, topology.BalancerMember{Max: 1})
	if got := choose(p, 0, 3, c1); got != "abF" {
		t.Fatalf("got %s, want abF", got)
	}
	p.Release(1)
	if got := choose(p, 0, 2, c1); got != "bF" {
		t.Errorf("after b's connection has ended: got %s, want bF", got)
	}
}

// TestNot: the member that failed is left out, whatever the algorithm or the
// client's stickiness.
func TestNot(t *testing.T) {
	for _, stickiness := range []string{"none", "source"} {
		p := pool(topology.Balancer{Algorithm: "first", Stickiness: stickiness}, topology.BalancerMember{}, topology.BalancerMember{})
		choose(p, 0, 1, c1)
		if got := p.Choose(0, Wish{Client: c1, Not: 0}); got != 1 {
			t.Errorf("%s: got %d, want the other one", stickiness, got)
		}
		p.Checked(0, 1, false, "")
		if got := p.Choose(0, Wish{Client: c1, Not: 0}); got != None {
			t.Errorf("%s, the other one down: got %d, want none", stickiness, got)
		}
	}
}

// TestSticky: a client keeps its member while that is up or drains, for as long
// as it comes again in time.
func TestSticky(t *testing.T) {
	p := pool(topology.Balancer{Stickiness: "source", Sticky: 60 * second, Check: checked()}, topology.BalancerMember{}, topology.BalancerMember{})
	want := func(now time.Duration, client netip.Addr, want string) {
		t.Helper()
		if got := choose(p, now, len(want), client); got != want {
			t.Errorf("%v, %v: got %s, want %s", now, client, got, want)
		}
	}
	want(0, c1, "aaa")
	want(0, c2, "bbb")
	p.Administer(0, 0, topology.MemberDrain)
	want(59*second, c1, "a")   // remembered until 119 s now
	want(118*second, c1, "a")  // until 178 s
	want(178*second, c1, "bb") // too late: it is new, and a drains
	p.Administer(0, 0, topology.MemberReady)
	p.Administer(0, 1, topology.MemberMaintenance)
	want(179*second, c1, "aa")
	p.Administer(0, 1, topology.MemberReady)
	want(180*second, c1, "aa") // it does not go back
	p.Checked(0, 0, false, "")
	want(181*second, c1, "bb")
	want(181*second, c2, "bb")
}

// TestCookie: the member that a cookie names, if it takes the client; the
// cookie of nobody is none.
func TestCookie(t *testing.T) {
	p := pool(topology.Balancer{Mode: "http", Stickiness: "cookie", Algorithm: "first", Check: checked()}, topology.BalancerMember{}, topology.BalancerMember{})
	want := func(cookie, want string) {
		t.Helper()
		if got := p.members[p.Choose(0, Wish{Cookie: cookie, Not: nobody})].Name; got != want {
			t.Errorf("cookie %q: got %s, want %s", cookie, got, want)
		}
	}
	want("", "a")
	want("z", "a")
	want("b", "b")
	p.Administer(0, 1, topology.MemberDrain)
	want("b", "b")
	p.Administer(0, 1, topology.MemberMaintenance)
	want("b", "a")
}

// TestSlowStart: the share of a member that has come back grows evenly to its
// weight. A member at the start has all of it.
func TestSlowStart(t *testing.T) {
	p := pool(topology.Balancer{Algorithm: "weighted-round-robin", SlowStart: 100 * second, Check: checked()},
		topology.BalancerMember{Weight: 2}, topology.BalancerMember{Weight: 2})
	want := func(now time.Duration, a int) {
		t.Helper()
		if got := p.weight(now, 0); got != a {
			t.Errorf("weight of a at %v: got %d, want %d", now, got, a)
		}
		if got := p.weight(now, 1); got != 200 {
			t.Errorf("weight of b at %v: got %d, want 200", now, got)
		}
	}
	want(0, 200)
	p.Checked(second, 0, false, "")
	p.Checked(second, 0, true, "")
	p.Checked(10*second, 0, true, "")
	want(10*second, 1)
	want(35*second, 50)
	want(60*second, 100)
	if got := strings.Count(choose(p, 60*second, 300, c1), "a"); got != 100 {
		t.Errorf("at half its weight a has %d of 300, want a third", got)
	}
	want(110*second, 200)
	want(500*second, 200)
	p.Administer(600*second, 0, topology.MemberMaintenance)
	p.Administer(600*second, 0, topology.MemberReady)
	want(625*second, 50) // 25 of 100 s
	p.Administer(800*second, 0, topology.MemberDrain)
	p.Administer(800*second, 0, topology.MemberReady)
	want(800*second, 200) // it was not away
}
