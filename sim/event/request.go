package event

import (
	"reflect"
	"strconv"

	"github.com/cablepull/cablepull/sim/event/jsonform"
)

// Most events of a run with clients are these two, and a short run does little
// but log them. They are found without a map, and their form is written by
// hand, in a third of the time that a plan takes. A test holds it against the
// plan.
var sentCodec, answeredCodec *codec

// appendMembers appends the members of a body, each with a comma before it.
func (c *codec) appendMembers(dst []byte, body Body) []byte {
	switch b := body.(type) {
	case RequestSent:
		dst = strconv.AppendUint(append(dst, `,"request":`...), b.Request, 10)
		dst = strconv.AppendUint(append(dst, `,"conn":`...), b.Conn, 10)
		return strconv.AppendInt(append(dst, `,"attempt":`...), int64(b.Attempt), 10)
	case RequestAnswered:
		dst = strconv.AppendUint(append(dst, `,"request":`...), b.Request, 10)
		dst = strconv.AppendUint(append(dst, `,"conn":`...), b.Conn, 10)
		dst = jsonform.AppendText(append(dst, `,"by":`...), b.By)
		dst = strconv.AppendInt(append(dst, `,"status":`...), int64(b.Status), 10)
		dst = jsonform.AppendDuration(append(dst, `,"latency":"`...), b.Latency)
		return strconv.AppendInt(append(dst, `","latency_ns":`...), int64(b.Latency), 10)
	}
	return c.plan.AppendMembers(dst, reflect.ValueOf(body))
}
