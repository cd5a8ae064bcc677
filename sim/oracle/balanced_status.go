package oracle

import (
	"cmp"
	"net/netip"
	"slices"
	"time"

	"github.com/cablepull/cablepull/sim/event"
)

// BalancedStatus is one row of a member's SelfBalancedStatus at the end of the
// run (event.BalanceStatus): a service, and a real server that may serve it.
type BalancedStatus struct {
	Node        string `json:"node"` // the member that shows it
	Interface   string `json:"interface"`
	VIP         string `json:"vip"`
	Port        uint16 `json:"port"`
	RealServer  string `json:"real_server"`  // address of a member
	Local       bool   `json:"local"`        // the real server is the member that shows it
	TargetState string `json:"target_state"` // of the real server: active or standby
	ServiceName string `json:"service_name"`
	ServiceKind string `json:"service_kind"`
	TLS         bool   `json:"tls"`
	Weight      uint16 `json:"weight"`
	ActiveConns uint32 `json:"active_conns"`
	// InactiveConns are those that are closing.
	InactiveConns uint32 `json:"inactive_conns"`
	Quiesce       bool   `json:"quiesce"`
	Reason        string `json:"reason"` // why it gets no new connections; empty: it gets some
}

// BalanceCounters is what one member has counted since its machine's last boot
// (event.BalanceCounters).
type BalanceCounters struct {
	Node      string `json:"node"`
	Interface string `json:"interface"`
	Group     uint8  `json:"group"`

	Entries int    `json:"entries"` // in the forwarding table now
	Evicted uint64 `json:"evicted"` // entries that had to make room for newer ones
	Full    uint64 `json:"full"`    // connections that found no room

	Local     uint64 `json:"local"`     // segments delivered on the member itself
	Forwarded uint64 `json:"forwarded"` // segments sent to the member that terminates the connection
	Passed    uint64 `json:"passed"`    // segments passed on by a member that did not know them
	Unknown   uint64 `json:"unknown"`   // segments of connections that nobody knew

	Reports         uint64 `json:"reports"` // sent
	ReportsReceived uint64 `json:"reports_received"`

	Malformed     uint64 `json:"malformed"`      // messages that could not be read, or of an unknown kind
	NewerVersions uint64 `json:"newer_versions"` // messages that only a newer version can read
	AuthFailures  uint64 `json:"auth_failures"`  // messages with another authentication
	Replayed      uint64 `json:"replayed"`       // messages older than the last one of their sender
}

// balancedStatus collects what members show when the run ends.
type balancedStatus struct {
	facts    Facts
	rows     []BalancedStatus
	counters []BalanceCounters
}

func newBalancedStatus(s *scene) recorder { return &balancedStatus{facts: s.facts} }

var balancedStatusReads = event.SetOf(event.BalanceStatus{}, event.BalanceCounters{})

// reads implements fold.
func (*balancedStatus) reads() event.Set { return balancedStatusReads }

// Observe implements fold.
func (f *balancedStatus) Observe(e event.Event) {
	switch b := e.What.(type) {
	case event.BalanceStatus:
		f.rows = append(f.rows, BalancedStatus{
			Node: e.Node, Interface: b.Interface, VIP: b.VIP, Port: b.Port, RealServer: b.RealServer, Local: f.local(e.Node, b),
			TargetState: b.TargetState, ServiceName: b.ServiceName, ServiceKind: b.ServiceKind, TLS: b.TLS, Weight: b.Weight,
			ActiveConns: b.ActiveConns, InactiveConns: b.InactiveConns, Quiesce: b.Quiesce, Reason: b.Reason,
		})
	case event.BalanceCounters:
		f.counters = append(f.counters, BalanceCounters{
			Node: e.Node, Interface: b.Interface, Group: b.Group, Entries: b.Entries, Evicted: b.Evicted, Full: b.Full,
			Local: b.Local, Forwarded: b.Forwarded, Passed: b.Passed, Unknown: b.Unknown,
			Reports: b.Reports, ReportsReceived: b.ReportsReceived,
			Malformed: b.Malformed, NewerVersions: b.NewerVersions, AuthFailures: b.AuthFailures, Replayed: b.Replayed,
		})
	}
}

// local reports whether a row is about the member itself.
func (f *balancedStatus) local(node string, b event.BalanceStatus) bool {
	return slices.ContainsFunc(f.facts.Members, func(m Member) bool {
		return m.Node == node && m.Interface == b.Interface && m.Address == b.RealServer
	})
}

// Finish implements fold.
func (f *balancedStatus) Finish(time.Duration) {}

func (f *balancedStatus) record(to *Measures) {
	to.Balanced = append([]BalancedStatus{}, f.rows...)
	slices.SortStableFunc(to.Balanced, func(a, b BalancedStatus) int {
		return cmp.Or(
			cmp.Compare(a.Node, b.Node), cmp.Compare(a.Interface, b.Interface), compareAddresses(a.VIP, b.VIP),
			cmp.Compare(a.Port, b.Port), compareAddresses(a.RealServer, b.RealServer),
		)
	})
	to.BalanceCounters = append([]BalanceCounters{}, f.counters...)
	slices.SortStableFunc(to.BalanceCounters, func(a, b BalanceCounters) int {
		return cmp.Or(cmp.Compare(a.Node, b.Node), cmp.Compare(a.Interface, b.Interface))
	})
}

// Address returns address and port of the service.
func (s BalancedStatus) Address() string {
	ip, err := netip.ParseAddr(s.VIP)
	if err != nil {
		return s.VIP
	}
	return netip.AddrPortFrom(ip, s.Port).String()
}
