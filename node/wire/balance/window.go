package balance

// Window recognizes messages of one sender that were heard before: recorded and
// sent again, or delayed for long. It works as that of RFC 4303 §3.4.3, for
// numbers that begin anew with each boot. The zero value has heard nothing.
type Window struct {
	boot, highest uint32
	seen          uint64 // bit n: highest-n was heard
}

// windowSize is how far behind the highest number a message may arrive.
const windowSize = 64

// Accept reports whether a message is new, and notes it. Messages of an earlier
// boot are refused, as are those that were accepted before and those that are
// 64 or more behind. The message must be authenticated: a forged one could shut
// its sender out.
func (w *Window) Accept(boot, sequence uint32) bool {
	switch {
	case sequence == 0 || boot < w.boot:
		return false
	case boot > w.boot || sequence > w.highest:
		if boot > w.boot {
			w.seen = 0
		} else {
			w.seen <<= sequence - w.highest
		}
		w.boot, w.highest = boot, sequence
		w.seen |= 1
		return true
	}
	behind := w.highest - sequence
	if behind >= windowSize || w.seen&(1<<behind) != 0 {
		return false
	}
	w.seen |= 1 << behind
	return true
}
