package backend

import (
	"github.com/cablepull/cablepull/node/host"
	"github.com/cablepull/cablepull/node/ldap"
	"github.com/cablepull/cablepull/node/web"
	"github.com/cablepull/cablepull/sim"
)

// directory is a back end as a server of LDAP. Whoever binds is welcome unless
// the mode says otherwise.
type directory struct{ *Backend }

// Open implements ldap.Service.
func (d directory) Open(p *sim.Proc, c web.Conn) ldap.Session {
	client, served := d.admit(p, c)
	if !served {
		return nil
	}
	return &binding{session{d.Backend, client}}
}

// binding is one connection to a directory.
type binding struct{ session }

// Bind implements ldap.Session.
func (s *binding) Bind(p *sim.Proc, _ ldap.BindRequest) (ldap.Result, bool) {
	b := s.backend
	b.host.CPU().Use(p, host.Service, 0)
	b.workers.take(p)
	defer b.workers.give()
	b.hold(p)
	result := ldap.Success
	switch b.mode.kind {
	case ModeReset, ModeResetOnAccept:
		return 0, false
	case ModeInvalidCredentials:
		result = ldap.InvalidCredentials
	case ModeBusy:
		result = ldap.Busy
	}
	s.served(0) // a bind has no number
	return result, true
}
