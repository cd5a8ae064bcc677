package job

import (
	"fmt"
	"strconv"
	"strings"
)

// Shard is a part of the jobs of a plan, by their digests: whoever plays it
// need not know what others play. The zero value is all of them.
type Shard struct {
	Number int `json:"number"` // from 1
	Of     int `json:"of"`
}

// ShardsMax is how many shards a plan can have: as many as a matrix of GitHub
// has jobs.
const ShardsMax = 256

// ParseShard reads 3/16.
func ParseShard(text string) (Shard, error) {
	number, of, cut := strings.Cut(text, "/")
	i, err1 := strconv.Atoi(number)
	n, err2 := strconv.Atoi(of)
	if !cut || err1 != nil || err2 != nil || n < 1 || i < 1 || i > n || n > ShardsMax {
		return Shard{}, fmt.Errorf("got %q, want a number and how many there are, at most %d, such as 3/16", text, ShardsMax)
	}
	return Shard{i, n}, nil
}

// String prints the shard as it is read; empty for all jobs.
func (s Shard) String() string {
	if s.Of == 0 {
		return ""
	}
	return strconv.Itoa(s.Number) + "/" + strconv.Itoa(s.Of)
}

// Has reports whether a job is in the shard.
func (s Shard) Has(d Digest) bool { return s.Of <= 1 || s.Place(d) == s.Number }

// Place is the number of the shard, of so many, that a job is in. Eight bytes
// of a digest are as good as all.
func (s Shard) Place(d Digest) int {
	const digits = 16
	value, err := strconv.ParseUint(string(d[:min(digits, len(d))]), 16, 64)
	if err != nil {
		return 1 // no digest of ours
	}
	return int(value%uint64(s.Of)) + 1
}
