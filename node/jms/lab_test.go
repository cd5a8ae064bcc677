package jms

import (
	"fmt"
	"net/netip"
	"slices"
	"testing"
	"time"

	"github.com/cablepull/cablepull/netfab"
	"github.com/cablepull/cablepull/node/broker"
	"github.com/cablepull/cablepull/node/broker/queue"
	"github.com/cablepull/cablepull/node/host"
	"github.com/cablepull/cablepull/node/host/hosttest"
	"github.com/cablepull/cablepull/sim"
	"github.com/cablepull/cablepull/sim/event"
	"github.com/cablepull/cablepull/sim/topology"
)

const second = time.Second

var orders = queue.Address{Name: "orders"}

// lab is a machine k with clients, and two brokers.
type lab struct {
	*hosttest.Lab
	k       *host.Host
	hosts   []*host.Host
	brokers []*broker.Broker
}

func newLab(t testing.TB) *lab {
	l := &lab{Lab: hosttest.New(t, netfab.SegmentConfig{})}
	l.k = l.Add("k", "192.0.2.60/24")
	for i := range 2 {
		h := l.Add(fmt.Sprintf("mq%d", i+1), fmt.Sprintf("192.0.2.%d/24", 51+i))
		l.hosts = append(l.hosts, h)
		l.brokers = append(l.brokers, broker.New(h, *topology.Broker{}.Complete(topology.Place{}).(*topology.Broker), broker.NewDisk(topology.Broker{})))
	}
	return l
}

// client returns a client of the brokers with these places; change may be nil.
func (l *lab) client(change func(*topology.Brokers), brokers ...int) *Client {
	cfg := topology.Brokers{}
	for _, i := range brokers {
		none := 0
		cfg.List = append(cfg.List, topology.BrokerAddress{
			Address: netip.AddrPortFrom(netip.AddrFrom4([4]byte{192, 0, 2, byte(51 + i)}), topology.DefaultBrokerPort), Retries: &none,
		})
	}
	if change != nil {
		change(&cfg)
	}
	p := topology.Publisher{Brokers: cfg}.Complete(topology.Place{}).(*topology.Publisher)
	return New(l.k, "client", p.Brokers)
}

// do runs a program of k at an instant.
func (l *lab) do(at time.Duration, body func(*sim.Proc)) {
	l.At(at, func() { l.k.Go("test", body) })
}

// story lists what clients log, such as "2s failed 192.0.2.51:5672 refused".
func (l *lab) story() (all []string) {
	for e := range slices.Values(l.Log.Events()) {
		at := e.At.Round(10 * time.Millisecond)
		switch b := e.What.(type) {
		case event.BrokerConnection:
			all = append(all, fmt.Sprintf("%v %s %s %s", at, b.State, b.Broker[:10], b.Reason))
		case event.MessageFailed:
			all = append(all, fmt.Sprintf("%v message %d: %s", at, b.Number, b.Reason))
		case event.MessagePublished:
			all = append(all, fmt.Sprintf("%v message %d at %s %v", at, b.Number, b.Broker[:10], b.Confirmed))
		}
	}
	return all
}

func (l *lab) want(want ...string) {
	l.TB.Helper()
	if got := l.story(); !slices.Equal(got, want) {
		l.TB.Errorf("got\n%q\nwant\n%q", got, want)
	}
}
