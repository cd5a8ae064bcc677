// Package web is HTTP/1.1 between programs that run as procs of the loop: the
// serve loop of back ends and gateways, and the exchange of clients and
// forwarders. Heads are parsed by fasthttp; its servers and clients, and those
// of net/http, are not used, because they start goroutines.
//
// Every request carries its number, every answer the number and the name of the
// node that sent it, and the body of an answer is made from the number
// (Pattern). So the receiver detects lost, duplicated or misdirected bytes.
//
// Package web works on net.Conn and knows nothing about the stack below, events
// or what a service does. Start reading at link.go, the client's end of a
// connection, then server.go and exchange.go, the server's.
package web
