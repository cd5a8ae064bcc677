package form

import (
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

type car struct {
	Speed  int            `yaml:"speed" jsonschema:"minimum=1,maximum=300"`
	Load   float64        `yaml:"load" form:"share"`
	Trip   *time.Duration `yaml:"trip"`
	Driver *person        `yaml:"driver"`
	Stops  []person       `yaml:"stops"`
}

type person struct {
	Name string `yaml:"name,short"`
}

type fleet struct {
	Title string         `yaml:"title"`
	Cars  map[string]car `yaml:"cars"`
}

func newFleet() fleet {
	return fleet{Cars: map[string]car{
		"red": {Speed: 100, Driver: &person{"Ann"}, Stops: []person{{"Bob"}, {"Cid"}}}, "blue": {Speed: 90},
	}}
}

// TestSet: a path leads through structs, maps, pointers and lists; * means
// every name that leads on.
func TestSet(t *testing.T) {
	f := &Format{Noun: "fleet", Fixed: []string{"title"}}
	trip := 90 * time.Second
	for path, c := range map[string]struct {
		value  string
		change func(*fleet)
	}{
		"cars.red.speed": {"120", func(f *fleet) { c := f.Cars["red"]; c.Speed = 120; f.Cars["red"] = c }},
		"cars.*.load": {"50%", func(f *fleet) {
			r, b := f.Cars["red"], f.Cars["blue"]
			r.Load, b.Load = 0.5, 0.5
			f.Cars["red"], f.Cars["blue"] = r, b
		}},
		"cars.*.driver.name":    {"Dan", func(f *fleet) { f.Cars["red"].Driver.Name = "Dan" }},
		"cars.blue.driver":      {"Eve", func(f *fleet) { c := f.Cars["blue"]; c.Driver = &person{"Eve"}; f.Cars["blue"] = c }},
		"cars.blue.trip":        {"1m30s", func(f *fleet) { c := f.Cars["blue"]; c.Trip = &trip; f.Cars["blue"] = c }},
		"cars.*.stops.1":        {"{name: Fay}", func(f *fleet) { f.Cars["red"].Stops[1].Name = "Fay" }},
		"cars.red.stops":        {"[Gil]", func(f *fleet) { c := f.Cars["red"]; c.Stops = []person{{"Gil"}}; f.Cars["red"] = c }},
		"cars":                  {"{}", func(f *fleet) { f.Cars = map[string]car{} }},
		"cars.red.driver":       {"{}", func(f *fleet) { f.Cars["red"].Driver.Name = "" }},
		"cars.red.stops.0.name": {"'Hal'", func(f *fleet) { f.Cars["red"].Stops[0].Name = "Hal" }},
	} {
		got, want := newFleet(), newFleet()
		if problems := f.Set(&got, path, c.value); len(problems) > 0 {
			t.Errorf("%s: got %v", path, problems)
			continue
		}
		c.change(&want)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", path, diff)
		}
	}
}

func TestSetRefuses(t *testing.T) {
	f := &Format{Noun: "fleet", Fixed: []string{"title"}}
	for path, c := range map[string][2]string{
		"cars.red.sped":         {"120", `unknown key "sped", want speed, load, trip, driver or stops (did you mean "speed"?)`},
		"cars.*.sped":           {"120", `unknown key "sped", want speed, load, trip, driver or stops (did you mean "speed"?)`},
		"cars.green.speed":      {"120", `there is no "green" in cars, want blue, red or *`},
		"cars.red.speed":        {"0", "got 0, want 1 to 300"},
		"cars.red.speed.x":      {"1", "cars.red.speed has no keys that a path could lead to"},
		"cars.red.trip":         {"soon", `got "soon", want a duration such as 5s`},
		"cars.blue.driver.name": {"Dan", "there is no cars.blue.driver"},
		"cars.*.stops.7":        {"Ann", `cars.blue.stops: got "7", want the number of an item`},
		"title":                 {"x", `unknown key "title", want cars`},
		"cars.":                 {"{}", `there is no "" in cars, want blue, red or *`},
		"":                      {"{}", `unknown key "", want cars`},
		"cars.blue.load":        {"[", "sequence end token ']' not found"},
	} {
		fleet := newFleet()
		problems := f.Set(&fleet, path, c[0])
		if len(problems) != 1 || problems[0].Line != 0 || !strings.Contains(problems[0].Message, c[1]) {
			t.Errorf("%s: got %v, want %s", path, problems, c[1])
		}
	}
}

// TestClone: nothing of a copy is shared with the original, as far as it can be
// changed.
func TestClone(t *testing.T) {
	original, want := newFleet(), newFleet()
	clone := Clone(original)
	if !reflect.DeepEqual(clone, original) {
		t.Errorf("got %+v, want %+v", clone, original)
	}
	clone.Cars["red"].Driver.Name, clone.Cars["red"].Stops[0].Name = "Zoe", "Zoe"
	delete(clone.Cars, "blue")
	if diff := cmp.Diff(want, original); diff != "" {
		t.Errorf("the original has changed:\n%s", diff)
	}
	if empty := Clone(fleet{}); empty.Cars != nil {
		t.Errorf("got %+v of nothing", empty)
	}
}
