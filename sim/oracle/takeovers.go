package oracle

import (
	"slices"
	"time"

	"github.com/cablepull/cablepull/sim/event"
)

// takeovers follows each virtual IP from member to member.
type takeovers struct {
	scene *scene
	ears  *ears
	seen  int // version of the roster
	vips  map[string]*ownership
	order []string // of vips, in the order in which they were first gained
	found []*taking

	changes  map[*Entry]change   // the last state change of each member
	resigned map[groupKey]*Entry // the last member that sent a Resign
	pending  []*taking           // of the present instant, whose reason may yet be logged
	false    falseFailovers
}

// groupKey names those who hear each other's messages.
type groupKey struct {
	segment string
	group   uint8
}

// change is what a member said of its last state change.
type change struct {
	at      time.Duration
	reason  reason
	noticed time.Duration // when its active timer last expired
}

// ownership is what is known of one virtual IP.
type ownership struct {
	vip     string
	owner   *Entry // to which it belongs, by the last row
	sole    *Entry // the last one that was its only owner
	owners  []*Entry
	claim   claim    // the last one on the wire that somebody could hear
	heard   claim    // the last one that the owner could hear
	handed  handover // the last one that does not belong to a takeover yet
	takings []*taking
}

type claim struct {
	by string
	at time.Duration
}

// handover is a change of the node that serves a virtual IP.
type handover struct {
	from, to string
	at, gap  time.Duration
}

// taking is a takeover that is being followed.
type taking struct {
	Takeover
	blame   blame
	claim   time.Duration // of To before it took the VIP; 0: none
	both    bool          // more than one owns it since then
	handed  time.Duration // To served before it took the VIP; 0: not
	inTurns bool          // both served while both owned it
	gains   bool          // To took the VIP; else it was left alone with it
	met     bool          // To had heard From as the owner before
}

func newTakeovers(s *scene) recorder {
	return &takeovers{
		scene: s, ears: newEars(s), vips: map[string]*ownership{},
		changes: map[*Entry]change{}, resigned: map[groupKey]*Entry{}, false: falseFailovers{},
	}
}

func (t *takeovers) of(vip string) *ownership {
	o := t.vips[vip]
	if o == nil {
		o = &ownership{vip: vip}
		t.vips[vip] = o
		t.order = append(t.order, vip)
	}
	return o
}

var takeoverReads = versionReads.Or(event.SetOf(
	event.StandbySent{}, event.TrackChanged{}, event.VIPClaimed{}, event.VIPAnnounced{}, event.VIPServed{},
))

// reads implements fold.
func (*takeovers) reads() event.Set { return takeoverReads }

// Observe implements fold.
func (t *takeovers) Observe(e event.Event) {
	if len(t.pending) > 0 && e.At > t.pending[0].At {
		t.settle()
	}
	t.ears.observe(e.At)
	switch b := e.What.(type) {
	case event.StandbyChanged:
		t.changed(e, b)
	case event.StandbySent:
		if b.Opcode == "Resign" {
			if m := t.scene.roster.Find(e.Node, b.Interface); m != nil {
				t.resigned[groupKey{m.Segment, b.Group}] = m
			}
		}
	case event.PowerChanged:
		t.powered(e, b)
	case event.TrackChanged:
		t.false.tracked(e.Node)
	case event.VIPGained:
		t.gained(t.of(b.VIP), t.scene.roster.Find(e.Node, b.Interface), e.At)
	case event.VIPClaimed:
		t.claimed(t.of(b.VIP), e, b.Frame)
	case event.VIPAnnounced:
		t.claimed(t.of(b.VIP), e, frameGratuitousARP)
	case event.VIPServed:
		t.served(t.of(b.VIP), e, b)
	}
	if version := t.scene.roster.Version(); version != t.seen {
		t.seen = version
		for _, vip := range t.order {
			t.follow(t.vips[vip], e.At)
		}
	}
}

// changed notes why a member changed its state. What gave up a virtual IP says
// why after that.
func (t *takeovers) changed(e event.Event, b event.StandbyChanged) {
	m := t.scene.roster.Find(e.Node, b.Interface)
	now := change{at: e.At, reason: reasons[b.Cause], noticed: t.changes[m].noticed}
	if b.Cause == activeTimerExpired {
		now.noticed = e.At
	}
	t.changes[m] = now
	for _, p := range t.pending {
		if p.blame.from == m {
			p.blame.reason = now.reason
		}
	}
}

