package fault

import (
	"math"
	"runtime/metrics"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// generators draws values of each type that have a line; their union covers the
// whole language.
var (
	drawName  = rapid.StringMatching(`[a-z0-9]([a-z0-9-]{0,6}[a-z0-9])?`).Filter(func(s string) bool { return s != "for" && s != "one-way" })
	drawShare = rapid.Float64Range(shareMin, 1)
	drawSpan  = rapid.Custom(func(t *rapid.T) time.Duration {
		unit := rapid.SampledFrom([]time.Duration{1, time.Microsecond, time.Millisecond, time.Second, time.Minute, time.Hour}).Draw(t, "unit")
		return unit * time.Duration(rapid.Int64Range(1, 5000).Draw(t, "count"))
	})
)

func drawPort(t *rapid.T) Port { return Port{drawName.Draw(t, "node"), drawName.Draw(t, "interface")} }

func drawDirection(t *rapid.T) Direction {
	return rapid.SampledFrom([]Direction{Both, Out, In}).Draw(t, "direction")
}

func drawPull(t *rapid.T) Fault {
	f := Pull{Port: drawPort(t), Silently: rapid.Bool().Draw(t, "silently")}
	if f.Silently {
		f.Direction = drawDirection(t)
	}
	return f
}

func drawPartition(t *rapid.T) Fault {
	f := Partition{OneWay: rapid.Bool().Draw(t, "one-way")}
	names := rapid.SliceOfNDistinct(drawName, 2, 6, rapid.ID[string]).Draw(t, "nodes")
	cut := rapid.IntRange(1, len(names)-1).Draw(t, "cut")
	f.Sets = [][]string{names[:cut], names[cut:]}
	if rest := f.Sets[1]; !f.OneWay && len(rest) > 1 && rapid.Bool().Draw(t, "three") {
		f.Sets = [][]string{names[:cut], rest[:1], rest[1:]}
	}
	return f
}

func drawImpair(t *rapid.T) Fault {
	f := Impair{Port: drawPort(t), Direction: drawDirection(t), Corrupt: drawShare.Draw(t, "corrupt")}
	yes := func(label string) bool { return rapid.Bool().Draw(t, label) }
	if yes("loss") {
		f.Loss = drawShare.Draw(t, "loss")
		f.Burst = rapid.Float64Range(1, 1e6).Draw(t, "burst")
	}
	if yes("delay") {
		f.Delay = drawSpan.Draw(t, "delay")
	}
	if yes("jitter") {
		f.Jitter = drawSpan.Draw(t, "jitter")
		f.Distribution = rapid.SampledFrom([]string{"", "uniform", "normal", "exponential"}).Draw(t, "distribution")
	}
	if yes("copies") {
		f.Duplicate, f.Reorder = drawShare.Draw(t, "duplicate"), drawShare.Draw(t, "reorder")
	}
	if yes("rate") {
		f.Rate = rapid.Int64Range(1, 1e12).Draw(t, "rate")
		f.Queue = rapid.Int64Range(1, 1<<40).Draw(t, "queue")
	}
	return f
}

func drawDrop(t *rapid.T) Fault {
	f := Drop{Kind: rapid.SampledFrom(dropKinds).Draw(t, "kind"), From: drawName.Draw(t, "from")}
	if rapid.Bool().Draw(t, "aimed") {
		f.To = drawName.Draw(t, "to")
	}
	if rapid.Bool().Draw(t, "counted") {
		f.Every = rapid.IntRange(2, countMax).Draw(t, "every")
		f.First = rapid.IntRange(1, countMax).Draw(t, "first")
	}
	return f
}

func drawMachine(t *rapid.T) Fault {
	node, class := drawName.Draw(t, "node"), rapid.SampledFrom([]string{"control", "service"}).Draw(t, "class")
	flag, span := rapid.Bool().Draw(t, "flag"), drawSpan.Draw(t, "span")
	property := rapid.StringMatching(`[a-e][a-z0-9]{0,4}(\.[a-e][a-z0-9]{0,3}){0,2}`)
	value := rapid.StringMatching(`[!-~äß€]{1,12}`)
	return rapid.SampledFrom([]Fault{
		Plug{drawPort(t)}, Heal{}, Heal{node}, Prune{node, flag},
		Hog{node, class, drawShare.Draw(t, "share")}, Calm{node, ""}, Calm{node, class},
		Fill{node, rapid.Float64Range(0, 1).Draw(t, "fill")}, Freeze{node, flag}, Thaw{node}, Crash{node}, Boot{node},
		Reboot{node, rapid.SampledFrom([]time.Duration{0, span}).Draw(t, "down"), flag}, Save{node},
		Yield{Port{Node: node}}, Yield{drawPort(t)},
		Set{node, property.Draw(t, "property"), value.Draw(t, "value")},
		Service{drawName.Draw(t, "service"), node, flag},
		Backend{Node: node, Mode: rapid.SampledFrom([]string{"hang", "reset", "ok"}).Draw(t, "mode")},
		Backend{Node: node, Mode: "status", Status: rapid.IntRange(100, 599).Draw(t, "status")},
		Backend{Node: node, Mode: "latency", Latency: span},
		Skew{node, time.Duration(rapid.Int64Range(math.MinInt64, math.MaxInt64).Draw(t, "step"))},
		Drift{node, rapid.Float64Range(-0.9, 1).Draw(t, "drift")},
	}).Draw(t, "fault")
}

func drawFault(t *rapid.T) Fault {
	f := rapid.OneOf(
		rapid.Custom(drawPull), rapid.Custom(drawPartition), rapid.Custom(drawImpair), rapid.Custom(drawDrop), rapid.Custom(drawMachine),
	).Draw(t, "fault")
	if Undoable(f) && rapid.Bool().Draw(t, "for a while") {
		return For{f, drawSpan.Draw(t, "for")}
	}
	return f
}

func TestStringAndParseAreInverse(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		f := drawFault(t)
		got, err := Parse(f.String())
		if err != nil {
			t.Fatalf("Parse(%q): %v", f, err)
		}
		if diff := cmp.Diff(f, got); diff != "" {
			t.Fatalf("Parse(%q): %s", f, diff)
		}
	})
}

