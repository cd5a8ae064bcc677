// Package reference owns the written reference of the scenario format: its
// sections in reading order, each with prose, examples and a table of keys.
// What a table says comes from the tags that the decoder and the JSON Schema
// read, and from the kinds of faults and of expectations; format.md has the
// rest, with directives such as {{keys Standby}} where a table goes.
//
// It knows values only, and neither runs nor draws anything. Its users are the
// test that keeps docs/format.md and the command's help.
//
// Read reference.go first, then format.md.
package reference
