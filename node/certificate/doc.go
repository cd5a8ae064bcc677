// Package certificate is TLS between programs that run as procs of the loop:
// certificates made from the seed, and both ends of a secure connection.
//
// A run with TLS is repeated byte by byte, on any machine. So all randomness
// comes from streams of the loop, time is the loop's, no session is resumed,
// and there is one version, one cipher and one curve: those of TLS 1.3 depend
// on the processor. A real TLS client can connect, such as curl.
//
// Package certificate works on connections of package web and knows nothing
// about the stack below, events or topologies. Start reading at certificate.go,
// then end.go, one program's use of TLS, and conn.go, one connection.
package certificate
