// Package perfetto writes a run as a trace of Perfetto's track events, which
// ui.perfetto.dev and trace_processor read: members, virtual IPs, clients and
// faults as tracks, their states as slices, what happens at an instant as
// instants, counters, and arrows from an announcement to the neighbour entries
// that it moved.
//
// Perfetto names the fields in trace_packet.proto, track_descriptor.proto and
// track_event.proto; packet.go has the few that a trace needs. It knows what a
// run is and nothing of how one is played.
//
// Start reading at trace.go.
package perfetto
