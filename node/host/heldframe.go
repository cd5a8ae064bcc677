package host

import "github.com/cablepull/cablepull/netfab"

// HeldFrame is a received frame that a stage has taken and not yet decided
// about. It must end with Resume or Release; a crash of the machine ends it
// too, after which both do nothing.
type HeldFrame struct {
	nic        *NIC
	frame      *netfab.Frame // nil: it has ended
	prev, next *HeldFrame    // a ring, in the order of arrival
}

// Hold keeps a received frame beyond the call of the stage, which then takes
// it.
func (n *NIC) Hold(f *netfab.Frame) *HeldFrame {
	f.Retain()
	h := &HeldFrame{nic: n, frame: f, prev: n.waiting.prev, next: &n.waiting}
	h.prev.next, h.next.prev = h, h
	return h
}

// Frame returns the frame, which must not be changed; nil if it has ended.
func (h *HeldFrame) Frame() *netfab.Frame { return h.frame }

// Resume passes the frame to the ingress stages after a named one, usually the
// one that held it, and releases it. Without such a stage the frame is lost.
func (h *HeldFrame) Resume(after string) {
	n, f := h.nic, h.end()
	if f == nil {
		return
	}
	if n.ingress.index(after) >= 0 {
		n.enter(n.ingress.after(after), f)
	}
	f.Release()
}

// Release drops the frame.
func (h *HeldFrame) Release() {
	if f := h.end(); f != nil {
		f.Release()
	}
}

// end takes the frame out of the ring and returns it.
func (h *HeldFrame) end() *netfab.Frame {
	f := h.frame
	if f != nil {
		h.prev.next, h.next.prev = h.next, h.prev
		h.frame = nil
	}
	return f
}

// releaseHeld drops all held frames, as a crash does.
func (n *NIC) releaseHeld() {
	for n.waiting.next != &n.waiting {
		n.waiting.next.Release()
	}
}
