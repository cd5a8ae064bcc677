// Package instance runs API managers of package apim on a machine: their four
// ports, two of them with TLS, the life of their processes, and the gateways to
// which publishers deploy.
//
// An instance begins with one transaction at its databases. If that fails, it
// stays up and serves nothing until its process is started again, as the real
// one does. Each answer says which database has been asked, in the header
// X-Cablepull-Store, and the log says what was changed where.
//
// The pool of connections to a shared database is that of the machine's boot,
// not of the process: it stays when only the process ends.
//
// Disk is what survives the machine's crash: the embedded database, and the
// files with the artifacts. The world keeps it, one for each instance.
//
// Start reading at program.go, the instances of one machine, then instance.go,
// the life of one, and visit.go, one request.
package instance
