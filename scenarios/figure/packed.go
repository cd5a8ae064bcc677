package figure

import (
	"fmt"
	"strconv"
	"strings"
	"sync"
)

// Packed are values that are written as one text: a line for each, with its ID,
// what it is of, its whole number, and, where they are not zero, its share and
// a + for an open one, all separated by tabs. It takes a quarter of the room of
// an object for each, and a tenth of the time to read.
type Packed Values

// MarshalText implements encoding.TextMarshaler.
func (p Packed) MarshalText() ([]byte, error) {
	text := make([]byte, 0, 40*len(p))
	for _, v := range p {
		text = append(append(text, v.ID...), '\t')
		text = append(append(text, tabless.Replace(v.Of)...), '\t')
		text = strconv.AppendInt(text, v.Whole, 10)
		if v.Share != 0 || v.Open {
			text = strconv.AppendFloat(append(text, '\t'), v.Share, 'g', -1, 64)
		}
		if v.Open {
			text = append(text, "\t+"...)
		}
		text = append(text, '\n')
	}
	return text, nil
}

// tabless keeps the separators out of names. No name of a thing has them.
var tabless = strings.NewReplacer("\t", " ", "\n", " ")

// UnmarshalText implements encoding.TextUnmarshaler.
func (p *Packed) UnmarshalText(text []byte) error {
	lines := string(text)
	all := make(Packed, 0, strings.Count(lines, "\n"))
	for line := range strings.Lines(lines) {
		id, rest, _ := strings.Cut(strings.TrimSuffix(line, "\n"), "\t")
		of, rest, named := strings.Cut(rest, "\t")
		whole, rest, more := strings.Cut(rest, "\t")
		v := Value{ID: interned(id), Of: interned(of)}
		var err error
		if v.Whole, err = strconv.ParseInt(whole, 10, 64); err != nil || !named {
			return fmt.Errorf("figure: packed value: got %q, want ID, what it is of, and a number", line)
		}
		if more {
			share, open, isOpen := strings.Cut(rest, "\t")
			v.Share, err = strconv.ParseFloat(share, 64)
			if v.Open = isOpen; err != nil || isOpen && open != "+" {
				return fmt.Errorf("figure: packed value: got %q, want a share and no more, or a +", line)
			}
		}
		all = append(all, v)
	}
	*p = all
	return nil
}

// names are those of the figures read so far. All runs of a scenario have the
// same few, so a hundred thousand runs need not keep a copy each.
var names sync.Map

// interned returns a text that shares its bytes with all others like it.
func interned(text string) string {
	if known, ok := names.Load(text); ok {
		return known.(string)
	}
	known, _ := names.LoadOrStore(strings.Clone(text), strings.Clone(text))
	return known.(string)
}
