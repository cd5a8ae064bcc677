// Package statistic says what the values of many runs tell, and how sure that
// is; and at which points to measure next.
//
// It knows floats only: no run, figure or unit. It is pure, and the same values
// and seed give the same result. Floats from here never reach a digest: another
// processor may round them differently.
//
// # Which method is for what
//
//   - Quantile: the outage that 99 of 100 failovers stay below. Its bounds are
//     values of the sample, and right for any distribution; they exist from a
//     number of runs on. Outages have long tails and steps: never describe them
//     by mean and deviation.
//   - Proportion: how often something happens that should not. No hit in n runs
//     is no proof: the bound is about 3/n at 95 %. Wilson's and the normal
//     interval are nearer the level on average, but miss it for rare hits (Bai and
//     Lam, arXiv 2305.02434), and verdicts must not.
//   - Rate: events per time, such as false failovers per year.
//   - Mean: of counts, and of paired differences.
//   - Differences, then Mean, Quantile, Sign or SignedRank: two settings with the
//     same seeds. What the seed decides, mostly the phase of timers at the fault,
//     hits both sides and drops out of the difference. Sign needs no assumption;
//     SignedRank notices more, if differences are about symmetric. McNemar is Sign
//     for hits. RankSum and Smirnov are for samples that are not paired.
//   - CountToTell: how many pairs a difference of this size needs. A result that
//     is not significant means nothing without it.
//   - Kolmogorov: do measured times follow a formula?
//   - Stop: when enough runs were made, without looking until one likes it.
//   - LatinHypercube, Halton: points for more knobs than a grid can have.
//     Sensitivity: which knobs matter at all (Sobol). Search: the best setting,
//     where a grid of all is too large. Who takes the best of many settings by few
//     seeds has tuned to these seeds: measure it again with others.
//   - Front: the settings that are worth a choice, when two figures compete.
//
// # Exact and conservative
//
// Intervals of Quantile, Proportion and Rate are exact: whatever is measured,
// at least the share of them that the level says covers the true value.
// Counts and ranks being whole numbers, it is mostly more: they are
// conservative. Mean's interval is exact for normal values only. Those of
// Sensitivity are bootstraps.
//
// Start reading at interval.go and sample.go, then quantile.go.
package statistic
