package topology

import (
	"fmt"
	"net/netip"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

// TestDocumentedDefaults: a field's description names the value that the field
// has when it is left out, and no other. A default that depends on something
// else is described in words after a colon, and the field stays empty here.
func TestDocumentedDefaults(t *testing.T) {
	node := Node{NICs: map[string]NIC{"lan": {}}}
	whole := Topology{Segments: map[string]Segment{"lan": {}}, Nodes: map[string]Node{"n": node}}.WithDefaults()
	server := LBGroup{Servers: []LBServer{{Name: "s"}}}.withDefaults(whole).Servers[0]
	server.Name, server.CloneID = "", ""
	member := Balancer{Members: []BalancerMember{{}}}.Complete(Place{}).(*Balancer).Members[0]
	checkOfMembers := BalancerCheck{}.withDefaults()
	checkOfMembers.Fast, checkOfMembers.Down = 0, 0 // both follow the interval
	upstreamServer := Proxy{Upstream: Upstream{Servers: []UpstreamServer{{Name: "s"}}}}.Complete(Place{}).(*Proxy).Upstream.Servers[0]
	upstreamServer.Name = ""
	complete := []any{
		whole.Segments["lan"], whole.Nodes["n"], NIC{}, whole.Nodes["n"].CPU, whole.Nodes["n"].Memory, Clock{},
		Standby{}.WithDefaults(), SelfBalance{}.WithDefaults(), Service{}.WithDefaults(), KeepAlive{}.WithDefaults(), NAT{}, DNAT{}, SNAT{}, Allow{}, PortRange{}, Nameservers{}.WithDefaults(), Record{}.withDefaults(), *Record{Check: &RecordCheck{}}.withDefaults().Check, Forward{}, Check{}.WithDefaults(), Page{}, Track{}.withDefaults(), TrackCheck{Check: Check{}.WithDefaults()},
		LBGroup{}.withDefaults(whole), server, LBHealthCheck{}.withDefaults(), SessionAffinity{}.withDefaults(), WebSphereCell{}.withDefaults(), CellMember{}.withDefaults(whole, ""),
		Exchange{}.withDefaults(netip.AddrPort{}), BackendPort{}, Upstream{}, ProxyListener{}, ProxyLocation{}, ProxyRewrite{}, ProxyWSO2{}.complete(), ProxyWSO2{}.complete().Contexts, upstreamServer, member, checkOfMembers,
		DataSource{}.complete(whole),
		APIMInstance{}.withDefaults(), APIMRegistry{ID: APIMRegistryID},
		Recurring{}, ClusterMember{}.WithDefaults(whole, ""), FilesFolder{},
	}
	for _, f := range programFields {
		program := reflect.New(reflect.TypeFor[Node]().Field(f.index).Type.Elem())
		complete = append(complete, reflect.ValueOf(program.Interface().(Program).Complete(Place{})).Elem().Interface())
	}
	router := Router{Firewall: &Firewall{}}.Complete(Place{}).(*Router)
	exec := Exec{}.Complete(Place{}).(*Exec)
	complete = append(complete, *router.Firewall, exec.Ready, exec.Stop)
	complete = append(complete, messagingDefaults()...)

	checked := map[reflect.Type]bool{}
	for _, v := range complete {
		checked[reflect.TypeOf(v)] = true
		checkDocs(t, reflect.ValueOf(v))
	}
	for _, v := range complete {
		for f := range structsIn(reflect.TypeOf(v)) {
			if !checked[f] {
				t.Errorf("%v: its defaults are not looked at: add it to the list of this test", f)
			}
		}
	}
}

// structsIn yields the structs of this package that a struct's fields hold.
func structsIn(s reflect.Type) map[reflect.Type]bool {
	found := map[reflect.Type]bool{}
	for i := range s.NumField() {
		f := s.Field(i).Type
		for f.Kind() == reflect.Pointer || f.Kind() == reflect.Map || f.Kind() == reflect.Slice {
			f = f.Elem()
		}
		if f.Kind() == reflect.Struct && f.PkgPath() == s.PkgPath() {
			found[f] = true
		}
	}
	return found
}

func checkDocs(t *testing.T, v reflect.Value) {
	for i := range v.NumField() {
		f := v.Type().Field(i)
		name, doc := v.Type().Name()+"."+f.Name, f.Tag.Get("doc")
		if k := indirect(v.Field(i)).Kind(); doc == "" || k == reflect.Struct || k == reflect.Map {
			continue
		}
		said, is := documented(f)
		switch got := v.Field(i); {
		case is && !means(t, said, indirect(got), f):
			t.Errorf("%s: the description says that the default is %s, it is %v", name, said, indirect(got))
		case !is && !indirect(got).IsZero():
			t.Errorf("%s: the description does not say that the default is %v", name, indirect(got))
		}
	}
}

func indirect(v reflect.Value) reflect.Value {
	if v.Kind() == reflect.Pointer && !v.IsNil() {
		return v.Elem()
	}
	return v
}

var (
	valueDefault  = regexp.MustCompile(`\bdefault ([^;)]+)`)
	choiceDefault = regexp.MustCompile(`([\w-]+) \(default\b`)
)

// documented returns the default that a field's description names: the choice
// before it, or the value after it.
func documented(f reflect.StructField) (string, bool) {
	doc, one := f.Tag.Get("doc"), RuleOf(f).One
	if m := choiceDefault.FindStringSubmatch(doc); m != nil && slices.Contains(one, m[1]) {
		return m[1], true
	}
	m := valueDefault.FindStringSubmatch(doc)
	if m == nil || f.Type.Kind() != reflect.String && f.Type != reflect.TypeFor[[]string]() && !strings.ContainsAny(m[1][:1], "0123456789") && m[1] != "on" && m[1] != "off" {
		return "", false
	}
	return m[1], true
}

// means reports whether a text of a description is a value.
func means(t *testing.T, text string, v reflect.Value, f reflect.StructField) bool {
	t.Helper()
	switch got := v.Interface().(type) {
	case time.Duration:
		d, err := time.ParseDuration(text)
		return err == nil && d == got
	case []time.Duration:
		var all []string
		for _, d := range got {
			all = append(all, d.String())
		}
		return text == strings.Join(all, ", ")
	case []string:
		return text == strings.Join(got, ", ")
	case bool:
		return text == map[bool]string{true: "on", false: "off"}[got]
	case Rate:
		return text == got.String()
	case float64:
		return text == fmt.Sprintf("%v%%", got*100)
	}
	if v.CanInt() {
		if number, isBytes := strings.CutSuffix(text, " KiB"); isBytes && f.Tag.Get("form") == "bytes" {
			n, err := strconv.Atoi(number)
			return err == nil && int64(n)<<10 == v.Int()
		}
		return text == strconv.FormatInt(v.Int(), 10)
	}
	value, _, _ := strings.Cut(text, ", ") // what follows is how people call it
	return v.Kind() == reflect.String && value == v.String()
}
