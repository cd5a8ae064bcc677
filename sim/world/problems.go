package world

import (
	"errors"
	"fmt"
	"net/netip"

	"github.com/cablepull/cablepull/node/standby"
	"github.com/cablepull/cablepull/node/wire"
	"github.com/cablepull/cablepull/sim/topology"
)

// standbyKeys are the topology's keys for the properties that package standby
// calls by the product's names.
var standbyKeys = map[string]string{
	"Group": "group", "VirtualIP": "vip", "Preempt": "preempt", "HelloTimer": "hello", "HoldTimer": "hold",
	"Profile": "profile", "HelloJitter": "jitter", "BootDelay": "boot-delay", "AnnounceTimes": "announce", "ActiveDelay": "active-delay",
	"LinkDelay": "link-delay", "PreemptDelay": "preempt-delay", "AnnounceEvery": "announce-every",
}

// productProperties are those that the product itself has (spec/failover.md
// §3.2). Messages name them, for readers who have its configuration at hand.
var productProperties = map[string]bool{"Group": true, "VirtualIP": true, "Preempt": true, "HelloTimer": true, "HoldTimer": true}

// StandbyProblems lists what is wrong with standby control on one interface, in
// the words of the product and without looking at other nodes. Own is the
// interface's address. Paths begin at the standby configuration.
func StandbyProblems(s topology.Standby, own netip.Addr) []topology.Problem {
	s = s.WithDefaults()
	var problems []topology.Problem
	if _, err := wire.ParseAuth(s.Authentication); err != nil {
		problems = append(problems, topology.Problem{Path: []string{"authentication"}, Message: err.Error()})
		s.Authentication = topology.DefaultAuthentication
	}
	cfg, err := machineConfig(s, own)
	if word := (*wordError)(nil); errors.As(err, &word) {
		return append(problems, topology.Problem{Path: []string{word.key}, Message: word.err.Error()})
	}
	for _, p := range cfg.Validate() {
		key, known := standbyKeys[p.Property]
		if !known {
			continue
		}
		message := p.Message
		if cfg.Profile == standby.DataPower && productProperties[p.Property] {
			message += " (DataPower: " + p.Property + ")"
		}
		problems = append(problems, topology.Problem{Path: []string{key}, Message: message, Warning: p.Severity == standby.Warning})
	}
	if most := len(cfg.AnnounceTimes); len(s.Announce) > most {
		problems = append(problems, topology.Problem{Path: []string{"announce"}, Message: fmt.Sprintf("got %d instants, want at most %d", len(s.Announce), most)})
	}
	return problems
}
