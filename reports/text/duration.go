package text

import (
	"fmt"
	"strconv"
	"time"
)

// short prints a duration with the digits a person reads: 250µs, 12.5ms,
// 7.903s, 2m03.4s, 1h02m03s.
func short(d time.Duration) string {
	switch {
	case d < 0:
		return "-" + short(-d)
	case d == 0:
		return "0s"
	case d < time.Microsecond:
		return strconv.FormatInt(int64(d), 10) + "ns"
	case d < time.Millisecond-500:
		return digits(float64(d)/float64(time.Microsecond)) + "µs"
	case d < time.Second-500*time.Microsecond:
		return digits(float64(d)/float64(time.Millisecond)) + "ms"
	case d < time.Minute-500*time.Microsecond:
		return fmt.Sprintf("%.3fs", d.Seconds())
	case d < time.Hour-50*time.Millisecond:
		tenths := (d + 50*time.Millisecond) / (100 * time.Millisecond)
		return fmt.Sprintf("%dm%02d.%ds", tenths/600, tenths/10%60, tenths%10)
	default:
		d = d.Round(time.Second)
		return fmt.Sprintf("%dh%02dm%02ds", d/time.Hour, d/time.Minute%60, d/time.Second%60)
	}
}

// digits prints x, below 1000, with three digits that count.
func digits(x float64) string { return strconv.FormatFloat(x, 'g', 3, 64) }

// instant prints a point of time to the millisecond: 47.903s, and from ten
// thousand seconds on 02:46:40.000.
func instant(at time.Duration) string {
	if at < 10_000*time.Second {
		return fmt.Sprintf("%.3fs", at.Seconds())
	}
	ms := at / time.Millisecond
	return fmt.Sprintf("%02d:%02d:%02d.%03d", ms/3_600_000, ms/60_000%60, ms/1000%60, ms%1000)
}

// brief prints a round duration without its zero parts: 40s, 2m, 1h30m.
func brief(d time.Duration) string {
	if d < time.Second {
		return d.String()
	}
	text := ""
	for _, unit := range []struct {
		size time.Duration
		name string
	}{{24 * time.Hour, "d"}, {time.Hour, "h"}, {time.Minute, "m"}} {
		if n := d / unit.size; n > 0 {
			text += strconv.FormatInt(int64(n), 10) + unit.name
			d -= n * unit.size
		}
	}
	if d > 0 || text == "" {
		text += d.String()
	}
	return text
}

// nominal prints how long a world ran. One in real time always overruns a
// little.
func nominal(d time.Duration) string {
	if d >= time.Second {
		d = d.Round(10 * time.Millisecond)
	}
	return brief(d)
}

// parts rounds durations to a tenth of a millisecond so that the rounded ones
// still add up to the rounded sum.
func parts(durations []time.Duration) []string {
	const unit = 100 * time.Microsecond
	var sum time.Duration
	texts := make([]string, len(durations))
	for i, d := range durations {
		before := sum.Round(unit)
		sum += d
		texts[i] = fmt.Sprintf("%.4fs", (sum.Round(unit) - before).Seconds())
		if texts[i] == "0.0000s" {
			texts[i] = "0"
		}
	}
	return texts
}
