package scenarios

import (
	"net/netip"
	"reflect"
	"strings"

	"github.com/cablepull/cablepull/node/standby"
	"github.com/cablepull/cablepull/sim/fault"
	"github.com/cablepull/cablepull/sim/topology"
	"github.com/cablepull/cablepull/sim/world"
)

// standbyKeys are the YAML keys of the properties that package standby names as
// an administrator knows them.
var standbyKeys = map[string]string{
	"Group": "group", "VirtualIP": "vip", "Preempt": "preempt", "HelloTimer": "hello", "HoldTimer": "hold",
	"Authentication": "authentication", "Profile": "profile", "HelloJitter": "jitter", "BootDelay": "boot-delay", "AnnounceTimes": "announce",
}

// standby adds what the product would say to each standby configuration.
func (j *judge) standby() {
	for _, name := range topology.Names(j.whole.Nodes) {
		n := j.whole.Nodes[name]
		for _, iface := range topology.Names(n.Standby) {
			own := n.NICs[iface].Address.Addr()
			path := []string{"nodes", name, "standby", iface}
			j.product(n.Standby[iface], own, func(p standby.Problem) {
				j.list = append(j.list, topology.Problem{
					Path: topology.At(path, standbyKeys[p.Property]), Message: p.Message, Warning: p.Severity == standby.Warning,
				})
			})
		}
	}
}

// product calls tell for each problem that only the product knows. What the
// topology has told already, such as a missing address, is left out.
func (j *judge) product(s topology.Standby, own netip.Addr, tell func(standby.Problem)) {
	if !own.IsValid() || topology.CheckFields(s) != nil {
		return
	}
	for _, p := range world.StandbyProblems(s, own) {
		if _, known := standbyKeys[p.Property]; known && !(p.Property == "VirtualIP" && s.VIP == own) {
			tell(p)
		}
	}
}

// set checks a change of standby control as the product will when it is made:
// the run would fail there.
func (j *judge) set(path []string, f fault.Set) {
	n := j.whole.Nodes[f.Node]
	parts := strings.Split(f.Property, ".")
	key, found := findField(fieldsOf(reflect.TypeFor[topology.Standby]()), parts[len(parts)-1])
	if !found || parts[0] != "standby" {
		return
	}
	for _, iface := range topology.Names(n.Standby) {
		if len(parts) == 3 && parts[1] != iface {
			continue
		}
		s := n.Standby[iface]
		if setStandby(&s, key, f.Value) != nil {
			continue // CheckSet has told
		}
		j.product(s, n.NICs[iface].Address.Addr(), func(p standby.Problem) {
			if p.Severity == standby.Error && standbyKeys[p.Property] == key.name {
				j.fail(path, f.Property+": "+p.Message)
			}
		})
	}
}

// setStandby gives one field the value of a text.
func setStandby(s *topology.Standby, key field, text string) error {
	v := reflect.ValueOf(s).Elem().FieldByIndex(key.index)
	if v.Kind() == reflect.Pointer {
		v.Set(reflect.New(v.Type().Elem()))
		v = v.Elem()
	}
	return setScalar(v, text, key)
}
