package balance

import (
	"bytes"
	"errors"
	"slices"
	"testing"
)

// addSamples starts a fuzz target with one message of each kind.
func addSamples(f *testing.F) {
	for _, s := range samples() {
		f.Add(s.bytes(f))
	}
}

// FuzzParse: garbage is refused with an error of this package, and nothing that
// was not signed with the token is accepted. The input is then signed, so that
// the rest of the parser sees it too: what it accepts can be sent again, if its
// version is ours, and means the same.
func FuzzParse(f *testing.F) {
	addSamples(f)
	known := []error{ErrShort, ErrMagic, ErrVersion, ErrAuth, ErrKind, ErrMalformed}
	f.Fuzz(func(t *testing.T, b []byte) {
		before := slices.Clone(b)
		if m, err := Parse(b, [8]byte{1}); err == nil {
			t.Fatalf("accepted with a wrong token: %+v", m)
		} else if !slices.ContainsFunc(known, func(e error) bool { return errors.Is(err, e) }) {
			t.Fatalf("unknown error %v", err)
		}
		if !bytes.Equal(b, before) {
			t.Fatal("a parser must not write into its input")
		}
		if len(b) < AuthSize {
			return
		}
		m, err := Parse(sign(b), token)
		if err != nil || m.Head().Version > Versions {
			return
		}
		again, err := Append(nil, m, token)
		if errors.Is(err, ErrTooLong) {
			return
		}
		if err != nil {
			t.Fatalf("parsed but cannot be sent: %+v: %v", m, err)
		}
		if back, err := Parse(again, token); err != nil || !sameMessage(back, m) {
			// A report of version 1 may have the field of version 2, which is not sent.
			if report, is := m.(*Report); !is || report.Version >= 2 {
				t.Fatalf("got %+v, %v, want %+v", back, err, m)
			}
		}
	})
}

// FuzzVersions: what a reader of version 1 accepts, version 2 accepts as well
// and reads alike, unless the field that it adds is wrong.
func FuzzVersions(f *testing.F) {
	addSamples(f)
	f.Fuzz(func(t *testing.T, b []byte) {
		if len(b) < AuthSize {
			return
		}
		b = sign(b)
		old, oldErr := NewReader(1, token).Parse(b)
		m, err := NewReader(2, token).Parse(b)
		if oldErr != nil {
			if err == nil && m.Head().Needs <= 1 {
				t.Fatalf("version 1 refuses what it can read: %v", oldErr)
			}
			return
		}
		report, is := old.(*Report)
		if err != nil {
			if !is || !errors.Is(err, ErrMalformed) {
				t.Fatalf("version 2 refuses %+v: %v", old, err)
			}
			return
		}
		if is {
			report.BusyExact = m.(*Report).BusyExact
		}
		if !sameMessage(old, m) {
			t.Fatalf("version 1 reads %+v, version 2 %+v", old, m)
		}
	})
}

// FuzzDamage flips a bit of a good message, or cuts it: it is refused.
func FuzzDamage(f *testing.F) {
	f.Add(uint8(0), uint16(0), uint16(3))
	f.Add(uint8(2), uint16(77), uint16(1))
	f.Fuzz(func(t *testing.T, kind uint8, at, mask uint16) {
		all := samples()
		b := all[int(kind)%len(all)].bytes(t)
		if mask&0xff == 0 {
			b = b[:int(at)%len(b)]
		} else {
			b[int(at)%len(b)] ^= byte(mask)
		}
		if m, err := Parse(b, token); err == nil {
			t.Fatalf("accepted: %+v", m)
		}
	})
}
