package gateway

import (
	"github.com/cablepull/cablepull/node/b2b"
	"github.com/cablepull/cablepull/node/b2b/party"
)

// newParty starts what a service of kind b2b sends by itself; what comes to it
// is answered by its sessions.
func newParty(s *service, store *b2b.Store) *party.Party {
	return party.New(s.gateway.host, party.Config{
		Service: s.name, Listen: s.cfg.Listen, Exchange: *s.cfg.B2B, Serves: func() bool { return s.running },
	}, store)
}
