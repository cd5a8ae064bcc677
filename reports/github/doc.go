// Package github writes what GitHub Actions shows of the runs of a job:
// annotations at the lines of the scenario files, as workflow commands, and a
// table in Markdown for the summary of the job. It knows neither the runner's
// environment nor where its output goes.
//
// Start reading at annotation.go, then summary.go.
package github
