// Package pcapng writes captures that Wireshark, tshark and tcpdump open: every
// frame once, where a node sent it, with a comment if it was lost, and the
// faults between them. It owns the file format and knows nothing of fabrics.
//
// Interfaces are ports, named node.interface, with nanoseconds. Instants are
// durations since the start of the world, and the world starts at midnight,
// 2000-01-01T00:00:00Z: `tshark -t ud` or Wireshark's "UTC time of day" shows
// 00:00:40.001 for the instant 40.001s. The first record is a marker of instant
// 0, so that 40.001 is also the relative time, which both show by default.
//
// A marker, such as an applied fault, is written twice. As a systemd journal
// entry it has a line of its own in Wireshark's packet list, with its text in
// the Info column; readers that know no such block pass over it. As a comment
// on the next frame it is found by `frame.comment contains "pull"`.
//
// Start reading at writer.go; block.go lays the blocks out.
package pcapng
