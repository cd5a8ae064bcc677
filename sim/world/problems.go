package world

import (
	"fmt"
	"net/netip"

	"github.com/cablepull/cablepull/node/standby"
	"github.com/cablepull/cablepull/sim/topology"
)

// standbyKeys are the keys on paper of the properties that package standby
// names as an administrator of the product knows them.
var standbyKeys = map[string]string{
	"Group": "group", "VirtualIP": "vip", "Preempt": "preempt", "HelloTimer": "hello", "HoldTimer": "hold",
	"Profile": "profile", "HelloJitter": "jitter", "BootDelay": "boot-delay", "AnnounceTimes": "announce",
}

// StandbyProblems lists what is wrong with standby control on an interface by
// itself, in the words of the product: what needs no look at other nodes. Own
// is the interface's address. Paths begin at the standby configuration.
func StandbyProblems(s topology.Standby, own netip.Addr) []topology.Problem {
	s = s.WithDefaults()
	cfg, err := machineConfig(s, own)
	if err != nil {
		return []topology.Problem{{Path: []string{"authentication"}, Message: err.Error()}}
	}
	var problems []topology.Problem
	for _, p := range cfg.Validate() {
		if key, known := standbyKeys[p.Property]; known {
			problems = append(problems, topology.Problem{Path: []string{key}, Message: p.Message, Warning: p.Severity == standby.Warning})
		}
	}
	if most := len(cfg.AnnounceTimes); len(s.Announce) > most {
		problems = append(problems, topology.Problem{Path: []string{"announce"}, Message: fmt.Sprintf("got %d instants, want at most %d", len(s.Announce), most)})
	}
	return problems
}
