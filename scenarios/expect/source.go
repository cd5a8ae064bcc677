package expect

import (
	"errors"
	"fmt"
	"slices"

	"github.com/cablepull/cablepull/sim/event"
	"github.com/cablepull/cablepull/sim/topology"
)

// source is what kind of node an event can be about. A count of events that no
// node of the scenario can cause would hold for ever.
type source struct {
	of       string // in words; empty: any node, or the network
	problems func(plan Plan, key, node string) []topology.Problem
	need     func(Happening) Need // what must have happened for none to mean something; nil: nothing
}

var (
	anywhere   = source{problems: problemsOfNode}
	fromClient = source{of: "a client", problems: problemsOfSource, need: func(x Happening) Need { return needSomeRequests(x.Node, x.Window) }}
	fromMember = source{"a member of a standby group", problemsOfMember, func(x Happening) Need { return NeedMember(Member{Node: x.Node}, x.Window) }}
	fromOwner  = source{of: "a node that can have a virtual IP", problems: problemsOfOwner}
	fromServer = role("a node with a service", "has no service", func(n Node) bool { return len(n.Services) > 0 || n.Host != nil })
	fromHost   = role("a node that runs real programs", "runs no real programs", func(n Node) bool { return n.Host != nil })
	fromAsker  = role("a node that looks up names", "looks up no names", func(n Node) bool { return n.Asks })

	fromFiles    = fromProgram("files")
	fromCluster  = fromProgram("cluster")
	fromProxy    = fromProgram("proxy")
	fromResolver = fromProgram("resolver")
	fromBalancer = fromProgram("balancer")
	fromProbe    = fromProgram("probe")
	fromDatabase = fromProgram("database")
	fromTeller   = fromProgram("teller")
	fromPool     = role("a node with a pool of connections to a database", "has no pool of connections to a database", func(n Node) bool {
		return slices.Contains(n.Programs, "accounts") || slices.Contains(n.Programs, "apim")
	})
	fromAPIM      = fromProgram("apim")
	fromDeveloper = fromProgram("developer")

	fromParty      = role("a node that exchanges business documents", "exchanges no business documents", func(n Node) bool { return n.Exchanges })
	fromBroker     = fromProgram("broker")
	fromConsumer   = fromProgram("consumer")
	fromThrottle   = fromProgram("throttle")
	fromBrokerUser = role("a node that has to do with brokers", "has nothing to do with brokers", func(n Node) bool {
		return slices.ContainsFunc([]string{"publisher", "consumer", "throttle", "apim"}, func(key string) bool { return slices.Contains(n.Programs, key) })
	})

	fromGateway = source{of: "a gateway with load-balancer groups", problems: problemsOfGateway}
	fromSession = source{of: "a client with sessions", problems: func(plan Plan, key, name string) []topology.Problem {
		return problemsOfRole(plan, key, name, "is no client with sessions", func(Node) bool { return plan.Clients[name].Sessions > 0 })
	}}
	fromTracker = source{
		"a member of a standby group that tracks something",
		role("", "tracks nothing", func(n Node) bool { return n.Tracks }).problems,
		func(x Happening) Need { return NeedMember(Member{Node: x.Node}, x.Window) },
	}
)

// role is a source of nodes that have something.
func role(of, lacks string, has func(Node) bool) source {
	return source{of: of, problems: func(plan Plan, key, name string) []topology.Problem {
		return problemsOfRole(plan, key, name, lacks, has)
	}}
}

// fromProgram is a source of nodes with a program, by its key in a scenario.
func fromProgram(key string) source {
	return role("a node with a "+key, "has no "+key, func(n Node) bool { return slices.Contains(n.Programs, key) })
}

