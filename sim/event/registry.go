package event

import (
	"fmt"
	"maps"
	"reflect"
	"slices"

	"github.com/cablepull/cablepull/sim/event/jsonform"
)

// bodies lists every body. One that is missing here has no JSON form, and a
// test reports it.
var bodies = []Body{
	FaultApplied{}, FaultHealed{},
	PowerChanged{}, Paused{}, LinkChanged{}, PortBlocked{}, LoadChanged{}, Stalled{}, MemoryChanged{}, ConfigChanged{}, ServiceChanged{}, QuiesceChanged{},
	NeighbourChanged{}, PathChanged{}, MACMoved{}, FrameLooped{}, FlowRefused{},
	ProgramEnded{}, ProgramSaid{}, ProbeChanged{}, NameResolved{}, NameFailed{}, RecordChanged{},
	StandbyChanged{}, StandbySent{}, StandbyLost{}, StandbyRejected{}, StandbyStatus{}, TrackChanged{},
	BalanceAssigned{}, BalanceWeight{}, BalanceMember{}, BalanceTable{}, BalanceRecovery{}, BalanceRefused{},
	BalanceStatus{}, BalanceCounters{},
	BalancerMemberChanged{}, BalancerAttemptFailed{}, BalancerRefused{}, BalancerStatus{},
	LBMemberChanged{}, LBAttemptFailed{}, LBRefused{}, LBStatus{}, GatewayLoad{}, CellChanged{}, CellFailed{},
	ProxyPeerChanged{}, ProxyAttemptFailed{}, ProxyRefused{},
	DocumentSent{}, DocumentUndelivered{}, DocumentArrived{}, ReceiptSent{}, ReceiptArrived{}, DocumentEnded{}, StatusArrived{},
	StoreChanged{}, DocumentForgotten{}, StoreStatus{},
	DatabaseChanged{}, DatabaseFollowed{}, DatabaseRefused{}, PoolFailed{}, TellerDone{},
	MessagePublished{}, MessageFailed{}, MessageProcessed{}, MessageDropped{}, BrokerRestarted{}, BrokerStatus{}, BrokerConnection{},
	ConsumerChanged{}, LeaseChanged{}, ConsumerFenced{}, ThrottleChanged{}, PoliciesLoaded{},
	APIMChanged{}, APIMRefused{}, APIMWarned{}, PortalAnswered{},
	FileDeployed{}, FileCopied{}, FileDeleted{}, FileLost{}, FileSyncFailed{}, FilesAvailable{}, ArtifactChanged{},
	ClusterStateChanged{}, ClusterMemberChanged{}, ClusterCoordinatorChanged{}, ClusterActivityExecuted{},
	ClusterMessageSent{}, ClusterMessageDelivered{}, ClusterMessageDropped{}, ClusterMessagesMissed{},
	VIPGained{}, VIPLost{}, VIPAnnounced{}, VIPClaimed{}, VIPServed{},
	ConnOpened{}, ConnEstablished{}, ConnClosed{}, ConnAccepted{}, ConnTimedOut{}, ConnAged{},
	RequestSent{}, RequestWaiting{}, RequestServed{}, RequestAnswered{}, RequestFailed{}, AnswerMismatched{}, AnswerIgnored{}, SessionServed{},
}

// codec knows how to write and read one body type.
type codec struct {
	number int // its place in bodies

	of   reflect.Type
	kind string
	head string // `,"kind":"vip-gained"`
	plan *jsonform.Plan

	worded []string // names of the fields that have a vocabulary
}

// The registry is built once and only read afterwards, so that parallel worlds
// need no lock.
var (
	byType = map[uintptr]*codec{} // by typeID
	byKind = map[string]*codec{}
)

// The members of an event that come before those of its body.
const (
	memberAt   = "at"
	memberAtNs = "at_ns"
	memberNode = "node"
	memberKind = "kind"
)

func init() {
	if len(bodies) > setMax {
		panic(fmt.Sprintf("event: got %d bodies, want at most %d: see Set", len(bodies), setMax))
	}
	for i, b := range bodies {
		c := &codec{number: i, of: reflect.TypeOf(b), kind: b.Kind(), plan: jsonform.PlanOf(reflect.TypeOf(b))}
		c.head = `,"kind":"` + c.kind + `"`
		for _, name := range c.plan.Names() {
			if f, _ := c.plan.Field(name); wordsOf(f) != nil {
				c.worded = append(c.worded, name)
			}
			if name == memberAt || name == memberNode || name == memberKind {
				panic(fmt.Sprintf("event: %v: member %q is the envelope's", c.of, name))
			}
		}
		if byKind[c.kind] != nil {
			panic(fmt.Sprintf("event: %v: kind %q belongs to %v", c.of, c.kind, byKind[c.kind].of))
		}
		byType[typeID(c.of)], byKind[c.kind] = c, c
		all.add(c)
	}
	sentCodec, answeredCodec = byKind[RequestSent{}.Kind()], byKind[RequestAnswered{}.Kind()]
}

// Kinds returns the kinds of all bodies, sorted.
func Kinds() []string { return slices.Sorted(maps.Keys(byKind)) }

// Fields returns the members of an event of the kind other than at, node and
// kind, in order and without the numeric forms of durations. It returns nil for
// an unknown kind.
func Fields(kind string) []string {
	c := byKind[kind]
	if c == nil {
		return nil
	}
	return c.plan.Names()
}

// Field returns one field of a body as text: strings unchanged, durations as Go
// prints them, the rest as in JSON. It also reports whether the body has the
// field.
func Field(b Body, name string) (string, bool) {
	c := codecOf(b)
	return c.plan.Text(reflect.ValueOf(b), name)
}

// typeID returns the address of a type's description. A map with such keys is
// three times as fast as one with types, and it is asked for every event.
func typeID(t reflect.Type) uintptr { return reflect.ValueOf(t).Pointer() }

func codecOf(b Body) *codec {
	switch b.(type) {
	case RequestSent:
		return sentCodec
	case RequestAnswered:
		return answeredCodec
	}
	c := byType[typeID(reflect.TypeOf(b))]
	if c == nil {
		panic(fmt.Sprintf("event: %T is not in the list of bodies in registry.go", b))
	}
	return c
}
