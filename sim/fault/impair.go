package fault

import (
	"strconv"
	"strings"
	"time"
)

// Impair makes a cable bad: `impair a~lan [out|in] loss 2% delay 20ms jitter
// 5ms`. The line omits zero fields.
type Impair struct {
	Port         Port // printed a~lan: the cable between the two
	Direction    Direction
	Loss         float64 // 0..1
	Burst        float64 // mean losses in a row (Gilbert-Elliott); 0 or 1: independent
	Delay        time.Duration
	Jitter       time.Duration
	Distribution string // of the jitter: uniform (default), normal, exponential
	Duplicate    float64
	Reorder      float64
	Corrupt      float64
	Rate         int64 // bits per second; printed 10Mbit/s
	Queue        int64 // bytes that may wait for the rate; 0: DefaultQueue
}

// DefaultQueue is the queue in bytes before a limited rate, unless the fault
// gives one.
const DefaultQueue = 64 << 10

// QueueSize returns how many bytes may wait for the rate, or 0 without a rate.
func (f Impair) QueueSize() int64 {
	if f.Queue == 0 && f.Rate > 0 {
		return DefaultQueue
	}
	return f.Queue
}

var impairRow = Kind[Impair]{
	Verb: "impair",
	Usage: "impair NODE~INTERFACE [out|in] [loss PERCENT [burst NUMBER]] [delay TIME] [jitter TIME [distribution uniform|normal|exponential]] " +
		"[duplicate PERCENT] [reorder PERCENT] [corrupt PERCENT] [rate 10Mbit/s [queue 64KiB]]",
	About:   "makes a cable bad, in both directions or in the one that is given, seen from the node",
	Example: "impair a~lan loss 2% delay 20ms",
	Pattern: impairPattern(),
	Parse:   parseImpair,
	Power:   AnyPower, Stack: AnyStack,
	Draw:        drawImpair,
	Targets:     func(f Impair) Targets { return port(f.Port) },
	Needs:       needsNothing[Impair],
	InRealTime:  anyTime[Impair],
	Undoable:    always[Impair],
	Opposite:    func(f Impair) Fault { return Heal{f.Port.Node} },
	Lifts:       noEarlier[Impair],
	Replaces:    noEarlier[Impair], // rules add up
	LosesFrames: always[Impair],
	Silences:    Impair.silences,
	Stops:       func(f Impair, w Way) bool { return f.Loss >= 1 && w.passes(f.Port, f.Direction) },
	Influence:   noInfluence[Impair],
}.Row()

// Row implements Fault.
func (Impair) Row() *Row { return impairRow }

// Beyond these bounds, a member cannot be expected to hear hellos in time.
const (
	lossyShare = 0.1 // of frames lost or corrupted
	lateDelay  = time.Second
)

// unreliable reports whether members cannot rely on hellos.
func (f Impair) unreliable() bool {
	return f.Loss > lossyShare || f.Corrupt > lossyShare || f.Burst > 1 || f.Delay+f.Jitter > lateDelay || f.Rate > 0
}

func (f Impair) silences(w Way) Silence {
	switch {
	case !f.unreliable() || !w.passes(f.Port, f.Direction):
		return HellosPass
	case f.Loss >= 1:
		return HellosLost
	}
	return HellosUnsure
}

// impairOptions are the properties of Impair in the order in which they print.
var impairOptions = []string{
	"loss", "burst", "delay", "jitter", "distribution", "duplicate", "reorder", "corrupt", "rate", "queue",
}

// distributions are those of jitter.
var distributions = []string{"uniform", "normal", "exponential"}

// impairNeeds names the property that another one requires.
var impairNeeds = map[string]string{"burst": "loss", "distribution": "jitter", "queue": "rate"}

func impairPattern() Pattern {
	option := map[string]Pattern{
		"burst": space + `+\+?([0-9]+\.?[0-9]*|\.[0-9]+)(e[-+]?[0-9]+)?`,
		"delay": aSpan, "jitter": aSpan, "distribution": oneWord(distributions...),
		"rate": aCount + unitPattern(rateUnits), "queue": aCount + unitPattern(sizeUnits),
	}
	var all []Pattern
	for _, name := range impairOptions {
		value, special := option[name]
		if !special {
			value = aPercent
		}
		all = append(all, literal(name)+value)
	}
	return aCable + maybe(oneWord(string(Out), string(In))) + many(either(all...)) + forSpan
}

