//go:build !linux

package wire

import (
	"fmt"
	"io"
	"time"

	"github.com/cablepull/cablepull/netfab/netns"
)

var errElsewhere = fmt.Errorf("%w: %w", ErrAbsent, netns.ErrUnsupported)

// Part does nothing.
func Part([]string, io.Reader) (done bool, err error) { return false, nil }

// Way connects two hosts.
type Way func(source, sink []string) (string, error)

// Fabric is not supported.
func Fabric(_, _ []string) (string, error) { return "", errElsewhere }

// Bridge is not supported.
func Bridge(_, _ []string) (string, error) { return "", errElsewhere }

// Throughput cannot be measured.
func Throughput(Way, time.Duration) (float64, error) { return 0, errElsewhere }

// Latency cannot be measured.
func Latency(Way, int) (time.Duration, error) { return 0, errElsewhere }

// FirstHello cannot be measured.
func FirstHello(int) (at time.Time, err error) { return at, errElsewhere }

// Pair is two members.
type Pair struct{}

// OurPair is empty.
func OurPair() Pair { return Pair{} }

// KeepalivedPair is empty.
func KeepalivedPair() Pair { return Pair{} }

// Takeover cannot be measured.
func Takeover(Pair, float64) (time.Duration, error) { return 0, errElsewhere }

// Direction is where the bytes of a stream go.
type Direction string

// The directions.
const (
	Download Direction = "download"
	Upload   Direction = "upload"
)

// Streams is a throughput.
type Streams struct{ Through, Direct float64 }

// Balanced cannot be measured.
func Balanced(Direction, time.Duration) (Streams, error) { return Streams{}, errElsewhere }
