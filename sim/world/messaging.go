package world

import (
	"github.com/cablepull/cablepull/node/broker"
	"github.com/cablepull/cablepull/node/consumer"
	"github.com/cablepull/cablepull/node/publisher"
	"github.com/cablepull/cablepull/node/throttle"
	"github.com/cablepull/cablepull/sim/topology"
)

func startBroker(n *Node, cfg *topology.Broker) (*Running, error) {
	b := broker.New(n.host, *cfg, &n.brokers)
	return &Running{Switch: switchOf(b), Finish: b.Finish}, nil
}

func startPublisher(n *Node, cfg *topology.Publisher) (*Running, error) {
	publisher.New(n.host, *cfg, &n.publishers)
	return &Running{}, nil
}

func startConsumer(n *Node, cfg *topology.Consumer) (*Running, error) {
	consumer.New(n.host, *cfg, func() bool {
		m := n.members[cfg.Interface]
		return m != nil && m.Status().Owner
	})
	return &Running{}, nil
}

func startThrottle(n *Node, cfg *topology.Throttle) (*Running, error) {
	return &Running{Switch: switchOf(throttle.New(n.host, *cfg))}, nil
}
