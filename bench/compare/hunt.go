package main

// huntRows say how fast a hunt is, and what its feedback is worth: the states
// that changed schedules reach over those that drawn ones do. A published
// search with feedback reaches 1.54 times as many.
func huntRows(s sides) []*row {
	return []*row{
		{
			what: "schedules of a hunt in a pair, one processor", bar: 100, unit: "schedules/s",
			ours: s.benchmark("schedules/s", "scenarios/hunt", "BenchmarkHunt"),
		},
		{
			what: "states by feedback against random draws, 1,000 schedules", bar: 1.54, unit: "x", rounds: 1,
			ours: s.benchmark("x-random", "scenarios/hunt", "BenchmarkStates"),
		},
	}
}
