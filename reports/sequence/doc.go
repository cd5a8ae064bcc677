// Package sequence remembers which frames went between the machines around each
// fault, and arranges them as a sequence diagram: machines side by side, time
// downwards, an arrow for each frame, and notes where a machine changes.
//
// It keeps what frames say in a few words and numbers, never their bytes, and a
// bounded number of them. Like many frames in a row become one arrow. It also
// knows which ARP packet told a machine of a MAC address. Drawing is done
// elsewhere.
//
// Start reading at frames.go, which takes the frames; kind.go puts them in
// words, and diagram.go arranges them.
package sequence
