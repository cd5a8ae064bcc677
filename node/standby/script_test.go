package standby

import (
	"fmt"
	"net/netip"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/cockroachdb/datadriven"

	"github.com/cablepull/cablepull/node/wire"
)

// TestScripts plays testdata/scripts/*.txt: one member, its events, and the
// resulting actions. Each file covers one behaviour, for readers who do not
// know Go. `go test -run Scripts -rewrite` rewrites the outputs; read the diff.
//
//	new [profile=ios] [PROPERTY …]           a member, from the profile's defaults; prints its state
//	start | stop | yield at=1s               the event, after all timers due by then
//	hello | coup | resign at=1s from=IP …    a message arrives; state=, prio=, hello=, hold=, group=, auth=, vip=
//	set at=1s PROPERTY …                     reconfigures the running member
//	tick at=1s [jitter=0.5]                  one Tick, due or not, and however late
//	run until=20s                            a Tick at every deadline, with its instant
//	status                                   what an administrator sees
//	validate                                 what a product would say about the configuration
//
// PROPERTY is one of group=, vip=, address=, priority=, preempt=, hello=,
// hold=, auth=, boot-delay=, jitter=, announce=1s,2s, reannounce=,
// speak-before-step-down=, resign-on=, active-delay=, advertise=,
// vip-mismatch=.
func TestScripts(t *testing.T) {
	datadriven.Walk(t, "testdata/scripts", func(t *testing.T, path string) {
		s := &script{}
		datadriven.RunTest(t, path, s.play)
	})
}

type script struct {
	machine Machine
	now     time.Duration
}

func (s *script) play(t *testing.T, d *datadriven.TestData) string {
	a := arguments{t: t, d: d}
	before := ""
	if at := a.duration("at", s.now); d.Cmd == "tick" {
		s.now = at
	} else if d.Cmd != "new" {
		before = s.runUntil(at)
	}
	return before + s.command(t, d, a)
}

func (s *script) command(t *testing.T, d *datadriven.TestData, a arguments) string {
	switch d.Cmd {
	case "new":
		var profile Profile
		a.text("profile", &profile)
		s.now, s.machine = 0, New(a.properties(configured(profile, 0, 100)))
		return s.state()
	case "start":
		return s.step(Start{LinkedAt: a.duration("linked", 0)})
	case "stop":
		return s.step(Stop{})
	case "yield":
		return s.step(Yield{})
	case "set":
		return s.step(Reconfigure{a.properties(s.machine.Config())})
	case "hello", "coup", "resign":
		return s.step(a.received(s.machine.Config()))
	case "tick":
		return s.step(Tick{Jitter: a.float("jitter", 0)})
	case "run":
		return s.runUntil(a.duration("until", 0)) + s.state()
	case "status":
		return s.status()
	case "validate":
		var out strings.Builder
		for _, p := range s.machine.Config().Validate() {
			fmt.Fprintln(&out, p)
		}
		return out.String()
	}
	d.Fatalf(t, "unknown command %q", d.Cmd)
	return ""
}

// step prints the actions and the machine's state.
func (s *script) step(ev Event) string {
	var out strings.Builder
	var actions []Action
	s.machine, actions = s.machine.Step(s.now, ev)
	for _, a := range actions {
		fmt.Fprintln(&out, a)
	}
	return out.String() + s.state()
}

// runUntil runs the timers and prints what they did.
func (s *script) runUntil(until time.Duration) string {
	var out strings.Builder
	for s.machine.Deadline() <= until {
		var actions []Action
		s.now = s.machine.Deadline()
		s.machine, actions = s.machine.Step(s.now, Tick{})
		for _, a := range actions {
			fmt.Fprintf(&out, "%s %s\n", s.now, a)
		}
	}
	s.now = until
	return out.String()
}

// state prints the state and the timers that run.
func (s *script) state() string {
	m := s.machine
	out := m.State().String()
	for _, timer := range []struct {
		name string
		due  time.Duration
	}{{"boot", m.startDue}, {"hello", m.helloDue}, {"active", m.activeDue}, {"standby", m.standbyDue}, {"announce", m.announceDue}, {"advertise", m.advertiseDue}} {
		if timer.due != Never {
			out += fmt.Sprintf(" %s-due=%s", timer.name, timer.due)
		}
	}
	return out + "\n"
}

func (s *script) status() string {
	st := s.machine.Status()
	return fmt.Sprintf("%s (%s) group %d vip %s priority %d preempt %t leader %s standby %s timers %s/%s yielded %t changed %s\n%+v\n",
		st.Mode(), st.State, st.Group, shown(st.VirtualIP), st.Priority, st.Preempt, shown(st.GroupLeader), shown(st.StandbyMember),
		st.HelloTime, st.HoldTime, st.Yielded, st.ChangedAt, st.Counters)
}

// arguments reads the key=value pairs of a command.
type arguments struct {
	t *testing.T
	d *datadriven.TestData
}

