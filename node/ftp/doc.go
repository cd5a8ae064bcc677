// Package ftp is the part of FTP (RFC 959) that shows what becomes of a
// protocol with two connections: a client logs in on one, is given the port of
// another (PASV), and gets a file over that (RETR). Active mode, uploads and
// folders are left out.
//
// The file that a client gets has the request's number as its name, and its
// content is made from that number (web.Pattern), so that the client checks
// every byte. Files of other servers, whose names the target gives, are only
// counted.
//
// Package ftp works on connections and listeners, as package web does, and
// knows nothing about the stack below, events, or virtual IPs. Start reading at
// dialogue.go, what a server replies to each command; then session.go, which
// does it, and link.go, the client's end.
package ftp
