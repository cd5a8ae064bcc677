package backend

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/cablepull/cablepull/sim/topology"
)

// The modes that Backend.Set knows. Their meaning is in package topology.
const (
	ModeOK      = topology.BackendOK
	ModeStatus  = topology.BackendStatus
	ModeLatency = topology.BackendLatency
	ModeHang    = topology.BackendHang
	ModeReset   = topology.BackendReset

	ModeResetOnAccept = topology.BackendResetOnAccept
	ModeSlowDrip      = topology.BackendSlowDrip
	ModeEndlessHead   = topology.BackendEndlessHead
	ModeWrongLength   = topology.BackendWrongLength
	ModeHTTP10        = topology.BackendHTTP10
	ModeChunked       = topology.BackendChunked
	ModeGarbage       = topology.BackendGarbage
	ModeHuge          = topology.BackendHuge
	ModeEmpty         = topology.BackendEmpty
	ModeHTML          = topology.BackendHTML
	ModeSOAPFault     = topology.BackendSOAPFault
	ModeXMLBomb       = topology.BackendXMLBomb

	ModeInvalidCredentials = topology.BackendInvalidCredentials
	ModeBusy               = topology.BackendBusy
)

// Mode is a way to answer. Status is used by ModeStatus only, Latency by
// ModeLatency; each leaves the other unchanged, and so do all modes but ModeOK.
type Mode struct {
	Kind    string
	Status  int
	Latency time.Duration
}

// behaviour is how requests are currently answered.
type behaviour struct {
	status  int // 0: that of the page
	latency time.Duration
	kind    string // ModeOK, or what is wrong
	cause   string // for the log
}

func (b *Backend) configured() behaviour {
	return behaviour{latency: b.cfg.Latency, kind: ModeOK, cause: ModeOK}
}

// Set changes how the back end answers from now on. Requests held by a hang are
// answered when it ends.
func (b *Backend) Set(m Mode) error {
	if known := b.cfg.Modes(); !slices.Contains(known, m.Kind) {
		return fmt.Errorf("back end %s: mode: got %q, want %s", b.host.Name(), m.Kind, strings.Join(known, ", "))
	}
	next := b.mode
	next.kind, next.cause = m.Kind, m.Kind
	switch m.Kind {
	case ModeOK:
		next = b.configured()
	case ModeStatus:
		if m.Status < 200 || m.Status > 599 {
			return fmt.Errorf("back end %s: status: got %d, want 200-599", b.host.Name(), m.Status)
		}
		next.status, next.kind, next.cause = m.Status, ModeOK, fmt.Sprintf("status %d", m.Status)
	case ModeLatency:
		if m.Latency < 0 {
			return fmt.Errorf("back end %s: latency: got %v, want 0 or more", b.host.Name(), m.Latency)
		}
		next.latency, next.kind, next.cause = m.Latency, ModeOK, fmt.Sprintf("latency %v", m.Latency)
	}
	b.change(next)
	return nil
}

func (b *Backend) change(next behaviour) {
	b.mode = next
	b.log("listening", next.cause)
	hung := b.hung
	b.hung = nil
	for _, p := range hung {
		p.Wake()
	}
}
