// Package ldap is as much of LDAP as a health check needs: bind requests and
// their responses as bytes, the client's end that binds once, and a server that
// answers binds and refuses everything else. It follows RFC 4511.
//
// Package ldap works on connections of package web and knows nothing about the
// stack below, events or who may bind. The elements of messages are read and
// written by asn1-ber. Start reading at message.go, then bind.go, the client's
// end, and server.go.
package ldap
