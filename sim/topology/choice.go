package topology

// The words that fields with a choice may hold, as in their enum tags.
const (
	ArrivalConst   = "const"
	ArrivalPoisson = "poisson"

	ModeNew       = "new"
	ModeKeepAlive = "keep-alive"
	ModeLongLived = "long-lived"

	BindWait  = "wait"
	BindRetry = "retry"
	BindFail  = "fail"

	OnVIPLossReset  = "rst"
	OnVIPLossFreeze = "freeze"

	MemoryRefuse = "refuse"
	MemoryDie    = "die"

	ProfileDataPower = "datapower"
	ProfileIOS       = "ios"
	ProfileRFC2281   = "rfc2281"

	TakeoverARP = "arp"
	TakeoverMAC = "mac"

	AnnounceBoth    = "both"
	AnnounceReply   = "reply"
	AnnounceRequest = "request"

	FirewallAccept = "accept"
	FirewallDrop   = "drop"
)