// sources says for each kind of event what it can be about.
var sources = map[string]source{
	event.ConnOpened{}.Kind(): fromClient, event.ConnEstablished{}.Kind(): fromClient, event.ConnClosed{}.Kind(): fromClient,
	event.RequestSent{}.Kind(): fromClient, event.RequestAnswered{}.Kind(): fromClient, event.RequestFailed{}.Kind(): fromClient,
	event.RequestWaiting{}.Kind(): fromClient, event.AnswerMismatched{}.Kind(): fromClient, event.AnswerIgnored{}.Kind(): fromClient, event.PathChanged{}.Kind(): fromClient,

	event.StandbyChanged{}.Kind(): fromMember, event.StandbySent{}.Kind(): fromMember, event.StandbyLost{}.Kind(): fromMember, event.StandbyRejected{}.Kind(): fromMember,
	event.StandbyStatus{}.Kind(): fromMember,

	event.BalanceAssigned{}.Kind(): fromMember, event.BalanceWeight{}.Kind(): fromMember, event.BalanceMember{}.Kind(): fromMember,
	event.BalanceTable{}.Kind(): fromMember, event.BalanceRecovery{}.Kind(): fromMember, event.BalanceRefused{}.Kind(): fromMember,
	event.BalanceStatus{}.Kind(): fromMember, event.BalanceCounters{}.Kind(): fromMember,

	event.VIPGained{}.Kind(): fromOwner, event.VIPLost{}.Kind(): fromOwner, event.VIPAnnounced{}.Kind(): fromOwner,
	event.VIPClaimed{}.Kind(): fromOwner, event.VIPServed{}.Kind(): fromOwner,

	event.ConnAccepted{}.Kind(): fromServer, event.ConnTimedOut{}.Kind(): fromServer, event.RequestServed{}.Kind(): fromServer, event.ServiceChanged{}.Kind(): fromServer,
	event.ProgramEnded{}.Kind(): fromHost, event.ProgramSaid{}.Kind(): fromHost,
	event.LBMemberChanged{}.Kind(): fromGateway, event.LBAttemptFailed{}.Kind(): fromGateway, event.LBRefused{}.Kind(): fromGateway,
	event.LBStatus{}.Kind(): fromGateway, event.GatewayLoad{}.Kind(): fromGateway, event.SessionServed{}.Kind(): fromSession,
	event.CellChanged{}.Kind(): fromGateway, event.CellFailed{}.Kind(): fromGateway,
	event.ProbeChanged{}.Kind():     fromProbe,
	event.MessagePublished{}.Kind(): fromBrokerUser, event.MessageFailed{}.Kind(): fromBrokerUser, event.BrokerConnection{}.Kind(): fromBrokerUser,
	event.MessageProcessed{}.Kind(): fromConsumer, event.ConsumerChanged{}.Kind(): fromConsumer,
	event.MessageDropped{}.Kind(): fromBroker, event.BrokerRestarted{}.Kind(): fromBroker, event.BrokerStatus{}.Kind(): fromBroker,
	event.LeaseChanged{}.Kind(): fromBroker, event.ConsumerFenced{}.Kind(): fromBroker,
	event.ThrottleChanged{}.Kind(): fromThrottle, event.PoliciesLoaded{}.Kind(): fromThrottle,
	event.NameResolved{}.Kind(): fromAsker, event.NameFailed{}.Kind(): fromAsker, event.RecordChanged{}.Kind(): fromResolver,
	event.TrackChanged{}.Kind(): fromTracker,

	event.DatabaseChanged{}.Kind(): fromDatabase, event.DatabaseFollowed{}.Kind(): fromDatabase, event.DatabaseRefused{}.Kind(): fromDatabase,
	event.PoolFailed{}.Kind(): fromPool, event.TellerDone{}.Kind(): fromTeller,

	event.ProxyPeerChanged{}.Kind(): fromProxy, event.ProxyAttemptFailed{}.Kind(): fromProxy, event.ProxyRefused{}.Kind(): fromProxy,
	event.FileDeployed{}.Kind(): fromFiles, event.FileCopied{}.Kind(): fromFiles, event.FileDeleted{}.Kind(): fromFiles, event.FileLost{}.Kind(): fromFiles,
	event.FileSyncFailed{}.Kind(): fromFiles, event.FilesAvailable{}.Kind(): fromFiles, event.ArtifactChanged{}.Kind(): fromFiles,

	event.ClusterStateChanged{}.Kind(): fromCluster, event.ClusterMemberChanged{}.Kind(): fromCluster,
	event.ClusterCoordinatorChanged{}.Kind(): fromCluster, event.ClusterActivityExecuted{}.Kind(): fromCluster,
	event.ClusterMessageSent{}.Kind(): fromCluster, event.ClusterMessageDelivered{}.Kind(): fromCluster,
	event.ClusterMessageDropped{}.Kind(): fromCluster, event.ClusterMessagesMissed{}.Kind(): fromCluster,

	event.DocumentSent{}.Kind(): fromParty, event.DocumentUndelivered{}.Kind(): fromParty, event.DocumentArrived{}.Kind(): fromParty,
	event.ReceiptSent{}.Kind(): fromParty, event.ReceiptArrived{}.Kind(): fromParty, event.DocumentEnded{}.Kind(): fromParty,
	event.StatusArrived{}.Kind(): fromParty, event.StoreChanged{}.Kind(): fromParty, event.DocumentForgotten{}.Kind(): fromParty, event.StoreStatus{}.Kind(): fromParty,
	event.APIMChanged{}.Kind(): fromAPIM, event.APIMRefused{}.Kind(): fromAPIM, event.APIMWarned{}.Kind(): fromAPIM,
	event.PortalAnswered{}.Kind(): fromDeveloper,

	event.BalancerMemberChanged{}.Kind(): fromBalancer, event.BalancerAttemptFailed{}.Kind(): fromBalancer,
	event.BalancerRefused{}.Kind(): fromBalancer, event.BalancerStatus{}.Kind(): fromBalancer,

	event.FaultApplied{}.Kind(): anywhere, event.FaultHealed{}.Kind(): anywhere,
	event.PowerChanged{}.Kind(): anywhere, event.LinkChanged{}.Kind(): anywhere, event.PortBlocked{}.Kind(): anywhere, event.LoadChanged{}.Kind(): anywhere, event.Paused{}.Kind(): anywhere, event.Stalled{}.Kind(): anywhere,
	event.MemoryChanged{}.Kind(): anywhere, event.ConfigChanged{}.Kind(): anywhere, event.QuiesceChanged{}.Kind(): anywhere,
	event.NeighbourChanged{}.Kind(): anywhere, event.MACMoved{}.Kind(): anywhere, event.FrameLooped{}.Kind(): anywhere,
	event.FlowRefused{}.Kind(): anywhere, event.ConnAged{}.Kind(): anywhere,
}

