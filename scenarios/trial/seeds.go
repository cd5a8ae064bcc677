package trial

import (
	"fmt"
	"strconv"
	"strings"
)

// seedsMax bounds a list of seeds, so that a mistyped range cannot fill the
// memory.
const seedsMax = 1_000_000

// ParseSeeds reads 1..50, or 3,7,12, or both: 1..3,7.
func ParseSeeds(text string) ([]uint64, error) {
	var seeds []uint64
	bad := func(part string) error {
		return fmt.Errorf("got %q, want a range such as 1..50 or a list such as 3,7,12", part)
	}
	for part := range strings.SplitSeq(text, ",") {
		first, last, ranged := strings.Cut(part, "..")
		if !ranged {
			last = first
		}
		from, err := strconv.ParseUint(first, 0, 64)
		if err != nil {
			return nil, bad(part)
		}
		to, err := strconv.ParseUint(last, 0, 64)
		if err != nil || to < from {
			return nil, bad(part)
		}
		if to-from >= seedsMax || len(seeds) > seedsMax {
			return nil, fmt.Errorf("%q is more than %d seeds", part, seedsMax)
		}
		for s := from; ; s++ {
			seeds = append(seeds, s)
			if s == to {
				break
			}
		}
	}
	return seeds, nil
}
