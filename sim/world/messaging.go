package world

import (
	"github.com/cablepull/cablepull/node/broker"
	"github.com/cablepull/cablepull/node/consumer"
	"github.com/cablepull/cablepull/node/publisher"
	"github.com/cablepull/cablepull/node/throttle"
	"github.com/cablepull/cablepull/sim/topology"
)

func startBroker(n *Node, cfg *topology.Broker) (*Running, error) {
	if n.broker == nil {
		n.broker = broker.NewDisk(*cfg)
		var err error
		if n.broker.OnChange, err = journal(n, "broker", n.broker.Redo); err != nil {
			return nil, err
		}
	}
	b := broker.New(n.host, *cfg, n.broker)
	return &Running{Switch: switchOf(b), Finish: b.Finish}, nil
}

func startPublisher(n *Node, cfg *topology.Publisher) (*Running, error) {
	if n.publisher == nil {
		n.publisher = &publisher.Disk{}
		var err error
		if n.publisher.OnChange, err = journal(n, "publisher", n.publisher.Redo); err != nil {
			return nil, err
		}
	}
	publisher.New(n.host, *cfg, n.publisher)
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