func (a arguments) string(key string) (string, bool) {
	for _, arg := range a.d.CmdArgs {
		if arg.Key == key && len(arg.Vals) > 0 {
			return strings.Join(arg.Vals, ","), true
		}
	}
	return "", false
}

func (a arguments) check(err error) {
	if err != nil {
		a.d.Fatalf(a.t, "%s", err)
	}
}

func (a arguments) duration(key string, otherwise time.Duration) time.Duration {
	text, ok := a.string(key)
	if !ok {
		return otherwise
	}
	d, err := time.ParseDuration(text)
	a.check(err)
	return d
}

func (a arguments) number(key string, otherwise uint8) uint8 {
	text, ok := a.string(key)
	if !ok {
		return otherwise
	}
	n, err := strconv.ParseUint(text, 10, 8)
	a.check(err)
	return uint8(n)
}

func (a arguments) float(key string, otherwise float64) float64 {
	text, ok := a.string(key)
	if !ok {
		return otherwise
	}
	f, err := strconv.ParseFloat(text, 64)
	a.check(err)
	return f
}

func (a arguments) bool(key string, otherwise bool) bool {
	text, ok := a.string(key)
	if !ok {
		return otherwise
	}
	return text == "on"
}

// address reads an IP address, or "none".
func (a arguments) address(key string, otherwise netip.Addr) netip.Addr {
	text, ok := a.string(key)
	if !ok || text == "none" {
		return map[bool]netip.Addr{false: otherwise}[ok]
	}
	ip, err := netip.ParseAddr(text)
	a.check(err)
	return ip
}

// text reads a value by its UnmarshalText.
func (a arguments) text(key string, into interface{ UnmarshalText([]byte) error }) {
	if text, ok := a.string(key); ok {
		a.check(into.UnmarshalText([]byte(text)))
	}
}

func (a arguments) properties(cfg Config) Config {
	cfg.Group = a.number("group", cfg.Group)
	cfg.VirtualIP = a.address("vip", cfg.VirtualIP)
	cfg.Address = a.address("address", cfg.Address)
	cfg.Priority = a.number("priority", cfg.Priority)
	cfg.Preempt = a.bool("preempt", cfg.Preempt)
	hello, hold := a.duration("hello", cfg.HelloTime), a.duration("hold", cfg.HoldTime)
	if hello != cfg.HelloTime || hold != cfg.HoldTime {
		if cfg.LearnTimes = hello == 0 && hold == 0; cfg.LearnTimes {
			hello, hold = 3*time.Second, 10*time.Second // of a member without configured timers
		}
	}
	cfg.HelloTime, cfg.HoldTime = hello, hold
	a.text("auth", &cfg.Auth)
	cfg.BootDelay = a.duration("boot-delay", cfg.BootDelay)
	cfg.LinkDelay = a.duration("link-delay", cfg.LinkDelay)
	cfg.PreemptDelay = a.duration("preempt-delay", cfg.PreemptDelay)
	cfg.AnnounceEvery = a.duration("announce-every", cfg.AnnounceEvery)
	cfg.HelloJitter = a.float("jitter", cfg.HelloJitter)
	cfg.ReannounceOnWin = a.bool("reannounce", cfg.ReannounceOnWin)
	cfg.SpeakBeforeStepDown = a.bool("speak-before-step-down", cfg.SpeakBeforeStepDown)
	a.text("resign-on", &cfg.ResignOn)
	cfg.ActiveDelay = a.duration("active-delay", cfg.ActiveDelay)
	cfg.Advertise = a.bool("advertise", cfg.Advertise)
	a.text("vip-mismatch", &cfg.VIPMismatch)
	if list, ok := a.string("announce"); ok {
		cfg.AnnounceTimes = AnnounceTimes{}
		for i, text := range strings.Split(list, ",") {
			d, err := time.ParseDuration(text)
			a.check(err)
			cfg.AnnounceTimes[i] = d
		}
	}
	return cfg
}

// received is a message of our group unless the arguments say otherwise.
func (a arguments) received(cfg Config) Received {
	m := wire.Message{
		Opcode: map[string]wire.Opcode{"hello": wire.OpHello, "coup": wire.OpCoup, "resign": wire.OpResign}[a.d.Cmd],
		Hello:  a.duration("hello", 3*time.Second), Hold: a.duration("hold", 10*time.Second),
		Priority: a.number("prio", 100), Group: a.number("group", cfg.Group), Auth: cfg.Auth,
		VirtualIP: a.address("vip", netip.MustParseAddr("192.0.2.100")),
	}
	a.text("auth", &m.Auth)
	name, _ := a.string("state")
	for state := Initial; state <= Active; state++ {
		if state.String() == name {
			m.State = state.Wire()
		}
	}
	return Received{From: a.address("from", netip.MustParseAddr("192.0.2.12")), Message: m}
}
