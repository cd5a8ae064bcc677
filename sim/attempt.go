package sim

// Attempt is something that a proc wants done and that may have to wait.
type Attempt interface {
	// Try reports whether it is done. If it is not, something will wake the
	// proc, and Try is called again.
	Try() bool
}

// Await parks the running proc until the attempt is done. The loop makes it, at
// once and after each Wake, on its own stack: the calls into a TCP/IP stack are
// deep, and if thousands of procs made them on theirs, no stack would be in the
// processor's cache when its turn comes. While it is made the proc counts as
// the one that runs. A proc that is being killed makes one attempt on its own
// stack, and unwinds unless that is enough.
func (l *Loop) Await(a Attempt) {
	p := l.current
	if p != nil && !p.killed {
		p.attempt = a
		if !p.yield(struct{}{}) {
			panic(ErrKilled)
		}
		return
	}
	if !a.Try() {
		p.Park()
	}
}

// goOn makes the attempt that the proc waits for, if there is one, and lets it
// go on until it parks, ends, or waits for one that is not done.
func (p *Proc) goOn() {
	for {
		if a := p.attempt; a != nil {
			if !a.Try() {
				break
			}
			p.attempt = nil
		}
		p.resume()
		if p.attempt == nil {
			return
		}
	}
	if p.killed { // by what it attempted
		p.attempt = nil
		p.stop()
		p.ended = true
	}
}
