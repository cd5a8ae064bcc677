package consumer

import (
	"errors"
	"slices"
	"time"

	"github.com/cablepull/cablepull/node/host"
	"github.com/cablepull/cablepull/node/jms"
	"github.com/cablepull/cablepull/sim"
	"github.com/cablepull/cablepull/sim/topology"
)

// keeper gets and renews the lease of a consumer.
//
// The consumer counts on a lease for its time, from the instant before the
// request was sent, by the machine's own clock, which a step of the wall clock
// does not move. It looks at that clock when the work of a message is done: a
// machine that was frozen for an hour finishes nothing afterwards. The broker
// counts from when the request came, and for as much longer as both clocks may
// be off (package queue), before another one gets the lease. So the new one
// begins when the old one has surely ended. A message that was done twice, and
// whose first acknowledgement was lost, is the last that was done: the next one
// waits for the receipt.
type keeper struct {
	*Consumer
	client *jms.Client
	lease  jms.Lease
	every  time.Duration
}

func newKeeper(k *Consumer) *keeper {
	cfg := k.cfg.Lease
	brokers := k.cfg.Brokers
	brokers.URL, brokers.List = "", slices.Clone(brokers.List[:1])
	none := 0
	brokers.List[0] = topology.BrokerAddress{Address: cfg.At, Retries: &none}
	brokers.CycleCount = &none
	brokers.Failover = topology.FailoverSingle
	on := true
	brokers.Reconnect = &on
	brokers.ConnectTimeout, brokers.Return = cfg.Renew, 0
	return &keeper{
		Consumer: k, client: jms.New(k.host, "lease", brokers), every: cfg.Renew,
		lease: jms.Lease{Name: k.cfg.Queue, Holder: k.host.Name(), Time: cfg.Time, Drift: *cfg.Drift},
	}
}

// run asks for the lease, or renews it, again and again.
func (k *keeper) run(p *sim.Proc) {
	for {
		k.host.CPU().Use(p, host.Service, 0) // who cannot work does not renew
		began := k.now()
		if *k.cfg.Lease.OnlyActive && !k.active() {
			k.giveBack()
		} else {
			k.renew(p)
		}
		if wait := began + k.every - k.now(); wait > 0 {
			p.Sleep(wait)
		}
	}
}

// renew asks once.
func (k *keeper) renew(p *sim.Proc) {
	began := k.now()
	l := k.lease
	l.Token = k.token
	token, err := k.client.Acquire(p, l, k.every)
	switch {
	case err == nil:
		k.granted(token, began+l.Time)
	case errors.Is(err, jms.ErrToken) && l.Token != 0 && l.Token == k.token:
		k.drop("another one may have the lease")
	}
}

// granted counts on a lease until an instant.
func (k *keeper) granted(token uint64, until time.Duration) {
	if k.now() >= until {
		return // the answer took too long
	}
	if token != k.token {
		k.drop("it has a new lease")
		k.token = token
	}
	k.until = until
	k.expiry.Reset(until - k.now())
	k.enable("it has the lease")
}

// giveBack ends the lease before its time.
func (k *keeper) giveBack() {
	if k.token == 0 {
		return
	}
	l := k.lease
	l.Token = k.token
	k.drop("the member is not Active")
	k.Consumer.client.Close()
	k.client.Release(l)
}

// drop ends the use of a lease.
func (k *Consumer) drop(why string) {
	k.disable(why)
	k.token, k.until = 0, 0
	k.expiry.Stop()
}

// expire is called when the time of the lease should be over. A clock that was
// changed meanwhile may say something else.
func (k *Consumer) expire() {
	switch left := k.until - k.now(); {
	case k.token == 0:
	case left > 0:
		k.expiry.Reset(left)
	default:
		k.drop("the lease has run out")
	}
}
