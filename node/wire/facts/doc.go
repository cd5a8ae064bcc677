// Package facts keeps what captures of real routers show, as tables of text: who
// sent which HSRP message at which instant. Captures themselves are other
// people's and no part of the project.
//
// It owns the table's form, in both directions, and frames made of it again. It
// must not know what a message means, nor how a capture file is read: package
// capture does that, and command captable writes a table with both.
//
// Read fact.go first. The tables are in the folder tables.
package facts