func (t *takeovers) powered(e event.Event, b event.PowerChanged) {
	for _, p := range t.pending {
		if p.From == e.Node && !b.State.Up() {
			p.blame.reason = told
		}
	}
}

// owners returns the members that have a virtual IP on their interface and act
// as its owners.
func (t *takeovers) owners(vip string) []*Entry {
	var all []*Entry
	for _, m := range t.scene.roster.Holders(vip) {
		if m.Owns() || m.Real && m.Up() {
			all = append(all, m)
		}
	}
	return all
}

// gained begins a takeover by a member that took the virtual IP, unless it
// already belongs to it.
func (t *takeovers) gained(o *ownership, m *Entry, at time.Duration) {
	owners := t.owners(o.vip)
	if o.owner == m || !slices.Contains(owners, m) {
		return
	}
	k := t.begin(o, m, at)
	k.gains, k.met = true, k.blame.from == nil || t.ears.met(m, k.blame.from)
	k.Shared = len(owners) > 1
	k.both = k.Shared
	if o.claim.by == m.Node { // a coup comes before the address
		k.claim = o.claim.at
	}
	last := t.changes[m]
	b := &k.blame
	if b.noticed = at; last.at == at && !m.Real {
		b.reason, b.noticed, b.resigner = last.reason, last.noticed, t.resigned[groupKey{m.Segment, m.Group}]
	}
	if b.from == nil { // it may have heard an owner of another address
		b.from = t.ears.lastHeard(m, at)
	}
	if b.from != nil {
		b.waiting, b.waits = t.ears.waiting(m, b.from, at)
		b.because = t.scene.network.why(m, b.from)
		b.standing = t.scene.history.standing(b.from, b.waiting, at)
		b.waiting = t.scene.history.since(b.from, b.waiting, at)
	}
	b.listened, _ = t.ears.listened(m, at)
	k.credit(b.gained())
	t.false.judge(k)
}

// follow compares the owners of a virtual IP with those before. When one is
// alone with it to which it did not belong, it belongs to that one again.
func (t *takeovers) follow(o *ownership, at time.Duration) {
	o.owners = t.owners(o.vip)
	if len(o.owners) != 1 {
		return
	}
	only := o.owners[0]
	if o.owner == nil {
		t.gained(o, only, at)
	}
	if n := len(o.takings); n > 0 && o.takings[n-1].both {
		o.takings[n-1].both, o.takings[n-1].Both = false, at-o.takings[n-1].At
	}
	if o.owner != only {
		t.left(o, only, at)
	}
	if o.sole != only {
		last := o.takings[len(o.takings)-1]
		last.Moved = last.From != ""
		o.sole = only
	}
}

// left begins a takeover by a member that had the virtual IP all along, because
// the owner gave it up. The log does not hold the frames in which it goes on
// claiming the address, unless a third member claimed it in between. One of
// those frames made the owner yield, unless it just went down.
func (t *takeovers) left(o *ownership, m *Entry, at time.Duration) {
	from, before := o.owner, o.takings[len(o.takings)-1]
	k := t.begin(o, m, at)
	k.DetectedAt = at
	if o.heard.by == m.Node {
		k.claim = o.heard.at
	}
	if k.inTurns = before.inTurns; k.inTurns {
		k.Served, k.Gap = false, 0
	}
	b := &k.blame
	if !from.Up() {
		b.reason = told
	}
	if since, hears := t.ears.hearing(from, m, at); hears {
		b.hearing, b.hears = max(since, before.At), true
	}
	t.pending = append(t.pending, k)
}

// begin adds a takeover.
func (t *takeovers) begin(o *ownership, m *Entry, at time.Duration) *taking {
	k := &taking{Takeover: Takeover{VIP: o.vip, To: m.Node, At: at}}
	k.blame = blame{edges: t.scene.history.all(), from: o.owner, to: m, at: at, noisy: t.scene.facts.Noise.Any}
	if o.owner != nil {
		k.From = o.owner.Node
	}
	if n := len(o.takings); n > 0 && o.takings[n-1].both {
		o.takings[n-1].both, o.takings[n-1].Both = false, at-o.takings[n-1].At
	}
	// The old owner may give up the address when the new one, which never lost it,
	// is already serving.
	if h := o.handed; h.from == k.From && h.to == m.Node && h.from != "" {
		k.Served, k.Gap, k.handed = true, h.gap, h.at
	}
	o.owner, o.handed = m, handover{}
	o.takings = append(o.takings, k)
	t.found = append(t.found, k)
	return k
}

