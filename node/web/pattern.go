package web

// The body of an answer is text in lines of 64 bytes, the request's number and
// the line's own offset, so that a person can read it in a capture:
//
//	00000000000000000042 0000000000 abcdefghijklmnopqrstuvwxyzABCDE
//	00000000000000000042 0000000064 abcdefghijklmnopqrstuvwxyzABCDE
//
// No two adjacent bytes of the filler are equal, so that a missing or extra
// byte shows.
const (
	lineSize  = 64
	numberEnd = 20 // a uint64 has at most 20 decimal digits
	offsetEnd = 31
	filler    = " abcdefghijklmnopqrstuvwxyzABCDE\n"
)

// Pattern is a position in the body that belongs to one request. Copies are
// independent.
type Pattern struct {
	line [lineSize]byte
	at   int64
}

// NewPattern returns the beginning of the body of request id.
func NewPattern(id uint64) Pattern {
	var p Pattern
	for i := range offsetEnd {
		p.line[i] = '0'
	}
	p.line[numberEnd] = ' '
	copy(p.line[offsetEnd:], filler)
	for i := numberEnd - 1; id > 0; i-- {
		p.line[i] = '0' + byte(id%10)
		id /= 10
	}
	return p
}

// Offset returns how many bytes have been made or checked.
func (p *Pattern) Offset() int64 { return p.at }

// Append appends the next n bytes of the body to b.
func (p *Pattern) Append(b []byte, n int) []byte {
	for n > 0 {
		part := p.next(n)
		b = append(b, part...)
		n -= len(part)
	}
	return b
}

// Check reports whether b is what comes next in the body. After a mismatch the
// pattern must not be used further.
func (p *Pattern) Check(b []byte) bool {
	for len(b) > 0 {
		part := p.next(len(b))
		if string(b[:len(part)]) != string(part) {
			return false
		}
		b = b[len(part):]
	}
	return true
}

// next returns the next bytes, at most n and at most to the end of the line.
// They are valid until the next call.
func (p *Pattern) next(n int) []byte {
	from := int(p.at % lineSize)
	if from == 0 && p.at > 0 {
		p.nextLine()
	}
	to := min(from+n, lineSize)
	p.at += int64(to - from)
	return p.line[from:to]
}

// nextLine writes the offset of the next line: it adds lineSize, 64, to the
// decimal digits in place, which costs a tenth of formatting them.
func (p *Pattern) nextLine() {
	p.line[offsetEnd-1] += lineSize % 10
	p.line[offsetEnd-2] += lineSize / 10
	for i := offsetEnd - 1; i > numberEnd+1; i-- {
		if p.line[i] > '9' {
			p.line[i] -= 10
			p.line[i-1]++
		} else if i < offsetEnd-2 {
			return
		}
	}
}
