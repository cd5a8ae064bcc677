package name

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"net/netip"
	"slices"
	"strings"
	"time"

	"golang.org/x/net/dns/dnsmessage"

	"github.com/cablepull/cablepull/node/host"
	"github.com/cablepull/cablepull/sim/event"
	"github.com/cablepull/cablepull/sim/topology"
)

// Why a lookup failed, as events name it, in addition to how a connection
// fails: timeout, refused, unreachable.
const (
	Unknown = "unknown" // there is no such name
	Empty   = "empty"   // it has no address
	Failed  = "failed"  // the server says that it cannot tell
)

// Error is a lookup that failed.
type Error struct{ Name, Reason string }

// Error implements error.
func (e *Error) Error() string { return fmt.Sprintf("look up %s: %s", e.Name, e.Reason) }

// port is that of name servers: RFC 1035 §4.2.1.
const port = 53

// messageMax is the longest message by UDP: RFC 1035 §4.2.1.
const messageMax = 512

// Stub looks names up for one program during one boot of its machine. It logs
// when a name has other addresses than before, and when it cannot be found any
// more.
type Stub struct {
	host   *host.Host
	cfg    topology.Nameservers
	keep   string
	random *rand.Rand
	known  map[string]*entry
	count  int // of lookups that have begun
}

// entry is what is known of one name.
type entry struct {
	answer
	until   time.Duration // by the machine's clock; the answer is not used afterwards
	lookup  int           // the number of the latest lookup that has ended
	outcome string        // that was logged last
}

// New returns a stub of a running machine. The servers must be complete; keep
// is one of topology.ResolveTTL, ResolveOnce and ResolveConnection; and the
// name of the program makes its random numbers its own.
func New(h *host.Host, cfg topology.Nameservers, keep, program string) *Stub {
	return &Stub{
		host: h, cfg: cfg, keep: keep, known: map[string]*entry{},
		random: h.Loop().Stream(fmt.Sprintf("name/%s/%s/boot/%d", h.Name(), program, h.Boots())),
	}
}

// Resolve returns the addresses of a name, in the order of the answer; at least
// one. It parks the current proc unless it already has an answer that it may
// use. The error is an *Error.
//
// As in resolv.conf(5), each attempt asks all servers in turn, and goes on to
// the next after a timeout, or at once if the server refuses or fails. Who asks
// while another proc waits for the same answer asks as well.
func (s *Stub) Resolve(name string) ([]netip.Addr, error) {
	e := s.known[name]
	if e == nil {
		e = &entry{}
		s.known[name] = e
	}
	if len(e.addresses) > 0 && (s.keep == topology.ResolveOnce || s.keep == topology.ResolveTTL && s.host.Scope().Elapsed() < e.until) {
		return e.addresses, nil
	}
	s.count++
	number := s.count
	got, server := s.ask(name)
	latest := number > e.lookup // and not one that took longer than others that began later
	if latest {
		e.lookup = number
		s.log(e, name, server, got)
	}
	if got.reason != "" {
		return nil, &Error{name, got.reason}
	}
	if latest {
		e.answer, e.until = got, s.host.Scope().Elapsed()+got.ttl
	}
	return got.addresses, nil
}

// log logs the outcome of a lookup if it differs from the last one, apart from
// the order of the addresses.
func (s *Stub) log(e *entry, name string, server netip.Addr, got answer) {
	sorted := slices.SortedFunc(slices.Values(got.addresses), netip.Addr.Compare)
	outcome := cmp.Or(got.reason, topology.JoinAddresses(sorted))
	if outcome == e.outcome {
		return
	}
	e.outcome = outcome
	if got.reason != "" {
		s.host.Log(event.NameFailed{Name: name, Reason: got.reason})
		return
	}
	s.host.Log(event.NameResolved{Name: name, Addresses: topology.JoinAddresses(got.addresses), TTL: got.ttl, Server: server.String()})
}

// ask asks the servers until one answers.
func (s *Stub) ask(name string) (last answer, server netip.Addr) {
	full, err := dnsmessage.NewName(strings.TrimSuffix(name, ".") + ".")
	if err != nil {
		return answer{reason: Unknown}, server
	}
	last.reason = Failed
	for range s.cfg.Attempts {
		for _, server = range s.cfg.Addresses {
			if last = s.exchange(full, server); last.reason == "" || last.reason == Unknown || last.reason == Empty {
				return last, server
			}
		}
	}
	return last, server
}

// exchange asks one server once.
func (s *Stub) exchange(name dnsmessage.Name, server netip.Addr) answer {
	id := uint16(s.random.Uint32())
	question, err := questionOf(id, name)
	if err != nil {
		return answer{reason: Unknown}
	}
	u, err := s.host.OpenUDP(netip.AddrPortFrom(netip.IPv4Unspecified(), 0))
	if err != nil {
		return answer{reason: how(err)}
	}
	defer u.Close()
	at := netip.AddrPortFrom(server, port)
	if err := u.Connect(at); err != nil {
		return answer{reason: how(err)}
	}
	u.SetTimeout(s.cfg.Timeout)
	if err := u.Send(question, at); err != nil {
		return answer{reason: how(err)}
	}
	data := make([]byte, messageMax)
	for {
		n, _, err := u.Receive(data)
		if err != nil {
			return answer{reason: how(err)}
		}
		if got, is := answerOf(data[:n], id, name); is {
			return got
		}
	}
}

// how names why no answer came.
func how(err error) string { return cmp.Or(host.Failure(err), Failed) }
