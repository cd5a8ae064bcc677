package topology

// messagingDefaults are the parts of the programs around brokers, for
// TestDocumentedDefaults. What is described in words is left out.
func messagingDefaults() []any {
	brokers := Brokers{List: []BrokerAddress{{}}}.complete(Topology{})
	brokers.Failover = "" // left out: it depends on the list
	lease := *Consumer{Follow: FollowLease}.Complete(Place{}).(*Consumer).Lease
	lease.Renew = 0 // a third of its time
	control := Throttle{Control: &ThrottleControl{}}.Complete(Place{}).(*Throttle).Control
	address := brokers.List[0]
	brokers.List = nil
	gateway := ThrottleGateway{}.Complete(Place{})
	return []any{BrokerQueue{}, brokers, address, lease, *control, ThrottleManager{}.Complete(Place{}), gateway}
}