// settle explains the takeovers of the last instant.
func (t *takeovers) settle() {
	for _, k := range t.pending {
		k.credit(k.blame.left())
		t.false.judge(k)
	}
	t.pending = t.pending[:0]
}

// credit notes what caused a takeover.
func (k *taking) credit(f finding) {
	k.Causes, k.Possible, k.Why = append([]Cause{}, f.causes...), append([]Cause{}, f.possible...), f.why
	if len(k.Causes) == 0 {
		return
	}
	since := k.Causes[0].When()
	if k.claim > 0 && k.claim >= since {
		k.DetectedAt = k.claim
	}
	if k.handed > 0 && k.handed < since { // that was something else
		k.Served, k.Gap = false, 0
	}
}

// claimed completes the newest takeover if it is the claimant's.
func (t *takeovers) claimed(o *ownership, e event.Event, frame string) {
	m := t.claimant(o.vip, e.Node)
	if m == nil || !t.scene.network.reaches(m, t.scene.roster.Entries(), frame) {
		return
	}
	now := claim{e.Node, e.At}
	o.claim = now
	if o.owner != nil {
		if o.owner == m || t.ears.heard(o.owner, m, e.At) {
			o.heard = now
		}
	}
	if len(o.takings) == 0 {
		return
	}
	if k := o.takings[len(o.takings)-1]; k.To == e.Node && k.DetectedAt == 0 {
		k.DetectedAt = e.At
	}
}

// claimant returns the member of a node that may have a virtual IP.
func (t *takeovers) claimant(vip, node string) *Entry {
	var any *Entry
	for _, m := range t.scene.roster.Entries() {
		if m.Node == node && (m.holds(vip) || slices.Contains(m.Held, vip)) {
			return m
		}
		if m.Node == node && any == nil {
			any = m
		}
	}
	return any
}

// served completes the newest takeover between the two servers. If another node
// has served since, the earlier handover is void. So is one while both own the
// address, if the old owner serves again.
func (t *takeovers) served(o *ownership, e event.Event, b event.VIPServed) {
	o.handed = handover{}
	if n := len(o.takings); n > 0 {
		if last := o.takings[n-1]; last.both && last.From == e.Node && last.To == b.Previous {
			last.Served, last.Gap, last.inTurns = false, 0, true
		}
	}
	if n := len(o.takings); n > 0 && o.takings[n-1].To == e.Node && o.takings[n-1].DetectedAt == 0 {
		if m := t.claimant(o.vip, e.Node); m != nil && t.scene.network.reaches(m, t.scene.roster.Entries(), frameGratuitousARP) {
			o.takings[n-1].DetectedAt = e.At
		}
	}
	for _, k := range slices.Backward(o.takings) {
		if k.To == e.Node && k.From == b.Previous && k.From != "" {
			if !k.Served && !k.inTurns {
				k.Served, k.Gap = true, e.At-b.PreviousAt
			}
			return
		}
	}
	o.handed = handover{b.Previous, e.Node, e.At, e.At - b.PreviousAt}
}

// record stores the takeovers in order. Those that no fault caused have no
// detection.
func (t *takeovers) record(to *Measures) {
	to.Takeovers = make([]Takeover, 0, len(t.found))
	for _, k := range t.found {
		if k.Detected = k.DetectedAt > 0 && len(k.Causes) > 0; k.Detected {
			k.Detection = k.DetectedAt - k.Causes[0].At
		}
		to.Takeovers = append(to.Takeovers, k.Takeover)
	}
}

// Finish implements fold.
func (t *takeovers) Finish(end time.Duration) {
	t.settle()
	for _, vip := range t.order {
		if o := t.vips[vip]; len(o.takings) > 0 {
			if last := o.takings[len(o.takings)-1]; last.both {
				last.Both = end - last.At
			}
		}
	}
}
