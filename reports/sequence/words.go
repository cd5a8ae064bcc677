package sequence

import (
	"strconv"
	"strings"
)

// counted is a number and what it counts, in the plural.
func counted(n int, what string) string { return strconv.Itoa(n) + " " + what }

// say adds a sentence on the frames that are left out.
func (d *Diagram) say(left map[Kind]int) {
	var words []string
	for k := None + 1; int(k) < len(names); k++ {
		if left[k] > 0 {
			words = append(words, counted(left[k], k.String()))
		}
	}
	if len(words) > 0 {
		d.Omitted = append(d.Omitted, strings.Join(words, ", "))
	}
}
