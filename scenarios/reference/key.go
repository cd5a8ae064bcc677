package reference

import (
	"fmt"
	"net/netip"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/cablepull/cablepull/scenarios"
	"github.com/cablepull/cablepull/scenarios/expect"
	"github.com/cablepull/cablepull/scenarios/form"
	"github.com/cablepull/cablepull/sim/topology"
)

// structs are the mappings of the format, by the name of their Go type. They
// are made for whoever reads the reference: the command starts without.
var structs = sync.OnceValue(allStructs)

func allStructs() map[string]reflect.Type {
	all := map[string]reflect.Type{}
	var add func(reflect.Type)
	add = func(t reflect.Type) {
		switch t.Kind() {
		case reflect.Pointer, reflect.Map, reflect.Slice:
			add(t.Elem())
		case reflect.Struct:
			if all[t.Name()] != nil || len(form.FieldsOf(t)) == 0 {
				return
			}
			all[t.Name()] = t
			for _, f := range form.FieldsOf(t) {
				add(f.Of)
				add(f.Type)
			}
		}
	}
	add(reflect.TypeFor[scenarios.Scenario]())
	for _, k := range (expect.Kinds{}).List() {
		add(k.Type())
	}
	return all
}

// keysOf lists the keys of a struct, but for those of an embedded one that has
// a section of its own.
func keysOf(name string) []Key {
	t := structs()[name]
	var keys []Key
	for _, f := range form.FieldsOf(t) {
		if _, apart := titleOf(f.Of.Name()); f.Of != t && apart {
			if i := len(keys) - 1; i < 0 || keys[i].Name != "" || keys[i].Value != link(f.Of) {
				keys = append(keys, Key{Value: link(f.Of)})
			}
			continue
		}
		keys = append(keys, keyOf(f))
	}
	return keys
}

func keyOf(f form.Field) Key {
	k := Key{Name: f.Name, Value: valueOf(f.Type, f), Required: f.Rule().Required, Meaning: f.Doc}
	if f.Short() {
		k.Value += " (*alone*)"
	}
	if limits := limitsOf(f); limits != "" {
		k.Value += ", " + limits
	}
	if f.Of == reflect.TypeFor[scenarios.Scenario]() || f.Of == reflect.TypeFor[topology.Topology]() {
		k.Required = slices.Contains(scenarios.Required, f.Name)
	}
	k.Default, k.Meaning = defaultOf(f)
	return k
}

// valueOf says what a type holds.
func valueOf(t reflect.Type, f form.Field) string {
	if text, special := special[t]; special {
		return text
	}
	switch one := f.Rule().One; {
	case f.Unit() == "bytes":
		return "bytes"
	case f.Unit() == "share":
		return "percentage"
	case len(one) > 0 && t.Kind() == reflect.String:
		return "`" + strings.Join(one, "`, `") + "`"
	}
	switch t.Kind() {
	case reflect.Pointer:
		return valueOf(t.Elem(), f)
	case reflect.Slice:
		return "list: " + valueOf(t.Elem(), f)
	case reflect.Map:
		return "by name: " + valueOf(t.Elem(), f)
	case reflect.Struct:
		if len(form.FieldsOf(t)) == 0 {
			return "text" // it reads its own
		}
		return link(t)
	case reflect.Bool:
		return "`on`, `off`"
	case reflect.String:
		return "text"
	case reflect.Interface:
		return "[expectation](#expectations)"
	}
	return "number"
}

