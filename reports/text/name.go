package text

import (
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// separators stand between the words of a name.
const separators = "-._/ "

// headMin is how much of the beginning of a name is worth a mark behind it.
const headMin = 4

// cut returns names that take at most width columns and differ where the names
// do. A name that is longer loses its middle; if it could not be told from
// others then, it loses what it shares with them: datapower-production-a-eu and
// datapower-production-b-eu become datapower…-a… and datapower…-b….
func (p *page) cut(names []string, width int) []string {
	short := make([]string, len(names))
	equal := map[string][]int{}
	var long []string
	for i, name := range names {
		short[i] = p.middle([]rune(p.clean(name)), width)
		if p.width(name) > width && equal[short[i]] == nil {
			long = append(long, short[i])
		}
		equal[short[i]] = append(equal[short[i]], i)
	}
	for _, form := range long {
		if same := equal[form]; len(same) > 1 {
			p.cutTogether(names, short, same, width)
		}
	}
	p.number(names, short, width)
	return short
}

// differences returns short names as cut does, but only what differs of those
// that are too long, as headings of narrow columns.
func (p *page) differences(names []string, width int) []string {
	short := make([]string, len(names))
	var long []int
	for i, name := range names {
		short[i] = p.clean(name)
		if p.width(name) > width {
			long = append(long, i)
		}
	}
	p.cutTogether(names, short, long, width)
	p.number(names, short, width)
	return short
}

// cutTogether cuts those of the names that places lists. What is equal then is
// cut again, around what differs.
func (p *page) cutTogether(names, short []string, places []int, width int) {
	var together []string
	for _, i := range places {
		together = append(together, p.clean(names[i]))
	}
	from, end := differing(together)
	equal := map[string][]int{}
	var kinds []string
	for _, i := range places {
		name := []rune(p.clean(names[i]))
		short[i] = p.around(name, from, len(name)-end, width)
		if equal[short[i]] == nil {
			kinds = append(kinds, short[i])
		}
		equal[short[i]] = append(equal[short[i]], i)
	}
	for _, kind := range kinds {
		if same := equal[kind]; len(same) > 1 && len(same) < len(places) {
			p.cutTogether(names, short, same, width)
		}
	}
}

// differing returns how many characters all names have in common at their
// beginning and at their end, in whole words if those are short. A name alone
// differs nowhere: its middle is the least.
func differing(names []string) (from, end int) {
	slices.Sort(names)
	names = slices.Compact(names)
	if len(names) < 2 {
		return 0, 0
	}
	first, shortest := []rune(names[0]), utf8.RuneCountInString(names[0])
	from, end = len(first), len(first)
	for _, name := range names[1:] {
		other := []rune(name)
		shortest = min(shortest, len(other))
		from, end = min(from, len(other)), min(end, len(other))
		for from > 0 && !slices.Equal(first[:from], other[:from]) {
			from--
		}
		for end > 0 && !slices.Equal(first[len(first)-end:], other[len(other)-end:]) {
			end--
		}
	}
	end = min(end, shortest-from)
	const wordMax = 3 // that a whole word may be longer than what differs
	isSeparator := func(r rune) bool { return strings.ContainsRune(separators, r) }
	if back := slices.IndexFunc(reversed(first[:from]), isSeparator); back >= 0 && back < wordMax {
		from -= back + 1
	}
	behind := first[len(first)-end:]
	switch ahead := slices.IndexFunc(behind, isSeparator); {
	case ahead < 0 && end <= wordMax:
		end = 0
	case ahead >= 0 && ahead <= wordMax:
		end -= ahead
	}
	return from, end
}

func reversed(text []rune) []rune {
	text = slices.Clone(text)
	slices.Reverse(text)
	return text
}

// around cuts a name to width. It keeps the characters from the one place to
// the other, and what there is room for before and behind them.
func (p *page) around(name []rune, from, to, width int) string {
	more := p.clean("…")
	mark := len([]rune(more))
	core := name[from:to]
	room := width - len(core)
	switch {
	case len(name) <= width:
		return string(name)
	case from == 0 && to == len(name) || len(core) == 0:
		return p.middle(name, width)
	case from > 0 && room-len(name[to:]) >= headMin+mark: // only its beginning is cut
		return string(name[:room-len(name[to:])-mark]) + more + string(name[from:])
	case to < len(name) && room-from >= mark: // only its end is cut
		return string(name[:width-mark]) + more
	case from > 0 && to == len(name) && room >= headMin+mark:
		return string(name[:room-mark]) + more + string(core)
	case to < len(name) && room >= headMin+2*mark:
		return string(name[:room-2*mark]) + more + string(core) + more
	}
	if word := strings.Trim(string(core), separators); word != "" {
		core = []rune(word)
	}
	return p.middle(core, width)
}

// middle cuts a name in its middle.
func (p *page) middle(name []rune, width int) string {
	more := []rune(p.clean("…"))
	if len(name) <= width {
		return string(name)
	}
	if width < headMin+len(more) {
		return string(name[:width])
	}
	head := (width - len(more) + 1) / 2
	return string(name[:head]) + string(more) + string(name[len(name)-(width-len(more)-head):])
}

// number tells apart what is still equal though the names are not.
func (p *page) number(names, short []string, width int) {
	for i, base := range short {
		if j := slices.Index(names[:i], names[i]); j >= 0 {
			short[i] = short[j]
			continue
		}
		for n := 2; slices.Contains(short[:i], short[i]); n++ {
			mark := "~" + strconv.Itoa(n)
			short[i] = string([]rune(base)[:min(utf8.RuneCountInString(base), max(width-len(mark), 0))]) + mark
		}
	}
}
