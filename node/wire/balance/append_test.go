package balance

import (
	"errors"
	"net/netip"
	"testing"

	"github.com/cablepull/cablepull/node/wire"
)

// foreign is a message of no known kind.
type foreign struct{ Header }

// TestAppendRefuses changes one thing at a time in a good message. A refused
// message leaves the buffer as it was.
func TestAppendRefuses(t *testing.T) {
	six := netip.MustParseAddrPort("[2001:db8::1]:80")
	report := func(change func(*Report)) Message {
		m := samples()[0].message.(*Report)
		change(m)
		return m
	}
	flows := func(change func(*Flows)) Message {
		m := samples()[2].message.(*Flows)
		change(m)
		return m
	}
	for _, tc := range []struct {
		name string
		m    Message
		want error
	}{
		{"another kind", report(func(m *Report) { m.Kind = KindAck }), ErrKind},
		{"no kind", report(func(m *Report) { m.Kind = 0 }), ErrKind},
		{"a foreign message", &foreign{header(1, KindReport, "192.0.2.11", 1, 1, 0)}, ErrKind},
		{"version 0", report(func(m *Report) { m.Version, m.Needs = 0, 0 }), ErrMalformed},
		{"a later version", report(func(m *Report) { m.Version = Versions + 1 }), ErrMalformed},
		{"needs none", report(func(m *Report) { m.Needs = 0 }), ErrMalformed},
		{"needs more than it is", report(func(m *Report) { m.Needs = 3 }), ErrMalformed},
		{"sequence 0", report(func(m *Report) { m.Sequence = 0 }), ErrMalformed},
		{"no sender", report(func(m *Report) { m.Sender = netip.Addr{} }), ErrAddress},
		{"sender of IPv6", report(func(m *Report) { m.Sender = six.Addr() }), ErrAddress},
		{"busy 101 %", report(func(m *Report) { m.Busy = 101 }), ErrMalformed},
		{"busy 100.01 %", report(func(m *Report) { m.BusyExact = 10001 }), ErrMalformed},
		{"service of IPv6", report(func(m *Report) { m.Services[1].Address = six }), ErrAddress},
		{"too many services", report(func(m *Report) { m.Services = make([]ServiceReport, ServicesMax+1) }), ErrTooLong},
		{"request to IPv6", &Request{Header: header(1, KindRequest, "192.0.2.11", 1, 1, 0), To: six.Addr()}, ErrAddress},
		{"request to nobody", &Request{Header: header(1, KindRequest, "192.0.2.11", 1, 1, 0)}, ErrAddress},
		{"flows to nobody", flows(func(m *Flows) { m.To = netip.Addr{} }), ErrAddress},
		{"a chunk of none", flows(func(m *Flows) { m.Chunk, m.Chunks = 0, 0 }), ErrMalformed},
		{"a chunk too far", flows(func(m *Flows) { m.Chunk = 3 }), ErrMalformed},
		{"client of IPv6", flows(func(m *Flows) { m.Flows[1].Client = six }), ErrAddress},
		{"connection without service", flows(func(m *Flows) { m.Flows[1].Service = netip.AddrPort{} }), ErrAddress},
		{"too many connections", flows(func(m *Flows) { m.Flows = make([]Flow, FlowsMax+1) }), ErrTooLong},
		{"ack to nobody", &Ack{Header: header(1, KindAck, "192.0.2.11", 1, 1, 0)}, ErrAddress},
	} {
		got, err := Append([]byte("kept"), tc.m, token)
		if !errors.Is(err, tc.want) || string(got) != "kept" {
			t.Errorf("%s: got %q, %v, want %v", tc.name, got, err, tc.want)
		}
	}
}

// TestFullMessages: as many services and connections as the constants promise
// fit one frame, and one more would not.
func TestFullMessages(t *testing.T) {
	report, flows := samples()[0].message.(*Report), samples()[2].message.(*Flows)
	for len(report.Services) < ServicesMax {
		report.Services = append(report.Services, report.Services[0])
	}
	for len(flows.Flows) < FlowsMax {
		flows.Flows = append(flows.Flows, flows.Flows[0])
	}
	for _, tc := range []struct {
		m    Message
		each int
	}{{report, 22}, {flows, 13}} {
		payload, err := Append(nil, tc.m, token)
		if err != nil || len(payload) > wire.DatagramMax || len(payload)+tc.each <= wire.DatagramMax {
			t.Errorf("%s: got %d bytes, %v, want at most %d with no room for %d more", tc.m.Head().Kind, len(payload), err, wire.DatagramMax, tc.each)
		}
	}
	if FlowsMax != 108 || ServicesMax != 64 {
		t.Errorf("got %d connections and %d services, want 108 and 64", FlowsMax, ServicesMax)
	}
}
