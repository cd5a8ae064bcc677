package host

import (
	"fmt"
	"net/netip"
	"time"

	"gvisor.dev/gvisor/pkg/tcpip"

	"github.com/cablepull/cablepull/netfab"
	"github.com/cablepull/cablepull/sim"
	"github.com/cablepull/cablepull/sim/event"
)

// Config is the hardware of a machine.
type Config struct {
	Name     string
	Cores    int           // processors; at least 1
	BootTime time.Duration // from power-on to the start of programs
	ARP      ARPPolicy
	ARPAge   time.Duration // 0: the stack's own 30 s
	ARPLife  time.Duration // after which every neighbour entry ends; 0: entries are checked as ARPAge says
	// DropUnknown drops segments of TCP connections that the machine does not have,
	// instead of answering them with RST.
	DropUnknown bool

	Memory    int64      // bytes; 0: no limit
	Log       *event.Log // may be nil
	ClockSkew time.Duration
	Drift     float64 // share by which the clock runs fast
	Boots     int     // number of earlier power-ons
}

// Host is one machine.
type Host struct {
	cfg      Config
	loop     *sim.Loop
	kernel   *sim.Scope
	programs *sim.Scope
	cpu      *CPU
	memory   *Memory
	nics     []*NIC
	onBoot   []func()
	watchers []func(netip.Addr, bool)
	epoch    time.Time

	monotonic   tcpip.MonotonicTime // kernelClock's at monotonicAt
	monotonicAt time.Duration

	power  event.Power // off, booting, up or crashed
	pauses int         // so far
	paused int         // the number of the present pause; 0: none
	noted  bool        // it is in the log
	boots  int
	*kernelState
}

// New returns a machine that is switched off.
func New(loop *sim.Loop, cfg Config) *Host {
	h := &Host{
		cfg: cfg, loop: loop, power: event.PowerOff, boots: cfg.Boots,
		kernel:   loop.NewScope(cfg.Name + "/kernel"),
		programs: loop.NewScope(cfg.Name),
		epoch:    Epoch,
	}
	for _, s := range []*sim.Scope{h.kernel, h.programs} {
		s.Skew(cfg.ClockSkew)
		s.Drift(cfg.Drift)
		s.Kill()
	}
	h.cpu = newCPU(h.programs, cfg.Cores)
	h.memory = &Memory{host: h, limit: cfg.Memory}
	return h
}

// Epoch is the time of day at instant 0 of every world.
var Epoch = time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)

// Instant converts an instant to a time of day, for deadlines.
func Instant(at time.Duration) time.Time { return Epoch.Add(at) }

// Name returns the machine's name.
func (h *Host) Name() string { return h.cfg.Name }

// Loop returns the loop the machine runs on.
func (h *Host) Loop() *sim.Loop { return h.loop }

// Scope returns the scope in which the machine's programs run.
func (h *Host) Scope() *sim.Scope { return h.programs }

// Now returns the current instant of the world, which a machine cannot know;
// for its own clock see Scope().Local.
func (h *Host) Now() time.Duration { return h.loop.Now() }

// CPU returns the machine's processors.
func (h *Host) CPU() *CPU { return h.cpu }

// Memory returns the machine's memory.
func (h *Host) Memory() *Memory { return h.memory }

// Power returns whether the machine is off, booting, up or crashed. A frozen
// machine is up: see Frozen.
func (h *Host) Power() event.Power { return h.power }

// Boots returns how often the machine has been switched on.
func (h *Host) Boots() int { return h.boots }

// Go starts a program. It ends with the machine, running its defers.
func (h *Host) Go(name string, body func(*sim.Proc)) *sim.Proc {
	return h.programs.Go(h.cfg.Name+"/"+name, body)
}

// Log records an event of this machine.
func (h *Host) Log(body event.Body) {
	if h.cfg.Log != nil {
		h.cfg.Log.Append(h.loop.Now(), h.cfg.Name, body)
	}
}

// OnBoot adds a program that starts each time the machine has booted.
func (h *Host) OnBoot(start func()) { h.onBoot = append(h.onBoot, start) }

// OnAddress calls f for every address that the machine gains or gives up, until
// it crashes.
func (h *Host) OnAddress(f func(addr netip.Addr, held bool)) { h.watchers = append(h.watchers, f) }

// AddNIC adds an interface on a segment. Add interfaces before the machine is
// first switched on.
func (h *Host) AddNIC(name string, mac MAC, address netip.Prefix, segment *netfab.Segment) *NIC {
	n := newNIC(h, len(h.nics)+1, name, mac, address)
	h.nics = append(h.nics, n)
	n.port = segment.Attach(h.cfg.Name, name, n)
	n.port.Filter().Add(mac)
	n.port.SetPower(false)
	return n
}

// NICs returns the interfaces in the order in which they were added.
func (h *Host) NICs() []*NIC { return h.nics }

// NIC returns the named interface, or nil.
func (h *Host) NIC(name string) *NIC {
	for _, n := range h.nics {
		if n.name == name {
			return n
		}
	}
	return nil
}

// Holds reports whether the machine currently has the address addr.
func (h *Host) Holds(addr netip.Addr) bool {
	for _, n := range h.nics {
		if n.holds(addr) {
			return true
		}
	}
	return addr == Loopback
}

// String names the machine and its state.
func (h *Host) String() string { return fmt.Sprintf("%s (%s)", h.cfg.Name, h.power) }
