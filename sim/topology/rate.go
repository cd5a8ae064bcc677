package topology

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
)

// ErrRate is wrapped by the error for a text that is not a rate.
var ErrRate = errors.New("bad rate")

// Rate is events per second. In YAML: 20/s, 3/min, 1/h.
type Rate float64

// ratePeriods are the units of Rate, shortest first.
var ratePeriods = []struct {
	name string
	span float64 // in seconds
}{{"s", 1}, {"min", 60}, {"h", 3600}}

// rateMax bounds rates to one event per nanosecond, the resolution of time.
const rateMax = 1e9

// UnmarshalText implements encoding.TextUnmarshaler.
func (r *Rate) UnmarshalText(text []byte) error {
	number, period, _ := strings.Cut(string(text), "/")
	for _, p := range ratePeriods {
		if p.name != period {
			continue
		}
		count, err := strconv.ParseFloat(strings.TrimSpace(number), 64)
		if err != nil || math.IsNaN(count) {
			break
		}
		if rate := count / p.span; rate <= 0 || rate > rateMax {
			return fmt.Errorf("%w: got %q, want more than 0 and at most 1000000000/s", ErrRate, text)
		}
		*r = Rate(count / p.span)
		return nil
	}
	return fmt.Errorf("%w: got %q, want a number per s, min or h, such as 20/s", ErrRate, text)
}

// String prints the rate in the first unit that makes it a whole number, so
// that it reads back as the same rate; if there is none, per second.
func (r Rate) String() string {
	for _, p := range ratePeriods {
		count := math.Round(float64(r) * p.span)
		if count >= 1 && count < 1e15 && Rate(count/p.span) == r {
			return strconv.FormatFloat(count, 'f', -1, 64) + "/" + p.name
		}
	}
	return strconv.FormatFloat(float64(r), 'f', -1, 64) + "/s"
}

// MarshalText implements encoding.TextMarshaler.
func (r Rate) MarshalText() ([]byte, error) { return []byte(r.String()), nil }

// Interval is the time between two events.
func (r Rate) Interval() time.Duration {
	if r <= 0 {
		return 0
	}
	return time.Duration(math.Round(float64(time.Second) / float64(r)))
}