// check says why no node of the plan, or not the named one, can cause events of
// the source.
func (s source) check(plan Plan, node string) []topology.Problem {
	if node != "" {
		return s.problems(plan, "node", node)
	}
	for _, name := range topology.Names(plan.Nodes) {
		if len(s.problems(plan, "node", name)) == 0 {
			return nil
		}
	}
	if s.of == "" {
		return nil
	}
	return []topology.Problem{{Path: []string{"kind"}, Message: fmt.Sprintf("no node can cause such an event, want %s", s.of)}}
}

// problemsOfSource checks that a node exists and is a client.
func problemsOfSource(plan Plan, key, name string) []topology.Problem {
	if problems := problemsOfNode(plan, key, name); problems != nil {
		return problems
	}
	if _, is := plan.Clients[name]; !is {
		return []topology.Problem{{Path: []string{key}, Message: "node " + name + " is not a client"}}
	}
	return nil
}

// needSomeRequests is the need for requests of a client before a window ends;
// without a name, of any.
func needSomeRequests(client string, w Window) Need {
	if client != "" {
		return NeedRequests(client, w)
	}
	return func(e Evidence) error {
		clients := slices.DeleteFunc(topology.Names(e.Clients), func(name string) bool { return !e.asked(name) })
		if len(clients) == 0 {
			return errors.New("no client sent a request")
		}
		return needStarted(clients, w, e)
	}
}
