package topology

import (
	"cmp"
	"fmt"
	"slices"
	"time"
)

// Track is one object that a member of a standby group watches. Exactly one of
// its first keys says which kind of object it is, and exactly one of weight,
// fault and yield what its failure does. The product tracks nothing but the
// carrier of its own interface: spec/failover.md §1.10, F7.
type Track struct {
	Interface string      `yaml:"interface" json:",omitempty" doc:"another interface of the node: it fails while that has no carrier"`
	CPU       string      `yaml:"cpu" json:",omitempty" doc:"a class of the CPU: it fails while more than above of the class is in use" jsonschema:"enum=service,enum=control"`
	Above     float64     `yaml:"above" json:",omitempty" form:"share" doc:"of cpu: the share in use, over an interval, above which it fails (default: 95%)" jsonschema:"maximum=0.999"`
	Check     *TrackCheck `yaml:"check" json:",omitempty" doc:"a health check that the member makes, such as of its own service: {target: http://127.0.0.1/, by: http-token, token: abc}"`
	Service   string      `yaml:"service" json:",omitempty" doc:"a service of the node's gateway: it fails while that neither listens nor only waits for its address"`
	LBGroup   string      `yaml:"lb-group" json:",omitempty" doc:"a load-balancer group of the node's gateway: it fails while no member of that is up"`
	Group     string      `yaml:"group" json:",omitempty" doc:"the interface of another standby group of the node: it fails while the node is not active there"`

	Weight int  `yaml:"weight" json:",omitempty" doc:"while it fails, the priority is lower by this; keepalived writes it as a negative weight (default: none)" jsonschema:"minimum=1,maximum=255"`
	Fault  bool `yaml:"fault" json:",omitempty" doc:"while it fails, the member takes no part in the group, as if its own carrier were down: an active one resigns (default off)"`
	Yield  bool `yaml:"yield" json:",omitempty" doc:"when it fails, an active member gives up the role, as by the operator's yield, and stays in the group (default off)"`

	Interval time.Duration `yaml:"interval" json:",omitempty" doc:"time from one look at it to the next (default: of cpu and check 2s; the others are looked at whenever they change)"`
	Rise     int           `yaml:"rise" json:",omitempty" doc:"good looks in a row after which it works again (default: with an interval 2, else 1)" jsonschema:"minimum=1,maximum=1000"`
	Fall     int           `yaml:"fall" json:",omitempty" doc:"bad looks in a row after which it fails (default: with an interval 3, else 1)" jsonschema:"minimum=1,maximum=1000"`
}

// TrackCheck is a health check that a member of a standby group makes.
type TrackCheck struct {
	Target string `yaml:"target" doc:"URL to check, as that of a probe; http://127.0.0.1/ is the node itself" jsonschema:"required"`
	Check  `yaml:",inline"`
}

// Object is the object in words, as events name it. The empty text says that
// there is none.
func (t Track) Object() string {
	kinds := t.kinds()
	if len(kinds) == 0 {
		return ""
	}
	return kinds[0][0] + " " + kinds[0][1]
}

// kinds lists the keys that say what the object is, and their values.
func (t Track) kinds() (set [][2]string) {
	all := [][2]string{{"interface", t.Interface}, {"cpu", t.CPU}, {"check", ""}, {"service", t.Service}, {"lb-group", t.LBGroup}, {"group", t.Group}}
	if t.Check != nil {
		all[2][1] = cmp.Or(t.Check.Target, "of nothing")
	}
	for _, k := range all {
		if k[1] != "" {
			set = append(set, k)
		}
	}
	return set
}

// withDefaults returns a copy with every default filled in.
func (t Track) withDefaults() Track {
	if t.CPU != "" {
		t.Above = cmp.Or(t.Above, 0.95)
	}
	if t.Check != nil {
		check := *t.Check
		check.Check = check.Check.WithDefaults()
		t.Check = &check
	}
	if t.CPU != "" || t.Check != nil {
		t.Interval = cmp.Or(t.Interval, 2*time.Second)
	}
	if t.Interval > 0 {
		t.Rise, t.Fall = cmp.Or(t.Rise, 2), cmp.Or(t.Fall, 3)
	}
	return t
}

