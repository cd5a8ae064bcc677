package netfab

import "time"

// Observer is told what happens to frames. It must not keep data, nor send or
// change anything from within a call.
type Observer interface {
	// Sent is called once for each frame that leaves a NIC.
	Sent(now time.Duration, from *Port, data []byte)
	// Lost is called when a frame, or one copy of it on the way to a port, is
	// lost. To is nil while the frame was not yet on its way to one port. Why
	// is a sentence: "cable a.lan is out", "partition a | b", "port b.lan is
	// blocking".
	Lost(now time.Duration, from, to *Port, data []byte, why string)
	// MACMoved is called when a switch sees a source address at another port
	// than before: a takeover with a virtual MAC, or two machines that both
	// believe they own it.
	MACMoved(now time.Duration, mac MAC, from, to *Port)
}

// Observe makes o hear of all frames from now on.
func (f *Fabric) Observe(o Observer) { f.observers = append(f.observers, o) }

// lose counts a lost frame or copy and tells the observers.
func (f *Fabric) lose(now time.Duration, from, to *Port, data []byte, why string) {
	f.stats.Lost++
	for _, o := range f.observers {
		o.Lost(now, from, to, data, why)
	}
}

// sentence composes why a frame was lost, unless nobody listens: then it costs
// nothing.
func (f *Fabric) sentence(words ...string) string {
	if len(f.observers) == 0 {
		return ""
	}
	var s []byte
	for _, w := range words {
		s = append(s, w...)
	}
	return string(s)
}
