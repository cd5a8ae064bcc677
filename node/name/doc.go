// Package name is how the programs of a machine find the address of a name: a
// stub resolver (RFC 1034 §5.3.1) that asks the machine's name servers by UDP
// and keeps their answers for as long as the program is configured to.
//
// It runs in the procs of the program that asks. It knows nothing about what
// the addresses are used for. Start reading at stub.go; message.go is the
// questions and answers.
package name
