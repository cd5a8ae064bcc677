// Package broker is a message broker on a machine: the shell of package queue,
// on a port of package session. It stands in for the AMQP broker of an API
// manager (spec/failover.md §7.4).
//
// Its messages, each answered as the second column says:
//
//	open NAME HEARTBEAT                    pings as often, if it is not 0
//	publish TO NUMBER NAME KEPT TEXT       confirmed NUMBER, or refused publish 0 NUMBER WHY
//	subscribe SUB FROM PREFETCH TOKEN      message SUB TAG COUNT FROM NAME NUMBER TEXT, again and again;
//	                                       refused subscribe SUB 0 WHY; fenced SUB
//	ack SUB TAG                            receipt SUB TAG, or refused acknowledge SUB TAG WHY
//	return SUB TAG                         -, or refused acknowledge SUB TAG WHY
//	unsubscribe SUB                        -
//	acquire LEASE HOLDER TOKEN TIME DRIFT  granted TOKEN, or refused acquire 0 TOKEN WHY
//	release LEASE HOLDER TOKEN             -
//	ping                                   -
//
// What survives a loss of power is in a Disk, which whoever owns the machine
// keeps. The package knows nothing of publishers and consumers: package jms is
// the other end of its connections. Start reading at broker.go.
package broker
