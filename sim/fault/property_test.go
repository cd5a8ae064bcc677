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
	anyName  = rapid.StringMatching(`[a-z0-9]([a-z0-9-]{0,6}[a-z0-9])?`).Filter(func(s string) bool { return s != "for" && s != "one-way" })
	anyShare = rapid.Float64Range(shareMin, 1)
	anySpan  = rapid.Custom(func(t *rapid.T) time.Duration {
		unit := rapid.SampledFrom([]time.Duration{1, time.Microsecond, time.Millisecond, time.Second, time.Minute, time.Hour}).Draw(t, "unit")
		return unit * time.Duration(rapid.Int64Range(1, 5000).Draw(t, "count"))
	})
)

func anyPort(t *rapid.T) Port { return Port{anyName.Draw(t, "node"), anyName.Draw(t, "interface")} }

func anyDirection(t *rapid.T) Direction {
	return rapid.SampledFrom([]Direction{Both, Out, In}).Draw(t, "direction")
}

func anyPull(t *rapid.T) Fault {
	f := Pull{Port: anyPort(t), Silently: rapid.Bool().Draw(t, "silently")}
	if f.Silently {
		f.Direction = anyDirection(t)
	}
	return f
}

func anyPartition(t *rapid.T) Fault {
	f := Partition{OneWay: rapid.Bool().Draw(t, "one-way")}
	names := rapid.SliceOfNDistinct(anyName, 2, 6, rapid.ID[string]).Draw(t, "nodes")
	cut := rapid.IntRange(1, len(names)-1).Draw(t, "cut")
	f.Sets = [][]string{names[:cut], names[cut:]}
	if rest := f.Sets[1]; !f.OneWay && len(rest) > 1 && rapid.Bool().Draw(t, "three") {
		f.Sets = [][]string{names[:cut], rest[:1], rest[1:]}
	}
	return f
}

func anyImpair(t *rapid.T) Fault {
	f := Impair{Port: anyPort(t), Direction: anyDirection(t), Corrupt: anyShare.Draw(t, "corrupt")}
	yes := func(label string) bool { return rapid.Bool().Draw(t, label) }
	if yes("loss") {
		f.Loss = anyShare.Draw(t, "loss")
		f.Burst = rapid.Float64Range(1, 1e6).Draw(t, "burst")
	}
	if yes("delay") {
		f.Delay = anySpan.Draw(t, "delay")
	}
	if yes("jitter") {
		f.Jitter = anySpan.Draw(t, "jitter")
		f.Distribution = rapid.SampledFrom([]string{"", "uniform", "normal", "exponential"}).Draw(t, "distribution")
	}
	if yes("copies") {
		f.Duplicate, f.Reorder = anyShare.Draw(t, "duplicate"), anyShare.Draw(t, "reorder")
	}
	if yes("rate") {
		f.Rate = rapid.Int64Range(1, 1e12).Draw(t, "rate")
		f.Queue = rapid.Int64Range(1, 1<<40).Draw(t, "queue")
	}
	return f
}

func anyDrop(t *rapid.T) Fault {
	f := Drop{Kind: rapid.SampledFrom(dropKinds).Draw(t, "kind"), From: anyName.Draw(t, "from")}
	if rapid.Bool().Draw(t, "aimed") {
		f.To = anyName.Draw(t, "to")
	}
	if rapid.Bool().Draw(t, "counted") {
		f.Every = rapid.IntRange(2, countMax).Draw(t, "every")
		f.First = rapid.IntRange(1, countMax).Draw(t, "first")
	}
	return f
}

func anyMachine(t *rapid.T) Fault {
	node, class := anyName.Draw(t, "node"), rapid.SampledFrom([]string{"control", "service"}).Draw(t, "class")
	flag, span := rapid.Bool().Draw(t, "flag"), anySpan.Draw(t, "span")
	property := rapid.StringMatching(`[a-e][a-z0-9]{0,4}(\.[a-e][a-z0-9]{0,3}){0,2}`)
	value := rapid.StringMatching(`[!-~äß€]{1,12}`)
	return rapid.SampledFrom([]Fault{
		Plug{anyPort(t)}, Block{anyPort(t)}, Unblock{anyPort(t)}, Heal{}, Heal{node}, Prune{node}, Unprune{node},
		Hog{node, class, anyShare.Draw(t, "share")}, Calm{node, ""}, Calm{node, class},
		Fill{node, rapid.SampledFrom(stores).Draw(t, "store"), rapid.Float64Range(0, 1).Draw(t, "fill")}, Freeze{node, flag}, Thaw{node}, Crash{node}, Boot{node},
		Reboot{node, rapid.SampledFrom([]time.Duration{0, span}).Draw(t, "down"), flag}, Save{node},
		Yield{Port{Node: node}}, Yield{anyPort(t)},
		Set{node, property.Draw(t, "property"), value.Draw(t, "value")},
		StopService{anyName.Draw(t, "service"), node}, StartService{anyName.Draw(t, "service"), node},
		Backend{Node: node, Mode: rapid.SampledFrom([]string{"hang", "reset", "ok"}).Draw(t, "mode")},
		Backend{Node: node, Mode: "status", Status: rapid.IntRange(statusMin, statusMax).Draw(t, "status")},
		Backend{Node: node, Mode: "latency", Latency: span},
		Skew{node, time.Duration(rapid.Int64Range(math.MinInt64, math.MaxInt64).Draw(t, "step"))},
		Drift{node, rapid.Float64Range(-0.9, 1).Draw(t, "drift")},
	}).Draw(t, "fault")
}

func anyFault(t *rapid.T) Fault {
	f := rapid.OneOf(
		rapid.Custom(anyPull), rapid.Custom(anyPartition), rapid.Custom(anyImpair), rapid.Custom(anyDrop), rapid.Custom(anyMachine),
	).Draw(t, "fault")
	if Undoable(f) && rapid.Bool().Draw(t, "for a while") {
		return For{f, anySpan.Draw(t, "for")}
	}
	return f
}

func TestStringAndParseAreInverse(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		f := anyFault(t)
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
	matched(f, "") // compiles the patterns, which are no part of what a line takes
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
		if matched(t, text) == "" {
			t.Fatalf("%q matches no pattern", text)
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