func unitPattern(units []unit) Pattern {
	names := make([]Pattern, len(units))
	for i, u := range units {
		names[i] = Pattern(u.name)
	}
	return either(names...)
}

func parseImpair(l *Line) Impair {
	f := Impair{Port: l.Port("~")}
	f.Direction = l.Direction()
	seen := map[string]int{} // property to its column
	if !l.More() {
		l.fail(l.column(), "got nothing, want at least one of %s", anyOf(impairOptions))
	}
	for l.More() {
		column := l.column()
		option := l.OneOf("property", impairOptions...)
		if _, twice := seen[option]; twice {
			l.fail(column, "%s is in the line twice", option)
		}
		seen[option] = column
		f.read(l, option)
	}
	for _, option := range impairOptions {
		need, needs := impairNeeds[option]
		column, given := seen[option]
		if _, met := seen[need]; needs && given && !met {
			l.fail(column, "%s means nothing without %s", option, need)
		}
	}
	return f
}

// shareMin is the smallest share that a line can give; leaving the property out
// means zero.
const shareMin = 1e-9

func (f *Impair) read(l *Line, option string) {
	switch option {
	case "loss":
		f.Loss = l.Share(option, shareMin, 1)
	case "burst":
		f.Burst = l.burst()
	case "delay":
		f.Delay = l.Span(option, 1)
	case "jitter":
		f.Jitter = l.Span(option, 1)
	case "distribution":
		f.Distribution = l.OneOf(option, distributions...)
	case "duplicate":
		f.Duplicate = l.Share(option, shareMin, 1)
	case "reorder":
		f.Reorder = l.Share(option, shareMin, 1)
	case "corrupt":
		f.Corrupt = l.Share(option, shareMin, 1)
	case "rate":
		f.Rate = l.quantity(option, "10Mbit/s", rateUnits)
	case "queue":
		f.Queue = l.quantity(option, "64KiB", sizeUnits)
	}
}

// burst takes the mean length of a burst of losses.
func (l *Line) burst() float64 {
	w := l.take("burst")
	n, err := strconv.ParseFloat(w.text, 64)
	if l.err == nil && (strings.Trim(w.text, "+-.0123456789e") != "" || err != nil || !(n >= 1 && n <= 1e6)) {
		l.fail(w.column, "burst: got %s, want a number from 1 to 1000000: the mean length of a burst of losses", quote(w.text))
	}
	return n
}

// String implements Fault.
func (f Impair) String() string {
	s := "impair " + f.Port.Node + "~" + f.Port.Interface + spaced(string(f.Direction))
	add := func(present bool, name, value string) {
		if present {
			s += " " + name + " " + value
		}
	}
	add(f.Loss != 0, "loss", formatPercent(f.Loss))
	add(f.Burst != 0, "burst", strconv.FormatFloat(f.Burst, 'f', -1, 64))
	add(f.Delay != 0, "delay", formatSpan(f.Delay))
	add(f.Jitter != 0, "jitter", formatSpan(f.Jitter))
	add(f.Distribution != "", "distribution", f.Distribution)
	add(f.Duplicate != 0, "duplicate", formatPercent(f.Duplicate))
	add(f.Reorder != 0, "reorder", formatPercent(f.Reorder))
	add(f.Corrupt != 0, "corrupt", formatPercent(f.Corrupt))
	add(f.Rate != 0, "rate", formatQuantity(f.Rate, rateUnits))
	add(f.Queue != 0, "queue", formatQuantity(f.Queue, sizeUnits))
	return s
}

// drawImpair makes a cable bad in one or two ways.
func drawImpair(d *Draw) (f Impair, ok bool) {
	f.Port, ok = d.Port()
	f.Direction = d.Direction()
	for range 1 + d.IntN(2) {
		switch d.IntN(7) {
		case 0:
			f.Loss = d.Share()
		case 1:
			f.Loss, f.Burst = d.Share(), float64(1+d.IntN(20))
		case 2:
			f.Delay = d.Span(time.Millisecond, time.Second)
		case 3:
			f.Jitter, f.Distribution = d.Span(time.Millisecond, 100*time.Millisecond), d.Word("", "normal", "exponential")
		case 4:
			f.Duplicate, f.Reorder = d.Share(), d.Share()
		case 5:
			f.Corrupt = d.Share()
		case 6:
			f.Rate = int64(1+d.IntN(100)) * 1e5
		}
	}
	return f, ok
}
