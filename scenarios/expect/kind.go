package expect

import (
	"reflect"
	"strconv"

	"github.com/invopop/jsonschema"

	"github.com/cablepull/cablepull/scenarios/form"
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

// NameOf returns the key of an expectation.
func NameOf(e Expectation) string {
	for _, k := range kinds {
		if k.typ == reflect.TypeOf(e) {
			return k.name
		}
	}
	return "?"
}

// Form is how the list of expectations stands in a scenario file.
func Form() form.Type {
	list := form.Type{
		Type: reflect.TypeFor[[]Expectation](), Want: wantList,
		Decode: decodeList, Schema: schemaOfList,
	}
	for _, k := range kinds {
		list.Also = append(list.Also, k.typ)
	}
	return list
}

const wantList = "a list of expectations, such as - moves: 1"

// decodeList reads the list under expect. An item that cannot be read stays
// nil: paths count on its place.
func decodeList(d *form.Decoder, n form.Node, into any, path []string) {
	items, isList := d.Items(n)
	if !isList {
		d.FailNode(n, path, "got %s, want %s", form.Describe(n), wantList)
		return
	}
	all := make([]Expectation, len(items))
	for i, item := range items {
		all[i] = decodeItem(d, item, topology.At(path, strconv.Itoa(i)))
	}
	*into.(*[]Expectation) = all
}

func decodeItem(d *form.Decoder, n form.Node, path []string) Expectation {
	if n = d.Enter(n, path); n == nil {
		return nil
	}
	entries, isMap := d.Entries(n, path)
	if !isMap || len(entries) != 1 {
		got := form.Describe(n)
		if isMap {
			got = strconv.Itoa(len(entries)) + " keys"
		}
		d.FailNode(n, path, "got %s, want one key of %s", got, topology.AnyOf("", kindNames()))
		return nil
	}
	e := entries[0]
	for _, k := range kinds {
		if k.name == e.Name {
			v := reflect.New(k.typ)
			d.Value(e.Value, v.Interface(), topology.At(path, k.name))
			return v.Elem().Interface().(Expectation)
		}
	}
	d.Fail(e.At, topology.At(path, e.Name), "unknown expectation, want %s", topology.AnyOf(e.Name, kindNames()))
	return nil
}

func schemaOfList() *jsonschema.Schema {
	item := &jsonschema.Schema{}
	for _, k := range kinds {
		properties := jsonschema.NewProperties()
		properties.Set(k.name, &jsonschema.Schema{Ref: "#/$defs/" + k.typ.Name()})
		item.OneOf = append(item.OneOf, &jsonschema.Schema{
			Type: "object", Description: k.doc, Properties: properties, Required: []string{k.name}, AdditionalProperties: jsonschema.FalseSchema,
		})
	}
	return &jsonschema.Schema{Type: "array", Items: item}
}
