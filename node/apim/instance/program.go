package instance

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"github.com/cablepull/cablepull/node/filesync"
	"github.com/cablepull/cablepull/node/host"
	"github.com/cablepull/cablepull/sim/topology"
)

// Program is the API managers of a machine during one of its boots.
type Program struct {
	cfg       topology.APIM
	instances map[string]*Instance
}

// Machine is what instances share with the rest of their machine.
type Machine struct {
	*host.Host
	Own    netip.Addr      // the address that redirects name
	Memory topology.Memory // used by connections and requests
	Disk   func(instance string) *Disk
	// Files are those with the artifacts of an instance; nil: they are on its own
	// disk.
	Files func(instance string) *filesync.Volume
}

// New starts the API managers of a running machine; they end with it. cfg must
// be complete.
func New(m Machine, cfg topology.APIM) (*Program, error) {
	p := &Program{cfg: cfg, instances: map[string]*Instance{}}
	for _, name := range topology.Names(cfg.Instances) {
		i, err := newInstance(m, cfg, name)
		if err != nil {
			return nil, fmt.Errorf("apim: %s: %w", name, err)
		}
		p.instances[name] = i
		i.start()
	}
	return p, nil
}

// Instance returns an instance by its name; nil if there is none.
func (p *Program) Instance(name string) *Instance { return p.instances[name] }

// OnInvalidate calls f with each token that the caches of other instances have
// to forget.
func (i *Instance) OnInvalidate(f func(token string)) { i.invalidated = f }

// Invalidate makes the cache of a running instance forget a token.
func (i *Instance) Invalidate(token string) {
	if i.manager != nil {
		i.manager.Invalidate(token)
	}
}

// StopService stops a part of an instance, or its process. The name is that of
// topology.APIM.ServiceOf.
func (p *Program) StopService(name string) error { return p.switchService(name, false) }

// StartService starts it again.
func (p *Program) StartService(name string) error { return p.switchService(name, true) }

func (p *Program) switchService(name string, on bool) error {
	for _, of := range topology.Names(p.cfg.Instances) {
		i := p.instances[of]
		if name == p.cfg.ServiceOf(of, topology.APIMProcess) {
			if on {
				i.start()
			} else {
				i.kill()
			}
			return nil
		}
		for _, part := range topology.APIMParts() {
			if name == p.cfg.ServiceOf(of, part) {
				i.switchPart(part, on)
				return nil
			}
		}
	}
	return fmt.Errorf("apim: service: got %q, want %s", name, topology.AnyOf(name, p.cfg.ServiceNames()))
}

// Set sets a property of topology.APIM.Properties, to a value that it takes.
func (p *Program) Set(property, value string) error {
	for _, of := range topology.Names(p.cfg.Instances) {
		prefix := p.cfg.APIMProperty(of, "")
		if name, is := strings.CutPrefix(property, prefix); is {
			return p.instances[of].set(name, value)
		}
	}
	return fmt.Errorf("apim: property: got %q, want one of an instance", property)
}

func (i *Instance) set(property, value string) error {
	switch {
	case property == topology.APIMGatewayProperty:
		to, err := netip.ParseAddrPort(value)
		if err != nil {
			return fmt.Errorf("apim: %s: gateway: %w", i.name, err)
		}
		i.cfg.DeployTo = to
	case property == topology.APIMKeystoreProperty:
		i.cfg.Keystore = value
	case property == topology.APIMProxyProperty:
		i.cfg.ReverseProxy = value
	case slices.Contains(topology.APIMParts(), property):
		i.mode[property] = value
		i.wake()
		return nil
	default:
		return fmt.Errorf("apim: %s: property: got %q, want a part or a setting", i.name, property)
	}
	if i.manager != nil {
		i.manager.Configure(i.config())
	}
	return nil
}
