// Package facts keeps facts from captures of real routers as text tables: who
// sent which HSRP message at which instant. The captures themselves belong to
// third parties and are not part of the project.
//
// It owns reading and writing tables, and making frames from them. It must not
// know what a message means, nor how a capture file is read: package capture
// does that, and command captable writes a table with both.
//
// Read fact.go first. The tables are in the folder tables.
package facts
