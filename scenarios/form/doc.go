// Package form turns YAML into Go values by reflection, and keeps where each
// value stood, so that whatever is found wrong with it later is reported at its
// line and column. It owns the decoder, the forms of scalars (intervals,
// shares, spans of time, bytes), the JSON Schema made from the same structs and
// tags, and the problems with their excerpts.
//
// It knows no scenario: a [Format] brings the types that have a form of their
// own. Of package topology it takes the rules of fields and nothing of
// networks.
//
// Read format.go first, then decode.go; yaml.go bounds what a hostile file can
// cost, field.go explains the tags.
package form
