package topology

// The words that choice fields may hold, as in their enum tags.
const (
	ArrivalConst   = "const"
	ArrivalPoisson = "poisson"

	ModeNew       = "new"
	ModeKeepAlive = "keep-alive"
	ModeLongLived = "long-lived"

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

	UnknownReset = "reset"
	UnknownDrop  = "drop"

	FirewallAccept = "accept"
	FirewallDrop   = "drop"
)
