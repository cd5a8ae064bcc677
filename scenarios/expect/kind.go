package expect

import (
	"fmt"
	"reflect"
	"slices"
	"strconv"

	"github.com/invopop/jsonschema"

	"github.com/cablepull/cablepull/scenarios/form"
	"github.com/cablepull/cablepull/sim/topology"
)

// Kind is one key that an item under expect may have.
type Kind struct {
	Name, Doc string
	typ       reflect.Type
}

// KindOf is the row of a kind of expectation: its key in a file, a name of
// lower-case letters and dashes, and what it expects, for the schema. E is a
// struct; the tags of its fields describe the file, as package form explains.
func KindOf[E Expectation](name, doc string) Kind { return Kind{name, doc, reflect.TypeFor[E]()} }

// Kinds are the expectations that a scenario file may use: those of the project
// and any that the caller adds. The zero value has those of the project.
type Kinds struct{ own []Kind }

func (all Kinds) rows() []Kind { return slices.Concat(kinds, all.own) }

// kinds are those of the project, in the order of the schema.
var kinds = []Kind{
	KindOf[Active]("active", "a member is in the state Active, frozen or not"),
	KindOf[OnlyActive]("only-active", "no other member is in the state Active, frozen or not"),
	KindOf[Elected]("elected", "exactly which members become Active, in order"),
	KindOf[SingleActive]("single-active", "each group has one Active member at the end"),
	KindOf[States]("states", "exactly which states a member enters, in order"),
	KindOf[Becomes]("becomes", "a member enters a state at the right time"),
	KindOf[NothingElse]("nothing-else", "members make only the state changes listed under becomes and states"),
	KindOf[Takeover]("takeover", "a virtual IP moves to a member"),
	KindOf[Moves]("moves", "how often the Active role moves to another member"),
	KindOf[DualActive]("dual-active", "how long more than one member is Active"),
	KindOf[NoActive]("no-active", "how long no member is Active, once one has been or something has broken"),
	KindOf[Outage]("outage", "the longest time that a client gets no answers, and its parts"),
	KindOf[Recovers]("recovers", "the cluster settles after the last fault: one owner, and whoever asks is answered"),
	KindOf[Kept]("kept", "the share of connections that survive a fault"),
	KindOf[Lost]("lost", "the number of connections that a fault costs"),
	KindOf[Survive]("survive", "what becomes of self-balanced connections at a fault, by who terminates them and by age"),
	KindOf[Spread]("spread", "how well self-balanced connections follow the weights"),
	KindOf[Blind]("blind", "how long an owner does not know which self-balanced connections live where"),
	KindOf[Table]("table", "the size of the forwarding tables of self-balanced groups"),
	KindOf[Requests]("requests", "how the requests of a client end"),
	KindOf[AnsweredBy]("answered-by", "which nodes answer requests"),
	KindOf[SameMember]("same-member", "the share of requests that one machine answers at all services of a chain"),
	KindOf[Health]("health", "a gateway sees a member of a load-balancer group in a state at the right time"),
	KindOf[Load]("load", "the most that a gateway with load-balancer groups has under way"),
	KindOf[Sessions]("sessions", "whether sessions stay on one server"),
	KindOf[Activities]("activities", "what a cluster shall do once is done once"),
	KindOf[Exchanged]("exchange", "what becomes of business documents and their receipts"),
	KindOf[Ledger]("ledger", "what became of the writes of tellers"),
	KindOf[Delivery]("delivery", "what becomes of the messages of a queue or a topic"),
	KindOf[Portal]("portal", "what a developer found at API managers, and what was lost"),
	KindOf[Happening]("event", "how often an event happens"),
	KindOf[Said]("said", "what the programs of a real host write"),
	KindOf[Violations]("violations", "invariants that this scenario breaks on purpose"),
}

// List returns the kinds in the order of the schema.
func (all Kinds) List() []Kind { return slices.Clone(all.rows()) }

// Type returns the struct that holds an expectation of this kind.
func (k Kind) Type() reflect.Type { return k.typ }

