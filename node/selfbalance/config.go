package selfbalance

import (
	"net/netip"
	"time"
)

// Config is what a member needs to know. It is complete: the machine has no
// defaults.
type Config struct {
	Group   uint8      // number of the standby group
	Address netip.Addr // of the interface: it names the member
	Boot    uint32     // how often the member's machine has booted
	Version uint8      // of the messages that it sends, see balance.Versions

	Algorithm Algorithm
	Recovery  Recovery
	Table     TableConfig

	// ReportTime is the time between two reports. A member that missed Missed
	// reports in a row counts as lost, see LostTime.
	ReportTime time.Duration
	Missed     int

	// Prepares makes the member learn the connections of another owner before it
	// takes the role from it, see Ready.
	Prepares bool

	// HoldTime is how long a segment of an unknown connection may wait for the
	// answers to a rebuild.
	HoldTime time.Duration

	// SyncThreshold and SyncPeriod say which packets of a connection send a sync
	// message: those whose number leaves SyncThreshold when divided by SyncPeriod
	// (IPVS: sync_threshold 3 50).
	SyncThreshold, SyncPeriod uint32

	// Weight is that of each service of this member, 1..100. 0: it follows the idle
	// share of the CPU, smoothed by Smoothing, 0..1, and is 0 after FullSamples
	// reports in a row with no idle CPU.
	Weight      uint16
	Smoothing   float64
	FullSamples int

	// ResetDead answers segments of connections whose member is lost with RST, and
	// chooses another member if the segment is a SYN (IPVS: expire_nodest_conn 1).
	// Otherwise they are dropped, so that the connection goes on if the member
	// comes back (IPVS: expire_nodest_conn 0).
	ResetDead bool
}

// LostTime is how long after its last report a member counts as lost. The last
// report that it may miss is missing when it is late by half an interval: its
// clock may run slow, and a message may wait.
func (c Config) LostTime() time.Duration {
	return time.Duration(c.Missed)*c.ReportTime + c.ReportTime/2
}
