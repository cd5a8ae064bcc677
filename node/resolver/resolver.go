package resolver

import (
	"fmt"
	"net/netip"
	"slices"
	"time"

	"github.com/cablepull/cablepull/node/host"
	"github.com/cablepull/cablepull/sim"
	"github.com/cablepull/cablepull/sim/event"
	"github.com/cablepull/cablepull/sim/topology"
)

// Watch checks one address until stop is called or the machine crashes. It
// calls changed when enough checks in a row have shown that the address is up
// or down, with the reason of the last failure. The name tells its random
// numbers from those of others.
type Watch func(check topology.Probe, name string, changed func(up bool, reason string)) (stop func(), err error)

// Resolver answers questions during one boot of its machine.
type Resolver struct {
	host    *host.Host
	watch   Watch
	records map[string]*record // by the name in the configuration
	names   map[string]*record // by the full name
	proc    *sim.Proc          // answers; nil: stopped
	socket  *host.UDPSocket
}

// New starts a resolver on a running machine; it ends with the machine. cfg
// must be complete.
func New(h *host.Host, cfg topology.Resolver, watch Watch) (*Resolver, error) {
	r := &Resolver{host: h, watch: watch, records: map[string]*record{}, names: map[string]*record{}}
	for _, name := range topology.Names(cfg.Records) {
		one := &record{Record: cfg.Records[name], name: cfg.FullName(name), down: map[netip.Addr]bool{}}
		r.records[name], r.names[one.name] = one, one
		if err := r.check(one); err != nil {
			return nil, fmt.Errorf("resolver: %s: record %s: %w", h.Name(), name, err)
		}
	}
	r.proc = h.Go("resolver", r.run)
	return r, nil
}

// check begins to check the addresses of a record, and forgets what it knew of
// others.
func (r *Resolver) check(one *record) error {
	for _, stop := range one.stop {
		stop()
	}
	one.stop = nil
	for a := range one.down { // order: only deleted
		if !slices.Contains(one.Addresses, a) {
			delete(one.down, a)
		}
	}
	if one.Check == nil {
		return nil
	}
	for _, a := range one.Addresses {
		stop, err := r.watch(one.Check.Probe(a), one.name+"/"+a.String(), func(up bool, reason string) {
			if one.down[a] == up {
				one.down[a] = !up
				if reason != "" {
					reason = a.String() + " is down: " + reason
				} else {
					reason = a.String() + " is up"
				}
				r.changed(one, reason)
			}
		})
		if err != nil {
			return err
		}
		one.stop = append(one.stop, stop)
	}
	return nil
}

// changed logs that a record has other addresses, or others that are up.
func (r *Resolver) changed(one *record, reason string) {
	r.host.Log(event.RecordChanged{Name: one.name, Addresses: topology.JoinAddresses(one.usable()), TTL: one.TTL, Reason: reason})
}

// Set sets one of the properties of topology.Resolver: the addresses of a
// record or its TTL. Clients learn of it when they ask again.
func (r *Resolver) Set(property, value string) error {
	name, ttl := topology.RecordProperty(property)
	one := r.records[name]
	if one == nil {
		return fmt.Errorf("resolver: %s: there is no record %s", r.host.Name(), name)
	}
	var err error
	if ttl {
		one.TTL, err = time.ParseDuration(value)
	} else if one.Addresses, err = topology.ParseAddresses(value); err == nil {
		err = r.check(one)
	}
	if err != nil {
		return fmt.Errorf("resolver: %s: %s: %w", r.host.Name(), property, err)
	}
	r.changed(one, "set")
	return nil
}
