package scenarios

import (
	"reflect"
	"strconv"

	"github.com/goccy/go-yaml/ast"

	"github.com/cablepull/cablepull/sim/topology"
)

// kind is one key that an item under expect may have.
type kind struct {
	name string
	typ  reflect.Type
	doc  string
}

// kinds lists what can be expected, in the order of the schema.
var kinds = []kind{
	kindFor[Active]("active", "a member believes to be Active"),
	kindFor[OnlyActive]("only-active", "nobody else believes to be Active"),
	kindFor[States]("states", "the states a member enters, exactly"),
	kindFor[Becomes]("becomes", "a member enters a state at the right time"),
	kindFor[NothingElse]("nothing-else", "no member changes its state but as becomes and states say"),
	kindFor[Takeover]("takeover", "a virtual IP moves to a member"),
	kindFor[Moves]("moves", "how often the role of the Active moves"),
	kindFor[DualActive]("dual-active", "for how long more than one member is Active"),
	kindFor[NoActive]("no-active", "for how long no member is Active, after the first"),
	kindFor[Outage]("outage", "the longest time a client is without answers, and its parts"),
	kindFor[Kept]("kept", "the share of connections that survive a fault"),
	kindFor[Lost]("lost", "the number of connections that a fault costs"),
	kindFor[Requests]("requests", "how the requests of a client end"),
	kindFor[AnsweredBy]("answered-by", "which nodes answer"),
	kindFor[Happening]("event", "how often something happens"),
	kindFor[Said]("said", "what the programs of a real host write"),
	kindFor[Violations]("violations", "invariants that this scenario breaks on purpose"),
}

func kindFor[E Expectation](name, doc string) kind { return kind{name, reflect.TypeFor[E](), doc} }

func kindNames() []string {
	names := make([]string, len(kinds))
	for i, k := range kinds {
		names[i] = k.name
	}
	return names
}

// kindOf returns the key of an expectation.
func kindOf(e Expectation) string {
	for _, k := range kinds {
		if k.typ == reflect.TypeOf(e) {
			return k.name
		}
	}
	return "?"
}

// expectations reads the list under expect. An item that cannot be read stays
// nil: paths count on its place.
func (d *decoder) expectations(n ast.Node, all *[]Expectation, path []string) {
	list, isList := n.(*ast.SequenceNode)
	if !isList {
		d.failNode(n, path, "got %s, want %s", describe(n), wants[reflect.TypeFor[[]Expectation]()])
		return
	}
	*all = make([]Expectation, len(list.Values))
	for i, item := range list.Values {
		(*all)[i] = d.expectation(item, topology.At(path, strconv.Itoa(i)))
	}
}

func (d *decoder) expectation(n ast.Node, path []string) Expectation {
	if n = d.enter(n, path); n == nil {
		return nil
	}
	entries, isMap := d.entries(n, path)
	if !isMap || len(entries) != 1 {
		got := describe(n)
		if isMap {
			got = strconv.Itoa(len(entries)) + " keys"
		}
		d.failNode(n, path, "got %s, want one key of %s", got, topology.AnyOf("", kindNames()))
		return nil
	}
	e := entries[0]
	for _, k := range kinds {
		if k.name != e.name {
			continue
		}
		at := topology.At(path, k.name)
		v := reflect.New(k.typ).Elem()
		d.decode(e.value, v, at, field{})
		return v.Interface().(Expectation)
	}
	d.fail(e.at, topology.At(path, e.name), "unknown expectation, want %s", topology.AnyOf(e.name, kindNames()))
	return nil
}
