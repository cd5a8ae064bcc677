package gateway

import (
	"net"
	"net/netip"

	"github.com/cablepull/cablepull/node/ftp"
	"github.com/cablepull/cablepull/node/host"
	"github.com/cablepull/cablepull/node/web"
	"github.com/cablepull/cablepull/sim"
	"github.com/cablepull/cablepull/sim/event"
)

// dataBacklog is how many connections wait at a port for data connections: that
// of the client, and those of others, which the server resets.
const dataBacklog = 4

// fileService is what a service of kind ftp serves. Its connections are those
// of the service, and so is what they cost.
type fileService struct{ *service }

// newFileServer returns the server of a service of kind ftp. Data connections
// are on the address that the client asked: the virtual IP.
func newFileServer(s *service, patience web.Patience) *ftp.Server {
	h := s.gateway.host
	return &ftp.Server{
		Node: h.Name(), Go: h.Go, Service: fileService{s}, Patience: patience,
		Listen: func(at netip.AddrPort) (net.Listener, error) { return h.Listen(at, dataBacklog) },
		First:  s.cfg.Passive.First, Last: s.cfg.Passive.Last, Size: s.cfg.Size, Rate: s.cfg.Rate,
	}
}

// Open implements ftp.Service.
func (f fileService) Open(p *sim.Proc, c ftp.Conn) ftp.Session {
	opened := f.service.Open(p, c)
	if opened == nil {
		return nil
	}
	return &fileSession{opened.(*session)}
}

// fileSession is one control connection.
type fileSession struct{ *session }

// Begin implements ftp.Session. A transfer needs memory for a connection and a
// request, and the CPU time of a request.
func (s *fileSession) Begin(p *sim.Proc, data ftp.Conn) bool {
	g := s.service.gateway
	if !g.host.Memory().Take(g.memory.Connection + g.memory.Request) {
		return false
	}
	g.log(event.ConnAccepted{Service: s.service.name, Client: data.RemoteAddrPort().String()})
	g.host.CPU().Use(p, host.Service, s.service.cfg.Work)
	return true
}

// End implements ftp.Session.
func (s *fileSession) End() {
	g := s.service.gateway
	g.host.Memory().Give(g.memory.Connection + g.memory.Request)
}

// Sent implements ftp.Session.
func (s *fileSession) Sent(file uint64) {
	s.service.gateway.log(event.RequestServed{Service: s.service.name, Request: file, Client: s.client})
}
