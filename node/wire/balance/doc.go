// Package balance is the messages of the members of a self-balancing group:
// reports of what each can serve, and the connections that a new Active member
// asks for.
//
// The product does not publish its protocol (spec/failover.md §10), so this one
// is ours. Append documents the format of a message, the constants of field.go
// that of its fields; package layer shows both to gopacket.
//
// Two versions can run side by side. A message says which version its sender
// has, and the lowest that can read it. A reader refuses a message that needs a
// later version than its own, and skips fields that it does not know, as well
// as bytes at the end of a field. So a later version may add fields and
// lengthen fields; it may not change what is there, unless the message needs
// that version.
//
// Every message ends with a code made from all its bytes and the group's token,
// and nothing but the version is read before it is checked. The token has eight
// bytes, and hellos show it in clear text, so the code prevents accidents
// rather than attacks: another group, a damaged message, another program.
//
// It owns layouts and exact errors. It must not know what a message means: that
// is decided in package selfbalance. Start reading at message.go.
package balance
