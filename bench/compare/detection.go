package main

// detectionRows say whether programs notice failures as their formulas say, by
// the formula that fits least: right ones are below the bar once in a thousand
// times, and seeds are fixed.
func detectionRows(s sides) []*row {
	return []*row{{
		what: "times of detection against their formulas, least P", bar: 0.001, rounds: 1,
		ours: s.benchmark("least-P", "bench/detection", "BenchmarkFormulas"),
	}}
}
