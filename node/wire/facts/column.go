package facts

import (
	"errors"
	"fmt"
	"net/netip"
	"strconv"
	"strings"
	"time"

	"github.com/cablepull/cablepull/node/wire"
)

// ErrTable is wrapped by all errors of reading a table; the text says where and
// why.
var ErrTable = errors.New("not a table of facts")

// column is one column of the table.
type column struct {
	name  string
	of    func(wire.Opcode) bool // messages that have the column; others show none
	print func(f Fact) string
	parse func(f *Fact, cell string) error
}

// none marks a column that a message does not have.
const none = "-"

func always(wire.Opcode) bool               { return true }
func messages(op wire.Opcode) bool          { return op != wire.OpAdvertise }
func advertises(op wire.Opcode) bool        { return op == wire.OpAdvertise }
func number[N ~uint8 | ~uint16](n N) string { return strconv.Itoa(int(n)) }

// columns are the table's columns, in order. The opcode comes before the
// columns that depend on it.
var columns = []column{
	{"at", always, func(f Fact) string { return instant(f.At) }, func(f *Fact, c string) (err error) {
		f.At, err = time.ParseDuration(c + "s")
		return err
	}},
	{"source", always, func(f Fact) string { return f.Source.String() }, func(f *Fact, c string) (err error) {
		f.Source, err = wire.ParseMAC(c)
		return err
	}},
	{"from", always, func(f Fact) string { return f.From.String() }, func(f *Fact, c string) (err error) {
		f.From, err = netip.ParseAddr(c)
		return err
	}},
	{"opcode", always, func(f Fact) string { return f.Opcode.String() }, func(f *Fact, c string) (err error) {
		f.Opcode, err = named(c, wire.OpHello, wire.OpCoup, wire.OpResign, wire.OpAdvertise)
		if f.Opcode != wire.OpAdvertise {
			f.Message.Opcode = f.Opcode
		}
		return err
	}},
	{"state", always, state, parseState},
	{"priority", messages, func(f Fact) string { return number(f.Message.Priority) }, func(f *Fact, c string) error {
		return parseNumber(c, &f.Message.Priority)
	}},
	{"group", messages, func(f Fact) string { return number(f.Message.Group) }, func(f *Fact, c string) error {
		return parseNumber(c, &f.Message.Group)
	}},
	{"hello", messages, func(f Fact) string { return seconds(f.Message.Hello) }, func(f *Fact, c string) error {
		return parseSeconds(c, &f.Message.Hello)
	}},
	{"hold", messages, func(f Fact) string { return seconds(f.Message.Hold) }, func(f *Fact, c string) error {
		return parseSeconds(c, &f.Message.Hold)
	}},
	{"auth", messages, func(f Fact) string { return f.Message.Auth.String() }, func(f *Fact, c string) (err error) {
		f.Message.Auth, err = wire.ParseAuth(c)
		return err
	}},
	{"vip", messages, func(f Fact) string { return f.Message.VirtualIP.String() }, func(f *Fact, c string) (err error) {
		f.Message.VirtualIP, err = netip.ParseAddr(c)
		return err
	}},
	{"type", advertises, func(f Fact) string { return number(f.Advertise.Type) }, func(f *Fact, c string) error {
		return parseNumber(c, &f.Advertise.Type)
	}},
	{"active", advertises, func(f Fact) string { return number(f.Advertise.ActiveGroups) }, func(f *Fact, c string) error {
		return parseNumber(c, &f.Advertise.ActiveGroups)
	}},
	{"passive", advertises, func(f Fact) string { return number(f.Advertise.PassiveGroups) }, func(f *Fact, c string) error {
		return parseNumber(c, &f.Advertise.PassiveGroups)
	}},
}

func columnNames() []string {
	var all []string
	for _, c := range columns {
		all = append(all, c.name)
	}
	return all
}

// cells returns the fact as a line of the table.
func (f Fact) cells() []string {
	var all []string
	for _, c := range columns {
		cell := none
		if c.of(f.Opcode) {
			cell = c.print(f)
		}
		all = append(all, cell)
	}
	return all
}

// parse reads a line of the table.
func parse(cells []string) (f Fact, err error) {
	if len(cells) != len(columns) {
		return Fact{}, fmt.Errorf("%w: got %d columns, want %d", ErrTable, len(cells), len(columns))
	}
	for i, c := range columns {
		switch has := c.of(f.Opcode); {
		case has:
			err = c.parse(&f, cells[i])
		case cells[i] != none:
			err = fmt.Errorf("got %q, want %s in %s", cells[i], none, f.Opcode)
		}
		if err != nil {
			return Fact{}, fmt.Errorf("%w: %s: %w", ErrTable, c.name, err)
		}
	}
	return f, nil
}

func state(f Fact) string {
	if f.Opcode == wire.OpAdvertise {
		return f.Advertise.State.String()
	}
	return f.Message.State.String()
}

func parseState(f *Fact, c string) (err error) {
	if f.Opcode == wire.OpAdvertise {
		f.Advertise.State, err = named(c, wire.AdvertiseDormant, wire.AdvertisePassive, wire.AdvertiseActive)
		return err
	}
	f.Message.State, err = named(c, wire.StateInitial, wire.StateLearn, wire.StateListen, wire.StateSpeak, wire.StateStandby, wire.StateActive)
	return err
}

// named finds a value by its name.
func named[V fmt.Stringer](name string, values ...V) (v V, err error) {
	for _, v := range values {
		if v.String() == name {
			return v, nil
		}
	}
	return v, fmt.Errorf("got %q, want one of %v", name, values)
}

// instant prints seconds with at least six decimals, because captures count in
// microseconds.
func instant(d time.Duration) string {
	text := fmt.Sprintf("%d.%09d", d/time.Second, d%time.Second)
	return strings.TrimSuffix(text, "000")
}

func seconds(d time.Duration) string { return strconv.Itoa(int(d / time.Second)) }

func parseSeconds(c string, d *time.Duration) error {
	var n uint8
	err := parseNumber(c, &n)
	*d = time.Duration(n) * time.Second
	return err
}

// parseNumber reads a number that fits its field.
func parseNumber[N ~uint8 | ~uint16](c string, n *N) error {
	got, err := strconv.ParseUint(c, 10, 16)
	if err != nil || uint64(N(got)) != got {
		return fmt.Errorf("got %q, want 0 to %d", c, ^N(0))
	}
	*n = N(got)
	return nil
}