// tracks checks what the member on an interface tracks.
func (c *checker) tracks(path []string, n Node, iface string, s Standby) {
	if s.PreemptWhenServing && n.Gateway == nil {
		c.fail(At(path, "preempt-when-serving"), "the node has no gateway, whose services it could wait for")
	}
	for i, t := range s.Track {
		at := At(path, "track", fmt.Sprint(i))
		switch kinds := t.kinds(); len(kinds) {
		case 0:
			c.fail(at, "the object is missing, want one of interface, cpu, check, service, lb-group or group")
		case 1:
			c.tracked(At(at, kinds[0][0]), n, iface, t)
		default:
			c.fail(at, "got %s and %s, want one object: list the other as one of its own", kinds[0][0], kinds[1][0])
		}
		c.trackEffect(at, n, iface, s, t)
		if t.Interval == 0 && (t.Rise > 1 || t.Fall > 1) {
			c.fail(at, "interval is missing: without one the object is looked at only when it changes, never %d times in a row", max(t.Rise, t.Fall))
		}
		if t.CPU == "" && t.Above != 0 {
			c.fail(At(at, "above"), "got %v%%, want none: the object is not a class of the CPU", 100*t.Above)
		}
	}
}

// tracked checks one object.
func (c *checker) tracked(path []string, n Node, iface string, t Track) {
	switch {
	case t.Interface != "":
		c.oneOf(path, "interface", t.Interface, Names(n.NICs))
		if t.Interface == iface {
			c.fail(path, "got its own interface, want another: without carrier there it takes no part anyway")
		}
	case t.Check != nil:
		c.selfCheck(path, n, t)
	case t.Service != "" && n.Gateway == nil, t.LBGroup != "" && n.Gateway == nil:
		c.fail(path, "the node has no gateway")
	case t.Service != "":
		c.oneOf(path, "service of the gateway", t.Service, Names(n.Gateway.Services))
	case t.LBGroup != "":
		c.oneOf(path, "load-balancer group of the gateway", t.LBGroup, Names(n.Gateway.Groups))
	case t.Group != "":
		c.oneOf(path, "interface with standby control", t.Group, Names(n.Standby))
		if t.Group == iface {
			c.fail(path, "got its own group, want that of another interface")
		}
	}
}

func (c *checker) oneOf(path []string, what, got string, all []string) {
	if !slices.Contains(all, got) {
		c.fail(path, "there is no %s %q, want %s", what, got, AnyOf(got, all))
	}
}

// selfCheck checks a health check.
func (c *checker) selfCheck(path []string, n Node, t Track) {
	check := t.Check
	target, err := ParseTarget(check.Target)
	switch {
	case err != nil || !slices.Contains(check.Schemes(), target.Scheme) || target.Address.Addr() != loopback:
		c.target(At(path, "target"), n, check.Target, check.Schemes()...)
	case !n.serves(target.Address.Port()):
		c.warn(At(path, "target"), "no service of the node listens on %s", target.Address)
	}
	if check.Timeout > t.Interval {
		c.fail(At(path, "timeout"), "got %s, want at most the interval, %s", check.Timeout, t.Interval)
	}
	c.health(path, check.Check)
}

// trackEffect checks what the failure of an object does. A weight that can
// never move the role is a common mistake, so it must be possible and only
// warns.
func (c *checker) trackEffect(path []string, n Node, iface string, s Standby, t Track) {
	effects := 0
	for _, has := range []bool{t.Weight != 0, t.Fault, t.Yield} {
		if has {
			effects++
		}
	}
	switch {
	case effects == 0:
		c.fail(path, "the effect is missing, want weight, fault or yield")
	case effects > 1:
		c.fail(path, "got several effects, want one of weight, fault and yield")
	case t.Weight > *s.Priority:
		c.warn(At(path, "weight"), "got %d, more than the priority %d: it goes down to 0 only", t.Weight, *s.Priority)
	case t.Weight > 0 && !c.othersPreempt(n.NICs[iface].Segment, s.Group):
		segment := n.NICs[iface].Segment
		c.warnGroup(groupKey(s.Group, segment), "weight without preempt", member{node: path[1], iface: iface}, At(path, "weight"),
			"no member of the group has preempt: a lower priority never takes the role from an active one")
	case t.Group != "" && t.Fault:
		c.warn(At(path, "fault"), "a member that waits in Initial is no standby: after a takeover of the other group it needs two hold times for the role; see yield")
	}
}

// othersPreempt reports whether any member of a group may preempt.
func (c *checker) othersPreempt(segment string, group int) bool {
	for _, n := range c.whole.Nodes { // order: any will do
		for iface, s := range n.Standby { // order: any will do
			if n.NICs[iface].Segment == segment && s.Group == group && s.Preempt {
				return true
			}
		}
	}
	return false
}
