// Package parity holds figures of a run against those of other runs: of one in
// real time against virtual time, and of real programs against our models. It
// says how much a figure may differ for a tolerance of times, and names those
// that differ by more.
//
// It plays nothing. Start reading at varying.go, then figure.go; twin.go is
// real programs against models.
package parity