// With returns the kinds of the project followed by own ones. It fails if two
// share a key or a type name, which is their name in the schema.
func With(own ...Kind) (Kinds, error) {
	var all Kinds
	for _, k := range own {
		if err := topology.CheckName(k.Name); err != nil {
			return Kinds{}, fmt.Errorf("expectation: %w", err)
		}
		if k.typ.Kind() != reflect.Struct {
			return Kinds{}, fmt.Errorf("expectation %s: got %s, want a struct", k.Name, k.typ)
		}
		for _, other := range all.rows() {
			if other.Name == k.Name || other.typ.Name() == k.typ.Name() {
				return Kinds{}, fmt.Errorf("expectation %s of %s: got the key or the type's name of %s of %s, want others", k.Name, k.typ, other.Name, other.typ)
			}
		}
		all.own = append(all.own, k)
	}
	return all, nil
}

func (all Kinds) names() []string {
	var names []string
	for _, k := range all.rows() {
		names = append(names, k.Name)
	}
	return names
}

// NameOf returns the key of an expectation, or its type if no kind has it.
func (all Kinds) NameOf(e Expectation) string {
	if _, is := e.(Conditional); is {
		return whenKey
	}
	for _, k := range all.rows() {
		if k.typ == reflect.TypeOf(e) {
			return k.Name
		}
	}
	return fmt.Sprintf("%T", e)
}

// Form describes the list of expectations in a scenario file.
func (all Kinds) Form() form.Type {
	list := form.Type{
		Type: reflect.TypeFor[[]Expectation](), Want: wantList,
		Decode: all.decode, Schema: all.schema,
	}
	for _, k := range all.rows() {
		list.Also = append(list.Also, k.typ)
	}
	return list
}

const wantList = "a list of expectations, such as - moves: 1"

// decode reads the list under expect. An item that cannot be read stays nil,
// because paths rely on the positions of the others.
func (all Kinds) decode(d *form.Decoder, n form.Node, into any, path []string) {
	items, isList := d.Items(n)
	if !isList {
		d.FailNode(n, path, "got %s, want %s", form.Describe(n), wantList)
		return
	}
	list := make([]Expectation, len(items))
	for i, item := range items {
		list[i] = all.decodeItem(d, item, topology.At(path, strconv.Itoa(i)))
	}
	*into.(*[]Expectation) = list
}

func (all Kinds) decodeItem(d *form.Decoder, n form.Node, path []string) Expectation {
	if n = d.Enter(n, path); n == nil {
		return nil
	}
	entries, isMap := d.Entries(n, path)
	var when map[string][]string
	if i := slices.IndexFunc(entries, func(e form.Entry) bool { return e.Name == whenKey }); i >= 0 && len(entries) == 2 {
		when = decodeWhen(d, entries[i].Value, topology.At(path, whenKey))
		entries = slices.Delete(entries, i, i+1)
	}
	if !isMap || len(entries) != 1 {
		got := form.Describe(n)
		if isMap {
			got = strconv.Itoa(len(entries)) + " keys"
		}
		d.FailNode(n, path, "got %s, want one key of %s", got, topology.AnyOf("", all.names()))
		return nil
	}
	e := entries[0]
	d.SetPlace(path, e.At)
	for _, k := range all.rows() {
		if k.Name == e.Name {
			v := reflect.New(k.typ)
			d.Value(e.Value, v.Interface(), topology.At(path, k.Name))
			x := v.Elem().Interface().(Expectation)
			if when != nil {
				return Conditional{x, when}
			}
			return x
		}
	}
	d.Fail(e.At, topology.At(path, e.Name), "unknown expectation, want %s", topology.AnyOf(e.Name, all.names()))
	return nil
}

func schemaOfWhen() *jsonschema.Schema {
	text := &jsonschema.Schema{Type: "string"}
	return &jsonschema.Schema{
		Type: "object", Description: "the variants that this expectation applies to, such as {profile: ios} (default: all)",
		AdditionalProperties: &jsonschema.Schema{AnyOf: []*jsonschema.Schema{{Type: "array", Items: text}, {Type: "string"}, {Type: "number"}, {Type: "boolean"}}},
	}
}

func (all Kinds) schema() *jsonschema.Schema {
	item := &jsonschema.Schema{}
	for _, k := range all.rows() {
		properties := jsonschema.NewProperties()
		properties.Set(k.Name, &jsonschema.Schema{Ref: "#/$defs/" + k.typ.Name(), Description: k.Doc})
		properties.Set(whenKey, schemaOfWhen())
		item.OneOf = append(item.OneOf, &jsonschema.Schema{
			Type: "object", Description: k.Doc, Properties: properties, Required: []string{k.Name}, AdditionalProperties: jsonschema.FalseSchema,
		})
	}
	return &jsonschema.Schema{Type: "array", Items: item}
}
