package instance

import (
	"fmt"
	"math/rand/v2"
	"net"
	"net/netip"
	"strconv"
	"time"

	"github.com/cablepull/cablepull/node/apim"
	"github.com/cablepull/cablepull/node/certificate"
	"github.com/cablepull/cablepull/node/datasource"
	"github.com/cablepull/cablepull/node/filesync"
	"github.com/cablepull/cablepull/node/host"
	"github.com/cablepull/cablepull/node/web"
	"github.com/cablepull/cablepull/sim"
	"github.com/cablepull/cablepull/sim/event"
	"github.com/cablepull/cablepull/sim/topology"
)

// Instance is one API manager during one boot of its machine.
type Instance struct {
	machine Machine
	all     topology.APIM // of the machine
	cfg     topology.APIMInstance
	name    string
	disk    *Disk
	tls     *certificate.Client        // to gateways
	files   *filesync.Volume           // with its artifacts; nil: they are on its own disk
	shared  map[apim.Database]database // what instances can share

	proc    *sim.Proc     // starts the process; nil: it is stopped
	manager *apim.Manager // nil: it has not started
	ports   []*port
	mode    map[string]string // of parts, as topology.APIMModes
	stopped map[string]bool   // parts
	held    []*sim.Proc       // requests that wait for a part

	invalidated func(token string) // tells other instances; nil: there are none
}

// port is one TCP port of an instance.
type port struct {
	instance *Instance
	number   uint16
	traffic  bool
	secure   *certificate.Server // nil: plain HTTP
	server   *web.Server
	proc     *sim.Proc // listens and accepts; nil: closed
	listener *host.Listener
	open     []web.Conn
}

// backlog is how many connections wait to be accepted: Tomcat's acceptCount.
const backlog = 100

func newInstance(m Machine, all topology.APIM, name string) (*Instance, error) {
	i := &Instance{
		machine: m, all: all, cfg: all.Instances[name], name: name, disk: m.Disk(name),
		tls:  certificate.NewClient(nil, m.stream(name, 0), m.clock),
		mode: map[string]string{}, stopped: map[string]bool{},
	}
	if m.Files != nil {
		i.files = m.Files(name)
	}
	i.share()
	own, err := certificate.New(m.Loop(), i.cfg.Certificate)
	if err != nil {
		return nil, err
	}
	for _, p := range []struct {
		base            int
		traffic, secure bool
	}{
		{topology.APIMManagementPort, false, true}, {topology.APIMServletPort, false, false},
		{topology.APIMTrafficPort, true, false}, {topology.APIMTrafficTLSPort, true, true},
	} {
		one := &port{instance: i, number: i.cfg.Port(p.base), traffic: p.traffic}
		if p.secure {
			one.secure = certificate.NewServer(own, m.stream(name, one.number), m.clock)
		}
		one.server = &web.Server{Node: name, Go: m.Go, Service: one}
		i.ports = append(i.ports, one)
	}
	return i, nil
}

// share opens the pools of the data sources.
func (i *Instance) share() {
	open := func(source *topology.DataSource, otherwise database) database {
		if source == nil {
			return otherwise
		}
		return pooled{datasource.New(i.machine.Host, *source), source.Name}
	}
	main := open(i.cfg.DataSource, i.embedded())
	i.shared = map[apim.Database]database{apim.APIs: main, apim.Users: open(i.cfg.Users, main), apim.Registry: open(i.cfg.Mounted, main)}
}

// stream is the random numbers of TLS at a port; 0: as a client.
func (m Machine) stream(name string, port uint16) *rand.Rand {
	return m.Loop().Stream(fmt.Sprintf("apim/%s/%s/%d/tls/boot/%d", m.Name(), name, port, m.Boots()))
}

// clock is the machine's wall clock.
func (m Machine) clock() time.Time { return host.Instant(m.Scope().Local()) }

// config is what the machine of package apim is configured with.
func (i *Instance) config() apim.Config {
	proxy := map[string]apim.Proxy{topology.ReverseProxyAuto: apim.ProxyAuto, topology.ReverseProxyOn: apim.ProxyOn}[i.cfg.ReverseProxy]
	return apim.Config{
		Name: i.name, Own: netip.AddrPortFrom(i.machine.Own, i.cfg.Port(topology.APIMManagementPort)).String(),
		Proxy: proxy, ProxyHost: i.cfg.ProxyHost, Keystore: i.cfg.Keystore, TokenLife: i.cfg.TokenLife, TokenCache: i.cfg.TokenCache, Boot: i.disk.starts,
		Governance: i.cfg.Registry.Governance == i.cfg.Registry.ID, Config: i.cfg.Registry.Config == i.cfg.Registry.ID,
	}
}

