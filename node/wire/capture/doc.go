// Package capture reads and writes capture files: frames with their instants.
//
// It owns the file formats, pcap and pcapng, and the location of captures of
// real routers. It must not know what a frame contains. It is a separate
// package because gopacket takes 7 ms to initialize; no run imports it.
//
// Read capture.go first.
package capture