// allocated is how many bytes the process has allocated so far, give or take
// what each processor holds ready.
func allocated() uint64 {
	sample := []metrics.Sample{{Name: "/gc/heap/allocs:bytes"}}
	metrics.Read(sample)
	return sample[0].Value.Uint64()
}

// bounded is deferred by a fuzz target: a line takes 1 MiB and a hundred times
// its size at most.
func bounded(t *testing.T, size int) (check func()) {
	before := allocated()
	return func() {
		if used, most := allocated()-before, uint64(1<<20+100*size); used > most {
			t.Errorf("allocated %d bytes for an input of %d, want at most %d", used, size, most)
		}
	}
}

// FuzzParse: whatever the text, Parse returns a fault that prints to a line
// with the same meaning, or an error that points into the line.
func FuzzParse(f *testing.F) {
	for _, g := range goldenLines {
		f.Add(g.line)
	}
	for _, g := range goldenErrors {
		f.Add(g.line)
	}
	f.Fuzz(func(t *testing.T, text string) {
		defer bounded(t, len(text))()
		parsed, err := Parse(text)
		if err != nil {
			if column := err.(*SyntaxError).Column; column < 1 || column > len(text)+1 {
				t.Fatalf("Parse(%q): column %d is outside of the line", text, column)
			}
			return
		}
		again, err := Parse(parsed.String())
		if err != nil {
			t.Fatalf("Parse(%q) printed %q, which does not parse: %v", text, parsed, err)
		}
		if diff := cmp.Diff(parsed, again); diff != "" {
			t.Fatalf("%q printed %q: %s", text, parsed, diff)
		}
	})
}
