package standby

import (
	"net/netip"
	"slices"
	"testing"
	"time"

	"github.com/cablepull/cablepull/node/wire"
	"github.com/cablepull/cablepull/node/wire/facts"
)

// The tests of this file put our machine in the place of the two routers of
// facts.OneSideMD5, as those of campus_test.go do. The timers of these routers
// are less exact: a hello comes 2.4 s to 3 s after the last one, and a hold
// time of 10 s ends after 11.1 s to 11.5 s. So a router lags behind our machine
// by up to 1.6 s for each hold time since the last message that both heard.
const slowTimer = 1600 * time.Millisecond

// oneSide returns what one router received and what it sent.
func oneSide(t *testing.T, host byte) (heard, said []facts.Fact) {
	t.Helper()
	all, err := facts.Load(facts.OneSideMD5)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range all {
		switch {
		case f.From == routerOf(host, 0).Address:
			said = append(said, f)
		case f.Opcode != wire.OpAdvertise:
			heard = append(heard, f)
		}
	}
	return heard, said
}

func routerOf(host byte, priority uint8) Config {
	return Config{
		Profile: IOS, Group: 1, VirtualIP: netip.MustParseAddr("172.16.40.1"), Address: netip.AddrFrom4([4]byte{172, 16, 40, host}),
		Priority: priority, HelloTime: 3 * time.Second, HoldTime: 10 * time.Second, Auth: wire.AuthCisco,
		ResignOn: ResignOnHello, ActiveDelay: 500 * time.Millisecond, Advertise: true,
	}
}

// advertises picks the Advertises of what a router sent.
func advertises(said []facts.Fact) []facts.Fact {
	return slices.DeleteFunc(slices.Clone(said), func(f facts.Fact) bool { return f.Opcode != wire.OpAdvertise })
}

// TestOneSideMD5Lower: the lower router speaks, listens while the higher one
// becomes Active, becomes Standby, is alone when the higher one changes its
// authentication, and follows. Then it hears the higher Active, and resigns
// before that one's Coup.
func TestOneSideMD5Lower(t *testing.T) {
	const follows, end = 224 * time.Second, 256 * time.Second
	heard, said := oneSide(t, 20)
	cfg := routerOf(20, 90)
	start := said[0].At // it advertises as it starts
	r := hear(cfg, start, before(follows, heard), follows)
	cfg.Auth = wire.Auth{}
	r.do(follows, Reconfigure{cfg})
	r.listen(from(follows, heard), end)

	ours := slices.DeleteFunc(slices.Clone(r.steps), func(s step) bool { return s.to == Listen })
	real := stepsWithSilence(said)
	sameSteps(t, ours, real, map[State]time.Duration{Speak: slowTimer, Standby: 2 * slowTimer, Active: slowTimer})
	if want := []string{"Resign Speak at 3m45.329392s"}; !slices.Equal(r.sent, want) {
		t.Errorf("our machine sent %q, want %q", r.sent, want)
	}
	resign := slices.IndexFunc(said, func(f facts.Fact) bool { return f.Opcode == wire.OpResign })
	beaten := heard[slices.IndexFunc(heard, func(f facts.Fact) bool { return f.Opcode == wire.OpCoup })-1]
	if lag := said[resign].At - beaten.At; lag < 10*time.Millisecond || lag > 11*time.Millisecond || said[resign-1].Advertise.State != wire.AdvertisePassive {
		t.Errorf("the router resigned %v after the hello of the higher Active, after %+v", lag, said[resign-1])
	}
	sameAdvertises(t, r.ads, advertises(said))
}

// TestOneSideMD5Higher: the higher router is alone. It becomes Standby, and
// Active 0.5 s later. The rest of the time it is Active, and answers the lower
// Active with a Coup once it understands it again.
func TestOneSideMD5Higher(t *testing.T) {
	const changes, end = 107 * time.Second, 256 * time.Second
	heard, said := oneSide(t, 10)
	cfg := routerOf(10, 100)
	r := hear(cfg, 0, before(changes, heard), changes)
	cfg.Auth = wire.Auth{}
	r.do(changes, Reconfigure{cfg})
	r.listen(from(changes, heard), end)

	ours := slices.DeleteFunc(slices.Clone(r.steps), func(s step) bool { return s.to == Listen })
	real := stepsWithSilence(said)
	sameSteps(t, ours, real, map[State]time.Duration{Speak: slowTimer, Standby: 2 * slowTimer, Active: 2 * slowTimer})
	for name, all := range map[string][]step{"our machine": ours, "the router": real} {
		if d := all[2].at - all[1].at; all[1].to != Standby || all[2].to != Active || d < 500*time.Millisecond || d > 505*time.Millisecond {
			t.Errorf("%s was Standby for %v, want 500 ms", name, d)
		}
	}
	sameAdvertises(t, r.ads, advertises(said))
}

// stepsWithSilence returns the changes of state that a router's hellos show.
// One that speaks again after 5 s of silence listened meanwhile.
func stepsWithSilence(said []facts.Fact) (all []step) {
	last := time.Duration(0)
	for _, f := range said {
		if f.Opcode != wire.OpHello {
			continue
		}
		to := states[f.Message.State]
		if len(all) == 0 || all[len(all)-1].to != to || f.At-last > 5*time.Second {
			all = append(all, step{f.At, to})
		}
		last = f.At
	}
	return all
}

// before and from split messages at an instant.
func before(at time.Duration, all []facts.Fact) []facts.Fact {
	return slices.DeleteFunc(slices.Clone(all), func(f facts.Fact) bool { return f.At >= at })
}

func from(at time.Duration, all []facts.Fact) []facts.Fact {
	return slices.DeleteFunc(slices.Clone(all), func(f facts.Fact) bool { return f.At < at })
}

// sameAdvertises compares the Advertises of our machine with those of a router,
// whose timers are slower by two hold times' lag, and whose repeats come 24 s
// to 30 s after the last one where ours come after 27 s.
func sameAdvertises(t *testing.T, ours, real []facts.Fact) {
	t.Helper()
	if len(ours) != len(real) {
		t.Fatalf("our machine advertised %d times, the router %d times\n%v\n%v", len(ours), len(real), ours, real)
	}
	for i, r := range real {
		if d := (r.At - ours[i].At).Abs(); ours[i].Advertise != r.Advertise || d > 5*time.Second {
			t.Errorf("Advertise %d: our machine %+v at %v, the router %+v at %v", i+1, ours[i].Advertise, ours[i].At, r.Advertise, r.At)
		}
	}
}
