package gateway

import (
	"github.com/cablepull/cablepull/node/lbgroup"
	"github.com/cablepull/cablepull/sim/topology"
)

// groupConfig is the machine's form of a configuration, which topology has
// validated.
func groupConfig(cfg topology.LBGroup) lbgroup.Config {
	c := lbgroup.Config{
		Damp: cfg.Damp, GiveUpWhenAllMembersDown: cfg.GiveUp, TryEveryServer: cfg.TryEvery,
		FailedCheck: lbgroup.Down, TryEveryFailed: lbgroup.Down,
	}
	must(c.Algorithm.UnmarshalText([]byte(cfg.Algorithm)))
	must(c.Mode.UnmarshalText([]byte(cfg.Mode)))
	if cfg.HealthCheck != nil && cfg.HealthCheck.FailureState == lbgroup.SoftDown.String() {
		c.FailedCheck = lbgroup.SoftDown
	}
	if cfg.TryEveryFailed == lbgroup.SoftDown.String() {
		c.TryEveryFailed = lbgroup.SoftDown
	}
	if a := cfg.Affinity; a != nil {
		c.Affinity = affinity(*a)
		c.Affinity.WLMOverride = !cfg.RetrieveInfo || a.Override
	}
	c.Members = groupMembers(cfg.Servers)
	return c
}

// groupMembers is the machine's form of a list of members.
func groupMembers(list []topology.LBServer) []lbgroup.Member {
	members := make([]lbgroup.Member, 0, len(list))
	for _, s := range list {
		members = append(members, lbgroup.Member{
			Server: s.Name, Weight: s.Weight, Disabled: s.State == topology.LBServerDisabled, CloneID: s.CloneID,
		})
	}
	return members
}

// must panics on an error that validation rules out.
func must(err error) {
	if err != nil {
		panic("gateway: " + err.Error())
	}
}

// affinity is the machine's form of session affinity, without a cell.
func affinity(a topology.SessionAffinity) lbgroup.Affinity {
	f := lbgroup.Affinity{
		Enabled: true, WLMOverride: true,
		InsertionCookieName: a.CookieName, InsertionPath: a.Path, InsertionDomain: a.Domain, Secure: a.Secure, HTTPOnly: a.HTTPOnly,
		MonitoredCookies: a.Monitored, PassiveCookies: a.Monitored,
	}
	if a.Domain == topology.NoDomain {
		f.InsertionDomain = ""
	}
	must(f.Mode.UnmarshalText([]byte(a.Mode)))
	return f
}
