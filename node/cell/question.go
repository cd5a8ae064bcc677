package cell

import (
	"fmt"
	"math"
	"net/url"
	"strconv"
	"time"

	"github.com/cablepull/cablepull/sim/topology"
)

// waitMax is how long a request can be held: spec/failover.md §6.6.
const waitMax = 86400 * time.Second

// question is what a request asks for.
type question struct {
	known int           // the generation that the client has; 0: none
	wait  time.Duration // how long to hold the request while there is no other; whole seconds
}

// path returns the path of the request, such as /odcinfo?generation=3&wait=10.
func (q question) path() string {
	if q.wait == 0 {
		return topology.CellPath
	}
	return fmt.Sprintf("%s?generation=%d&wait=%d", topology.CellPath, q.known, q.wait/time.Second)
}

// questionOf takes the path of a request apart. A number that is left out is 0.
func questionOf(path string) (q question, ok bool) {
	u, err := url.ParseRequestURI(path)
	if err != nil || u.Path != topology.CellPath {
		return question{}, false
	}
	query := u.Query()
	known, knownOK := count(query.Get("generation"), math.MaxInt32)
	seconds, waitOK := count(query.Get("wait"), int(waitMax/time.Second))
	return question{known, time.Duration(seconds) * time.Second}, knownOK && waitOK
}

// count reads a number from 0 to most.
func count(text string, most int) (n int, ok bool) {
	if text == "" {
		return 0, true
	}
	n, err := strconv.Atoi(text)
	return n, err == nil && n >= 0 && n <= most
}
