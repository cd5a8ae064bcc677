// Package jsonform writes Go structs as JSON in the one form that all the
// bench's artefacts share, and reads them back. It owns that form and knows
// nothing of events, measures or files.
//
// The form: member names are the json tag of the field, else the field's name
// in snake_case; members stand in the order of the fields and are never left
// out, so that equal values are equal bytes. A time.Duration is written twice,
// for people and for programs:
//
//	"gap":"8.002s","gap_ns":8002000000
//
// Slices are arrays (nil is []), maps with string keys are objects sorted by
// key (nil is {}), a float that is no number is null. Nothing is escaped that
// JSON does not want escaped; bytes that are not UTF-8 become U+FFFD.
//
// The layout of a type is worked out once, in a Plan; appending by a plan
// allocates nothing. Start reading at plan.go.
package jsonform
