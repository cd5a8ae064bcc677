// Package account serves registers and lists that are rows of a database: a
// register is written as a whole, a list gets words added at its end. It is
// what tellers check a deployment with.
//
// Book is the service without HTTP, for any program that has one; Accounts is
// a program of its own. An answer says whether a write that was not
// acknowledged has certainly not been done, because a client can only judge a
// deployment by what it was told.
//
// The package does not know who asks or what keeps the rows. Start reading at
// book.go.
package account
