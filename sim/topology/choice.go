package topology

// The words that choice fields may hold, as in their enum tags.
const (
	ArrivalConst   = "const"
	ArrivalPoisson = "poisson"

	ModeNew       = "new"
	ModeKeepAlive = "keep-alive"
	ModeLongLived = "long-lived"
	ModePing      = "ping"

	// What a service does while its address is not local.
	BindWait  = "wait"  // bind anyway, serve once the address arrives
	BindRetry = "retry" // try again every second
	BindFail  = "fail"  // give up

	// The address from which a service connects to its back end.
	SourceOwn = "own" // that of the interface
	SourceVIP = "vip" // a virtual IP

	OnVIPLossReset  = "rst"
	OnVIPLossFreeze = "freeze"

	MemoryRefuse = "refuse"
	MemoryDie    = "die"

	ProfileDataPower = "datapower"
	ProfileIOS       = "ios"
	ProfileRFC2281   = "rfc2281"

	// The message of a higher member on which a beaten Active resigns.
	ResignOnCoup  = "coup"
	ResignOnHello = "hello"
	ResignOnBoth  = "both"
	ResignNever   = "never"

	MismatchAccept = "accept"
	MismatchIgnore = "ignore"

	TakeoverARP = "arp"
	TakeoverMAC = "mac"

	AnnounceBoth    = "both"
	AnnounceReply   = "reply"
	AnnounceRequest = "request"

	// How the active of a self-balanced group picks members.
	AlgorithmWLC = "wlc" // weighted least connections
	AlgorithmRR  = "rr"  // round robin
	AlgorithmWRR = "wrr" // weighted round robin
	AlgorithmSH  = "sh"  // hash of the client's address and port

	// How a new active learns of the connections that there are.
	RecoveryNone         = "none"
	RecoverySync         = "sync"
	RecoveryRebuild      = "rebuild"
	RecoverySecondChance = "second-chance"

	// What happens to a new connection when the table is full.
	OverflowEvict  = "evict"
	OverflowRefuse = "refuse"

	// What happens to the segments of connections whose member is lost.
	DeadDrop  = "drop"
	DeadReset = "reset"

	UnknownReset = "reset"
	UnknownDrop  = "drop"

	FirewallAccept = "accept"
	FirewallDrop   = "drop"

	// From where a router takes replies.
	ReplyFromAny           = "any"
	ReplyFromSameInterface = "same-interface"
	ReplyFromSameMAC       = "same-mac"
)