// start starts the process, unless it runs.
func (i *Instance) start() {
	if i.proc == nil {
		i.proc = i.machine.Go("apim "+i.name, i.run)
	}
}

// run starts the process: it takes its time, asks its databases, and listens.
func (i *Instance) run(p *sim.Proc) {
	p.Sleep(i.cfg.StartTime)
	i.machine.CPU().Use(p, host.Service, 0)
	if i.proc != p {
		return // stopped meanwhile
	}
	if i.disk.change(DiskChange{}); i.disk.starts == 1 {
		for _, api := range i.cfg.APIs {
			i.disk.change(DiskChange{Key: api, Value: api})
		}
	}
	if err := i.setup(p); err != nil {
		if i.proc == p {
			i.log(topology.APIMProcess, "failed", err.Error())
		}
		return // it stays up and serves nothing
	}
	if i.proc != p {
		return
	}
	i.manager = apim.New(i.config())
	i.log(topology.APIMProcess, "listening", fmt.Sprintf("offset %d", i.cfg.Offset))
	i.warn()
	for _, port := range i.ports {
		if !port.traffic || !i.stopped[topology.APIMTraffic] {
			port.start()
		}
	}
}

// setup begins with a transaction at each database.
func (i *Instance) setup(p *sim.Proc) error {
	done := map[database]bool{}
	for _, of := range []apim.Database{apim.Local, apim.APIs, apim.Users, apim.Registry} {
		d := i.database(of)
		if done[d] {
			continue
		}
		done[d] = true
		err := d.Do(p, func(t apim.Transaction) error { return apim.Setup(t, i.cfg.UserNames, i.cfg.APIs) })
		if err != nil {
			return failed(d.Name(), err)
		}
	}
	return nil
}

// warn reports mounts of the registry that do not resolve.
func (i *Instance) warn() {
	r := i.cfg.Registry
	for _, m := range []struct{ path, id string }{{"/_system/governance", r.Governance}, {"/_system/config", r.Config}} {
		if m.id != r.ID {
			i.machine.Log(event.APIMWarned{Instance: i.name, Problem: fmt.Sprintf("mount %s: unknown instance %s, want %s: the path stays in the local database", m.path, m.id, r.ID)})
		}
	}
}

// embedded returns the database on the instance's own disk.
func (i *Instance) embedded() database { return embedded{i.disk, "h2-" + i.name} }

// database returns a database of the instance.
func (i *Instance) database(of apim.Database) database {
	if of == apim.Local {
		return i.embedded()
	}
	return i.shared[of]
}

// kill ends the process: connections are reset, and sessions gone.
func (i *Instance) kill() {
	if i.proc == nil {
		return
	}
	i.proc, i.manager = nil, nil
	for _, port := range i.ports {
		port.close()
		for _, c := range port.open {
			c.Abort()
		}
	}
	i.log(topology.APIMProcess, "stopped", fmt.Sprintf("offset %d", i.cfg.Offset))
	i.wake()
}

// switchPart stops or starts a part of a process. A console that is stopped is
// not there, a gateway closes its ports.
func (i *Instance) switchPart(part string, on bool) {
	if i.stopped[part] == !on {
		return
	}
	i.stopped[part] = !on
	i.log(part, map[bool]string{true: "listening", false: "stopped"}[on], "")
	for _, port := range i.ports {
		switch {
		case part != topology.APIMTraffic || !port.traffic || i.manager == nil:
		case on:
			port.start()
		default:
			port.close()
			port.server.Drain()
		}
	}
	i.wake()
}

func (i *Instance) log(service, state, reason string) {
	i.machine.Log(event.ServiceChanged{Service: i.all.ServiceOf(i.name, service), State: state, Reason: reason})
}

// wake lets requests that wait for a part look again.
func (i *Instance) wake() {
	held := i.held
	i.held = nil
	for _, p := range held {
		p.Wake()
	}
}

// start listens, unless the port does.
func (o *port) start() {
	if o.proc == nil {
		o.proc = o.instance.machine.Go("apim port "+strconv.Itoa(int(o.number)), o.run)
	}
}

// close closes the port. Connections stay.
func (o *port) close() {
	o.proc = nil
	if o.listener != nil {
		o.listener.Close()
		o.listener = nil
	}
}

func (o *port) run(p *sim.Proc) {
	if o.proc != p {
		return // closed before it began
	}
	l, err := o.instance.machine.Listen(netip.AddrPortFrom(netip.IPv4Unspecified(), o.number), backlog)
	if err == nil {
		o.listener = l
		var from net.Listener = l
		if o.secure != nil {
			from = o.secure.Listener(l)
		}
		err = o.server.Serve(p, from)
	}
	if o.proc == p { // nobody closed it
		o.proc, o.listener = nil, nil
		o.instance.log(topology.APIMProcess, "failed", err.Error())
	}
}
