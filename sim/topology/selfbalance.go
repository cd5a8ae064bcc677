package topology

import (
	"cmp"
	"errors"
	"fmt"
	"strconv"
	"time"
)

// SelfBalance is self-balancing on one interface: while the member is active,
// it spreads new connections to the virtual IPs over all members. What the keys
// mean in detail stands in package selfbalance.
type SelfBalance struct {
	Algorithm string `yaml:"algorithm" doc:"how the active picks the member of a new connection: wlc (default: weighted least connections), rr (round robin), wrr (weighted round robin), sh (weighted hash of the client's address and port)" jsonschema:"enum=wlc,enum=rr,enum=wrr,enum=sh"`
	Recovery  string `yaml:"recovery" doc:"how a new active learns which member has which connection: rebuild (default: it asks all members), sync (the active before it has sent messages as IPVS does), second-chance (it need not know: a member passes on what it does not know), none" jsonschema:"enum=none,enum=sync,enum=rebuild,enum=second-chance"`
	Table     int    `yaml:"table" doc:"maximum number of connections that the active remembers (default 1000000)" jsonschema:"minimum=1,maximum=16777216"`
	Overflow  string `yaml:"overflow" doc:"what happens to a new connection when the table is full: evict (default: it takes the place of the one that has been idle longest) or refuse" jsonschema:"enum=evict,enum=refuse"`

	Weight      BalanceWeight `yaml:"weight" doc:"weight of the member's services, 1-100 (default auto: from 1 to 100 by the idle share of its CPU); while a service cannot work, its weight is 0" jsonschema:"maximum=100"`
	Smoothing   *float64      `yaml:"smoothing" form:"share" doc:"with weight auto: how much of the last weight stays in the next one; at 0% the weight is what the last interval alone says (default 90%)" jsonschema:"maximum=0.99"`
	FullSamples int           `yaml:"full-samples" doc:"after how many reports in a row without any idle CPU the weight is 0 (default 3)" jsonschema:"minimum=1,maximum=1000"`

	Report time.Duration `yaml:"report" doc:"time between two reports of a member to the others (default 1s)" jsonschema:"minimum=10ms"`
	Missed int           `yaml:"missed" doc:"after how many missing reports a member counts as lost (default 3)" jsonschema:"minimum=1,maximum=1000"`
	Hold   time.Duration `yaml:"hold" doc:"with recovery rebuild: how long a new active keeps a segment of a connection that it does not know yet, while it waits for answers (default 500ms)" jsonschema:"minimum=1ms"`

	SyncThreshold int `yaml:"sync-threshold" doc:"with recovery sync: the number of segments after which a connection is sent to the other members for the first time (default 3)" jsonschema:"minimum=1,maximum=1000000"`
	SyncPeriod    int `yaml:"sync-period" doc:"with recovery sync: the number of segments from one message about a connection to the next (default 50)" jsonschema:"minimum=2,maximum=1000000"`

	Dead    string `yaml:"dead" doc:"what happens to the segments of a connection whose member is lost: drop (default: the connection goes on if the member comes back) or reset" jsonschema:"enum=drop,enum=reset"`
	Version int    `yaml:"version" doc:"version of the messages that it sends, 1 or 2 (default 2); one that is set while the machine runs counts from its next boot" jsonschema:"minimum=1,maximum=2"`
}

// MembersMax is the largest number of members of a self-balanced group.
const MembersMax = 64

// BalanceWeight is the weight of a member's services; 0: it follows the CPU. In
// YAML: auto, or a number from 1 to 100.
type BalanceWeight int

const (
	balanceWeightMax  = 100
	balanceWeightAuto = "auto"
)

// ErrBalanceWeight is wrapped by the error for a text that is not a weight.
var ErrBalanceWeight = errors.New("bad weight")

// UnmarshalText implements encoding.TextUnmarshaler.
func (w *BalanceWeight) UnmarshalText(text []byte) error {
	if string(text) == balanceWeightAuto {
		*w = 0
		return nil
	}
	n, err := strconv.Atoi(string(text))
	if err != nil || n < 1 || n > balanceWeightMax {
		return fmt.Errorf("%w: got %q, want auto or a number from 1 to %d", ErrBalanceWeight, text, balanceWeightMax)
	}
	*w = BalanceWeight(n)
	return nil
}

// String returns the weight as in YAML.
func (w BalanceWeight) String() string {
	if w == 0 {
		return balanceWeightAuto
	}
	return strconv.Itoa(int(w))
}

