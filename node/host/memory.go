package host

import "github.com/cablepull/cablepull/sim/event"

// Memory is a machine's memory budget. What is taken must be given back, except
// by programs that end with the machine.
type Memory struct {
	host     *Host
	limit    int64
	used     int64
	filled   int64
	refusing bool
	onFull   func()
}

// Take reserves n bytes. It reports false, and takes nothing, if they are not
// available.
func (m *Memory) Take(n int64) bool {
	if m.limit > 0 && m.used+m.filled+n > m.limit {
		m.note(true)
		if m.onFull != nil {
			m.onFull()
		}
		return false
	}
	m.used += n
	m.note(false)
	return true
}

// Give returns n bytes.
func (m *Memory) Give(n int64) { m.used = max(0, m.used-n) }

// Used returns the bytes taken, including a fill.
func (m *Memory) Used() int64 { return m.used + m.filled }

// Filled returns the bytes that Fill has taken.
func (m *Memory) Filled() int64 { return m.filled }

// Fill takes a share, 0..1, of the whole budget until Fill is called again: a
// leak, or another program.
func (m *Memory) Fill(share float64) {
	m.filled = int64(share * float64(m.limit))
	m.note(m.limit > 0 && m.Used() >= m.limit)
}

// OnFull sets what happens when a request for memory is refused.
func (m *Memory) OnFull(f func()) { m.onFull = f }

// note logs changes from enough to too little memory and back.
func (m *Memory) note(refusing bool) {
	if refusing != m.refusing {
		m.refusing = refusing
		m.host.Log(event.MemoryChanged{Used: m.Used(), Limit: m.limit, Refusing: refusing})
	}
}

func (m *Memory) reset() { m.used, m.filled, m.refusing = 0, 0, false }
