// Package capture reads and writes capture files: frames with their instants.
//
// It owns the file formats, pcap and pcapng, and where captures of real routers
// are looked for. It must not know what a frame says. It stands apart because
// gopacket takes 7 ms to begin with; nothing of a run imports it.
//
// Read capture.go first.
package capture