// MarshalText implements encoding.TextMarshaler.
func (w BalanceWeight) MarshalText() ([]byte, error) { return []byte(w.String()), nil }

// WithDefaults returns a copy with every default filled in.
func (s SelfBalance) WithDefaults() SelfBalance {
	s.Algorithm = cmp.Or(s.Algorithm, AlgorithmWLC)
	s.Recovery = cmp.Or(s.Recovery, RecoveryRebuild)
	s.Table = cmp.Or(s.Table, 1_000_000)
	s.Overflow = cmp.Or(s.Overflow, OverflowEvict)
	if s.Smoothing == nil {
		smoothing := 0.9
		s.Smoothing = &smoothing
	}
	s.FullSamples = cmp.Or(s.FullSamples, 3)
	s.Report = cmp.Or(s.Report, time.Second)
	s.Missed = cmp.Or(s.Missed, 3)
	s.Hold = cmp.Or(s.Hold, 500*time.Millisecond)
	s.SyncThreshold = cmp.Or(s.SyncThreshold, 3)
	s.SyncPeriod = cmp.Or(s.SyncPeriod, 50)
	s.Dead = cmp.Or(s.Dead, DeadDrop)
	s.Version = cmp.Or(s.Version, 2)
	return s
}

// LostTime is how long after its last report a member counts as lost: the last
// one that it may miss is half an interval late.
func (s SelfBalance) LostTime() time.Duration {
	return time.Duration(s.Missed)*s.Report + s.Report/2
}

// longHold is far longer than TCP takes to repeat a segment.
const longHold = 10 * time.Second

// selfBalance checks self-balancing on one interface.
func (c *checker) selfBalance(path []string, n Node, s SelfBalance) {
	if s.SyncThreshold >= s.SyncPeriod {
		c.fail(At(path, "sync-threshold"), "got %d, want less than sync-period, %d", s.SyncThreshold, s.SyncPeriod)
	}
	if s.Hold > longHold {
		c.warn(At(path, "hold"), "got %s: if a member does not answer, clients of unknown connections wait that long for a reset", s.Hold)
	}
	if n.Gateway == nil {
		c.warn(path, "the node has no gateway, whose services could be balanced: it gets no connections from the others")
	}
}

// balance compares self-balancing of the members of a group. As with standby
// control, differences must be possible and only warn.
func (c *checker) balance(key string, members []member) {
	var balancing []member
	for _, m := range members {
		if m.SelfBalance != nil {
			balancing = append(balancing, m)
		}
	}
	if len(balancing) == 0 {
		return
	}
	if most := MembersMax; len(balancing) > most {
		at := At(balancing[most].path(), "self-balance")
		c.fail(at, "%s has %d members with self-balancing, want at most %d", key, len(balancing), most)
	}
	like := balancing[0]
	for _, m := range members {
		if m.SelfBalance == nil {
			c.warnGroup(key, "self-balance", m, m.path(), "self-balance is missing here and set on %s.%s: the other members of %s give this one no connections, and while it is active it serves all by itself",
				like.node, like.iface, key)
		}
	}
	for _, m := range balancing {
		c.balanceLike(key, m, like)
		for _, other := range balancing {
			if other.SelfBalance.Report > m.SelfBalance.LostTime() {
				c.warnGroup(key, "missed", m, At(m.path(), "self-balance", "missed"), "%s.%s reports every %s and is lost for this member after %s: between its reports it gets no connections",
					other.node, other.iface, other.SelfBalance.Report, m.SelfBalance.LostTime())
				break
			}
		}
	}
}

// balanceLike warns where a member balances in another way than one before it.
func (c *checker) balanceLike(key string, m, like member) {
	path, own, other := At(m.path(), "self-balance"), m.SelfBalance, like.SelfBalance
	if own.Algorithm != other.Algorithm {
		c.warnGroup(key, "algorithm", m, At(path, "algorithm"), "algorithm is %s here and %s on %s.%s: members of %s should have the same; the active's is in use, so it changes with the active",
			own.Algorithm, other.Algorithm, like.node, like.iface, key)
	}
	if own.Recovery != other.Recovery {
		c.warnGroup(key, "recovery", m, At(path, "recovery"), "recovery is %s here and %s on %s.%s: members of %s should have the same; what a takeover loses depends on which member takes over",
			own.Recovery, other.Recovery, like.node, like.iface, key)
	}
}
