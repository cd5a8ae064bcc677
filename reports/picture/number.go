package picture

import (
	"math"
	"strconv"
)

// Number is a number of a series. In JSON it has six digits that count, and
// what is not a number is null: a gap in the line.
type Number float64

// Missing is a gap in a line.
var Missing = Number(math.NaN())

// MarshalJSON implements json.Marshaler.
func (n Number) MarshalJSON() ([]byte, error) {
	if f := float64(n); !math.IsNaN(f) && !math.IsInf(f, 0) {
		return strconv.AppendFloat(nil, f, 'g', 6, 64), nil
	}
	return []byte("null"), nil
}
