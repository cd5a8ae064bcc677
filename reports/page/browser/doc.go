// Package browser has no code: its tests open the pages that cablepull writes,
// and those that it serves, in a real browser. It is a module of its own, so
// that what drives the browser is no dependency of cablepull.
//
// Start reading at tab_test.go, which opens pages.
package browser
