package topology

// SpanPattern is the regular expression of durations as time.ParseDuration
// reads them, with the sign. Within a longer one it needs parentheses.
const SpanPattern = `[-+]?(0|(([0-9]+\.?[0-9]*|\.[0-9]+)(ns|us|µs|μs|ms|s|m|h))+)`
