package world

import (
	"fmt"
	"net/netip"

	"github.com/cablepull/cablepull/node/standby"
	"github.com/cablepull/cablepull/sim/topology"
)

// StandbyProblems lists what is wrong with standby control on an interface by
// itself, in the words of the product: what needs no look at other nodes. Own
// is the interface's address. What the machine cannot hold at all is an error
// of the property that says it.
func StandbyProblems(s topology.Standby, own netip.Addr) []standby.Problem {
	s = s.WithDefaults()
	cfg, err := machineConfig(s, own)
	if err != nil {
		return []standby.Problem{{Property: "Authentication", Message: err.Error(), Severity: standby.Error}}
	}
	problems := cfg.Validate()
	if most := len(cfg.AnnounceTimes); len(s.Announce) > most {
		problems = append(problems, standby.Problem{
			Property: "AnnounceTimes", Message: fmt.Sprintf("got %d instants, want at most %d", len(s.Announce), most), Severity: standby.Error,
		})
	}
	return problems
}
