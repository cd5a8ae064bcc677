package sim

// Attempt is an operation of a proc that may have to wait.
type Attempt interface {
	// Try tries the operation and reports whether it is done. If not, something
	// must wake the proc later, and Try is called again.
	Try() bool
}

// Await parks the running proc until the attempt is done. The loop calls Try,
// at once and after each Wake, on its own goroutine stack: calls into a TCP/IP
// stack are deep, and if thousands of procs made them on their own stacks,
// these would never be in the processor's cache. During Try the proc counts as
// running. A proc that is being killed calls Try once on its own stack, and
// unwinds if that does not suffice.
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

// proceed tries the attempt that the proc waits for, if any, and lets it run
// until it parks, ends, or waits for an attempt that is not done.
func (p *Proc) proceed() {
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
