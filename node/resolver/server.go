package resolver

import (
	"fmt"
	"net/netip"
	"strings"

	"golang.org/x/net/dns/dnsmessage"

	"github.com/cablepull/cablepull/node/host"
	"github.com/cablepull/cablepull/sim"
	"github.com/cablepull/cablepull/sim/event"
	"github.com/cablepull/cablepull/sim/topology"
)

// port is that of name servers, and messageMax the longest message by UDP: RFC
// 1035 §4.2.1.
const (
	port       = 53
	messageMax = 512
)

// StopService closes the resolver's port: whoever asks is refused. The name is
// topology.ResolverService.
func (r *Resolver) StopService(name string) error {
	if err := r.serves(name); err != nil || r.proc == nil {
		return err
	}
	r.proc = nil
	if r.socket != nil {
		r.socket.Close()
		r.socket = nil
	}
	r.log("stopped", "")
	return nil
}

// StartService opens the port again.
func (r *Resolver) StartService(name string) error {
	if err := r.serves(name); err != nil || r.proc != nil {
		return err
	}
	r.proc = r.host.Go("resolver", r.run)
	return nil
}

func (r *Resolver) serves(name string) error {
	if name != topology.ResolverService {
		return fmt.Errorf("resolver: %s: service: got %q, want %s", r.host.Name(), name, topology.ResolverService)
	}
	return nil
}

func (r *Resolver) log(state, reason string) {
	r.host.Log(event.ServiceChanged{Service: topology.ResolverService, State: state, Reason: reason})
}

// run answers until the service is stopped.
func (r *Resolver) run(p *sim.Proc) {
	u, err := r.host.OpenUDP(netip.AddrPortFrom(netip.IPv4Unspecified(), port))
	if err != nil {
		r.proc = nil
		r.log("failed", err.Error())
		return
	}
	r.socket = u
	r.log("listening", "")
	data := make([]byte, messageMax)
	for {
		n, from, err := u.Receive(data)
		if r.proc != p {
			return // stopped
		}
		if err != nil {
			r.proc, r.socket = nil, nil
			r.log("failed", err.Error())
			return
		}
		r.host.CPU().Use(p, host.Service, 0)
		if r.proc != p {
			return // stopped meanwhile
		}
		if text := r.reply(data[:n]); text != nil {
			// A reply that cannot be sent is lost, and the stub asks again.
			_ = u.Send(text, from)
		}
	}
}

// reply returns the answer to a message, or nil if it is not a question: RFC
// 1035 §4.1.
func (r *Resolver) reply(data []byte) []byte {
	var m dnsmessage.Message
	if m.Unpack(data) != nil || m.Response || len(m.Questions) != 1 {
		return nil
	}
	m.Response, m.Authoritative = true, true
	m.Answers, m.Authorities, m.Additionals = nil, nil, nil
	asked := m.Questions[0]
	one := r.names[strings.TrimSuffix(strings.ToLower(asked.Name.String()), ".")]
	switch {
	case m.OpCode != 0:
		m.RCode = dnsmessage.RCodeNotImplemented
	case one == nil || len(one.Addresses) == 0:
		m.RCode = dnsmessage.RCodeNameError
	case asked.Type == dnsmessage.TypeA && asked.Class == dnsmessage.ClassINET:
		head := dnsmessage.ResourceHeader{Name: asked.Name, Type: asked.Type, Class: asked.Class, TTL: one.seconds()}
		for _, a := range one.answer() {
			m.Answers = append(m.Answers, dnsmessage.Resource{Header: head, Body: &dnsmessage.AResource{A: a.As4()}})
		}
	}
	text, err := m.Pack()
	if err != nil {
		return nil // not reached: it was unpacked
	}
	return text
}
