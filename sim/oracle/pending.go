package oracle

// pending is what folds note of requests that are under way, by number. Nearly
// always these are few, and searching a short list takes a fraction of the time
// of a map. The zero value is ready to use.
type pending[V any] struct {
	few  []noted[V]
	many map[uint64]V // those that came when few was full
}

type noted[V any] struct {
	request uint64
	value   V
}

// fewMax is how many requests are searched one by one.
const fewMax = 8

func (p *pending[V]) at(request uint64) int {
	for i := range p.few {
		if p.few[i].request == request {
			return i
		}
	}
	return -1
}

// get returns what is noted of a request; the zero value if nothing is.
func (p *pending[V]) get(request uint64) (v V, has bool) {
	if i := p.at(request); i >= 0 {
		return p.few[i].value, true
	}
	if len(p.many) > 0 {
		v, has = p.many[request]
	}
	return v, has
}

func (p *pending[V]) set(request uint64, v V) {
	if i := p.at(request); i >= 0 {
		p.few[i].value = v
		return
	}
	if _, has := p.many[request]; !has && len(p.few) < fewMax {
		p.few = append(p.few, noted[V]{request, v})
		return
	}
	if p.many == nil {
		p.many = map[uint64]V{}
	}
	p.many[request] = v
}

func (p *pending[V]) delete(request uint64) {
	if i := p.at(request); i >= 0 {
		last := len(p.few) - 1
		p.few[i] = p.few[last]
		p.few[last] = noted[V]{}
		p.few = p.few[:last]
	} else if len(p.many) > 0 {
		delete(p.many, request)
	}
}

func (p *pending[V]) clear() { p.few, p.many = nil, nil }

// each passes on what is noted, in no order.
func (p *pending[V]) each(f func(V)) {
	for _, n := range p.few {
		f(n.value)
	}
	for _, v := range p.many { // order: the caller's affair
		f(v)
	}
}