// special are the types whose text is their own.
var special = map[reflect.Type]string{
	reflect.TypeFor[time.Duration]():             "duration",
	reflect.TypeFor[netip.Addr]():                "address",
	reflect.TypeFor[netip.Prefix]():              "address/length",
	reflect.TypeFor[netip.AddrPort]():            "address:port",
	reflect.TypeFor[topology.Rate]():             "rate",
	reflect.TypeFor[topology.BalanceWeight]():    "`auto`, or a number, 1 to 100",
	reflect.TypeFor[topology.PortRange]():        "ports, such as 50000-50009",
	reflect.TypeFor[form.Range[time.Duration]](): "interval of durations",
	reflect.TypeFor[form.Range[int]]():           "interval of numbers",
	reflect.TypeFor[form.Range[float64]]():       "interval of numbers",
	reflect.TypeFor[form.Range[form.Share]]():    "interval of percentages",
	reflect.TypeFor[expect.Cause]():              "fault of the timeline",
	reflect.TypeFor[scenarios.Variants]():        "by path: list of values; see [Variants](#variants)",
	reflect.TypeFor[scenarios.OverSeeds]():       "by figure: interval; see [Many seeds](#many-seeds)",
	reflect.TypeFor[[]scenarios.Step]():          "list; see [Timeline](#timeline)",
	reflect.TypeFor[[]expect.Expectation]():      "list; see [Expectations](#expectations)",
}

// limitsOf says between which numbers a value lies.
func limitsOf(f form.Field) string {
	low, high := f.Rule().Min, f.Rule().Max
	if f.Unit() == "share" {
		low, high = percent(low), percent(high)
	}
	if strings.HasPrefix(high, "876000h") {
		high = "" // only guards against overflow
	}
	if strings.HasPrefix(low, "-876000h") {
		return ""
	}
	switch unlimited := low == "0" || low == "0%"; {
	case high != "":
		return low + " to " + high
	case !unlimited:
		return "at least " + low
	}
	return ""
}

func percent(bound string) string {
	var share float64
	if _, err := fmt.Sscan(bound, &share); err != nil {
		return bound
	}
	return form.Share(share).String()
}

var (
	// apart is a default that stands alone: (default 5s), (default: never).
	apart = regexp.MustCompile(`;? ?\(default:? ([^()]*(?:\([^()]*\)[^()]*)*)\)`)
	// marked is one that is marked in a list of choices: arp (default: …), off
	// (default).
	marked = regexp.MustCompile(`([a-zA-Z0-9-]+) \(default[,:)]`)
)

// defaultOf takes the default out of what a field says about itself.
func defaultOf(f form.Field) (value, meaning string) {
	choices := f.Rule().One
	if kindOf(f.Type) == reflect.Bool {
		choices = []string{"on", "off"}
	}
	if m := marked.FindStringSubmatch(f.Doc); m != nil && (slices.Contains(choices, m[1]) || strings.Contains(f.Doc, " (default)")) {
		return m[1], f.Doc
	}
	if m := apart.FindStringSubmatchIndex(f.Doc); m != nil {
		return f.Doc[m[2]:m[3]], f.Doc[:m[0]] + f.Doc[m[1]:]
	}
	if f.Type.Kind() == reflect.Bool {
		return "off", f.Doc
	}
	return "", f.Doc
}

// kindOf is the kind of a type, or of what it points to.
func kindOf(t reflect.Type) reflect.Kind {
	if t.Kind() == reflect.Pointer {
		return t.Elem().Kind()
	}
	return t.Kind()
}

// titleOf is the section with the keys of a struct.
func titleOf(name string) (title string, is bool) {
	heading := ""
	for line := range strings.Lines(source) {
		if strings.HasPrefix(line, "#") {
			heading = strings.TrimSpace(strings.TrimLeft(line, "#"))
		}
		if directive, of, is := directiveOf(line); is && directive == "keys" && of == name {
			return heading, true
		}
	}
	return "", false
}

// link is a link to the section of a struct.
func link(t reflect.Type) string {
	title, _ := titleOf(t.Name())
	return "[" + title + "](#" + Anchor(title) + ")"
}

// Anchor is what a link to a heading ends with, after #.
func Anchor(title string) string {
	return strings.Map(func(c rune) rune {
		switch {
		case c == ' ':
			return '-'
		case c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c == '-':
			return c
		}
		return -1
	}, strings.ToLower(title))
}
