// Package page writes report.html: a run, or many, as one page that people
// send to each other. It is one file that asks nothing of anybody else: no
// request leaves it, and a browser opens it from a disk. Pictures come from
// package reports/picture, tables and sentences from package reports/text.
//
// Start reading at page.go.
package page
