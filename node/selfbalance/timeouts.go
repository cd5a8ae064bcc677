package selfbalance

import "time"

// Timeouts is how long a connection stays in the table after its last segment,
// by State.
type Timeouts [stateCount]time.Duration

// IPVSTimeouts returns the defaults of IPVS (spec/failover.md §5.4).
func IPVSTimeouts() Timeouts {
	return Timeouts{
		None:        2 * time.Second,
		Established: 900 * time.Second,
		SynSent:     120 * time.Second,
		SynRecv:     60 * time.Second,
		FinWait:     120 * time.Second,
		TimeWait:    120 * time.Second,
		Close:       10 * time.Second,
		CloseWait:   60 * time.Second,
		LastAck:     30 * time.Second,
		Listen:      120 * time.Second,
		SynAck:      120 * time.Second,
	}
}
