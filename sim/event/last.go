package event

// LastWords are what machines say of themselves when the run ends, and only
// then. In real time that is a little later; it counts as the end.
func LastWords() Set {
	return SetOf(
		StandbyStatus{}, BalanceStatus{}, BalanceCounters{}, LBStatus{}, BalancerStatus{}, BrokerStatus{}, StoreStatus{}, RequestWaiting{},
	)
}
