package balancer

import (
	"fmt"
	"net/netip"
	"slices"
	"testing"
	"time"

	"github.com/cablepull/cablepull/netfab"
	"github.com/cablepull/cablepull/node/backend"
	"github.com/cablepull/cablepull/node/client"
	"github.com/cablepull/cablepull/node/host"
	"github.com/cablepull/cablepull/node/host/hosttest"
	"github.com/cablepull/cablepull/sim/event"
	"github.com/cablepull/cablepull/sim/topology"
)

const millisecond = time.Millisecond

// lab is a balancer lb, its members m1 and m2, and a client c1.
type lab struct {
	*hosttest.Lab
	ledger *client.Ledger

	lb, m1, m2, c1 *host.Host
	balancer       *Balancer
	backends       map[*host.Host]*backend.Backend
}

func newLab(t testing.TB) *lab {
	l := &lab{Lab: hosttest.New(t, netfab.SegmentConfig{}), ledger: client.NewLedger(), backends: map[*host.Host]*backend.Backend{}}
	l.lb = l.Add("lb", "192.0.2.10/24", hosttest.Cores(2))
	l.m1 = l.Add("m1", "192.0.2.21/24", hosttest.Cores(2))
	l.m2 = l.Add("m2", "192.0.2.22/24", hosttest.Cores(2))
	l.c1 = l.Add("c1", "192.0.2.201/24", hosttest.Cores(2))
	for _, m := range []*host.Host{l.m1, l.m2} {
		l.serve(m, topology.Backend{})
	}
	return l
}

// serve starts a back end on a member.
func (l *lab) serve(m *host.Host, cfg topology.Backend) {
	l.backends[m] = backend.New(m, cfg.WithDefaults())
}

// start starts the balancer with the members m1 and m2, unless cfg has others.
func (l *lab) start(cfg topology.Balancer) {
	l.TB.Helper()
	cfg.Listen = netip.MustParseAddrPort("192.0.2.10:80")
	if cfg.Members == nil {
		cfg.Members = make([]topology.BalancerMember, 2)
	}
	for i := range cfg.Members {
		cfg.Members[i].Name = fmt.Sprintf("m%d", i+1)
		cfg.Members[i].Address = netip.MustParseAddrPort(fmt.Sprintf("192.0.2.2%d:80", i+1))
	}
	var err error
	if l.balancer, err = New(l.lb, *cfg.Complete(topology.Place{}).(*topology.Balancer), topology.Memory{}.WithDefaults()); err != nil {
		l.TB.Fatal(err)
	}
}

// ask starts a client of the balancer.
func (l *lab) ask(cfg topology.Client) {
	l.TB.Helper()
	cfg.Target = "http://192.0.2.10/"
	if _, err := client.New(l.c1, cfg.WithDefaults(), l.ledger); err != nil {
		l.TB.Fatal(err)
	}
}

// set changes how a member answers.
func (l *lab) set(m *host.Host, kind string) {
	if err := l.backends[m].Set(backend.Mode{Kind: kind, Status: 500}); err != nil {
		l.TB.Error(err)
	}
}

// stop stops the service of a member.
func (l *lab) stop(m *host.Host) {
	if err := l.backends[m].StopService(topology.BackendService); err != nil {
		l.TB.Error(err)
	}
}

// administer sets the state of a member.
func (l *lab) administer(member, state string) {
	if err := l.balancer.SetMember(member, state); err != nil {
		l.TB.Error(err)
	}
}

// outcomes counts the results of the client's requests, such as "200 by m1" or
// "refused".
func (l *lab) outcomes(since time.Duration) map[string]int {
	all := map[string]int{}
	for e := range slices.Values(l.Log.Events()) {
		if e.At < since {
			continue
		}
		switch w := e.What.(type) {
		case event.RequestAnswered:
			all[fmt.Sprintf("%d by %s", w.Status, w.By)]++
		case event.RequestFailed:
			all[w.Failure]++
		case event.AnswerMismatched:
			all["mismatched: "+w.Detail]++
		}
	}
	return all
}

func (l *lab) wantOutcomes(since time.Duration, want map[string]int) {
	l.TB.Helper()
	if got := l.outcomes(since); fmt.Sprint(got) != fmt.Sprint(want) {
		l.TB.Errorf("outcomes since %v: got %v, want %v", since, got, want)
	}
}

// served counts the requests that a member has answered since an instant.
func (l *lab) served(member string, since time.Duration) (n int) {
	at, _ := hosttest.Bodies[event.RequestServed](l.Lab, member)
	for _, when := range at {
		if when >= since {
			n++
		}
	}
	return n
}

// members lists the changes of the members, such as "4.2s m1 down timeout".
func (l *lab) members() (at []time.Duration, all []string) {
	at, bodies := hosttest.Bodies[event.BalancerMemberChanged](l.Lab, "lb")
	for _, b := range bodies {
		all = append(all, b.Member+" "+b.State+" "+b.Reason)
	}
	return at, all
}

// wantNothingLeft checks that no connection is counted any more.
func (l *lab) wantNothingLeft() {
	l.TB.Helper()
	for i := range l.balancer.pool.members {
		if m := l.balancer.pool.members[i]; m.open != 0 || len(l.balancer.carried[i]) != 0 {
			l.TB.Errorf("%s: %d connections are counted and %d carried, want none", m.Name, m.open, len(l.balancer.carried[i]))
		}
	}
	if used := l.lb.Memory().Used(); used != 0 {
		l.TB.Errorf("%d bytes of memory are in use, want none", used)
	}
}
