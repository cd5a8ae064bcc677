package topology

import (
	"cmp"
	"net/netip"
	"strconv"
	"strings"
	"time"
)

// Teller is clerks that write and read registers and lists over HTTP, and log
// what they were answered. The invariant linearizable compares it: an
// acknowledged write must be there from then on, once and in its order. Each
// clerk does one thing at a time, never again what has failed, and each value
// is unique.
type Teller struct {
	Target    string        `yaml:"target" doc:"URL in front of the keys, such as http://192.0.2.100/accounts; with https it accepts any certificate" jsonschema:"required"`
	Book      string        `yaml:"book" doc:"name of the data behind the target: tellers with the same book check one another (default accounts)"`
	Clerks    int           `yaml:"clerks" doc:"how many (default 4)" jsonschema:"minimum=1,maximum=100"`
	Registers *int          `yaml:"registers" doc:"how many keys are written as a whole: r1, r2 (default 2)" jsonschema:"minimum=0,maximum=100"`
	Lists     *int          `yaml:"lists" doc:"how many keys get words added at their end: l1, l2 (default 2)" jsonschema:"minimum=0,maximum=100"`
	Think     time.Duration `yaml:"think" doc:"time between two operations of a clerk, from the end of one on; random by half of it up and down (default 1s)"`
	Reads     *float64      `yaml:"reads" form:"share" doc:"share of the operations that read (default 50%)" jsonschema:"minimum=0,maximum=1"`
	Connect   time.Duration `yaml:"connect-timeout" doc:"time limit for connecting (default 5s)"`
	Timeout   time.Duration `yaml:"timeout" doc:"time limit from the request to its answer; what was sent by then has an unknown outcome (default 10s)"`
	Start     time.Duration `yaml:"start" doc:"when the clerks begin (default 0)"`
	Audit     time.Duration `yaml:"audit" doc:"when they stop writing and only read, so that it is seen what has stayed (default: never)"`
}

// Complete implements Program.
func (l Teller) Complete(Place) Program {
	two, half := 2, 0.5
	l.Book = cmp.Or(l.Book, "accounts")
	l.Clerks = cmp.Or(l.Clerks, 4)
	if l.Registers == nil {
		l.Registers = &two
	}
	if l.Lists == nil {
		l.Lists = &two
	}
	if l.Reads == nil {
		l.Reads = &half
	}
	l.Think = cmp.Or(l.Think, time.Second)
	l.Connect = cmp.Or(l.Connect, 5*time.Second)
	l.Timeout = cmp.Or(l.Timeout, 10*time.Second)
	return &l
}

// Keys lists the keys of a teller: its registers, then its lists.
func (l Teller) Keys() []string {
	var keys []string
	for i := range *l.Registers {
		keys = append(keys, "r"+strconv.Itoa(i+1))
	}
	for i := range *l.Lists {
		keys = append(keys, ListPrefix+strconv.Itoa(i+1))
	}
	return keys
}

// ListPrefix is how the key of a list begins.
const ListPrefix = "l"

// Problems implements Program.
func (l Teller) Problems(at Place) []Problem {
	c := at.check()
	target, err := ParseTarget(l.Target)
	if err == nil && target.Name != "" {
		c.fail([]string{"target"}, "got the name %s, want an address: tellers look up no names", target.Name)
	} else {
		c.target([]string{"target"}, at.Node, l.Target, SchemeHTTP, SchemeHTTPS)
	}
	if err == nil {
		c.base([]string{"target"}, target.Path)
	}
	if len(l.Keys()) == 0 {
		c.fail([]string{"lists"}, "got neither registers nor lists, want one of both")
	}
	if CheckName(l.Book) != nil {
		c.fail([]string{"book"}, "got %q, want a name of lower-case letters, digits and dashes", l.Book)
	}
	if l.Audit != 0 && l.Audit <= l.Start {
		c.fail([]string{"audit"}, "got %s, want an instant after start, %s", l.Audit, l.Start)
	}
	return c.problems
}

// IsList reports whether a key is that of a list.
func IsList(key string) bool { return strings.HasPrefix(key, ListPrefix) }

// Addresses implements Program.
func (Teller) Addresses() []netip.Addr { return nil }

// ServiceNames implements Program.
func (Teller) ServiceNames() []string { return nil }

// Properties implements Program.
func (Teller) Properties() []Property { return nil }

// Faults implements Program.
func (Teller) Faults() []string { return nil }
