// Package figure picks figures of runs by a word, and says what the runs
// together tell: outage.p99 is the outage that 99 of 100 runs stay below.
//
//	ID[.OF][.STATISTIC]
//
// The ID is that of a column of package oracle, or violated, failed, unjudged
// or simulated. OF is what it is of: a client, a virtual IP, a fault; for
// violated, the invariant. Without it, a run counts with its worst row for
// spans, instants and shares, and with the sum of its rows for counts. The
// statistic is over runs: see Statistics.
//
// A Condition is a word with limits, such as outage.p99..10s, or with a width,
// such as outage.p99±5%. Judge says whether the limits hold, as far as the runs
// tell.
//
// It plays no run and knows no scenario. Numbers of a run are whole, but for
// shares: only what is said of many runs is estimated, by package statistic.
//
// Start reading at word.go and value.go, then summary.go and condition.go.
package figure
